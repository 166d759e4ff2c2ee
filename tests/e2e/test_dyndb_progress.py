"""dyndb at a terminal: a bar for transfers that take longer than a second."""

import re

import pytest

from .conftest import BUCKET, KEY
from .hosts import csv_of, numbered
from .journal import ago, change

OK = 0
BAR = re.compile(r"\r(?:up|down)loading +\[[#.]{24}\] +(?:\d+|\?) %[^\r]*")


@pytest.fixture
def file(tmp_path):
    """What the tool calls hosts.csv, with a megabyte in it."""
    file = tmp_path / "hosts.csv"
    file.write_bytes(csv_of(*numbered(20_000)))
    return file


def without_bars(shown):
    """What is left on the screen: each bar was wiped out by blanks."""
    assert "\x1b" not in shown
    return re.sub(r"\r *\r", "", BAR.sub("", shown))


def test_an_upload_that_is_not_answered(at_terminal, file, s3):
    with s3.held("PUT"):
        terminal = at_terminal("upload-database", "hosts.csv")
        terminal.read_until("uploading   [########################] 100 %")
    assert terminal.finish() == OK and s3.get(BUCKET, KEY) == file.read_bytes()
    assert "loading" not in without_bars(terminal.shown)
    assert re.fullmatch(
        r"dyndb: \S+: \+20000 hosts\r\ndyndb: \S+: 20000 hosts uploaded, .*\r\n",
        without_bars(terminal.shown),
    )


def test_a_download_that_is_not_answered(at_terminal, store, tmp_path, s3):
    store("a.example.org")
    with s3.held():
        terminal = at_terminal("download-database", "hosts.csv")
        terminal.read_until("downloading [........................]   ? %")
    assert terminal.finish() == OK
    assert (tmp_path / "hosts.csv").read_bytes() == csv_of("a.example.org")
    assert without_bars(terminal.shown).startswith("dyndb: s3://")


def test_a_download_that_trickles_moves_the_bar(at_terminal, store, s3):
    store(*numbered(60))
    s3.fail_next(1, "trickle")
    terminal = at_terminal("download-database", "hosts.csv")
    assert terminal.finish() == OK
    shown = [int(each) for each in re.findall(r"downloading \[[#.]+\] +(\d+) %", terminal.shown)]
    assert len(shown) > 1 and shown == sorted(shown)


def test_a_retry_is_announced_on_a_line_of_its_own(at_terminal, store, s3):
    store("a.example.org")
    with s3.held():
        terminal = at_terminal("download-database", "hosts.csv")
        terminal.read_until("downloading")
        s3.fail_next(1, "500")
    assert terminal.finish() == OK
    lines = without_bars(terminal.shown).split("\r\n")
    assert lines[0].startswith("dyndb: s3://") and "trying again" in lines[0]


def test_nobody_else_is_shown_a_bar(at_terminal, tool, store, s3, in_background):
    """Neither who asked for silence, nor who is no terminal: of three that are
    held as long, one shows a bar."""
    store("a.example.org")
    finished = []
    with s3.held():
        quiet = at_terminal("download-database", "-q", "first.csv")
        thread = in_background(
            lambda: finished.append(tool("download-database", "second.csv"))
        )
        s3.wait_for_requests(2)
        shown = at_terminal("download-database", "third.csv")
        shown.read_until("downloading")
    thread.join()
    assert (quiet.finish(), shown.finish()) == (OK, OK)
    assert quiet.shown == "" and "downloading" not in finished[0].stderr


def test_the_database_is_printed_without_the_bar(at_terminal, store, s3):
    store("a.example.org")
    with s3.held():
        terminal = at_terminal("download-database")
        terminal.read_until("downloading")
    assert terminal.finish() == OK and terminal.output == csv_of("a.example.org").decode()


@pytest.mark.parametrize("journal", ["bucket"], indirect=True)
def test_a_reading_of_the_journal_shows_how_far_it_is(at_terminal, journal, s3):
    """In time. A bar that was there leaves no trace."""
    at = ago(hours=1)
    journal.tell(at, change(at, "a.example.org", "192.0.2.1"))
    with s3.held("GET"):
        terminal = at_terminal("audit", DYNDNS_STATE=journal.where)
        terminal.read_until("reading     [")
    assert terminal.finish() == OK
    assert re.search(r"\rreading     \[[#.]{24}\] +\d+ %  \d{4}-\d\d-\d\dT[\d:]{8}Z", terminal.shown)
    assert re.sub(r"\r *\r", "", re.sub(r"\rreading [^\r]*", "", terminal.shown)) == ""
    assert "a.example.org A changed to 192.0.2.1" in terminal.output
