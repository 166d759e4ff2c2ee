"""The server that is soaked: started, ended, killed; its log is read, counted
and forgotten."""

import re
import signal
import subprocess
import threading
from collections import Counter, deque

import programs
from e2e import events
from e2e.service import clean_environment

from patience import until

_NAME = re.compile(rb"time=\S+ level=(\w+) event=(\w+)")
LINES_KEPT = 200  # for whoever asks what went wrong


class Log:
    """Counts the events of a stream as they come. What is no event is strange."""

    def __init__(self, stream):
        self.counts, self.strange = Counter(), []
        self.ports = {}  # by the kind of a listener
        self.lines = deque(maxlen=LINES_KEPT)
        self._stream = stream
        self._thread = threading.Thread(target=self._read, name="soak-log", daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._stream:
            line = line.rstrip(b"\n")
            self.lines.append(line)
            match = _NAME.match(line)
            if match is None:
                if len(self.strange) < LINES_KEPT:
                    self.strange.append(line.decode("utf-8", "backslashreplace"))
                continue
            name = match[2].decode()
            if name == "listening":
                event = events.parse(0, line)
                self.ports[event["kind"]] = int(event["port"])
            self.counts[name] += 1
        self._stream.close()

    def join(self):
        self._thread.join(programs.STOP_SECONDS)

    def text(self) -> str:
        return b"\n".join(list(self.lines)).decode("utf-8", "backslashreplace")


class Server:
    """`strange` is what its log held that is no event, and each end that was not
    a good one, of all its lives."""

    def __init__(self, name: str, binary: str, environment: dict[str, str]):
        self.name = name
        self.strange: list[str] = []
        self.starts = 0
        # What was heard in an earlier life may not stand in the journal.
        self.trusted_from = 1
        self._binary, self._environment = binary, environment
        self._process = self.log = None

    async def start(self):
        self.starts += 1
        self._process = programs.start(
            [self._binary],
            env=clean_environment(**self._environment),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.log = Log(self._process.stderr)
        for event in ("table_loaded", "hosted_zones_read"):
            await self.saw(event)

    async def saw(self, event: str):
        """Waits until this life's log has had the event."""

        def ready():
            if not self.is_running:
                self.log.join()
                raise EOFError(f"{self.name} ended without {event}:\n{self.log.text()}")
            return self.log.counts[event] > 0

        await until(ready, f"{event} of {self.name}")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def address(self, kind="http"):
        """Of its listener of this kind: http, tls, metrics. None while it is away."""
        port = self.log.ports.get(kind) if self.is_running else None
        return ("127.0.0.1", port) if port else None

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    async def stop(self):
        self._process.send_signal(signal.SIGTERM)
        await self._end(0)

    async def kill(self):
        self.trusted_from = self.starts + 1
        self._process.kill()
        await self._end(-signal.SIGKILL)

    async def _end(self, expected: int):
        await until(lambda: not self.is_running, f"the end of {self.name}")
        self.log.join()
        self.strange += self.log.strange
        if self._process.returncode != expected:
            self.strange.append(f"{self.name} ended with {self._process.returncode}")
        if self.log.counts["stopped_with_requests_in_hand"]:
            self.strange.append(f"{self.name} left requests unanswered")

    def abandon(self):
        """Whatever goes on: it is not left behind."""
        if self._process is not None and self.is_running:
            self._process.kill()
            self._process.wait()
