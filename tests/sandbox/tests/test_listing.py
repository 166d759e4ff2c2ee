"""Reading record sets and zones, spoken by botocore."""

import pytest

from . import raw
from .calls import refusal


def listed(client, zone, **query):
    reply = client.list_resource_record_sets(HostedZoneId=zone, **query)
    return [(each["Name"], each["Type"]) for each in reply["ResourceRecordSets"]], reply


def test_record_sets_come_back_as_route53_writes_them(dns_client, route53, zone):
    route53.set_record(zone, "*.Example.org", "A", ["192.0.2.1", "192.0.2.2"], ttl=60)
    route53.set_weighted(zone, "w.example.org", "A", "192.0.2.3", "a & b", weight=7)
    route53.set_alias(zone, "z.example.org", "A", "w.example.org")
    sets = dns_client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][2:]
    assert sets == [
        {
            "Name": "\\052.example.org.",
            "Type": "A",
            "TTL": 60,
            "ResourceRecords": [{"Value": "192.0.2.1"}, {"Value": "192.0.2.2"}],
        },
        {
            "Name": "w.example.org.",
            "Type": "A",
            "SetIdentifier": "a & b",
            "Weight": 7,
            "TTL": 300,
            "ResourceRecords": [{"Value": "192.0.2.3"}],
        },
        {
            "Name": "z.example.org.",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": zone,
                "DNSName": "w.example.org",
                "EvaluateTargetHealth": False,
            },
        },
    ]


def test_the_order_is_that_of_reversed_labels_then_types(dns_client, route53, zone):
    for label in ["b.a", "c", "*", "a-b", "a"]:
        route53.set_record(zone, f"{label}.example.org", "AAAA", "2001:db8::1")
        route53.set_record(zone, f"{label}.example.org", "A", "192.0.2.1")
    names, _ = listed(dns_client, zone)
    assert names[2:] == [
        (name, type)
        for name in [
            "\\052.example.org.",
            "a-b.example.org.",
            "a.example.org.",
            "b.a.example.org.",
            "c.example.org.",
        ]
        for type in ("A", "AAAA")
    ]


@pytest.mark.parametrize(
    "label, query, expected",
    [
        ("an exact name", {"StartRecordName": "b.example.org"}, ("b.example.org.", "A")),
        ("letter case and dot", {"StartRecordName": "B.Example.ORG."}, ("b.example.org.", "A")),
        ("the next name", {"StartRecordName": "bb.example.org"}, ("c.example.org.", "A")),
        ("an escaped name", {"StartRecordName": r"\052.example.org"}, ("\\052.example.org.", "A")),
        ("a raw name", {"StartRecordName": "*.example.org"}, ("\\052.example.org.", "A")),
        (
            "the type at that name",
            {"StartRecordName": "b.example.org", "StartRecordType": "AAAA"},
            ("b.example.org.", "AAAA"),
        ),
        (
            "the next type, then the next name",
            {"StartRecordName": "b.example.org", "StartRecordType": "TXT"},
            ("c.example.org.", "A"),
        ),
    ],
)
def test_where_a_list_starts(dns_client, route53, zone, label, query, expected):
    for name in ("*.example.org", "b.example.org", "c.example.org"):
        route53.set_record(zone, name, "A", "192.0.2.1")
    route53.set_record(zone, "b.example.org", "AAAA", "2001:db8::1")
    names, _ = listed(dns_client, zone, MaxItems="1", **query)
    assert names == [expected], label


def test_past_the_end_there_is_nothing(dns_client, zone):
    names, reply = listed(dns_client, zone, StartRecordName="zzz.example.org")
    assert (names, reply["IsTruncated"]) == ([], False)


def test_pages_of_300_join_without_gap_or_overlap(dns_client, route53, zone):
    for i in range(700):
        route53.set_record(zone, f"h{i}.example.org", "A", "192.0.2.1")
    pages = list(
        dns_client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    )
    assert [len(page["ResourceRecordSets"]) for page in pages] == [300, 300, 102]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    names = [each["Name"] for page in pages for each in page["ResourceRecordSets"]]
    assert len(set(names)) == 701  # NS and SOA share one
    _, reply = listed(dns_client, zone, MaxItems="1000")
    assert len(reply["ResourceRecordSets"]) == 300


def test_a_page_may_end_between_weighted_sets(dns_client, route53, zone):
    for identifier in ("one", "three", "two"):
        route53.set_weighted(zone, "w.example.org", "A", "192.0.2.1", identifier)
    _, reply = listed(dns_client, zone, MaxItems="3")
    assert reply["NextRecordIdentifier"] == "three"
    _, reply = listed(
        dns_client,
        zone,
        StartRecordName=reply["NextRecordName"],
        StartRecordType=reply["NextRecordType"],
        StartRecordIdentifier=reply["NextRecordIdentifier"],
    )
    assert [each["SetIdentifier"] for each in reply["ResourceRecordSets"]] == ["three", "two"]


def test_a_list_is_refused(dns_client, sandbox, zone):
    assert refusal(listed, dns_client, "Z404")[:2] == (404, "NoSuchHostedZone")
    assert refusal(listed, dns_client, zone, StartRecordType="A")[:2] == (400, "InvalidInput")
    assert refusal(listed, dns_client, zone, MaxItems="many")[:2] == (400, "InvalidInput")
    assert refusal(listed, dns_client, zone, MaxItems="0")[:2] == (400, "InvalidInput")
    answer = raw.request(sandbox, "DELETE", f"/2013-04-01/hostedzone/{zone}")
    assert answer.status == 404


def test_zones_are_listed_by_the_hundred(dns_client, route53):
    ids = [f"/hostedzone/{route53.add_zone(f'z{i}.example.org')}" for i in range(250)]
    pages = list(dns_client.get_paginator("list_hosted_zones").paginate())
    assert [len(page["HostedZones"]) for page in pages] == [100, 100, 50]
    assert [each["Id"] for page in pages for each in page["HostedZones"]] == ids


def test_a_zone_says_whether_it_is_private(dns_client, route53):
    public = route53.add_zone("example.org", zone_id="ZPUBLIC")
    route53.add_zone("example.org", zone_id="ZPRIVATE", private=True)
    zones = dns_client.list_hosted_zones()["HostedZones"]
    assert [(z["Id"], z["Name"], z["Config"]["PrivateZone"]) for z in zones] == [
        ("/hostedzone/ZPUBLIC", "example.org.", False),
        ("/hostedzone/ZPRIVATE", "example.org.", True),
    ]
    reply = dns_client.get_hosted_zone(Id=public)
    assert reply["HostedZone"]["ResourceRecordSetCount"] == 2
    assert len(reply["DelegationSet"]["NameServers"]) == 2
    route53.remove_zone(public)
    assert refusal(dns_client.get_hosted_zone, Id=public)[:2] == (404, "NoSuchHostedZone")


@pytest.mark.parametrize("kind, markers", [("circle", 2), ("stuck", 1)])
def test_listings_may_have_no_end(dns_client, route53, zone, kind, markers):
    route53.add_zone("example.net")
    route53.endless_listings = kind
    seen, more = [], {}
    for _ in range(5):
        reply = dns_client.list_hosted_zones(**more)
        assert reply["IsTruncated"]
        seen.append(reply["NextMarker"])
        more = {"Marker": seen[-1]}
    assert len(set(seen)) == markers
    names, reply = listed(dns_client, zone)
    assert reply["IsTruncated"] and "NextRecordName" in reply
