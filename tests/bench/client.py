"""A caller as host h0, for what is not measured."""

import base64
import urllib.request

from hosts import name_of, token_of

CREDENTIALS = base64.b64encode(f"{name_of(0)}:{token_of(0)}".encode()).decode()
AUTHORIZATION = f"Basic {CREDENTIALS}"


def get(url: str) -> tuple[str, int]:
    """The body, and the number of headers."""
    request = urllib.request.Request(url, headers={"Authorization": AUTHORIZATION})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read().decode(), len(reply.headers)
