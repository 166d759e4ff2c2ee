"""The server's log, read while it is written: one line an event."""

import re
import threading
from dataclasses import dataclass
from datetime import datetime

from sandbox.patience import PATIENCE_SECONDS, TooSlow

_VALUE = rb'[!#-<>-\[\]-~]+|"(?:[ !#-\[\]-~]|\\["\\]|\\x[0-9a-f]{2})*"'
_LINE = re.compile(
    rb"time=(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) "
    rb"level=(?P<level>error|warn|info|debug) event=(?P<name>[a-z][a-z0-9_]*)"
    rb"(?P<fields>(?: [a-z][a-z0-9_]*=(?:" + _VALUE + rb"))*)"
)
_FIELD = re.compile(rb' ([a-z0-9_]+)=(?:"((?:[^"\\]|\\.)*)"|([^ ]+))')
_ESCAPE = re.compile(rb'\\(?:x([0-9a-f]{2})|(["\\]))')

LINE_MAX_BYTES = 2048  # a longer one is cut, and ends in "..."


@dataclass(frozen=True)
class Event:
    position: int  # among the events of its log
    time: datetime
    level: str
    name: str
    fields: dict[str, str]

    def __getitem__(self, key: str) -> str:
        return self.fields[key]

    def matches(self, name, fields) -> bool:
        return self.name == name and all(
            self.fields.get(key) == str(value) for key, value in fields.items()
        )


def parse(position: int, line: bytes) -> Event | None:
    """None if the line is not an event's line, from its first byte to its last."""
    is_cut = len(line) in range(LINE_MAX_BYTES - 8, LINE_MAX_BYTES) and line.endswith(b"...")
    match = _LINE.match(line) if is_cut else _LINE.fullmatch(line)
    if match is None:
        return None
    fields = {
        key.decode(): _unescape(quoted) if not plain else plain.decode()
        for key, quoted, plain in _FIELD.findall(match["fields"])
    }
    time = datetime.fromisoformat(match["time"].decode())
    return Event(position, time, match["level"].decode(), match["name"].decode(), fields)


def _unescape(text):
    def byte(match):
        return bytes([int(match[1], 16)]) if match[1] else match[2]

    return _ESCAPE.sub(byte, text).decode("latin-1")


class EventLog:
    """Reads a stream in a thread of its own, until the stream ends. Without
    `reading` it does not begin before it is told to."""

    def __init__(self, stream, reading=True):
        self._stream = stream
        self._changed = threading.Condition()
        self._lines: list[bytes] = []
        self._events: list[Event] = []
        self._strange: list[bytes] = []
        self._ended = False
        self._closing = False
        self._thread = threading.Thread(target=self._read, name="event-log", daemon=True)
        self._reading = False
        if reading:
            self.start_reading()

    def _read(self):
        for line in self._stream:
            if self._closing:
                break
            line = line.removesuffix(b"\n")
            with self._changed:
                self._lines.append(line)
                event = parse(len(self._events), line)
                (self._strange if event is None else self._events).append(event or line)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._stream.close()

    def start_reading(self):
        if not self._reading:
            self._reading = True
            self._thread.start()

    def join(self):
        """Waits for the end of the stream."""
        self.start_reading()
        self._thread.join(PATIENCE_SECONDS)

    def stop_reading(self):
        """Closes the stream with the next line, under the hands of its writer."""
        with self._changed:
            self._closing = True

    def text(self) -> str:
        """All that was written, events or not."""
        with self._changed:
            return b"\n".join(self._lines).decode("utf-8", "backslashreplace")

    def strange(self) -> str:
        """What is no event: a sanitizer's report, say."""
        with self._changed:
            return b"\n".join(self._strange).decode("utf-8", "backslashreplace")

    def count(self) -> int:
        with self._changed:
            return len(self._events)

    def find(self, name: str, *, after: int = 0, **fields) -> list[Event]:
        """The events so far of this name that have these fields."""
        with self._changed:
            return [each for each in self._events[after:] if each.matches(name, fields)]

    def wait(self, name: str, *, after: int = 0, timeout=PATIENCE_SECONDS, **fields) -> Event:
        """Returns the first such event from position `after` on; waits for it."""
        looked_at = after

        def look():
            nonlocal looked_at
            for event in self._events[looked_at:]:
                looked_at += 1
                if event.matches(name, fields):
                    return event
            return self._ended

        with self._changed:
            found = self._changed.wait_for(look, timeout)
        if not isinstance(found, Event):
            wanted = " ".join([name, *(f"{key}={value}" for key, value in fields.items())])
            if not found:
                raise TooSlow(f"an event {wanted}", timeout)
            raise EOFError(f"the server ended without an event {wanted}")
        return found
