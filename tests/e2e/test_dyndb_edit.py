"""dyndb's commands that change one host: nobody else's row is touched, whoever
else is writing."""

import os
import re
import stat

import pytest

from sandbox.patience import until

from .conftest import BUCKET, KEY
from .hosts import csv_of, token_of
from .test_database import is_listed

WHERE = f"s3://{BUCKET}/{KEY}"
OK, FAILED, USAGE, INVALID, CONFLICT = range(5)
ROUNDS = 50  # of two people who edit at the same time

# Whatever CSV allows, in the rows of others.
THEIRS = (
    "\ufeff\"HostName\" , TOKEN,owner ,ttl\r\n"
    "\r\n"
    "b.example.org.,\"a, \"\"quoted\"\" token\" ,\"two\r\nlines\"\r\n"
    " C.example.org ,t,,60\r\n"
).encode()


def stored(s3):
    return s3.get(BUCKET, KEY)


def password_in(printed):
    """The token in the settings that were printed, which the curl line has too."""
    password = re.search(r"^  Password +(\S+)$", printed, re.M)[1]
    assert re.search(rf"^  curl .*:{password}' ", printed, re.M)
    return password


# --- add-host


def test_the_first_host_of_all_makes_the_database(tool, s3):
    finished = tool("add-host", "Home.example.org.")
    assert finished.returncode == OK, finished.stderr
    token = password_in(finished.stdout)
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    assert stored(s3) == f"hostname,token\nhome.example.org,{token}\n".encode()
    assert WHERE in finished.stderr and "new" in finished.stderr
    assert token not in finished.stderr
    (write,) = [request for request in s3.requests if request.method == "PUT"]
    assert write.conditions == {"if-none-match": "*"}


def test_all_other_rows_stay_byte_for_byte(tool, store, s3):
    store(THEIRS)
    token = password_in(tool("add-host", "a.example.org", "--ttl", "60").stdout)
    assert stored(s3) == THEIRS + f"a.example.org,{token},,60\r\n".encode()
    tool("add-host", "d.example.org", "--comment", "at home, upstairs", "-q")
    lines = stored(s3).split(b"\r\n")
    assert lines[0] == b"\xef\xbb\xbf\"HostName\" , TOKEN,owner ,ttl,comment"
    assert lines[-2].startswith(b"d.example.org,")
    assert lines[-2].endswith(b',,,"at home, upstairs"')
    assert tool("remove-host", "a.example.org").returncode == OK
    assert tool("remove-host", "d.example.org").returncode == OK
    assert stored(s3) == THEIRS.replace(b"ttl\r\n", b"ttl,comment\r\n", 1)


def test_each_token_is_another(tool, s3):
    tokens = {password_in(tool("add-host", f"h{n}.example.org").stdout) for n in range(5)}
    assert len(tokens) == 5


def test_the_service_takes_what_is_printed(tool, store, start, s3):
    service = start("a.example.org")
    token = password_in(tool("add-host", "new.example.org").stdout)
    with service.expecting("table_loaded"):
        service.reload()
    assert is_listed(service, "new.example.org", token)


@pytest.mark.parametrize(
    "options, row",
    [
        (["--type", "aaaa"], "record_type,aaaa"),
        (["--ttl", "0"], "ttl,0"),
        (["--user", "anne"], "user,anne"),
        (["--allow-internal"], "allow_internal,true"),
        (["--read-privilege"], "read_privilege,true"),
        (["--mac-address", "00:53:00:00:00:01"], "mac_address,00:53:00:00:00:01"),
        (["--ipv6-suffix", "::1:2"], "ipv6_suffix,::1:2"),
        (["--expect-within", "15m"], "expect_within,15m"),
        (["--expire-after", "30d"], "expire_after,30d"),
        (["--comment", "Anne's"], "comment,Anne's"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_an_option_is_a_column(tool, store, s3, options, row):
    store("b.example.org")
    assert tool("add-host", "a.example.org", *options).returncode == OK
    column, value = row.split(",")
    lines = stored(s3).decode().splitlines()
    assert lines[0] == f"hostname,token,{column}"
    assert lines[1] == f"b.example.org,{token_of('b.example.org')}"
    assert re.fullmatch(rf"a\.example\.org,[0-9a-f]{{32}},{value}", lines[2])


def test_a_token_of_one_s_own_comes_from_standard_input_and_is_not_shown(tool, s3):
    finished = tool("add-host", "a.example.org", "--token", "-", stdin=b"correct, horse\r\nmore")
    assert finished.returncode == OK
    assert stored(s3) == b'hostname,token\na.example.org,"correct, horse"\n'
    assert "horse" not in finished.stdout + finished.stderr


@pytest.mark.parametrize("given", [b"", b"\n", b"x\x01\n", b"x" * 1025, b"\xff\x00\n"])
def test_what_can_be_no_token_is_refused(tool, s3, given):
    finished = tool("add-host", "a.example.org", "--token", "-", stdin=given)
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "token from standard input" in finished.stderr and s3.requests == []


def test_a_host_of_a_user_gets_the_user_s_token_which_is_not_shown(tool, store, s3):
    store(b"hostname,token,user\nb.example.org,s3cret,anne\n")
    finished = tool("add-host", "a.example.org", "--user", "anne")
    assert finished.returncode == OK and "that of its user" in finished.stderr
    assert stored(s3).endswith(b"a.example.org,s3cret,anne\n")
    assert "s3cret" not in finished.stdout + finished.stderr
    refused = tool("add-host", "c.example.org", "--user", "anne", "--token", "-", stdin=b"mine")
    assert refused.returncode == INVALID and "another token" in refused.stderr


def test_the_settings_name_the_service(tool):
    def url(*options, **environment):
        printed = tool("add-host", f"h{next(numbers)}.example.org", *options, **environment).stdout
        return re.search(r"^  Update URL +(\S+)/register_ip$", printed, re.M)[1]

    numbers = iter(range(9))
    assert url() == "https://dyndns.example.org"
    assert url(DYNDNS_URL="https://d.example.net") == "https://d.example.net"
    ours = url("--url", "http://192.0.2.1:8080/", DYNDNS_URL="https://d.example.net")
    assert ours == "http://192.0.2.1:8080"


def test_a_host_that_is_there_is_not_added_again(tool, store, s3):
    store("a.example.org")
    finished = tool("add-host", "A.example.org")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "there already" in finished.stderr and "rotate-token" in finished.stderr
    assert stored(s3) == csv_of("a.example.org")


@pytest.mark.parametrize(
    "arguments",
    [
        ["add-host"], ["add-host", ""], ["add-host", "nodot"], ["add-host", "a b.example.org"],
        ["add-host", "a.b", "c.d"], ["add-host", f"{'x.' * 130}org"],
        ["add-host", "a.b", "--token", "s3cret"], ["add-host", "a.b", "--ttl", "1h"],
        ["add-host", "a.b", "--type", "MX"], ["add-host", "a.b", "--user", "a:b"],
        ["add-host", "a.b", "--mac-address", "x"], ["add-host", "a.b", "--ipv6-suffix", "1"],
        ["add-host", "a.b", "--expect-within", "900"], ["add-host", "a.b", "--expire-after", "1y"],
        ["add-host", "a.b", "--url", "ftp://x"], ["add-host", "a.b", "--url", "https://"],
        ["add-host", "a.b", "--url", "https://x'y"],
        ["rotate-token", "a.b", "--token", "s3cret"], ["rotate-token", "nodot"],
        ["remove-host", "a.b", "--type", "x"], ["remove-host"], ["remove-host", "a.b", "c.d"],
        ["lock-host", "nodot"], ["unlock-host", "a.b", "--type", ""],
        ["remove-host", "--file", "", "a.b"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)  # fmt: skip
def test_mistakes_are_told_before_anything_is_tried(tool, s3, arguments):
    finished = tool(*arguments)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "s3cret" not in finished.stderr and s3.requests == []


# --- rotate-token


def test_a_token_is_rotated(tool, store, s3):
    store(THEIRS)
    token = password_in(tool("rotate-token", "c.example.org").stdout)
    assert stored(s3) == THEIRS.replace(b" ,t,", f" ,{token},".encode())


def test_the_hosts_of_a_user_get_another_token_together(tool, store, s3):
    theirs = "hostname,token,user\na.example.org,t,anne\nb.example.org,t\nc.example.org,t,anne\n"
    store(theirs.encode())
    finished = tool("rotate-token", "c.example.org")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "--whole-user" in finished.stderr and stored(s3) == theirs.encode()
    token = password_in(tool("rotate-token", "c.example.org", "--whole-user").stdout)
    assert stored(s3) == theirs.replace("t,anne", f"{token},anne").encode()


def test_two_records_of_a_host_may_have_a_token_each(tool, store, s3):
    store(b"hostname,token,record_type\na.example.org,t,A\na.example.org,u,AAAA\n")
    finished = tool("rotate-token", "a.example.org")
    assert finished.returncode == FAILED and "--type" in finished.stderr
    token = password_in(tool("rotate-token", "a.example.org", "--type", "AAAA").stdout)
    assert stored(s3).decode().endswith(f"a.example.org,t,A\na.example.org,{token},AAAA\n")


# --- lock-host, unlock-host, remove-host


def test_a_lock_is_a_column_and_comes_off_again(tool, store, start, s3):
    store(THEIRS)
    assert "now locked" in tool("lock-host", "c.example.org").stderr
    locked = THEIRS.replace(b"ttl\r\n", b"ttl,lock_record\r\n").replace(b",60\r", b",60,true\r")
    assert stored(s3) == locked
    writes = len([each for each in s3.requests if each.method == "PUT"])
    assert "locked already" in tool("lock-host", "c.example.org").stderr
    assert "not locked" in tool("unlock-host", "b.example.org").stderr
    assert len([each for each in s3.requests if each.method == "PUT"]) == writes
    service = start()
    assert service.update("c.example.org", "192.0.2.1", token="t").said == "abuse"
    assert "no longer" in tool("unlock-host", "c.example.org").stderr
    assert stored(s3) == locked.replace(b"true", b"")


@pytest.mark.parametrize("command", ["rotate-token", "remove-host", "lock-host", "unlock-host"])
def test_a_host_that_is_not_there_is_told(tool, store, s3, command):
    store("a.example.org")
    finished = tool(command, "b.example.org")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "there is no host b.example.org" in finished.stderr
    assert stored(s3) == csv_of("a.example.org")


@pytest.mark.parametrize("command", ["rotate-token", "remove-host", "lock-host", "unlock-host"])
def test_where_there_is_no_database_none_is_made(tool, s3, command):
    finished = tool(command, "b.example.org")
    assert finished.returncode == FAILED and "there is no database" in finished.stderr
    assert stored(s3) is None


def test_the_last_host_is_not_removed(tool, store, s3):
    store("a.example.org")
    finished = tool("remove-host", "a.example.org")
    assert finished.returncode == INVALID and "there is no host in it" in finished.stderr
    assert stored(s3) == csv_of("a.example.org")


def test_quietly(tool, store):
    store("a.example.org", "b.example.org")
    for arguments in (["lock-host"], ["lock-host"], ["unlock-host"], ["remove-host"]):
        finished = tool(*arguments, "-q", "a.example.org")
        assert (finished.returncode, finished.stdout, finished.stderr) == (OK, "", "")


@pytest.mark.parametrize("command", ["add-host", "remove-host", "lock-host"])
@pytest.mark.parametrize("broken", [b'b.example.org,"x\n', b"\xff\xfea\x00", b"b.example.org,x\0y\n"])
def test_a_database_that_nobody_can_read_is_left_alone(tool, store, s3, command, broken):
    store(broken)
    finished = tool(command, "a.example.org")
    assert finished.returncode == INVALID and stored(s3) == broken


# --- a local file


def test_a_local_file_is_edited_as_well(tool, tmp_path, s3):
    file = tmp_path / "hosts.csv"
    assert tool("add-host", "a.example.org", "--file", "hosts.csv").returncode == OK
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(THEIRS)
    file.chmod(0o640)
    assert tool("remove-host", "b.example.org", "-f", "hosts.csv").returncode == OK
    assert file.read_bytes() == THEIRS[: THEIRS.index(b"b.exa")] + THEIRS[THEIRS.index(b" C.exa") :]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["hosts.csv"] and s3.requests == []


def test_without_a_bucket_the_database_is_a_local_file(tool, tmp_path, s3):
    file = tmp_path / "hosts.csv"
    here = {"DYNDNS_BUCKET": None, "DYNDNS_DATABASE": "hosts.csv", "AWS_ACCESS_KEY_ID": None}
    finished = tool("add-host", "a.example.org", **here)
    assert finished.returncode == FAILED and not file.exists()
    assert "DYNDNS_BUCKET is not set" in finished.stderr and "--file" in finished.stderr
    file.write_bytes(csv_of("b.example.org"))
    assert tool("add-host", "a.example.org", **here).returncode == OK
    assert file.read_bytes().startswith(csv_of("b.example.org") + b"a.example.org,")
    assert s3.requests == []


def test_a_link_in_the_file_s_place_is_left_alone(tool, tmp_path):
    (tmp_path / "theirs.csv").write_bytes(csv_of("b.example.org"))
    (tmp_path / "hosts.csv").symlink_to("theirs.csv")
    finished = tool("lock-host", "b.example.org", "--file", "hosts.csv")
    assert finished.returncode == FAILED and "link" in finished.stderr
    assert (tmp_path / "theirs.csv").read_bytes() == csv_of("b.example.org")


def test_a_folder_that_is_missing_is_told(tool):
    finished = tool("add-host", "a.example.org", "--file", "missing/hosts.csv")
    assert finished.returncode == FAILED and "missing/hosts.csv" in finished.stderr


# --- when S3 answers badly


def test_an_addition_whose_answer_was_lost_is_not_a_conflict(tool, store, s3):
    store("b.example.org")
    s3.fail_next(1, "reset-after", "PUT")
    finished = tool("add-host", "a.example.org")
    assert finished.returncode == OK, finished.stderr
    assert stored(s3).count(b"a.example.org") == 1
    assert password_in(finished.stdout).encode() in stored(s3)


def test_nor_is_it_when_somebody_else_was_next(tool, store, s3, in_background):
    """The answer to our write is lost, and theirs comes before we ask again."""
    store("b.example.org")
    s3.fail_next(1, "reset-after", "PUT")
    results = []
    with s3.held("PUT"):
        adding = in_background(lambda: results.append(tool("add-host", "a.example.org")))
        s3.wait_for_requests(2)
    with s3.held("GET"):
        s3.wait_for_requests(4)  # the write again, which is refused, and a look
        store(stored(s3) + csv_of("theirs.example.org"))
    adding.join()
    (finished,) = results
    assert finished.returncode == OK, finished.stderr
    assert password_in(finished.stdout).encode() in stored(s3)
    assert hosts_in(stored(s3)) == ["b.example.org", "a.example.org", "theirs.example.org"]


def test_a_refused_write_is_told(tool, store, s3):
    store("b.example.org")
    s3.fail_always("access-denied", "PUT")
    finished = tool("add-host", "a.example.org")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "AccessDenied" in finished.stderr and "s3:PutObject" in finished.stderr


def test_a_bucket_that_is_missing_is_told(tool):
    finished = tool("add-host", "a.example.org", DYNDNS_BUCKET="elsewhere")
    assert finished.returncode == FAILED and "NoSuchBucket" in finished.stderr


# --- two people at the same time


def hosts_in(text):
    return [line.split(",")[0] for line in text.decode().splitlines()]


def at_once(s3, in_background, *actions, requests):
    """Runs them so that each wants to write before S3 lets any. By then so many
    requests have come."""
    before = len(s3.requests)
    with s3.held("PUT"):
        running = [in_background(action) for action in actions]
        s3.wait_for_requests(before + requests)
    for each in running:
        each.join()


@pytest.fixture
def succeed(tool):
    """An action that runs the tool, and notes it unless that ends well."""
    failures = []

    def succeed(*arguments):
        def action():
            finished = tool(*arguments)
            if finished.returncode != OK:
                failures.append((arguments, finished.returncode, finished.stderr))

        return action

    yield succeed
    assert failures == []


def test_two_people_add_hosts_and_lose_none(store, s3, in_background, succeed):
    store("a.example.org")
    for number in range(ROUNDS):
        one, two = f"one{number}.example.org", f"two{number}.example.org"
        at_once(s3, in_background, succeed("add-host", one), succeed("add-host", two), requests=4)
    expected = [f"{who}{number}.example.org" for number in range(ROUNDS) for who in ("one", "two")]
    assert sorted(hosts_in(stored(s3))) == sorted(["a.example.org", *expected])
    refused = [each for each in s3.requests if each.error == "PreconditionFailed"]
    assert len(refused) == ROUNDS  # each time they did meet


def test_one_adds_hosts_and_one_uploads(tool, store, s3, tmp_path, in_background, succeed):
    """Who uploads and is refused does what the refusal says: the database is
    fetched again, and the change brought into that."""
    store("a.example.org")
    file = tmp_path / "hosts.csv"

    def fetch_and_add(host):
        assert tool("download-database", "hosts.csv").returncode == OK
        with open(file, "ab") as text:
            text.write(csv_of(host))

    def upload(host):
        def action():
            while (status := tool("upload-database", "hosts.csv").returncode) == CONFLICT:
                fetch_and_add(host)
            assert status == OK

        return action

    for number in range(ROUNDS):
        one, two = f"one{number}.example.org", f"two{number}.example.org"
        fetch_and_add(two)
        at_once(s3, in_background, succeed("add-host", one), upload(two), requests=3)
    expected = [f"{who}{number}.example.org" for number in range(ROUNDS) for who in ("one", "two")]
    assert sorted(hosts_in(stored(s3))) == sorted(["a.example.org", *expected])


def test_a_server_that_reloads_meanwhile_sees_every_host(start, s3, in_background, succeed):
    service = start("a.example.org", DYNDNS_ROUTE53_RATE="1000")
    for number in range(ROUNDS):
        one, two = f"one{number}.example.org", f"two{number}.example.org"
        at_once(s3, in_background, succeed("add-host", one), succeed("add-host", two),
                service.reload, requests=5)  # fmt: skip
        tokens = dict(line.split(",") for line in stored(s3).decode().splitlines())
        service.reload()
        for host in (one, two):
            until(lambda: is_listed(service, host, tokens[host]), f"{host} in service")
    assert len(hosts_in(stored(s3))) == 1 + 2 * ROUNDS
    assert service.events("table_load_failed") == []


def test_two_people_edit_one_local_file(tool, tmp_path, in_background, succeed):
    (tmp_path / "hosts.csv").write_bytes(csv_of("a.example.org"))

    def add_all(who):
        def action():
            for number in range(ROUNDS):
                succeed("add-host", "-f", "hosts.csv", f"{who}{number}.example.org")()

        return action

    for each in [in_background(add_all(who)) for who in ("one", "two")]:
        each.join()
    found = hosts_in((tmp_path / "hosts.csv").read_bytes())
    assert len(found) == len(set(found)) == 1 + 2 * ROUNDS


def test_one_removes_what_the_other_locks(tool, store, s3, in_background):
    store("a.example.org", "b.example.org")
    results = {}

    def run(command):
        return lambda: results.update({command: tool(command, "a.example.org").returncode})

    at_once(s3, in_background, run("lock-host"), run("remove-host"), requests=4)
    assert results["remove-host"] == OK and results["lock-host"] in (OK, FAILED)
    assert [line for line in hosts_in(stored(s3)) if "a.example" in line] == []


def test_who_is_never_the_first_gives_up_as_a_conflict(tool, store, s3):
    store("b.example.org")
    s3.fail_always("precondition-failed", "PUT")
    finished = tool("add-host", "a.example.org")
    assert (finished.returncode, finished.stdout) == (CONFLICT, "")
    assert "somebody else changed it" in finished.stderr
