"""The sandbox as a process of its own, which does as standard input says: a
JSON list a line, a command and its arguments. Answers each with a line."""

import argparse
import json
import sys
from pathlib import Path

from hosts import BUCKET, ZONE, address_of, ipv6_address_of, name_of

sys.path.append(str(Path(__file__).resolve().parents[1]))

from sandbox import Sandbox  # noqa: E402


def calls(sandbox):
    """What came of all calls to Route 53 so far."""
    calls = sandbox.route53.calls
    return {
        "calls": len(calls),
        "batches": [len(batch.changes) for batch in sandbox.route53.batches if batch.accepted],
        "throttled": sum(call.error == "Throttling" for call in calls),
        "overlapping": sum(call.error == "PriorRequestNotComplete" for call in calls),
        "refused": sum(call.error is not None for call in calls),
    }


def wrong_records(sandbox, count, both_families=False):
    """How many records of the first hosts are not as they asked: A, and AAAA, of
    which there is none if nobody asked for it."""
    zone = sandbox.route53.snapshot()
    wrong = 0
    for n in range(count):
        ipv6 = [ipv6_address_of(n)] if both_families else None
        wrong += zone.get((name_of(n), "A")) != [address_of(n)]
        wrong += zone.get((name_of(n), "AAAA")) != ipv6
    return wrong


def put_table(sandbox, path):
    sandbox.s3.put(BUCKET, "hosts.csv", Path(path).read_bytes())


COMMANDS = {
    "calls": calls,
    "wrong_records": wrong_records,
    "put_table": put_table,
    "wait_for_batches": lambda sandbox, count: len(sandbox.route53.wait_for_batches(count)),
    "hold": lambda sandbox: sandbox.route53.hold(),
    "release": lambda sandbox: sandbox.route53.release(),
}


def answer(value):
    print(json.dumps(value), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--latency-ms", type=float, default=0)
    options = parser.parse_args()
    sandbox = Sandbox(rate=options.rate, latency_ms=options.latency_ms)
    sandbox.route53.add_zone(ZONE)
    sandbox.s3.create_bucket(BUCKET)
    with sandbox:
        answer(sandbox.environment())
        for line in sys.stdin:
            command, *arguments = json.loads(line)
            answer(COMMANDS[command](sandbox, *arguments))


if __name__ == "__main__":
    main()
