"""The token bucket by which Route 53 meters an account's calls.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
"""

import threading
import time


class TokenBucket:
    """Holds at most `burst` tokens, gains `rate` a second, and is born full."""

    def __init__(self, rate: float, burst: float | None = None, clock=time.monotonic):
        self._rate = rate
        self._burst = max(1.0, rate if burst is None else burst)
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = self._burst
        self._filled_at = clock()

    def take(self) -> bool:
        """Takes one token; False if there is none."""
        with self._lock:
            now = self._clock()
            gained = (now - self._filled_at) * self._rate
            self._tokens = min(self._burst, self._tokens + gained)
            self._filled_at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
