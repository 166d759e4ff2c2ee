"""Route 53 fails a call or two, and callers notice nothing but a little time."""

import pytest

from sandbox.patience import at_best, until

from .hosts import numbered

CHANGE = "ChangeResourceRecordSets"

# What a caller never notices, because the call is made again.
PASSING = ["throttling", "prior-request", "500", "502", "503", "reset-before", "reset-after",
           "cut", "not-xml", "slow"]  # fmt: skip


@pytest.fixture
def service(orderly_service):
    return orderly_service


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
    """It takes eight seconds to give up, so that a second attempt comes before
    the deadline, at which the caller would hear 911."""
    route53.fail_next(1, "silence", CHANGE)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert len(route53.batches) == 2


def test_a_connection_that_dies_in_silence_is_noticed_at_once(service, route53):
    """At best well before the eight seconds after which it would give up anyway."""

    def ask(number):
        before = len(route53.batches)
        route53.fail_next(1, "silence", CHANGE)
        pending = service.update_later("a.example.org", f"192.0.2.{number}")

        def is_made_again():
            route53.release()  # hangs up on whom it keeps waiting
            return len(route53.batches) > before + 1

        until(is_made_again, "another attempt")
        assert pending.wait().said == f"good 192.0.2.{number}"

    at_best(5, ask, "another attempt")


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
    # 20 a second, cut to 14 and to 9.8: eight turns in a round of sixteen twentieths
    # of a second, where there were sixteen.
    assert times[10] - times[2] >= 0.6
