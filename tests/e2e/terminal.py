"""A terminal at which a program runs, as a person's is."""

import os
import pty
import subprocess
from dataclasses import dataclass

from sandbox.patience import PATIENCE_SECONDS

from .service import clean_environment


@dataclass
class Shown:
    returncode: int
    terminal: str  # what a person sees there, escape sequences included
    stdout: str  # what a pipe received that stands in its place, "" if none does
    stderr: str


def run(binary, *arguments, environment=None, piped=(), **more) -> Shown:
    """Runs a program to its end at a terminal, but for those of "stdout" and
    "stderr" that go to pipes. What it says must fit into the terminal's buffer,
    which has 4 KiB. `more` goes to subprocess."""
    ours, theirs = pty.openpty()
    try:
        streams = {name: subprocess.PIPE if name in piped else theirs
                   for name in ("stdout", "stderr")}  # fmt: skip
        finished = subprocess.run(
            [binary, *arguments],
            env=clean_environment(**{"TERM": "xterm", **(environment or {})}),
            stdin=theirs,
            timeout=PATIENCE_SECONDS,
            **streams,
            **more,
        )
        os.write(theirs, b"\0")  # so that there is an end to read to
        seen = b""
        while not seen.endswith(b"\0"):
            seen += os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    return Shown(
        finished.returncode,
        seen[:-1].decode().replace("\r\n", "\n"),
        (finished.stdout or b"").decode(),
        (finished.stderr or b"").decode(),
    )
