"""What a change costs the updater's thread when each host has a hosted zone of
its own: a hundred of them, and ten thousand."""

import json
import subprocess

from programs import MANY_ZONES

TURNS, QUICK_TURNS = 51, 7
HOSTS = [100, 1000, 10000]


def run(quick: bool, say) -> dict:
    turns = QUICK_TURNS if quick else TURNS
    command = [MANY_ZONES, str(turns), *map(str, HOSTS)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=120).stdout
    say(f"{turns} turns of {HOSTS[-1]:,} changes")
    return {"hosts": HOSTS, "turns": json.loads(said)}
