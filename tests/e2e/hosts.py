"""The hosts of the tests, and the database that lists them."""


def token_of(host: str) -> str:
    """The token under which tests list a host, unless they say otherwise.
    "token-of-" is in no other text, so that a log can be searched for it."""
    return f"token-of-{host}"


def csv_of(*hosts) -> bytes:
    """A database of these hosts, each a name or a pair of name and token."""
    pairs = [(each, token_of(each)) if isinstance(each, str) else each for each in hosts]
    return "".join(f"{name},{token}\n" for name, token in pairs).encode()


def numbered(count: int, suffix: str = "example.org") -> list[str]:
    return [f"h{number}.{suffix}" for number in range(count)]
