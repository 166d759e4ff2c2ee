"""What TLS costs: requests on connections that stay, a handshake for each
request, and the memory of connections that are idle, next to nginx."""

import resource
import socket
import ssl
import statistics
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

from against_nginx import SERVER_CORE, Nginx, Request, compare
from hosts import csv_of
from programs import Aws, Server, resident_bytes, scratch_folder

CHECK_IP = Request("/check_ip", "", None, 0, "127.0.0.1\n")
CLOSE = ("-H", "Connection: close")
RESERVED_FILES = 200  # of this process


class TlsServer(Server):
    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.port}{path}"


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "90", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def _trusting_anybody():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _connect(port, context):
    """A connection on which one request was answered."""
    connected = socket.create_connection(("127.0.0.1", port))
    if context is not None:
        connected = context.wrap_socket(connected)
    connected.sendall(b"GET /check_ip HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = connected.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\n"), answer
    return connected


def _idle_bytes(port, pid, count, context) -> float:
    """The first connections pay for what all share."""
    with ExitStack() as stack:
        for _ in range(count // 10):
            stack.enter_context(_connect(port, context))
        before = resident_bytes(pid)
        for _ in range(count):
            stack.enter_context(_connect(port, context))
        return (resident_bytes(pid) - before) / count


@contextmanager
def _both(folder, aws, certificate):
    """Server and nginx, by TLS if there is a certificate."""
    kind, settings = Server, {"DYNDNS_DATABASE": folder / "hosts.csv", "DYNDNS_THREADS": 1}
    if certificate:
        kind = TlsServer
        settings |= {
            "DYNDNS_LISTEN": "tls:127.0.0.1:0",
            "DYNDNS_TLS_CERTIFICATE": certificate[0],
            "DYNDNS_TLS_KEY": certificate[1],
        }
    with (
        kind(aws, core=SERVER_CORE, **settings) as server,
        Nginx(folder, [CHECK_IP], SERVER_CORE, certificate) as nginx,
    ):
        yield server, nginx


def _measure_idle(folder, aws, certificate, count):
    found = {"dyndns53": {}, "nginx": {}}
    for kind, files in {"plain": None, "tls": certificate}.items():
        context = _trusting_anybody() if files else None
        with _both(folder, aws, files) as (server, nginx):
            ours = _idle_bytes(server.port, server.pid, count, context)
            theirs = _idle_bytes(nginx.port, nginx.worker, count, context)
            found["dyndns53"][kind], found["nginx"][kind] = ours, theirs
    return found


def _as_many_as_may_be(wanted):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return min(wanted, (most - RESERVED_FILES) * 9 // 10)


def run(quick: bool, say) -> dict:
    rounds, seconds = (3, 1) if quick else (9, 3)
    count = _as_many_as_may_be(1000 if quick else 5000)
    results = {"rounds": rounds, "seconds": seconds, "connections": count}
    with scratch_folder() as folder, Aws() as aws:
        (folder / "hosts.csv").write_bytes(csv_of(10))
        certificate = _make_certificate(folder)
        with _both(folder, aws, certificate) as (server, nginx):
            for kind, headers in {"requests": (), "handshakes": CLOSE}.items():
                results[kind] = compare(CHECK_IP, server, nginx, rounds, seconds, headers)
                ratio = statistics.median(results[kind]["ratios"])
                say(f"{kind} by TLS: {ratio:.2f} of nginx's a second")
        results["idle"] = _measure_idle(folder, aws, certificate, count)
    ours = results["idle"]["dyndns53"]
    say(f"an idle connection: {ours['tls'] / 1024:.1f} KiB by TLS, {ours['plain'] / 1024:.1f} plain")
    return results
