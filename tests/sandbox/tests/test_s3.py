import base64
import hashlib
import time

import pytest

from . import raw
from .calls import refusal

DATA = b"hostname,token\na.example.org,secret\n"
ETAG = f'"{hashlib.md5(DATA).hexdigest()}"'


def put(client, data=DATA, **more):
    return client.put_object(Bucket="hosts", Key="hosts.csv", Body=data, **more)


def get(client, **more):
    return client.get_object(Bucket="hosts", Key="hosts.csv", **more)


def conditional_put(sandbox, key="hosts.csv", data=DATA, **condition):
    """By hand: this botocore is older than conditional writes."""
    headers = {name.replace("_", "-"): value for name, value in condition.items()}
    return raw.request(sandbox, "PUT", f"/hosts/{key}", data, headers)


def test_what_was_put_can_be_got(s3_client, s3):
    assert put(s3_client, ContentType="text/csv")["ETag"] == ETAG
    assert s3.get("hosts", "hosts.csv") == DATA
    reply = get(s3_client)
    assert (reply["Body"].read(), reply["ETag"], reply["ContentType"]) == (DATA, ETAG, "text/csv")
    assert reply["ResponseMetadata"]["RequestId"] and reply["ResponseMetadata"]["HostId"]
    head = s3_client.head_object(Bucket="hosts", Key="hosts.csv")
    assert (head["ContentLength"], head["ETag"]) == (len(DATA), ETAG)
    assert s3.put("hosts", "hosts.csv", b"") == get(s3_client)["ETag"]


def test_conditional_reads(s3_client):
    put(s3_client)
    assert get(s3_client, IfMatch=ETAG)["ETag"] == ETAG
    assert get(s3_client, IfNoneMatch='"other"')["ETag"] == ETAG
    for condition in (ETAG, ETAG.strip('"'), f'"other", {ETAG}', "*"):
        status, code, _ = refusal(get, s3_client, IfNoneMatch=condition)
        assert (status, code) == (304, "304")
    assert refusal(get, s3_client, IfMatch='"other"')[:2] == (412, "PreconditionFailed")


def test_304_has_an_etag_and_no_body(sandbox, s3):
    s3.put("hosts", "hosts.csv", DATA)
    answer = raw.request(sandbox, "GET", "/hosts/hosts.csv", headers={"If-None-Match": ETAG})
    assert (answer.status, answer.headers["ETag"], answer.body) == (304, ETAG, b"")


@pytest.mark.parametrize(
    "label, there, condition, expected",
    [
        ("creating what is not there", None, {"If_None_Match": "*"}, 200),
        ("creating what is there", b"old", {"If_None_Match": "*"}, 412),
        ("replacing the version we saw", DATA, {"If_Match": ETAG}, 200),
        ("replacing another version", b"old", {"If_Match": ETAG}, 412),
        ("replacing what has vanished", None, {"If_Match": ETAG}, 404),
        ("what S3 does not offer", None, {"If_None_Match": ETAG}, 501),
    ],
)
def test_conditional_writes(sandbox, s3, label, there, condition, expected):
    if there is not None:
        s3.put("hosts", "hosts.csv", there)
    answer = conditional_put(sandbox, data=b"new", **condition)
    assert answer.status == expected, label
    assert s3.get("hosts", "hosts.csv") == (b"new" if expected == 200 else there)
    (call,) = s3.requests
    assert (call.method, call.bucket, call.key) == ("PUT", "hosts", "hosts.csv")
    assert call.status == expected
    assert call.conditions == {k.lower().replace("_", "-"): v for k, v in condition.items()}


def test_a_store_without_conditional_writes(sandbox, s3, s3_client):
    s3.conditional_put = False
    assert conditional_put(sandbox, If_None_Match="*").status == 501
    assert conditional_put(sandbox, If_Match=ETAG).status == 501
    put(s3_client)


def test_what_is_missing(s3_client, s3):
    assert refusal(get, s3_client)[:2] == (404, "NoSuchKey")
    assert refusal(s3_client.head_object, Bucket="hosts", Key="k")[:2] == (404, "404")
    assert refusal(s3_client.get_object, Bucket="none", Key="k")[:2] == (404, "NoSuchBucket")
    s3.list_permission = False
    assert refusal(get, s3_client)[:2] == (403, "AccessDenied")
    s3.put("hosts", "hosts.csv", DATA)
    get(s3_client)
    s3.delete("hosts", "hosts.csv")
    assert s3.get("hosts", "hosts.csv") is None


def test_an_error_names_key_and_request(sandbox):
    answer = raw.request(sandbox, "GET", "/hosts/a%26b")
    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
        "<Message>The specified key does not exist.</Message><Key>a&amp;b</Key>"
        f"<RequestId>{answer.headers['x-amz-request-id']}</RequestId>"
        f"<HostId>{answer.headers['x-amz-id-2']}</HostId></Error>"
    )


@pytest.mark.parametrize(
    "path, key",
    [
        ("a%20b", "a b"),
        ("a%2Bb", "a+b"),
        ("%C3%A9.csv", "é.csv"),
        ("a//b", "a//b"),
        ("/a", "/a"),
        ("a/../b", "a/../b"),
    ],
)
def test_keys_are_not_paths(sandbox, s3, path, key):
    assert raw.request(sandbox, "PUT", f"/hosts/{path}", DATA).status == 200
    assert s3.get("hosts", key) == DATA
    assert raw.request(sandbox, "GET", f"/hosts/{path}").body == DATA


@pytest.mark.parametrize(
    "label, md5, expected",
    [
        ("the right one", base64.b64encode(hashlib.md5(DATA).digest()).decode(), (200, b"")),
        ("another one", base64.b64encode(hashlib.md5(b"x").digest()).decode(), (400, b"BadDigest")),
        ("none at all", "not base64!", (400, b"InvalidDigest")),
    ],
)
def test_content_md5(sandbox, label, md5, expected):
    answer = raw.request(sandbox, "PUT", "/hosts/k", DATA, {"Content-MD5": md5})
    assert answer.status == expected[0], label
    assert expected[1] in answer.body


def test_another_region_is_told(sandbox, s3):
    s3.region = "eu-west-1"
    answer = raw.request(sandbox, "GET", "/hosts/k")
    assert answer.status == 400
    assert b"<Code>AuthorizationHeaderMalformed</Code>" in answer.body
    assert b"expecting 'eu-west-1'" in answer.body
    assert b"<Region>eu-west-1</Region>" in answer.body
    assert answer.headers["x-amz-bucket-region"] == "eu-west-1"
    s3.redirect_wrong_region = True
    answer = raw.request(sandbox, "GET", "/hosts/k")
    assert answer.status == 301
    assert b"<Code>PermanentRedirect</Code>" in answer.body
    assert b"<Endpoint>s3.eu-west-1.amazonaws.com</Endpoint>" in answer.body
    assert answer.headers["x-amz-bucket-region"] == "eu-west-1"
    assert raw.request(sandbox, "GET", "/hosts/k", region="eu-west-1").status == 404
    assert sandbox.environment()["AWS_REGION"] == "eu-west-1"


@pytest.mark.parametrize("redirect", [False, True])
def test_another_region_may_be_the_buckets_to_tell(sandbox, s3, redirect):
    s3.region = "eu-west-1"
    s3.redirect_wrong_region = redirect
    s3.names_region = False
    answer = raw.request(sandbox, "GET", "/hosts/k")
    assert answer.status == (301 if redirect else 400)
    assert b"eu-west-1" not in answer.body and "x-amz-bucket-region" not in answer.headers
    answer = raw.request(sandbox, "HEAD", "/hosts/")
    assert answer.status == (301 if redirect else 400)
    assert answer.headers["x-amz-bucket-region"] == "eu-west-1"


def test_a_bucket_tells_its_region(s3_client):
    reply = s3_client.head_bucket(Bucket="hosts")
    assert reply["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-east-1"
    assert refusal(s3_client.head_bucket, Bucket="none")[0] == 404
    assert refusal(s3_client.list_objects, Bucket="hosts")[:2] == (501, "NotImplemented")
    assert refusal(s3_client.delete_object, Bucket="hosts", Key="k")[:2] == (501, "NotImplemented")


@pytest.mark.parametrize(
    "fault, expected",
    [
        ("throttling", (503, "SlowDown")),
        ("conflict", (409, "ConditionalRequestConflict")),
        ("500", (500, "InternalError")),
        ("503", (503, "503")),
        ("expired-token", (400, "ExpiredToken")),
        ("access-denied", (403, "AccessDenied")),
    ],
)
def test_faults_that_refuse(s3_client, s3, fault, expected):
    s3.fail_next(1, fault, action="PUT")
    assert refusal(put, s3_client)[:2] == expected
    assert s3.get("hosts", "hosts.csv") is None
    put(s3_client)


@pytest.mark.parametrize("fault", ["torn", "cut"])
def test_a_torn_object_has_the_right_length_and_half_the_bytes(sandbox, s3, fault):
    s3.put("hosts", "hosts.csv", DATA)
    s3.fail_next(1, fault)
    with pytest.raises(raw.http.client.IncompleteRead) as caught:
        raw.request(sandbox, "GET", "/hosts/hosts.csv")
    half = len(DATA) // 2
    assert (caught.value.partial, caught.value.expected) == (DATA[:half], len(DATA) - half)


def test_a_trickle_is_whole_and_slow(sandbox, s3):
    s3.put("hosts", "hosts.csv", DATA * 20)
    s3.fail_next(1, "trickle")
    begun = time.monotonic()
    assert raw.request(sandbox, "GET", "/hosts/hosts.csv").body == DATA * 20
    assert time.monotonic() - begun > 1  # 720 bytes


def test_requests_can_be_held(s3_client, s3, later):
    with s3.held():
        held = later(put, s3_client)
        (call,) = s3.wait_for_requests(1)
        assert (call.status, s3.get("hosts", "hosts.csv")) == (None, None)
    held.result()
    assert s3.get("hosts", "hosts.csv") == DATA


def test_requests_of_one_method_can_be_held(s3_client, s3, later):
    put(s3_client)
    with s3.held("PUT"):
        held = later(put, s3_client)
        s3.wait_for_requests(2)
        assert get(s3_client)["ETag"] == ETAG
        assert s3.requests[1].status is None
    held.result()

