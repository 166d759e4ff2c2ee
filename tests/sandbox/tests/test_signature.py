import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from . import raw
from .calls import change, refusal, upsert

LIST = "/2013-04-01/hostedzone"


def code_of(answer):
    """The error code in either service's document."""
    found = re.search(rb"<Code>(\w+)</Code>", answer.body)
    return (answer.status, found[1].decode()) if found else (answer.status, None)


def test_botocore_is_believed(dns_client, s3_client, zone):
    change(dns_client, zone, upsert("a.example.org", "192.0.2.1"))
    s3_client.put_object(Bucket="hosts", Key="hosts.csv", Body=b"a,b\n")


@pytest.mark.parametrize(
    "service, credentials, expected",
    [
        ("route53", {"secret": "wrong"}, (403, "SignatureDoesNotMatch")),
        ("route53", {"key": "AKIAWRONG"}, (403, "InvalidClientTokenId")),
        ("route53", {"token": "uncalled-for"}, (403, "InvalidClientTokenId")),
        ("s3", {"secret": "wrong"}, (403, "SignatureDoesNotMatch")),
        ("s3", {"key": "AKIAWRONG"}, (403, "InvalidAccessKeyId")),
        ("s3", {"token": "uncalled-for"}, (400, "InvalidToken")),
    ],
)
def test_wrong_credentials(connect, service, credentials, expected):
    client = connect(service, **credentials)
    calls = {
        "route53": lambda: client.list_hosted_zones(),
        "s3": lambda: client.get_object(Bucket="hosts", Key="k"),
    }
    assert refusal(calls[service])[:2] == expected


@pytest.mark.parametrize(
    "service, expired", [("route53", (403, "ExpiredToken")), ("s3", (400, "ExpiredToken"))]
)
def test_a_session_token_is_required_and_may_expire(sandbox, connect, service, expired):
    sandbox.account.session_token = "FwoGZXIvYXdzEXAMPLE"
    client = connect(service)

    def call():
        if service == "s3":
            return client.put_object(Bucket="hosts", Key="k", Body=b"x")
        return client.list_hosted_zones()

    call()
    sandbox.account.token_expired = True
    assert refusal(call)[:2] == expired
    client = connect(service, token=None)
    assert refusal(call)[1] in ("InvalidClientTokenId", "InvalidToken")


@pytest.mark.parametrize(
    "target, skew_minutes, expected",
    [
        (LIST, 4, (200, None)),
        (LIST, -4, (200, None)),
        (LIST, 6, (403, "SignatureDoesNotMatch")),
        (LIST, -6, (403, "SignatureDoesNotMatch")),
        ("/hosts/k", 14, (404, "NoSuchKey")),
        ("/hosts/k", 16, (403, "RequestTimeTooSkewed")),
    ],
)
def test_the_clock_may_differ_by_minutes(sandbox, target, skew_minutes, expected):
    sandbox.account.clock_skew_seconds = skew_minutes * 60
    assert code_of(raw.request(sandbox, "GET", target)) == expected


@pytest.mark.parametrize(
    "skew_minutes, words", [(6, b"Signature expired: "), (-6, b"Signature not yet current: ")]
)
def test_route53_tells_a_wrong_clock_in_words_alone(sandbox, skew_minutes, words):
    sandbox.account.clock_skew_seconds = skew_minutes * 60
    assert b"<Message>" + words in raw.request(sandbox, "GET", LIST).body


@pytest.mark.parametrize("target", [LIST, "/hosts/k"])
def test_an_answer_tells_the_clock_it_was_judged_by(sandbox, target):
    def minutes_ahead():
        date = parsedate_to_datetime(raw.request(sandbox, "GET", target).headers["Date"])
        return round((date - datetime.now(timezone.utc)).total_seconds() / 60)

    sandbox.account.clock_skew_seconds = 3600
    assert minutes_ahead() == 60
    sandbox.account.dates_answers = False
    assert minutes_ahead() == 0


@pytest.mark.parametrize(
    "label, target, service, expected",
    [
        ("sorted and strictly encoded", f"{LIST}/Z/rrset?maxitems=1&name=%2A.a", None, 404),
        ("a value that is empty", f"{LIST}?marker=&maxitems=1", None, 400),
        ("a raw star", f"{LIST}/Z/rrset?maxitems=1&name=*.a", None, 403),
        ("lower-case hex", f"{LIST}/Z/rrset?maxitems=1&name=%2a.a", None, 403),
        ("a needless escape", f"{LIST}/Z/rrset?maxitems=1&name=%61.a", None, 403),
        ("a raw plus", f"{LIST}/Z/rrset?name=a+b", None, 403),
        ("a key with space, plus, UTF-8", "/hosts/a%20b%2Bc%C3%A9", None, 404),
        ("a key in lower-case hex", "/hosts/%c3%a9", None, 403),
        ("a key with a raw star", "/hosts/*", None, 403),
        ("a key with a raw plus", "/hosts/a+b", None, 403),
        ("signed for the other service", LIST, "s3", 403),
        ("signed for the other service", "/hosts/k", "route53", 400),
    ],
)
def test_what_is_signed_must_be_canonical(sandbox, label, target, service, expected):
    answer = raw.request(sandbox, "GET", target, headers=raw.payload_hash(b""), service=service)
    assert answer.status == expected, f"{label}: {answer.body}"


def test_a_flag_without_an_equals_sign_is_signed_with_one(sandbox):
    """curl before 8.3 signs "?versioning" as it stands; AWS signs "versioning="."""
    assert code_of(raw.request(sandbox, "GET", "/hosts?versioning=")) == (501, "NotImplemented")
    signed_as_it_stands = raw.sign(sandbox, "GET", "/hosts?versioning=", b"", {})
    answer = raw.send(sandbox, "GET", "/hosts?versioning", b"", signed_as_it_stands)
    assert code_of(answer) == (501, "NotImplemented")


def test_the_query_may_be_sent_in_any_order_but_is_signed_in_one(sandbox):
    sorted_target = f"{LIST}?marker=&maxitems=1"
    headers = raw.sign(sandbox, "GET", sorted_target, b"", {})
    answer = raw.send(sandbox, "GET", f"{LIST}?maxitems=1&marker=", b"", headers)
    assert answer.status == 400  # believed, and then refused for its marker


@pytest.mark.parametrize(
    "label, spoil, route53_says, s3_says",
    [
        (
            "no Authorization",
            lambda headers: headers.pop("Authorization"),
            (403, "MissingAuthenticationToken"),
            (403, "AccessDenied"),
        ),
        (
            "not Signature Version 4",
            lambda headers: headers.update(Authorization="AWS AKIA:signature"),
            (400, "IncompleteSignature"),
            (400, "AuthorizationHeaderMalformed"),
        ),
        (
            "no date",
            lambda headers: headers.pop("X-Amz-Date"),
            (400, "IncompleteSignature"),
            (400, "AuthorizationHeaderMalformed"),
        ),
        (
            "another date than the scope's",
            lambda headers: headers.update({"X-Amz-Date": yesterday()}),
            (400, "IncompleteSignature"),
            (400, "AuthorizationHeaderMalformed"),
        ),
        (
            "an x-amz header that is not signed",
            lambda headers: headers.update({"X-Amz-Meta-A": "b"}),
            (403, "SignatureDoesNotMatch"),
            (403, "AccessDenied"),
        ),
        (
            "a signed header that is not sent",
            lambda headers: headers.pop("X-Signed"),
            (403, "SignatureDoesNotMatch"),
            (403, "SignatureDoesNotMatch"),
        ),
        (
            "a signed header that changed on the way",
            lambda headers: headers.update({"X-Signed": "other"}),
            (403, "SignatureDoesNotMatch"),
            (403, "SignatureDoesNotMatch"),
        ),
    ],
)
def test_headers(sandbox, label, spoil, route53_says, s3_says):
    for target, expected in [(LIST, route53_says), ("/hosts/k", s3_says)]:
        headers = raw.sign(sandbox, "GET", target, b"", {"X-Signed": "this"})
        spoil(headers)
        assert code_of(raw.send(sandbox, "GET", target, b"", headers)) == expected, label


def yesterday():
    return f"{datetime.utcnow() - timedelta(days=1):%Y%m%dT%H%M%SZ}"


def test_route53_hashes_the_body_itself(sandbox, zone):
    target = f"{LIST}/{zone}/rrset"
    body = raw.batch_xml(raw.change_xml())
    headers = raw.sign(sandbox, "POST", target, body, {})
    answer = raw.send(sandbox, "POST", target, body.replace(b"192.0.2.1", b"192.0.2.9"), headers)
    assert code_of(answer) == (403, "SignatureDoesNotMatch")
    assert sandbox.route53.snapshot() == {}


def test_s3_compares_the_body_with_its_hash(sandbox):
    headers = raw.sign(sandbox, "PUT", "/hosts/k", b"one", {})
    answer = raw.send(sandbox, "PUT", "/hosts/k", b"two", headers)
    assert code_of(answer) == (400, "XAmzContentSHA256Mismatch")


def test_s3_wants_the_hash_in_a_header(sandbox):
    """Signed as other services are, that is without X-Amz-Content-SHA256."""
    account = sandbox.account
    request = AWSRequest("GET", sandbox.endpoint_url + "/hosts/k")
    credentials = Credentials(account.access_key, account.secret_key)
    SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    answer = raw.send(sandbox, "GET", "/hosts/k", b"", dict(request.headers.items()))
    assert code_of(answer) == (400, "InvalidRequest")


def test_a_mismatch_says_what_should_have_been_signed(connect):
    message = refusal(connect("route53", secret="wrong").list_hosted_zones)[2]
    assert f"'GET\n{LIST}\n\nhost:127.0.0.1" in message
