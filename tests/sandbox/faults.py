"""Which call goes wrong, and how.

A fault is a word. REFUSED faults answer instead of doing the work; LOST_BEFORE
faults neither work nor answer; LOST_AFTER faults do the work and then spoil
the answer, so that the client cannot know what happened. "slow" only delays,
and so does S3's "trickle", byte by byte.
"""

import random
import threading

REFUSED = {"throttling", "500", "502", "503", "expired-token", "access-denied"}
LOST_BEFORE = {"reset-before", "silence-before"}
LOST_AFTER = {"reset-after", "silence", "cut", "not-xml"}
COMMON = REFUSED | LOST_BEFORE | LOST_AFTER | {"slow"}


class Faults:
    """The plan of one service: counted faults first, then dice, then "always"."""

    def __init__(self, known: set[str]):
        self._known = known
        self._lock = threading.Lock()
        self.heal()

    def fail_next(self, n: int, fault: str, action: str | None = None):
        """Makes the next n calls (of one action, if named) fail."""
        self._check(fault)
        with self._lock:
            self._next += [(fault, action)] * n

    def fail_always(self, fault: str, action: str | None = None):
        """Makes every call (of one action, if named) fail, until heal()."""
        self._check(fault)
        with self._lock:
            self._always = (fault, action)

    def fail_randomly(self, seed: int, probabilities: dict[str, float]):
        """Makes calls fail by dice that fall the same way for the same seed."""
        for fault in probabilities:
            self._check(fault)
        if sum(probabilities.values()) > 1:
            raise ValueError("the probabilities add up to more than 1")
        with self._lock:
            self._dice = random.Random(seed)
            self._probabilities = dict(probabilities)

    def heal(self):
        """Forgets every fault that has not happened yet."""
        with self._lock:
            self._next = []
            self._always = None
            self._dice = None
            self._probabilities = {}

    def draw(self, action: str) -> str | None:
        """Returns the fault of the call at hand, or None."""
        with self._lock:
            for position, (fault, wanted) in enumerate(self._next):
                if wanted in (None, action):
                    del self._next[position]
                    return fault
            if self._dice is not None:
                drawn = self._dice.random()
                for fault, probability in self._probabilities.items():
                    drawn -= probability
                    if drawn < 0:
                        return fault
            if self._always is not None and self._always[1] in (None, action):
                return self._always[0]
            return None

    def _check(self, fault):
        if fault not in self._known:
            raise ValueError(f"no fault {fault!r}; there are {', '.join(sorted(self._known))}")
