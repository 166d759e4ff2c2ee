"""What clients send, byte by byte.

ddclient 3.10, inadyn 2.10, GNU wget, busybox wget and curl of Debian 12 were
captured on a wire, and their own tests hold what they send against this. The
other requests are put together from what the makers and users of the devices have
published, and from the sources of those that have any."""

from .hosts import token_of
from .wire import basic


def authorization(host, token=None) -> bytes:
    name, value = basic(host, token_of(host) if token is None else token)
    return f"{name}: {value}\r\n".encode()


def _request(line, *headers) -> bytes:
    """Of headers as text, or as whole lines of bytes."""
    lines = [each if isinstance(each, bytes) else f"{each}\r\n".encode() for each in headers]
    return f"{line}\r\n".encode() + b"".join(lines) + b"\r\n"


def _login(login) -> list[bytes]:
    return [authorization(*login)] if login else []


# --- captured


def ddclient(target, server, login=None) -> bytes:
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        *_login(login),
        "User-Agent: ddclient/3.10.0",
        "Connection: close",
    )


def inadyn(target, server, login=None) -> bytes:
    """HTTP/1.0, Host without its port, no Connection header."""
    return _request(
        f"GET {target} HTTP/1.0",
        f"Host: {server}",
        *_login(login),
        "User-Agent: inadyn/2.10.0 https://github.com/troglobit/inadyn/issues",
    )


def gnu_wget(target, server, login=None) -> bytes:
    """Without credentials at first; once it has been challenged, with them."""
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        "User-Agent: Wget/1.21.3",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: Keep-Alive",
        *_login(login),
    )


def busybox_wget(target, server, login=None) -> bytes:
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        "User-Agent: Wget",
        "Connection: close",
        *_login(login),
    )


def curl(target, server, login=None) -> bytes:
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        *_login(login),
        "User-Agent: curl/7.88.1",
        "Accept: */*",
    )


# --- put together


def fritz_box(target, server, login=None) -> bytes:
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        "Connection: close",
        *_login(login),
        "User-Agent: Fritz!Box DDNS/1.0.1",
    )


def opnsense(target, server, login=None) -> bytes:
    """The native backend, which is Python with requests."""
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        "User-Agent: OPNsense-dyndns",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        *_login(login),
    )


def pfsense(target, server, login=None) -> bytes:
    """libcurl, Basic at once."""
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        *_login(login),
        "User-Agent: phpDynDNS/0.7",
        "Accept: */*",
    )


def synology(target, server) -> bytes:
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        "User-Agent: DSM",
        "Accept: */*",
    )


def mikrotik(target, server, login=None) -> bytes:
    return _request(
        f"GET {target} HTTP/1.1",
        f"Host: {server}",
        "User-Agent: Mikrotik/7.x Fetch",
        "Connection: close",
        *_login(login),
    )
