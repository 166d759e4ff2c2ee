"""Signature Version 4, checked by signing the received request once more.

botocore does the signing, as an implementation that is not ours. It trusts
its caller to have put the URL in canonical form, whereas AWS decodes what it
received and encodes it again, strictly; so do we, before botocore sees it.
A client that signs a raw "*", a lower-case "%c3" or an unsorted query is
refused here, as it is by AWS.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from datetime import datetime, timezone
from enum import Enum, auto
from urllib.parse import quote, unquote_to_bytes

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, HTTPHeaders
from botocore.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
TIMESTAMP = "%Y%m%dT%H%M%SZ"


class Reason(Enum):
    MISSING = auto()
    MALFORMED = auto()
    UNKNOWN_KEY = auto()
    BAD_TOKEN = auto()
    EXPIRED_TOKEN = auto()
    WRONG_SERVICE = auto()
    WRONG_REGION = auto()
    SKEWED = auto()
    UNSIGNED_HEADER = auto()
    MISMATCH = auto()


class SignatureRefused(Exception):
    """Why a request is not believed. `canonical_request` and `string_to_sign`
    are what a mismatch was computed from; AWS shows them to the client too.
    `server_time` is what a skewed clock was compared with."""

    def __init__(self, reason, message, canonical_request="", string_to_sign="", server_time=""):
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.canonical_request = canonical_request
        self.string_to_sign = string_to_sign
        self.server_time = server_time


def verify(request, account, service: str, region: str, max_skew_seconds: int):
    """Returns if the request is signed by the account for this service and
    region, not too long ago; else raises SignatureRefused."""
    key, date, claimed_region, claimed_service, signed_headers, signature = _parse(request)
    keys = account.keys(key)
    if keys is None:
        raise SignatureRefused(Reason.UNKNOWN_KEY, f"no key {key}")
    if claimed_service != service:
        raise SignatureRefused(Reason.WRONG_SERVICE, claimed_service)
    if claimed_region != region:
        raise SignatureRefused(Reason.WRONG_REGION, claimed_region)
    timestamp = _check_clock(request, account, date, max_skew_seconds)
    _check_token(request, account, keys)
    _check_coverage(request, signed_headers)

    signer = _SIGNERS[service](Credentials(keys.access_key, keys.secret_key), service, region)
    again = AWSRequest(
        request.method,
        f"http://sandbox{_canonical_path(request.path)}?{_canonical_query(request.query)}",
        HTTPHeaders(),
        request.body,
    )
    for name, value in request.headers:
        if name in signed_headers:
            again.headers[name] = value
    again.context["timestamp"] = timestamp
    canonical_request = signer.canonical_request(again)
    string_to_sign = signer.string_to_sign(again, canonical_request)
    if not hmac.compare_digest(signer.signature(string_to_sign, again), signature):
        raise SignatureRefused(
            Reason.MISMATCH, "the signature does not match", canonical_request, string_to_sign
        )


def _parse(request):
    authorization = request.header("authorization")
    if authorization is None:
        raise SignatureRefused(Reason.MISSING, "no Authorization header")
    algorithm, _, rest = authorization.partition(" ")
    fields = dict(field.strip().partition("=")[::2] for field in rest.split(","))
    try:
        key, date, region, service, terminator = fields["Credential"].rsplit("/", 4)
        signed_headers = fields["SignedHeaders"].split(";")
        signature = fields["Signature"]
    except (KeyError, ValueError):
        raise SignatureRefused(Reason.MALFORMED, "unreadable Authorization header") from None
    if algorithm != ALGORITHM or terminator != "aws4_request":
        raise SignatureRefused(Reason.MALFORMED, "not Signature Version 4")
    return key, date, region, service, signed_headers, signature


def _check_clock(request, account, date, max_skew_seconds):
    timestamp = request.header("x-amz-date") or ""
    try:
        signed_at = datetime.strptime(timestamp, TIMESTAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        raise SignatureRefused(Reason.MALFORMED, "no readable X-Amz-Date header") from None
    if not timestamp.startswith(date):
        raise SignatureRefused(Reason.MALFORMED, "the scope's date is not that of X-Amz-Date")
    now = account.now()
    if abs((now - signed_at).total_seconds()) > max_skew_seconds:
        raise SignatureRefused(Reason.SKEWED, timestamp, server_time=now.strftime(TIMESTAMP))
    return timestamp


def _check_token(request, account, keys):
    token = request.header("x-amz-security-token")
    if token != keys.token:
        raise SignatureRefused(Reason.BAD_TOKEN, "not the session token of these credentials")
    if token is not None and account.has_expired(keys):
        raise SignatureRefused(Reason.EXPIRED_TOKEN, "the session token has expired")


def _check_coverage(request, signed_headers):
    """AWS wants Host and every x-amz-* header signed, and signs what is there."""
    received = {name for name, _ in request.headers}
    required = {"host"} | {name for name in received if name.startswith("x-amz-")}
    if unsigned := required - set(signed_headers):
        raise SignatureRefused(Reason.UNSIGNED_HEADER, ", ".join(sorted(unsigned)))
    if absent := set(signed_headers) - received:
        raise SignatureRefused(Reason.MISMATCH, f"signed but not sent: {', '.join(sorted(absent))}")


def _canonical_path(path):
    return "/".join(_encode_strictly(segment) for segment in path.split("/"))


def _canonical_query(query):
    pairs = (pair.partition("=")[::2] for pair in query.split("&") if pair)
    encoded = sorted(
        (_encode_strictly(name.replace("+", " ")), _encode_strictly(value.replace("+", " ")))
        for name, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encode_strictly(text):
    """Everything but A-Z a-z 0-9 - _ . ~ as %XX, in upper-case hex."""
    return quote(unquote_to_bytes(text.encode("latin-1")), safe="")


class _AsReceived:
    """Two habits of a client that a server must not have: botocore never signs
    User-Agent or Expect, and takes the payload's hash from the client's header."""

    def headers_to_sign(self, request):
        return request.headers

    def payload(self, request):
        return hashlib.sha256(request.data).hexdigest()


class _PlainSigner(_AsReceived, SigV4Auth):
    pass


class _S3Signer(_AsReceived, S3SigV4Auth):
    pass


_SIGNERS = {
    "route53": _PlainSigner,
    "s3": _S3Signer,
    "sns": _PlainSigner,
    "sts": _PlainSigner,
}
