"""Behind nginx and behind Caddy, as docs/PROXIES.md sets them up."""

import re
from pathlib import Path

import pytest

from . import wire
from .hosts import token_of
from .tls_proxies import DOCS, NAME, TlsProxy

CALLER, CALLER_ON_IPV6 = "127.0.0.2", "::1"  # neither is the proxy's own address
FORGED = "203.0.113.9"
KINDS = ["nginx", "caddy"]
SCHEMES = ["https", "http"]
CREDENTIALS = wire.basic("a.example.org", token_of("a.example.org"))


def settings():
    """What docs/PROXIES.md has people write into the server's environment, before
    it comes to proxies that look into nothing (test_haproxy.py)."""
    text = (DOCS / "PROXIES.md").read_text().partition("\n## haproxy")[0]
    found = dict(re.findall(r"^    (DYNDNS_\w+)=(\S+)$", text, re.M))
    assert found["DYNDNS_LISTEN"] == "127.0.0.1:8080"
    return found | {"DYNDNS_LISTEN": "127.0.0.1:0"}


@pytest.fixture
def service(start):
    """Callers of a test can have internal addresses only."""
    return start("a.example.org", **settings(), DYNDNS_ALLOW_INTERNAL="true")


@pytest.fixture(params=KINDS)
def proxy(request, service, certificate, tmp_path):
    proxy = TlsProxy(request.param, tmp_path, certificate, service.address[1])
    yield proxy
    assert proxy.stop() == 0, proxy.log()


def ask(proxy, scheme, target, headers=(), **where) -> wire.Reply:
    with proxy.call(scheme, **where) as caller:
        caller.send(wire.request("GET", target, headers))
        return caller.receive()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_callers_address_is_registered(proxy, dig, scheme):
    """Over plain HTTP too, and without a redirect."""
    assert ask(proxy, scheme, "/check_ip", source=CALLER).said == CALLER
    assert ask(proxy, scheme, "/register_ip", [CREDENTIALS], source=CALLER).said == f"good {CALLER}"
    assert dig("a.example.org", "A") == [CALLER]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_so_is_one_of_ipv6(proxy, dig, scheme):
    where = {"source": CALLER_ON_IPV6, "to": "::1"}
    said = ask(proxy, scheme, "/register_ip", [CREDENTIALS], **where).said
    assert said == f"good {CALLER_ON_IPV6}"
    assert dig("a.example.org", "AAAA") == [CALLER_ON_IPV6]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "forged",
    [
        [FORGED],
        [FORGED, FORGED],
        [f"{FORGED}, 127.0.0.1"],
        ["", FORGED],
        ["rubbish"],
        ["9" * 3000],
    ],
    ids=["one", "two", "proxy", "empty", "rubbish", "long"],
)
def test_what_a_caller_writes_into_the_header_is_not_believed(proxy, dig, scheme, forged):
    headers = [("X-Forwarded-For", value) for value in forged]
    assert ask(proxy, scheme, "/check_ip", headers).said == CALLER
    assert ask(proxy, scheme, "/register_ip", [CREDENTIALS, *headers]).said == f"good {CALLER}"
    assert dig("a.example.org", "A") == [CALLER]


def test_a_refusal_comes_through_as_it_is(proxy):
    wrong = wire.basic("a.example.org", "wrong")
    reply = ask(proxy, "https", "/register_ip", [wrong])
    assert (reply.status, reply.said) == (401, "badauth")
    assert reply.header("WWW-Authenticate")


def test_a_modem_of_http_1_0_without_a_host_is_answered(proxy):
    with proxy.call("http") as modem:
        modem.send(b"GET /check_ip HTTP/1.0\r\n\r\n")
        raw = b"".join(iter(lambda: modem._socket.recv(4096), b""))
    assert re.match(rb"HTTP/1\.[01] 200 ", raw), raw
    assert raw.endswith(f"\r\n\r\n{CALLER}\n".encode())


def test_the_host_is_handed_on(proxy, service):
    """Else what the server is asked for would be the name of the proxy's
    `upstream`, and a request from the same site would look like a foreign one."""
    own = [("Origin", f"https://{NAME}"), ("Sec-Fetch-Site", "same-origin")]
    assert ask(proxy, "https", "/register_ip", [CREDENTIALS, *own]).said == f"good {CALLER}"


def connections_to(port):
    """The other ends of the established connections to a port of 127.0.0.1."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[2] == f"0100007F:{port:04X}" and row[3] == "01"}


def test_a_connection_to_the_server_is_kept(proxy, service):
    """There may be others beside it: Caddy has some for each site."""
    seen = []
    for _ in range(5):
        assert ask(proxy, "https", "/check_ip").said == CALLER
        seen.append(connections_to(service.address[1]))
    assert set.intersection(*seen), seen


@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
def test_certbot_is_answered_over_http(proxy):
    challenge = proxy.webroot / ".well-known/acme-challenge/token"
    challenge.parent.mkdir(parents=True)
    challenge.write_text("thumbprint\n")
    assert ask(proxy, "http", "/.well-known/acme-challenge/token").said == "thumbprint"
    assert ask(proxy, "http", "/.well-known/acme-challenge/none").status == 404


def test_a_server_that_was_not_told_of_the_proxy_says_so(start, certificate, tmp_path):
    """As docs/TROUBLESHOOTING.md says."""
    service = start("a.example.org", **(settings() | {"DYNDNS_TRUSTED_PROXIES": None}))
    proxy = TlsProxy("nginx", tmp_path, certificate, service.address[1])
    try:
        assert ask(proxy, "https", "/check_ip").said == "127.0.0.1"
        assert ask(proxy, "https", "/register_ip", [CREDENTIALS]).said == "dnserr"
    finally:
        proxy.stop()
    refused = service.wait_for_event("change_refused")
    assert "internal" in refused["reason"] and "DYNDNS_TRUSTED_PROXIES" in refused["advice"]
