"""What an authoritative name server says of the public zones: a pure function
from a question to an answer. RFC 1034 section 4.3.2, RFC 4592 for wildcards.
"""

from dataclasses import dataclass, field

import dns.name
import dns.rcode
import dns.rrset

from . import names
from .hosted_zone import HostedZone, RecordSet
from .hosted_zones import closest_public_zone

MAX_CHAIN = 8  # CNAMEs and aliases followed before giving up
ALIAS_TTL_SECONDS = 60


@dataclass
class Answer:
    rcode: dns.rcode.Rcode
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)


def resolve(zones: dict[str, HostedZone], name: str, type: str) -> Answer:
    """Answers for a name in its inner form and a type such as "AAAA"."""
    zone = closest_public_zone(zones, name)
    if zone is None:
        return Answer(dns.rcode.REFUSED)
    result = Answer(dns.rcode.NOERROR)
    for _ in range(MAX_CHAIN):
        owner = _owner(zone, name)
        if owner is None:
            result.rcode = dns.rcode.NXDOMAIN
            break
        record_set = _pick(zone, owner, type)
        if record_set is None:
            break
        values, ttl = _values(zones, record_set)
        if not values:
            break
        result.answer.append(_rrset(name, ttl, record_set.type, values))
        if record_set.type == type:
            return result
        name = names.normalise(record_set.values[0])  # a CNAME: ask again for its target
        zone = closest_public_zone(zones, name)
        if zone is None:
            return result
    result.authority.append(_soa(zone))
    return result


def _owner(zone, name):
    """The name whose sets answer for `name`: itself, the wildcard at its
    closest encloser, or None if there is neither."""
    if zone.exists(name):
        return name
    encloser = name
    while not zone.exists(encloser):
        encloser = encloser.partition(".")[2]
    wildcard = f"*.{encloser}"
    return wildcard if zone.at(wildcard) else None


def _pick(zone, owner, type) -> RecordSet | None:
    """The set of that type, else the CNAME. Of weighted sets, the first one."""
    sets = sorted(zone.at(owner).values(), key=lambda each: each.set_identifier or "")
    for wanted in (type, "CNAME"):
        for record_set in sets:
            if record_set.type == wanted:
                return record_set
    return None


def _values(zones, record_set):
    """The values and TTL of a set; an alias has those of its target."""
    for _ in range(MAX_CHAIN):
        if record_set.alias is None:
            return record_set.values, record_set.ttl
        target = names.normalise(record_set.alias.dns_name)
        zone = zones.get(record_set.alias.zone_id)
        record_set = zone and zone.at(target).get((record_set.type, None))
        if record_set is None:
            break
    return (), ALIAS_TTL_SECONDS


def _soa(zone):
    soa = zone.at(zone.name)["SOA", None]
    return _rrset(zone.name, soa.ttl, "SOA", soa.values)


def _rrset(name, ttl, type, values):
    return dns.rrset.from_text_list(_absolute(name), ttl, "IN", type, values)


def _absolute(name):
    return dns.name.Name([label.encode("latin-1") for label in name.split(".")] + [b""])
