"""S3's documents, in its own form."""

from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def error(elements: dict[str, str]) -> bytes:
    return f"{DECLARATION}<Error>{_elements(elements)}</Error>".encode()


def versions(bucket, prefix, page_max, page, truncated, encoded) -> bytes:
    """A page of (key, place, version), the newest version of each at place 0."""
    if encoded:
        prefix, page = quote(prefix), [(quote(key), *rest) for key, *rest in page]
    head = {"Name": bucket, "Prefix": prefix, "MaxKeys": str(page_max)}
    if encoded:
        head["EncodingType"] = "url"
    if truncated and page:
        last_key, _, last = page[-1]
        head |= {"NextKeyMarker": last_key, "NextVersionIdMarker": last.version}
    head["IsTruncated"] = "true" if truncated else "false"
    listed = "".join(_version(*each) for each in page)
    document = (
        f'{DECLARATION}<ListVersionsResult xmlns="{NAMESPACE}">'
        f"{_elements(head)}{listed}</ListVersionsResult>"
    )
    return document.encode("utf-8", "surrogateescape")


def objects(head, page, encoded) -> bytes:
    """A page of (key, object). Encoded, a blank in a key is a plus sign."""
    if encoded:
        for name in ("Prefix", "StartAfter"):
            if name in head:
                head[name] = _encode(head[name])
        head["EncodingType"] = "url"
    listed = "".join(_object(_encode(key) if encoded else key, each) for key, each in page)
    document = (
        f'{DECLARATION}<ListBucketResult xmlns="{NAMESPACE}">'
        f"{_elements(head)}{listed}</ListBucketResult>"
    )
    return document.encode("utf-8", "surrogateescape")


def _encode(key):
    return quote_plus(key.encode("utf-8", "surrogateescape"), safe="/")


def _object(key, found):
    elements = {
        "Key": key,
        "LastModified": _time(found.modified_at),
        "ETag": found.etag,
        "Size": str(len(found.data)),
        "StorageClass": "STANDARD",
    }
    return f"<Contents>{_elements(elements)}</Contents>"


def _version(key, place, version):
    elements = {
        "Key": key,
        "VersionId": version.version,
        "IsLatest": "true" if place == 0 else "false",
        "LastModified": _time(version.modified_at),
    }
    if version.data is None:
        return f"<DeleteMarker>{_elements(elements)}</DeleteMarker>"
    elements |= {
        "ETag": version.etag,
        "Size": str(len(version.data)),
        "StorageClass": "STANDARD",
    }
    return f"<Version>{_elements(elements)}</Version>"


def _time(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _elements(texts):
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
