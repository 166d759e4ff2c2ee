"""A terminal at which a program runs, as a person's is."""

import os
import pty
import select
import subprocess
import time
from dataclasses import dataclass

from sandbox.patience import PATIENCE_SECONDS, TooSlow

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


class Terminal:
    """A program that is talked to while it runs: its standard input and standard
    error are a terminal, its standard output a pipe, which takes what is little."""

    def __init__(self, command, environment, cwd):
        self._ours, theirs = pty.openpty()
        try:
            self._process = subprocess.Popen(
                command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
                env=clean_environment(**environment), cwd=cwd, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(theirs)
        self.shown = ""  # all that came, with the terminal's own line ends
        self.output = ""  # its standard output, once it is finished

    def type(self, text: str):
        os.write(self._ours, text.encode())

    def read_until(self, text: str) -> str:
        """Reads what the program shows until `text` is in it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            if not self._read(deadline - time.monotonic()):
                raise TooSlow(f"{text!r}, saw {self.shown!r}", PATIENCE_SECONDS)
        return self.shown

    def finish(self) -> int:
        """Reads to the end; returns the exit status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._read(deadline - time.monotonic()):
            pass
        self.output = self._process.stdout.read().decode()
        return self._process.wait(PATIENCE_SECONDS)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        os.close(self._ours)

    def _read(self, seconds) -> bool:
        """False at the end, or when nothing comes in time."""
        if not select.select([self._ours], [], [], max(seconds, 0))[0]:
            return False
        try:
            piece = os.read(self._ours, 4096)
        except OSError:  # EIO: the other end is closed
            return False
        self.shown += piece.decode()
        return bool(piece)
