"""docs/METRICS.md has every number that /metrics tells, as the code describes it."""

import re

from repository import FLOORS, markdown_tables, read, sources

# "X(type, member, count, shape, name, help)", as base/metric.h has it.
ROW = re.compile(
    r"\bX\((\w+), (\w+), ([^,]+), ([^,]+),\s*" r'"([^"]+)",\s*((?:"[^"]*"\s*)+)\)'
)


def described():
    """What the programs count: name to type and words."""
    found = {}
    for name in sources(*FLOORS):
        if not name.endswith("_metrics.h"):
            continue
        code = read(name).replace("\\\n", "\n")
        rows = ROW.findall(code)
        assert len(rows) == len(re.findall(r"\bX\(\w+, ", code)) > 0, name
        for kind, _, _, _, metric, words in rows:
            assert metric not in found, f"{metric} is told twice"
            found[metric] = (kind, "".join(re.findall(r'"([^"]*)"', words)))
    return found


def documented():
    found = {}
    for table in markdown_tables(read("docs/METRICS.md")):
        for name, kind, *_, words in table:
            if name.startswith("`"):
                found[name.strip("`")] = (kind, words)
    return found


def test_every_metric_is_documented_as_the_code_describes_it():
    assert documented() == described()


def test_the_documents_name_their_labels():
    """The third column has those that the shapes of the code write."""
    written = set()
    for name in sources(*FLOORS):
        written |= set(re.findall(r'metric_write_label\(out, "(\w+)"', read(name)))
    named = set()
    for table in markdown_tables(read("docs/METRICS.md")):
        for name, _, labels, _ in table:
            named |= set(re.findall(r"`(\w+)`", labels))
    assert named == written


# Operations of the tool, and what has no name.
NOT_THE_SERVERS = {"GetChange", "HeadObject", "ListObjectVersions", "other"}


def test_the_servers_operations_are_named():
    code = read("aws/aws_metrics.c")
    counted = set(re.findall(r'\[AWS_\w+\] = "(\w+)"', code))
    assert counted > NOT_THE_SERVERS
    words = read("docs/METRICS.md").split("The operations that the server makes are ")[1]
    named = re.findall(r"`(\w+)`", words.split(".\n")[0])
    assert sorted(named) == sorted(counted - NOT_THE_SERVERS)


def test_each_table_begins_a_paragraph_and_ends_one():
    lines = ["", *read("docs/METRICS.md").splitlines(), ""]
    for before, line in zip(lines, lines[1:]):
        if line.startswith("|") != before.startswith("|"):
            assert "" in (before, line), f"{before!r}, {line!r}"


def test_names_are_as_prometheus_has_them():
    for name, (kind, words) in described().items():
        assert re.fullmatch(r"(dyndns53|process)_[a-z0-9_]+", name)
        assert name.endswith("_total") == (kind == "counter"), name
        assert words.endswith(".") and words[0].isupper(), name
