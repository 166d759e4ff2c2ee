"""The hosts of the benchmarks; rush.c knows them too."""

import ipaddress

BUCKET = "bench"
ZONE = "example.org"
FIRST_ADDRESS = "10.0.0.1"


def name_of(number: int) -> str:
    return f"h{number}.{ZONE}"


def token_of(number: int) -> str:
    return f"secret-of-h{number}"


def address_of(number: int) -> str:
    """The address that host `number` asks for when it is new."""
    return str(ipaddress.IPv4Address(FIRST_ADDRESS) + number)


def csv_of(count: int, suffix: str = "") -> bytes:
    """A table of h0 to h<count - 1>. The suffix goes to every token but that
    of h0, and makes another table of the same hosts."""
    rows = [f"{name_of(0)},{token_of(0)}\n"]
    rows += [f"{name_of(n)},{token_of(n)}{suffix}\n" for n in range(1, count)]
    return "".join(rows).encode()
