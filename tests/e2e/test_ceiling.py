"""More connections than there may be: whoever does nothing makes room."""

import time
from contextlib import ExitStack

import pytest

from sandbox.patience import until

from . import proxy, wire
from .hosts import numbered
from .wire import ConnectionClosed

GET = wire.request("GET", "/check_ip")

# Of the descriptors the server keeps 144 for itself.
OPEN_FILES, CEILING = 300, 156
CROWD = 220

# After ten the server cuts half a request, or none, in any case.
PROMPT_SECONDS = 9


@pytest.fixture
def small_service(start):
    """A server of one loop, which may have CEILING connections."""
    return start("a.example.org", *numbered(CEILING), DYNDNS_THREADS=1, open_files=OPEN_FILES)


@pytest.fixture
def crowd(small_service):
    """crowd(act) opens CROWD connections, one after another, that stay open
    until the next crowd comes, and does act(connection) on each. Those that the
    server closes meanwhile have made room."""
    with ExitStack() as stack:

        def crowd(act, each=lambda: None):
            stack.close()
            connections = []
            for _ in range(CROWD):
                connection = stack.enter_context(small_service.connect(buffer_bytes=4096))
                try:
                    act(connection)
                except (BrokenPipeError, ConnectionClosed, ConnectionResetError):
                    pass
                connections.append(connection)
                each()
            return connections

        yield crowd


def promptly(act):
    """Does act() until it took so little time that nobody can have been closed
    for another reason than to make room; returns what it returned then."""

    def attempt():
        begun = time.monotonic()
        result = act()
        return [result] if time.monotonic() - begun < PROMPT_SECONDS else None

    return until(attempt, f"an attempt within {PROMPT_SECONDS} s")[0]


def speak(connection):
    connection.send(GET)
    assert connection.receive().status == 200


KINDS = {
    "never spoken": lambda connection: None,
    "spoken": speak,
    "one byte": lambda connection: connection.send(b"G"),
    "half a head": lambda connection: connection.send(GET[:-2]),
    "half a body": lambda connection: connection.send(
        b"POST /register_ip HTTP/1.1\r\nContent-Length: 100\r\n\r\nmyip="
    ),
    "half a second request": lambda connection: connection.send(GET + GET[:-2]),
    "never reads": lambda connection: connection.stuff(GET * 100, most=256 * 1024, quiet=0.001),
}


@pytest.mark.parametrize("kind", KINDS)
def test_healthz_is_answered_while_one_address_holds_all_connections(small_service, crowd, kind):
    def hold_and_ask():
        held = crowd(KINDS[kind])
        assert small_service.get("/healthz").status == 200
        return [connection.is_open() for connection in held]

    still_open = promptly(hold_and_ask)
    assert sum(still_open) <= CEILING
    # No more are closed than need be: of idle ones the oldest, of half requests
    # those that were noticed first, in whatever order that was.
    assert sum(still_open) >= CEILING // 2
    if kind in ("never spoken", "spoken"):
        assert not all(still_open[: CROWD - CEILING])
        assert all(still_open[-CEILING // 2 :])
    warned = small_service.wait_for_event("connections_at_ceiling")
    assert warned.level == "warn" and int(warned["connections"]) <= CEILING
    assert "LimitNOFILE" in warned["advice"]


@pytest.mark.parametrize("said", [b"", b"PROXY TCP4"], ids=["nothing", "half a header"])
def test_who_does_not_say_a_proxys_header_makes_room_too(start, said):
    service = start(
        "a.example.org",
        DYNDNS_LISTEN="127.0.0.1:0,proxy:127.0.0.1:0",
        DYNDNS_THREADS=1,
        open_files=OPEN_FILES,
    )
    to_proxies = service.addresses(2)[1]

    def hold_and_ask():
        with ExitStack() as stack:
            for _ in range(CROWD):
                stack.enter_context(
                    service.connect(to_proxies, source=proxy.ADDRESS, preface=said)
                )
            assert service.get("/healthz").status == 200

    promptly(hold_and_ask)
    service.wait_for_event("connections_at_ceiling")


def test_the_longest_idle_goes_first(small_service, crowd):
    with small_service.connect() as idle, small_service.connect() as busy:
        speak(idle)
        late = crowd(speak, each=lambda: speak(busy))
        assert idle.is_closed()
        speak(busy)
        speak(late[-1])


def test_half_a_request_is_not_cut_while_others_are_idle(small_service, crowd):
    def send_slowly():
        with small_service.connect() as slow:
            slow.send(GET[:-2])
            crowd(speak)
            try:
                slow.send(GET[-2:])
                return slow.receive().status
            except (BrokenPipeError, ConnectionClosed, ConnectionResetError):
                return None

    assert promptly(send_slowly) == 200


def test_who_waits_for_route_53_is_not_cut(small_service, route53, crowd):
    with route53.held():
        waiting = [small_service.update_later(host, "192.0.2.1") for host in numbered(40)]
        crowd(speak)
        assert small_service.get("/healthz").status == 200
    assert {each.wait().said for each in waiting} <= {"good 192.0.2.1", "911"}


def test_when_all_wait_for_route_53_others_wait_in_the_kernel(small_service, route53):
    with route53.held():
        waiting = [small_service.update_later(host, "192.0.2.1") for host in numbered(CEILING)]
        small_service.wait_for_event("connections_at_ceiling", connections=str(CEILING))
        late = small_service.send("GET", "/healthz")
    assert {each.wait().said for each in waiting} <= {"good 192.0.2.1", "911"}
    assert late.wait().status == 200


def test_a_shortage_that_goes_on_is_not_told_for_each_connection(small_service, crowd):
    crowd(speak)
    small_service.stop()
    told = small_service.events("connections_at_ceiling")
    assert 1 <= len(told) < CROWD - CEILING
