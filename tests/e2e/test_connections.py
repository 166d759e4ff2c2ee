"""Whoever connects: slow, odd, hostile, or gone. None may harm the others."""

import time
from contextlib import ExitStack

import pytest

from sandbox.patience import at_best

from . import wire
from .hosts import token_of
from .wire import ConnectionClosed, basic

GET = wire.request("GET", "/check_ip")
REQUEST_SECONDS = 10  # that half a request may stand
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\0\0\0\4\0\0\0\0\0"


def answers(service) -> bool:
    return service.get("/check_ip").status == 200


# --- slow ones


def test_half_a_request_is_cut_after_ten_seconds_and_nobody_else(start, route53):
    service = start("a.example.org", DYNDNS_DEADLINE_SECONDS=12)
    halves = {
        "no byte": b"",
        "one byte": b"G",
        "half a line": b"GET /check_ip HT",
        "no end of the headers": GET[:-2],
        "half a body": b"POST /register_ip HTTP/1.1\r\nContent-Length: 100\r\n\r\nmyip=",
        "half a chunk": b"POST /register_ip HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nm",
        "half a second request": GET + GET[:20],
    }

    def dawdle(stack):
        begun = time.monotonic()
        idle = stack.enter_context(service.connect())
        idle.send(GET)
        assert idle.receive().status == 200
        dawdlers = {name: stack.enter_context(service.connect()) for name in [*halves, "trickle"]}
        for name, half in halves.items():
            dawdlers[name].send(half)
        assert dawdlers["half a second request"].receive().status == 200
        trickle = dawdlers["trickle"]
        for byte in GET[:-4]:
            trickle.send(bytes([byte]))
            if trickle.is_closed(timeout=0.35):  # a byte now and then keeps nothing alive
                break
        for name, connection in dawdlers.items():
            assert connection.is_closed(), name
        assert time.monotonic() - begun >= REQUEST_SECONDS - 1
        # Heroku's router keeps its connections for 90 seconds between requests.
        idle.send(GET)
        assert idle.receive().status == 200

    with route53.held(), ExitStack() as stack:
        begun = time.monotonic()
        patient = service.update_later("a.example.org", "192.0.2.1")
        at_best(REQUEST_SECONDS + 5, dawdle, "an end of half requests", prepare=lambda _: stack)
        assert patient.wait().said == "911"  # and was not cut
        assert time.monotonic() - begun >= 12


def test_many_idle_connections_are_no_burden(lasting_service):
    idle = [lasting_service.connect() for _ in range(400)]
    assert answers(lasting_service)
    for connection in idle:
        connection.close()


# --- keep-alive


def test_a_connection_serves_many_requests(lasting_service, new_host):
    credentials = basic(new_host, token_of(new_host))
    with lasting_service.connect() as connection:
        for number in range(20):
            connection.send(
                wire.request("GET", f"/register_ip?myip=192.0.2.{number}", [credentials])
            )
            assert connection.receive().said == f"good 192.0.2.{number}"
            connection.send(GET)
            assert connection.receive().said == "127.0.0.1"


def test_a_connection_survives_a_refusal(lasting_service):
    with lasting_service.connect() as connection:
        for target, status in [("/register_ip", 401), ("/nothing", 404), ("/check_ip", 200)]:
            connection.send(wire.request("GET", target))
            assert connection.receive().status == status


def test_connection_close_is_heeded(lasting_service):
    with lasting_service.connect() as connection:
        connection.send(wire.request("GET", "/check_ip", [("Connection", "close")]))
        assert connection.receive().status == 200
        assert connection.is_closed()


def test_pipelined_requests_are_answered_in_order(service, dig):
    credentials = basic("a.example.org", token_of("a.example.org"))

    def register(address):
        return wire.request("GET", f"/register_ip?myip={address}", [credentials])

    with service.connect() as connection:
        connection.send(
            register("192.0.2.1") + GET + register("192.0.2.2") + register("192.0.2.2")
            + wire.request("GET", "/nothing") + register("192.0.2.3")
        )  # fmt: skip
        said = [connection.receive().said for _ in range(6)]
    assert said == ["good 192.0.2.1", "127.0.0.1", "good 192.0.2.2", "nochg 192.0.2.2",
                    "not found", "good 192.0.2.3"]  # fmt: skip
    assert dig("a.example.org") == ["192.0.2.3"]


# --- HTTP/2 is off


def test_http_2_by_prior_knowledge_is_refused(lasting_service):
    with lasting_service.connect() as connection:
        connection.send(PREFACE + SETTINGS)
        reply = connection.receive()  # in HTTP/1: no SETTINGS frame comes back
        assert reply.status in (400, 404, 405)
    assert answers(lasting_service)


def test_an_upgrade_to_http_2_is_ignored(lasting_service):
    upgrade = [
        ("Connection", "Upgrade, HTTP2-Settings"),
        ("Upgrade", "h2c"),
        ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA"),
    ]
    with lasting_service.connect() as connection:
        connection.send(wire.request("GET", "/check_ip", upgrade))
        reply = connection.receive()
    assert (reply.status, reply.said) == (200, "127.0.0.1")
    assert reply.header("Upgrade") is None


def test_an_upgrade_to_anything_is_ignored(lasting_service):
    upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    assert lasting_service.get("/check_ip", upgrade).status == 200


# --- bodies


def form(host, body, headers):
    return wire.request("POST", "/register_ip", [basic(host, token_of(host)), *headers]) + body


FORM = ("Content-Type", "application/x-www-form-urlencoded")


def test_a_chunked_form_is_read(lasting_service, new_host):
    with lasting_service.connect() as connection:
        body = b"5\r\nmyip=\r\n9\r\n192.0.2.1\r\n0\r\n\r\n"
        connection.send(form(new_host, body, [FORM, ("Transfer-Encoding", "chunked")]))
        assert connection.receive().said == "good 192.0.2.1"


def test_expect_100_continue_is_heeded(lasting_service, new_host):
    with lasting_service.connect() as connection:
        headers = [FORM, ("Content-Length", "14"), ("Expect", "100-continue")]
        connection.send(form(new_host, b"", headers))
        assert connection.receive().status == 100
        connection.send(b"myip=192.0.2.1")
        assert connection.receive().said == "good 192.0.2.1"


@pytest.mark.parametrize(
    "headers, body",
    [
        ([("Content-Length", "1000000000")], b""),
        ([("Content-Length", "20000")], b"x" * 100),
        ([("Transfer-Encoding", "chunked")], b"f0000\r\n" + b"x" * 70_000),
    ],
    ids=["announced", "begun", "chunked"],
)
def test_a_body_that_is_too_long_is_refused(lasting_service, new_host, headers, body):
    with lasting_service.connect() as connection:
        try:
            connection.send(form(new_host, body, [FORM, *headers]))
        except (ConnectionResetError, BrokenPipeError):
            pass  # it did not want to hear the rest
        assert connection.receive().status == 413
    assert answers(lasting_service)


# --- what is no HTTP


def receive_all(connection):
    """All that the server says to what was sent. It hears that nothing more will
    come, and so says what it has to say, and closes."""
    connection.end_sending()
    replies = []
    try:
        while True:
            replies.append(connection.receive())
    except ConnectionClosed:
        return replies


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 100,
        b"\xff" * 100,
        b"\r\n" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,  # TLS
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"GET\r\n\r\n",
        b"GET /check_ip\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
        b" /check_ip HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /check_ip HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET /%00%ff%2e%2e%2f HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /register_ip/%2e%2e/check_ip HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET //check_ip HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /check_ip% HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://127.0.0.1/../%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"TRACE /check_ip HTTP/1.1\r\nHost: x\r\n\r\n",
        b"X" * 5000 + b" /check_ip HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /register_ip HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /register_ip HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /register_ip HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET,
        PREFACE,
    ],
    ids=lambda garbage: repr(garbage[:48])[:64],
)  # fmt: skip
def test_garbage_is_refused_or_answered_and_does_no_harm(lasting_service, garbage):
    with lasting_service.connect() as connection:
        connection.send(garbage)
        for reply in receive_all(connection):
            assert reply.status < 500
            assert "X-Forwarded-For" not in reply.body and "etc/passwd" not in reply.body
    assert answers(lasting_service)


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(5000)),
        b"X: " + b"y" * 1_000_000 + b"\r\n",
        b"X" * 1_000_000 + b": y\r\n",
        b"Cookie: " + b"a=b; " * 100_000 + b"\r\n",
    ],
    ids=["many", "long-value", "long-name", "cookies"],
)
def test_huge_headers_are_refused(lasting_service, headers):
    with lasting_service.connect() as connection:
        try:
            connection.send(b"GET /check_ip HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n")
        except (ConnectionResetError, BrokenPipeError):
            pass  # it did not want to hear the rest
        assert {reply.status for reply in receive_all(connection)} <= {400, 413, 431}
    assert answers(lasting_service)


def test_headers_as_long_as_a_router_sends_them_are_taken(lasting_service):
    """Heroku's: lines of 8 KB."""
    headers = [(f"X-Request-{number}", "y" * 8000) for number in range(10)]
    assert lasting_service.get("/check_ip?" + "z" * 8000, headers).status == 200


def test_a_peer_that_never_reads_does_not_stop_the_others(lasting_service):
    with lasting_service.connect() as deaf:
        try:
            for _ in range(2000):
                deaf.send(GET * 200, timeout=0.2)
        except TimeoutError:
            pass  # the server takes no more, since nobody takes from it
        assert answers(lasting_service)


def test_of_a_peer_that_never_reads_little_is_taken(lasting_service):
    """Its own kernel holds 16 KiB; the rest is in ours, or answered."""
    with lasting_service.connect(buffer_bytes=4096) as deaf:
        assert deaf.stuff(GET * 100, most=1024 * 1024) < 256 * 1024
        assert answers(lasting_service)


@pytest.mark.threads
def test_hundreds_of_callers_at_once(service, in_background):
    """Each on a connection of its own, in the middle of connects and closes."""

    def call(number):
        for round in range(5):
            host = f"h{number * 5 + round}.example.org"
            assert service.update(host, f"192.0.2.{number}").said == f"good 192.0.2.{number}"
            service.send("GET", "/register_ip").hang_up()
            # Mostly nochg; good again if a namesake by hash was just on its way.
            again = service.update(host, f"192.0.2.{number}").said
            assert again in (f"nochg 192.0.2.{number}", f"good 192.0.2.{number}")

    callers = [in_background(call, number) for number in range(30)]
    for caller in callers:
        caller.join()
