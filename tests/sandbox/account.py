"""The one AWS account of the sandbox: its credentials and its clock."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone


@dataclass
class Keys:
    """What a request can be signed with. `token` is None for those of a user."""

    access_key: str
    secret_key: str
    token: str | None
    expires_at: datetime | None
    has_expired: bool = False  # before its time, as a test wished


@dataclass
class Account:
    """Tests may change any field while the sandbox runs."""

    # The key pair that AWS's own documentation uses throughout.
    access_key: str = "AKIAIOSFODNN7EXAMPLE"
    secret_key: str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    session_token: str | None = None
    token_expired: bool = False
    clock_skew_seconds: float = 0.0
    # Whether the Date of an answer tells this clock; not so with a proxy between that
    # dates what passes.
    dates_answers: bool = True
    _issued: dict[str, Keys] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + timedelta(seconds=self.clock_skew_seconds)

    def date(self) -> datetime:
        return self.now() if self.dates_answers else datetime.now(timezone.utc)
    def issue(self, lifetime_seconds: float) -> Keys:
        """Temporary keys, which end by themselves, and with expire_issued()."""
        keys = Keys(
            "ASIA" + secrets.token_hex(8).upper(),
            secrets.token_urlsafe(30),
            "token-of-keys/" + secrets.token_urlsafe(60) + "+/==",
            self.now() + timedelta(seconds=lifetime_seconds),
        )
        with self._lock:
            self._issued[keys.access_key] = keys
        return keys

    def expire_issued(self):
        """From now on all temporary keys that were given out are refused."""
        with self._lock:
            for keys in self._issued.values():
                keys.has_expired = True

    def issued(self) -> list[Keys]:
        with self._lock:
            return list(self._issued.values())

    def keys(self, access_key: str) -> Keys | None:
        """What belongs to the id of a key; None: nobody has it."""
        if access_key == self.access_key:
            return Keys(
                access_key, self.secret_key, self.session_token, None, self.token_expired
            )
        with self._lock:
            return self._issued.get(access_key)

    def has_expired(self, keys: Keys) -> bool:
        return keys.has_expired or (keys.expires_at is not None and self.now() >= keys.expires_at)
