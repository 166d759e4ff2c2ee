"""What a server pays for knowing what happened to every host: memory, and time on
a core."""

import json
import subprocess

from programs import JOURNAL_COST

HOSTS, QUICK_HOSTS = 1_000_000, 100_000


def run(quick: bool, say) -> dict:
    hosts = QUICK_HOSTS if quick else HOSTS
    command = [JOURNAL_COST, str(hosts)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=600).stdout
    say(f"{hosts:,} hosts")
    return json.loads(said)
