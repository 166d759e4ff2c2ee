"""A home on the Internet. Programs on this machine can call the server from
127.0.0.1 alone, which no client takes for an address of its own. A home is what
stands between: its clients call it in place of the server, and the server is
called from the home's public address, as a trusted proxy tells it."""

import re
import socket
import ssl
import threading
from contextlib import suppress

from . import proxy


class Home:
    """With TLS if there is a certificate (of tls_proxies), and without if not.
    `address` is the public one, and may change at any time; `requests` are those
    that came, byte by byte."""

    def __init__(self, server, address, certificate=None):
        self.address = address
        self.requests: list[bytes] = []
        self._server = server
        self._certificate = certificate
        self._context = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate.path, certificate.key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connections: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def ca_file(self):
        """By which a client knows the server."""
        return self._certificate.path

    def close(self):
        with suppress(OSError):  # closed twice
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._connections:
            each.join()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._connections.append(thread)
            thread.start()

    def _serve(self, client):
        # A client that does not believe the certificate, or is ended, is gone.
        with client, suppress(OSError):
            if self._context:
                client = self._context.wrap_socket(client, server_side=True)
            source = (proxy.ADDRESS, 0)
            with socket.create_connection(self._server, source_address=source) as server:
                self._pass_on(client, server)
            if self._context:
                client.unwrap()

    def _pass_on(self, client, server):
        from_client, from_server = client.makefile("rb"), server.makefile("rb")
        while head := _read_head(from_client):
            body = _read_body(from_client, head)
            self.requests.append(head + body)
            forwarded = f"X-Forwarded-For: {self.address}\r\n\r\n".encode()
            server.sendall(head.removesuffix(b"\r\n") + forwarded + body)
            head = _read_head(from_server)
            client.sendall(head + _read_body(from_server, head))
            if re.search(rb"\nconnection: close\r", head, re.I):
                return


def _read_head(stream) -> bytes:
    lines = []
    while line := stream.readline():
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return b""


def _read_body(stream, head) -> bytes:
    length = re.search(rb"\ncontent-length: *(\d+)", head, re.I)
    return stream.read(int(length[1])) if length else b""
