"""S3's documents, in its own form."""

from urllib.parse import quote
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


def _version(key, place, version):
    elements = {
        "Key": key,
        "VersionId": version.version,
        "IsLatest": "true" if place == 0 else "false",
        "LastModified": version.modified_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    if version.data is None:
        return f"<DeleteMarker>{_elements(elements)}</DeleteMarker>"
    elements |= {
        "ETag": version.etag,
        "Size": str(len(version.data)),
        "StorageClass": "STANDARD",
    }
    return f"<Version>{_elements(elements)}</Version>"


def _elements(texts):
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
