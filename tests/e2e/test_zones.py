"""Which hosted zone a host belongs to."""

from contextlib import suppress

import pytest

from sandbox.patience import until

from .conftest import ZONE

LIST_ZONES, GET_ZONE = "ListHostedZones", "GetHostedZone"


def actions(route53):
    return [call.action for call in route53.calls]


# --- discovery


def test_the_longest_suffix_wins(start, route53):
    zones = {name: route53.add_zone(name) for name in ("dyn.example.org", "org")}
    service = start("a.dyn.example.org", "dyn.example.org", "a.example.org", "example.net.org")
    for host, zone in [
        ("a.dyn.example.org", zones["dyn.example.org"]),
        ("dyn.example.org", zones["dyn.example.org"]),
        ("a.example.org", ZONE),
        ("example.net.org", zones["org"]),
    ]:
        assert service.update(host, "192.0.2.1").said == "good 192.0.2.1"
        assert route53.record(host, "A", zone=zone) == ["192.0.2.1"]
    assert len(route53.snapshot()) == 4


def test_a_suffix_ends_at_a_dot(start, route53):
    for name in ("a.example.org", "ample.org", "n.example.org"):
        route53.add_zone(name)
    service = start("xa.example.org")
    assert service.update("xa.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert route53.snapshot(ZONE) == {("xa.example.org", "A"): ["192.0.2.1"]}


def test_a_zone_is_many_labels_above_its_host(start, route53):
    host = "deep.down.below.the.zone.example.org"
    assert start(host).update(host, "192.0.2.1").said == "good 192.0.2.1"
    assert route53.record(host, "A", zone=ZONE) == ["192.0.2.1"]


def test_private_zones_are_never_chosen(start, route53):
    private = [
        route53.add_zone(name, private=True)
        for name in ("example.org", "dyn.example.org", "example.net")
    ]
    service = start("a.dyn.example.org", "a.example.net")
    assert service.update("a.dyn.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert route53.record("a.dyn.example.org", "A", zone=ZONE) is not None
    assert service.update("a.example.net", "192.0.2.1").said == "dnserr"
    assert not any(route53.snapshot(zone) for zone in private)


def test_a_host_without_a_zone_is_dnserr_and_the_log_says_what_to_do(start):
    service = start("a.example.net")
    reply = service.update("a.example.net", "192.0.2.1")
    assert (reply.status, reply.said) == (200, "dnserr")
    advice = service.wait_for_event("update_not_taken", host="a.example.net")["advice"]
    assert "hosted zone" in advice


def test_two_public_zones_of_one_name_ask_for_a_decision(start, route53):
    second = route53.add_zone("example.org")
    route53.add_zone("example.net")
    service = start("a.example.org", "a.example.net")
    event = service.wait_for_event("hosted_zone_ambiguous")
    assert event.level == "error" and "DYNDNS_HOSTED_ZONES" in event["advice"]
    assert event["zone_name"] == "example.org" and second in event.fields.values()
    assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    assert service.update("a.example.net", "192.0.2.1").said == "good 192.0.2.1"
    assert set(route53.snapshot()) == {("a.example.net", "A")}


def test_all_pages_of_the_zones_are_read(start, route53):
    names = [f"z{number}.example.net" for number in range(250)]
    for name in names:
        route53.add_zone(name)
    service = start(*(f"a.{name}" for name in names))
    assert service.wait_for_event("hosted_zones_read")["usable"] == "251"
    assert actions(route53)[:3] == [LIST_ZONES] * 3
    for host in (f"a.{names[0]}", f"a.{names[-1]}"):
        assert service.update(host, "192.0.2.1").said == "good 192.0.2.1"
        assert route53.record(host, "A") == ["192.0.2.1"]


def test_zones_that_cannot_be_read_at_first_are_read_later(start, route53):
    route53.fail_next(2, "500", LIST_ZONES)
    service = start("a.example.org", ready=False)
    service.wait_for_event("table_loaded")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_page_that_fails_begins_the_reading_anew(start, route53):
    for number in range(150):
        route53.add_zone(f"z{number}.example.net")
    with route53.held():
        service = start("a.z149.example.net", ready=False)
        route53.wait_for_calls(1)
    service.wait_for_event("hosted_zones_read", usable=151)
    assert service.update("a.z149.example.net", "192.0.2.1").said == "good 192.0.2.1"


@pytest.mark.parametrize(
    "kind, message, pages", [("circle", "does not end", 200), ("stuck", "does not move on", 2)]
)
def test_a_listing_without_end_leaves_the_zones_as_they_were(start, route53, kind, message, pages):
    route53.add_zone("example.net")
    service = start("a.example.org", "a.example.com", DYNDNS_DEADLINE_SECONDS=1)
    service.wait_for_event("hosted_zones_read", usable=2)
    route53.endless_listings = kind
    while service.update("a.example.com", "192.0.2.1").said == "dnserr":  # for five seconds
        with suppress(TimeoutError):
            route53.wait_for_calls(len(route53.calls) + 1, timeout=0.25)
    unread = service.wait_for_event("hosted_zones_unread", status="invalid", timeout=60)
    assert unread.level == "error" and message in unread["message"]
    assert "AWS_ENDPOINT_URL" in unread["advice"] and "DYNDNS_HOSTED_ZONES" in unread["advice"]
    assert actions(route53).count(LIST_ZONES) == 1 + pages
    service.register("a.example.org", "192.0.2.1")
    assert service.events("hosted_zones_read")[1:] == []


def test_the_zones_are_read_again_when_a_host_has_none(start, route53):
    """At most every five seconds: hosts that have no zone make no storm."""
    service = start("a.example.net")
    route53.add_zone("example.net")
    heard = []

    def is_good():
        heard.append(service.update("a.example.net", "192.0.2.1").said)
        assert heard[-1] in ("good 192.0.2.1", "dnserr")
        return heard[-1] != "dnserr"

    until(is_good, lambda: f"good, heard {len(heard)} times dnserr")
    assert actions(route53).count(LIST_ZONES) == 2
    assert route53.record("a.example.net", "A") == ["192.0.2.1"]


# --- by id


def test_only_the_zones_that_are_named_are_used(start, route53):
    route53.add_zone("example.net")
    second = route53.add_zone("example.org", zone_id="Z0123456789ABCDEFGHIJ")
    service = start("a.example.org", "a.example.net", DYNDNS_HOSTED_ZONES=second)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert service.update("a.example.net", "192.0.2.1").said == "dnserr"
    assert route53.snapshot() == route53.snapshot(second)
    assert LIST_ZONES not in actions(route53)


def test_several_zones_are_named_as_the_console_shows_them(start, route53):
    ids = [route53.add_zone(name) for name in ("example.net", "dyn.example.net")]
    service = start(
        "a.example.net", "a.dyn.example.net",
        DYNDNS_HOSTED_ZONES=f"/hostedzone/{ids[0]}, {ids[1]}",
    )  # fmt: skip
    for host, zone in zip(("a.example.net", "a.dyn.example.net"), ids):
        assert service.update(host, "192.0.2.1").said == "good 192.0.2.1"
        assert route53.record(host, "A", zone=zone) == ["192.0.2.1"]
    assert actions(route53).count(GET_ZONE) == 2


def test_a_named_zone_that_is_missing_or_private_does_not_stop_the_others(start, route53):
    zone = route53.add_zone("example.net")
    private = route53.add_zone("example.com", private=True)
    service = start(
        "a.example.net", "a.example.com", DYNDNS_HOSTED_ZONES=f"ZMISSING,{private},{zone}"
    )
    assert service.wait_for_event("hosted_zone_missing", zone="ZMISSING").level == "error"
    assert service.wait_for_event("hosted_zone_private", zone=private).level == "error"
    assert service.update("a.example.net", "192.0.2.1").said == "good 192.0.2.1"
    assert service.update("a.example.com", "192.0.2.1").said == "dnserr"


# --- zones that come and go


def test_zones_that_vanish_while_the_server_runs(start, route53):
    """One comes back under another id, one does not, and a third one stays."""
    for name in ("example.net", "example.com"):
        route53.add_zone(name)
    service = start("a.example.org", "a.example.net", "a.example.com")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    for name in (ZONE, "example.net"):
        route53.remove_zone(name)
    anew = route53.add_zone(ZONE)

    found = service.update_later("a.example.org", "192.0.2.2")
    lost = service.update_later("a.example.net", "192.0.2.2")
    service.wait_for_event("hosted_zone_gone")
    assert service.update("a.example.com", "192.0.2.2").said == "good 192.0.2.2"

    assert found.wait().said == "good 192.0.2.2"
    assert route53.snapshot(anew) == {("a.example.org", "A"): ["192.0.2.2"]}
    assert lost.wait().said == "dnserr"


@pytest.mark.parametrize("name", ["xn--bcher-kva.example", "under_score.example", "123.example"])
def test_zone_names_of_all_kinds(start, route53, name):
    route53.add_zone(name)
    service = start(f"a.{name}", f"*.{name}")
    assert service.update(f"a.{name}", "192.0.2.1").said == "good 192.0.2.1"
    assert service.update(f"*.{name}", "192.0.2.2").said == "good 192.0.2.2"
    assert route53.snapshot(name) == {
        (f"a.{name}", "A"): ["192.0.2.1"],
        (f"*.{name}", "A"): ["192.0.2.2"],
    }
