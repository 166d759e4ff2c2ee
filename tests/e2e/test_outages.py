"""Route 53 fails for long: callers hear the truth in time, and it ends well."""

import time

import pytest

from sandbox.patience import at_best

from .hosts import csv_of, numbered

CHANGE = "ChangeResourceRecordSets"
# Below the 8 s after which a call is given up, and the deadline that callers have
# unless it is set: what takes less, at best, has not waited for either.
SOON_SECONDS = 5


@pytest.fixture
def service(orderly_service):
    return orderly_service


@pytest.fixture
def hasty(start):
    """A server whose callers wait for one second only."""
    return start("a.example.org", "b.example.org", DYNDNS_THREADS=1, DYNDNS_DEADLINE_SECONDS=1)


def is_911(reply) -> bool:
    """What a caller hears when nobody knows, or nothing can be done now."""
    retry_after = reply.header("Retry-After")
    return (reply.status, reply.said) == (503, "911") and int(retry_after) > 0


# --- deadlines


@pytest.mark.parametrize("fault", ["throttling", "prior-request", "reset-after"])
def test_a_deadline_that_passes_is_911_and_the_change_still_goes_out(hasty, route53, fault):
    def ask(_):
        begun = time.monotonic()
        assert is_911(hasty.update("a.example.org", "192.0.2.1"))
        assert time.monotonic() - begun >= 0.9

    route53.fail_always(fault, CHANGE)
    at_best(SOON_SECONDS, ask, "911 to a caller who waits for one")
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")


def test_a_call_still_under_way_at_the_deadline_is_911_too(hasty, route53):
    with route53.held():
        assert is_911(hasty.update("a.example.org", "192.0.2.1"))
        assert route53.record("a.example.org", "A") is None
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")
    # The batch was accepted, so that much is known.
    hasty.wait_for_event("record_changed", host="a.example.org")
    assert hasty.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"


def test_zones_that_cannot_be_read_are_911_and_the_change_still_goes_out(start, route53):
    route53.fail_always("500", "ListHostedZones")
    service = start("a.example.org", ready=False, DYNDNS_DEADLINE_SECONDS=1)
    service.wait_for_event("table_loaded")
    assert is_911(service.update("a.example.org", "192.0.2.1"))
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")


@pytest.mark.parametrize("fault", ["expired-token", "access-denied"])
def test_credentials_that_are_refused_are_911_at_once(service, route53, fault):
    def ask(_):
        assert is_911(service.update("a.example.org", "192.0.2.1"))

    route53.fail_always(fault, CHANGE)
    at_best(SOON_SECONDS, ask, "911, for waiting does not help,")
    code = {"expired-token": "ExpiredToken", "access-denied": "AccessDenied"}[fault]
    assert service.wait_for_event("batch_failed", status="denied")["code"] == code
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")


def test_a_wrong_secret_key_is_911_and_named_in_the_log(start, tmp_path):
    file = tmp_path / "hosts.csv"
    file.write_bytes(csv_of("a.example.org"))
    service = start(
        ready=False, DYNDNS_BUCKET=None, DYNDNS_DATABASE=file, AWS_SECRET_ACCESS_KEY="wrong",
        DYNDNS_DEADLINE_SECONDS=1,
    )  # fmt: skip
    failed = service.wait_for_event("hosted_zones_unread", code="SignatureDoesNotMatch")
    assert failed.level == "error" and failed["status"] == "denied"
    service.wait_for_event("table_loaded")
    assert is_911(service.update("a.example.org", "192.0.2.1"))


# --- outages


def is_a_trickle(calls) -> bool:
    """The pauses double up to five seconds. So there are some calls at first, if
    chance has it that those pauses are short; then less than one a second, by
    the times at which they came. Without pauses it would be 1000 a second."""
    return 0 < len(calls) < 18 + (calls[-1].time - calls[0].time)


def test_an_outage_costs_a_trickle_of_calls_and_ends_by_itself(start, route53):
    hosts = numbered(50)
    service = start(*hosts, DYNDNS_DEADLINE_SECONDS=2)
    route53.fail_always("503")
    before = len(route53.calls)
    pending = [service.update_later(host, "192.0.2.1") for host in hosts]
    assert all(is_911(each.wait()) for each in pending)  # two seconds later
    route53.wait_for_calls(before + 1)
    assert is_a_trickle(route53.calls[before:])
    route53.heal()
    for host in hosts:
        route53.wait_for_record(host, "A", "192.0.2.1")


def test_many_zones_in_an_outage_are_one_trickle(start, route53):
    hosts = []
    for number in range(20):
        route53.add_zone(f"z{number}.example.net")
        hosts.append(f"a.z{number}.example.net")
    service = start(*hosts, DYNDNS_DEADLINE_SECONDS=1)
    route53.fail_always("500")
    before = len(route53.calls)
    pending = [service.update_later(host, "192.0.2.1") for host in hosts]
    assert all(is_911(each.wait()) for each in pending)
    route53.wait_for_calls(before + 1)
    assert is_a_trickle(route53.calls[before:])
    route53.heal()
    for host in hosts:
        route53.wait_for_record(host, "A", "192.0.2.1")


def test_what_was_wished_for_last_comes_out_of_an_outage(hasty, route53):
    route53.fail_always("500", CHANGE)
    pending = []
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        pending.append(hasty.update_later("a.example.org", address))
        hasty.settle()
    assert all(is_911(each.wait()) for each in pending)
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.3")
    hasty.wait_for_event("record_changed", host="a.example.org")
    assert hasty.update("a.example.org", "192.0.2.3").said == "nochg 192.0.2.3"
    hasty.register("a.example.org", "192.0.2.1")
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


# --- truth


def test_an_unknown_outcome_makes_the_knowledge_unknown(hasty, route53):
    hasty.register("a.example.org", "192.0.2.1")
    route53.fail_always("reset-after", CHANGE)
    assert is_911(hasty.update("a.example.org", "192.0.2.2"))
    route53.wait_for_record("a.example.org", "A", "192.0.2.2")  # it was done
    # To say nochg now, from what was known before, would be a lie.
    assert is_911(hasty.update("a.example.org", "192.0.2.1"))
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")


def test_an_address_that_flaps_past_its_deadline_ends_where_it_was(hasty, route53):
    hasty.register("a.example.org", "192.0.2.1")
    before = len(route53.batches)
    with route53.held():
        there = hasty.update_later("a.example.org", "192.0.2.2")
        route53.wait_for_batches(before + 1)
        and_back = hasty.update_later("a.example.org", "192.0.2.1")
        assert is_911(there.wait()) and is_911(and_back.wait())
    hasty.wait_for_event("record_changed", old="192.0.2.2", new="192.0.2.1")
    assert hasty.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"


def test_a_caller_who_hangs_up_costs_nothing_and_the_change_still_goes_out(service, route53):
    with route53.held():
        service.update_later("b.example.org", "192.0.2.9").hang_up()
        route53.wait_for_batches(1)
        for host in numbered(50):
            service.update_later(host, "192.0.2.1").hang_up()
        service.settle()
        stays = service.update_later("a.example.org", "192.0.2.1")
    assert stays.wait().said == "good 192.0.2.1"
    for host in numbered(50):
        route53.wait_for_record(host, "A", "192.0.2.1")
