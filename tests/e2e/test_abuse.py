"""Those who guess, and those who live behind one address with many others.

What comes back in time comes back within an hour, so a verdict does not depend on
how long a test takes: whoever is turned away is for half an hour."""

import hashlib
import json
import time

import pytest

from sandbox.patience import until

from . import proxy
from .hosts import numbered, token_of
from .proxy import forwarded
from .wire import ConnectionClosed, basic, request

GUESSER, TENANT = "198.51.100.7", "198.51.100.8"
FEW = 20  # wrong credentials in an hour, where a test has its own number
AT_ONCE = 50  # connections
SLOW_SECONDS = 2
TURNED_AWAY = (429, "Too Many Requests", "abuse")


def of(reply):
    return reply.status, reply.reason, reply.said


class Guesser:
    """Whose every guess is a new one; from wherever he is told to call."""

    def __init__(self, service, *forwarded_for):
        self._service = service
        self._from = forwarded(*forwarded_for)
        self._count = 0

    def guess(self, host="a.example.org"):
        return self.guess_later(host).wait()

    def guess_later(self, host="a.example.org"):
        self._count += 1
        return self._service.update_later(host, token=f"guess-{self._count}", **self._from)

    def guess_until_turned_away(self, hosts):
        """Returns how many guesses were looked at."""
        looked_at, hosts = 0, list(hosts)
        while True:
            pending = [self.guess_later(hosts[n % len(hosts)]) for n in range(AT_ONCE)]
            replies = [each.wait() for each in pending]
            looked_at += sum(reply.status == 401 for reply in replies)
            if any(reply.status == 429 for reply in replies):
                return looked_at


@pytest.fixture
def strict_service(start):
    return start("a.example.org", "b.example.org", *numbered(30), DYNDNS_MAX_FAILURES=FEW)


def register(service, host, address):
    """The host lives there: its record says so."""
    reply = service.update(host, **forwarded(address))
    assert reply.said in (f"good {address}", f"nochg {address}"), of(reply)


# --- the two scenarios


@pytest.mark.threads
def test_an_attack(strict_service):
    """One address guesses at everybody's token. It is turned away, and nobody
    else is: neither those at whom it guesses, nor whose address it claims to
    have, nor whoever lives where it comes from."""
    service = strict_service
    register(service, "a.example.org", TENANT)
    register(service, "b.example.org", GUESSER)
    victims = ["a.example.org", *numbered(30)]

    guesser = Guesser(service, GUESSER)
    assert guesser.guess_until_turned_away(victims) >= FEW
    for victim in victims:
        assert of(guesser.guess(victim)) == TURNED_AWAY
    liar = Guesser(service, f"{TENANT}, {GUESSER}")
    for victim in victims:
        assert of(liar.guess(victim)) == TURNED_AWAY

    register(service, "a.example.org", TENANT)
    register(service, "b.example.org", GUESSER)
    for number, host in enumerate(numbered(30)):
        register(service, host, f"203.0.113.{number}")
    service.stop()
    assert [event["client"] for event in service.events("address_turned_away")] == [GUESSER]


@pytest.mark.threads
def test_a_carrier_grade_nat(start):
    """A thousand tenants have one address. Fifty of them have tokens that are not
    right any more, and their modems do not tire of them; then one begins to
    guess. With all numbers as they are by default, nobody else notices."""
    hosts = numbered(1000)
    stale, rightful = hosts[:50], hosts[50:]
    service = start(*hosts)

    def all_call():
        for first in range(0, len(rightful), AT_ONCE):
            some = rightful[first : first + AT_ONCE]
            pending = [service.update_later(host, **forwarded(GUESSER)) for host in some]
            for each in pending:
                assert each.wait().said in (f"good {GUESSER}", f"nochg {GUESSER}")

    def stale_modems_call():
        pending = [service.update_later(host, token="old", **forwarded(GUESSER)) for host in stale]
        assert {each.wait().said for each in pending} == {"badauth"}

    all_call()
    for _ in range(30):
        stale_modems_call()
    all_call()
    assert service.events("address_turned_away") == []

    Guesser(service, GUESSER).guess_until_turned_away(hosts)
    service.wait_for_event("address_turned_away")
    all_call()


# --- who is turned away


def test_what_the_guesser_hears(strict_service):
    guesser = Guesser(strict_service, GUESSER)
    guesser.guess_until_turned_away(["a.example.org"])
    reply = guesser.guess()
    assert of(reply) == TURNED_AWAY
    assert 0 < int(reply.header("Retry-After")) <= 30 * 60 + 1
    assert reply.header("WWW-Authenticate") is None
    event = strict_service.wait_for_event("address_turned_away", client=GUESSER)
    assert event.level == "warn" and "DYNDNS_MAX_FAILURES" in event["reason"]


def test_from_there_the_right_token_is_not_told_from_a_wrong_one(strict_service):
    Guesser(strict_service, GUESSER).guess_until_turned_away(["a.example.org"])
    assert of(strict_service.update("a.example.org", **forwarded(GUESSER))) == TURNED_AWAY


def test_to_be_turned_away_is_no_work(start):
    """Such a call is neither looked at, nor logged."""
    service = start("a.example.org", DYNDNS_MAX_FAILURES=1, DYNDNS_THREADS=1)
    guesser = Guesser(service, GUESSER)
    assert guesser.guess().status == 401
    for _ in range(100):
        assert guesser.guess().status == 429
    service.stop()
    assert len(service.events("badauth")) == 1


def test_the_later_half_of_the_guesses_is_answered_late(strict_service):
    guesser = Guesser(strict_service, GUESSER)
    for _ in range(FEW // 2):
        guesser.guess()
    guesser.guess()
    began = time.monotonic()
    assert guesser.guess().said == "badauth"
    assert time.monotonic() - began > SLOW_SECONDS * 0.9


def test_who_waits_for_a_late_answer_has_it_when_the_server_ends(strict_service):
    guesser = Guesser(strict_service, GUESSER)
    for _ in range(FEW // 2 + 1):
        guesser.guess()
    with strict_service.expecting("badauth"):
        pending = guesser.guess_later()
    strict_service.stop()
    assert pending.wait().said == "badauth"


def test_who_repeats_one_wrong_token_does_not_guess(strict_service):
    for _ in range(5 * FEW):
        assert strict_service.update(
            "a.example.org", token="old", **forwarded(GUESSER)
        ).status == 401  # fmt: skip
    register(strict_service, "a.example.org", GUESSER)


def test_of_ipv6_the_network_is_turned_away(strict_service):
    Guesser(strict_service, "2001:db8:0:7::1").guess_until_turned_away(["a.example.org"])
    assert of(Guesser(strict_service, "2001:db8:0:7:ffff::9").guess()) == TURNED_AWAY
    assert Guesser(strict_service, "2001:db8:0:8::1").guess().status == 401


def test_a_neighbour_at_whom_the_guesser_guesses_too_is_his_last(strict_service):
    """A host that lives behind his address has as many guesses of its own, and no
    more; the others there are heard still."""
    register(strict_service, "a.example.org", GUESSER)
    register(strict_service, "b.example.org", GUESSER)
    guesser = Guesser(strict_service, GUESSER)
    guesser.guess_until_turned_away(["h0.example.org"])
    guesser.guess_until_turned_away(["a.example.org"])
    assert of(guesser.guess("a.example.org")) == TURNED_AWAY
    register(strict_service, "b.example.org", GUESSER)


def test_who_has_no_address_is_counted_by_the_host(strict_service):
    """Behind a proxy that does not tell, nobody can lock out all others."""
    guesser = Guesser(strict_service)
    guesser.guess_until_turned_away(["h0.example.org"])
    unnamed = strict_service.update("a.example.org", "192.0.2.1", **forwarded())
    assert unnamed.said == "good 192.0.2.1"
    assert of(strict_service.update("h0.example.org", "192.0.2.1", **forwarded())) == TURNED_AWAY
    register(strict_service, "h0.example.org", TENANT)


def test_zero_is_no_limit(start):
    service = start("a.example.org", DYNDNS_MAX_FAILURES=0)
    guesser = Guesser(service, GUESSER)
    for _ in range(400):
        assert guesser.guess().said == "badauth"


# --- a host that changes all the time


@pytest.fixture
def flapping_service(start):
    return start("a.example.org", "b.example.org", DYNDNS_MAX_CHANGES=FEW)


def flap(service, host="a.example.org", times=FEW):
    """To and fro between two addresses; returns the one that it has then."""
    for number in range(times):
        address = f"192.0.2.{1 + number % 2}"
        assert service.update(host, address).said == f"good {address}"
    return address


@pytest.mark.threads
def test_a_host_that_flaps_hears_abuse_and_its_record_stays(flapping_service, dig, route53):
    service = flapping_service
    last = flap(service)
    calls = len(route53.calls)
    reply = service.update("a.example.org", "192.0.2.9")
    assert (reply.status, reply.said) == (200, "abuse")
    refused = service.wait_for_event("change_refused", host="a.example.org")
    assert refused["address"] == "192.0.2.9" and "DYNDNS_MAX_CHANGES" in refused["reason"]
    assert dig("a.example.org") == [last]
    assert len(route53.calls) == calls


def test_what_it_has_is_confirmed_still(flapping_service):
    last = flap(flapping_service)
    assert flapping_service.update("a.example.org", "192.0.2.9").said == "abuse"
    assert flapping_service.update("a.example.org", last).said == f"nochg {last}"


def test_others_of_the_same_call_are_changed(flapping_service):
    """And its other record is another one."""
    flap(flapping_service)
    assert flapping_service.update("a.example.org", "2001:db8::1").said == "good 2001:db8::1"
    assert flapping_service.update("b.example.org", "192.0.2.9").said == "good 192.0.2.9"


def test_who_is_told_911_asks_again_for_nothing(start, sandbox):
    """An outage of Route 53 eats nobody's budget."""
    service = start("a.example.org", DYNDNS_MAX_CHANGES=2, DYNDNS_DEADLINE_SECONDS=1)
    sandbox.unplug()
    for _ in range(5):
        assert service.update("a.example.org", "192.0.2.1").said == "911"
    sandbox.plug()
    service.register("a.example.org", "192.0.2.1")
    service.register("a.example.org", "192.0.2.2")
    assert service.update("a.example.org", "192.0.2.3").said == "abuse"


def test_a_host_may_change_as_often_as_it_likes_with_zero(start):
    flap(start("a.example.org", DYNDNS_MAX_CHANGES=0), times=100)


def test_the_hash_protocol_says_it_in_json(start):
    service = start("a.example.org", DYNDNS_MAX_CHANGES=1)
    body = {"execution_mode": "set", "ddns_hostname": "a.example.org"}

    def ask(address):
        text = f"{address}a.example.org{token_of('a.example.org')}"
        proof = hashlib.sha256(text.encode()).hexdigest()
        whole = json.dumps(body | {"validation_hash": proof}).encode()
        return service.request("POST", "/", body=whole, **forwarded(address))

    assert ask(TENANT).status == 201
    reply = ask(GUESSER)
    assert reply.status == 429
    assert json.loads(reply.body)["return_message"] == (
        "The record for a.example.org changes too often, update denied."
    )


# --- how many connections an address may have

ASK = request("GET", "/check_ip")
MOST, CROWDED, ELSEWHERE = 5, "127.0.0.3", "127.0.0.4"


@pytest.fixture
def crowded(start):
    """A server of two loops, with all the connections that CROWDED may have."""
    service = start("a.example.org", DYNDNS_MAX_CONNECTIONS_PER_ADDRESS=MOST, DYNDNS_THREADS=2)
    connections = [service.connect(source=CROWDED) for _ in range(MOST)]
    for connection in connections:
        assert is_served(connection)
    yield service, connections
    for connection in connections:
        connection.close()


def is_served(connection):
    try:
        connection.send(ASK)
        return connection.receive().status == 200
    except (ConnectionClosed, ConnectionResetError, BrokenPipeError):
        return False


def is_let_in(service, **more):
    with service.connect(**more) as connection:
        return is_served(connection)


@pytest.mark.threads
def test_an_address_has_so_many_connections_and_no_more(crowded):
    service, connections = crowded
    for _ in range(3 * MOST):
        assert not is_let_in(service, source=CROWDED)
    for connection in connections:
        assert is_served(connection)
    assert is_let_in(service, source=ELSEWHERE)
    assert is_let_in(service, address=service.addresses(2)[1])
    connections.pop().close()
    until(lambda: is_let_in(service, source=CROWDED), "room for another connection")
    service.stop()
    assert [event["peer"] for event in service.events("address_at_ceiling")] == [CROWDED]


def test_a_trusted_proxy_has_as_many_as_it_likes(crowded):
    service, _ = crowded
    many = [service.connect(source=proxy.ADDRESS) for _ in range(5 * MOST)]
    for connection in many:
        connection.send(request("GET", "/check_ip", forwarded(CROWDED)["headers"]))
        assert connection.receive().said == CROWDED
        connection.close()


def test_by_the_proxy_protocol_the_address_counts_that_it_tells(start):
    service = start(
        "a.example.org", DYNDNS_LISTEN="proxy:127.0.0.1:0", DYNDNS_MAX_CONNECTIONS_PER_ADDRESS=MOST
    )

    def connect(address):
        return service.connect(source=proxy.ADDRESS, preface=proxy.v1(address))

    connections = [connect(GUESSER) for _ in range(MOST)]
    for connection in connections:
        assert is_served(connection)
    with connect(GUESSER) as one_more, connect(TENANT) as other:
        assert not is_served(one_more)
        assert is_served(other)
    for connection in connections:
        connection.close()


def test_any_number_of_connections_with_zero(start):
    service = start("a.example.org", DYNDNS_MAX_CONNECTIONS_PER_ADDRESS=0)
    connections = [service.connect(source=CROWDED) for _ in range(100)]
    for connection in connections:
        assert is_served(connection)
        connection.close()


# --- in each protocol


def _v2(host, secret):
    proof = hashlib.sha256(f"{GUESSER}{host}.{secret}".encode()).hexdigest()
    return "GET", f"/?mode=set&hostname={host}.&hash={proof}", b""


def _v3(host, secret):
    proof = hashlib.sha256(f"{GUESSER}{host}{secret}".encode()).hexdigest()
    body = {"execution_mode": "set", "ddns_hostname": host, "validation_hash": proof}
    return "POST", "/", json.dumps(body).encode()


@pytest.mark.parametrize("call", [_v2, _v3])
def test_the_hash_protocols_say_it_in_json(start, call):
    service = start("a.example.org", "b.example.org", DYNDNS_MAX_FAILURES=3)

    def ask(host, secret):
        method, target, body = call(host, secret)
        return service.request(method, target, body=body, **forwarded(GUESSER))

    assert json.loads(ask("b.example.org", token_of("b.example.org")).body)[
        "return_status"] == "success"  # fmt: skip
    for number in range(3):
        assert "do not match" in ask("a.example.org", f"guess-{number}").body
    reply = ask("a.example.org", token_of("a.example.org"))
    assert reply.status == 429 and reply.header("Retry-After")
    assert json.loads(reply.body) == {
        "return_status": "fail",
        "return_message": "Too many wrong hashes came from your address, try again later.",
    }
    assert json.loads(ask("b.example.org", token_of("b.example.org")).body)[
        "return_status"] == "success"  # fmt: skip


def test_the_key_of_reflect_can_be_guessed_no_more_often(start):
    service = start("a.example.org", DYNDNS_MAX_FAILURES=3, DYNDNS_REFLECT_KEY="s3cret-key")

    def ask(key, address=GUESSER):
        return service.get(f"/reflect?apikey={key}", **forwarded(address))

    assert [ask(f"guess-{number}").status for number in range(3)] == [403] * 3
    reply = ask("s3cret-key")
    assert reply.status == 429 and reply.header("Retry-After")
    assert json.loads(reply.body)["your_ip"] == ""
    assert ask("s3cret-key", TENANT).status == 200


def test_who_shows_nothing_is_asked_for_it_still(strict_service):
    """wget sends credentials only after that."""
    Guesser(strict_service, GUESSER).guess_until_turned_away(["h0.example.org"])
    assert strict_service.get("/nic/update", **forwarded(GUESSER)).said == "badauth"
    assert strict_service.get("/check_ip", **forwarded(GUESSER)).said == GUESSER


def test_credentials_that_cannot_be_read_are_guesses_too(start):
    service = start("a.example.org", DYNDNS_MAX_FAILURES=4)
    replies = [
        service.get(
            "/register_ip",
            **forwarded(GUESSER, headers=[("Authorization", f"Basic rubbish{number}")]),
        ).status
        for number in range(4 + 1)
    ]
    assert replies == [401] * 4 + [429]
    assert service.get(
        "/register_ip", **forwarded(TENANT, headers=[basic("a.example.org", "x")])
    ).status == 401  # fmt: skip
