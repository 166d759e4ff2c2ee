"""Records that Route 53 refuses: dnserr for their own callers, and for nobody else."""

import itertools

import pytest

from sandbox.patience import until

from .conftest import ZONE
from .hosts import numbered


@pytest.fixture
def service(orderly_service):
    return orderly_service


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
    addresses = (f"192.0.{high}.{low}" for high, low in itertools.product(range(2, 256), repeat=2))

    def is_good():
        poisoned = service.update_later("a.example.org", "192.0.2.1")
        address = next(addresses)
        neighbour = service.update_later("b.example.org", address)
        assert neighbour.wait().said == f"good {address}"
        said = poisoned.wait().said
        assert said in ("good 192.0.2.1", "dnserr")
        return said != "dnserr"

    until(is_good, "good for a host that was refused before")
    alone = [batch for batch in route53.batches if batch.changes[0].name == "a.example.org"]
    assert [len(batch.changes) for batch in alone] == [1, 1]


def test_a_newer_wish_of_a_refused_host_goes_alone(start, route53):
    """It gathers together with others' while the first one is refused."""
    service = start("a.example.org", "no-zone.example.net", *numbered(10), DYNDNS_THREADS=1)
    occupy(route53, "cname", "a.example.org")
    with route53.held("ChangeResourceRecordSets"):
        older = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        newer = service.update_later("a.example.org", "192.0.2.2")
        others = [service.update_later(host, "192.0.2.2") for host in numbered(10)]
        service.settle()
        # The updater answers this at once, and has taken on what came before.
        assert service.update("no-zone.example.net", "192.0.2.1").said == "dnserr"
    assert older.wait().said == newer.wait().said == "dnserr"
    assert {each.wait().said for each in others} == {"good 192.0.2.2"}
    assert sorted(len(batch.changes) for batch in route53.batches) == [1, 1, 10]


def test_a_host_outside_of_every_zone_poisons_nothing(start):
    hosts = ["a.example.net", "a.example.org"]
    service = start(*hosts)
    pending = [service.update_later(host, "192.0.2.1") for host in hosts]
    assert [each.wait().said for each in pending] == ["dnserr", "good 192.0.2.1"]
