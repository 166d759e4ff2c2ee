"""How many hosts a second can be given a new address within Route 53's limits:
5 calls a second, one batch at a time in a zone, 100 ms a call."""

import json
import statistics
import subprocess
import time
from typing import NamedTuple

from hosts import FIRST_ADDRESS, csv_of
from programs import HERE, PYTHON, RUSH, Aws, Server, scratch_folder

CALLS_A_SECOND = 5
HOSTS_A_CALL = 500
LIMITS = ["--rate", CALLS_A_SECOND, "--latency-ms", 100]
RUSH_SECONDS = 120
# The account's budget must be whole again after the server has read the zones.
REST_SECONDS = 1.5


class Way(NamedTuple):
    """How hosts ask; a name for the tables, and options of rush."""

    name: str
    options: list[str]
    both_families: bool = False


REGISTER_IP = Way("`/register_ip`", [])
NIC_UPDATE = Way("`/nic/update`", ["--nic-update"])
BOTH_FAMILIES = Way("`/nic/update`, both families", ["--nic-update", "--both-families"], True)

DYNDNS2_HOSTS = 5000


def rush(count: int, way: Way) -> dict:
    """`count` hosts ask at once; a server and an account of their own."""
    with scratch_folder() as folder, Aws(*LIMITS) as aws:
        table = folder / "hosts.csv"
        table.write_bytes(csv_of(count))
        with Server(aws, DYNDNS_DATABASE=table) as server:
            time.sleep(REST_SECONDS)
            before = aws.tell("calls")
            result = _ask(server, count, way)
            after = aws.tell("calls")
        result["wrong_records"] = aws.tell("wrong_records", count, way.both_families)
    batches = after["batches"]
    records = 2 * count if way.both_families else count
    limit_seconds = records / (CALLS_A_SECOND * HOSTS_A_CALL)
    return result | {
        "hosts_a_second": count / result["seconds"],
        "multiple_of_limit": result["seconds"] / limit_seconds,
        "calls": after["calls"] - before["calls"],
        "batches": batches,
        "median_batch": statistics.median(batches),
        "largest_batch": max(batches),
        "throttled": after["throttled"],
        "overlapping": after["overlapping"],
    }


def _ask(server, count, way):
    command = [RUSH, *way.options, str(server.port), str(count), FIRST_ADDRESS]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=RUSH_SECONDS)
    return json.loads(finished.stdout)


def naive(strategy: str, count: int) -> dict:
    with Aws(*LIMITS) as aws:
        finished = subprocess.run(
            [PYTHON, "-B", str(HERE / "naive.py"), strategy, str(count)],
            env={"PATH": "/usr/bin:/bin"} | aws.environment,
            check=True,
            stdout=subprocess.PIPE,
            timeout=RUSH_SECONDS,
        )
        wrong = aws.tell("wrong_records", count)
        assert wrong == 0, f"{wrong} records are wrong"
        return json.loads(finished.stdout) | aws.tell("calls")


def run(quick: bool, say) -> dict:
    counts = [1, 500, 5000] if quick else [1, 500, 2000, 5000, 10000]
    crowds = [(count, REGISTER_IP) for count in counts]
    crowds += [(DYNDNS2_HOSTS, NIC_UPDATE), (DYNDNS2_HOSTS, BOTH_FAMILIES)]
    rounds = 1 if quick else 3
    rushes = []
    for count, way in crowds:
        runs = []
        for _ in range(rounds):
            runs.append(rush(count, way))
            say(f"{count} hosts at once by {way.name}: {runs[-1]['seconds']:.2f} s")
        rushes.append({"hosts": count, "way": way.name, "runs": runs})
    compared = {}
    for strategy in ["read-then-change", "upsert"]:
        compared[strategy] = naive(strategy, 15 if quick else 50)
        say(f"{strategy}: {compared[strategy]['hosts_a_second']:.1f} hosts a second")
    return {"rushes": rushes, "naive": compared}
