"""Signals: SIGHUP reloads, SIGTERM and SIGINT end the server in good order."""

import signal
import socket

import pytest

from sandbox.patience import PATIENCE_SECONDS, at_best, until

from . import wire
from .hosts import numbered

STOPS = [signal.SIGTERM, signal.SIGINT]
# Less than any wait that a stop could fall into: for a deadline, for half a
# request, for idle connections, for the end of the 25 seconds it gives itself.
STOP_SECONDS = 5


@pytest.fixture
def service(orderly_service):
    return orderly_service


def refuses_connections(address) -> bool:
    try:
        socket.create_connection(address, timeout=PATIENCE_SECONDS).close()
    except ConnectionRefusedError:
        return True
    return False


def stop_and_wait_until_it_stops(service, number=signal.SIGTERM):
    """Returns when the server accepts no more: then it has closed a connection
    that was idle. There is one loop, so what it says from now on is its last."""
    with service.connect() as idle:
        idle.send(wire.request("GET", "/check_ip"))
        assert idle.receive().status == 200
        service.signal(number)
        assert idle.is_closed()


# --- SIGHUP


def test_sighup_reloads_and_says_so(service, store):
    store("new.example.org")
    with service.expecting("table_loaded", hosts=1), service.expecting("reload", signal="HUP"):
        service.reload()
    assert service.update("new.example.org", "192.0.2.1").said == "good 192.0.2.1"


@pytest.mark.threads
def test_a_storm_of_sighups_among_updates(service, store):
    for number, host in enumerate(numbered(50)):
        store(host, *numbered(100)[number % 7 + 50 :])
        service.reload()
        assert service.update(host, "192.0.2.1").said in ("good 192.0.2.1", "badauth")
    assert service.is_running


# --- SIGTERM, SIGINT


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
def test_an_idle_server_ends_at_once(start, number):
    def stop(service):
        service.signal(number)
        service.wait_for_end()
        assert service.wait_for_event("stopping")["signal"] == number.name.removeprefix("SIG")
        assert service.wait_for_event("stopped")["status"] == "0"

    at_best(STOP_SECONDS, stop, "an end", prepare=lambda _: start("a.example.org"))


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
@pytest.mark.threads
def test_requests_in_hand_are_finished_with_their_updates(service, route53, number):
    with route53.held():
        first = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        rest = [service.update_later(host, "192.0.2.2") for host in numbered(40)]
        service.settle()
        stop_and_wait_until_it_stops(service, number)
    assert first.wait().said == "good 192.0.2.1"
    assert {each.wait().said for each in rest} == {"good 192.0.2.2"}
    service.wait_for_end()
    assert len(route53.snapshot()) == 41


def test_whoever_was_connected_before_the_stop_is_still_served(service, route53):
    """Also when the request comes only afterwards, for a router may have chosen
    this server just before."""
    with route53.held():
        holds = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        late = service.connect()
        late.send(b"GET /check_ip HTTP/1.1\r\nHo")
        service.settle()
        stop_and_wait_until_it_stops(service)
        late.send(b"st: x\r\n\r\n")
        reply = late.receive()
        assert (reply.status, reply.header("Connection")) == (200, "close")
        assert late.is_closed()
    assert holds.wait().said == "good 192.0.2.1"
    service.wait_for_end()


def test_new_connections_are_refused_while_it_stops(service, route53):
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        stop_and_wait_until_it_stops(service)
        # The main thread closes its own listening socket right after.
        until(lambda: refuses_connections(service.address), "connections to be refused")
    assert pending.wait().said == "good 192.0.2.1"
    service.wait_for_end()


def test_idle_keep_alive_connections_do_not_hold_up_the_stop(start):
    def prepare(_):
        service = start("a.example.org")
        connections = [service.connect() for _ in range(20)]
        for connection in connections[:10]:
            connection.send(wire.request("GET", "/check_ip"))
            connection.receive()
        return service, connections

    def stop(prepared):
        service, connections = prepared
        service.stop()
        for connection in connections:
            assert connection.is_closed()
            connection.close()

    at_best(STOP_SECONDS, stop, "an end", prepare=prepare)


def test_the_last_reply_of_a_connection_closes_it(service, route53):
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        stop_and_wait_until_it_stops(service)
    reply = pending.connection.receive()
    assert reply.said == "good 192.0.2.1" and reply.header("Connection") == "close"
    assert pending.connection.is_closed()
    pending.connection.close()
    service.wait_for_end()


def test_an_outage_does_not_hold_up_the_stop_beyond_the_deadline(start, route53):
    service = start("a.example.org", DYNDNS_DEADLINE_SECONDS=2)
    route53.fail_always("500")
    pending = service.update_later("a.example.org", "192.0.2.1")
    service.wait_for_event("batch_failed")
    service.signal(signal.SIGTERM)
    assert pending.wait().said == "911"
    service.wait_for_end()


def test_an_update_that_succeeds_during_the_stop_is_good(start, route53):
    service = start("a.example.org")
    route53.fail_always("500")
    pending = service.update_later("a.example.org", "192.0.2.1")
    service.wait_for_event("batch_failed")
    service.signal(signal.SIGTERM)
    service.wait_for_event("stopping")
    route53.heal()
    assert pending.wait().said == "good 192.0.2.1"
    service.wait_for_end()


def test_several_stops_are_one(service, route53):
    """Heroku may send SIGTERM more than once."""
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        for number in STOPS * 3:
            service.signal(number)
        service.wait_for_event("stopping")
    assert pending.wait().said == "good 192.0.2.1"
    service.wait_for_end()


def test_a_stop_while_s3_is_away(start, sandbox):
    sandbox.unplug()
    service = start(ready=False)
    service.wait_for_event("table_load_failed")
    service.stop()


def test_a_stop_while_s3_does_not_answer(start, store, s3, route53):
    store("a.example.org")
    with s3.held(), route53.held():
        service = start(ready=False)
        s3.wait_for_requests(1)
        route53.wait_for_calls(1)
        service.stop()


@pytest.mark.threads
@pytest.mark.parametrize("round", range(5))
def test_a_stop_in_the_middle_of_a_reload(start, store, s3, round):
    """A new table is on its way to the loops while they end."""
    service = start("a.example.org", DYNDNS_THREADS=16)
    store("a.example.org", *numbered(50 * round))
    with s3.held():
        service.reload()
        s3.wait_for_requests(2)
    service.stop()


# --- SIGPIPE, and others


def test_sigpipe_does_not_kill(service):
    for _ in range(3):
        service.signal(signal.SIGPIPE)
        service.settle()
    assert service.is_running


def test_clients_that_vanish_do_no_harm(service, route53):
    with route53.held():
        service.update_later("b.example.org", "192.0.2.9")
        route53.wait_for_batches(1)
        for number, host in enumerate(numbered(60)):
            pending = service.update_later(host, "192.0.2.1")
            service.settle()
            pending.hang_up() if number % 2 else pending.connection.close()
    for host in numbered(60):
        route53.wait_for_record(host, "A", "192.0.2.1")
    service.settle()


def test_clients_that_vanish_in_the_middle_of_a_request_do_no_harm(service):
    whole = wire.request("POST", "/register_ip", [wire.basic("a.example.org", "x")], b"myip=x")
    for length in range(0, len(whole), 7):
        connection = service.connect()
        connection.send(whole[:length])
        connection.hang_up()
    service.settle()


def test_clients_that_vanish_during_the_stop_do_not_hold_it_up(service, route53):
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        stop_and_wait_until_it_stops(service)
        pending.hang_up()
    service.wait_for_end()
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


def test_the_token_of_a_request_in_hand_is_not_asked_for_again(service, route53, store):
    """The stop comes together with a reload that removes the host."""
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        store("b.example.org")
        with service.expecting("table_loaded", hosts=1):
            service.reload()
        stop_and_wait_until_it_stops(service)
    assert pending.wait().said == "good 192.0.2.1"
    service.wait_for_end()
