"""What the servers have told of their hosts: the journal (docs/STATE.md), read as it
grows, and held against what the hosts have heard."""

import gzip
import json
from collections import Counter, defaultdict

TYPES = {"ipv4": "A", "ipv6": "AAAA"}
FAULTS_TOLD = 20  # at once


class Told:
    """`prefix`: that of DYNDNS_STATE."""

    def __init__(self, s3, bucket: str, prefix: str):
        self.calls = Counter()  # by host
        self._s3, self._bucket, self._prefix = s3, bucket, f"{prefix}/events/"
        self._read: set[str] = set()
        # By host and type: whether a change told it, when, and the address; "": none.
        self._records: dict[tuple[str, str], tuple[bool, str, str]] = {}
        self._numbers = defaultdict(list)  # of objects, by the copy
        self._faults: list[str] = []

    def records(self) -> dict[tuple[str, str], str]:
        """What the records say, after all that was told until now."""
        for key in self._s3.keys(self._bucket, self._prefix):
            if key not in self._read:
                self._read.add(key)
                self._take(key)
        return {key: address for key, (_, _, address) in self._records.items() if address}

    def faults(self) -> list[str]:
        """What no journal may have, of what was read."""
        found = list(self._faults)
        for copy, numbers in self._numbers.items():
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                found.append(f"objects of {copy} are missing: there are {sorted(numbers)}")
        return found[:FAULTS_TOLD]

    def _take(self, key):
        copy, number = key.removesuffix(".jsonl.gz").split("-")[-2:]
        self._numbers[copy].append(int(number))
        text = gzip.decompress(self._s3.get(self._bucket, key))
        if b"token-of-" in text:
            self._faults.append(f"there is a token in {key}")
        for line in text.splitlines():
            self._apply(key, json.loads(line))

    def _apply(self, key, event):
        match event["event"]:
            case "calls":
                self.calls[event["host"]] += event["calls"]
                for member in TYPES.keys() & event.keys():
                    self._note(event["host"], TYPES[member], False, event["checked_at"], event[member])
            case "change":
                self._note(event["host"], event["type"], True, event["at"], event.get("after", ""))
            case "copy" if event["lost"]:
                self._faults.append(f"{event['lost']} events were lost before {key}")

    def _note(self, host, type, *saying):
        """A change says more than a call, whatever their times."""
        had = self._records.get((host, type))
        if had is None or saying > had:
            self._records[host, type] = saying


def differences(what: str, wanted: dict, told: dict) -> list[str]:
    """Each a line, by keys."""
    return [
        f"{what} of {key}: {told.get(key)}, heard was {wanted.get(key)}"
        for key in sorted(wanted.keys() | told.keys())
        if wanted.get(key) != told.get(key)
    ][:FAULTS_TOLD]
