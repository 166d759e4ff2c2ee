"""Route 53 misbehaves, and callers still hear the truth in time."""

import time
from contextlib import suppress

import pytest

from .conftest import ZONE
from .hosts import numbered

CHANGE = "ChangeResourceRecordSets"

# What a caller never notices, because the call is made again.
PASSING = ["throttling", "prior-request", "500", "502", "503", "reset-before", "reset-after",
           "cut", "not-xml", "slow"]  # fmt: skip


@pytest.fixture
def service(start):
    """With one loop, so that settle() tells when requests have been taken on."""
    return start("a.example.org", "b.example.org", *numbered(100), DYNDNS_THREADS=1)


@pytest.fixture
def hasty(start):
    """A server whose callers wait for one second only."""
    return start(
        "a.example.org", "b.example.org", *numbered(100),
        DYNDNS_THREADS=1, DYNDNS_DEADLINE_SECONDS=1,
    )  # fmt: skip


def is_911(reply) -> bool:
    """What a caller hears when nobody knows, or nothing can be done now."""
    retry_after = reply.header("Retry-After")
    return (reply.status, reply.said) == (503, "911") and int(retry_after) > 0


# --- trouble that passes


@pytest.mark.parametrize("fault", PASSING)
def test_a_call_that_fails_is_made_again(service, route53, fault):
    route53.slow_seconds = 0.2
    route53.fail_next(2, fault, CHANGE)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


@pytest.mark.parametrize("fault", ["throttling", "500", "cut", "not-xml"])
def test_the_zones_are_read_in_spite_of_trouble(start, route53, fault):
    route53.fail_next(1, fault, "ListHostedZones")
    service = start("a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_refused_connection_is_tried_again(service, sandbox, dig):
    sandbox.unplug()
    pending = service.update_later("a.example.org", "192.0.2.1")
    service.wait_for_event("batch_failed", status="unavailable")
    sandbox.plug()
    assert pending.wait().said == "good 192.0.2.1"
    assert dig("a.example.org") == ["192.0.2.1"]


def test_a_reply_that_never_comes_is_not_waited_for_for_ever(service, route53):
    """It takes eight seconds to give up, so that a second attempt is in time."""
    route53.fail_next(1, "silence", CHANGE)
    begun = time.monotonic()
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert time.monotonic() - begun < 15
    assert len(route53.batches) == 2


def test_a_connection_that_dies_in_silence_is_noticed_at_once(service, route53):
    route53.fail_next(1, "silence", CHANGE)
    begun = time.monotonic()
    pending = service.update_later("a.example.org", "192.0.2.1")
    reply = None
    while reply is None:
        route53.release()  # hangs up on whom it keeps waiting
        with suppress(TimeoutError):
            reply = pending.connection.receive(timeout=0.1)
    assert reply.said == "good 192.0.2.1"
    assert time.monotonic() - begun < 5
    assert len(route53.batches) == 2
    pending.connection.close()


def test_the_log_has_awss_words_about_each_failure(service, route53):
    route53.fail_next(1, "throttling", CHANGE)
    service.update("a.example.org", "192.0.2.1")
    failed = service.wait_for_event("batch_failed", code="Throttling")
    assert failed.level == "warn" and failed["message"] == "Rate exceeded"
    assert len(failed["request_id"]) == 36


def test_after_throttling_the_pace_is_slower_and_nobody_notices(start, route53):
    service = start(*numbered(10), DYNDNS_ROUTE53_RATE=20)
    route53.fail_next(2, "throttling", CHANGE)
    for host in numbered(10):
        assert service.update(host, "192.0.2.1").said == "good 192.0.2.1"
    times = [call.time for call in route53.calls if call.action == CHANGE]
    # 20 a second, halved, and halved again: none sooner than 1/10, 1/5 s.
    assert times[1] - times[0] >= 0.09 and times[2] - times[1] >= 0.19


# --- trouble that lasts


@pytest.mark.parametrize("fault", ["throttling", "prior-request", "reset-after"])
def test_a_deadline_that_passes_is_911_and_the_change_still_goes_out(hasty, route53, fault):
    route53.fail_always(fault, CHANGE)
    begun = time.monotonic()
    assert is_911(hasty.update("a.example.org", "192.0.2.1"))
    assert 0.9 <= time.monotonic() - begun < 5
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
    route53.fail_always(fault, CHANGE)
    begun = time.monotonic()
    assert is_911(service.update("a.example.org", "192.0.2.1"))
    assert time.monotonic() - begun < 5  # far below the deadline: waiting does not help
    code = {"expired-token": "ExpiredToken", "access-denied": "AccessDenied"}[fault]
    assert service.wait_for_event("batch_failed", status="denied")["code"] == code
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")


def test_a_wrong_secret_key_is_911_and_named_in_the_log(start, sandbox, route53, file):
    service = start(
        DYNDNS_BUCKET=None, DYNDNS_DATABASE=file, AWS_SECRET_ACCESS_KEY="wrong", ready=False,
        DYNDNS_DEADLINE_SECONDS=1,
    )  # fmt: skip
    failed = service.wait_for_event("hosted_zones_unread", code="SignatureDoesNotMatch")
    assert failed.level == "error" and failed["status"] == "denied"
    service.wait_for_event("table_loaded")
    assert is_911(service.update("a.example.org", "192.0.2.1"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "hosts.csv"
    path.write_bytes(b"a.example.org,token-of-a.example.org\n")
    return path


def test_an_outage_costs_a_trickle_of_calls_and_ends_by_itself(start, route53):
    hosts = numbered(50)
    service = start(*hosts, DYNDNS_DEADLINE_SECONDS=2)
    route53.fail_always("503")
    before = len(route53.calls)
    pending = [service.update_later(host, "192.0.2.1") for host in hosts]
    assert all(is_911(each.wait()) for each in pending)  # two seconds later
    assert len(route53.calls) - before < 20  # though 1000 a second are allowed
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
    assert len(route53.calls) - before < 20
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
    assert hasty.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


# --- truth


def test_an_unknown_outcome_makes_the_knowledge_unknown(hasty, route53):
    hasty.update("a.example.org", "192.0.2.1")
    route53.fail_always("reset-after", CHANGE)
    assert is_911(hasty.update("a.example.org", "192.0.2.2"))
    assert route53.record("a.example.org", "A") == ["192.0.2.2"]  # it was done
    # To say nochg now, from what was known before, would be a lie.
    back = hasty.update_later("a.example.org", "192.0.2.1")
    assert is_911(back.wait())
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")


def test_an_address_that_flaps_past_its_deadline_ends_where_it_was(hasty, route53):
    hasty.update("a.example.org", "192.0.2.1")
    with route53.held():
        there = hasty.update_later("a.example.org", "192.0.2.2")
        route53.wait_for_batches(2)
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


# --- records that Route 53 refuses


def occupy(route53, kind, name):
    """Puts something at a name that lets no simple A record stand there."""
    if kind == "cname":
        route53.set_record(ZONE, name, "CNAME", "elsewhere.example.net.")
    elif kind == "alias":
        route53.set_alias(ZONE, name, "A", "b.example.org.")
    else:
        route53.set_weighted(ZONE, name, "A", "203.0.113.1", "first")


def crowd(service, route53, culprit, *others):
    """Sends all of them to Route 53 in one batch; returns the culprit's reply
    and what the others heard."""
    with route53.held():
        first = service.update_later("b.example.org", "192.0.2.9")
        route53.wait_for_batches(1)
        middle = len(others) // 2
        pending = [service.update_later(host, "192.0.2.2") for host in others[:middle]]
        service.settle()
        poisoned = service.update_later(culprit, "192.0.2.1")
        service.settle()
        pending += [service.update_later(host, "192.0.2.2") for host in others[middle:]]
        service.settle()
    assert first.wait().said == "good 192.0.2.9"
    return poisoned.wait(), {each.wait().said for each in pending}


@pytest.mark.parametrize("shape", ["messages", "error"])
@pytest.mark.parametrize("kind", ["cname", "alias", "weighted"])
def test_a_poisonous_record_hurts_nobody_else(service, route53, kind, shape):
    route53.invalid_batch_shape = shape
    occupy(route53, kind, "a.example.org")
    poisoned, others = crowd(service, route53, "a.example.org", *numbered(40))
    assert (poisoned.status, poisoned.said) == (200, "dnserr")
    assert others == {"good 192.0.2.2"}
    # The message named it, so that one further call was enough.
    assert [len(batch.changes) for batch in route53.batches] == [1, 41, 40]
    refused = service.wait_for_event("record_refused", host="a.example.org", type="A")
    assert refused.level == "warn" and "a.example.org." in refused["message"]
    assert refused["code"] == "InvalidChangeBatch" and refused["request_id"]
    if kind == "cname":
        assert "conflicting RRSet of type CNAME" in refused["message"]


@pytest.mark.parametrize("shape", ["messages", "error"])
def test_a_culprit_that_nobody_names_is_found_by_halving(service, route53, shape):
    route53.invalid_batch_shape = shape
    route53.invalid_batch_names = False
    occupy(route53, "cname", "a.example.org")
    poisoned, others = crowd(service, route53, "a.example.org", *numbered(63))
    assert poisoned.said == "dnserr" and others == {"good 192.0.2.2"}
    assert len(route53.batches) <= 1 + 1 + 2 * 6  # 64 changes are halved six times
    refused = service.wait_for_event("record_refused")
    assert refused["host"] == "a.example.org"
    assert len(service.events("record_refused")) == 1


def test_several_culprits_in_one_batch(service, route53):
    culprits = numbered(60)[::7]
    for host in culprits:
        occupy(route53, "cname", host)
    _, others = crowd(service, route53, "a.example.org", *numbered(60))
    assert others == {"good 192.0.2.2", "dnserr"}
    good = {name for name, type in route53.snapshot() if type == "A"}
    assert good == {"a.example.org", "b.example.org", *numbered(60)} - set(culprits)
    assert len(route53.batches) <= 5  # AWS's message may be cut, but not by much


def test_one_family_may_be_refused_and_the_other_not(service, route53):
    occupy(route53, "weighted", "a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    assert service.update("a.example.org", "2001:db8::1").said == "good 2001:db8::1"


def test_a_lone_culprit_is_refused_in_one_call(service, route53):
    occupy(route53, "cname", "a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    assert len(route53.batches) == 1


def test_a_host_known_to_be_refused_costs_no_call_for_a_while(service, route53):
    occupy(route53, "cname", "a.example.org")
    for _ in range(3):
        assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    assert len(route53.batches) == 1
    assert "again" in service.wait_for_event("update_not_taken")["advice"]


def test_a_host_known_to_be_refused_goes_alone_until_it_succeeds(service, route53):
    occupy(route53, "cname", "a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    route53.delete_record(ZONE, "a.example.org", "CNAME")  # by somebody at the console
    others = iter(numbered(100))
    while (poisoned := service.update_later("a.example.org", "192.0.2.1")) is not None:
        neighbour = service.update_later(next(others), "192.0.2.2")
        assert neighbour.wait().said == "good 192.0.2.2"
        if (reply := poisoned.wait()).said != "dnserr":
            break
        with suppress(TimeoutError):
            route53.wait_for_record("a.example.org", "A", "192.0.2.1", timeout=0.25)
    assert reply.said == "good 192.0.2.1"
    alone = [batch for batch in route53.batches if batch.changes[0].name == "a.example.org"]
    assert [len(batch.changes) for batch in alone] == [1, 1]


def test_a_host_outside_of_every_zone_poisons_nothing(start, route53):
    service = start("a.example.net", "a.example.org")
    pending = [service.update_later(host, "192.0.2.1") for host in ("a.example.net", "a.example.org")]
    assert [each.wait().said for each in pending] == ["dnserr", "good 192.0.2.1"]
