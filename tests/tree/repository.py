"""The repository, as its own tests look at it."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ["base", "aws", "s3db", "server", "cli"]
NOT_OURS = {".git", "build", "__pycache__", ".pytest_cache"}


def read(path) -> str:
    return (ROOT / path).read_text()


def files() -> list[str]:
    """Every file, but for what git keeps and what a build leaves."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in sorted(names)]
    return found


def sources(*folders) -> list[str]:
    """The C files of some folders."""
    return [name for name in files() if re.fullmatch(rf"({'|'.join(folders)})/.*\.[ch]", name)]


def program(variable) -> str:
    """The program under test that a variable names."""
    return str(Path(os.environ[variable]).resolve(strict=True))


def clean_environment(**variables) -> dict[str, str]:
    """What a program is to be set up by, and nothing of the tester's own but
    what finds programs and suits sanitizers."""
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return kept | {"PATH": os.environ["PATH"]} | variables


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
