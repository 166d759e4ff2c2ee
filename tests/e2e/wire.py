"""HTTP/1 from the client's side, byte by byte.

A library would hide what these tests look at: whether a reply has a
Content-Length, where it ends, when the connection is closed. Every reply that
is read here is held to the rules that dynamic-DNS clients depend on.
"""

import base64
import re
import select
import socket
import struct
from dataclasses import dataclass

from sandbox.patience import PATIENCE_SECONDS, TooSlow

NAME = "dyndns.example.org"  # the server's
# A connection that the server ends only because it was idle was not closed.
CLOSING_SECONDS = 60  # the server keeps idle ones for 100

_STATUS_LINE = re.compile(r"HTTP/1\.1 ([1-5]\d\d) ([ -~]+)")


class ConnectionClosed(AssertionError):
    """The server closed the connection where a reply was expected."""


@dataclass(frozen=True)
class Reply:
    status: int
    reason: str
    headers: list[tuple[str, str]]  # names in lower case
    body: str

    def header(self, name: str) -> str | None:
        """The header's only value; None if it is absent."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) <= 1, f"{name} stands there {len(values)} times"
        return values[0] if values else None

    @property
    def said(self) -> str:
        """The body, which is one line, without its end."""
        assert self.body.endswith("\n") and self.body.count("\n") == 1, repr(self.body)
        return self.body[:-1]


def basic(user: str | bytes, password: str | bytes) -> tuple[str, str]:
    """The header of Basic authentication."""
    user, password = (each.encode() if isinstance(each, str) else each for each in (user, password))
    return "Authorization", f"Basic {base64.b64encode(user + b':' + password).decode()}"


def request(method, target, headers=(), body=b"", version="HTTP/1.1") -> bytes:
    """The bytes of a request. A body brings its Content-Length along."""
    lines = [f"{method} {target} {version}", f"Host: {NAME}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def _connect(address, timeout, source, buffer_bytes):
    if isinstance(address, str):
        family = socket.AF_UNIX
    else:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    connected = socket.socket(family)
    connected.settimeout(timeout)
    if buffer_bytes is not None:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    if source is not None:
        connected.bind((source, 0))
    connected.connect(address)
    return connected


class Connection:
    """To a host and a port, or to the path of a Unix socket. To be closed by
    whoever opened it, or used in a with statement."""

    def __init__(
        self,
        address,
        timeout=PATIENCE_SECONDS,
        *,
        source=None,
        buffer_bytes=None,
        preface=b"",
        tls=None,
    ):
        """From the address `source`, if the kernel is not to choose one; with
        `buffer_bytes` for what is on its way on this side, of either direction;
        `preface` is sent first of all, as a proxy sends its header; with TLS by
        the ssl.SSLContext `tls`."""
        self._socket = _connect(address, timeout, source, buffer_bytes)
        self._socket.sendall(preface)
        if tls is not None:
            self._socket = tls.wrap_socket(self._socket, server_hostname=NAME)
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def hang_up(self):
        """Ends the connection with a TCP reset, as a client that crashed."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def send(self, data: bytes, *, timeout=PATIENCE_SECONDS):
        self._socket.settimeout(timeout)
        self._socket.sendall(data)

    def send_singly(self, data: bytes):
        """Each byte by itself, without waiting for the one before to arrive."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            self.send(bytes([byte]))

    def end_sending(self):
        """Tells the server that no more will come; what it says is still heard."""
        try:
            # Not SSLSocket's own, behind which nothing is decrypted any more.
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
        except OSError:
            pass  # it has ended the connection by itself

    def receive(self, *, to_head=False, timeout=PATIENCE_SECONDS) -> Reply:
        """Reads one reply, and no more. Raises ConnectionClosed if the server
        hangs up instead, TooSlow if nothing comes."""
        self._socket.settimeout(timeout)
        while b"\r\n\r\n" not in self._received:
            self._read_some()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        reply = _parse_head(head.decode("latin-1"))
        if to_head or reply.status < 200:
            return reply
        length = reply.header("Content-Length")
        assert length is not None and length.isdecimal(), f"no Content-Length: {head!r}"
        while len(self._received) < int(length):
            self._read_some()
        body, self._received = self._received[: int(length)], self._received[int(length) :]
        return Reply(reply.status, reply.reason, reply.headers, body.decode())

    def stuff(self, data: bytes, most: int, *, quiet=1.0) -> int:
        """Sends data again and again, without ever reading, until the kernel has
        taken no more for `quiet` seconds, or has taken `most` bytes, or the
        server has closed. Returns how many were taken."""
        self._socket.setblocking(False)
        taken = 0
        try:
            while taken < most and select.select([], [self._socket], [], quiet)[1]:
                taken += self._socket.send(data[taken % len(data) :])
        except (BrokenPipeError, ConnectionResetError):
            pass
        return taken

    def is_open(self) -> bool:
        """Whether the server has not closed by now, whatever is left to read."""
        poll = select.poll()
        poll.register(self._socket, select.POLLRDHUP)
        return poll.poll(0) == []

    def is_closed(self, timeout=CLOSING_SECONDS) -> bool:
        """Waits for the server to close; False if it has not by then, or if it
        sends anything."""
        self._socket.settimeout(timeout)
        try:
            return not self._received and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def receive_some(self, timeout=PATIENCE_SECONDS) -> bytes:
        """Whatever comes next, a byte at least."""
        self._socket.settimeout(timeout)
        self._read_some()
        received, self._received = self._received, b""
        return received

    def receive_to_end(self, timeout=PATIENCE_SECONDS) -> bytes:
        """What comes until the server closes."""
        self._socket.settimeout(timeout)
        try:
            while True:
                self._read_some()
        except ConnectionClosed:
            received, self._received = self._received, b""
            return received

    def _read_some(self):
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            data = b""
        except TimeoutError:
            more = f"more of a reply than {self._received!r}"
            raise TooSlow(more, self._socket.gettimeout()) from None
        if not data:
            raise ConnectionClosed(f"the server closed after {self._received!r}")
        self._received += data


def _parse_head(head: str) -> Reply:
    status_line, *lines = head.split("\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    assert match, f"no status line: {status_line!r}"
    headers = []
    for line in lines:
        name, colon, value = line.partition(": ")
        assert colon and re.fullmatch(r"[A-Za-z0-9-]+", name), f"no header: {line!r}"
        headers.append((name.lower(), value))
    # ddclient 3.10 reads the size of the first chunk as the answer.
    assert "transfer-encoding" not in dict(headers), f"chunked: {head!r}"
    return Reply(int(match[1]), match[2], headers, "")


def statuses(received: bytes) -> list[int]:
    """Of the replies in a stream of whole ones; "100 Continue" is none. None of
    them may be to HEAD."""
    found = []
    while received:
        head, end, received = received.partition(b"\r\n\r\n")
        assert end, f"no reply: {head!r}"
        status = int(head.split(b" ")[1])
        if status < 200:
            continue
        length = re.search(rb"\ncontent-length: *(\d+)", head, re.I)
        assert length, f"no Content-Length: {head!r}"
        found.append(status)
        received = received[int(length[1]) :]
    return found


class Pending:
    """A request under way on a connection of its own."""

    def __init__(self, connection: Connection, to_head: bool):
        self.connection = connection
        self._to_head = to_head

    def wait(self, timeout=PATIENCE_SECONDS) -> Reply:
        try:
            return self.connection.receive(to_head=self._to_head, timeout=timeout)
        finally:
            self.connection.close()

    def hang_up(self):
        self.connection.hang_up()
