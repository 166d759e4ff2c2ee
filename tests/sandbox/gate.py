"""The gate that every call passes: where tests make a service wait.

Whatever waits in a service waits here, so that stopping the sandbox ends
every wait at once.
"""

import threading
from contextlib import contextmanager


class Stopped(Exception):
    """The sandbox was stopped while a call waited; the call comes to nothing."""


class Gate:
    def __init__(self):
        self._changed = threading.Condition()
        self._held = False
        self._only = None
        self._releases = 0
        self._closed = False

    def hold(self, only: str | None = None):
        """Parks the calls that arrive (of one action, if named), until release()."""
        with self._changed:
            self._held = True
            self._only = only

    def release(self):
        """Lets parked calls go on, and hangs up on those kept in silence."""
        with self._changed:
            self._held = False
            self._releases += 1
            self._changed.notify_all()

    @contextmanager
    def held(self, only: str | None = None):
        """Holds the gate while the block runs."""
        self.hold(only)
        try:
            yield
        finally:
            self.release()

    def close(self):
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def park(self, action: str):
        """Waits while the gate is held for this action."""
        self._wait(lambda: not self._held or self._only not in (None, action))

    def stay_silent(self):
        """Waits for the next release, whether or not the gate is held now."""
        with self._changed:
            seen = self._releases
        self._wait(lambda: self._releases > seen)

    def pause(self, seconds: float):
        """Waits for a span of time."""
        if seconds > 0:
            self._wait(lambda: False, seconds)

    def _wait(self, ready, timeout=None):
        with self._changed:
            self._changed.wait_for(lambda: self._closed or ready(), timeout)
            if self._closed:
                raise Stopped
