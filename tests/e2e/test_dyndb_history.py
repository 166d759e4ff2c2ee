"""dyndb history: what happened to one host, from the objects of its servers."""

import json
from datetime import timedelta

import pytest

from . import journal as j
from .journal import MINUTE, ago, calls, change, copy_line, edit

OK, FAILED, USAGE, INVALID, CONFLICT, INCOMPLETE = range(6)
HOST = "a.example.org"
OTHER = "fedcba9876543210"


@pytest.fixture
def history(tool, journal):
    """Runs it, for a.example.org unless another one is named."""

    def history(*options, host=HOST, **more):
        return tool("history", host, *options, **{"DYNDNS_STATE": journal.where} | more)

    return history


def words(finished):
    """The lines without their times."""
    return [line.split("  ", 1)[1] for line in finished.stdout.splitlines()]


def test_all_that_happened_is_told_from_the_oldest_to_the_newest(history, journal):
    start = ago(hours=2)
    refused = calls(
        start + 3 * MINUTE, HOST, "badauth", client="198.51.100.9", agent="curl/8.1",
        reason="wrong token", refused=4, count=4,
    )  # fmt: skip
    journal.tell(start, edit(start, "add-host", HOST, "b.example.org", effect="added"))
    journal.tell(
        start + 2 * MINUTE,
        calls(start + 1 * MINUTE, HOST, "good", agent="ddclient/3.10"),
        change(start + 1 * MINUTE, HOST, "192.0.2.1", client="192.0.2.1"),
        change(start + 1 * MINUTE, "b.example.org", "192.0.2.7", client="192.0.2.7"),
        copy_line(start + 2 * MINUTE),
    )
    journal.tell(start + 4 * MINUTE, refused, copy_line(start + 4 * MINUTE), number=2)
    journal.tell(
        start + 70 * MINUTE,
        change(start + 69 * MINUTE, HOST, None, "192.0.2.1", why="expired"),
        number=3,
    )
    finished = history("--since", "1d")
    assert (finished.returncode, finished.stderr) == (OK, "")
    assert words(finished) == [
        "add-host by anne@desk, added",
        "called from 192.0.2.1 with ddclient/3.10: good",
        "A changed to 192.0.2.1",
        "refused 4 times, the last time from 198.51.100.9 with curl/8.1: badauth (wrong token)",
        "A removed, which was 192.0.2.1: expired",
    ]
    first = finished.stdout.split("  ")[0]
    assert first == f"{start:%Y-%m-%dT%H:%M:%SZ}"


def test_json_has_the_events_as_they_stand_in_the_journal(history, journal):
    start = ago(minutes=30)
    told = [
        calls(start, HOST, "good"),
        change(start + MINUTE, HOST, "192.0.2.1"),
        calls(start + 2 * MINUTE, HOST, "a word of a later version", more_of_it=[1]),
    ]
    journal.tell(start + 3 * MINUTE, calls(start, "b.example.org"), *told)
    finished = history("--json")
    assert finished.returncode == OK
    assert json.loads(finished.stdout) == told


def test_several_servers_are_one_history(history, journal):
    """Their objects overlap: each tells of the minute before."""
    start = ago(hours=1)
    for minute in range(0, 10, 2):
        journal.tell(
            start + (minute + 3) * MINUTE,
            calls(start + minute * MINUTE, HOST, client=f"192.0.2.{minute}"),
            number=minute + 1,
        )
        journal.tell(
            start + (minute + 2) * MINUTE,
            calls(start + (minute + 1) * MINUTE, HOST, client=f"192.0.2.{minute + 1}"),
            copy=OTHER, number=minute + 1,
        )  # fmt: skip
    told = json.loads(history("--json").stdout)
    assert [each["client"] for each in told] == [f"192.0.2.{n}" for n in range(10)]


def test_the_time_asked_for(history, journal):
    long_ago, lately = ago(days=9), ago(hours=3)
    journal.tell(long_ago, calls(long_ago, HOST, client="192.0.2.9"))
    journal.tell(lately, calls(lately, HOST, client="192.0.2.3"))
    journal.tell(ago(minutes=1), copy_line(ago(minutes=1)))

    def clients(*options):
        told = json.loads(history("--json", *options).stdout)
        return [each["client"].rpartition(".")[2] for each in told]

    assert clients() == ["3"]  # a week
    assert clients("--since", "10d") == ["9", "3"]
    assert clients("--since", f"{long_ago:%Y-%m-%d}") == ["9", "3"]
    assert clients("--since", f"{lately:%Y-%m-%dT%H:%MZ}") == ["3"]
    assert clients("--since", "10d", "--until", "1d") == ["9"]
    assert clients("--since", f"{lately + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}") == []


def test_the_name_is_taken_as_the_server_takes_it(history, journal):
    journal.tell(ago(minutes=2), calls(ago(minutes=3), HOST))
    assert len(words(history(host="A.Example.ORG."))) == 1


def test_a_name_within_another_is_another_host(history, journal):
    journal.tell(ago(minutes=2), calls(ago(minutes=3), "xa.example.org"))
    finished = history()
    assert (finished.returncode, finished.stdout) == (OK, "")
    assert "nothing is known of a.example.org in this time" in finished.stderr
    assert json.loads(history("--json").stdout) == []


def test_a_damaged_object_is_told_and_passed_over(history, journal):
    at = ago(minutes=9)
    journal.tell(at, calls(at, HOST, client="192.0.2.1"))
    whole = j.packed(calls(at + MINUTE, HOST, client="192.0.2.2"))
    journal.put(j.key_of(at + MINUTE, number=2), whole[:-3])
    journal.put(j.key_of(at + 2 * MINUTE, number=3), b"no gzip")
    journal.tell(at + 3 * MINUTE, calls(at + 3 * MINUTE, HOST, client="192.0.2.4"), number=4)
    finished = history("--json")
    assert finished.returncode == INCOMPLETE
    assert [each["client"] for each in json.loads(finished.stdout)] == ["192.0.2.1", "192.0.2.4"]
    for number in (2, 3):
        key = j.key_of(at + (number - 1) * MINUTE, number=number)
        assert f"{journal.where}/{key} is passed over: it is damaged" in finished.stderr


def test_of_many_damaged_objects_some_are_named(history, journal):
    at = ago(minutes=30)
    for number in range(1, 16):
        journal.put(j.key_of(at, number=number), b"")
    finished = history()
    assert finished.returncode == INCOMPLETE
    assert finished.stderr.count("is passed over") == 10
    assert "5 more objects are passed over" in finished.stderr


def test_what_others_keep_there_is_passed_over(history, journal):
    at = ago(minutes=9)
    journal.put(f"events/dt={at:%Y-%m-%d}/README", b"hello")
    journal.put("alerts.json", b"{}")
    journal.put("events/notes.jsonl.gz", b"?")
    journal.tell(at, {"event": "of a later version", "at": j.text_of(at)}, calls(at, HOST))
    finished = history()
    assert (finished.returncode, len(words(finished))) == (OK, 1)


def test_a_journal_that_says_nothing_of_the_time_is_no_answer(history, journal):
    finished = history()
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert f"{journal.where} has no objects" in finished.stderr
    assert "check DYNDNS_STATE" in finished.stderr


def test_without_a_place_there_is_no_history(history):
    finished = history(DYNDNS_STATE=None)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "DYNDNS_STATE is not set" in finished.stderr


@pytest.mark.parametrize("where", ["s3://", "s3:///x", "https://example.org/", ""])
def test_what_is_no_place_is_refused(history, where):
    finished = history(DYNDNS_STATE=where)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "DYNDNS_STATE" in finished.stderr


@pytest.mark.parametrize("since", ["", "7", "1w", "tomorrow", "2026-02-30", "2999-01-01", "-1h"])
def test_what_is_no_time_is_refused(history, since):
    finished = history("--since", since)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    assert "--since is a time that is over, such as" in finished.stderr


def test_a_time_that_ends_before_it_begins_is_refused(history):
    finished = history("--since", "1h", "--until", "2h")
    assert finished.returncode == USAGE and "--until is before --since" in finished.stderr


def test_a_bad_name_is_refused(history):
    assert history(host="a..b").returncode == USAGE


# --- in S3

in_s3 = pytest.mark.parametrize("journal", ["bucket"], indirect=True)


@in_s3
def test_neither_keys_nor_a_database_are_needed_but_for_the_bucket(history, journal):
    journal.tell(ago(minutes=2), calls(ago(minutes=3), HOST))
    alone = {"DYNDNS_BUCKET": None, "DYNDNS_DATABASE": None}
    assert history(**alone).returncode == OK
    finished = history(AWS_SECRET_ACCESS_KEY=None, **alone)
    assert finished.returncode == USAGE
    assert "AWS_SECRET_ACCESS_KEY is not set" in finished.stderr


@in_s3
def test_a_denied_listing_says_what_to_allow(history, s3):
    s3.list_permission = False
    finished = history()
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "AccessDenied" in finished.stderr
    assert "s3:ListBucket on the bucket" in finished.stderr


@in_s3
def test_a_bucket_that_is_not_there(history):
    finished = history(DYNDNS_STATE="s3://nobody/state")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "NoSuchBucket" in finished.stderr and "check DYNDNS_STATE" in finished.stderr


@in_s3
def test_a_week_is_listed_in_pages_and_read_in_order(history, journal, s3):
    s3.listed_max = 7
    start = ago(days=3)
    for number in range(1, 101):
        at = start + number * 40 * MINUTE
        journal.tell(at, calls(at, HOST, client=f"192.0.2.{number}"), number=number)
    told = json.loads(history("--json").stdout)
    assert [each["client"] for each in told] == [f"192.0.2.{n}" for n in range(1, 101)]


@in_s3
def test_what_s3_does_not_answer_is_asked_for_again(history, journal, s3):
    journal.tell(ago(minutes=2), calls(ago(minutes=3), HOST))
    s3.fail_next(1, "500", "LIST")
    s3.fail_next(1, "throttling", "GET")
    assert len(words(history())) == 1


# --- of real servers


def test_what_servers_wrote_is_told(history, tool, journal, start, known_to_tool):
    """Two of them one after the other, and then an edit. One thread, so that it is
    sure which call was the last."""
    where = {"DYNDNS_STATE": journal.where, "DYNDNS_STATE_SECONDS": "1", "DYNDNS_THREADS": "1"}
    first = start(HOST, "b.example.org", **where)
    assert first.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    assert first.update(HOST, "192.0.2.1").said == "nochg 192.0.2.1"
    first.stop()
    second = start(**where)
    assert second.update(HOST, "2001:db8::1").said == "good 2001:db8::1"
    assert second.update(HOST, "192.0.2.2", token="wrong").said == "badauth"
    second.stop()
    assert tool("lock-host", HOST, DYNDNS_STATE=journal.where).returncode == OK
    told = json.loads(history("--json").stdout)
    assert {each["event"] for each in told} == {"calls", "change", "edit"}
    changes = [each for each in told if each["event"] == "change"]
    assert [(each["type"], each["after"]) for each in changes] == [
        ("A", "192.0.2.1"), ("AAAA", "2001:db8::1")
    ]  # fmt: skip
    outcomes = [each["outcome"] for each in told if each["event"] == "calls"]
    assert outcomes[-1] == "badauth"
    assert sum(each["calls"] for each in told if each["event"] == "calls") == 4
    assert told[-1]["action"] == "lock-host"
    state = known_to_tool(journal)[HOST]
    assert (state["ipv4"], state["ipv6"]) == ("192.0.2.1", "2001:db8::1")
    assert (state["outcome"], state["refusals"]) == ("badauth", 1)
    assert state["last_accessed"] is not None and state["last_updated"] is not None
    audited = json.loads(tool("audit", "--json", DYNDNS_STATE=journal.where).stdout)
    assert [each.get("what") or each["event"] for each in audited] == [
        *["started", "change", "stopped"], *["started", "change", "stopped"], "edit"
    ]  # fmt: skip


@pytest.fixture
def known_to_tool(tool):
    def known_to_tool(journal):
        finished = tool("list-hosts", "--state", "--json", DYNDNS_STATE=journal.where)
        assert finished.returncode == OK, finished.stderr
        return {each["hostname"]: each for each in json.loads(finished.stdout)}

    return known_to_tool
