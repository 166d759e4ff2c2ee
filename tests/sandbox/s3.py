"""S3: objects in buckets, path-style, with conditional reads and writes, and
with versions where a bucket keeps them."""

import base64
import binascii
import hashlib
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import unquote_to_bytes

from . import s3_errors, s3_xml
from .account import Account
from .errors import AwsError
from .http_server import Reply, Request
from .patience import PATIENCE_SECONDS
from .service import Service, new_request_id
from .signature import Reason, SignatureRefused, verify

MAX_SKEW_SECONDS = 15 * 60
LISTED_MAX = 1000  # of a page, whatever max-keys says
NO_VERSION = "null"  # the id of what was written while no versions were kept


@dataclass(frozen=True)
class Object:
    data: bytes | None  # None: a delete marker
    etag: str  # quoted, as it travels
    modified_at: datetime
    content_type: str
    version: str = NO_VERSION


@dataclass
class Bucket:
    keeps_versions: bool = False
    objects: dict[str, Object] = field(default_factory=dict)  # what there is now
    versions: dict[str, list[Object]] = field(default_factory=dict)  # the newest first

    def add(self, key, data, etag, modified_at, content_type):
        """The newest version; what is no version is written over."""
        id = uuid.uuid4().hex if self.keeps_versions else NO_VERSION
        made = Object(data, etag, modified_at, content_type, id)
        kept = [each for each in self.versions.get(key, ()) if each.version != id]
        self.versions[key] = [made, *kept]
        if data is None:
            del self.objects[key]
        else:
            self.objects[key] = made
        return made


@dataclass
class Call:
    """A request that arrived. `status` stays None until, and unless, the client
    is answered; `error` is S3's error code, or the fault that struck."""

    time: float  # time.monotonic()
    method: str
    bucket: str
    key: str
    conditions: dict[str, str]  # its If-Match, If-None-Match
    query: dict[str, str]
    status: int | None = None
    error: str | None = None


class S3(Service):
    """Settings that tests may change at any time, besides those of Service:

    region                  the buckets' region, which requests are signed for
    redirect_wrong_region   True: a request signed for another region gets 301
                            PermanentRedirect; False: 400, naming the region
    names_region            False: neither of the two tells the region; whoever asks the
                            bucket itself (HEAD) is told it in any case
    list_permission         False: a missing key is 403 AccessDenied, since the
                            caller may not know which keys exist. A text: so it is,
                            but what begins with it may be listed, as by a policy
                            with a condition on s3:prefix
    conditional_put         False: 501 NotImplemented, as OpenStack Swift says
    lists_versions          False: 501 NotImplemented for ?versions
    list_versions_permission, get_version_permission
                            False: 403 AccessDenied for ?versions, ?versionId
    listed_max              how many versions or objects a page lists at the most

    To faults and gates, ListObjectsV2 is "LIST", and all else its method.
    """

    def __init__(self, account: Account, region: str):
        further_faults = {"conflict", "precondition-failed", "torn", "trickle"}
        super().__init__(s3_errors.BY_FAULT, further_faults)
        self.region = region
        self.redirect_wrong_region = False
        self.names_region = True
        self.list_permission = True
        self.conditional_put = True
        self._account = account
        self.lists_versions = True
        self.list_versions_permission = self.get_version_permission = True
        self.listed_max = LISTED_MAX
        self._buckets: dict[str, Bucket] = {}
        self._requests: list[Call] = []

    def create_bucket(self, bucket: str):
        with self._changed:
            self._buckets.setdefault(bucket, Bucket())

    def keep_versions(self, bucket: str, on: bool = True):
        """PutBucketVersioning: from now on, or (suspended) no longer."""
        with self._changed:
            self._buckets[bucket].keeps_versions = on

    def put(self, bucket: str, key: str, data: bytes) -> str:
        """Stores an object in a bucket that exists; returns its ETag."""
        with self._changed:
            return self._store(self._buckets[bucket], key, data, "binary/octet-stream").etag

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """The objects that there are, in S3's order."""
        with self._changed:
            return _in_order(self._buckets[bucket].objects, prefix)

    def content_type(self, bucket: str, key: str) -> str:
        with self._changed:
            return self._buckets[bucket].objects[key].content_type

    def get(self, bucket: str, key: str) -> bytes | None:
        with self._changed:
            found = self._buckets[bucket].objects.get(key)
            return None if found is None else found.data

    def versions(self, bucket: str, key: str) -> list[bytes | None]:
        """What was kept, the newest first; None: here it was deleted."""
        with self._changed:
            return [each.data for each in self._buckets[bucket].versions.get(key, ())]

    def delete(self, bucket: str, key: str):
        with self._changed:
            found = self._buckets[bucket]
            if found.keeps_versions:
                found.add(key, None, "", self._account.now(), "")
            else:
                del found.objects[key], found.versions[key]

    @property
    def requests(self) -> list[Call]:
        with self._changed:
            return list(self._requests)

    def forget(self):
        """Forgets what has arrived so far, for those who go on for hours."""
        with self._changed:
            self._requests.clear()

    def wait_for_requests(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Call]:
        """Waits until n requests have arrived, answered or not."""
        return self._wait_for_length(self._requests, n, timeout, "requests")

    def answer(self, request: Request) -> Reply:
        bucket, key = _bucket_and_key(request.path)
        conditions = {
            name: value for name, value in request.headers if name in ("if-match", "if-none-match")
        }
        query = dict(_decode(each).partition("=")[::2] for each in _parameters(request.query))
        call = Call(time.monotonic(), request.method, bucket, key, conditions, query)
        self._record(self._requests, call)
        try:
            self._authenticate(request, bucket, key)
            action = "LIST" if "list-type" in query else call.method
            reply = self._perform(call, action, lambda: self._work(call, request))
        except AwsError as error:
            reply = self._refuse(call, error)
        return self._finish(call, reply)

    def _authenticate(self, request, bucket, key):
        try:
            verify(request, self._account, "s3", self.region, MAX_SKEW_SECONDS)
        except SignatureRefused as refused:
            region = {"region": self.region, "bucket": bucket}
            redirect = self.redirect_wrong_region
            error = s3_errors.for_signature(refused, redirect=redirect, **region)
            if refused.reason is Reason.WRONG_REGION and key and not self.names_region:
                error = AwsError(error.status, error.code, "The region is another one.")
            raise error from None
        claimed = request.header("x-amz-content-sha256")
        if claimed is None:
            raise AwsError(*s3_errors.NO_PAYLOAD_HASH)
        if claimed != hashlib.sha256(request.body).hexdigest():
            raise AwsError(*s3_errors.WRONG_PAYLOAD_HASH)

    def _work(self, call, request):
        try:
            with self._changed:
                if call.bucket not in self._buckets:
                    raise AwsError(*s3_errors.NO_SUCH_BUCKET, {"BucketName": call.bucket})
                bucket = self._buckets[call.bucket]
                match request.method, sorted(call.query):
                    case "HEAD", [] if not call.key:
                        return self._reply(200, headers={"x-amz-bucket-region": self.region})
                    case "GET", [*names] if not call.key and "versions" in names:
                        return self._list_versions(bucket, call)
                    case "GET", [*names] if not call.key and "list-type" in names:
                        return self._list_objects(bucket, call)
                    case "GET" | "HEAD", [] if call.key:
                        return self._read(self._current(bucket, call), bucket, call)
                    case "GET" | "HEAD", ["versionId"] if call.key:
                        return self._read(self._version(bucket, call), bucket, call)
                    case "PUT", [] if call.key:
                        return self._write(bucket, call, request)
                raise AwsError(*s3_errors.NOT_IMPLEMENTED)  # ?acl, ?uploads ...
        except AwsError as error:
            return self._refuse(call, error)

    def _current(self, bucket, call):
        if call.key in bucket.objects:
            return bucket.objects[call.key]
        if self.list_permission is not True:
            raise AwsError(*s3_errors.ACCESS_DENIED)
        deleted = {"x-amz-delete-marker": "true"} if call.key in bucket.versions else {}
        raise AwsError(*s3_errors.NO_SUCH_KEY, {"Key": call.key}, deleted)

    def _version(self, bucket, call):
        if not self.get_version_permission:
            raise AwsError(*s3_errors.ACCESS_DENIED)
        wanted = call.query["versionId"]
        if not wanted:
            raise AwsError(*s3_errors.INVALID_VERSION)
        for each in bucket.versions.get(call.key, ()):
            if each.version == wanted and each.data is None:
                raise AwsError(
                    *s3_errors.METHOD_NOT_ALLOWED, headers={"x-amz-delete-marker": "true"}
                )
            if each.version == wanted:
                return each
        raise AwsError(*s3_errors.NO_SUCH_VERSION, {"Key": call.key, "VersionId": wanted})

    def _list_objects(self, bucket, call):
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""
        asked = dict(call.query)
        if asked.pop("list-type") != "2":
            raise AwsError(*s3_errors.INVALID_ARGUMENT)
        prefix = asked.pop("prefix", "")
        allowed = "" if self.list_permission is True else self.list_permission
        if allowed is False or not prefix.startswith(allowed):
            raise AwsError(*s3_errors.ACCESS_DENIED)
        page_max = asked.pop("max-keys", str(LISTED_MAX))
        after, token = asked.pop("start-after", None), asked.pop("continuation-token", None)
        encoded = asked.pop("encoding-type", None)
        if asked or encoded not in (None, "url"):  # delimiter, fetch-owner
            raise AwsError(*s3_errors.NOT_IMPLEMENTED)
        if not page_max.isdecimal():
            raise AwsError(*s3_errors.INVALID_ARGUMENT)
        behind = after or "" if token is None else _key_of_token(token)
        listed = [
            (key, bucket.objects[key])
            for key in _in_order(bucket.objects, prefix)
            if _in_bytes(key) > _in_bytes(behind)
        ]
        page = listed[: min(int(page_max), self.listed_max)]
        truncated = len(page) < len(listed) and bool(page)
        head = {
            "Name": call.bucket,
            "Prefix": prefix,
            **({} if after is None else {"StartAfter": after}),
            **({} if token is None else {"ContinuationToken": token}),
            **({"NextContinuationToken": _token_of_key(page[-1][0])} if truncated else {}),
            "KeyCount": str(len(page)),
            "MaxKeys": page_max,
            "IsTruncated": "true" if truncated else "false",
        }
        document = s3_xml.objects(head, page, encoded is not None)
        return self._reply(200, document, {"Content-Type": "application/xml"})

    def _list_versions(self, bucket, call):
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
        asked = dict(call.query)
        if not self.lists_versions or asked.pop("versions"):
            raise AwsError(*s3_errors.NOT_IMPLEMENTED)
        if not self.list_versions_permission:
            raise AwsError(*s3_errors.ACCESS_DENIED)
        prefix = asked.pop("prefix", "")
        page_max = asked.pop("max-keys", str(LISTED_MAX))
        after_key, after = asked.pop("key-marker", None), asked.pop("version-id-marker", None)
        encoded = asked.pop("encoding-type", None)
        if asked or encoded not in (None, "url"):  # delimiter
            raise AwsError(*s3_errors.NOT_IMPLEMENTED)
        if not page_max.isdecimal() or (after is not None and after_key is None):
            raise AwsError(*s3_errors.INVALID_ARGUMENT)
        listed = [
            (key, place, each)
            for key in sorted(bucket.versions, key=_in_bytes)
            if key.startswith(prefix)
            for place, each in enumerate(bucket.versions[key])
        ]
        if after_key is not None:
            listed = self._behind(listed, bucket, after_key, after)
        page = listed[: min(int(page_max), self.listed_max)]
        truncated = len(page) < len(listed)
        document = s3_xml.versions(
            call.bucket, prefix, int(page_max), page, truncated, encoded is not None
        )
        return self._reply(200, document, {"Content-Type": "application/xml"})

    def _behind(self, listed, bucket, key, version):
        """A key alone stands for all of its versions."""
        place = len(bucket.versions.get(key, ()))
        if version is not None:
            ids = [each.version for each in bucket.versions.get(key, ())]
            if version not in ids:
                raise AwsError(*s3_errors.INVALID_VERSION)
            place = ids.index(version)
        return [each for each in listed if (_in_bytes(each[0]), each[1]) > (_in_bytes(key), place)]

    def _read(self, found, bucket, call):
        wanted = call.conditions.get("if-match")
        if wanted is not None and not _matches(wanted, found.etag):
            raise _precondition_failed("If-Match")
        headers = {
            "ETag": found.etag,
            "Last-Modified": format_datetime(found.modified_at, usegmt=True),
            **_version_header(bucket, found),
        }
        known = call.conditions.get("if-none-match")
        if known is not None and _matches(known, found.etag):
            return self._reply(304, headers=headers)
        return self._reply(200, found.data, {**headers, "Content-Type": found.content_type})

    def _write(self, bucket, call, request):
        _check_md5(request)
        self._check_write_conditions(bucket.objects, call)
        content_type = request.header("content-type") or "binary/octet-stream"
        stored = self._store(bucket, call.key, request.body, content_type)
        headers = {"ETag": stored.etag, **_version_header(bucket, stored)}
        return self._reply(200, headers=headers)

    def _check_write_conditions(self, objects, call):
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
        wanted = call.conditions.get("if-match")
        unwanted = call.conditions.get("if-none-match")
        if call.conditions and not self.conditional_put or unwanted not in (None, "*"):
            raise AwsError(*s3_errors.NOT_IMPLEMENTED)
        if unwanted == "*" and call.key in objects:
            raise _precondition_failed("If-None-Match")
        if wanted is not None:
            if call.key not in objects:
                raise AwsError(*s3_errors.NO_SUCH_KEY, {"Key": call.key})
            if not _matches(wanted, objects[call.key].etag):
                raise _precondition_failed("If-Match")

    def _store(self, bucket, key, data, content_type):
        # The ETag of an object put in one part is its MD5, in quotes.
        etag = f'"{hashlib.md5(data).hexdigest()}"'
        return bucket.add(key, bytes(data), etag, self._account.now(), content_type)

    def _refuse(self, call, error):
        call.error = error.code
        request_id, host_id = new_request_id(), new_request_id()
        elements = {
            "Code": error.code,
            "Message": error.message,
            **error.details,
            "RequestId": request_id,
            "HostId": host_id,
        }
        body = s3_xml.error(elements)
        headers = {"Content-Type": "application/xml", **error.headers}
        return self._reply(error.status, body, headers, request_id, host_id)

    def _reply(self, status, body=b"", headers=None, request_id=None, host_id=None):
        ids = {
            "x-amz-request-id": request_id or new_request_id(),
            "x-amz-id-2": host_id or new_request_id(),
        }
        return Reply(status, body, {**ids, **(headers or {})})


def _bucket_and_key(path):
    """Path style: /bucket/key. The key is what follows, whatever it looks
    like: "a//b" and "a/../b" are keys, not paths."""
    bucket, _, key = path.removeprefix("/").partition("/")
    return _decode(bucket), _decode(key)


def _parameters(query):
    return [each.replace("+", " ") for each in query.split("&") if each]


def _version_header(bucket, found):
    if found.version == NO_VERSION and not bucket.keeps_versions:
        return {}
    return {"x-amz-version-id": found.version}


def _in_bytes(key):
    """How S3 orders keys."""
    return key.encode("utf-8", "surrogateescape")


def _in_order(keys, prefix):
    return sorted((key for key in keys if key.startswith(prefix)), key=_in_bytes)


def _token_of_key(key):
    """Nothing that a client could make by itself, and to be encoded in a URL."""
    return base64.b64encode(b"behind/" + _in_bytes(key)).decode()


def _key_of_token(token):
    try:
        told = base64.b64decode(token, validate=True)
    except binascii.Error:
        told = b""
    if not told.startswith(b"behind/"):
        raise AwsError(*s3_errors.WRONG_TOKEN)
    return told.removeprefix(b"behind/").decode("utf-8", "surrogateescape")


def _decode(text):
    return unquote_to_bytes(text.encode("latin-1")).decode("utf-8", "surrogateescape")


def _matches(condition, etag):
    """S3 takes the ETags of a condition with or without their quotes."""
    listed = (each.strip().strip('"') for each in condition.split(","))
    return condition.strip() == "*" or etag.strip('"') in listed


def _check_md5(request):
    claimed = request.header("content-md5")
    if claimed is None:
        return
    try:
        digest = base64.b64decode(claimed, validate=True)
    except binascii.Error:
        raise AwsError(*s3_errors.INVALID_DIGEST) from None
    if digest != hashlib.md5(request.body).digest():
        raise AwsError(*s3_errors.BAD_DIGEST)


def _precondition_failed(condition):
    return AwsError(*s3_errors.PRECONDITION_FAILED, {"Condition": condition})
