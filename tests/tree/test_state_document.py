"""docs/STATE.md: its tables have every member that is written, and its queries run."""

import gzip
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from repository import markdown_tables, read  # which also says where e2e/ is

from e2e.journal import Journal, ago, calls, change, copy_line, edit, text_of

DOCUMENT = read("docs/STATE.md")

# What is written beside the tables of fields, and where it stands in the line.
FIRST = {"change": ["type"]}
LAST = {"edit": ["hosts"]}

TYPES = {
    "TEXT": "string", "HOST": "string", "ADDRESS": "string", "MOMENT": "time",
    "COUNT32": "number", "COUNT64": "number", "FLAG": "flag",
}  # fmt: skip
COLUMN_TYPES = {
    "string": "string", "time": "string", "number": "bigint", "flag": "boolean",
    "list of strings": "array<string>",
}  # fmt: skip
# The chapter of each table of fields.
SOURCES = {
    "journal/event.c": ["calls", "change", "edit", "copy"],
    "journal/snapshot.c": ["host", "applied", "sum"],
}
CHAPTERS = {"sum": "sum_at"}


def fields(file, name):
    """The members of a table of fields, with their types."""
    rows = re.search(rf"\b{name}_rows\[\] = \{{(.*?)\n\}};", read(file), re.S).group(1)
    rows = re.sub(r"#define.*", "", rows)
    found = re.findall(r"(?:ROW\(|FIELD\(struct \w+, )(\w+),\s*FIELD_(\w+)", rows)
    assert found
    return [(member, TYPES[kind]) for member, kind in found]


def chapter(name):
    """The members of a chapter, with their types."""
    text = DOCUMENT.split(f"\n### `{CHAPTERS.get(name, name)}`: ")[1].split("\n#")[0]
    (rows,) = markdown_tables(text)
    return [(row[0].strip("`"), row[1]) for row in rows]


@pytest.mark.parametrize(
    "file, name", [(file, name) for file, names in SOURCES.items() for name in names]
)
def test_every_member_is_told_in_its_order(file, name):
    first = [(member, "string") for member in FIRST.get(name, [])]
    last = [(member, "list of strings") for member in LAST.get(name, [])]
    assert chapter(name) == first + fields(file, name) + last


def test_a_name_is_of_one_type_in_all_events():
    types = {}
    for name in SOURCES["journal/event.c"]:
        for member, type in chapter(name):
            assert types.setdefault(member, type) == type, member


def test_athena_has_a_column_for_each_member():
    table = re.search(r"dyndns53_events \((.*?)\n\)\n", DOCUMENT, re.S).group(1)
    columns = dict(re.findall(r"`(\w+)` ([\w<>]+)", table))
    expected = {"event": "string", "at": "string"}
    for name in SOURCES["journal/event.c"]:
        expected |= {member: COLUMN_TYPES[type] for member, type in chapter(name)}
    assert columns == expected


# --- queries


def queries():
    return re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.M | re.S)


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def state(tmp_path):
    journal = Journal.in_folder(tmp_path)
    minute = timedelta(minutes=1)
    journal.tell(
        NOON,
        copy_line(NOON),
        change(NOON - minute, "b.example.org", "192.0.2.7"),
        change(NOON - 2 * minute, "a.example.org", "192.0.2.2", "192.0.2.1"),
        calls(NOON, "a.example.org", "good"),
        calls(NOON, "b.example.org", "badauth", refused=2, reason="the token is wrong"),
    )
    journal.tell(
        NOON + minute,
        edit(NOON, "add-host", "c.example.org"),
        change(NOON, "a.example.org", None, "192.0.2.2", why="expired"),
        calls(NOON + minute, "b.example.org", "abuse", refused=5, reason="the host is locked"),
        calls(NOON + minute, "c.example.org", "badauth", refused=1, reason="the token is wrong"),
        number=2,
    )
    journal.tell(
        NOON + timedelta(days=1),
        change(NOON + timedelta(days=1), "a.example.org", "192.0.2.9"),
        calls(NOON + timedelta(days=1), "c.example.org", "badauth", refused=1, reason="again"),
        number=3,
    )
    lines = [
        {"snapshot": 1, "at": text_of(ago())},
        {"host": "quiet.example.org", "ipv4": "192.0.2.1", "accessed_at": text_of(ago(days=8)),
         "refusals": 0},
        {"host": "lively.example.org", "accessed_at": text_of(ago(days=6)), "refusals": 0},
        {"host": "never.example.org", "ipv6": "2001:db8::1", "refusals": 3},
        change(ago(days=9), "quiet.example.org", "192.0.2.1"),
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "snapshot.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


ANSWERS = [
    [
        "2026-11-21T11:58:00.000Z a.example.org A 192.0.2.1 192.0.2.2",
        "2026-11-21T11:59:00.000Z b.example.org A  192.0.2.7",
        "2026-11-21T12:00:00.000Z a.example.org A 192.0.2.2 ",
    ],
    [
        "b.example.org 7 the host is locked",
        "c.example.org 2 again",
    ],
    [
        r"\S+Z quiet.example.org 192.0.2.1 ",
        "never never.example.org  2001:db8::1",
    ],
]


def test_every_query_has_an_answer_here():
    assert len(queries()) == len(ANSWERS)


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_a_query_answers_what_it_is_for(state, number):
    run = subprocess.run(
        ["sh", "-euc", queries()[number]], cwd=state, capture_output=True, text=True, timeout=600
    )
    assert (run.returncode, run.stderr) == (0, "")
    said = run.stdout.replace("\t", " ").splitlines()
    assert len(said) == len(ANSWERS[number]), said
    for line, expected in zip(said, ANSWERS[number], strict=True):
        assert re.fullmatch(expected, line), line
