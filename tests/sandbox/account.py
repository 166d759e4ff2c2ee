"""The one AWS account of the sandbox: its credentials and its clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


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

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + timedelta(seconds=self.clock_skew_seconds)

    def date(self) -> datetime:
        return self.now() if self.dates_answers else datetime.now(timezone.utc)
