"""Objects of the journal (docs/STATE.md), as servers write them to DYNDNS_STATE, in a
bucket of the sandbox or in a directory."""

import gzip
import json
from datetime import UTC, datetime, timedelta

PREFIX = "state"
COPY = "0123456789abcdef"
MINUTE = timedelta(minutes=1)


def now():
    return datetime.now(UTC).replace(microsecond=0)


def ago(**span):
    return now() - timedelta(**span)


def text_of(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def event(kind, at, **members):
    return {"event": kind, "at": text_of(at), **members}


def calls(at, host, outcome="nochg", *, client="192.0.2.1", refused=0, count=1, **more):
    """One minute of a host: by default, with the right credentials."""
    heard = {} if refused else {"accessed_at": text_of(at), "checked_at": text_of(at)}
    return event(
        "calls", at, host=host, client=client, outcome=outcome, **heard,
        calls=count, refused=refused, **more,
    )  # fmt: skip


def change(at, host, after, before=None, *, why="call", **more):
    type = "AAAA" if ":" in (after or before) else "A"
    known = {name: value for name, value in [("before", before), ("after", after)] if value}
    return event("change", at, host=host, type=type, **known, why=why, **more)


def edit(at, action, *hosts, by="anne@desk", effect="changed"):
    return event(
        "edit", at, by=by, action=action, effect=effect,
        hosts_in_all=len(hosts), hosts=list(hosts),
    )  # fmt: skip


def copy_line(at, *, copy=COPY, up_since=None, **more):
    return event(
        "copy", at, copy=copy, machine="web-1", version="1.0.0",
        up_since=text_of(up_since or at - timedelta(days=1)), **more,
    )  # fmt: skip


def key_of(at, copy=COPY, number=1):
    return f"events/dt={at:%Y-%m-%d}/{at:%Y%m%dT%H%M%SZ}-{copy}-{number:06}.jsonl.gz"


def packed(*events):
    lines = [json.dumps(each, separators=(",", ":")) + "\n" for each in events]
    return gzip.compress("".join(lines).encode(), mtime=0)


SNAPSHOT = "snapshot.jsonl.gz"


def snapshot(at, *lines, applied=()):
    """What stands in a snapshot of this time, which contains these objects: pairs of a
    copy and its highest number."""
    return packed(
        {"snapshot": 1, "at": text_of(at)},
        *[{"applied": copy, "number": number, "made_at": text_of(at)} for copy, number in applied],
        *lines,
    )


class Journal:
    """A place for them. `where` is what DYNDNS_STATE says."""

    def __init__(self, where, write, read, remove):
        self.where = where
        self._write, self._read, self._remove = write, read, remove

    @classmethod
    def in_bucket(cls, s3, bucket):
        def read():
            keys = s3.keys(bucket)
            return {
                key.removeprefix(PREFIX + "/"): s3.get(bucket, key)
                for key in keys if key.startswith(PREFIX + "/")
            }  # fmt: skip

        return cls(
            f"s3://{bucket}/{PREFIX}",
            lambda key, data: s3.put(bucket, f"{PREFIX}/{key}", data),
            read,
            lambda key: s3.delete(bucket, f"{PREFIX}/{key}"),
        )

    @classmethod
    def in_folder(cls, folder):
        def write(key, data):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(data)

        def read():
            return {
                str(path.relative_to(folder)): path.read_bytes()
                for path in sorted(folder.rglob("*.gz"))
            }

        return cls(str(folder), write, read, lambda key: (folder / key).unlink())

    def put(self, key, data):
        self._write(key, data)

    def tell(self, at, *events, copy=COPY, number=1):
        """One object, made at this time."""
        self.put(key_of(at, copy, number), packed(*events))

    def keys(self, prefix="events/"):
        return sorted(key for key in self._read() if key.startswith(prefix))

    def forget(self, prefix):
        """As the bucket's rules, or somebody's hand, remove objects."""
        for key in self.keys(prefix):
            self._remove(key)

    def events(self):
        """All that stands in it, object by object."""
        objects = self._read()
        return [
            json.loads(line)
            for key in sorted(objects) if key.startswith("events/")
            for line in gzip.decompress(objects[key]).splitlines()
        ]  # fmt: skip
