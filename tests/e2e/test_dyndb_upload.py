"""dyndb upload-database: what changes is shown first, and what differs is told."""

import pytest

from .conftest import BUCKET, KEY
from .hosts import csv_of, numbered

WHERE = f"s3://{BUCKET}/{KEY}"
OK, FAILED, USAGE, INVALID, CONFLICT = range(5)


@pytest.fixture
def file(tmp_path):
    """What the tool calls hosts.csv."""
    return tmp_path / "hosts.csv"


@pytest.fixture
def fetched(tool, store, file):
    """Puts a database there, and its download beside us."""

    def fetched(*content):
        etag = store(*content)
        assert tool("download-database", "hosts.csv").returncode == OK
        return etag

    return fetched


def stored(s3):
    return s3.get(BUCKET, KEY)


def writes(s3):
    return [request for request in s3.requests if request.method == "PUT"]


# --- the change, in one line


@pytest.mark.parametrize(
    "after, line",
    [
        (csv_of("a.x.org", "b.x.org", "c.x.org", "d.x.org"), "+1 host"),
        (csv_of("a.x.org", "b.x.org"), "-1 host"),
        (csv_of("a.x.org", ("b.x.org", "new"), "d.x.org", "e.x.org"),
         "+2 hosts, -1, 1 token changed"),
        (b"hostname,token,ttl\na.x.org,token-of-a.x.org,60\nb.x.org,token-of-b.x.org\n"
         b"c.x.org,token-of-c.x.org,60\n", "2 other values changed"),
        (csv_of("c.x.org", "b.x.org", "a.x.org"), "no host changes"),
    ],
    ids=["more", "less", "tokens", "values", "order"],
)  # fmt: skip
def test_the_change_is_shown_before_it_is_made(tool, fetched, file, s3, after, line):
    fetched("a.x.org", "b.x.org", "c.x.org")
    file.write_bytes(after)
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and stored(s3) == after
    first, last = finished.stderr.splitlines()
    assert first == f"dyndb: {WHERE}: {line}" and "uploaded" in last
    assert "token-of" not in finished.stderr


def test_the_first_database_is_all_new(tool, file):
    file.write_bytes(csv_of("a.x.org", "b.x.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and f"{WHERE}: +2 hosts\n" in finished.stderr


def test_the_change_is_against_what_is_there_and_not_what_was_seen(tool, fetched, store, file):
    fetched("a.x.org")
    store("a.x.org", "b.x.org", "c.x.org")
    file.write_bytes(csv_of("a.x.org", "b.x.org"))
    finished = tool("upload-database", "--force", "hosts.csv")
    assert finished.returncode == OK and f"{WHERE}: -1 host\n" in finished.stderr


def test_a_database_that_nobody_can_read_may_be_replaced(tool, fetched, file, s3):
    fetched(b'"a.x.org')
    file.write_bytes(csv_of("a.x.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and stored(s3) == csv_of("a.x.org")
    assert "+1 host; what is there now is no database" in finished.stderr


def test_the_same_file_again_is_not_sent(tool, fetched, s3):
    fetched("a.x.org")
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and writes(s3) == []
    assert "it is the same file" in finished.stderr


# --- an upload that would remove most hosts

@pytest.fixture
def ten(fetched, file):
    """A download of ten hosts, of which four are left."""
    fetched(*numbered(10))
    file.write_bytes(csv_of(*numbered(4)))


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_where_nobody_can_answer_it_is_refused(tool, ten, s3, quiet):
    finished = tool("upload-database", *quiet, "hosts.csv")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert f"{WHERE}: this removes 6 of 10 hosts" in finished.stderr
    assert "nobody can be asked" in finished.stderr and "--yes" in finished.stderr
    assert stored(s3) == csv_of(*numbered(10)) and writes(s3) == []


@pytest.mark.parametrize("yes", ["--yes", "-y"])
def test_yes_answers_beforehand(tool, ten, s3, yes):
    finished = tool("upload-database", yes, "hosts.csv")
    assert finished.returncode == OK and stored(s3) == csv_of(*numbered(4))
    assert "-6 hosts" in finished.stderr


def test_half_of_them_is_not_most(tool, ten, file, s3):
    file.write_bytes(csv_of(*numbered(5)))
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of(*numbered(5))


def test_force_is_no_yes(tool, ten, s3):
    assert tool("upload-database", "--force", "hosts.csv").returncode == FAILED
    assert writes(s3) == []


@pytest.mark.parametrize("word", ["y", "Y", "yes"])
def test_at_a_terminal_yes_goes_on(at_terminal, ten, s3, word):
    terminal = at_terminal("upload-database", "hosts.csv")
    terminal.read_until("Go on? [y/N] ")
    assert "-6 hosts" in terminal.shown and writes(s3) == []
    terminal.type(f"{word}\n")
    assert terminal.finish() == OK
    assert stored(s3) == csv_of(*numbered(4))


@pytest.mark.parametrize("answer", ["n\n", "\n", "yesterday\n", "\x04"], ids=repr)
def test_at_a_terminal_anything_else_stops(at_terminal, ten, s3, answer):
    terminal = at_terminal("upload-database", "hosts.csv")
    terminal.read_until("Go on? [y/N] ")
    terminal.type(answer)
    assert terminal.finish() == FAILED
    assert "is not uploaded" in terminal.shown and writes(s3) == []


# --- conflicts


def test_a_conflict_tells_what_differs_but_no_token(tool, fetched, store, file, s3):
    fetched(*numbered(3))
    store(*numbered(12), ("same.x.org", "their-token"))
    file.write_bytes(csv_of("ours.x.org", *numbered(4), ("same.x.org", "our-token")))
    finished = tool("upload-database", "hosts.csv")
    assert (finished.returncode, finished.stdout) == (CONFLICT, "")
    assert writes(s3) == []
    told = [line.strip() for line in finished.stderr.splitlines()]
    assert told[0].startswith(f"dyndb: {WHERE} is another version by now")
    assert told[1:4] == [
        "in the file alone: ours.x.org",
        "in the bucket alone: h4.example.org, h5.example.org, h6.example.org, h7.example.org, "
        "h8.example.org and 3 more",
        "in both, but different: same.x.org",
    ]
    assert "download it to another file" in told[4] and "--force" in told[4]
    assert "-token" not in finished.stderr


def test_a_file_that_was_never_downloaded_is_told_the_same(tool, store, file, s3):
    store("theirs.x.org")
    file.write_bytes(csv_of("ours.x.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == CONFLICT and "exists already" in finished.stderr
    assert "in the bucket alone: theirs.x.org" in finished.stderr
    assert "in the file alone: ours.x.org" in finished.stderr


def test_a_conflict_in_the_last_moment_is_told_the_same(
    tool, fetched, store, file, s3, in_background
):
    fetched("a.x.org")
    file.write_bytes(csv_of("a.x.org", "ours.x.org"))
    finished = []
    begun = len(s3.requests)
    with s3.held("PUT"):
        thread = in_background(lambda: finished.append(tool("upload-database", "hosts.csv")))
        s3.wait_for_requests(begun + 2)  # what is there was read, and is to be replaced
        store("a.x.org", "theirs.x.org")
    thread.join()
    assert finished[0].returncode == CONFLICT
    assert "in the bucket alone: theirs.x.org" in finished[0].stderr
    assert stored(s3) == csv_of("a.x.org", "theirs.x.org")


# --- stores without conditional writes


def test_a_first_upload_without_conditional_writes(tool, file, s3):
    s3.conditional_put = False
    file.write_bytes(csv_of("a.x.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and stored(s3) == csv_of("a.x.org")
    assert "no conditional writes" in finished.stderr and "would be lost" in finished.stderr


def test_a_database_that_was_never_seen_is_safe_there_too(tool, store, file, s3):
    s3.conditional_put = False
    store("theirs.x.org")
    file.write_bytes(csv_of("ours.x.org"))
    assert tool("upload-database", "hosts.csv").returncode == CONFLICT
    assert stored(s3) == csv_of("theirs.x.org")


def test_force_needs_no_conditional_writes(tool, store, file, s3):
    s3.conditional_put = False
    store("a.x.org")
    file.write_bytes(csv_of("a.x.org", "b.x.org"))
    finished = tool("upload-database", "--force", "hosts.csv")
    assert finished.returncode == OK and stored(s3) == csv_of("a.x.org", "b.x.org")
    assert "warning" not in finished.stderr


# --- credentials that may not read


def test_a_first_upload_by_who_may_not_list_the_bucket(tool, file, s3):
    s3.list_permission = False
    file.write_bytes(csv_of("a.x.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and stored(s3) == csv_of("a.x.org")
    assert "what this changes is not known" in finished.stderr


def test_who_may_not_read_creates_but_replaces_only_with_yes(tool, store, file, s3):
    store("theirs.x.org")
    s3.fail_always("access-denied", "GET")
    file.write_bytes(csv_of("ours.x.org"))
    assert tool("upload-database", "hosts.csv").returncode == CONFLICT
    refused = tool("upload-database", "--force", "hosts.csv")
    assert refused.returncode == FAILED and "--yes" in refused.stderr
    assert "how many hosts this removes is not known" in refused.stderr
    assert stored(s3) == csv_of("theirs.x.org")
    assert tool("upload-database", "--force", "--yes", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("ours.x.org")
