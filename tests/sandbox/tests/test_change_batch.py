"""ChangeResourceRecordSets, spoken by botocore."""

import re

import pytest

from . import raw
from .calls import change, create, delete, refusal, upsert

INVALID = (400, "InvalidChangeBatch")


@pytest.fixture(autouse=True)
def shape(route53):
    """botocore cannot read the other one."""
    route53.invalid_batch_shape = "error"


def test_an_upsert_creates_then_replaces(dns_client, route53, zone):
    reply = change(dns_client, zone, upsert("A.Example.org", "192.0.2.1"))
    assert reply["ChangeInfo"]["Status"] == "PENDING"
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]
    change(dns_client, zone, upsert("a.example.org.", "192.0.2.2", "192.0.2.3"))
    assert route53.record("a.example.org", "A") == ["192.0.2.2", "192.0.2.3"]
    assert route53.snapshot() == {("a.example.org", "A"): ["192.0.2.2", "192.0.2.3"]}


def test_a_change_is_insync_after_its_propagation(dns_client, route53, zone):
    change_id = change(dns_client, zone, upsert("a.example.org", "192.0.2.1"))["ChangeInfo"]["Id"]
    assert change_id.startswith("/change/C")
    assert dns_client.get_change(Id=change_id)["ChangeInfo"]["Status"] == "INSYNC"
    route53.propagation_seconds = 86400
    assert dns_client.get_change(Id=change_id)["ChangeInfo"]["Status"] == "PENDING"
    assert refusal(dns_client.get_change, Id="C404")[:2] == (404, "NoSuchChange")


def test_what_was_received_can_be_read(dns_client, route53, zone):
    first, second = upsert("*.example.org", "192.0.2.1"), create("b.example.org", "192.0.2.2")
    change(dns_client, zone, first, second)
    (batch,) = route53.batches
    assert (batch.zone_id, batch.accepted, batch.error) == (zone, True, None)
    assert batch.changes == [
        ("UPSERT", "*.example.org", "A", "192.0.2.1"),
        ("CREATE", "b.example.org", "A", "192.0.2.2"),
    ]
    (call,) = route53.calls
    assert (call.action, call.zone_id) == ("ChangeResourceRecordSets", zone)
    assert (call.changes, call.status, call.error) == (2, 200, None)


def test_a_batch_is_applied_whole_or_not_at_all(dns_client, route53, zone):
    good = upsert("a.example.org", "192.0.2.1")
    bad = [upsert("b.example.org", "not-an-address"), upsert("c.example.net", "192.0.2.3")]
    status, code, message = refusal(change, dns_client, zone, good, *bad)
    assert (status, code) == INVALID
    assert "not-an-address" in message
    assert "RRSet with DNS name c.example.net. is not permitted in zone example.org." in message
    assert route53.snapshot() == {}
    (batch,) = route53.batches
    assert (batch.accepted, batch.error) == (False, "InvalidChangeBatch")


A, AAAA, CNAME = "192.0.2.1", "2001:db8::1", "target.example.net."


@pytest.mark.parametrize(
    "label, there, changes, expected",
    [
        (
            "an A where a CNAME stands",
            lambda put, zone: put.set_record(zone, "x.example.org", "CNAME", CNAME),
            [upsert("x.example.org", A)],
            "RRSet of type A with DNS name x.example.org. is not permitted because a conflicting "
            "RRSet of type CNAME with the same DNS name already exists in zone example.org.",
        ),
        (
            "an AAAA where a CNAME stands",
            lambda put, zone: put.set_record(zone, "x.example.org", "CNAME", CNAME),
            [upsert("x.example.org", AAAA, type="AAAA")],
            "RRSet of type AAAA with DNS name x.example.org. is not permitted because",
        ),
        (
            "a CNAME where an A stands",
            lambda put, zone: put.set_record(zone, "x.example.org", "A", A),
            [upsert("x.example.org", CNAME, type="CNAME")],
            "RRSet of type CNAME with DNS name x.example.org. is not permitted as it conflicts "
            "with other records with the same DNS name in zone example.org.",
        ),
        (
            "a CNAME at the apex",
            None,
            [upsert("example.org", CNAME, type="CNAME")],
            "is not permitted at apex in zone example.org.",
        ),
        (
            "a simple set where an alias stands",
            lambda put, zone: put.set_alias(zone, "x.example.org", "A", "y.example.org"),
            [upsert("x.example.org", A)],
            "RRSet with DNS name x.example.org., type A cannot be created as other RRSets exist "
            "with the same name and type.",
        ),
        (
            "a simple set where weighted ones stand",
            lambda put, zone: put.set_weighted(zone, "x.example.org", "A", A, "one"),
            [upsert("x.example.org", A)],
            "cannot be created as other RRSets exist with the same name and type.",
        ),
        (
            "a weighted set where a simple one stands",
            lambda put, zone: put.set_record(zone, "x.example.org", "A", A),
            [upsert("x.example.org", A, SetIdentifier="one", Weight=1)],
            "cannot be created because a non-weighted RRSet",
        ),
        (
            "creating what exists",
            lambda put, zone: put.set_record(zone, "x.example.org", "A", A),
            [create("x.example.org", A)],
            "Tried to create resource record set [name='x.example.org.', type='A'] "
            "but it already exists",
        ),
        (
            "deleting what does not exist",
            None,
            [delete(r"*.example.org", A)],
            r"Tried to delete resource record set [name='\052.example.org.', type='A'] "
            "but it was not found",
        ),
        (
            "deleting other values",
            lambda put, zone: put.set_record(zone, "x.example.org", "A", A, ttl=60),
            [delete("x.example.org", "192.0.2.9")],
            "but the values provided do not match the current values",
        ),
        (
            "deleting with another TTL",
            lambda put, zone: put.set_record(zone, "x.example.org", "A", A, ttl=61),
            [delete("x.example.org", A)],
            "but the values provided do not match the current values",
        ),
        (
            "one set twice",
            None,
            [upsert("x.example.org", A), upsert("X.example.org.", "192.0.2.2")],
            "The request contains an invalid set of changes for a resource record set "
            "'A x.example.org.'",
        ),
        (
            "one value twice",
            None,
            [upsert("x.example.org", A, A)],
            "Duplicate Resource Record: '192.0.2.1'",
        ),
        (
            "an A that is no IPv4 address",
            None,
            [upsert("x.example.org", "2001:db8::1")],
            "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with "
            "'2001:db8::1'",
        ),
        (
            "an address with a leading zero",
            None,
            [upsert("x.example.org", "192.0.2.01")],
            "ARRDATAIllegalIPv4Address",
        ),
        (
            "an AAAA that is no IPv6 address",
            None,
            [upsert("x.example.org", "192.0.2.1", type="AAAA")],
            "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)",
        ),
        (
            "an IPv6 address with a scope",
            None,
            [upsert("x.example.org", "fe80::1%eth0", type="AAAA")],
            "AAAARRDATAIllegalIPv6Address",
        ),
        (
            "a label of 64 characters",
            None,
            [upsert("x" * 64 + ".example.org", A)],
            "FATAL problem: DomainLabelTooLong",
        ),
        (
            "a name that only ends like the zone's",
            None,
            [upsert("badexample.org", A)],
            "RRSet with DNS name badexample.org. is not permitted in zone example.org.",
        ),
    ],
)
def test_changes_that_cannot_stand(dns_client, route53, zone, label, there, changes, expected):
    if there is not None:
        there(route53, zone)
    before = route53.snapshot()
    status, code, message = refusal(change, dns_client, zone, *changes)
    assert (status, code) == INVALID, label
    assert expected in message, label
    assert route53.snapshot() == before, label


def test_deleting_and_creating_replaces_in_one_batch(dns_client, route53, zone):
    route53.set_record(zone, "x.example.org", "CNAME", CNAME, ttl=60)
    change(
        dns_client,
        zone,
        delete("x.example.org", CNAME, type="CNAME"),
        create("x.example.org", A),
    )
    change(dns_client, zone, delete("x.example.org", A), create("x.example.org", "192.0.2.2"))
    assert route53.snapshot() == {("x.example.org", "A"): ["192.0.2.2"]}


def test_a_and_aaaa_stand_side_by_side(dns_client, route53, zone):
    change(dns_client, zone, upsert("x.example.org", A), upsert("x.example.org", AAAA, type="AAAA"))
    assert route53.record("x.example.org", "AAAA") == [AAAA]


def test_weighted_sets_stand_side_by_side(dns_client, route53, zone):
    sets = [upsert("x.example.org", A, SetIdentifier=each, Weight=1) for each in ("one", "two")]
    change(dns_client, zone, *sets)
    assert route53.record("x.example.org", "A") is None
    assert route53.snapshot() == {("x.example.org", "A"): [A, A]}


def test_an_upsert_may_be_let_to_replace_an_alias(dns_client, route53, zone):
    route53.set_alias(zone, "x.example.org", "A", "y.example.org")
    route53.upsert_replaces_alias = True
    change(dns_client, zone, upsert("x.example.org", A))
    assert route53.record("x.example.org", "A") == [A]


def test_ns_and_soa_of_the_zone_cannot_be_deleted(dns_client, zone):
    listed = dns_client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [each["Type"] for each in listed] == ["NS", "SOA"]
    for each in listed:
        deletion = {"Action": "DELETE", "ResourceRecordSet": each}
        assert "A HostedZone must contain" in refusal(change, dns_client, zone, deletion)[2]


OUTSIDE = [upsert("x.example.net", A), upsert("y.example.net", A)]
OUTSIDE_MESSAGES = [
    f"RRSet with DNS name {name}.example.net. is not permitted in zone example.org."
    for name in "xy"
]


def hosts(n, *values, make=upsert, **more):
    return [make(f"h{i}.example.org", *values, **more) for i in range(n)]


LONG_AAAA = "2001:0db8:1111:1111:1111:1111:1111:1111"
LONG_TXT = '"' + "x" * 248 + '"'  # 64 of these, counted twice, are 32,000 characters
TOO_MANY = "[Number of records limit of 1000 exceeded.]"
TOO_LONG = "[RDATA character limit of 32000 exceeded.]"


@pytest.mark.parametrize(
    "label, changes, expected",
    [
        ("500 UPSERTs fill a batch", hosts(500, A), None),
        ("501 do not fit", hosts(501, A), TOO_MANY),
        ("1,000 CREATEs fill a batch", hosts(1000, A, make=create), None),
        ("1,001 do not fit", hosts(1001, A, make=create), TOO_MANY),
        ("records are counted, not sets", hosts(167, A, "192.0.2.2", "192.0.2.3"), TOO_MANY),
        ("410 long AAAA fit", hosts(410, LONG_AAAA, type="AAAA"), None),
        ("411 do not fit", hosts(411, LONG_AAAA, type="AAAA"), TOO_LONG),
        ("32,000 characters fit", hosts(64, LONG_TXT, type="TXT"), None),
        ("32,014 do not", hosts(64, LONG_TXT, type="TXT") + hosts(1, "1.1.1.1"), TOO_LONG),
    ],
)
def test_limits_of_a_batch(dns_client, zone, label, changes, expected):
    if expected is None:
        change(dns_client, zone, *changes)
    else:
        status, code, message = refusal(change, dns_client, zone, *changes)
        assert (status, code, message) == (*INVALID, expected), label


def test_the_error_in_its_usual_shape(dns_client, zone):
    """The only shape which botocore can read, and which AWS sends since 2024:
    https://github.com/aws/aws-sdk-kotlin/pull/1435"""
    message = refusal(change, dns_client, zone, *OUTSIDE)[2]
    assert message == f"[{OUTSIDE_MESSAGES[0]}, {OUTSIDE_MESSAGES[1]}]"


def test_the_error_in_its_own_shape(sandbox, route53, zone):
    route53.invalid_batch_shape = "messages"
    body = raw.batch_xml(raw.change_xml("x.example.net") + raw.change_xml("y.example.net"))
    answer = raw.request(sandbox, "POST", f"/2013-04-01/hostedzone/{zone}/rrset", body)
    listed = "".join(f"<Message>{message}</Message>" for message in OUTSIDE_MESSAGES)
    request_id = answer.headers["x-amzn-RequestId"]
    assert answer.status == 400
    assert answer.body.decode() == (
        f'<?xml version="1.0"?>\n<InvalidChangeBatch xmlns="{raw.NAMESPACE}"><Messages>{listed}'
        f"</Messages><RequestId>{request_id}</RequestId></InvalidChangeBatch>"
    )


def test_the_error_may_keep_the_names_to_itself(dns_client, route53, zone):
    route53.invalid_batch_names = False
    message = refusal(change, dns_client, zone, *OUTSIDE)[2]
    assert message == "[The request contains an invalid set of changes]"


def test_no_such_zone(dns_client, route53):
    status, code, message = refusal(change, dns_client, "Z404", upsert("x.example.org", A))
    assert (status, code) == (404, "NoSuchHostedZone")
    assert message == "No hosted zone found with ID: Z404"


ORDERED = raw.change_xml()
TTL = "<TTL>60</TTL>"


@pytest.mark.parametrize(
    "label, body, code, expected",
    [
        ("as it should be", raw.batch_xml(ORDERED), None, ""),
        ("a comment", raw.batch_xml(ORDERED, comment="<Comment>x</Comment>"), None, ""),
        ("not XML", b"<Change", "MalformedInput", "Could not parse XML"),
        ("nothing", b"", "MalformedInput", "Could not parse XML"),
        (
            "another root",
            raw.batch_xml(ORDERED, root="ChangeBatch"),
            "MalformedInput",
            "ChangeBatch is not valid, expected ChangeResourceRecordSetsRequest",
        ),
        (
            "another namespace",
            raw.batch_xml(ORDERED, namespace="https://example.org/"),
            "InvalidInput",
            "Invalid XML",
        ),
        ("no change", raw.batch_xml(""), "InvalidInput", "Missing child element"),
        (
            "TTL after the records",
            raw.batch_xml(re.sub("(<TTL>.*</TTL>)(.*)(</ResourceRecordSet>)", r"\2\1\3", ORDERED)),
            "InvalidInput",
            "This element is not expected",
        ),
        (
            "Name after Type",
            raw.batch_xml(re.sub("(<Name>.*</Name>)(<Type>.*</Type>)", r"\2\1", ORDERED)),
            "InvalidInput",
            "Expected is",
        ),
        ("no TTL", raw.batch_xml(ORDERED.replace(TTL, "")), "InvalidInput", "Expected is"),
        ("TTL 2147483647", raw.batch_xml(raw.change_xml(ttl=2147483647)), None, ""),
        ("TTL 2147483648", raw.batch_xml(raw.change_xml(ttl=2147483648)), "InvalidInput", "TTL"),
        ("TTL -1", raw.batch_xml(raw.change_xml(ttl=-1)), "InvalidInput", "TTL"),
        (
            "a comment of 257 characters",
            raw.batch_xml(ORDERED, comment=f"<Comment>{'x' * 257}</Comment>"),
            "InvalidInput",
            "maxLength",
        ),
        (
            "an unknown action",
            raw.batch_xml(ORDERED.replace("UPSERT", "UPDATE")),
            "InvalidInput",
            "enumeration",
        ),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_document(sandbox, zone, label, body, code, expected, slash):
    answer = raw.request(sandbox, "POST", f"/2013-04-01/hostedzone/{zone}/rrset{slash}", body)
    assert answer.status == (400 if code else 200), f"{label}: {answer.body}"
    if code:
        assert f"<Type>Sender</Type><Code>{code}</Code>" in answer.body.decode()
        assert expected in answer.body.decode()
