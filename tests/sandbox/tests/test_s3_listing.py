import pytest

from . import raw
from .calls import refusal

# As S3 has them: by their bytes, capitals first, and what is not ASCII last.
KEYS = ["A", "a", "a b+c", "a/b", "a/c", "a/d%2F", "b", "b&<", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"]


@pytest.fixture
def filled(s3):
    for key in reversed(KEYS):
        s3.put("hosts", key, key.encode())
    return s3


def listed(s3_client, **more):
    reply = s3_client.list_objects_v2(Bucket="hosts", **more)
    assert reply["KeyCount"] == len(reply.get("Contents", ()))
    return [each["Key"] for each in reply.get("Contents", ())]


def test_an_empty_bucket(s3, s3_client):
    assert listed(s3_client) == [] == s3.keys("hosts")


def test_keys_come_in_the_order_of_their_bytes(filled, s3_client):
    assert listed(s3_client) == KEYS == filled.keys("hosts")


@pytest.mark.parametrize(
    "asked, expected",
    [
        ({"Prefix": "a/"}, ["a/b", "a/c", "a/d%2F"]),
        ({"Prefix": "a b+"}, ["a b+c"]),
        ({"Prefix": "caf\N{LATIN SMALL LETTER E WITH ACUTE}"}, KEYS[-1:]),
        ({"Prefix": "c/"}, []),
        ({"StartAfter": "a/c"}, ["a/d%2F", "b", "b&<", KEYS[-1]]),
        ({"StartAfter": "a/bb", "Prefix": "a/"}, ["a/c", "a/d%2F"]),
        ({"StartAfter": "z", "Prefix": "a/"}, []),
        ({"MaxKeys": 2}, ["A", "a"]),
        ({"MaxKeys": 0}, []),
    ],
)
def test_what_is_asked_for(filled, s3_client, asked, expected):
    assert listed(s3_client, **asked) == expected
    assert filled.keys("hosts", "a/") == ["a/b", "a/c", "a/d%2F"]


def test_what_is_said_of_an_object(filled, s3_client):
    (found,) = s3_client.list_objects_v2(Bucket="hosts", Prefix="a/b")["Contents"]
    read = s3_client.get_object(Bucket="hosts", Key="a/b")
    assert (found["ETag"], found["Size"]) == (read["ETag"], 3)
    assert found["LastModified"] == read["LastModified"]


def test_a_listing_in_pages(filled, s3_client):
    def pages(size):
        return s3_client.get_paginator("list_objects_v2").paginate(
            Bucket="hosts", StartAfter="A", PaginationConfig={"PageSize": size}
        )

    for size in (1, 2, 3, 8, 1000):
        found = [each["Key"] for page in pages(size) for each in page["Contents"]]
        assert found == KEYS[1:]
    filled.listed_max = 3
    assert [len(page["Contents"]) for page in pages(1000)] == [3, 3, 2]


def test_keys_are_encoded_for_those_who_ask(filled, sandbox):
    plain = raw.request(sandbox, "GET", "/hosts?list-type=2&prefix=a").body
    assert b"<Key>a b+c</Key>" in plain and b"EncodingType" not in plain
    encoded = raw.request(
        sandbox, "GET", "/hosts?encoding-type=url&list-type=2&prefix=a%20b"
    ).body
    assert b"<Key>a+b%2Bc</Key>" in encoded and b"<Prefix>a+b</Prefix>" in encoded
    assert b"<EncodingType>url</EncodingType>" in encoded


@pytest.mark.parametrize(
    "query, status",
    [
        ("list-type=2", 200),
        ("list-type=1", 400),
        ("list-type=2&max-keys=x", 400),
        ("continuation-token=&list-type=2", 400),
        ("continuation-token=a%2Fb&list-type=2", 400),
        ("continuation-token=YQ%3D%3D&list-type=2", 400),
        ("delimiter=%2F&list-type=2", 501),
        ("encoding-type=base64&list-type=2", 501),
    ],
)
def test_questions(filled, sandbox, query, status):
    assert raw.request(sandbox, "GET", f"/hosts?{query}").status == status


def test_deleted_objects_are_not_listed(filled, s3_client):
    filled.keep_versions("hosts")
    filled.delete("hosts", "a/b")
    assert listed(s3_client, Prefix="a/") == ["a/c", "a/d%2F"]


def test_who_may_not_list(filled, s3_client):
    filled.list_permission = False
    assert refusal(listed, s3_client)[:2] == (403, "AccessDenied")
    assert refusal(s3_client.list_objects_v2, Bucket="other")[:2] == (404, "NoSuchBucket")


def test_who_may_list_a_prefix_alone(filled, s3_client):
    filled.list_permission = "a/"
    assert listed(s3_client, Prefix="a/") == ["a/b", "a/c", "a/d%2F"]
    assert listed(s3_client, Prefix="a/c") == ["a/c"]
    assert refusal(listed, s3_client)[:2] == (403, "AccessDenied")
    assert refusal(listed, s3_client, Prefix="a")[:2] == (403, "AccessDenied")
    missing = refusal(s3_client.get_object, Bucket="hosts", Key="a/x")
    assert missing[:2] == (403, "AccessDenied")


def test_faults_tell_a_listing_from_a_reading(filled, s3_client):
    filled.fail_next(1, "throttling", "LIST")
    assert s3_client.get_object(Bucket="hosts", Key="a")["Body"].read() == b"a"
    assert refusal(listed, s3_client)[:2] == (503, "SlowDown")
    assert listed(s3_client, Prefix="b") == ["b", "b&<"]


def test_an_object_keeps_its_content_type(s3, s3_client):
    s3_client.put_object(Bucket="hosts", Key="k", Body=b"x", ContentType="application/gzip")
    assert s3.content_type("hosts", "k") == "application/gzip"
    assert s3_client.get_object(Bucket="hosts", Key="k")["ContentType"] == "application/gzip"
