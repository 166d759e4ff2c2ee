"""A folder is a floor: includes go downwards only, and libraries stay where
they are needed."""

import re

import pytest
from repository import FLOORS, ROOT, read, sources

BELOW = {
    "base": set(),
    "aws": {"base"},
    "s3db": {"base", "aws"},
    "server": {"base", "aws", "s3db"},
    "cli": {"base", "aws", "s3db"},
}


def floor_of(name):
    return name.split("/")[0]


def stem_of(name):
    return name.split("/")[-1].rsplit(".", 1)[0]


def ours(name):
    """What a file includes of ours."""
    return re.findall(r'^#include "(.+)"', read(name), re.M)


def others(name):
    """What a file includes of libraries and of the system."""
    return re.findall(r"^#include <(.+)>", read(name), re.M)


def everything(name, seen=None):
    """What a file includes of libraries, itself or through our headers."""
    seen = set() if seen is None else seen
    found = set(others(name))
    for header in set(ours(name)) - seen:
        seen.add(header)
        found |= everything(header, seen)
    return found


ALL = sources(*FLOORS)


def test_there_is_something_to_look_at():
    assert {floor_of(name) for name in ALL} == set(FLOORS)
    assert any(ours(name) for name in ALL) and any(others(name) for name in ALL)


@pytest.mark.parametrize("name", ALL)
def test_includes_go_downwards(name):
    for header in ours(name):
        assert (ROOT / header).is_file(), f'"{header}" is no path from the root'
        allowed = BELOW[floor_of(name)] | {floor_of(name)}
        assert floor_of(header) in allowed, f"{floor_of(name)} may not include {header}"


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(".c")])
def test_a_module_includes_its_own_header_first(name):
    """So that a header which needs another one, and does not include it, shows."""
    if (ROOT / name).with_suffix(".h").is_file():
        # Either its own, or what it shares with its neighbours: x.h, x_state.h.
        assert re.fullmatch(re.escape(name[:-2]) + r"(_\w+)?\.h", ours(name)[0])


@pytest.mark.parametrize("name", ALL)
def test_libraries_stay_where_they_are_needed(name):
    reached = everything(name)
    if not name.startswith("server/http/"):
        assert not {header for header in reached if header.startswith("h2o")}
    if floor_of(name) != "aws":
        assert not {header for header in reached if re.match(r"curl/|libxml/", header)}
    if floor_of(name) != "s3db":
        assert "csv.h" not in reached


@pytest.mark.parametrize("name", ALL)
def test_a_floor_keeps_its_private_headers(name):
    for header in ours(name):
        introduction = read(header).split("*/")[0].replace("\n * ", " ")
        if re.search("private to this floor", introduction, re.I):
            assert floor_of(header) == floor_of(name)


def test_the_map_names_every_file():
    chapters = read("docs/ARCHITECTURE.md").split("\n### ")[1:]
    folders = {name.rsplit("/", 1)[0] for name in ALL}
    assert set(FLOORS) < folders
    for folder in folders:
        chapter = next(text for text in chapters if text.startswith(folder + "/\n"))
        named = re.findall(r"^\| `(\w+)`", chapter, re.M)
        there = {stem_of(name) for name in ALL if name.rsplit("/", 1)[0] == folder}
        assert named == sorted(there)
