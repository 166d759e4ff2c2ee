"""After a start the server reads what the records say, as far as that is cheap."""

import pytest

from .conftest import ZONE
from .hosts import numbered

LIST_RECORDS = "ListResourceRecordSets"


def listings(route53):
    return [call for call in route53.calls if call.action == LIST_RECORDS]


def test_an_address_that_has_not_changed_needs_no_change(start, route53):
    hosts = numbered(700)
    for host in hosts:
        route53.set_record(ZONE, host, "A", "192.0.2.1")
        route53.set_record(ZONE, host, "AAAA", "2001:db8::1")
    service = start(*hosts)
    for host in (hosts[0], hosts[-1]):
        assert service.update(host, "192.0.2.1").said == "nochg 192.0.2.1"
        assert service.update(host, "2001:db8::1").said == "nochg 2001:db8::1"
    assert route53.batches == []
    assert len(listings(route53)) == 5  # 1,402 record sets, 300 in each


def test_the_log_names_the_address_that_stood_there_before(start, route53):
    route53.set_record(ZONE, "a.example.org", "A", "192.0.2.1")
    service = start("a.example.org")
    assert service.update("a.example.org", "192.0.2.2").said == "good 192.0.2.2"
    assert service.wait_for_event("record_changed")["old"] == "192.0.2.1"


def test_names_are_compared_exactly(start, route53):
    """Route 53 writes the star as \\052, and every name with its last dot."""
    route53.set_record(ZONE, "*.a.example.org", "A", "192.0.2.1")
    route53.set_record(ZONE, "b.a.example.org", "A", "192.0.2.2")
    service = start("*.a.example.org", "a.example.org", "c.a.example.org")
    assert service.update("*.a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.2").said == "good 192.0.2.2"
    assert service.update("c.a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_record_of_several_values_is_not_what_one_host_wishes_for(start, route53):
    route53.set_record(ZONE, "a.example.org", "A", ["192.0.2.1", "192.0.2.2"])
    service = start("a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


@pytest.mark.parametrize("kind", ["weighted", "alias"])
def test_what_is_no_simple_record_is_not_believed(start, route53, kind):
    route53.set_record(ZONE, "b.example.org", "A", "192.0.2.1")
    if kind == "weighted":
        route53.set_weighted(ZONE, "a.example.org", "A", "192.0.2.1", "first")
    else:
        route53.set_alias(ZONE, "a.example.org", "A", "b.example.org.")
    assert start("a.example.org").update("a.example.org", "192.0.2.1").said == "dnserr"


def test_without_the_permission_all_goes_on_and_the_log_says_so(start, route53):
    route53.fail_next(1, "access-denied", LIST_RECORDS)
    service = start("a.example.org")
    assert LIST_RECORDS in service.wait_for_event("records_surveyed")["end"]
    assert service.get("/healthz").status == 200
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


@pytest.mark.parametrize("kind, level, calls", [("circle", "info", 20), ("stuck", "error", 2)])
def test_a_listing_without_end_is_given_up(start, route53, kind, level, calls):
    route53.endless_listings = kind
    zone = route53.add_zone("example.net")
    service = start("a.example.net", DYNDNS_HOSTED_ZONES=zone)
    surveyed = service.wait_for_event("records_surveyed")
    assert (surveyed.level, surveyed["calls"]) == (level, str(calls))
    assert len(listings(route53)) == calls
    assert service.update("a.example.net", "192.0.2.1").said == "good 192.0.2.1"


def test_a_large_service_does_not_spend_its_calls_on_reading(start, route53):
    names = [f"z{number}.example.net" for number in range(30)]
    for name in names:
        route53.add_zone(name)
    service = start(*(f"a.{name}" for name in names))
    assert service.wait_for_event("records_surveyed")["calls"] == "20"
    assert len(listings(route53)) == 20
