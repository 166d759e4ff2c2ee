"""dyndb audit: who edited the database, and what the servers did. And that each
command which edits the database says so in the journal."""

import json
import os
import pwd
import socket

import pytest

from . import journal as j
from .hosts import csv_of
from .journal import MINUTE, ago, calls, change, copy_line, edit

OK, FAILED, USAGE, INVALID, CONFLICT, INCOMPLETE = range(6)
ME = f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"
OTHER = "fedcba9876543210"


@pytest.fixture
def audit(tool, journal):
    def audit(*options, **more):
        return tool("audit", *options, **{"DYNDNS_STATE": journal.where} | more)

    return audit


@pytest.fixture
def editor(tool, journal):
    """Runs a command that edits, with the journal."""

    def editor(*arguments, **more):
        return tool(*arguments, **{"DYNDNS_STATE": journal.where} | more)

    return editor


def words(finished):
    return [line.split("  ", 1)[1] for line in finished.stdout.splitlines()]


# --- what is told


def test_edits_changes_and_servers_are_told_in_order(audit, journal):
    start = ago(hours=3)
    up_since = start + MINUTE
    journal.tell(start, edit(start, "add-host", "a.example.org", effect="added"), copy=OTHER)
    journal.tell(
        start + 2 * MINUTE,
        calls(up_since + MINUTE, "a.example.org", "good"),
        change(up_since + MINUTE, "a.example.org", "192.0.2.1", client="192.0.2.1"),
        copy_line(start + 2 * MINUTE, up_since=up_since),
    )
    journal.tell(
        start + 3 * MINUTE,
        change(start + 3 * MINUTE, "b.example.org", None, "2001:db8::1", why="expired"),
        copy_line(start + 3 * MINUTE, up_since=up_since, is_stopping=True),
        number=2,
    )
    finished = audit()
    assert (finished.returncode, finished.stderr) == (OK, "")
    assert words(finished) == [
        "add-host by anne@desk, 1 host added: a.example.org",
        f"server web-1 (1.0.0, {j.COPY}) started",
        "a.example.org A changed to 192.0.2.1",
        "b.example.org AAAA removed, which was 2001:db8::1: expired",
        f"server web-1 (1.0.0, {j.COPY}) stopped",
    ]


def test_a_server_that_was_killed_is_told_as_of_its_last_word(audit, journal):
    start = ago(hours=3)
    for minute in range(3):
        journal.tell(start + minute * MINUTE, copy_line(start + minute * MINUTE), number=minute + 1)
    for minute in range(180):
        at = start + minute * MINUTE
        lost = 12 if minute == 100 else 0
        journal.tell(at, copy_line(at, copy=OTHER, lost=lost), copy=OTHER, number=minute + 1)
    finished = audit("--json")
    assert finished.returncode == OK
    server = {"machine": "web-1", "version": "1.0.0"}
    silent = {"event": "server", "at": j.text_of(start + 2 * MINUTE), "what": "silent"}
    lost = {"event": "server", "at": j.text_of(start + 100 * MINUTE), "what": "lost"}
    assert json.loads(finished.stdout) == [
        silent | {"copy": j.COPY} | server,
        lost | {"copy": OTHER} | server | {"lost": 12},
    ]
    assert "was heard of for the last time" in audit().stdout


def test_servers_that_put_an_object_an_hour_are_well(audit, journal):
    hours = [ago(hours=each) for each in range(9, 0, -1)]
    for number, at in enumerate(hours, 1):
        journal.tell(at, copy_line(at), number=number)
        later = at + 20 * MINUTE
        journal.tell(later, copy_line(later, copy=OTHER), copy=OTHER, number=number)
    assert words(audit()) == []


def test_what_an_hourly_object_tells_stands_where_it_happened(audit, journal):
    start = ago(hours=3)
    for minute in range(70):
        at = start + minute * MINUTE
        journal.tell(at, change(at, f"h{minute}.example.org", "192.0.2.1"), number=minute + 1)
    at = start + 5 * MINUTE
    late = change(at, "late.example.org", "192.0.2.1")
    journal.tell(start + 60 * MINUTE, late, copy=OTHER)
    told = json.loads(audit("--json").stdout)
    assert len(told) == 71
    assert [each["at"] for each in told] == sorted(each["at"] for each in told)


def test_what_was_said_after_the_time_asked_for_is_no_silence(audit, journal):
    start = ago(hours=3)
    for minute in range(90):
        at = start + minute * MINUTE
        journal.tell(at, copy_line(at), number=minute + 1)
    until = start + 10 * MINUTE
    assert words(audit("--until", f"{until:%Y-%m-%dT%H:%M:%SZ}")) == []


def test_edits_alone(audit, journal):
    at = ago(minutes=20)
    journal.tell(
        at,
        change(at, "a.example.org", "192.0.2.1"),
        edit(at, "lock-host", "a.example.org"),
        copy_line(at, up_since=at - MINUTE),
    )
    assert len(words(audit())) == 4  # and it has been silent since
    assert words(audit("--edits")) == ["lock-host by anne@desk, 1 host changed: a.example.org"]


def test_json_has_the_events_as_they_stand_in_the_journal(audit, journal):
    at = ago(minutes=2)
    told = [edit(at, "lock-host", "a.example.org"), change(at, "a.example.org", "192.0.2.1")]
    journal.tell(at, *told, calls(at, "a.example.org"))
    assert json.loads(audit("--json").stdout) == told


def test_a_day_is_usual_and_more_can_be_asked_for(audit, journal):
    for number, at in enumerate([ago(hours=30), ago(hours=3)], 1):
        journal.tell(at, edit(at, "lock-host", f"h{number}.example.org"), number=number)
    assert words(audit()) == ["lock-host by anne@desk, 1 host changed: h2.example.org"]
    assert len(words(audit("--since", "2d"))) == 2
    assert len(words(audit("--since", f"{ago(hours=30):%Y-%m-%d}"))) == 2
    assert len(words(audit("--since", "2d", "--until", "1d"))) == 1


def test_many_changes_are_told_in_order_and_leave_as_they_come(audit, journal):
    start = ago(hours=20)
    for minute in range(1000):
        at = start + minute * MINUTE
        journal.tell(
            at,
            *[change(at, f"h{n}.example.org", f"192.0.2.{n}") for n in range(20)],
            number=minute + 1,
        )
    told = json.loads(audit("--json").stdout)
    assert len(told) == 20_000
    assert [each["at"] for each in told] == sorted(each["at"] for each in told)


def test_a_reader_that_has_enough_ends_it(audit, journal):
    at = ago(minutes=30)
    for number in range(1, 30):
        many = [change(at, f"h{n}.example.org", "192.0.2.1") for n in range(2000)]
        journal.tell(at + (number - 1) * MINUTE, *many, number=number)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        finished = audit(process={"stdout": writing})
    finally:
        os.close(writing)
    assert (finished.returncode, finished.stderr) == (FAILED, "")


def test_a_damaged_object_is_told_and_passed_over(audit, journal):
    at = ago(minutes=9)
    journal.put(j.key_of(at), j.packed(edit(at, "lock-host", "a.example.org"))[:-9])
    journal.tell(at + MINUTE, edit(at, "lock-host", "b.example.org"), number=2)
    finished = audit()
    assert (finished.returncode, len(words(finished))) == (INCOMPLETE, 1)
    assert "is passed over: it is damaged" in finished.stderr


# --- what is written


def recorded(journal):
    """The edits, without when."""
    told = journal.events()
    for each in told:
        at = each.pop("at")
        assert (each.pop("event"), each.pop("by")) == ("edit", ME)
        assert at[:10] in {f"{ago():%Y-%m-%d}", f"{ago(minutes=10):%Y-%m-%d}"}
    return told


def edits(action, effect, *hosts, **more):
    return {
        "action": action, "effect": effect, "hosts_in_all": len(hosts), "hosts_before": 0,
        "hosts": list(hosts), **more,
    }  # fmt: skip


EDITS = [
    (["add-host", "c.example.org"], [("added", ["c.example.org"])]),
    (["remove-host", "a.example.org"], [("removed", ["a.example.org"])]),
    (["rotate-token", "a.example.org"], [("changed", ["a.example.org"])]),
    (["lock-host", "a.example.org"], [("changed", ["a.example.org"])]),
    (["unlock-host", "b.example.org"], [("changed", ["b.example.org"])]),
    (["hash-tokens", "--sha256"], [("changed", ["a.example.org", "b.example.org"])]),
]
DATABASE = b"hostname,token,lock_record\na.example.org,s3cret-a\nb.example.org,s3cret-b,yes\n"


@pytest.mark.parametrize("command, effects", EDITS, ids=[command[0] for command, _ in EDITS])
def test_each_edit_is_written_to_the_journal(editor, store, s3, journal, command, effects):
    store(DATABASE)
    assert editor(*command).returncode == OK
    (told,) = recorded(journal)
    version = told.pop("table_version")
    assert version.startswith('"') and len(version) == 34  # an MD5, in quotes
    assert told == edits(command[0], effects[0][0], *effects[0][1])


@pytest.mark.parametrize("command, effects", EDITS, ids=[command[0] for command, _ in EDITS])
def test_so_is_an_edit_of_a_local_file(editor, tmp_path, journal, command, effects):
    (tmp_path / "hosts.csv").write_bytes(DATABASE)
    assert editor(*command, "--file", "hosts.csv").returncode == OK
    assert recorded(journal) == [edits(command[0], effects[0][0], *effects[0][1])]


def test_an_upload_tells_what_it_adds_changes_and_removes(editor, store, journal, tmp_path):
    store(DATABASE)
    (tmp_path / "new.csv").write_text("c.example.org,t\nb.example.org,other\nd.example.org,t\n")
    assert editor("upload-database", "--force", "new.csv").returncode == OK
    told = recorded(journal)
    versions = {each.pop("table_version") for each in told}
    assert len(versions) == 1
    assert told == [
        edits("upload-database", "added", "c.example.org", "d.example.org"),
        edits("upload-database", "changed", "b.example.org"),
        edits("upload-database", "removed", "a.example.org"),
    ]


def test_so_does_the_return_of_the_previous_version(editor, tool, store, s3, journal):
    s3.keep_versions("hosts")
    store(DATABASE)
    assert tool("remove-host", "a.example.org").returncode == OK
    assert editor("upload-database", "--previous").returncode == OK
    (told,) = recorded(journal)
    assert told.pop("table_version")
    assert told == edits("upload-database", "added", "a.example.org")


def test_of_many_hosts_each_is_named(editor, audit, tool, journal, tmp_path):
    names = [f"h{n:04}.example.org" for n in range(5000)]
    (tmp_path / "new.csv").write_text("".join(f"{name},t\n" for name in names))
    assert editor("upload-database", "new.csv").returncode == OK
    assert len({event["at"] for event in journal.events()}) == 1
    told = recorded(journal)
    assert [name for each in told for name in each["hosts"]] == names
    assert [each["hosts_before"] for each in told] == list(range(0, 5000, 100))
    assert {each["hosts_in_all"] for each in told} == {5000}
    assert words(audit("--edits")) == [
        f"upload-database by {ME}, 5000 hosts added: {', '.join(names[:5])} and 4995 more"
    ]
    history = tool("history", names[-1], DYNDNS_STATE=journal.where)
    assert words(history) == [f"upload-database by {ME}, added"]


def test_of_very_many_ten_thousand_are_named(editor, journal, tmp_path):
    (tmp_path / "new.csv").write_text("".join(f"h{n}.example.org,t\n" for n in range(10_001)))
    assert editor("upload-database", "new.csv").returncode == OK
    told = recorded(journal)
    assert [len(each["hosts"]) for each in told] == [100] * 100
    assert {each["hosts_in_all"] for each in told} == {10_001}


def test_what_changes_no_host_is_an_edit_too(editor, store, journal, tmp_path):
    store(DATABASE)
    (tmp_path / "new.csv").write_bytes(DATABASE.replace(b"\n", b"\r\n"))
    assert editor("upload-database", "--force", "new.csv").returncode == OK
    (told,) = recorded(journal)
    del told["table_version"]
    assert told == {
        "action": "upload-database", "hosts_in_all": 0, "hosts_before": 0, "hosts": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["lock-host", "b.example.org"],  # it is locked already
        ["unlock-host", "a.example.org"],
        ["lock-host", "nobody.example.org"],
        ["add-host", "a.example.org"],
        ["list-hosts"],
        ["check-database", "/dev/null"],
        ["upload-database", "/dev/null"],
    ],
    ids=" ".join,
)
def test_what_changes_nothing_is_not_written(editor, store, journal, command):
    store(DATABASE)
    editor(*command)
    assert journal.events() == []


def test_no_token_is_ever_written(editor, store, journal):
    store(DATABASE)
    said = editor("add-host", "c.example.org").stdout
    editor("rotate-token", "--token", "-", "a.example.org", stdin=b"s3cret-of-mine-0123456789\n")
    editor("hash-tokens", "--sha256")
    written = json.dumps(journal.events())
    assert len(journal.events()) == 3
    assert "s3cret" not in written and "sha256:" not in written and "$" not in written
    token = next(line.split()[-1] for line in said.splitlines() if "Password" in line)
    assert token not in written


def test_without_a_place_nothing_is_written(tool, store, journal):
    store(DATABASE)
    assert tool("lock-host", "a.example.org").returncode == OK
    assert journal.events() == []


def test_an_edit_is_read_by_the_audit(editor, audit, store):
    store(DATABASE)
    editor("lock-host", "a.example.org")
    editor("remove-host", "b.example.org")
    assert words(audit()) == [
        f"lock-host by {ME}, 1 host changed: a.example.org",
        f"remove-host by {ME}, 1 host removed: b.example.org",
    ]


# --- what cannot be written


def test_an_edit_stands_though_the_journal_cannot_be_told(editor, store, s3, journal):
    """And the token is printed, since the old one is gone."""
    store(DATABASE)
    finished = editor("rotate-token", "a.example.org", DYNDNS_STATE="s3://nobody/state")
    assert finished.returncode == INCOMPLETE
    assert "Password" in finished.stdout
    assert "warning: the database is changed, but s3://nobody/state does not tell of it" in (
        finished.stderr
    )
    assert s3.get("hosts", "hosts.csv") != DATABASE


def test_a_place_that_is_none_is_refused_before_anything_is_changed(editor, store, s3):
    store(DATABASE)
    finished = editor("lock-host", "a.example.org", DYNDNS_STATE="s3://")
    assert finished.returncode == USAGE and "DYNDNS_STATE" in finished.stderr
    assert s3.get("hosts", "hosts.csv") == DATABASE


def test_so_is_a_place_in_s3_without_keys(editor, tmp_path):
    (tmp_path / "hosts.csv").write_bytes(DATABASE)
    finished = editor(
        "lock-host", "a.example.org", "--file", "hosts.csv",
        DYNDNS_STATE="s3://hosts/state", AWS_SECRET_ACCESS_KEY=None,
    )  # fmt: skip
    assert finished.returncode == USAGE
    assert "AWS_SECRET_ACCESS_KEY is not set" in finished.stderr
    assert (tmp_path / "hosts.csv").read_bytes() == DATABASE


def test_an_answer_that_was_lost_leaves_one_event(editor, store, journal, s3):
    store(DATABASE)
    s3.fail_next(1, "reset-after", "PUT")
    assert editor("add-host", "c.example.org").returncode == OK
    (told,) = recorded(journal)
    del told["table_version"]
    assert told == edits("add-host", "added", "c.example.org")


@pytest.mark.parametrize("journal", ["folder"], indirect=True)
def test_so_it_is_when_somebody_else_was_next(editor, store, journal, s3, in_background):
    """The answer to our write is lost, and theirs comes before we ask again: then it
    is no longer known what was there before."""
    store("a.example.org")
    s3.fail_next(1, "reset-after", "PUT")
    with s3.held("PUT"):
        adding = in_background(lambda: editor("add-host", "c.example.org"))
        s3.wait_for_requests(2)
    with s3.held("GET"):
        s3.wait_for_requests(4)  # the write again, which is refused, and a look
        store(s3.get("hosts", "hosts.csv") + csv_of("theirs.example.org"))
    adding.join()
    (told,) = recorded(journal)
    assert told.pop("table_version")
    assert told == edits("add-host", "added", "c.example.org")
