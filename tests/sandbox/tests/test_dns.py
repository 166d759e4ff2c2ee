import random
import socket

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import pytest

from sandbox.patience import PATIENCE_SECONDS


@pytest.fixture
def resolver(sandbox, zone):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = sandbox.dns_port
    resolver.lifetime = PATIENCE_SECONDS
    return resolver


@pytest.fixture
def ask(sandbox, zone):
    def ask(name, type="A", **query):
        message = dns.message.make_query(name, type, **query)
        return dns.query.udp(message, "127.0.0.1", port=sandbox.dns_port, timeout=PATIENCE_SECONDS)

    return ask


def texts(answer):
    return sorted(rdata.to_text() for rdata in answer)


def test_every_type_is_answered(resolver, route53, zone):
    route53.set_record(zone, "a.example.org", "A", ["192.0.2.1", "192.0.2.2"], ttl=60)
    route53.set_record(zone, "a.example.org", "AAAA", "2001:db8::1")
    route53.set_record(zone, "a.example.org", "TXT", '"v=spf1 -all" "more"')
    answer = resolver.resolve("A.Example.org", "A")
    assert texts(answer) == ["192.0.2.1", "192.0.2.2"]
    assert answer.rrset.ttl == 60
    assert answer.response.flags & dns.flags.AA
    assert texts(resolver.resolve("a.example.org", "AAAA")) == ["2001:db8::1"]
    assert texts(resolver.resolve("a.example.org", "TXT")) == ['"v=spf1 -all" "more"']
    assert len(resolver.resolve("example.org", "NS")) == 2
    assert len(resolver.resolve("example.org", "SOA")) == 1


def test_an_update_is_answered_at_once(resolver, route53, zone):
    for last in range(1, 20):
        route53.set_record(zone, "a.example.org", "A", f"192.0.2.{last}")
        assert texts(resolver.resolve("a.example.org", "A")) == [f"192.0.2.{last}"]


def test_a_cname_is_followed(ask, resolver, route53, zone):
    route53.set_record(zone, "www.example.org", "CNAME", "a.example.org.")
    route53.set_record(zone, "a.example.org", "A", "192.0.2.1")
    route53.set_record(zone, "out.example.org", "CNAME", "elsewhere.example.net.")
    route53.set_record(zone, "loop.example.org", "CNAME", "loop.example.org.")
    assert texts(resolver.resolve("www.example.org", "A")) == ["192.0.2.1"]
    assert [rrset.to_text() for rrset in ask("out.example.org").answer] == [
        "out.example.org. 300 IN CNAME elsewhere.example.net."
    ]
    assert ask("loop.example.org").rcode() == dns.rcode.NOERROR


def test_aliases_and_weighted_sets_have_addresses_too(resolver, ask, route53, zone):
    route53.set_record(zone, "a.example.org", "A", "192.0.2.1")
    route53.set_alias(zone, "alias.example.org", "A", "a.example.org")
    route53.set_alias(zone, "dangling.example.org", "A", "none.example.org")
    route53.set_weighted(zone, "w.example.org", "A", "192.0.2.2", "one")
    route53.set_weighted(zone, "w.example.org", "A", "192.0.2.3", "two")
    assert texts(resolver.resolve("alias.example.org", "A")) == ["192.0.2.1"]
    assert texts(resolver.resolve("w.example.org", "A")) == ["192.0.2.2"]
    assert ask("dangling.example.org").answer == []


@pytest.mark.parametrize(
    "label, name, expected",
    [
        ("a name below the wildcard", "any.dyn.example.org", "192.0.2.1"),
        ("a name far below it", "a.b.c.dyn.example.org", "192.0.2.1"),
        ("a name that exists", "host.dyn.example.org", None),
        ("a name below one that exists", "x.host.dyn.example.org", dns.rcode.NXDOMAIN),
        ("the wildcard's parent", "dyn.example.org", None),
        ("a cousin", "any.example.org", dns.rcode.NXDOMAIN),
    ],
)
def test_wildcards(ask, route53, zone, label, name, expected):
    route53.set_record(zone, "*.dyn.example.org", "A", "192.0.2.1")
    route53.set_record(zone, "host.dyn.example.org", "AAAA", "2001:db8::1")
    response = ask(name)
    if isinstance(expected, str):
        assert [rrset[0].to_text() for rrset in response.answer] == [expected], label
        assert response.answer[0].name.to_text() == name + "."
    else:
        assert response.rcode() == (expected or dns.rcode.NOERROR), label
        assert response.answer == []
        assert [rrset.rdtype for rrset in response.authority] == [dns.rdatatype.SOA]


def test_what_is_not_ours_is_refused(ask, route53):
    route53.add_zone("example.net", private=True)
    for name in ("example.com", "example.net", "org", "."):
        assert ask(name).rcode() == dns.rcode.REFUSED


def test_only_questions_are_answered(sandbox, zone):
    query = dns.message.make_query("example.org", "SOA")
    query.set_opcode(dns.opcode.NOTIFY)
    answer = dns.query.udp(query, "127.0.0.1", port=sandbox.dns_port, timeout=PATIENCE_SECONDS)
    assert answer.rcode() == dns.rcode.NOTIMP


def test_the_longest_zone_answers(resolver, route53, zone):
    inner = route53.add_zone("dyn.example.org")
    route53.set_record(zone, "a.dyn.example.org", "A", "192.0.2.1")
    route53.set_record(inner, "a.dyn.example.org", "A", "192.0.2.2")
    assert texts(resolver.resolve("a.dyn.example.org", "A")) == ["192.0.2.2"]


def test_a_long_answer_is_truncated_unless_the_client_has_room(ask, route53, zone):
    route53.set_record(zone, "a.example.org", "A", [f"192.0.2.{n}" for n in range(100)])
    short = ask("a.example.org", use_edns=False)
    assert short.flags & dns.flags.TC
    assert len(ask("a.example.org", use_edns=True, payload=4096).answer[0]) == 100


def test_garbage_is_survived(sandbox, ask):
    dice = random.Random(53)
    query = dns.message.make_query("a.example.org", "A", use_edns=True).to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(500):
            packet = bytearray(query)
            for _ in range(dice.randrange(1, 9)):
                packet[dice.randrange(len(packet))] = dice.randrange(256)
            del packet[dice.randrange(len(packet) + 1) :]
            sender.sendto(packet, ("127.0.0.1", sandbox.dns_port))
            sender.sendto(dice.randbytes(dice.randrange(100)), ("127.0.0.1", sandbox.dns_port))
            assert ask("a.example.org").rcode() == dns.rcode.NXDOMAIN
