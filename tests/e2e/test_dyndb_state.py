"""dyndb list-hosts --state: how each host of the database is."""

import json
import re
from datetime import timedelta

import pytest

from . import journal as j
from .journal import MINUTE, ago, calls, change, copy_line, now

OK, FAILED, USAGE, INVALID, CONFLICT, INCOMPLETE = range(6)
A, B, C, D = (f"{letter}.example.org" for letter in "abcd")
OTHER = "fedcba9876543210"
DATABASE = f"""hostname,token,record_type,expect_within,expire_after
{A},t,A,,
{A},t,AAAA,,1h
{B},t,,5m,7d
{C},t,,,
{D},t,,,30d
""".encode()


@pytest.fixture
def states(tool, journal, store):
    """Runs it, for four hosts."""
    store(DATABASE)

    def states(*options, **more):
        return tool("list-hosts", "--state", *options, **{"DYNDNS_STATE": journal.where} | more)

    return states


@pytest.fixture
def known(states):
    """What is told of each host, by its name."""

    def known(*options, status=OK, **more):
        finished = states("--json", *options, **more)
        assert finished.returncode == status, finished.stderr
        return {each["hostname"]: each for each in json.loads(finished.stdout)}

    return known


@pytest.fixture
def lived(journal):
    """Two servers' last hour: A and B are well, C is refused, D never called."""
    journal.tell(
        ago(minutes=50),
        calls(ago(minutes=51), A, "good", client="192.0.2.1", agent="ddclient/3.10"),
        change(ago(minutes=51), A, "192.0.2.1"),
        change(ago(minutes=51), A, "2001:db8::1"),
        change(ago(minutes=51), B, "192.0.2.2"),
        copy_line(ago(minutes=50)),
    )
    journal.tell(
        ago(minutes=10),
        calls(ago(minutes=11), B, "nochg", client="192.0.2.2"),
        copy_line(ago(minutes=10)),
        number=2,
    )
    refusal = {"refused": 3, "count": 3, "reason": "wrong token", "client": "198.51.100.9"}
    journal.tell(
        ago(minutes=5), calls(ago(minutes=6), C, "badauth", **refusal),
        copy_line(ago(minutes=5), copy=OTHER), copy=OTHER,
    )  # fmt: skip


def host(name, **more):
    nothing = dict.fromkeys(
        ["ipv4", "ipv6", "last_accessed", "last_checked", "last_updated", "ipv4_updated",
         "ipv6_updated", "last_called", "client", "agent", "outcome", "reason"]
    )  # fmt: skip
    return {"hostname": name} | nothing | {"refusals": 0} | more


def within(text, age):
    """Whether it is so long ago, as far as the test has taken no longer than it may."""
    at = j.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    return age <= now() - at < age + timedelta(minutes=4)


# --- what is told


def test_each_host_is_told_with_what_is_known_of_it(known, lived):
    told = known()
    assert set(told) == {A, B, C, D}
    assert told[D] == host(D)
    at = told[A]["last_accessed"]
    assert within(at, 51 * MINUTE)
    assert told[A] == host(
        A, ipv4="192.0.2.1", ipv6="2001:db8::1", last_accessed=at, last_checked=at,
        last_updated=at, ipv4_updated=at, ipv6_updated=at, last_called=at,
        client="192.0.2.1", agent="ddclient/3.10", outcome="good",
    )  # fmt: skip
    assert within(told[C]["last_called"], 6 * MINUTE)
    assert told[C] == host(
        C, last_called=told[C]["last_called"], client="198.51.100.9", outcome="badauth",
        reason="wrong token", refusals=3,
    )  # fmt: skip


def test_people_are_told_how_long_ago_it_was(states, lived):
    finished = states()
    assert (finished.returncode, finished.stderr) == (OK, "")
    head, *rows = finished.stdout.splitlines()
    assert head.split() == [
        *["HOST", "ACCESSED", "OUTCOME", "REFUSED", "IPV4", "IPV6", "UPDATED", "CHECKED"],
        *["CLIENT", "AGENT", "REASON"],
    ]
    rows = {row.split()[0]: row for row in rows}
    assert " 51 min ago " in rows[A] and "2001:db8::1" in rows[A]
    assert rows[A].count("192.0.2.1") == 1  # a client that the record names is no news
    assert "never" in rows[C] and "198.51.100.9" in rows[C] and " 3 " in rows[C]
    assert rows[C].endswith("wrong token")
    assert rows[D].split() == [D, "never"]


def test_columns_that_nobody_has_are_left_out(states, journal):
    journal.tell(ago(minutes=5), calls(ago(minutes=5), A, client="192.0.2.1"))
    head = states().stdout.splitlines()[0]
    assert head.split() == ["HOST", "ACCESSED", "OUTCOME", "CHECKED", "CLIENT"]


def test_at_a_terminal_no_line_is_wider_than_that(dyndb_at_terminal, sandbox, journal, lived, store):
    store(DATABASE)
    where = {"DYNDNS_BUCKET": "hosts", "DYNDNS_DATABASE": "hosts.csv"}
    shown = dyndb_at_terminal(
        "list-hosts", "--state",
        environment=sandbox.environment() | where | {"DYNDNS_STATE": journal.where},
        piped=["stderr"],  # where it shows how far it is, if that takes long
    )  # fmt: skip
    assert shown.returncode == OK
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.terminal).splitlines()
    assert max(map(len, lines)) <= 80  # what a terminal has that tells no width
    assert lines[0].startswith("HOST ") and lines[1].startswith("    ")
    assert [line.split()[0] for line in lines[2:] if not line.startswith(" ")] == [C, D, A, B]
    assert len([line for line in lines if "198.51.100.9" in line]) == 1


@pytest.mark.parametrize(
    "options, hosts",
    [
        ([], [C, D, A, B]),  # the longest silent first
        (["--sort", "silence"], [C, D, A, B]),
        (["--sort", "name"], [A, B, C, D]),
        (["--sort", "row"], [A, B, C, D]),
        (["--sort", "refusals"], [C, A, B, D]),
        (["--sort", "change"], [A, B, C, D]),
        (["--silent", "30m"], [C, D, A]),
        (["--silent", "2h"], [C, D]),
        (["--silent", "1m", "--sort", "name"], [A, B, C, D]),
        (["--overdue"], [B]),
        (["--stale"], [D]),
        (["--stale", "--overdue"], []),
    ],
    ids=" ".join,
)
def test_order_and_choice(known, lived, options, hosts):
    assert list(known(*options)) == hosts


def test_the_limit_of_all_hosts_is_that_of_the_servers(known, lived):
    assert list(known("--stale", DYNDNS_EXPIRE_AFTER="30m")) == [C, D]
    assert list(known("--stale", DYNDNS_EXPIRE_AFTER="2h", AWS_PROFILE=None)) == [C, D]


def test_a_record_that_is_gone_is_not_stale(known, journal):
    at = ago(days=1)
    journal.tell(at, change(at, A, None, "192.0.2.1", why="expired"), copy_line(at))
    assert A not in known("--stale")
    journal.tell(at + MINUTE, change(at + MINUTE, A, "2001:db8::1"), number=2)
    assert A in known("--stale")


def test_a_host_that_is_in_no_row_is_not_told(known, journal):
    journal.tell(ago(minutes=5), calls(ago(minutes=5), "gone.example.org"))
    assert set(known()) == {A, B, C, D}


def test_no_host_is_no_row(states, lived):
    finished = states("--silent", "365d", "--overdue")
    assert (finished.returncode, finished.stdout, finished.stderr) == (OK, "", "")


# --- the snapshot


def test_what_stands_in_the_snapshot_is_known(known, journal):
    long_ago = ago(days=40)
    line = {
        "host": A, "ipv4": "192.0.2.1", "ipv4_updated_at": j.text_of(long_ago),
        "called_at": j.text_of(long_ago), "accessed_at": j.text_of(long_ago),
        "checked_at": j.text_of(long_ago), "refusals": 0, "client": "192.0.2.1", "agent": "x",
        "outcome": "good",
    }  # fmt: skip
    journal.put(j.SNAPSHOT, j.snapshot(ago(minutes=20), line))
    told = known()[A]
    assert (told["ipv4"], told["outcome"], told["agent"]) == ("192.0.2.1", "good", "x")
    assert told["last_accessed"] == told["last_updated"] == f"{long_ago:%Y-%m-%dT%H:%M:%SZ}"


def test_objects_after_it_are_added_and_those_within_are_not(known, journal):
    made = ago(minutes=20)
    refused = {"refused": 2, "count": 2, "client": "198.51.100.9"}
    line = {"host": A, "called_at": j.text_of(made), "refusals": 2, "outcome": "badauth"}
    journal.tell(made, calls(made, A, "badauth", **refused), number=7)
    journal.put(j.SNAPSHOT, j.snapshot(made, line, applied=[(j.COPY, 7)]))
    assert known()[A]["refusals"] == 2
    journal.tell(ago(minutes=3), calls(ago(minutes=3), A, "badauth", **refused), number=8)
    assert known()[A]["refusals"] == 4


def test_without_a_snapshot_two_days_are_read(known, journal):
    journal.tell(ago(hours=47), calls(ago(hours=47), A))
    journal.tell(ago(hours=49), calls(ago(hours=49), B), number=2)
    told = known()
    assert told[A]["last_accessed"] is not None


def test_a_damaged_snapshot_is_passed_over(states, known, journal):
    whole = j.snapshot(ago(minutes=5), {"host": A, "outcome": "good"})
    journal.put(j.SNAPSHOT, whole[:-5])
    journal.tell(ago(minutes=3), calls(ago(minutes=3), B))
    finished = states()
    assert finished.returncode == INCOMPLETE
    assert f"{journal.where}/{j.SNAPSHOT} is passed over" in finished.stderr
    told = known(status=INCOMPLETE)
    assert told[A]["outcome"] is None and told[B]["outcome"] == "nochg"


def test_so_is_a_damaged_object(states, journal, known):
    journal.put(j.key_of(ago(minutes=5)), b"no gzip")
    journal.tell(ago(minutes=3), calls(ago(minutes=3), B), copy=OTHER)
    assert "is passed over" in states().stderr
    assert known(status=INCOMPLETE)[B]["outcome"] == "nochg"


# --- what it cannot do


def test_a_place_with_nothing_in_it_is_told(states, journal):
    finished = states()
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert f"{journal.where} has nothing of any server" in finished.stderr
    assert "check DYNDNS_STATE" in finished.stderr


def test_without_a_place_there_is_no_state(states):
    finished = states(DYNDNS_STATE=None)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "DYNDNS_STATE is not set" in finished.stderr


@pytest.mark.parametrize(
    "options, words",
    [
        (["--state", "--silent", "1"], "--silent is a span of time, such as 90m"),
        (["--state", "--sort", "colour"], "--sort is silence, name, change, refusals or row"),
        (["--state", "--show-tokens"], "--state shows no tokens"),
        (["--stale"], "--stale is about the --state of hosts"),
        (["--sort", "name"], "--sort is about the --state of hosts"),
    ],
)
def test_options_that_make_no_sense_are_refused(tool, options, words):
    finished = tool("list-hosts", *options, DYNDNS_STATE="s3://hosts/state")
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert words in finished.stderr


@pytest.mark.parametrize("journal", ["bucket"], indirect=True)
def test_what_s3_denies_says_what_to_allow(states, s3, lived):
    s3.fail_always("access-denied", "LIST")
    finished = states()
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "AccessDenied" in finished.stderr and "s3:ListBucket" in finished.stderr


@pytest.mark.parametrize("journal", ["folder"], indirect=True)
def test_a_local_database_and_a_folder_need_no_aws(dyndb, journal, tmp_path, lived):
    (tmp_path / "hosts.csv").write_bytes(DATABASE)
    finished = dyndb(
        "list-hosts", "--state", "--file", "hosts.csv",
        environment={"DYNDNS_STATE": "state"}, cwd=tmp_path,
    )  # fmt: skip
    assert (finished.returncode, finished.stderr) == (OK, "")
    assert len(finished.stdout.splitlines()) == 5
