"""Behind haproxy that passes connections on, set up by the very file that
docs/PROXIES.md has people copy. Replaced are only addresses and what the header
is told to be like."""

import re
import shutil
import socket
import ssl
import subprocess
from contextlib import contextmanager

import pytest

from . import wire
from .hosts import token_of
from .tls_proxies import DOCS, replaced

CALLER, FORGED = "127.0.0.3", "203.0.113.9"  # the proxy calls from another address
HEADERS = {
    "as in the file": "send-proxy-v2",
    "version 1": "send-proxy",
    "with extensions": "send-proxy-v2 proxy-v2-options crc32c,ssl,authority,unique-id",
}
_DEFAULTS = """\
global
    nbthread 1
defaults
    timeout connect 30s
    timeout client 60s
    timeout server 60s
    unique-id-format %pid-%rt
    default-server inter 100ms
"""


def settings(certificate):
    """What docs/PROXIES.md has people write into the server's environment."""
    text = (DOCS / "PROXIES.md").read_text().partition("\n## haproxy")[2].partition("\n## ")[0]
    found = dict(re.findall(r"^    (DYNDNS_\w+)=(\S+)$", text, re.M))
    assert found.keys() == {
        "DYNDNS_LISTEN", "DYNDNS_TRUSTED_PROXIES", "DYNDNS_TLS_CERTIFICATE", "DYNDNS_TLS_KEY",
    }  # fmt: skip
    assert found["DYNDNS_LISTEN"] == "proxy:127.0.0.1:8081,proxy:tls:127.0.0.1:8443"
    return found | {
        "DYNDNS_LISTEN": "proxy:127.0.0.1:0,proxy:tls:127.0.0.1:0",
        "DYNDNS_TLS_CERTIFICATE": certificate.path,
        "DYNDNS_TLS_KEY": certificate.key,
    }


class Haproxy:
    """It is given sockets that listen already."""

    def __init__(self, folder, servers, header):
        listening = [socket.create_server(("127.0.0.1", 0)) for _ in servers]
        self.addresses = [each.getsockname() for each in listening]  # plain, TLS
        (plain, tls), (plain_fd, tls_fd) = servers, [each.fileno() for each in listening]
        file = replaced(
            (DOCS / "proxies/haproxy.cfg").read_text(),
            {
                "    bind :::443 v6only\n": "",
                "    bind :::80 v6only\n": "",
                "bind :443": f"bind fd@{tls_fd}",
                "bind :80": f"bind fd@{plain_fd}",
                "127.0.0.1:8081": f"127.0.0.1:{plain[1]}",
                "127.0.0.1:8443": f"127.0.0.1:{tls[1]}",
                "send-proxy-v2": header,
            },
        )
        config = folder / "haproxy.cfg"
        config.write_text(_DEFAULTS + file)
        program = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
        # It ends with us, even if we are killed outright.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", program, "-db", "-q", "-f", config],
            stdin=subprocess.DEVNULL,
            pass_fds=[plain_fd, tls_fd],
        )
        for each in listening:
            each.close()

    def stop(self):
        assert self._process.poll() is None, "haproxy ended by itself"
        self._process.terminate()
        self._process.wait()


@contextmanager
def in_front_of(service, folder, header):
    proxy = Haproxy(folder, service.addresses(2), header)
    try:
        yield proxy
    finally:
        proxy.stop()


@pytest.fixture
def service(start, certificate):
    """Callers of a test can have internal addresses only."""
    return start("a.example.org", **settings(certificate), DYNDNS_ALLOW_INTERNAL="true")


@pytest.fixture(params=HEADERS.values(), ids=HEADERS)
def proxy(request, service, tmp_path):
    with in_front_of(service, tmp_path, request.param) as proxy:
        yield proxy


def call(proxy, scheme, context: ssl.SSLContext) -> wire.Connection:
    plain, secure = proxy.addresses
    if scheme == "https":
        return wire.Connection(secure, source=CALLER, tls=context)
    return wire.Connection(plain, source=CALLER)


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_callers_address_is_registered(proxy, certificate, dig, scheme):
    credentials = wire.basic("a.example.org", token_of("a.example.org"))
    forged = ("X-Forwarded-For", FORGED)
    with call(proxy, scheme, certificate.context()) as caller:
        for headers in ([], [forged], [forged, forged]):
            caller.send(wire.request("GET", "/check_ip", headers))
            assert caller.receive().said == CALLER
        caller.send(wire.request("GET", "/register_ip", [credentials, forged]))
        assert caller.receive().said == f"good {CALLER}"
    assert dig("a.example.org", "A") == [CALLER]


def test_health_checks_pass_without_a_word(proxy, service, certificate):
    """haproxy connects, says that it is for itself, and hangs up."""
    wire.Connection(proxy.addresses[0]).close()
    for scheme in ("https", "http"):
        with call(proxy, scheme, certificate.context()) as caller:
            caller.send(wire.request("GET", "/healthz"))
            assert caller.receive().status == 200
    service.stop()
    assert service.events("proxy_header_refused") == []


def test_a_proxy_without_the_header_is_told_in_the_log(service, certificate, tmp_path):
    """As docs/TROUBLESHOOTING.md says."""
    with in_front_of(service, tmp_path, "") as proxy:
        with call(proxy, "http", certificate.context()) as caller:
            caller.send(wire.request("GET", "/check_ip"))
            assert caller.is_closed()
    refused = service.wait_for_event("proxy_header_refused")
    assert refused.fields == {"peer": "127.0.0.1", "reason": "there is none"}
