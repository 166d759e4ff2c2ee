"""Several copies of the server on one account: how much they carry together, of
what one carries that has it all to itself, while there is more to do than the
account admits. Measured with one hosted zone, and in the simulator's virtual time."""

import json
import re
import subprocess
import time
from contextlib import ExitStack

from hosts import FIRST_ADDRESS, csv_of
from programs import RUSH, SIM, Aws, Server, scratch_folder, start

CALLS_A_SECOND, LATENCY_MS = 5, 100
COPIES = [1, 2, 8]
HOSTS_A_COPY = 1200  # so that every batch is full: 500 leave, and more wait
DEADLINE_SECONDS = 25


def measure(copies: int, learn_seconds: int, seconds: int) -> dict:
    """All ask without a pause; after some time in which the copies learn their
    shares, what is granted is counted."""
    with scratch_folder() as folder, ExitStack() as stack:
        aws = stack.enter_context(Aws("--rate", CALLS_A_SECOND, "--latency-ms", LATENCY_MS))
        table = folder / "hosts.csv"
        table.write_bytes(csv_of(copies * HOSTS_A_COPY))
        settings = {"DYNDNS_DATABASE": table, "DYNDNS_DEADLINE_SECONDS": DEADLINE_SECONDS}
        servers = [stack.enter_context(Server(aws, **settings)) for _ in range(copies)]
        crowds = [_rush(server, n, learn_seconds + seconds) for n, server in enumerate(servers)]
        time.sleep(learn_seconds)
        before, began = aws.tell("calls"), time.monotonic()
        time.sleep(seconds)
        after, took = aws.tell("calls"), time.monotonic() - began
        for crowd in crowds:
            assert crowd.wait(120) == 0
        # Back to the addresses that the sandbox knows to be theirs.
        said = [json.loads(_rush(server, n).communicate()[0]) for n, server in enumerate(servers)]
        wrong = aws.tell("wrong_records", copies * HOSTS_A_COPY)
    calls = {key: after[key] - before[key] for key in ("calls", "throttled", "overlapping")}
    changes = sum(after["batches"][len(before["batches"]) :])
    return calls | {
        "copies": copies,
        "hosts_a_second": changes / took,
        "wrong_records": wrong,
        "unanswered": sum(each["other"] for each in said),
    }


def _rush(server, number, again_seconds=0):
    again = ["--again", str(again_seconds)] if again_seconds else []
    first = ["--first", str(number * HOSTS_A_COPY)] if number else []
    command = [RUSH, *again, *first, str(server.port), str(HOSTS_A_COPY), FIRST_ADDRESS]
    return start(command, stdout=subprocess.PIPE)


def simulate() -> list[dict]:
    said = subprocess.run(
        [SIM, "--seeds", "0"], check=True, stdout=subprocess.PIPE, text=True, timeout=600
    ).stdout
    return [
        {"name": name.strip()} | {key: float(figure) for key, figure in re.findall(_FIGURE, rest)}
        for name, rest in re.findall(r"^(\d+ cop.*?) (used .*)$", said, re.M)
    ]


_FIGURE = r"(used|throttled|busy|fairness|least share) +([\d.]+)"


def run(quick: bool, say) -> dict:
    learn_seconds, seconds = (45, 20) if quick else (120, 60)
    runs = []
    for copies in COPIES:
        runs.append(measure(copies, learn_seconds if copies > 1 else 1, seconds))
        say(f"{copies} copies: {runs[-1]['hosts_a_second']:,.0f} hosts a second")
    return {"runs": runs, "simulated": simulate()}
