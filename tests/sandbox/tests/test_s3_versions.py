import pytest

from . import raw
from .calls import refusal


@pytest.fixture
def kept(s3):
    """A key with two versions, of which the first was deleted."""
    s3.keep_versions("hosts")
    s3.put("hosts", "hosts.csv", b"one")
    s3.delete("hosts", "hosts.csv")
    s3.put("hosts", "hosts.csv", b"two")


def listed(s3_client, **more):
    return s3_client.list_object_versions(Bucket="hosts", **more)


def test_a_bucket_keeps_no_versions_unless_it_is_told_to(s3, s3_client):
    s3.put("hosts", "hosts.csv", b"one")
    s3.put("hosts", "hosts.csv", b"two")
    assert s3.versions("hosts", "hosts.csv") == [b"two"]
    (version,) = listed(s3_client)["Versions"]
    assert (version["VersionId"], version["IsLatest"]) == ("null", True)
    reply = s3_client.get_object(Bucket="hosts", Key="hosts.csv")
    assert "VersionId" not in reply
    s3.delete("hosts", "hosts.csv")
    assert s3.versions("hosts", "hosts.csv") == []


def test_what_was_there_before_is_the_version_null(s3, s3_client):
    s3.put("hosts", "hosts.csv", b"one")
    s3.keep_versions("hosts")
    s3.put("hosts", "hosts.csv", b"two")
    new, old = listed(s3_client)["Versions"]
    assert (old["VersionId"], old["IsLatest"]) == ("null", False)
    assert new["VersionId"] != "null" and new["IsLatest"]
    s3.keep_versions("hosts", False)
    s3.put("hosts", "hosts.csv", b"three")
    assert s3.versions("hosts", "hosts.csv") == [b"three", b"two"]


def test_versions_and_delete_markers_are_listed_and_read(kept, s3, s3_client):
    assert s3.versions("hosts", "hosts.csv") == [b"two", None, b"one"]
    reply = listed(s3_client, Prefix="hosts.csv")
    assert [each["IsLatest"] for each in reply["Versions"]] == [True, False]
    (marker,) = reply["DeleteMarkers"]
    for version, data in zip(reply["Versions"], (b"two", b"one")):
        got = s3_client.get_object(
            Bucket="hosts", Key="hosts.csv", VersionId=version["VersionId"]
        )
        assert (got["Body"].read(), got["ETag"]) == (data, version["ETag"])
        assert got["VersionId"] == version["VersionId"]
    assert refusal(
        s3_client.get_object, Bucket="hosts", Key="hosts.csv", VersionId=marker["VersionId"]
    )[:2] == (405, "MethodNotAllowed")
    assert refusal(
        s3_client.get_object, Bucket="hosts", Key="hosts.csv", VersionId="other"
    )[:2] == (404, "NoSuchVersion")


def test_a_write_tells_its_version(s3, s3_client):
    s3.keep_versions("hosts")
    written = s3_client.put_object(Bucket="hosts", Key="k", Body=b"x")
    (version,) = listed(s3_client)["Versions"]
    assert version["VersionId"] == written["VersionId"]


def test_a_deleted_object_is_missing_and_can_be_created(kept, sandbox, s3):
    s3.delete("hosts", "hosts.csv")
    answer = raw.request(sandbox, "GET", "/hosts/hosts.csv")
    assert (answer.status, answer.headers["x-amz-delete-marker"]) == (404, "true")
    created = raw.request(sandbox, "PUT", "/hosts/hosts.csv", b"3", {"If-None-Match": "*"})
    assert created.status == 200 and s3.versions("hosts", "hosts.csv")[:2] == [b"3", None]


def test_a_listing_in_pages(kept, s3, s3_client):
    s3.put("hosts", "hosts", b"before")
    s3.put("hosts", "hosts.csv.etag", b"behind")
    s3.put("hosts", "hosts.csz", b"without the prefix")
    pages = s3_client.get_paginator("list_object_versions").paginate(
        Bucket="hosts", Prefix="hosts.csv", PaginationConfig={"PageSize": 1}
    )
    found = [
        each["Key"] for page in pages for kind in ("Versions", "DeleteMarkers")
        for each in page.get(kind, ())
    ]  # fmt: skip
    assert found == ["hosts.csv"] * 3 + ["hosts.csv.etag"]
    s3.listed_max = 2
    assert listed(s3_client, Prefix="hosts.csv")["IsTruncated"]


@pytest.mark.parametrize(
    "query, status",
    [
        ("versions=&max-keys=1", 200),
        ("versions=", 200),
        ("versions=1", 501),
        ("delimiter=%2F&versions=", 501),
        ("max-keys=x&versions=", 400),
        ("version-id-marker=x&versions=", 400),
        ("key-marker=hosts.csv&version-id-marker=x&versions=", 400),
        ("key-marker=hosts.csv&versions=", 200),
        ("list-type=2&versions=", 501),
    ],
)
def test_questions(kept, sandbox, query, status):
    assert raw.request(sandbox, "GET", f"/hosts?{query}").status == status


def test_permissions_and_stores_without_a_listing(kept, s3, s3_client):
    s3.list_versions_permission = s3.get_version_permission = False
    assert refusal(listed, s3_client)[:2] == (403, "AccessDenied")
    assert refusal(
        s3_client.get_object, Bucket="hosts", Key="hosts.csv", VersionId="null"
    )[:2] == (403, "AccessDenied")
    s3.lists_versions = False
    assert refusal(listed, s3_client)[:2] == (501, "NotImplemented")
