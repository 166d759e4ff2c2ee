"""A folder is a floor, and so is each room of server/: includes go downwards
only, no two modules need each other, and libraries stay where they are needed."""

import re
from collections import deque

import pytest
from repository import FLOORS, ROOT, read, sources

# The folders that a folder may include, besides itself.
BELOW = {
    "base": [],
    "aws": ["base"],
    "s3db": ["base", "aws"],
    "journal": ["base", "aws"],
    "server/state": ["base", "aws"],
    "server/table": ["base", "aws", "s3db", "server/state"],
    "server/history": [
        *["base", "aws", "s3db", "journal", "server/state", "server/table"],
    ],
    "server/dns": ["base", "aws", "s3db", "server/state", "server/table"],
    # What is said to callers knows of AWS only what the rooms below tell.
    "server/http": [
        *["base", "s3db", "journal", "server/state", "server/table"],
        *["server/history", "server/dns"],
    ],
    "server/alerts": [
        *["base", "aws", "s3db", "journal", "server/state", "server/table"],
        *["server/history", "server/dns"],
    ],
    "server": [
        *["base", "aws", "s3db", "journal"],
        *["server/state", "server/table", "server/history", "server/dns"],
        *["server/http", "server/alerts"],
    ],
    "cli": ["base", "aws", "s3db", "journal"],
}


def floor_of(name):
    return name.split("/")[0]


def folder_of(name):
    return name.rsplit("/", 1)[0]


def module_of(name):
    """NAME.c and NAME.h of a folder are one module."""
    return name.rsplit(".", 1)[0]


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
INCLUDES = {name: ours(name) for name in ALL}


def test_there_is_something_to_look_at():
    assert {floor_of(name) for name in ALL} == set(FLOORS)
    assert any(INCLUDES.values()) and any(others(name) for name in ALL)


def test_every_folder_has_its_place():
    assert {folder_of(name) for name in ALL} == set(BELOW)
    built = []  # what a folder may include stands above it in the table
    for folder, below in BELOW.items():
        assert set(below) <= set(built)
        built.append(folder)


# --- downwards


def upward(includes) -> list[str]:
    """The includes of a folder that is not below, each as a sentence."""
    return [
        f"{name} includes {header}, but {folder_of(name)}/ may include only "
        f"{', '.join(BELOW[folder_of(name)]) or 'itself'}"
        for name in sorted(includes)
        for header in includes[name]
        if folder_of(header) not in [folder_of(name), *BELOW[folder_of(name)]]
    ]


# --- in no circle


def module_graph(includes):
    """Who needs whom: for each module the others, each with an include that
    shows it."""
    graph = {module_of(name): {} for name in includes}
    for name in sorted(includes):
        for header in includes[name]:
            if module_of(header) != module_of(name):
                shown = f"{name} includes {header}"
                graph[module_of(name)].setdefault(module_of(header), shown)
    return graph


def shortest_cycle(graph, start):
    """From a module back to itself, as the modules on the way; or None."""
    came_from, queue = {}, deque([start])
    while queue:
        module = queue.popleft()
        for other in graph.get(module, {}):
            if other == start:
                way = [module]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other not in came_from:
                came_from[other] = module
                queue.append(other)
    return None


def cycles(includes) -> list[str]:
    """The shortest circle of each module that is in one, as a sentence."""
    graph, found = module_graph(includes), {}
    for module in sorted(graph):
        way = shortest_cycle(graph, module)
        if way is not None and frozenset(way) not in found:
            steps = zip(way, [*way[1:], way[0]])
            found[frozenset(way)] = " -> ".join([*way, way[0]]) + ": " + "; ".join(
                graph[one][other] for one, other in steps
            )
    return sorted(found.values())


# What must be found, and what must not: the tests of the repository itself, below,
# say nothing while all is well.
INVENTED = [
    (
        "two headers",
        {"aws/a.h": ["aws/b.h"], "aws/b.h": ["aws/a.h"]},
        ["aws/a -> aws/b -> aws/a: aws/a.h includes aws/b.h; aws/b.h includes aws/a.h"],
    ),
    (
        "each other's header, from the .c files",
        {"aws/a.c": ["aws/a.h", "aws/b.h"], "aws/b.c": ["aws/b.h", "aws/a.h"]},
        ["aws/a -> aws/b -> aws/a: aws/a.c includes aws/b.h; aws/b.c includes aws/a.h"],
    ),
    (
        "a header one way, a .c file the other, over a third module",
        {"aws/a.h": ["aws/b.h"], "aws/b.h": ["aws/c.h"], "aws/c.c": ["aws/c.h", "aws/a.h"]},
        [
            "aws/a -> aws/b -> aws/c -> aws/a: aws/a.h includes aws/b.h; "
            "aws/b.h includes aws/c.h; aws/c.c includes aws/a.h"
        ],
    ),
    (
        "two circles",
        {"aws/a.h": ["aws/b.h"], "aws/b.h": ["aws/a.h", "base/x.h"], "base/x.h": ["aws/b.h"]},
        [
            "aws/a -> aws/b -> aws/a: aws/a.h includes aws/b.h; aws/b.h includes aws/a.h",
            "base/x -> aws/b -> base/x: base/x.h includes aws/b.h; aws/b.h includes base/x.h",
        ],
    ),
    ("a module's own header", {"aws/a.c": ["aws/a.h"], "aws/a.h": []}, []),
    (
        "two ways to the same header",
        {"aws/a.h": ["aws/b.h", "aws/c.h"], "aws/b.h": ["aws/c.h"], "aws/c.h": []},
        [],
    ),
    ("a name that two folders have", {"aws/a.h": ["base/a.h"], "base/a.h": []}, []),
]


@pytest.mark.parametrize("what, includes, expected", INVENTED)
def test_a_circle_is_found_and_named(what, includes, expected):
    assert cycles(includes) == expected


@pytest.mark.parametrize(
    "name, header, is_upward",
    [
        ("base/a.c", "base/b.h", False),
        ("base/a.h", "aws/b.h", True),
        ("s3db/a.c", "server/a.h", True),
        ("s3db/a.c", "journal/a.h", True),
        ("journal/a.c", "s3db/a.h", True),
        ("journal/a.c", "aws/a.h", False),
        ("cli/a.c", "server/state/a.h", True),
        ("server/state/a.c", "server/table/a.h", True),
        ("server/table/a.c", "server/state/a.h", False),
        ("server/table/a.c", "server/dns/a.h", True),
        ("server/dns/a.c", "server/table/a.h", False),
        ("server/dns/a.h", "server/http/a.h", True),
        ("server/dns/a.c", "server/a.h", True),
        ("server/http/a.c", "server/dns/a.h", False),
        ("server/http/a.c", "server/a.h", True),
        ("server/http/a.c", "aws/a.h", True),
        ("server/alerts/a.c", "server/table/a.h", False),
        ("server/alerts/a.c", "server/http/a.h", True),
        ("server/http/a.c", "server/alerts/a.h", True),
        ("server/a.c", "server/http/a.h", False),
        ("server/a.c", "cli/a.h", True),
    ],
)
def test_an_upward_include_is_found_and_named(name, header, is_upward):
    found = upward({name: [header]})
    assert len(found) == is_upward
    assert not found or found[0].startswith(f"{name} includes {header}, but {folder_of(name)}/")


# --- the repository


def test_includes_are_paths_from_the_root():
    missing = [
        f'{name}: "{header}"'
        for name in ALL
        for header in INCLUDES[name]
        if not (ROOT / header).is_file()
    ]
    assert not missing, "no such file: " + ", ".join(missing)


def test_includes_go_downwards():
    assert not (found := upward(INCLUDES)), "\n" + "\n".join(found)


def test_no_modules_need_each_other():
    assert not (found := cycles(INCLUDES)), "\n" + "\n".join(found)


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(".c")])
def test_a_module_includes_its_own_header_first(name):
    """So that a header which needs another one, and does not include it, shows."""
    if (ROOT / name).with_suffix(".h").is_file():
        # Either its own, or what it shares with its neighbours: x.h, x_state.h.
        assert re.fullmatch(re.escape(module_of(name)) + r"(_\w+)?\.h", INCLUDES[name][0])


@pytest.mark.parametrize("name", ALL)
def test_libraries_stay_where_they_are_needed(name):
    reached = everything(name)
    if not name.startswith("server/http/"):
        assert not {header for header in reached if header.startswith("h2o")}
    if not name.startswith(("server/http/", "server/alerts/", "cli/", "aws/", "journal/")):
        assert "jansson.h" not in reached
    if floor_of(name) != "aws":
        assert not {header for header in reached if re.match(r"curl/|libxml/", header)}
    if floor_of(name) != "s3db":
        assert "csv.h" not in reached
    if floor_of(name) != "journal":
        assert "zlib.h" not in reached


@pytest.mark.parametrize("name", ALL)
def test_a_folder_keeps_its_private_headers(name):
    for header in INCLUDES[name]:
        introduction = read(header).split("*/")[0].replace("\n * ", " ")
        if re.search("private to this floor", introduction, re.I):
            assert folder_of(header) == folder_of(name)


def test_the_map_names_every_file():
    chapters = read("docs/ARCHITECTURE.md").split("\n### ")[1:]
    for folder in BELOW:
        chapter = next(text for text in chapters if text.startswith(folder + "/\n"))
        named = re.findall(r"^\| `(\w+)`", chapter, re.M)
        there = {stem_of(name) for name in ALL if folder_of(name) == folder}
        assert named == sorted(there)
