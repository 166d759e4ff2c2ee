"""What hosts that Route 53 refuses cost the others: the simulator's fixed
schedules, in virtual time, so that every machine gets the same figures."""

import re
import subprocess

from programs import SIM

KEYS = {
    "asked": "asked",
    "good": "good",
    "911": "unavailable",
    "dnserr": "refused",
    "calls": "calls",
    "alone": "alone",
    "worst wait": "worst_ms",
    "(proven:": "worst_proven_ms",
}


def run(quick: bool, say) -> dict:
    command = [SIM, "--seeds", "0"]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=600)
    said = finished.stdout
    lines = re.findall("^.*(?:refused hosts|culprit).*$", said, re.M)
    schedules = [parse(line) for line in lines]
    if not schedules:
        raise RuntimeError(f"no schedule with refused hosts: {said}")
    say(f"{len(schedules)} schedules")
    return {"schedules": schedules}


def parse(line: str) -> dict:
    """A line of the simulator: what was played, then names and figures."""
    name = line.partition(" asked ")[0].strip()
    figures = {
        key: int(re.search(rf" {re.escape(word)} +(\d+)", line)[1]) for word, key in KEYS.items()
    }
    return {"name": name} | figures
