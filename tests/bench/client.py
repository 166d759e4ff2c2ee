"""A caller, as host h0 if nothing else is said, for what is not measured."""

import base64
import urllib.request

from hosts import name_of, token_of


def basic(login: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


AUTHORIZATION = basic(name_of(0), token_of(0))


def get(url: str, authorization: str | None = AUTHORIZATION) -> tuple[str, int]:
    """The body, and the number of headers."""
    headers = {"Authorization": authorization} if authorization else {}
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read().decode(), len(reply.headers)
