"""Route 53's documents: reads change batches, writes replies and errors."""

import threading
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from . import names
from .change_batch import Change
from .errors import AwsError
from .hosted_zone import NAME_SERVERS, AliasTarget, HostedZone, RecordSet

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
REQUEST = "ChangeResourceRecordSetsRequest"

_TAG = "{" + NAMESPACE + "}"
_SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("change_batch.xsd"))))
_SCHEMA_LOCK = threading.Lock()  # a schema keeps its error log in itself


def parse_change_batch(body: bytes) -> list[Change]:
    """Returns the changes in the order given; raises AwsError if the document
    is not XML, not in Route 53's namespace, or not in the schema's order."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise AwsError(400, "MalformedInput", "Could not parse XML") from None
    root_name = etree.QName(root).localname
    if root_name != REQUEST:
        raise AwsError(400, "MalformedInput", f"{root_name} is not valid, expected {REQUEST}")
    with _SCHEMA_LOCK:
        if not _SCHEMA.validate(root):
            raise AwsError(400, "InvalidInput", f"Invalid XML ; {_SCHEMA.error_log[0].message}")
    return [
        Change(action.text, _read_record_set(record_set))
        for action, record_set in root.iter(f"{_TAG}Change")
    ]


def _read_record_set(element):
    fields = {child.tag[len(_TAG) :]: child for child in element}
    texts = {name: child.text or "" for name, child in fields.items()}
    alias = fields.get("AliasTarget")
    return RecordSet(
        texts["Name"],
        texts["Type"],
        ttl=int(texts["TTL"]) if "TTL" in texts else None,
        values=tuple(record[0].text or "" for record in fields.get("ResourceRecords", ())),
        set_identifier=texts.get("SetIdentifier"),
        weight=int(texts["Weight"]) if "Weight" in texts else None,
        alias=None if alias is None else _read_alias(alias),
    )


def _read_alias(element):
    zone_id, dns_name, health = (child.text or "" for child in element)
    return AliasTarget(zone_id, dns_name, health in ("true", "1"))


def change_info(action: str, change_id: str, status: str, submitted_at: datetime) -> bytes:
    info = (
        f"<Id>/change/{change_id}</Id><Status>{status}</Status>"
        f"<SubmittedAt>{submitted_at:%Y-%m-%dT%H:%M:%S.%f}Z</SubmittedAt>"
    )
    return _document(f"{action}Response", f"<ChangeInfo>{info}</ChangeInfo>")


def record_sets_page(page: list[RecordSet], following: RecordSet | None, max_items: str) -> bytes:
    """`following` is the first set of the next page, if there is one."""
    content = ["<ResourceRecordSets>", *map(_record_set, page), "</ResourceRecordSets>"]
    content.append(_is_truncated(following))
    if following is not None:
        content.append(f"<NextRecordName>{names.escape(following.name)}</NextRecordName>")
        content.append(f"<NextRecordType>{following.type}</NextRecordType>")
        if following.set_identifier is not None:
            identifier = escape(following.set_identifier)
            content.append(f"<NextRecordIdentifier>{identifier}</NextRecordIdentifier>")
    content.append(f"<MaxItems>{max_items}</MaxItems>")
    return _document("ListResourceRecordSetsResponse", "".join(content))


def hosted_zones_page(
    page: list[HostedZone], marker: str | None, following: HostedZone | None, max_items: str
) -> bytes:
    content = ["<HostedZones>", *map(_hosted_zone, page), "</HostedZones>"]
    if marker is not None:
        content.append(f"<Marker>{escape(marker)}</Marker>")
    content.append(_is_truncated(following))
    if following is not None:
        content.append(f"<NextMarker>{following.id}</NextMarker>")
    content.append(f"<MaxItems>{max_items}</MaxItems>")
    return _document("ListHostedZonesResponse", "".join(content))


def hosted_zone(zone: HostedZone) -> bytes:
    servers = "".join(f"<NameServer>{name[:-1]}</NameServer>" for name in NAME_SERVERS)
    delegation = f"<DelegationSet><NameServers>{servers}</NameServers></DelegationSet>"
    return _document("GetHostedZoneResponse", _hosted_zone(zone) + delegation)


def error(code: str, message: str, request_id: str) -> bytes:
    detail = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
    request = f"<RequestId>{request_id}</RequestId>"
    return _document("ErrorResponse", f"<Error>{detail}</Error>{request}")


def invalid_change_batch(messages: list[str], request_id: str) -> bytes:
    """The shape that only this error has, with one element a message."""
    listed = "".join(f"<Message>{escape(message)}</Message>" for message in messages)
    request = f"<RequestId>{request_id}</RequestId>"
    return _document("InvalidChangeBatch", f"<Messages>{listed}</Messages>{request}")


def _document(root, content):
    return f'<?xml version="1.0"?>\n<{root} xmlns="{NAMESPACE}">{content}</{root}>'.encode()


def _is_truncated(following):
    return f"<IsTruncated>{'false' if following is None else 'true'}</IsTruncated>"


def _record_set(record_set):
    parts = [f"<Name>{names.escape(record_set.name)}</Name><Type>{record_set.type}</Type>"]
    if record_set.set_identifier is not None:
        parts.append(f"<SetIdentifier>{escape(record_set.set_identifier)}</SetIdentifier>")
        parts.append(f"<Weight>{record_set.weight}</Weight>")
    if record_set.alias is not None:
        target = record_set.alias
        parts.append(
            f"<AliasTarget><HostedZoneId>{escape(target.zone_id)}</HostedZoneId>"
            f"<DNSName>{escape(target.dns_name)}</DNSName><EvaluateTargetHealth>"
            f"{str(target.evaluate_target_health).lower()}</EvaluateTargetHealth></AliasTarget>"
        )
    else:
        parts.append(f"<TTL>{record_set.ttl}</TTL><ResourceRecords>")
        for value in record_set.values:
            parts.append(f"<ResourceRecord><Value>{escape(value)}</Value></ResourceRecord>")
        parts.append("</ResourceRecords>")
    return f"<ResourceRecordSet>{''.join(parts)}</ResourceRecordSet>"


def _hosted_zone(zone):
    return (
        f"<HostedZone><Id>/hostedzone/{zone.id}</Id><Name>{names.escape(zone.name)}</Name>"
        f"<CallerReference>sandbox-{zone.id}</CallerReference>"
        f"<Config><PrivateZone>{str(zone.private).lower()}</PrivateZone></Config>"
        f"<ResourceRecordSetCount>{len(zone.record_sets())}</ResourceRecordSetCount></HostedZone>"
    )
