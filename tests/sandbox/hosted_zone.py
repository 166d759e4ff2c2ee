"""A hosted zone: resource record sets by name, and in Route 53's order."""

from bisect import bisect_left
from typing import NamedTuple

from . import names

NAME_SERVERS = ("ns-1.sandbox.invalid.", "ns-2.sandbox.invalid.")
SOA = f"{NAME_SERVERS[0]} hostmaster.sandbox.invalid. 1 7200 900 1209600 60"


class AliasTarget(NamedTuple):
    zone_id: str
    dns_name: str
    evaluate_target_health: bool = False


class RecordSet(NamedTuple):
    """A resource record set. An alias has a target, and neither ttl nor values;
    a weighted set has an identifier and a weight."""

    name: str
    type: str
    ttl: int | None = None
    values: tuple[str, ...] = ()
    set_identifier: str | None = None
    weight: int | None = None
    alias: AliasTarget | None = None

    @property
    def key(self):
        return self.type, self.set_identifier


# The sets at one name: (type, set identifier) -> set. At most one is simple.
SetsAtName = dict[tuple[str, str | None], RecordSet]


class HostedZone:
    """Not synchronised: the service that owns it holds its own lock."""

    def __init__(self, zone_id: str, name: str, private: bool = False):
        self.id = zone_id
        self.name = name
        self.private = private
        self._names: dict[str, SetsAtName] = {}
        self._order: list[tuple[str, str, str]] = []
        self._sorted: list[RecordSet] | None = None
        # Every zone is born with these two, and they cannot be deleted.
        self.put(RecordSet(name, "NS", 172800, NAME_SERVERS))
        self.put(RecordSet(name, "SOA", 900, (SOA,)))

    def at(self, name: str) -> SetsAtName:
        """The sets at a name, borrowed from the zone: copy before changing."""
        return self._names.get(name, {})

    def put(self, record_set: RecordSet):
        sets = {**self.at(record_set.name), record_set.key: record_set}
        self.replace({record_set.name: sets})

    def delete(self, name: str, key):
        self.replace({name: {k: v for k, v in self.at(name).items() if k != key}})

    def replace(self, changed: dict[str, SetsAtName]):
        """Replaces all that stands at some names, at once."""
        for name, sets in changed.items():
            if sets:
                self._names[name] = sets
            else:
                self._names.pop(name, None)
        self._sorted = None

    def record_sets(self) -> list[RecordSet]:
        """All sets, in the order of ListResourceRecordSets."""
        if self._sorted is None:
            self._sorted = sorted(
                (each for sets in self._names.values() for each in sets.values()), key=_order
            )
            self._order = [_order(each) for each in self._sorted]
        return self._sorted

    def first_from(self, name: str, type: str = "", set_identifier: str = "") -> int:
        """The index in record_sets() of the first set not before these."""
        self.record_sets()
        return bisect_left(self._order, (names.order_key(name), type, set_identifier))

    def exists(self, name: str) -> bool:
        """Whether there is anything at the name or below it (RFC 4592: an
        empty non-terminal exists, and so stops a wildcard)."""
        first = self.first_from(name)
        return first < len(self._order) and self._order[first][0].startswith(names.order_key(name))

    def is_apex_authority(self, record_set: RecordSet) -> bool:
        return record_set.name == self.name and record_set.type in ("NS", "SOA")


def _order(record_set):
    return names.order_key(record_set.name), record_set.type, record_set.set_identifier or ""
