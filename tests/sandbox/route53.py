"""Route 53: the calls it answers. What is in its zones is hosted_zones.py.

Two rules of the real service shape every client, and hold here:
- the account's calls, of any kind, spend tokens from one bucket; a call too
  many is answered 400 Throttling;
- a hosted zone takes one ChangeResourceRecordSets at a time; another one that
  arrives before the first is answered gets 400 PriorRequestNotComplete.
https://docs.aws.amazon.com/Route53/latest/APIReference/requests-rate-limit.html
"""

import itertools
import re
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl

from . import names, route53_errors, route53_xml
from .account import Account
from .change_batch import Change, InvalidChangeBatch, apply_change_batch
from .errors import AwsError
from .hosted_zones import HostedZones
from .http_server import Reply, Request
from .patience import PATIENCE_SECONDS
from .rate import TokenBucket
from .service import new_request_id
from .signature import SignatureRefused, verify

PATH_PREFIX = "/2013-04-01/"
SIGNING_REGION = "us-east-1"
MAX_SKEW_SECONDS = 5 * 60
RECORD_SETS_A_PAGE = 300
ZONES_A_PAGE = 100

CHANGE_RECORD_SETS = "ChangeResourceRecordSets"
LIST_RECORD_SETS = "ListResourceRecordSets"
LIST_ZONES = "ListHostedZones"
GET_ZONE = "GetHostedZone"
GET_CHANGE = "GetChange"

_ROUTES = [
    ("POST", re.compile(r"hostedzone/([^/]+)/rrset/?"), CHANGE_RECORD_SETS),
    ("GET", re.compile(r"hostedzone/([^/]+)/rrset/?"), LIST_RECORD_SETS),
    ("GET", re.compile(r"hostedzone/?()"), LIST_ZONES),
    ("GET", re.compile(r"hostedzone/([^/]+)"), GET_ZONE),
    ("GET", re.compile(r"change/([^/]+)"), GET_CHANGE),
]

_ANONYMOUS_PROBLEM = "The request contains an invalid set of changes"


@dataclass
class Call:
    """A call that arrived. `status` stays None until, and unless, the client is
    answered; `error` is AWS's error code, or the fault that struck the call."""

    time: float  # time.monotonic()
    signed_at: str | None  # X-Amz-Date: when it left, by the caller's clock, in seconds
    action: str
    zone_id: str | None  # of GetChange, the change's Id
    changes: int = 0
    status: int | None = None
    error: str | None = None


class ReceivedChange(NamedTuple):
    """`value` is a string if there is one, else a tuple; () for an alias."""

    action: str
    name: str
    type: str
    value: str | tuple[str, ...]


@dataclass
class Batch:
    """A change batch that arrived. `accepted` says that it changed the zone,
    whether or not the client was told."""

    call: Call
    changes: list[ReceivedChange] = field(default_factory=list)
    accepted: bool = False

    @property
    def zone_id(self):
        return self.call.zone_id

    @property
    def error(self):
        return self.call.error


class Route53(HostedZones):
    """Settings that tests may change at any time, besides those of Service:

    invalid_batch_shape     "messages": <InvalidChangeBatch><Messages>…, or
                            "error": <ErrorResponse>…, as AWS has answered since
                            2024; a client must read both
    invalid_batch_names     False: the messages do not say which names are bad
    upsert_replaces_alias   False: an UPSERT of a simple A or AAAA where an
                            alias stands is refused; True: it takes its place,
                            as the API reference may be read
    propagation_seconds     how long GetChange says PENDING: with math.inf, until
                            it is set to 0
    endless_listings        "circle": every page of a listing says that another
                            one follows, and after the last the first; "stuck":
                            that the page itself follows; None: as it should be
    """

    def __init__(self, account: Account, rate: float, burst: float | None):
        super().__init__(route53_errors.BY_FAULT, further_faults={"prior-request"})
        self.invalid_batch_shape = "messages"
        self.invalid_batch_names = True
        self.upsert_replaces_alias = False
        self.propagation_seconds = 0.0
        self.endless_listings = None
        self._account = account
        self._bucket = TokenBucket(rate, burst)
        self._in_flight: set[str] = set()
        self._submitted: dict[str, datetime] = {}
        self._serial = itertools.count(1)
        self._calls: list[Call] = []
        self._batches: list[Batch] = []

    def set_rate(self, rate: float, burst: float | None = None):
        """Replaces the account's bucket by a full one."""
        self._bucket = TokenBucket(rate, burst)

    @property
    def calls(self) -> list[Call]:
        with self._changed:
            return list(self._calls)

    @property
    def batches(self) -> list[Batch]:
        with self._changed:
            return list(self._batches)

    def forget(self):
        """Forgets what has arrived so far, for those who go on for hours."""
        with self._changed:
            self._calls.clear()
            self._batches.clear()

    def is_idle(self) -> bool:
        """Whether no zone's change batch is being worked on."""
        with self._changed:
            return not self._in_flight

    def wait_for_calls(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Call]:
        """Waits until n calls have arrived, answered or not."""
        return self._wait_for_length(self._calls, n, timeout, "calls")

    def wait_for_batches(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Batch]:
        """Waits until n change batches have arrived, answered or not."""
        return self._wait_for_length(self._batches, n, timeout, "batches")

    def answer(self, request: Request) -> Reply:
        action, resource_id = _route(request)
        call = Call(time.monotonic(), request.header("x-amz-date"), action, resource_id)
        self._record(self._calls, call)
        try:
            self._authenticate(request)
            perform = self._change_record_sets if action == CHANGE_RECORD_SETS else self._read
            reply = perform(call, request)
        except AwsError as error:
            reply = self._refuse(call, error)
        return self._finish(call, reply)

    def _authenticate(self, request):
        try:
            verify(request, self._account, "route53", SIGNING_REGION, MAX_SKEW_SECONDS)
        except SignatureRefused as refused:
            raise route53_errors.for_signature(refused) from None

    def _change_record_sets(self, call, request):
        affordable = self._bucket.take()
        batch = Batch(call)
        try:
            changes = route53_xml.parse_change_batch(request.body)
        except AwsError:
            self._record(self._batches, batch)
            raise
        call.changes = len(changes)
        batch.changes = [_received(change) for change in changes]
        with ExitStack() as stack:
            with self._changed:  # whoever sees the batch finds its zone taken
                self._record(self._batches, batch)
                if not affordable:
                    raise AwsError(*route53_errors.THROTTLED)
                zone = stack.enter_context(self._exclusive(call.zone_id))
            return self._perform(
                call, call.action, lambda: self._apply(call, batch, zone, changes)
            )

    @contextmanager
    def _exclusive(self, zone_id):
        """Keeps a zone to one change batch, until its answer is ready to send."""
        with self._changed:
            zone = self._existing_zone(zone_id)
            if zone_id in self._in_flight:
                raise AwsError(*route53_errors.PRIOR_REQUEST)
            self._in_flight.add(zone_id)
        try:
            yield zone
        finally:
            with self._changed:
                self._in_flight.remove(zone_id)

    def _existing_zone(self, zone_id):
        if zone_id not in self._zones:
            raise AwsError(404, "NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}")
        return self._zones[zone_id]

    def _apply(self, call, batch, zone, changes):
        with self._changed:
            try:
                apply_change_batch(zone, changes, self.upsert_replaces_alias)
            except InvalidChangeBatch as invalid:
                return self._refuse_batch(call, invalid.messages)
            batch.accepted = True
            change_id = f"C{next(self._serial):013d}"
            now = self._submitted[change_id] = self._account.now()
            self._changed.notify_all()
        return _ok(route53_xml.change_info(call.action, change_id, "PENDING", now))

    def _refuse_batch(self, call, messages):
        if not self.invalid_batch_names:
            messages = [_ANONYMOUS_PROBLEM]
        if self.invalid_batch_shape == "error":
            joined = f"[{', '.join(messages)}]"
            return self._refuse(call, AwsError(400, "InvalidChangeBatch", joined))
        call.error = "InvalidChangeBatch"
        request_id = new_request_id()
        return _reply(400, route53_xml.invalid_change_batch(messages, request_id), request_id)

    def _read(self, call, request):
        if not self._bucket.take():
            raise AwsError(*route53_errors.THROTTLED)
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        return self._perform(call, call.action, lambda: self._look_up(call, query))

    def _look_up(self, call, query):
        try:
            with self._changed:
                return _ok(_READERS[call.action](self, call.zone_id, query))
        except AwsError as error:
            return self._refuse(call, error)

    def _list_record_sets(self, zone_id, query):
        zone = self._existing_zone(zone_id)
        needs = {"type": "name", "identifier": "type"}
        if any(given in query and needed not in query for given, needed in needs.items()):
            raise AwsError(400, "InvalidInput", "Invalid request")
        start = 0
        if "name" in query:
            name = _name_in_query(query["name"])
            start = zone.first_from(name, query.get("type", ""), query.get("identifier", ""))
        max_items, end = _page_end(query, start, RECORD_SETS_A_PAGE)
        record_sets = zone.record_sets()
        following = self._following(record_sets, start, end)
        return route53_xml.record_sets_page(record_sets[start:end], following, max_items)

    def _list_zones(self, _, query):
        zones = list(self._zones.values())
        marker = query.get("marker")
        start = 0
        if marker is not None:
            start = next((n for n, zone in enumerate(zones) if zone.id == marker), None)
            if start is None:
                raise AwsError(400, "InvalidInput", f"No hosted zone has the marker {marker}")
        max_items, end = _page_end(query, start, ZONES_A_PAGE)
        following = self._following(zones, start, end)
        return route53_xml.hosted_zones_page(zones[start:end], marker, following, max_items)

    def _following(self, listed, start, end):
        """What the next page begins with; None: nothing is left."""
        match self.endless_listings:
            case "circle":
                return listed[(start + 1) % len(listed)]
            case "stuck":
                return listed[start]
        return listed[end] if end < len(listed) else None

    def _get_zone(self, zone_id, _):
        return route53_xml.hosted_zone(self._existing_zone(zone_id))

    def _get_change(self, change_id, _):
        if change_id not in self._submitted:
            raise AwsError(404, "NoSuchChange", f"Could not find resource with ID: {change_id}")
        submitted_at = self._submitted[change_id]
        age = (self._account.now() - submitted_at).total_seconds()
        status = "INSYNC" if age >= self.propagation_seconds else "PENDING"
        return route53_xml.change_info(GET_CHANGE, change_id, status, submitted_at)

    def _unknown(self, _, __):
        raise AwsError(404, "UnknownOperationException", "The sandbox does not know this call")

    def _refuse(self, call, error):
        call.error = error.code
        request_id = new_request_id()
        return _reply(
            error.status, route53_xml.error(error.code, error.message, request_id), request_id
        )


_READERS = {
    LIST_RECORD_SETS: Route53._list_record_sets,
    LIST_ZONES: Route53._list_zones,
    GET_ZONE: Route53._get_zone,
    GET_CHANGE: Route53._get_change,
    "Unknown": Route53._unknown,
}


def _route(request):
    path = request.path.removeprefix(PATH_PREFIX)
    for method, pattern, action in _ROUTES:
        if request.method == method and (match := pattern.fullmatch(path)):
            return action, match[1] or None
    return "Unknown", None


def _received(change: Change):
    record_set = change.record_set
    try:
        name = names.normalise(record_set.name)
    except ValueError:
        name = record_set.name
    value = record_set.values[0] if len(record_set.values) == 1 else record_set.values
    return ReceivedChange(change.action, name, record_set.type, value)


def _name_in_query(text):
    try:
        return names.normalise(text)
    except ValueError as error:
        raise AwsError(400, "InvalidInput", f"FATAL problem: {error}") from None


def _page_end(query, start, limit):
    """Returns maxitems as the reply repeats it, and the index past the page."""
    max_items = query.get("maxitems", str(limit))
    if not max_items.isdecimal() or int(max_items) < 1:
        raise AwsError(400, "InvalidInput", f"Value '{max_items}' at 'maxItems' is not valid")
    return max_items, start + min(int(max_items), limit)


def _ok(document):
    return _reply(HTTPStatus.OK, document, new_request_id())


def _reply(status, document, request_id):
    return Reply(status, document, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})
