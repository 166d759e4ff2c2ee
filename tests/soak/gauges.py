"""What a program takes of the machine, by /proc."""

import os
import re
from pathlib import Path

from programs import cpu_seconds, resident_bytes

__all__ = ["cpu_seconds", "descriptors", "descriptors_to", "resident_bytes"]


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def descriptors_to(pid: int, port: int) -> int:
    """Those of them that are connections to a port of this machine."""
    held = _sockets(pid)
    return len(held & _connected_to(pid, port)) if held else 0


def _sockets(pid) -> set[str]:
    """By their inodes."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(descriptor))
        except FileNotFoundError:
            continue  # closed meanwhile
        if match:
            found.add(match[1])
    return found


def _connected_to(pid, port) -> set[str]:
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    rows = (line.split() for line in lines)
    return {row[9] for row in rows if int(row[2].rpartition(":")[2], 16) == port}
