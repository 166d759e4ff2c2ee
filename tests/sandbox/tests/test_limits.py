"""The account's rate, and one batch at a time for a zone."""

import time

import pytest
from botocore.exceptions import BotoCoreError

from .calls import change, refusal, upsert

THROTTLED = (400, "Throttling", "Rate exceeded")
PRIOR = (
    400,
    "PriorRequestNotComplete",
    "The request was rejected because Route 53 was still processing a prior request.",
)


def test_calls_of_every_kind_spend_from_one_bucket(dns_client, route53, zone):
    route53.set_rate(0.001, burst=3)
    change(dns_client, zone, upsert("a.example.org", "192.0.2.1"))
    dns_client.list_hosted_zones()
    dns_client.list_resource_record_sets(HostedZoneId=zone)
    assert refusal(dns_client.get_hosted_zone, Id=zone) == THROTTLED
    assert refusal(change, dns_client, zone, upsert("a.example.org", "192.0.2.2")) == THROTTLED
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]
    assert [call.error for call in route53.calls] == [None] * 3 + ["Throttling"] * 2
    assert [batch.accepted for batch in route53.batches] == [True, False]


def test_a_call_that_is_not_believed_spends_nothing(connect, dns_client, route53):
    route53.set_rate(0.001, burst=1)
    assert refusal(connect("route53", secret="wrong").list_hosted_zones)[0] == 403
    dns_client.list_hosted_zones()


def test_botocore_retries_until_tokens_come_back(connect, route53):
    route53.set_rate(20, burst=1)
    client = connect("route53", retries=4)
    for _ in range(3):
        client.list_hosted_zones()


def test_a_zone_takes_one_batch_at_a_time(dns_client, route53, zone, later):
    other = route53.add_zone("example.net")
    with route53.held():
        first = later(change, dns_client, zone, upsert("a.example.org", "192.0.2.1"))
        route53.wait_for_batches(1)
        assert refusal(change, dns_client, zone, upsert("b.example.org", "192.0.2.2")) == PRIOR
        second = later(change, dns_client, other, upsert("c.example.net", "192.0.2.3"))
        listing = later(dns_client.list_resource_record_sets, HostedZoneId=zone)
        route53.wait_for_calls(4)
        assert route53.snapshot() == {}
    for call in (first, second, listing):
        call.result()
    change(dns_client, zone, upsert("b.example.org", "192.0.2.2"))
    errors = [batch.error for batch in route53.batches]
    assert errors == [None, "PriorRequestNotComplete", None, None]
    names = [name for name, _ in route53.snapshot()]
    assert names == ["a.example.org", "b.example.org", "c.example.net"]


def test_the_next_batch_may_follow_on_the_heels_of_the_reply(dns_client, route53, zone):
    for n in range(100):
        change(dns_client, zone, upsert("a.example.org", f"192.0.2.{n}"))
    assert {call.error for call in route53.calls} == {None}


def test_latency_keeps_a_batch_in_flight(sandbox, dns_client, route53, zone, later):
    route53.latency_seconds = 86400  # so that it is in flight whenever we look
    first = later(change, dns_client, zone, upsert("a.example.org", "192.0.2.1"))
    (batch,) = route53.wait_for_batches(1)
    assert refusal(change, dns_client, zone, upsert("b.example.org", "192.0.2.2")) == PRIOR
    assert not batch.accepted
    sandbox.stop()
    assert isinstance(first.exception(), BotoCoreError)


def test_latency_is_what_a_call_takes(dns_client, route53, zone):
    route53.latency_seconds = 0.1
    change(dns_client, zone, upsert("a.example.org", "192.0.2.1"))
    assert time.monotonic() - route53.calls[0].time >= 0.1
    assert route53.batches[0].accepted


def test_waiting_says_what_did_not_come(route53):
    with pytest.raises(TimeoutError, match="too slow to tell: waited 0.01 s for 1 batches, saw 0"):
        route53.wait_for_batches(1, timeout=0.01)
    with pytest.raises(TimeoutError, match=r"a.example.org A \['192.0.2.1'\], saw None"):
        route53.wait_for_record("a.example.org", "A", "192.0.2.1", timeout=0.01)


def test_waiting_for_a_record(dns_client, route53, zone, later):
    with route53.held():
        later(change, dns_client, zone, upsert("a.example.org", "192.0.2.1"))
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")
    later(route53.delete_record, zone, "a.example.org", "A")
    route53.wait_for_record("a.example.org", "A", None)


def test_it_is_idle_while_no_batch_is_being_worked_on(dns_client, route53, zone, later):
    assert route53.is_idle()
    with route53.held():
        call = later(change, dns_client, zone, upsert("a.example.org", "192.0.2.1"))
        route53.wait_for_batches(1)
        assert not route53.is_idle()
    call.result()
    assert route53.is_idle()


def test_what_arrived_can_be_forgotten_and_the_zones_stay(dns_client, route53, zone):
    change(dns_client, zone, upsert("a.example.org", "192.0.2.1"))
    route53.forget()
    assert (route53.calls, route53.batches) == ([], [])
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]
