"""HTTP/1.1 on a loopback port: whole requests in, replies out, some spoilt.

One thread a connection, kept alive. Knows nothing of AWS: it hands a Request
to a function and delivers the Reply in the manner which the Reply asks for.
"""

import os
import socket
import struct
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from enum import Enum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from .patience import PATIENCE_SECONDS

LOOPBACK = "127.0.0.1"
BACKLOG = 128
TRICKLE_BYTES, TRICKLE_SECONDS = 60, 0.1


@dataclass(frozen=True)
class Request:
    """A request as it was received. `path` and `query` are the raw text of
    the request line, one character a byte; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


class Delivery(Enum):
    WHOLE = auto()  # as it should be
    CUT = auto()  # the right Content-Length, half the body, then the end
    TRICKLE = auto()  # whole, but 600 bytes of the body a second
    RESET = auto()  # no byte, a TCP reset
    SILENT = auto()  # no byte; the orderly close comes when `answer` returns


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE

    def delivered(self, delivery: Delivery) -> "Reply":
        return replace(self, delivery=delivery)


class HttpServer:
    """Calls `answer(Request) -> Reply` in one thread a connection; `now()` dates the
    replies.

    A second socket, bound but never listening, keeps the port ours while the
    server is unplugged: the kernel refuses connections to it meanwhile.
    """

    def __init__(self, answer, now, port: int = 0):
        self.answer = answer
        self.now = now
        self._reservation = _bind(port)
        self.port = self._reservation.getsockname()[1]
        self._listener = None
        self._acceptor = None
        # Only the acceptor touches these, and after its end whoever ended it.
        self._connections: dict[socket.socket, threading.Thread] = {}

    def plug(self):
        self._listener = _bind(self.port)
        self._listener.listen(BACKLOG)
        self._acceptor = threading.Thread(
            target=self._accept, args=(self._listener,), name="sandbox-accept", daemon=True
        )
        self._acceptor.start()

    def unplug(self):
        """Refuses new connections and ends those that are open."""
        if self._listener is None:
            return
        self._listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves accept() asleep
        self._listener.close()
        self._listener = None
        self._acceptor.join()
        for connection in self._connections:
            _ignoring_os_error(connection.shutdown, socket.SHUT_RDWR)

    def close(self):
        """Leaves no thread behind."""
        self.unplug()
        for thread in self._connections.values():
            thread.join(PATIENCE_SECONDS)
        self._reservation.close()

    def _accept(self, listener):
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve, args=(connection, peer), name="sandbox-http", daemon=True
            )
            self._forget_the_closed()
            self._connections[connection] = thread
            thread.start()

    def _forget_the_closed(self):
        open_now = {each: thread for each, thread in self._connections.items() if thread.is_alive()}
        self._connections = open_now

    def _serve(self, connection, peer):
        try:
            _Exchange(connection, peer, self)
        except OSError:
            pass  # the client went away; nobody is left to tell
        finally:
            connection.close()


class _Exchange(BaseHTTPRequestHandler):
    """The requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a batch's reply must not wait for an ACK

    def _serve(self):
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal():
            self.close_connection = True
            self._send(Reply(HTTPStatus.LENGTH_REQUIRED))
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client gave up half way
            self.close_connection = True
            return
        # Not self.path: http.server tidies leading slashes, and a signature
        # covers what was sent.
        path, _, query = self.requestline.split()[1].partition("?")
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        try:
            reply = self.server.answer(Request(self.command, path, query, headers, body))
        except Exception:  # a defect of the sandbox: tell whoever runs the test
            traceback.print_exc(file=sys.stderr)
            reply = Reply(500, b"the sandbox has a defect; see its standard error\n")
        self._send(reply)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

    def _send(self, reply):
        if reply.delivery in (Delivery.RESET, Delivery.SILENT):
            self.close_connection = True
            if reply.delivery is Delivery.RESET:
                _reset(self.connection)
            return
        head = self._head(reply)
        body = b"" if self.command == "HEAD" else reply.body
        if reply.delivery is Delivery.CUT:
            self.close_connection = True
            # Without a body to cut, the head is cut.
            head, body = head[: None if body else len(head) // 2], body[: len(body) // 2]
        if reply.delivery is Delivery.TRICKLE:
            self._trickle(head, body)
        else:
            self.connection.sendall(head + body)

    def _trickle(self, head, body):
        """Ends early, with an OSError, when the client or the server does."""
        self.connection.sendall(head)
        for start in range(0, len(body), TRICKLE_BYTES):
            time.sleep(TRICKLE_SECONDS)
            self.connection.sendall(body[start : start + TRICKLE_BYTES])

    def _head(self, reply):
        lines = [
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
            f"Date: {format_datetime(self.server.now(), usegmt=True)}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        if reply.status != HTTPStatus.NOT_MODIFIED:  # RFC 9110 section 15.4.5: no content
            lines.append(f"Content-Length: {len(reply.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def log_message(self, format, *args):
        pass  # the services keep their own log, for tests to read


def _bind(port):
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    return bound


def _reset(connection):
    """Ends a connection with RST. Detached, because the reader that http.server
    keeps would otherwise hold the descriptor open, and the orderly shutdown
    that comes later would send FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def _ignoring_os_error(function, *args):
    try:
        function(*args)
    except OSError:
        pass
