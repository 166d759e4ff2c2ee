"""The account's hosted zones, as tests fill and read them."""

import itertools
from contextlib import contextmanager

from . import names
from .hosted_zone import AliasTarget, HostedZone, RecordSet
from .patience import PATIENCE_SECONDS
from .service import Service

DEFAULT_TTL = 300


class HostedZones(Service):
    """Wherever a zone is named, its Id or its name will do. Records are put as
    they are: a test may build what Route 53 would refuse."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._zones: dict[str, HostedZone] = {}
        self._zone_numbers = itertools.count(1)

    def add_zone(self, name: str, zone_id: str | None = None, private: bool = False) -> str:
        with self._changed:
            zone_id = zone_id or f"ZSANDBOX{next(self._zone_numbers):06d}"
            self._zones[zone_id] = HostedZone(zone_id, names.normalise(name), private)
            return zone_id

    def remove_zone(self, zone: str):
        with self._changed:
            del self._zones[self._find_zone(zone).id]

    def set_record(self, zone, name, type, values, ttl=DEFAULT_TTL):
        """Puts a simple set there. `zone` is an Id or a name; `values` is a
        string or several."""
        self._put(zone, RecordSet(name, type, ttl, _tuple(values)))

    def set_weighted(self, zone, name, type, values, set_identifier, weight=1, ttl=DEFAULT_TTL):
        self._put(zone, RecordSet(name, type, ttl, _tuple(values), set_identifier, weight))

    def set_alias(self, zone, name, type, target, target_zone_id=None):
        """Puts an alias there; its target is in the same zone unless said."""
        with self._changed:
            target_zone_id = target_zone_id or self._find_zone(zone).id
            self._put(zone, RecordSet(name, type, alias=AliasTarget(target_zone_id, target)))

    def delete_record(self, zone, name, type, set_identifier=None):
        with self._changed:
            self._find_zone(zone).delete(names.normalise(name), (type, set_identifier))
            self._changed.notify_all()

    def _put(self, zone, record_set):
        with self._changed:
            zone = self._find_zone(zone)
            record_set = record_set._replace(name=names.normalise(record_set.name))
            if not names.is_within(record_set.name, zone.name):
                raise ValueError(f"{record_set.name} is not in zone {zone.name}")
            zone.put(record_set)
            self._changed.notify_all()

    def _find_zone(self, id_or_name):
        if id_or_name in self._zones:
            return self._zones[id_or_name]
        name = names.normalise(id_or_name)
        return next(zone for zone in self._zones.values() if zone.name == name)

    def record(self, name: str, type: str, zone: str | None = None) -> list[str] | None:
        """The values of the simple set in that zone, or in the public zone that
        would answer for the name; None if there is no such set. An alias has
        no values: []."""
        with self._changed:
            name = names.normalise(name)
            found = self._find_zone(zone) if zone else closest_public_zone(self._zones, name)
            record_set = found.at(name).get((type, None)) if found else None
            return None if record_set is None else list(record_set.values)

    def wait_for_record(self, name: str, type: str, values, timeout: float = PATIENCE_SECONDS):
        """Waits until the set has these values; None waits for its absence."""
        wanted = None if values is None else list(_tuple(values))
        self._wait_for(
            lambda: self.record(name, type) == wanted,
            timeout,
            lambda: f"{name} {type} {wanted}, saw {self.record(name, type)}",
        )

    def snapshot(self, zone: str | None = None) -> dict[tuple[str, str], list[str]]:
        """All values by (name, type), of one zone or of all, but for the NS and
        SOA that every zone is born with."""
        with self._changed:
            zones = [self._find_zone(zone)] if zone else self._zones.values()
            snapshot = {}
            for each in zones:
                for record_set in each.record_sets():
                    if not each.is_apex_authority(record_set):
                        key = record_set.name, record_set.type
                        snapshot.setdefault(key, []).extend(record_set.values)
            return snapshot

    @contextmanager
    def frozen_zones(self):
        """Lends the zones, by Id; nothing changes until the block ends."""
        with self._changed:
            yield self._zones


def closest_public_zone(zones: dict[str, HostedZone], name: str) -> HostedZone | None:
    """The public zone with the longest name that the given name lies in."""
    candidates = [
        zone for zone in zones.values() if not zone.private and names.is_within(name, zone.name)
    ]
    return max(candidates, key=lambda zone: len(zone.name), default=None)


def _tuple(values):
    return (values,) if isinstance(values, str) else tuple(values)
