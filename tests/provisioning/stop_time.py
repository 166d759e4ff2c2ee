"""How long the server's own stop may take."""

import re

from packages import TEMPLATES

# For callers, to write down what happened, and for whoever reads the log.
PARTS = ("STOP_MS", "WRITE_MS", "LOG_STOP_MS")


def stop_seconds():
    main = (TEMPLATES.parent / "server" / "main.c").read_text()
    return sum(int(re.search(rf"\b{part} = (\d+)", main)[1]) for part in PARTS) / 1000
