"""What tests can break, and what a client then sees."""

import http.client
import socket
import threading
import time

import pytest

from sandbox.faults import Faults
from sandbox.patience import PATIENCE_SECONDS, until

from . import raw
from .calls import change, refusal, upsert

CHANGE = upsert("a.example.org", "192.0.2.1")
A_DAY = 86400.0  # nothing that takes so long is over when a test looks


@pytest.fixture
def post(sandbox, zone):
    """Sends a change batch by hand; returns the answer, or the exception."""

    def post():
        target = f"/2013-04-01/hostedzone/{zone}/rrset"
        try:
            return raw.request(sandbox, "POST", target, raw.batch_xml(raw.change_xml()))
        except (OSError, http.client.HTTPException) as error:
            return error

    return post


@pytest.mark.parametrize(
    "fault, expected",
    [
        ("throttling", (400, "Throttling", "Rate exceeded")),
        ("prior-request", (400, "PriorRequestNotComplete")),
        ("500", (500, "InternalFailure")),
        ("502", (502, "502", "Bad Gateway")),
        ("503", (503, "503", "Service Unavailable")),
        ("expired-token", (403, "ExpiredToken")),
        ("access-denied", (403, "AccessDenied")),
    ],
)
def test_faults_that_refuse(dns_client, route53, zone, fault, expected):
    route53.fail_next(1, fault)
    assert refusal(change, dns_client, zone, CHANGE)[: len(expected)] == expected
    (batch,) = route53.batches
    assert (batch.accepted, route53.snapshot()) == (False, {})
    assert batch.error in (fault, expected[1])
    change(dns_client, zone, CHANGE)


def test_a_proxy_answers_in_html(post, route53):
    route53.fail_next(1, "503")
    answer = post()
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.body.startswith(b"<html>")


@pytest.mark.parametrize(
    "fault, applied, seen",
    [
        ("reset-before", False, ConnectionResetError),
        ("reset-after", True, ConnectionResetError),
        ("cut", True, http.client.IncompleteRead),
    ],
)
def test_faults_that_lose_the_answer(post, route53, fault, applied, seen):
    route53.fail_next(1, fault)
    assert isinstance(post(), seen)
    (batch,) = route53.batches
    assert (batch.accepted, batch.error) == (applied, fault)
    assert bool(route53.snapshot()) == applied
    assert post().status == 200


@pytest.mark.parametrize("fault, applied", [("silence-before", False), ("silence", True)])
def test_silence_lasts_until_the_release(post, route53, later, fault, applied):
    route53.fail_next(1, fault)
    silenced = later(post)
    (batch,) = route53.wait_for_batches(1)
    if applied:
        route53.wait_for_record("a.example.org", "A", "192.0.2.1")
    else:
        route53.wait_for_calls(1)
    assert not silenced.done()
    # It is refused as long as the silent call has not let go of the zone.
    until(lambda: post().status == 200, "a call that the zone takes")
    route53.release()
    assert isinstance(silenced.result(), http.client.RemoteDisconnected)
    assert (batch.call.status, batch.error, batch.accepted) == (None, fault, applied)


def test_an_answer_that_is_not_xml(post, route53):
    route53.fail_next(1, "not-xml")
    answer = post()
    assert answer.status == 200
    assert b"<<<" in answer.body
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


def test_a_slow_answer_is_still_an_answer(dns_client, route53, zone):
    route53.slow_seconds = 0.1
    route53.fail_next(1, "slow")
    change(dns_client, zone, CHANGE)
    assert time.monotonic() - route53.calls[0].time >= 0.1
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


def test_a_slow_call_is_done_when_it_is_answered(sandbox, post, route53, later):
    route53.slow_seconds = A_DAY
    route53.fail_next(1, "slow")
    slow = later(post)
    route53.wait_for_batches(1)
    assert route53.snapshot() == {}
    sandbox.stop()
    assert isinstance(slow.result(), Exception)


def test_a_fault_may_strike_one_action_only(dns_client, route53, zone):
    route53.fail_next(1, "500", action="ListHostedZones")
    change(dns_client, zone, CHANGE)
    assert refusal(dns_client.list_hosted_zones)[0] == 500
    dns_client.list_hosted_zones()


def test_a_fault_planned_while_a_call_is_parked_strikes_it(dns_client, route53, zone, later):
    with route53.held():
        parked = later(refusal, change, dns_client, zone, CHANGE)
        route53.wait_for_batches(1)
        route53.fail_next(1, "500")
    assert parked.result()[0] == 500


def test_always_lasts_until_healed(dns_client, route53):
    route53.fail_always("throttling")
    for _ in range(3):
        assert refusal(dns_client.list_hosted_zones)[1] == "Throttling"
    route53.heal()
    dns_client.list_hosted_zones()


def test_dice_fall_the_same_way_for_the_same_seed():
    def draws(seed):
        faults = Faults({"500", "cut"})
        faults.fail_randomly(seed, {"500": 0.2, "cut": 0.3})
        return [faults.draw("any") for _ in range(1000)]

    assert draws(1) == draws(1) != draws(2)
    assert 150 < draws(1).count("500") < 250 < draws(1).count("cut") < 350


def test_a_fault_must_exist(route53, s3):
    with pytest.raises(ValueError, match="no fault 'refuse'; there are 500, 502"):
        route53.fail_next(1, "refuse")
    with pytest.raises(ValueError, match="no fault 'prior-request'"):
        s3.fail_always("prior-request")
    with pytest.raises(ValueError, match="add up to more than 1"):
        route53.fail_randomly(1, {"500": 0.6, "cut": 0.6})


def test_unplugged_connections_are_refused_and_open_ones_end(sandbox, dns_client):
    idle = http.client.HTTPConnection("127.0.0.1", sandbox.http_port, timeout=PATIENCE_SECONDS)
    idle.request("GET", "/")
    idle.getresponse().read()
    sandbox.unplug()
    assert idle.sock.recv(1) == b""
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        raw.send(sandbox, "GET", "/")
    sandbox.plug()
    dns_client.list_hosted_zones()


def test_stopping_ends_whatever_waits(sandbox, post, route53, later):
    route53.fail_next(1, "silence-before")
    silent = later(post)
    route53.wait_for_batches(1)
    route53.hold()
    parked = later(post)
    route53.wait_for_batches(2)
    sandbox.stop()
    for call in (silent, parked):
        assert isinstance(call.result(), Exception)
    assert route53.snapshot() == {}


def test_connections_are_kept_alive_and_survive_clients_that_vanish(sandbox):
    with socket.create_connection(("127.0.0.1", sandbox.http_port)) as vanishing:
        vanishing.sendall(b"PUT /hosts/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    with socket.create_connection(("127.0.0.1", sandbox.http_port)) as garbling:
        garbling.sendall(b"\x16\x03\x01\x00\xa5\r\n\r\n")
        garbling.settimeout(PATIENCE_SECONDS)
        assert b"400" in garbling.makefile("rb").read()
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.http_port, timeout=PATIENCE_SECONDS)
    for _ in range(3):
        connection.request("GET", "/hosts/k")
        reply = connection.getresponse()
        assert (reply.status, reply.will_close) == (403, False)
        reply.read()
    assert sum(thread.name == "sandbox-http" for thread in threading.enumerate()) <= 2
    connection.close()
    chunked = raw.send(sandbox, "PUT", "/hosts/k", headers={"Transfer-Encoding": "chunked"})
    assert chunked.status == 411
