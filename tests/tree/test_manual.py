"""What the manual says is so: variables, defaults, ranges, events, options."""

import re
import subprocess

import pytest
from repository import (
    ROOT,
    clean_environment,
    events,
    markdown_tables,
    program,
    read,
    variables,
)

from sandbox.patience import PATIENCE_SECONDS

PAGES = ["dyndb.1", "dyndns53-hosts.5", "dyndns53.8"]
MANUAL = read("man/dyndns53.8")
LEAST = {
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "DYNDNS_DATABASE": str(ROOT / "README.md"),
}

# Where the program says a figure, the texts say what it stands for.
IN_WORDS = {"DYNDNS_THREADS": "the number of cores"}


def check_config(**variables):
    return subprocess.run(
        [program("DYNDNS53_BIN"), "--check-config"],
        env=clean_environment(**{**LEAST, **variables}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def section(title):
    return re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", MANUAL, re.M | re.S)[1]


def described():
    """The paragraph about each variable."""
    items = re.split(r"^\.It Ev (\w+)\n", section("ENVIRONMENT"), flags=re.M)[1:]
    return dict(zip(items[::2], items[1::2]))


def default_in_manual(paragraph):
    if re.search(r"^Required\.$", paragraph, re.M):
        return "required"
    literal = re.search(r"^Default:\n\.Li (\S+) \.$", paragraph, re.M)
    return literal[1] if literal else re.search(r"^Default: ([^.;,]+)", paragraph, re.M)[1]


def readme_defaults():
    for table in markdown_tables(read("README.md")):
        if table[0][0] == "`AWS_ACCESS_KEY_ID`":
            return {row[0].strip("`"): row[1].strip("`") for row in table}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_pleases_its_formatter(page):
    lint = ["mandoc", "-T", "lint", "-W", "warning", ROOT / "man" / page]
    finished = subprocess.run(lint, capture_output=True, text=True)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_installed(page):
    assert page in read("man/CMakeLists.txt")


def test_every_variable_is_described_and_no_other():
    assert "DYNDNS_TTL" in variables()
    assert set(described()) == variables()


def test_the_readme_has_some_of_them_with_the_same_defaults():
    """What most people need; the manual has the rest."""
    manual = {name: default_in_manual(text) for name, text in described().items()}
    readme = readme_defaults()
    assert readme.items() <= manual.items()
    assert {name for name, default in manual.items() if default == "required"} <= set(readme)
    assert {"DYNDNS_BUCKET", "PORT", "DYNDNS_TRUSTED_PROXIES"} <= set(readme)


def test_the_defaults_are_the_programs():
    finished = check_config()
    assert finished.returncode == 0, finished.stderr
    lines = [line for line in finished.stdout.splitlines() if not line.startswith("#")]
    said = dict(line.split("=", 1) for line in lines)
    said = {name: IN_WORDS.get(name, value or "none") for name, value in said.items()}
    said |= {"DYNDNS_DATABASE": "required"}
    manual = {name: default_in_manual(text) for name, text in described().items()}
    assert said == {name: manual[name] for name in said}


RANGES = {
    name: found.groups()
    for name, text in described().items()
    if (found := re.search(r"\bfrom ([\d.]+)\s+to ([\d.]*\d)", text.replace("\n", " ")))
}


def test_the_manual_gives_ranges():
    assert {"PORT", "DYNDNS_TTL", "DYNDNS_ROUTE53_RATE"} <= set(RANGES)


@pytest.mark.parametrize("name", RANGES)
def test_a_range_is_the_programs(name):
    least, most = RANGES[name]
    step = 0.01 if "." in least else 1
    for inside in (least, most):
        finished = check_config(**{name: inside})
        assert finished.returncode == 0, finished.stderr
    for outside in (float(least) - step, float(most) + step):
        finished = check_config(**{name: f"{outside:.10g}"})
        assert finished.returncode == 2
        assert name in finished.stderr


def test_every_event_of_the_log_is_explained_and_no_other():
    logged = events()
    explained = re.findall(r"^\.It Li (\w+)$", section("DIAGNOSTICS"), re.M)
    assert "record_changed" in logged
    assert sorted(explained) == sorted(logged)


def test_every_event_is_explained_under_a_level_that_it_has():
    logged = events()
    level = None
    for name, event in re.findall(
        r"^\.Em (error|warn|info|debug) :$|^\.It Li (\w+)$", section("DIAGNOSTICS"), re.M
    ):
        level = name.upper() or level
        if event:
            assert logged[event] & {level, "any"}, f"{event} is never {level}"


def test_every_column_of_the_database_is_explained_and_no_other():
    table = read("s3db/host_attributes.c")
    known = re.findall(r'^ +\[HOST_ATTRIBUTE_\w+\] = \{"(\w+)"', table, re.M)
    explained = re.findall(r"^\.It Cm (\w+)$", read("man/dyndns53-hosts.5"), re.M)
    assert "ttl" in known
    assert sorted(explained) == sorted(known)


def test_the_options_are_the_programs():
    helped = subprocess.run(
        [program("DYNDNS53_BIN"), "--help"], capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    options = set(re.findall(r"--([a-z-]+)", helped.stdout))
    assert set(re.findall(r"^\.It Fl -([a-z-]+)$", section("DESCRIPTION"), re.M)) == options
