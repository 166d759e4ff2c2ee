"""Listeners marked proxy: whose callers are proxies that say first, in a header of
the PROXY protocol, for whom they call."""

import ssl
import struct
import time
from contextlib import ExitStack

import pytest

from sandbox.patience import at_best

from . import proxy, wire
from .conftest import DEFAULTS
from .hosts import numbered, token_of
from .listeners import PROXY, PROXY_TLS
from .proxy import v1, v2
from .tls_proxies import NAME

CALLER = "198.51.100.7"
FORGED = "203.0.113.9"
LISTEN = "127.0.0.1:0,[::1]:0,proxy:127.0.0.1:0"  # as every server here begins
GET = wire.request("GET", "/check_ip")
HEADER_SECONDS = 10  # that it may take
NOT_TRUSTED = "its sender is not in DYNDNS_TRUSTED_PROXIES"


@pytest.fixture
def service(start):
    """Of one loop."""
    return start("a.example.org", *numbered(3), DYNDNS_LISTEN=LISTEN, DYNDNS_THREADS=1)


def to_proxies(service):
    return service.addresses(PROXY + 1)[PROXY]


def come(service, header, *, source=proxy.ADDRESS, **more):
    """A connection on which a proxy has said this."""
    return service.connect(to_proxies(service), source=source, preface=header, **more)


def ask(service, header, data=GET) -> wire.Reply:
    with come(service, header + data) as connection:
        return connection.receive()


def update(host, *headers, address=None):
    target = "/register_ip" if address is None else f"/register_ip?myip={address}"
    return wire.request("GET", target, [wire.basic(host, token_of(host)), *headers])


def forwarded(*values):
    return [("X-Forwarded-For", value) for value in values]


def answers(service) -> bool:
    return ask(service, v1(CALLER)).said == CALLER


# --- who is the caller


@pytest.mark.parametrize(
    "header, client",
    [
        (v1(CALLER), CALLER),
        (v1("2001:db8::7"), "2001:db8::7"),
        (v1("::ffff:198.51.100.7"), CALLER),
        (v1("127.0.0.1"), "127.0.0.1"),
        (v2(CALLER), CALLER),
        (v2("2001:db8::7"), "2001:db8::7"),
        (v2("::ffff:198.51.100.7"), CALLER),
        (v2(CALLER, b"\x02\0\x0fdyn.example.org\x04\x03\x00" + b"x" * 768), CALLER),
    ],
    ids=["v1", "v1 IPv6", "v1 mapped", "v1 local", "v2", "v2 IPv6", "v2 mapped", "v2 extended"],
)
def test_the_caller_is_whom_the_header_names(lasting_service, header, client):
    with come(lasting_service, header) as connection:
        for _ in range(2):
            connection.send(GET)
            assert connection.receive().said == client


def test_the_callers_address_is_registered(service, dig):
    for number, version in enumerate([v1, v2]):
        caller = f"198.51.100.{number + 10}"
        assert ask(service, version(caller), update("a.example.org")).said == f"good {caller}"
        assert dig("a.example.org", "A") == [caller]


def test_the_log_names_the_caller(service):
    ask(service, v1(CALLER), update("a.example.org", address="192.0.2.1"))
    assert service.wait_for_event("record_changed")["client"] == CALLER
    ask(service, v2(CALLER), wire.request("GET", "/register_ip", [("Origin", "null")]))
    assert service.wait_for_event("cross_site_refused")["client"] == CALLER
    ask(service, v1(CALLER), b"GET /check_ip HTTP/1.1\r\n\r\n")
    assert service.wait_for_event("request_refused")["peer"] == CALLER


@pytest.mark.parametrize("version", [v1, v2])
@pytest.mark.parametrize("forged", [[FORGED], [FORGED, FORGED], [f"{FORGED}, {proxy.ADDRESS}"]])
def test_what_the_caller_forwards_is_not_believed(lasting_service, version, forged):
    asked = wire.request("GET", "/check_ip", forwarded(*forged))
    assert ask(lasting_service, version(CALLER), asked).said == CALLER


@pytest.mark.parametrize("version", [v1, v2])
def test_a_trusted_proxy_behind_the_proxy_is_believed(lasting_service, version):
    """As if it had called by itself: from right to left, up to a stranger."""
    chain = version(proxy.ADDRESS)
    for value in (CALLER, f"{FORGED}, {CALLER}", f"{FORGED}, {CALLER}, {proxy.ADDRESS}"):
        asked = wire.request("GET", "/check_ip", forwarded(value))
        assert ask(lasting_service, chain, asked).said == CALLER
    assert ask(lasting_service, chain).status == 400


def test_what_a_proxy_says_for_itself_comes_from_its_own_address(lasting_service):
    """Its health checks, above all; its own address is nobody's."""
    health = wire.request("GET", "/healthz")
    assert ask(lasting_service, proxy.LOCAL, health).status == 200
    assert ask(lasting_service, proxy.LOCAL).status == 400
    asked = wire.request("GET", "/check_ip", forwarded(CALLER))
    assert ask(lasting_service, proxy.LOCAL, asked).said == CALLER


@pytest.mark.parametrize("header", [proxy.UNKNOWN_V1, proxy.UNKNOWN_V2], ids=["v1", "v2"])
def test_somebody_whom_the_proxy_cannot_name_is_nobody(
    lasting_service, lasting_sandbox, new_host, header
):
    """He is served, but what he forwards is not believed: he is not the proxy."""
    assert ask(lasting_service, header, wire.request("GET", "/healthz")).status == 200
    for headers in ([], forwarded(FORGED)):
        assert ask(lasting_service, header, wire.request("GET", "/check_ip", headers)).status == 400
        assert ask(lasting_service, header, update(new_host, *headers)).said == "dnserr"
    said = ask(lasting_service, header, update(new_host, address="192.0.2.1")).said
    assert said == "good 192.0.2.1"
    assert lasting_sandbox.route53.record(new_host, "A") == ["192.0.2.1"]


def test_a_mapped_proxy_is_its_ipv4_address(start):
    service = start("a.example.org", DYNDNS_LISTEN="proxy:[::]:0")
    port = service.address[1]
    with service.connect(("127.0.0.1", port), source=proxy.ADDRESS) as connection:
        connection.send(v1(CALLER) + GET)
        assert connection.receive().said == CALLER
    with service.connect(("::1", port)) as stranger:
        assert stranger.is_closed()


# --- in whatever pieces it comes


@pytest.mark.parametrize("version", [v1, v2])
def test_a_header_may_come_byte_by_byte(lasting_service, version):
    with come(lasting_service, b"") as connection:
        connection.send_singly(version(CALLER) + GET)
        assert connection.receive().said == CALLER


@pytest.mark.parametrize("version", [v1, v2])
def test_requests_may_come_with_the_header(lasting_service, new_host, version):
    form = [wire.basic(new_host, token_of(new_host)),
            ("Content-Type", "application/x-www-form-urlencoded")]  # fmt: skip
    post = wire.request("POST", "/register_ip", form, b"myip=192.0.2.1")
    with come(lasting_service, version(CALLER) + GET + post + GET[:20]) as connection:
        assert connection.receive().said == CALLER
        assert connection.receive().said == "good 192.0.2.1"
        connection.send(GET[20:])
        assert connection.receive().said == CALLER


class Handshake:
    """TLS whose bytes are sent by hand."""

    def __init__(self, certificate):
        self._from_server, self._to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = certificate.context().wrap_bio(
            self._from_server, self._to_server, server_hostname=NAME
        )

    def step(self, said=b"") -> bytes:
        """What to send on hearing this; nothing more once it is done."""
        self._from_server.write(said)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self._to_server.read()

    def ask(self, data) -> bytes:
        self._tls.write(data)
        return self._to_server.read()

    def hear(self, said) -> bytes:
        self._from_server.write(said)
        heard = b""
        try:
            while True:
                heard += self._tls.read()
        except ssl.SSLWantReadError:
            return heard


@pytest.mark.parametrize("send", [wire.Connection.send, wire.Connection.send_singly])
@pytest.mark.parametrize("version", [v1, v2])
def test_tls_begins_right_behind_the_header(lasting_service, certificate, version, send):
    tls, address = Handshake(certificate), lasting_service.addresses(PROXY_TLS + 1)[PROXY_TLS]
    with lasting_service.connect(address, source=proxy.ADDRESS) as connection:
        send(connection, version(CALLER) + tls.step())
        while not (answer := tls.step(connection.receive_some())):
            pass
        send(connection, answer + tls.ask(GET))
        heard = b""
        while not heard.endswith(f"{CALLER}\n".encode()):
            heard += tls.hear(connection.receive_some())
    assert wire.statuses(heard) == [200]


def test_tls_from_the_proxy_itself_has_to_begin_behind_a_header(lasting_service, certificate):
    address = lasting_service.addresses(PROXY_TLS + 1)[PROXY_TLS]
    hello = Handshake(certificate).step()
    with lasting_service.connect(address, source=proxy.ADDRESS, preface=hello) as connection:
        assert connection.is_closed()
    with lasting_service.connect(address, source=proxy.ADDRESS, preface=v1(CALLER) + GET) as plain:
        assert b"HTTP/" not in plain.receive_to_end()


@pytest.mark.parametrize("version", [v1, v2])
def test_a_second_header_is_a_bad_request(lasting_service, version):
    """So a caller who writes one himself becomes nobody else by it."""
    with come(lasting_service, version(CALLER) + v1(FORGED) + GET) as connection:
        assert wire.statuses(connection.receive_to_end()) == [400]


@pytest.mark.parametrize("version", [v1, v2])
def test_a_header_to_a_plain_listener_is_a_bad_request(lasting_service, version):
    """From a trusted proxy too."""
    with lasting_service.connect(source=proxy.ADDRESS, preface=version(CALLER) + GET) as connection:
        assert wire.statuses(connection.receive_to_end()) == [400]


# --- who is not heard


def test_nobody_but_a_trusted_proxy_may_connect(service):
    with come(service, b"", source="127.0.0.1") as connection:
        assert connection.is_closed()
    refused = service.wait_for_event("proxy_header_refused")
    assert refused.level == "warn"
    assert refused.fields == {"peer": "127.0.0.1", "reason": NOT_TRUSTED}
    for version in (v1, v2):
        with come(service, b"", source="127.0.0.3") as connection:
            try:
                connection.send(version(proxy.ADDRESS) + GET)
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert connection.is_closed()
    assert answers(service)


BLOCK = struct.pack(">4s4sHH", b"\xc6\x33\x64\x07", b"\xc0\0\x02\x50", 40000, 80)
MALFORMED = {
    "a request": GET,
    "a TLS handshake": b"\x16\x03\x01\x02\x00\x01",
    "an empty line": b"\r\nPROXY UNKNOWN\r\n" + GET,
    "a bare LF": v1(CALLER).replace(b"\r", b"") + GET,
    "two blanks": v1(CALLER).replace(b" 198", b"  198") + GET,
    "a name": b"PROXY TCP4 a.example.org 192.0.2.80 1 2\r\n" + GET,
    "no ports": f"PROXY TCP4 {CALLER} 192.0.2.80\r\n".encode() + GET,
    "a line without end": b"PROXY UNKNOWN" + b" " * 100,
    "another signature": proxy.SIGNATURE[:-1] + b"\0" + GET,
    "version 1 in binary": proxy.SIGNATURE + b"\x11\x11\0\x0c" + BLOCK + GET,
    "another family": proxy.SIGNATURE + b"\x21\x41\0\x0c" + BLOCK + GET,
    "half an address": proxy.SIGNATURE + b"\x21\x11\0\x04" + BLOCK + GET,
    "a wrong checksum": v2(CALLER, b"\x03\0\x04abcd") + GET,
    "a broken extension": v2(CALLER, b"\x04\0\x09") + GET,
    "64 KiB": proxy.SIGNATURE + b"\x21\x11\xff\xff" + BLOCK + GET,
}


@pytest.mark.parametrize("said", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_header_closes_the_connection(lasting_service, said):
    with come(lasting_service, said) as connection:
        assert connection.is_closed()
    assert answers(lasting_service)


def test_the_log_tells_what_is_wrong_with_a_header(service):
    for said, reason in [(GET, "there is none"),
                         (MALFORMED["two blanks"], "its source is no address of its family"),
                         (MALFORMED["64 KiB"], "it is too long")]:  # fmt: skip
        with come(service, said) as connection:
            assert connection.is_closed()
        refused = service.wait_for_event("proxy_header_refused", reason=reason)
        assert (refused.level, refused["peer"]) == ("warn", proxy.ADDRESS)


def test_a_proxy_that_looks_in_is_no_news(service):
    """Some look whether a server is there by connecting to it, and no more."""
    come(service, b"").close()
    come(service, b"").hang_up()
    with come(service, b"PROX") as connection:
        connection.end_sending()
        assert connection.is_closed()
    service.wait_for_event("proxy_header_refused", reason="the connection ended within it")
    assert answers(service)
    service.stop()
    assert len(service.events("proxy_header_refused")) == 1


def test_a_header_that_does_not_come_is_not_waited_for(start):
    service = start("a.example.org", DYNDNS_LISTEN=LISTEN)
    parts = {"nothing": b"", "a byte": b"P", "half a line": v1(CALLER)[:-1],
             "half a signature": v2(CALLER)[:7], "half a block": v2(CALLER)[:-1]}  # fmt: skip

    def dawdle(stack):
        begun = time.monotonic()
        dawdlers = {name: stack.enter_context(come(service, part)) for name, part in parts.items()}
        trickle = stack.enter_context(come(service, b""))
        for byte in v1(CALLER)[:-1]:
            trickle.send(bytes([byte]))
            if trickle.is_closed(timeout=0.35):  # a byte now and then keeps nothing alive
                break
        for name, connection in [*dawdlers.items(), ("trickle", trickle)]:
            assert connection.is_closed(), name
        assert time.monotonic() - begun >= HEADER_SECONDS - 1

    with ExitStack() as stack:
        at_best(HEADER_SECONDS + 5, dawdle, "an end of waiting", prepare=lambda _: stack)
    service.wait_for_event("proxy_header_refused", reason="it has not come in time")
    assert answers(service)


def test_a_header_in_time_begins_the_time_of_a_request(service):
    """Half a request behind it is cut like any other, without a word."""
    with come(service, v1(CALLER) + GET[:-2]) as connection:
        assert connection.is_closed()
    assert service.events("proxy_header_refused") == []


def test_a_storm_of_strangers_does_not_drown_the_log(service):
    refused = 0
    while not service.events("refusals_not_logged"):
        with come(service, b"", source="127.0.0.1") as connection:
            assert connection.is_closed()
        refused += 1
    assert len(service.events("proxy_header_refused")) < refused


# --- the end


@pytest.mark.parametrize("said", [b"", b"PROXY TCP4"], ids=["nothing", "half a header"])
def test_who_has_not_said_his_header_does_not_hold_up_the_end(service, said):
    with come(service, said) as connection:
        assert answers(service)  # so the server has met him
        service.stop()
        assert connection.is_closed()


# --- settings


@pytest.mark.parametrize("listen", ["proxy:127.0.0.1:0", "127.0.0.1:0,proxy:tls:127.0.0.1:0"])
@pytest.mark.parametrize("arguments", [["--check-config"], []])
def test_a_listener_for_proxies_wants_proxies(dyndns53, sandbox, listen, arguments):
    environment = DEFAULTS | sandbox.environment() | {"DYNDNS_LISTEN": listen}
    finished = dyndns53(*arguments, environment=environment | {"DYNDNS_TRUSTED_PROXIES": ""})
    assert finished.returncode == 2
    assert "DYNDNS_LISTEN has an item with proxy:" in finished.stderr
    assert "name your proxies" in finished.stderr
