"""How cost grows: with the table, memory, the time of a reload, and the
slowest request during one; with the callers who wait, memory."""

import json
import os
import resource
import signal
import statistics
import subprocess
import time
from pathlib import Path

from client import get
from hosts import BUCKET, FIRST_ADDRESS, csv_of
from programs import (
    DAY_SECONDS,
    HERE,
    PYTHON,
    RUSH,
    Aws,
    Program,
    Server,
    resident_bytes,
    scratch_folder,
    start,
    wait_until,
)

WAITERS = 20000
REGISTERING_AT_ONCE = 5000
SPARE_FDS = 256  # of the files the server may open, not for callers
SETTLE_SECONDS = 0.5  # for memory that is given back, and replies under way
HELD_SECONDS = 25  # DYNDNS_DEADLINE_SECONDS at its most


class LocalFile:
    name = "file"

    def __init__(self, folder: Path):
        self._path = folder / "hosts.csv"
        self.settings = {"DYNDNS_DATABASE": self._path}

    def put(self, aws, table: bytes):
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(table)
        fresh.rename(self._path)


class S3Object:
    name = "S3"

    def __init__(self, folder: Path):
        self._path = folder / "upload.csv"
        self.settings = {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": "hosts.csv"}

    def put(self, aws, table: bytes):
        self._path.write_bytes(table)
        aws.tell("put_table", str(self._path))


def measure(
    count: int, place_type, *, turns: int, known: int = 0, columns: bool = False
) -> dict:
    """A table of `count` hosts: loaded, asked, and replaced by another while
    requests go on, several times. `known`: how many have registered before.
    `columns`: every row has all there are."""
    first = csv_of(count, columns=columns)
    second = csv_of(count, suffix="-new", columns=columns)
    with scratch_folder() as folder, Aws() as aws:
        place = place_type(folder)
        place.put(aws, first)
        settings = place.settings | {
            "DYNDNS_NOCHG_SECONDS": DAY_SECONDS,
            "DYNDNS_ROUTE53_RATE": 1000,
        }
        with Server(aws, **settings) as server:
            time.sleep(SETTLE_SECONDS)
            resident = resident_bytes(server.pid)
            assert get(server.url("/register_ip"))[0] == "good 127.0.0.1\n"
            _register(server, known)
            known_bytes = resident_bytes(server.pid)
            _, quiet = _probe(server, lambda: time.sleep(SETTLE_SECONDS))
            reloads = []
            for turn in range(turns):
                place.put(aws, first if turn % 2 else second)
                seconds, busy = _probe(server, lambda: _reload(server))
                reloads.append(busy | {"seconds": seconds})
            return {
                "hosts": count,
                "place": place.name,
                "csv_bytes": len(first),
                "known": known,
                "columns": columns,
                "resident_bytes": resident,
                "known_bytes": known_bytes,
                "after_reload_bytes": resident_bytes(server.pid),
                "peak_bytes": resident_bytes(server.pid, "VmHWM"),
                "quiet": quiet,
                "reloads": reloads,
            }


def _register(server, count):
    """h1 to h<count> register an address that is new, some thousand at once."""
    for first in range(1, count + 1, REGISTERING_AT_ONCE):
        crowd = min(REGISTERING_AT_ONCE, count + 1 - first)
        command = [RUSH, "--first", str(first), str(server.port), str(crowd), FIRST_ADDRESS]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=60).stdout
        assert json.loads(said)["good"] == crowd, said


def _probe(server, act) -> tuple[float | None, dict]:
    """What act() returned, and how long requests took meanwhile."""
    command = [PYTHON, "-B", str(HERE / "probe.py"), str(server.port)]
    process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with Program(process):
        assert process.stdout.readline() == b"ready\n"
        result = act()
        time.sleep(SETTLE_SECONDS)
        said, _ = process.communicate()
    return result, json.loads(said)


def _reload(server) -> float:
    """How long it took, in seconds, by the log's own clock: from SIGHUP to the new table
    in service."""
    before = server.log_bytes()
    os.kill(server.pid, signal.SIGHUP)
    loaded = server.wait_for("table_loaded", after=before)
    asked = server.wait_for("reload", after=before)
    return (loaded.time - asked.time).total_seconds()


def measure_waiters() -> dict:
    """Callers who wait for a batch that does not return. The table is loaded
    before, so that only the callers count."""
    count = min(WAITERS, _raise_open_files(WAITERS + SPARE_FDS) - SPARE_FDS)
    with scratch_folder() as folder, Aws("--rate", 5) as aws:
        place = LocalFile(folder)
        place.put(aws, csv_of(count))
        # One loop, because each has its equal share of the files.
        settings = place.settings | {"DYNDNS_DEADLINE_SECONDS": HELD_SECONDS, "DYNDNS_THREADS": 1}
        with Server(aws, **settings) as server:
            time.sleep(SETTLE_SECONDS)
            idle = resident_bytes(server.pid)
            aws.tell("hold")
            command = [RUSH, "--wait-only", str(server.port), str(count), FIRST_ADDRESS]
            crowd = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            with Program(crowd):
                assert crowd.stdout.readline() == b"waiting\n"
                wait_until(_has_settled(server.pid), "memory to settle")
                waiting = resident_bytes(server.pid)
                said, _ = crowd.communicate()
            assert json.loads(said) == {"waiting": count}, said
            assert " event=connections_at_ceiling " not in server.log()
            aws.tell("release")
    return {"waiters": count, "idle_bytes": idle, "waiting_bytes": waiting}


def _raise_open_files(wanted: int) -> int:
    """For the programs we start. Returns what is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), max(hard, wanted)))
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _has_settled(pid):
    """A question: has the program's memory not grown for half a second?"""
    last, since = 0, time.monotonic()

    def ask():
        nonlocal last, since
        now = resident_bytes(pid)
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since > SETTLE_SECONDS

    return ask


def run(quick: bool, say) -> dict:
    counts = [100, 10000, 1000000] if quick else [10**n for n in range(2, 7)]
    turns = 2 if quick else 5
    places = [(count, LocalFile, 0, False) for count in counts]
    places += [
        (counts[-1], LocalFile, 10000 if quick else 100000, False),
        (counts[-1], S3Object, 0, False),
        (counts[-1], LocalFile, 0, True),
    ]
    baseline = measure(1, LocalFile, turns=1)
    tables = []
    for count, place, known, columns in places:
        tables.append(measure(count, place, turns=turns, known=known, columns=columns))
        seconds = statistics.median(each["seconds"] for each in tables[-1]["reloads"])
        what = "all columns" if columns else f"{known} registered"
        say(f"{count} hosts, {place.name}, {what}: reloaded in {seconds:.2f} s")
    waiters = measure_waiters()
    grown = waiters["waiting_bytes"] - waiters["idle_bytes"]
    say(f"{waiters['waiters']} callers wait: {grown / 2**20:.0f} MiB")
    return {"baseline": baseline, "tables": tables, "waiters": waiters, "turns": turns}
