"""dyndb --previous: what was overwritten comes back, where versions are kept."""

import pytest

from .conftest import BUCKET, KEY
from .hosts import csv_of, numbered

WHERE = f"s3://{BUCKET}/{KEY}"
OK, FAILED, USAGE, INVALID, CONFLICT = range(5)
OLD, NEW = csv_of("a.x.org", "b.x.org", "c.x.org"), csv_of("a.x.org", "b.x.org")


@pytest.fixture
def file(tmp_path):
    """What the tool calls hosts.csv."""
    return tmp_path / "hosts.csv"


@pytest.fixture
def kept(s3, store):
    """OLD, replaced by NEW, in a bucket that keeps versions."""
    s3.keep_versions(BUCKET)
    store(OLD)
    store(NEW)


def stored(s3):
    return s3.get(BUCKET, KEY)


def test_the_version_before_is_made_current_again(tool, kept, s3):
    finished = tool("upload-database", "--previous")
    assert finished.returncode == OK and stored(s3) == OLD
    assert f"{WHERE}: +1 host\n" in finished.stderr
    assert s3.versions(BUCKET, KEY) == [OLD, NEW, OLD]


def test_twice_is_back_again(tool, kept, s3):
    for _ in range(2):
        assert tool("upload-database", "--previous").returncode == OK
    assert stored(s3) == NEW


def test_quiet_says_nothing_when_all_is_well(tool, kept, s3):
    for command in ("download-database", "upload-database"):
        finished = tool(command, "--previous", "-q")
        assert (finished.returncode, finished.stderr) == (OK, "")
    assert stored(s3) == OLD


def test_it_can_be_looked_at_first(tool, kept, file, s3):
    printed = tool("download-database", "--previous")
    assert (printed.returncode, printed.stdout) == (OK, OLD.decode())
    saved = tool("download-database", "--previous", "hosts.csv")
    assert saved.returncode == OK and file.read_bytes() == OLD
    assert "upload-database --previous" in saved.stderr and stored(s3) == NEW


def test_what_was_looked_at_replaces_the_version_after_it(tool, kept, file, store, s3):
    tool("download-database", "--previous", "hosts.csv")
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == OLD
    tool("download-database", "--previous", "hosts.csv")
    store("theirs.x.org")
    assert tool("upload-database", "hosts.csv").returncode == CONFLICT
    assert stored(s3) == csv_of("theirs.x.org")


def test_a_database_that_was_deleted_comes_back(tool, kept, s3):
    s3.delete(BUCKET, KEY)
    assert tool("upload-database", "--previous").returncode == OK
    assert stored(s3) == NEW


def test_a_deleted_database_that_was_looked_at_is_created(tool, kept, file, s3, store):
    s3.delete(BUCKET, KEY)
    assert tool("download-database", "--previous", "hosts.csv").returncode == OK
    assert file.read_bytes() == NEW
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == NEW


def test_the_same_bytes_written_twice_are_no_other_version(tool, kept, store, s3):
    store(NEW)
    assert tool("upload-database", "--previous").returncode == OK
    assert stored(s3) == OLD


def test_other_keys_that_begin_alike_are_none_of_ours(tool, kept, s3):
    s3.put(BUCKET, KEY + ".etag", b"x")
    s3.put(BUCKET, KEY + ".etag", b"y")
    s3.put(BUCKET, KEY[:-1], b"z")
    assert tool("upload-database", "--previous").returncode == OK
    assert stored(s3) == OLD


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_listing_in_pages_is_read_as_far_as_it_takes(tool, kept, store, s3, page):
    s3.listed_max = page
    for _ in range(3):
        store(NEW)
    assert tool("upload-database", "--previous").returncode == OK
    assert stored(s3) == OLD
    listings = [request for request in s3.requests if "versions" in request.query]
    assert len(listings) == -(-5 // page)


@pytest.mark.parametrize("key", ["dir/a b+c&d=e.csv", "ümläut.csv", " x//y/../z.csv "])
def test_odd_keys(tool, s3, key):
    s3.keep_versions(BUCKET)
    for data in (OLD, NEW):
        s3.put(BUCKET, key, data)
    assert tool("upload-database", "--previous", DYNDNS_DATABASE=key).returncode == OK
    assert s3.get(BUCKET, key) == OLD


# --- nobody's work is lost


def test_a_change_in_the_last_moment_is_not_undone(tool, kept, store, s3, in_background):
    finished = []
    begun = len(s3.requests)
    with s3.held("PUT"):
        thread = in_background(lambda: finished.append(tool("upload-database", "--previous")))
        s3.wait_for_requests(begun + 4)  # the listing, two versions, and the write
        store("a.x.org", "theirs.x.org")
    thread.join()
    assert finished[0].returncode == CONFLICT and "theirs.x.org" in finished[0].stderr
    assert stored(s3) == csv_of("a.x.org", "theirs.x.org")


def test_most_hosts_are_not_removed_unasked(tool, kept, store, s3):
    store(*numbered(10))
    finished = tool("upload-database", "--previous")
    assert finished.returncode == FAILED and "--yes" in finished.stderr
    assert stored(s3) == csv_of(*numbered(10))
    assert tool("upload-database", "--previous", "--yes").returncode == OK
    assert stored(s3) == NEW


def test_a_version_that_breaks_the_rules_is_not_made_current(tool, s3, store):
    s3.keep_versions(BUCKET)
    store(b"nodot,token\na.x.org,token\n")
    store(NEW)
    finished = tool("upload-database", "--previous")
    assert finished.returncode == INVALID and ">:1:" in finished.stderr
    assert stored(s3) == NEW


# --- what there is to say when there is none


COMMANDS = ["upload-database", "download-database"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bucket_that_keeps_no_versions(tool, store, command):
    store(OLD)
    store(NEW)
    finished = tool(command, "--previous")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "keeps no versions" in finished.stderr
    assert f"put-bucket-versioning --bucket {BUCKET} " in finished.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_first_version_of_all(tool, s3, store, command):
    s3.keep_versions(BUCKET)
    store(OLD)
    finished = tool(command, "--previous")
    assert finished.returncode == FAILED and "no earlier version" in finished.stderr


def test_what_was_there_before_versions_were_kept(tool, s3, store):
    store(OLD)
    s3.keep_versions(BUCKET)
    store(NEW)
    assert tool("upload-database", "--previous").returncode == OK
    assert stored(s3) == OLD


@pytest.mark.parametrize("command", COMMANDS)
def test_no_database_at_all(tool, command):
    finished = tool(command, "--previous")
    assert finished.returncode == FAILED and "no version" in finished.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "setting, words",
    [
        ("list_versions_permission", ["AccessDenied", "s3:ListBucketVersions"]),
        ("get_version_permission", ["AccessDenied", "s3:GetObjectVersion"]),
        ("lists_versions", ["NotImplemented", "versions"]),
    ],
)
def test_a_missing_permission_is_named(tool, kept, s3, command, setting, words):
    setattr(s3, setting, False)
    finished = tool(command, "--previous")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert all(word in finished.stderr for word in words)
    assert stored(s3) == NEW
