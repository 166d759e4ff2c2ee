"""S3: objects in buckets, path-style, with conditional reads and writes."""

import base64
import binascii
import hashlib
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from . import s3_errors
from .account import Account
from .errors import AwsError
from .http_server import Reply, Request
from .patience import PATIENCE_SECONDS
from .service import Service, new_request_id
from .signature import Reason, SignatureRefused, verify

MAX_SKEW_SECONDS = 15 * 60


@dataclass(frozen=True)
class Object:
    data: bytes
    etag: str  # quoted, as it travels
    modified_at: datetime
    content_type: str


@dataclass
class Call:
    """A request that arrived. `status` stays None until, and unless, the client
    is answered; `error` is S3's error code, or the fault that struck."""

    time: float  # time.monotonic()
    method: str
    bucket: str
    key: str
    conditions: dict[str, str]  # its If-Match, If-None-Match
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
                            caller may not know which keys exist
    conditional_put         False: 501 NotImplemented, as OpenStack Swift says
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
        self._buckets: dict[str, dict[str, Object]] = {}
        self._requests: list[Call] = []

    def create_bucket(self, bucket: str):
        with self._changed:
            self._buckets.setdefault(bucket, {})

    def put(self, bucket: str, key: str, data: bytes) -> str:
        """Stores an object in a bucket that exists; returns its ETag."""
        with self._changed:
            return self._store(self._buckets[bucket], key, data, "binary/octet-stream").etag

    def get(self, bucket: str, key: str) -> bytes | None:
        with self._changed:
            found = self._buckets[bucket].get(key)
            return None if found is None else found.data

    def delete(self, bucket: str, key: str):
        with self._changed:
            del self._buckets[bucket][key]

    @property
    def requests(self) -> list[Call]:
        with self._changed:
            return list(self._requests)

    def wait_for_requests(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Call]:
        """Waits until n requests have arrived, answered or not."""
        return self._wait_for_length(self._requests, n, timeout, "requests")

    def answer(self, request: Request) -> Reply:
        bucket, key = _bucket_and_key(request.path)
        conditions = {
            name: value for name, value in request.headers if name in ("if-match", "if-none-match")
        }
        call = Call(time.monotonic(), request.method, bucket, key, conditions)
        self._record(self._requests, call)
        try:
            self._authenticate(request, bucket, key)
            reply = self._perform(call, call.method, lambda: self._work(call, request))
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
                if request.query:  # ?versioning, ?acl, ?list-type=2 …
                    raise AwsError(*s3_errors.NOT_IMPLEMENTED)
                if call.bucket not in self._buckets:
                    raise AwsError(*s3_errors.NO_SUCH_BUCKET, {"BucketName": call.bucket})
                objects = self._buckets[call.bucket]
                match request.method:
                    case "HEAD" if not call.key:
                        return self._reply(200, headers={"x-amz-bucket-region": self.region})
                    case "GET" | "HEAD" if call.key:
                        return self._read(objects, call)
                    case "PUT" if call.key:
                        return self._write(objects, call, request)
                raise AwsError(*s3_errors.NOT_IMPLEMENTED)
        except AwsError as error:
            return self._refuse(call, error)

    def _read(self, objects, call):
        if call.key not in objects:
            if not self.list_permission:
                raise AwsError(*s3_errors.ACCESS_DENIED)
            raise AwsError(*s3_errors.NO_SUCH_KEY, {"Key": call.key})
        found = objects[call.key]
        wanted = call.conditions.get("if-match")
        if wanted is not None and not _matches(wanted, found.etag):
            raise _precondition_failed("If-Match")
        headers = {
            "ETag": found.etag,
            "Last-Modified": format_datetime(found.modified_at, usegmt=True),
        }
        known = call.conditions.get("if-none-match")
        if known is not None and _matches(known, found.etag):
            return self._reply(304, headers=headers)
        return self._reply(200, found.data, {**headers, "Content-Type": found.content_type})

    def _write(self, objects, call, request):
        _check_md5(request)
        self._check_write_conditions(objects, call)
        content_type = request.header("content-type") or "binary/octet-stream"
        stored = self._store(objects, call.key, request.body, content_type)
        return self._reply(200, headers={"ETag": stored.etag})

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

    def _store(self, objects, key, data, content_type):
        # The ETag of an object put in one part is its MD5, in quotes.
        etag = f'"{hashlib.md5(data).hexdigest()}"'
        objects[key] = Object(bytes(data), etag, self._account.now(), content_type)
        return objects[key]

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
        document = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{document}</Error>'.encode()
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
