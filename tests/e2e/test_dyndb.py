"""dyndb: the database is fetched, edited, and put back, and nobody's work lost."""

import os
import re
import stat
import time
from pathlib import Path

import pytest

from .clock_offset import offsets_since
from .conftest import BUCKET, KEY
from .hosts import csv_of

ROOT = Path(__file__).resolve().parents[2]
WHERE = f"s3://{BUCKET}/{KEY}"
OK, FAILED, USAGE, INVALID, CONFLICT = range(5)


@pytest.fixture
def file(tmp_path):
    """What the tool calls hosts.csv."""
    return tmp_path / "hosts.csv"


def stored(s3):
    return s3.get(BUCKET, KEY)


def writes(s3):
    return [request for request in s3.requests if request.method == "PUT"]


# --- there and back


def test_the_round_trip(tool, file, s3):
    file.write_bytes(csv_of("a.example.org"))
    uploaded = tool("upload-database", "hosts.csv")
    assert (uploaded.returncode, uploaded.stdout) == (OK, "")
    assert WHERE in uploaded.stderr and "1 host" in uploaded.stderr
    assert stored(s3) == csv_of("a.example.org")

    file.unlink()
    downloaded = tool("download-database", "hosts.csv")
    assert downloaded.returncode == OK and WHERE in downloaded.stderr
    assert file.read_bytes() == csv_of("a.example.org")

    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("a.example.org", "b.example.org")


def test_what_is_uploaded_is_what_the_server_reads(tool, file, start, dig):
    file.write_text("\ufeffhostname,token,owner\r\na.example.org,secret,Ann\r\n")
    assert tool("upload-database", "hosts.csv").returncode == OK
    service = start()
    assert service.update("a.example.org", "192.0.2.1", token="secret").said == "good 192.0.2.1"
    assert dig("a.example.org") == ["192.0.2.1"]


def test_the_bytes_are_left_as_they_are(tool, file, s3):
    odd = b'\xef\xbb\xbf\r\n"a.example.org" ,"x ""y"" z"\r\n\n\nb.example.org,\xc3\xa4'
    s3.put(BUCKET, KEY, odd)
    assert tool("download-database", "hosts.csv").returncode == OK
    assert file.read_bytes() == odd
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == odd


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_without_a_file_the_database_is_printed(tool, store, tmp_path, arguments):
    store("a.example.org")
    finished = tool("download-database", *arguments)
    assert (finished.returncode, finished.stdout) == (OK, csv_of("a.example.org").decode())
    assert list(tmp_path.iterdir()) == []


def test_a_dash_reads_the_database_from_standard_input(tool, s3):
    finished = tool("upload-database", "-", stdin=csv_of("a.example.org"))
    assert finished.returncode == OK and stored(s3) == csv_of("a.example.org")


@pytest.mark.parametrize("quiet", ["-q", "--quiet"])
def test_quiet_says_nothing_when_all_is_well(tool, file, quiet):
    file.write_bytes(csv_of("a.example.org"))
    for command in ("upload-database", "download-database"):
        finished = tool(command, quiet, "hosts.csv")
        assert (finished.returncode, finished.stdout, finished.stderr) == (OK, "", "")


def test_a_file_may_begin_with_a_dash(tool, tmp_path):
    (tmp_path / "-hosts.csv").write_bytes(csv_of("a.example.org"))
    assert tool("upload-database", "--", "-hosts.csv").returncode == OK


# --- files


def test_only_the_owner_may_read_what_was_downloaded(tool, store, file):
    store("a.example.org")
    assert tool("download-database", "hosts.csv", process={"umask": 0}).returncode == OK
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_existing_file_is_replaced_and_closed_to_others(tool, store, file):
    file.write_text("old")
    file.chmod(0o644)
    store("a.example.org")
    assert tool("download-database", "hosts.csv").returncode == OK
    assert file.read_bytes() == csv_of("a.example.org")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("fault", ["access-denied", "expired-token"])
def test_a_failed_download_leaves_the_file_as_it_was(tool, store, file, s3, tmp_path, fault):
    file.write_text("old")
    store("a.example.org")
    s3.fail_always(fault)
    assert tool("download-database", "hosts.csv").returncode == FAILED
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["hosts.csv"]


def test_a_transfer_that_breaks_off_is_made_again(tool, store, file, s3):
    store("a.example.org", "b.example.org")
    s3.fail_next(1, "torn")
    assert tool("download-database", "hosts.csv").returncode == OK
    assert file.read_bytes() == csv_of("a.example.org", "b.example.org")


@pytest.mark.parametrize("sign, words", [(1, "behind"), (-1, "ahead of")])
def test_the_stores_time_stands_in_for_a_wrong_clock(tool, store, file, s3, sandbox, sign, words):
    begun, seconds = time.monotonic(), sign * 3600
    sandbox.account.clock_skew_seconds = seconds
    store("a.example.org")
    finished = tool("download-database", "hosts.csv")
    assert finished.returncode == OK and file.read_bytes() == csv_of("a.example.org")
    told = re.search(rf"clock: it is (\d+) seconds {words} that of S3", finished.stderr)
    assert sign * int(told[1]) in offsets_since(begun, seconds)
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("a.example.org", "b.example.org")


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("redirect", [False, True])
def test_a_bucket_in_another_region_is_found(tool, store, file, s3, redirect, named):
    s3.region = "eu-west-1"
    s3.redirect_wrong_region, s3.names_region = redirect, named
    store("a.example.org")
    region = {"AWS_REGION": "us-east-1"}
    assert tool("download-database", "hosts.csv", **region).returncode == OK
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    assert tool("upload-database", "hosts.csv", **region).returncode == OK
    assert stored(s3) == csv_of("a.example.org", "b.example.org")


@pytest.mark.parametrize("key", ["hosts.csv", "dir/a b+c*é~.csv", "a//b/../c.csv"])
def test_any_key_and_a_session_token_can_be_signed_for_another_time(tool, s3, file, sandbox, key):
    sandbox.account.clock_skew_seconds = 86400
    sandbox.account.session_token = "FwoGZXIvYXdzE/+t0ken=="
    s3.create_bucket(BUCKET)
    s3.put(BUCKET, key, csv_of("a.example.org"))
    assert tool("download-database", "hosts.csv", DYNDNS_DATABASE=key).returncode == OK
    assert file.read_bytes() == csv_of("a.example.org")


def test_a_wrong_clock_is_told_where_nothing_helps(tool, store, sandbox):
    sandbox.account.clock_skew_seconds = 3600
    sandbox.account.dates_answers = False
    store("a.example.org")
    finished = tool("download-database", "hosts.csv")
    assert finished.returncode == FAILED
    assert "RequestTimeTooSkewed" in finished.stderr and "clock" in finished.stderr


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_a_store_is_asked_so_often_as_is_set(tool, store, s3, attempts):
    store("a.example.org")
    s3.fail_always("500")
    set_to = {} if attempts == 3 else {"AWS_MAX_ATTEMPTS": attempts}
    finished = tool("download-database", "hosts.csv", **set_to)
    assert finished.returncode == FAILED
    assert len(s3.requests) == attempts
    assert finished.stderr.count("trying again in") == attempts - 1


def test_a_directory_that_is_missing_is_told(tool, store):
    store("a.example.org")
    finished = tool("download-database", "missing/hosts.csv")
    assert finished.returncode == FAILED and "missing/hosts.csv" in finished.stderr


def test_what_is_no_regular_file_is_left_alone(tool, store):
    store("a.example.org")
    finished = tool("download-database", "/dev/null")
    assert finished.returncode == FAILED and "/dev/null" in finished.stderr
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# What stands at a name may be somebody else's choice, as in /tmp.

NO_FILES = {
    "pipe": ("it is a pipe", os.mkfifo),
    "directory": ("it is a directory", os.mkdir),
    "link": ("it is a symbolic link", lambda path: os.symlink("precious", path)),
    "link to nothing": ("it is a symbolic link", lambda path: os.symlink("nothing", path)),
}


def identity(path):
    found = os.lstat(path)
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns


@pytest.fixture
def precious(tmp_path):
    """A file that nobody shall write to; returns what it is."""
    path = tmp_path / "precious"
    path.write_text("precious")
    path.chmod(0o644)
    return lambda: (path.read_text(), stat.S_IMODE(path.stat().st_mode))


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_stands_in_the_place_of_the_file_is_left_alone(tool, store, file, precious, kind):
    words, make = NO_FILES[kind]
    make(file)
    before = identity(file), sorted(os.listdir(file.parent)), precious()
    store("a.example.org")
    finished = tool("download-database", "hosts.csv")
    assert finished.returncode == FAILED
    assert f"hosts.csv: {words}" in finished.stderr and "download-database -" in finished.stderr
    assert (identity(file), sorted(os.listdir(file.parent)), precious()) == before


@pytest.mark.parametrize("kind", NO_FILES)
def test_a_download_beside_what_is_no_sidecar_succeeds_with_a_warning(
    tool, store, file, precious, kind
):
    words, make = NO_FILES[kind]
    etag_file = f"{file}.etag"
    make(etag_file)
    before = identity(etag_file), precious()
    store("a.example.org")
    finished = tool("download-database", "hosts.csv")
    assert finished.returncode == OK and file.read_bytes() == csv_of("a.example.org")
    assert f"hosts.csv.etag: warning: cannot be written: {words}" in finished.stderr
    assert (identity(etag_file), precious()) == before


@pytest.mark.parametrize("kind", NO_FILES)
def test_an_upload_beside_what_is_no_sidecar_is_refused(tool, file, s3, precious, kind):
    """At once, though nobody ever writes to the pipe."""
    words, make = NO_FILES[kind]
    file.write_bytes(csv_of("a.example.org"))
    etag_file = f"{file}.etag"
    make(etag_file)
    before = identity(etag_file), precious()
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == FAILED and s3.requests == []
    assert f"hosts.csv.etag: cannot be read: {words}" in finished.stderr
    assert "--if-match" in finished.stderr
    forced = tool("upload-database", "--force", "hosts.csv")
    assert forced.returncode == OK and stored(s3) == csv_of("a.example.org")
    assert f"hosts.csv.etag: warning: cannot be written: {words}" in forced.stderr
    assert (identity(etag_file), precious()) == before


@pytest.mark.parametrize("kind", ["pipe", "directory"])
def test_an_upload_of_what_is_no_file_is_refused(tool, file, s3, kind):
    words, make = NO_FILES[kind]
    make(file)
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == FAILED and s3.requests == []
    assert f"hosts.csv: cannot be read: {words}" in finished.stderr
    assert "upload-database -" in finished.stderr


def test_an_upload_through_a_link_only_reads(tool, file, s3, tmp_path):
    (tmp_path / "repository").mkdir()
    kept = tmp_path / "repository" / "hosts.csv"
    kept.write_bytes(csv_of("a.example.org"))
    file.symlink_to(kept)
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("a.example.org") and file.is_symlink()
    assert os.listdir(kept.parent) == ["hosts.csv"]


def test_the_other_name_of_a_file_keeps_what_it_was(tool, store, file, tmp_path):
    other = tmp_path / "other"
    other.write_text("old")
    os.link(other, file)
    store("a.example.org")
    assert tool("download-database", "hosts.csv").returncode == OK
    assert file.read_bytes() == csv_of("a.example.org") and other.read_text() == "old"


@pytest.mark.parametrize("name", ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
def test_what_is_open_already_may_be_a_pipe(tool, s3, tmp_path, name):
    finished = tool("upload-database", name, stdin=csv_of("a.example.org"))
    assert finished.returncode == OK and stored(s3) == csv_of("a.example.org")
    assert "warning" not in finished.stderr and os.listdir(tmp_path) == []
    again = tool("upload-database", name, stdin=csv_of("b.example.org"))
    assert again.returncode == CONFLICT and "--if-match" in again.stderr


def test_a_missing_file_is_told(tool, s3):
    finished = tool("upload-database", "missing.csv")
    assert finished.returncode == FAILED
    assert "missing.csv" in finished.stderr and "No such file" in finished.stderr
    assert s3.requests == []


# --- faults


FAULTY = b"""\
hostname,token
good.example.org,token
nodot,token
b.example.org,
b.example.org

GOOD.example.org.,token
c.example.org,token,more
"""


def test_every_fault_is_told_with_its_line_and_nothing_is_sent(tool, file, s3):
    file.write_bytes(FAULTY)
    finished = tool("upload-database", "hosts.csv")
    assert (finished.returncode, finished.stdout) == (INVALID, "")
    told = finished.stderr.splitlines()
    for line, reason in [
        (3, "not fully qualified"),
        (4, "token is empty"),
        (5, "no token"),
        (7, "same name"),
        (8, "more fields"),
    ]:
        of_line = [each for each in told if each.startswith(f"hosts.csv:{line}:")]
        assert len(of_line) == 1 and reason in of_line[0]
    assert not any(each.startswith("hosts.csv:2:") for each in told)
    assert s3.requests == []


@pytest.mark.parametrize(
    "csv, reason",
    [
        (b"", "no host"),
        (b"hostname,token\n", "no host"),
        (b'a.example.org,token\n"b.example.org,token\n', "quote"),
        (b"a.example.org,token\n\0", "NUL"),
    ],
)
def test_what_the_server_would_refuse_is_not_sent(tool, file, s3, csv, reason):
    file.write_bytes(csv)
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == INVALID
    assert finished.stderr.startswith("hosts.csv:") and reason in finished.stderr
    assert s3.requests == []


def test_bad_attributes_are_faults(tool, file, s3):
    file.write_text(
        "hostname,token,comment,ttl\na.example.org,t1,,60\nb.example.org,t2,,1h\n"
        "c.example.org,t3,,2147483648\n"
    )
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == INVALID and s3.requests == []
    told = finished.stderr.splitlines()
    assert [line.split(": ")[:2] for line in told[:2]] == [
        ["hosts.csv:3:19", "b.example.org"],
        ["hosts.csv:4:19", "c.example.org"],
    ]
    assert all("ttl" in line and "0 to 2147483647" in line for line in told[:2])


def test_rows_that_contradict_an_earlier_one_are_faults_without_a_token(tool, file, s3):
    file.write_text(
        "hostname,token,record_type,user\na.example.org,s3cret,A,anne\n"
        "a.example.org,s3cret,a,anne\na.example.org,s3cret\nb.example.org,other,,anne\n"
    )
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == INVALID and s3.requests == []
    assert finished.stderr.splitlines()[:3] == [
        "hosts.csv:3:1: a.example.org: an earlier row of the same name is for this record already",
        "hosts.csv:4:1: a.example.org: an earlier row of the same name is for one record already, "
        "and this one names no record_type, so it is for both",
        "hosts.csv:5:1: b.example.org: an earlier row has the same user and another token",
    ]
    assert "s3cret" not in finished.stderr and "other," not in finished.stderr


@pytest.mark.parametrize(
    "header, ignored",
    [
        ("hostname,token,colour,ttl,Owner", "colour, Owner"),
        ("hostname,token,ttl,ttl,token", "named twice: ttl, token"),
        ("hostname,token,x,comment,comment", "x; named twice: comment"),
    ],
)
def test_columns_that_the_server_ignores_are_noted_in_one_line(tool, file, s3, header, ignored):
    file.write_text(f"\n{header}\na.example.org,t1,60\n")
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and stored(s3) == file.read_bytes()
    notes = [line for line in finished.stderr.splitlines() if line.startswith("hosts.csv:")]
    assert notes == [f"hosts.csv:2: note: columns that the server ignores: {ignored}"]
    quiet = tool("upload-database", "-q", "hosts.csv")
    assert (quiet.returncode, quiet.stderr) == (OK, "")


def examples_of_the_manual():
    """The databases in EXAMPLES of dyndns53-hosts(5)."""
    page = (ROOT / "man/dyndns53-hosts.5").read_text().split("\n.Sh EXAMPLES\n")[1]
    blocks = re.findall(r"^\.Bd -literal [^\n]*\n(.*?)^\.Ed$", page, re.M | re.S)
    return [block.encode() for block in blocks if not block.startswith("echo ")]


def test_the_manual_s_examples_are_what_it_says(tool, file):
    *good, bad = examples_of_the_manual()
    assert len(good) == 5
    for example in good:
        file.write_bytes(example)
        finished = tool("upload-database", "--force", "--yes", "hosts.csv")
        assert finished.returncode == OK, finished.stderr
    assert "ignores: owner" in finished.stderr
    file.write_bytes(bad)
    finished = tool("upload-database", "--force", "hosts.csv")
    assert finished.returncode == INVALID
    assert [line.split(":")[1] for line in finished.stderr.splitlines()[:2]] == ["2", "3"]


def test_columns_that_the_server_knows_are_not_noted(tool, file):
    file.write_text(
        "hostname,shared_secret,record_type,ttl,allow_internal,lock_record,mac_address,"
        "read_privilege,user,ipv6_suffix,expect_within,expire_after,comment,\n"
        "a.example.org,t1,A,60,yes,no,00:53:00:00:00:01,1,anne,::1:2,15m,never,at home,\n"
        "a.example.org,t1,AAAA,,,,,,anne\n"
    )
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and "note" not in finished.stderr


def test_faults_of_standard_input_are_told_too(tool, s3):
    finished = tool("upload-database", "-", stdin=b"nodot,token\n")
    assert finished.returncode == INVALID and "stdin" in finished.stderr and ":1:" in finished.stderr
    assert s3.requests == []


def test_no_fault_shows_a_token(tool, file):
    file.write_bytes(
        b"nodot,secret-token\nsecret-token!,a.example.org\nb.example.org,secret-token,x\n"
        b'c.example.org,"secret-token\n'
    )
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == INVALID and "secret" not in finished.stderr


# --- nobody's work is lost


def test_a_database_that_is_new_to_us_is_not_overwritten(tool, store, file, s3):
    store("theirs.example.org")
    file.write_bytes(csv_of("ours.example.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == CONFLICT
    assert "exists already" in finished.stderr and "download" in finished.stderr
    assert stored(s3) == csv_of("theirs.example.org")


def test_a_database_that_changed_since_we_fetched_it_is_not_overwritten(tool, store, file, s3):
    store("a.example.org")
    tool("download-database", "hosts.csv")
    store("a.example.org", "theirs.example.org")
    file.write_bytes(csv_of("a.example.org", "ours.example.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == CONFLICT and "somebody changed it" in finished.stderr
    assert stored(s3) == csv_of("a.example.org", "theirs.example.org")

    tool("download-database", "hosts.csv")
    file.write_bytes(csv_of("a.example.org", "theirs.example.org", "ours.example.org"))
    assert tool("upload-database", "hosts.csv").returncode == OK


def test_a_database_that_was_deleted_is_not_silently_created(tool, store, s3):
    store("a.example.org")
    tool("download-database", "hosts.csv")
    s3.delete(BUCKET, KEY)
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == CONFLICT and "no longer exists" in finished.stderr
    assert stored(s3) is None


def test_each_upload_is_the_version_to_start_from_next(tool, file, s3):
    for number in range(1, 4):
        file.write_bytes(csv_of(*(f"h{each}.example.org" for each in range(number))))
        assert tool("upload-database", "hosts.csv").returncode == OK
    assert len(writes(s3)) == 3 and all(request.conditions for request in writes(s3))


def test_two_people_upload_at_the_same_moment(tool, store, tmp_path, s3, in_background):
    store("a.example.org")
    results = {}
    for name in ("one", "two"):
        tool("download-database", f"{name}.csv")
        (tmp_path / f"{name}.csv").write_bytes(csv_of("a.example.org", f"{name}.example.org"))

    def upload(name):
        results[name] = tool("upload-database", f"{name}.csv").returncode

    with s3.held():
        both = [in_background(upload, name) for name in ("one", "two")]
        s3.wait_for_requests(4)
    for each in both:
        each.join()
    assert sorted(results.values()) == [OK, CONFLICT]
    winner = next(name for name, result in results.items() if result == OK)
    assert stored(s3) == csv_of("a.example.org", f"{winner}.example.org")


def test_an_etag_may_be_given(tool, store, file, s3):
    etag = store("a.example.org")
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    wrong = tool("upload-database", "--if-match", '"0123456789abcdef"', "hosts.csv")
    assert wrong.returncode == CONFLICT and stored(s3) == csv_of("a.example.org")
    right = tool("upload-database", "--if-match", etag.strip('"'), "hosts.csv")
    assert right.returncode == OK and stored(s3) == csv_of("a.example.org", "b.example.org")


def test_force_replaces_whatever_is_there(tool, store, file, s3):
    store("theirs.example.org", "ours.example.org")
    file.write_bytes(csv_of("ours.example.org"))
    assert tool("upload-database", "--force", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("ours.example.org")


def test_force_does_not_force_a_broken_database(tool, file, s3):
    file.write_bytes(b"nodot,token\n")
    assert tool("upload-database", "--force", "hosts.csv").returncode == INVALID
    assert s3.requests == []


def test_an_answer_that_was_lost_does_no_harm(tool, store, file, s3):
    """The first attempt was done, so the second one finds its own work there."""
    store("a.example.org")
    tool("download-database", "hosts.csv")
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    s3.fail_next(1, "reset-after", "PUT")
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("a.example.org", "b.example.org")


def test_a_conflict_of_the_moment_is_tried_again(tool, store, file, s3):
    store("a.example.org")
    tool("download-database", "hosts.csv")
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    s3.fail_next(1, "conflict", "PUT")
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored(s3) == csv_of("a.example.org", "b.example.org")


def test_a_store_without_conditional_writes(tool, store, file, s3):
    s3.conditional_put = False
    store("a.example.org")
    tool("download-database", "hosts.csv")
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == OK and "warning" in finished.stderr
    assert stored(s3) == csv_of("a.example.org", "b.example.org")
    store("theirs.example.org")
    assert tool("upload-database", "hosts.csv").returncode == CONFLICT
    assert stored(s3) == csv_of("theirs.example.org")


def test_the_version_belongs_to_one_bucket_and_key(tool, store, s3):
    store("a.example.org")
    tool("download-database", "hosts.csv")
    s3.put(BUCKET, "other.csv", csv_of("theirs.example.org"))
    finished = tool("upload-database", "hosts.csv", DYNDNS_DATABASE="other.csv")
    assert finished.returncode == CONFLICT
    assert s3.get(BUCKET, "other.csv") == csv_of("theirs.example.org")


# --- messages


def complaint(finished):
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    return finished.stderr


def test_a_missing_object(tool):
    text = complaint(tool("download-database"))
    for part in (WHERE, "NoSuchKey", "DYNDNS_DATABASE", "upload-database"):
        assert part in text


def test_a_missing_bucket(tool):
    text = complaint(tool("download-database", DYNDNS_BUCKET="elsewhere"))
    for part in (f"s3://elsewhere/{KEY}", "NoSuchBucket", "DYNDNS_BUCKET"):
        assert part in text


def test_a_missing_permission(tool, s3):
    s3.list_permission = False
    text = complaint(tool("download-database"))
    for part in (WHERE, "AccessDenied", "s3:GetObject", "s3:ListBucket"):
        assert part in text


def test_a_wrong_key_id(tool):
    text = complaint(tool("download-database", AWS_ACCESS_KEY_ID="AKIAUNKNOWN"))
    for part in (WHERE, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"):
        assert part in text


def test_a_wrong_secret_is_told_without_showing_any(tool, sandbox):
    sandbox.account.session_token = "the-session-token"
    text = complaint(
        tool("download-database", AWS_SECRET_ACCESS_KEY="the-wrong-key",
             AWS_SESSION_TOKEN="the-session-token")
    )  # fmt: skip
    for part in (WHERE, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"):
        assert part in text
    assert "the-wrong-key" not in text and "the-session-token" not in text


def test_expired_credentials(tool, sandbox):
    sandbox.account.session_token = "the-session-token"
    sandbox.account.token_expired = True
    text = complaint(tool("download-database"))
    assert "ExpiredToken" in text and "AWS_SESSION_TOKEN" in text


def test_a_refused_upload_says_what_is_missing(tool, file, s3):
    file.write_bytes(csv_of("a.example.org"))
    s3.fail_always("access-denied", "PUT")
    text = complaint(tool("upload-database", "hosts.csv"))
    for part in (WHERE, "AccessDenied", "s3:PutObject"):
        assert part in text


def test_the_environment_is_checked_all_at_once(dyndb):
    nobody = {"AWS_EC2_METADATA_DISABLED": "true"}
    finished = dyndb("download-database", environment=nobody)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    for name in ("DYNDNS_BUCKET", "DYNDNS_DATABASE", "AWS_ACCESS_KEY_ID", *nobody):
        assert name in finished.stderr


def test_what_can_be_no_bucket_is_refused(tool):
    finished = tool("download-database", DYNDNS_BUCKET="s3://hosts/hosts.csv")
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "DYNDNS_BUCKET is no bucket's name" in finished.stderr


def test_what_looks_like_a_mistake_is_told_but_done(tool, file, s3):
    file.write_bytes(csv_of("a.example.org"))
    finished = tool("upload-database", "hosts.csv", DYNDNS_DATABASE="/hosts.csv")
    assert finished.returncode == OK
    assert "looks like a mistake" in finished.stderr
    assert "DYNDNS_DATABASE begins with a slash" in finished.stderr
    assert s3.get(BUCKET, "/hosts.csv") == csv_of("a.example.org")


def test_a_bucket_in_another_region_is_found(tool, file, s3):
    s3.region = "eu-west-1"
    file.write_bytes(csv_of("a.example.org"))
    for command in ("upload-database", "download-database"):
        assert tool(command, "hosts.csv", AWS_REGION="us-east-1").returncode == OK


@pytest.mark.parametrize("key", ["dir/hosts.csv", "a b+c&d=e.csv", "ümläut.csv", "x//y/../z.csv"])
def test_odd_keys(tool, file, s3, key):
    file.write_bytes(csv_of("a.example.org"))
    assert tool("upload-database", "hosts.csv", DYNDNS_DATABASE=key).returncode == OK
    assert s3.get(BUCKET, key) == csv_of("a.example.org")


# --- the command line


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_lists_the_commands(dyndb, arguments):
    finished = dyndb(*arguments)
    assert (finished.returncode, finished.stderr) == (OK, "")
    for word in ("Usage: dyndb", "download-database", "upload-database", "help", "DYNDNS_BUCKET"):
        assert word in finished.stdout


@pytest.mark.parametrize("command", ["download-database", "upload-database", "help"])
def test_help_explains_a_command(dyndb, command):
    explained = dyndb("help", command)
    assert (explained.returncode, explained.stderr) == (OK, "")
    assert explained.stdout.startswith(f"Usage: dyndb {command}")
    assert dyndb(command, "--help").stdout == explained.stdout


def test_version(dyndb, dyndns53):
    finished = dyndb("--version")
    assert (finished.returncode, finished.stderr) == (OK, "")
    assert finished.stdout.startswith("dyndb ")
    assert finished.stdout.split()[-1] == dyndns53("--version").stdout.split()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nonsense"], ["--nonsense"], ["-x", "help"], ["help", "nonsense"],
        ["help", "help", "x"],
        ["upload-database"], ["upload-database", "a", "b"], ["upload-database", ""],
        ["upload-database", "--nonsense", "a"], ["upload-database", "--if-match"],
        ["upload-database", "--if-match", "", "a"],
        ["upload-database", "--force", "--if-match", "x", "a"],
        ["upload-database", "--previous", "a"], ["upload-database", "--previous", "--force"],
        ["upload-database", "--previous", "--if-match", "x"],
        ["download-database", "a", "b"], ["download-database", "--force"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_exit_status_2_with_a_hint(tool, s3, arguments):
    finished = tool(*arguments)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "dyndb help" in finished.stderr
    assert s3.requests == []


def test_a_full_disk_behind_standard_output_is_a_failure(tool, store):
    store("a.example.org")
    with open("/dev/full", "wb") as full:
        finished = tool("download-database", process={"stdout": full})
    assert finished.returncode == FAILED and "standard output" in finished.stderr
