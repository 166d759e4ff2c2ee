"""What a log line costs whoever logs it: handed to the thread that writes the
log, next to writing it oneself."""

import json
import subprocess

from programs import LOG_COST

TURNS, QUICK_TURNS = 101, 11
LINES = 3000  # a turn; what waits of them is less than the queue holds


def run(quick: bool, say) -> dict:
    turns = QUICK_TURNS if quick else TURNS
    command = [LOG_COST, str(turns), str(LINES)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=120).stdout
    say(f"{turns} turns of {LINES:,} lines")
    return {"lines": LINES, "turns": json.loads(said)}
