"""Many callers, few calls: what is asked for during a flight leaves together."""

import resource
from collections import Counter

import pytest

from sandbox.patience import until

from .conftest import ZONE
from .hosts import numbered, token_of
from .wire import basic

CHANGE = "ChangeResourceRecordSets"
LATENCY_SECONDS = 0.1  # about what a call to AWS takes


@pytest.fixture
def service(orderly_service):
    return orderly_service


def sizes(route53):
    return [len(batch.changes) for batch in route53.batches]


def refusals(route53):
    return {call.error for call in route53.calls} - {None}


def keeps_to(rate, route53) -> bool:
    """Whether no second of the server's own clock saw more calls than it may
    make. The first of a second may have been kept waiting for its signature, so
    that it says nothing about when the next one may leave: that is one more.
    (When they arrive says less: on a busy machine some catch up with others.)"""
    seconds = Counter(call.signed_at for call in route53.calls if call.action == CHANGE)
    return max(seconds.values()) <= rate + 1


def test_updates_during_a_flight_share_the_next_batch(service, route53):
    with route53.held():
        first = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        rest = [service.update_later(host, "192.0.2.2") for host in numbered(40)]
        service.settle()
    assert first.wait().said == "good 192.0.2.1"
    assert all(reply.wait().said == "good 192.0.2.2" for reply in rest)
    assert sizes(route53) == [1, 40]


def test_a_lone_caller_waits_for_one_round_trip(service, route53):
    for round in range(3):
        calls = len(route53.calls)
        assert service.update("a.example.org", f"192.0.2.{round}").said.startswith("good")
        assert len(route53.calls) == calls + 1
    assert sizes(route53) == [1, 1, 1]


@pytest.mark.threads
def test_500_hosts_at_the_same_moment(start, dig, route53):
    """Under AWS's own limits, with the settings that a new user has."""
    hosts = numbered(500)
    service = start(*hosts, DYNDNS_ROUTE53_RATE=None)
    route53.set_rate(5)
    route53.latency_seconds = LATENCY_SECONDS
    pending = [
        service.update_later(host, f"198.51.{number // 250}.{number % 250 + 1}")
        for number, host in enumerate(hosts)
    ]
    said = [each.wait().said for each in pending]
    assert said == [f"good 198.51.{n // 250}.{n % 250 + 1}" for n in range(500)]
    assert keeps_to(5, route53)
    for number in (0, 249, 250, 499):
        assert dig(hosts[number]) == [f"198.51.{number // 250}.{number % 250 + 1}"]
    assert len(route53.snapshot()) == 500


@pytest.fixture
def many_connections():
    """Lets the tests open as many as the system allows."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 6000:
        pytest.skip("the system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def as_a_router(service, host):
    target = f"/nic/update?system=dyndns&hostname={host}&myip=192.0.2.1&wildcard=NOCHG"
    return service.send("GET", target, [basic(host, token_of(host))])


def as_a_modem(service, host):
    return service.update_later(host, "192.0.2.1")


@pytest.mark.parametrize("ask", [as_a_modem, as_a_router])
def test_5000_hosts_at_the_same_moment(start, route53, many_connections, ask):
    """Ten full batches, and what was on its way before they were full: seconds,
    where a call for each host would take a quarter of an hour. A machine that
    needs more than the callers' deadline lets some of them ask again."""
    hosts = numbered(5000)
    service = start(
        *hosts, DYNDNS_ROUTE53_RATE=None, DYNDNS_MAX_CONNECTIONS_PER_ADDRESS=0
    )
    route53.set_rate(5)
    route53.latency_seconds = LATENCY_SECONDS
    pending = [ask(service, host) for host in hosts]
    said = [each.wait().said for each in pending]
    assert set(said) <= {"good 192.0.2.1", "911"}
    for host in (host for host, word in zip(hosts, said) if word == "911"):
        service.register(host, "192.0.2.1")
    assert keeps_to(5, route53)
    assert route53.snapshot() == {(host, "A"): ["192.0.2.1"] for host in hosts}


# --- one host, several wishes


def test_the_newest_address_wins(service, route53):
    """A-B-A within one pending ends as A, and all who asked are told so."""
    with route53.held():
        service.update_later("b.example.org", "192.0.2.9")
        route53.wait_for_batches(1)
        pending = []
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1"):
            pending.append(service.update_later("a.example.org", address))
            service.settle()
    assert {each.wait().said for each in pending} == {"good 192.0.2.1"}
    assert sizes(route53) == [1, 1]
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


def test_a_newer_address_for_one_in_flight_waits_for_the_next_batch(service, route53):
    with route53.held():
        older = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        newer = service.update_later("a.example.org", "192.0.2.2")
        service.settle()
    assert older.wait().said == "good 192.0.2.1"
    assert newer.wait().said == "good 192.0.2.2"
    assert [batch.changes[0].value for batch in route53.batches] == ["192.0.2.1", "192.0.2.2"]


def test_the_same_wish_twice_is_one_change(start, route53):
    service = start("a.example.org", "no-zone.example.net", DYNDNS_THREADS=1)
    with route53.held("ChangeResourceRecordSets"):
        pending = []
        for _ in range(3):
            pending.append(service.update_later("a.example.org", "192.0.2.1"))
            route53.wait_for_batches(1)
            service.settle()
        # The updater answers this at once, and has taken on what came before.
        assert service.update("no-zone.example.net", "192.0.2.1").said == "dnserr"
    assert {each.wait().said for each in pending} == {"good 192.0.2.1"}
    assert sizes(route53) == [1]


def test_a_and_aaaa_of_one_host_are_two_changes(service, route53):
    with route53.held():
        service.update_later("b.example.org", "192.0.2.9")
        route53.wait_for_batches(1)
        pending = [
            service.update_later("a.example.org", address)
            for address in ("192.0.2.1", "2001:db8::1")
        ]
        service.settle()
    assert [each.wait().said for each in pending] == ["good 192.0.2.1", "good 2001:db8::1"]
    assert sizes(route53) == [1, 2]


def test_while_a_change_is_under_way_nochg_is_not_said(service, route53):
    service.update("a.example.org", "192.0.2.1")
    with route53.held():
        newer = service.update_later("a.example.org", "192.0.2.2")
        route53.wait_for_batches(2)
        back = service.update_later("a.example.org", "192.0.2.1")
        service.settle()
    assert newer.wait().said == "good 192.0.2.2"
    assert back.wait().said == "good 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"


def test_between_two_flights_nochg_is_not_said_either(service, route53):
    """The first address was accepted, but a newer wish is on its way."""
    route53.latency_seconds = 0.3
    older = service.update_later("a.example.org", "192.0.2.1")
    route53.wait_for_batches(1)
    newer = service.update_later("a.example.org", "192.0.2.2")
    route53.wait_for_batches(2)
    assert older.wait().said == "good 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert newer.wait().said == "good 192.0.2.2"
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


# --- the limits of a batch


def test_a_batch_is_never_too_long(service, route53):
    """1,000 records, and an UPSERT counts twice."""
    with route53.held():
        first = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        rest = [service.update_later(host, "192.0.2.2") for host in numbered(520)]
        service.settle()
    assert {each.wait().status for each in [first, *rest]} == {200}
    assert sizes(route53) == [1, 500, 20]
    assert refusals(route53) == set()


def test_a_batch_is_never_too_wide(service, route53):
    """32,000 characters of values, and an UPSERT counts twice: 410 addresses of
    39 characters each."""
    address = "2001:1db8" + ":1111" * 6
    assert len(address) == 39
    with route53.held():
        first = service.update_later("a.example.org", "2001:db8::1")
        route53.wait_for_batches(1)
        rest = [service.update_later(host, address) for host in numbered(420)]
        service.settle()
    assert {each.wait().status for each in [first, *rest]} == {200}
    assert sizes(route53) == [1, 410, 10]
    assert refusals(route53) == set()


# --- several zones


def test_a_zone_does_not_wait_for_another(start, route53):
    other = route53.add_zone("example.net")
    service = start("a.example.org", "a.example.net")
    with route53.held():
        pending = [
            service.update_later(host, "192.0.2.1") for host in ("a.example.org", "a.example.net")
        ]
        batches = route53.wait_for_batches(2)
    assert [each.wait().said for each in pending] == ["good 192.0.2.1"] * 2
    assert len({batch.zone_id for batch in batches}) == 2
    assert route53.record("a.example.net", "A", zone=other) == ["192.0.2.1"]


def test_the_oldest_waiter_goes_first_whichever_its_zone(start, route53):
    """One zone is flooded while the account's calls are scarce: so scarce that
    they arrive in the order in which they left, on a busy machine too."""
    for number in range(5):
        route53.add_zone(f"z{number}.example.net")
    flood = numbered(300)
    quiet = [f"a.z{number}.example.net" for number in range(5)]
    service = start(*flood, *quiet, DYNDNS_ROUTE53_RATE=2, DYNDNS_THREADS=1)
    pending, sent = [], []
    for number, host in enumerate(quiet):
        pending += [service.update_later(each, "192.0.2.1") for each in flood[number::5]]
        service.settle()
        pending.append(service.update_later(host, "192.0.2.1"))
        service.settle()
        sent.append(len(route53.batches))
    assert {each.wait().said for each in pending} == {"good 192.0.2.1"}
    served = [batch.changes[0].name for batch in route53.batches]
    assert [name for name in served if name in quiet] == quiet
    # Once a quiet one has asked, there come what was on its way, the quiet ones
    # that asked before it, and the flood's turn: one, for all who asked earlier.
    for number, host in enumerate(quiet):
        assert served.index(host) <= sent[number] + 1 + number + 1


# --- others spend from the same account


def test_another_program_spends_the_accounts_calls(start, route53):
    """We believe to have 100 calls a second, and AWS gives us 20; and at first
    none, so that it comes to Throttling however slow we are."""
    service = start(*numbered(20), "a.example.org", DYNDNS_ROUTE53_RATE=100)
    route53.set_rate(1 / 86400, burst=1)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    first = service.update_later("a.example.org", "192.0.2.2")
    until(lambda: refusals(route53) == {"Throttling"}, "Throttling")
    route53.set_rate(20, burst=1)
    assert first.wait().said == "good 192.0.2.2"
    for host in numbered(20):
        assert service.update(host, "192.0.2.1").said == "good 192.0.2.1"
    throttled = [call for call in route53.calls if call.error == "Throttling"]
    assert len(throttled) < 20


def test_two_copies_of_the_server_side_by_side(start, route53):
    """They know nothing of each other, spend from one account, and write to
    one zone; callers notice nothing."""
    hosts = numbered(60)
    copies = [start(*hosts, DYNDNS_ROUTE53_RATE=50) for _ in range(2)]
    route53.set_rate(50)
    route53.latency_seconds = 0.02
    pending = [
        copies[number % 2].update_later(host, "192.0.2.1") for number, host in enumerate(hosts)
    ]
    assert {each.wait().said for each in pending} == {"good 192.0.2.1"}
    assert route53.snapshot(ZONE) == {(host, "A"): ["192.0.2.1"] for host in hosts}


def test_a_new_server_settles_all_its_hosts_without_a_call_for_each(start, route53):
    hosts = numbered(600)
    for host in hosts:
        route53.set_record(ZONE, host, "A", "192.0.2.1")
    with route53.held():  # until all have asked, however long that takes
        service = start(*hosts, ready=False, DYNDNS_THREADS=1)
        service.wait_for_event("table_loaded")
        pending = [service.update_later(host, "192.0.2.1") for host in hosts]
        service.settle()
    assert {each.wait().said for each in pending} <= {"good 192.0.2.1", "nochg 192.0.2.1"}
    assert len(route53.calls) < 30
