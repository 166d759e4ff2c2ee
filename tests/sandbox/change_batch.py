"""ChangeResourceRecordSets: all of a batch, or none of it.

A batch is played change by change on a draft. If one change cannot stand, the
draft is thrown away, and the refusal names every change that could not. The
sentences are those of Route 53, as found in bug reports of its clients.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

import socket
from typing import NamedTuple

import dns.exception
import dns.rdata
import dns.rdataclass

from . import names
from .hosted_zone import HostedZone, RecordSet, SetsAtName

# An UPSERT counts twice against both.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
MAX_RECORDS = 1000
MAX_VALUE_CHARS = 32000
MAX_VALUES_IN_A_SET = 400

_AUTHORITY_RULES = {
    "NS": "A HostedZone must contain at least one NS record for the zone itself.",
    "SOA": "A HostedZone must contain exactly one SOA record.",
}


class Change(NamedTuple):
    action: str  # CREATE, DELETE or UPSERT
    record_set: RecordSet  # its name still as the client wrote it


class InvalidChangeBatch(Exception):
    def __init__(self, messages: list[str]):
        super().__init__(messages)
        self.messages = messages


class _Problem(Exception):
    """One change cannot stand."""


def apply_change_batch(
    zone: HostedZone, changes: list[Change], upsert_replaces_alias: bool = False
):
    """Changes the zone, or raises InvalidChangeBatch and leaves it as it was."""
    problems = _excesses(changes)
    if not problems:
        draft = _Draft(zone, upsert_replaces_alias)
        for change in changes:
            try:
                draft.play(change)
            except _Problem as problem:
                problems.append(str(problem))
    if problems:
        raise InvalidChangeBatch(problems)
    zone.replace(draft.changed)


def _excesses(changes):
    records = chars = 0
    for change in changes:
        weight = 2 if change.action == "UPSERT" else 1
        records += weight * len(change.record_set.values)
        chars += weight * sum(len(value) for value in change.record_set.values)
    excesses = []
    if records > MAX_RECORDS:
        excesses.append(f"Number of records limit of {MAX_RECORDS} exceeded.")
    if chars > MAX_VALUE_CHARS:
        excesses.append(f"RDATA character limit of {MAX_VALUE_CHARS} exceeded.")
    return excesses


class _Draft:
    """The names that a batch touches, as they would be after it."""

    def __init__(self, zone, upsert_replaces_alias):
        self.changed: dict[str, SetsAtName] = {}
        self._zone = zone
        self._zone_name = names.escape(zone.name)
        self._upsert_replaces_alias = upsert_replaces_alias
        self._actions_on: dict[tuple, str] = {}

    def play(self, change):
        wanted = self._with_inner_name(change.record_set)
        self._refuse_second_mention(change.action, wanted)
        _check_values(wanted)
        if wanted.name not in self.changed:
            self.changed[wanted.name] = dict(self._zone.at(wanted.name))
        present = self.changed[wanted.name]
        if change.action == "DELETE":
            self._check_deletion(present, wanted)
            del present[wanted.key]
        else:
            if change.action == "CREATE" and wanted.key in present:
                raise _Problem(f"Tried to create {_describe(wanted)} but it already exists")
            self._check_neighbours(present, wanted)
            present[wanted.key] = wanted

    def _with_inner_name(self, record_set):
        try:
            name = names.normalise(record_set.name)
        except ValueError as error:
            raise _Problem(f"FATAL problem: {error} encountered with '{record_set.name}'") from None
        if not names.is_within(name, self._zone.name):
            outside = f"RRSet with DNS name {names.escape(name)}"
            raise _Problem(f"{outside} is not permitted in zone {self._zone_name}")
        return record_set._replace(name=name)

    def _refuse_second_mention(self, action, wanted):
        """A set may be named once, or twice to replace it: DELETE, then CREATE."""
        mention = wanted.name, wanted.key
        before = self._actions_on.get(mention)
        if before is not None and (before, action) != ("DELETE", "CREATE"):
            raise _Problem(
                "The request contains an invalid set of changes for a resource record set "
                f"'{wanted.type} {names.escape(wanted.name)}'"
            )
        self._actions_on[mention] = action

    def _check_deletion(self, present, wanted):
        if wanted.key not in present:
            raise _Problem(f"Tried to delete {_describe(wanted)} but it was not found")
        if self._zone.is_apex_authority(wanted):
            raise _Problem(_AUTHORITY_RULES[wanted.type])
        if _contents(present[wanted.key]) != _contents(wanted):
            raise _Problem(
                f"Tried to delete {_describe(wanted)} "
                "but the values provided do not match the current values"
            )

    def _check_neighbours(self, present, wanted):
        """What may stand together at one name: a CNAME only with itself (RFC
        1034 section 3.6.2), a simple set not with weighted ones of its type."""
        name = names.escape(wanted.name)
        rrset = f"RRSet of type {wanted.type} with DNS name {name}"
        other_types = {key[0] for key in present} - {wanted.type}
        if wanted.type == "CNAME" and wanted.name == self._zone.name:
            raise _Problem(f"{rrset} is not permitted at apex in zone {self._zone_name}")
        if wanted.type == "CNAME" and other_types:
            raise _Problem(
                f"{rrset} is not permitted as it conflicts with other records "
                f"with the same DNS name in zone {self._zone_name}"
            )
        if "CNAME" in other_types:
            raise _Problem(
                f"{rrset} is not permitted because a conflicting RRSet of type CNAME "
                f"with the same DNS name already exists in zone {self._zone_name}"
            )
        simple = present.get((wanted.type, None))
        if wanted.set_identifier is not None:
            if simple is not None:
                raise _Problem(
                    f"RRSet with DNS name {name}, type {wanted.type}, SetIdentifier "
                    f"{wanted.set_identifier} cannot be created because a non-weighted RRSet "
                    "with the same name and type already exists."
                )
            return
        weighted = any(key[0] == wanted.type and key[1] is not None for key in present)
        usurps_alias = (
            simple is not None
            and simple.alias is not None
            and wanted.alias is None
            and not self._upsert_replaces_alias
        )
        if weighted or usurps_alias:
            raise _Problem(
                f"RRSet with DNS name {name}, type {wanted.type} cannot be created "
                "as other RRSets exist with the same name and type."
            )


def _describe(record_set):
    described = f"name='{names.escape(record_set.name)}', type='{record_set.type}'"
    if record_set.set_identifier is not None:
        described += f", set-identifier='{record_set.set_identifier}'"
    return f"resource record set [{described}]"


def _contents(record_set):
    return record_set._replace(values=tuple(sorted(record_set.values)))


def _check_values(record_set):
    values = record_set.values
    if len(values) > MAX_VALUES_IN_A_SET:
        raise _Problem(f"Cannot have more than {MAX_VALUES_IN_A_SET} records in a RRSet.")
    for position, value in enumerate(values):
        if value in values[:position]:
            raise _Problem(f"Duplicate Resource Record: '{value}'")
        if fault := _fault_in(record_set.type, value):
            problem = f"FATAL problem: {fault} encountered with '{value}'"
            raise _Problem(f"Invalid Resource Record: '{problem}'")


def _fault_in(type, value):
    if type in ("A", "AAAA"):
        family = socket.AF_INET if type == "A" else socket.AF_INET6
        try:
            socket.inet_pton(family, value)
        except (OSError, ValueError):
            kind = "IPv4" if type == "A" else "IPv6"
            return f"{type}RRDATAIllegal{kind}Address (Value is not a valid {kind} address)"
        return None
    try:
        dns.rdata.from_text(dns.rdataclass.IN, type, value)
    except dns.exception.DNSException:
        return f"{type}RRDATAIllegal (Value is not valid for this record type)"
    return None
