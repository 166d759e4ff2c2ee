"""dyndb at a terminal, and where there is none: colours are for people."""

import json

import pytest

from .test_dyndb import INVALID, OK

RED, YELLOW, BOLD, END = "\033[31m", "\033[33m", "\033[1m", "\033[0m"
FAULTY = "hostname,token,colour\na.example.org,x,red\nnodot,y,blue\n"
FAULT = "hosts.csv:3:1: the name is not fully qualified"
NOTE = "hosts.csv:1: note: columns that the server ignores: colour"
GOOD = "hostname,token,comment\na.example.org,secret-token,at home\n"


@pytest.fixture
def person(dyndb_at_terminal, tmp_path):
    """Runs dyndb in a folder with this hosts.csv."""

    def person(csv, *arguments, piped=(), **environment):
        (tmp_path / "hosts.csv").write_text(csv)
        return dyndb_at_terminal(
            *arguments, environment=environment, piped=piped, cwd=tmp_path
        )

    return person


CHECK, LIST = ("check-database", "hosts.csv"), ("list-hosts", "--file", "hosts.csv")


def test_faults_are_red_and_notes_yellow(person):
    shown = person(FAULTY, *CHECK)
    assert shown.returncode == INVALID
    assert f"{RED}{FAULT}{END}\n" in shown.terminal
    assert f"{YELLOW}{NOTE}{END}\n" in shown.terminal


def test_the_head_of_a_table_stands_out(person):
    shown = person(GOOD, *LIST)
    assert shown.returncode == OK
    head, row = shown.terminal.splitlines()
    assert head.startswith(BOLD) and head.endswith(END)
    assert row.startswith("a.example.org") and "\033" not in row


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}, {"TERM": None}]
)
@pytest.mark.parametrize("csv, command", [(FAULTY, CHECK), (GOOD, LIST)])
def test_there_are_no_colours_for_those_who_want_none(person, environment, csv, command):
    shown = person(csv, *command, **environment)
    plain = person(csv, *command).terminal
    for code in (RED, YELLOW, BOLD, END):
        plain = plain.replace(code, "")
    assert shown.terminal == plain and "\033" not in plain


def test_an_empty_no_color_is_as_good_as_none(person):
    assert RED in person(FAULTY, *CHECK, NO_COLOR="").terminal


def test_each_stream_is_a_terminal_or_not_by_itself(person):
    shown = person(GOOD, *LIST, piped=["stdout"])
    assert shown.stdout.startswith("HOST") and "\033" not in shown.stdout
    shown = person(FAULTY, *CHECK, piped=["stdout"])
    assert RED in shown.terminal
    shown = person(FAULTY, *CHECK, piped=["stderr"])
    assert FAULT in shown.stderr and "\033" not in shown.stderr


@pytest.mark.parametrize("csv, command", [(FAULTY, CHECK), (GOOD, LIST)])
def test_json_is_never_coloured(person, csv, command):
    shown = person(csv, *command, "--json")
    assert "\033" not in shown.terminal and json.loads(shown.terminal)


def test_what_a_database_says_does_not_reach_the_terminal_as_orders(person):
    """Such as to change its title, or what its keys do."""
    order = "\033]0;another title\007"
    shown = person(GOOD.replace("at home", order), *LIST, NO_COLOR="1")
    assert "another title" in shown.terminal
    assert "\033" not in shown.terminal and "\007" not in shown.terminal
    shown = person(f"hostname,token,{order}\na.example.org,x,\n", *CHECK, NO_COLOR="1")
    assert "another title" in shown.terminal
    assert "\033" not in shown.terminal and "\007" not in shown.terminal


def test_tokens_are_not_shown_unless_asked_for(person):
    assert "secret-token" not in person(GOOD, *LIST).terminal
    assert "secret-token" in person(GOOD, *LIST, "--show-tokens").terminal
