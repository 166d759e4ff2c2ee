"""The repository, as its own tests look at it."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))  # for the sandbox's patience
FLOORS = ["base", "aws", "s3db", "journal", "server", "cli"]
NOT_OURS = {".git", "build", "__pycache__", ".pytest_cache"}
# What dpkg-buildpackage leaves behind.
LEFT_BY_DEBIAN = re.compile(
    r"debian/(dyndns53/.*|\.debhelper/.*|files|debhelper-build-stamp|.*\.(substvars|debhelper(\.log)?))"
)


def read(path) -> str:
    return (ROOT / path).read_text()


def files() -> list[str]:
    """Every file, but for what git keeps and what a build leaves."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        ours = sorted(set(names) - NOT_OURS)  # a linked worktree's .git is a file
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in ours]
    return [name for name in found if not LEFT_BY_DEBIAN.fullmatch(name)]


def sources(*folders) -> list[str]:
    """The C files of some folders."""
    return [name for name in files() if re.fullmatch(rf"({'|'.join(folders)})/.*\.[ch]", name)]


@dataclass(frozen=True)
class LogCall:
    """A place in the sources that logs."""

    where: str  # path and function
    events: frozenset[str]  # what it may say
    levels: frozenset[str]  # as far as the call says them; "any" where a variable does
    before: str  # the function's text up to the call


def log_calls() -> list[LogCall]:
    """Every place of the programs that logs an event."""
    found = []
    for name in sources(*FLOORS):
        # A function's head begins in the first column, and so does its end.
        functions = re.compile(r"^\w[^;{}]*?\b(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.M | re.S)
        for function in functions.finditer(read(name)):
            body = function[2]
            for call in re.finditer(r"\b(?:log_event|compose)\((.*?)\);", body, re.S):
                before_fields = re.split(r"\blog_(?:str|span|u?int)\(", call[1])[0]
                events = frozenset(re.findall(r'"([a-z0-9_]+)"', before_fields))
                levels = frozenset(re.findall(r"LOG_LEVEL_(\w+)", before_fields) or {"any"})
                if events:
                    where = f"{name}: {function[1]}"
                    found.append(LogCall(where, events, levels, body[: call.start()]))
    return found


def events() -> dict[str, set[str]]:
    """The events that the programs log, each with its levels."""
    found = {}
    for call in log_calls():
        for event in call.events:
            found.setdefault(event, set()).update(call.levels)
    return found


def program(variable) -> str:
    """The program under test that a variable names."""
    return str(Path(os.environ[variable]).resolve(strict=True))


def clean_environment(**variables) -> dict[str, str]:
    """What a program is to be set up by, and nothing of the tester's own but
    what finds programs and suits sanitizers."""
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return kept | {"PATH": os.environ["PATH"]} | variables


def variables() -> set[str]:
    """The variables that the programs read."""
    files = ("server/variables.c", "aws/aws_config.c", "aws/credentials_settings.c")
    code = "".join(read(file) for file in files)
    return set(re.findall(r'"((?:AWS|DYNDNS)_[A-Z0-9_]+|PORT)"', code))


def code_blocks(text) -> list[str]:
    """What a Markdown text has people type: its indented blocks."""
    found, current = [], []
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    for line in [*text.splitlines(), "."]:
        if line.startswith("    ") or (current and not line):
            current.append(line[4:])
        elif current:
            found.append("\n".join(current).strip("\n") + "\n")
            current = []
    return found


def markdown_tables(text) -> list[list[list[str]]]:
    """The tables of a Markdown text: rows of cells, without the head."""
    tables, rows = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            tables.append(rows[2:])
            rows = []
    return tables
