"""The hosts of the benchmarks; rush.c knows them too."""

import ipaddress

BUCKET = "bench"
ZONE = "example.org"
FIRST_ADDRESS = "10.0.0.1"
IPV6_NETWORK = "2001:db8::"
USER = "router"


def name_of(number: int) -> str:
    return f"h{number}.{ZONE}"


def token_of(number: int) -> str:
    return f"secret-of-h{number}"


def address_of(number: int) -> str:
    """The address that host `number` asks for when it is new."""
    return str(ipaddress.IPv4Address(FIRST_ADDRESS) + number)


def ipv6_address_of(number: int) -> str:
    """The one that it asks for beside that, if it asks for both families."""
    return str(ipaddress.IPv6Address(IPV6_NETWORK) + int(ipaddress.IPv4Address(address_of(number))))


COLUMNS = (
    "record_type,ttl,allow_internal,lock_record,mac_address,read_privilege,user,"
    "ipv6_suffix,expect_within,expire_after,comment"
)


def columns_of(number: int) -> str:
    """Fields for COLUMNS: all that a row can say, and a user of its own."""
    low = f"{number >> 16 & 0xff:02x}:{number >> 8 & 0xff:02x}:{number & 0xff:02x}"
    suffix = f"::5054:ff:fe{number >> 16 & 0xff:02x}:{number & 0xffff:x}"
    return f"A,60,yes,no,52:54:00:{low},yes,user{number},{suffix},1d,30d,at home"


def csv_of(count: int, suffix: str = "", *, columns: bool = False) -> bytes:
    """A table of h0 to h<count - 1>. The suffix goes to every token but that
    of h0, and makes another table of the same hosts. `columns`: every row has
    all there are."""
    rows = [f"hostname,token,{COLUMNS}\n"] if columns else []
    for n in range(count):
        more = f",{columns_of(n)}" if columns else ""
        rows.append(f"{name_of(n)},{token_of(n)}{suffix if n else ''}{more}\n")
    return "".join(rows).encode()


def csv_of_user(hosts: int, count: int) -> bytes:
    """A table of h0 to h<count - 1>, of which the first `hosts` have one login:
    USER, with the token of h0."""
    rows = ["hostname,token,user\n"]
    rows += [f"{name_of(n)},{token_of(0)},{USER}\n" for n in range(hosts)]
    rows += [f"{name_of(n)},{token_of(n)},\n" for n in range(hosts, count)]
    return "".join(rows).encode()
