"""A proxy that servers under test trust (see DEFAULTS in conftest.py), on this
machine too, and told from other callers by the address that it calls from."""

import ipaddress
import socket
import struct

ADDRESS = "127.0.0.2"
SERVER = {4: "192.0.2.80", 6: "2001:db8::80"}  # where a proxy says that it was called
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL = SIGNATURE + b"\x20\0\0\0"
UNKNOWN_V1 = b"PROXY UNKNOWN\r\n"
UNKNOWN_V2 = SIGNATURE + b"\x21\0\0\0"


def forwarded(*values, headers=()) -> dict:
    """For Service.send() and its kin: the request comes from the proxy, with
    these X-Forwarded-For headers. None at all is a proxy that does not tell."""
    told = [("X-Forwarded-For", value) for value in values]
    return {"headers": [*headers, *told], "source": ADDRESS}


def v1(source) -> bytes:
    """The header of the PROXY protocol, in text: `source` called."""
    version = ipaddress.ip_address(source).version
    return f"PROXY TCP{version} {source} {SERVER[version]} 40000 80\r\n".encode()


def v2(source, extensions=b"") -> bytes:
    """The same in binary."""
    version = ipaddress.ip_address(source).version
    family, code = (socket.AF_INET, 0x11) if version == 4 else (socket.AF_INET6, 0x21)
    ends = b"".join(socket.inet_pton(family, end) for end in (source, SERVER[version]))
    block = ends + struct.pack(">HH", 40000, 80) + extensions
    return SIGNATURE + struct.pack(">BBH", 0x21, code, len(block)) + block
