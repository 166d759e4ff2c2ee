"""Reverse proxies in front of the server, as operators put them there, and what
passes between the two."""

import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from sandbox.patience import until

RELAY_BYTES = 65536

# What a client has to be patient about is short, so that half requests end soon;
# what the server takes its time for is not.
_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_header_timeout 5s;
    client_body_timeout 5s;
    upstream dyndns53 {{
        server {host}:{port};
        keepalive 1;
    }}
    server {{
        listen unix:{folder}/socket;
        location / {{
            proxy_pass http://dyndns53;
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For 198.51.100.7;
        }}
    }}
}}
"""

_HAPROXY = """
global
    nbthread 1
defaults
    mode http
    timeout connect 30s
    timeout client 5s
    timeout http-request 5s
    timeout server 60s
    retry-on conn-failure empty-response
    http-reuse always
frontend clients
    bind unix@{folder}/socket
    {option}
    default_backend dyndns53
backend dyndns53
    http-request set-header X-Forwarded-For 198.51.100.7
    server only {host}:{port} pool-max-conn 1
"""

KINDS = ("nginx", "haproxy", "lenient-haproxy")


def _command(kind, folder, server):
    host, port = server
    if kind == "nginx":
        configuration = _NGINX.format(folder=folder, host=host, port=port)
        arguments = ["nginx", "-p", str(folder), "-e", "stderr", "-c"]
    else:
        option = "option accept-invalid-http-request" if kind == "lenient-haproxy" else ""
        configuration = _HAPROXY.format(folder=folder, host=host, port=port, option=option)
        arguments = ["haproxy", "-db", "-q", "-f"]
    (folder / "configuration").write_text(configuration)
    # Debian's programs for servers are not on everybody's path.
    program = shutil.which(arguments[0], path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert program, f"{arguments[0]} is not installed"
    return [program, *arguments[1:], str(folder / "configuration")]


def _wait_until_it_listens(path, process):
    def listens():
        assert process.poll() is None, "the proxy ended"
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(path) == 0

    until(listens, "the proxy to listen")


@contextmanager
def running(kind, server):
    """A proxy of this kind in front of a server's address; gives the path of
    the socket on which it takes clients."""
    # Not pytest's: the path of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="dyndns53-") as name:
        folder = Path(name)
        path = str(folder / "socket")
        process = subprocess.Popen(_command(kind, folder, server), stdin=subprocess.DEVNULL)
        try:
            _wait_until_it_listens(path, process)
            yield path
        finally:
            process.terminate()
            process.wait()


class Tap:
    """Stands between a proxy, or any client, and the server, and keeps what the
    server says. With `alter`, a function of bytes, it passes on other bytes; it
    may get them in any pieces."""

    def __init__(self, server, alter=None):
        self._server = server
        self._alter = alter or (lambda said: said)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._flows: list[_Flow] = []
        self._changed = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.drain()

    def drain(self) -> list[bytes]:
        """Ends all connections to the server, after it has answered what it has
        in hand; gives what it said on each since the last call."""
        with self._changed:
            flows, self._flows = self._flows, []
        return [flow.end() for flow in flows]

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self._flows.append(_Flow(near, socket.create_connection(self._server), self._alter))


class _Flow:
    def __init__(self, near, far, alter):
        self._near, self._far, self._alter = near, far, alter
        self._said = b""
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._forth, self._back)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> bytes:
        _end_sending(self._far)
        for thread in reversed(self._threads):
            thread.join()
        self._near.close()
        self._far.close()
        return self._said

    def _forth(self):
        while data := _receive(self._near):
            _send(self._far, data)
        _end_sending(self._far)

    def _back(self):
        while data := _receive(self._far):
            self._said += data
            _send(self._near, self._alter(data))
        # Nothing that the proxy still has to say will be heard.
        try:
            self._near.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


# A peer that is gone is the end of a stream as any other is.


def _receive(connection) -> bytes:
    try:
        return connection.recv(RELAY_BYTES)
    except OSError:
        return b""


def _send(connection, data):
    try:
        connection.sendall(data)
    except OSError:
        pass


def _end_sending(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
