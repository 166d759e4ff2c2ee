"""What the texts promise and name is there: links, variables, events,
commands, files."""

import re
import shlex
import shutil
import subprocess
from urllib.parse import unquote

import pytest
from repository import (
    ROOT,
    clean_environment,
    code_blocks,
    events,
    files,
    markdown_tables,
    program,
    read,
    variables,
)

TEXTS = [name for name in files() if name.endswith(".md")]
FOR_OPERATORS = [
    "README.md", "heroku/README.md", "docs/CLIENTS.md", "docs/OPERATING.md", "docs/PROXIES.md",
    "docs/TROUBLESHOOTING.md",
]  # fmt: skip
SETTINGS = "docs/dyndns53.env"

# What a reader has, and a machine that tests need not.
NOT_HERE = {"aws", "certbot", "docker", "editor", "git", "heroku", "opkg"}
OURS = {"dyndns53", "dyndb"}
PARTS_OF_THE_SHELL = {"set", "umask", "."}


# --- links


def anchors(text):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", each).lower() for each in headings)
    return {re.sub(r"[^\w\- ]", "", each).replace(" ", "-") for each in plain}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name):
    for link in re.findall(r"\]\(([^)\s]+)\)", read(name)):
        path, _, anchor = link.partition("#")
        if re.match(r"https?:", path):
            continue
        target = (ROOT / name).parent / unquote(path) if path else ROOT / name
        assert target.exists(), f"{name}: {link}"
        assert not anchor or anchor in anchors(target.read_text()), f"{name}: {link}"


# --- names


@pytest.mark.parametrize("name", [*FOR_OPERATORS, "docs/SECURITY.md", "CHANGELOG.md", SETTINGS])
def test_the_variables_that_it_names_are_read(name):
    named = set(re.findall(r"\b(?:AWS|DYNDNS)_[A-Z0-9_]*[A-Z0-9]\b", read(name)))
    assert named <= variables() | {"DYNDNS_URL"}  # dyndb reads it


def commands(text):
    """The words by which the commands begin that a text has people type."""
    for block in code_blocks(text):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            words = shlex.shlex(line, posix=True, punctuation_chars=True)
            words.whitespace_split = True
            at_start = True
            for word in words:
                if at_start and not re.match(r"\w+=|sudo$|\($", word):
                    at_start = False
                    yield word
                at_start = at_start or word in {"|", ";", "&&", "(", ");"}


@pytest.mark.parametrize("name", FOR_OPERATORS)
def test_the_commands_that_it_names_exist(name):
    found = set(commands(read(name)))
    assert found
    for command in found:
        if command in PARTS_OF_THE_SHELL or command.startswith("/usr/local/"):
            continue
        there = command in OURS | NOT_HERE or shutil.which(command, path="/usr/sbin:/usr/bin")
        assert there or (ROOT / command).is_file(), command


def test_what_holds_secrets_is_kept_from_git():
    ignored = read(".gitignore").split()
    assert {"/dyndns53.env", "/hosts.csv*"} <= set(ignored)
    assert "dyndns53.env" in read("README.md") and "hosts.csv" in read("README.md")


# --- docs/dyndns53.env


def with_optional(text):
    """With the settings that are remarks in the example, too."""
    return re.sub(r"^#(?=[A-Z_0-9]+=)", "", text, flags=re.M)


def filled_in(text):
    values = {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "se/cr+et=",
        "DYNDNS_BUCKET": "hosts",
        "DYNDNS_ADMIN_TOKEN": "0123456789abcdef0123456789abcdef",
        "DYNDNS_HOSTED_ZONES": "Z0123456789ABCDEFGHIJ",
    }
    for name, value in values.items():
        text = re.sub(rf"^{name}=$", f"{name}={value}", text, flags=re.M)
    return text


def as_docker_reads(text):
    """Lines that begin with # are remarks; all else counts, quotes too. systemd
    does likewise as long as there are no quotes and backslashes."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def as_the_shell_reads(path):
    script = 'set -a; . "$0"; env -0'
    said = subprocess.run(
        ["sh", "-c", script, path], env={"PATH": "/usr/bin"}, capture_output=True, check=True
    ).stdout.decode()
    return dict(line.split("=", 1) for line in said.split("\0") if line)


@pytest.mark.parametrize("optional", [False, True], ids=["as it is", "with all that it offers"])
def test_the_example_of_settings_is_read_alike_and_right(tmp_path, optional):
    text = read(SETTINGS)
    assert not re.search(r"^[^#\n]*[ '\"\\$`;]", text, re.M), "not read alike by everybody"
    text = filled_in(with_optional(text) if optional else text)
    path = tmp_path / "dyndns53.env"
    path.write_text(text)
    settings = as_docker_reads(text)
    assert "" not in settings.values()
    assert settings.items() <= as_the_shell_reads(path).items()
    checked = subprocess.run(
        [program("DYNDNS53_BIN"), "--check-config"],
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_example_of_settings_shows_the_defaults_or_a_use():
    """What it offers as a remark is the default, or what docs/PROXIES.md says."""
    offered = as_docker_reads(with_optional(read(SETTINGS)))
    proxies = read("docs/PROXIES.md")
    for name in ("DYNDNS_LISTEN", "DYNDNS_TRUSTED_PROXIES"):
        assert f"\n    {name}={offered[name]}\n" in proxies


# --- docs/TROUBLESHOOTING.md


def troubles():
    """The rows of its tables: symptom, log event, cure."""
    rows = [row for table in markdown_tables(read("docs/TROUBLESHOOTING.md")) for row in table]
    assert all(len(row) == 3 and all(row) for row in rows)
    return rows


def test_every_trouble_that_the_log_can_tell_is_there():
    named = {word for row in troubles() for word in re.findall(r"`(\w+)`", row[1])}
    grave = {event for event, levels in events().items() if levels & {"ERROR", "WARN", "any"}}
    assert "batch_failed" in grave and "record_changed" not in grave
    assert grave <= named


def test_no_other_event_is_named():
    for row in troubles():
        for word in re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)*)`", row[1]):
            assert word in events(), word


def test_every_state_of_healthz_is_there():
    conditions = read("server/state/health.c").split("conditions[] = {")[1].split("\n};")[0]
    said = set(re.findall(r'\[AWS_\w+\] = \{"(\w+)"', conditions)) - {"ok"}
    said.add("no host table is in service yet")
    assert len(said) >= 6
    explained = {word for row in troubles() for word in re.findall(r"`([^`]+)`", row[0])}
    assert said <= explained


def test_the_answers_of_register_ip_are_there():
    text = read("docs/TROUBLESHOOTING.md")
    answers = set(re.findall(r'"(badauth|dnserr|911|good|nochg)', read("server/http/dyndns2.c")))
    assert {"badauth", "dnserr", "911"} <= answers
    for answer in answers & {"badauth", "dnserr", "911"}:
        assert re.search(rf"^## A modem hears `{answer}`", text, re.M), answer


# --- docs/CLIENTS.md


def clients():
    """The rows of its last table: client, how it was tried, the tests."""
    return [(name, how, re.findall(r"`([^`]+)`", tests))
            for name, how, tests in markdown_tables(read("docs/CLIENTS.md"))[-1]]


def test_of_every_client_it_says_what_was_tried():
    text = read("docs/CLIENTS.md")
    sections = set(re.findall(r"^## (.+)$", text, re.M))
    assert {name for name, *_ in clients()} == sections - {
        "Which path", "Any other", "What was tried",
    }  # fmt: skip
    for section in sections:
        (anchor,) = anchors(f"## {section}\n")
        assert section == "What was tried" or f"](#{anchor})" in text.split("\n## ")[0], section


def test_the_tests_that_it_names_are_there():
    for name, how, tests in clients():
        assert tests, name
        assert how.startswith(("itself", "the command itself")) or (
            how.endswith("not tried on the device itself")
        ), name
        for test in tests:
            path, _, function = test.partition(": ")
            text = read(f"tests/e2e/{path}")
            assert not function or f"\ndef {function}(" in text, test


def test_the_tests_take_their_settings_from_it():
    """Each section is named by one of the tests that it names."""
    for name, _, tests in clients():
        used = "".join(read(f"tests/e2e/{test.partition(': ')[0]}") for test in tests)
        assert f'"## {name}"' in used or f'"{name}"' in used, name


# --- docs/SECURITY.md


def attacks():
    """The rows of its tables: attack, what the server does, tests."""
    rows = [row for table in markdown_tables(read("docs/SECURITY.md")) for row in table]
    assert all(len(row) == 3 and all(row) for row in rows)
    return rows


def test_every_attack_has_a_test_that_is_there():
    """Defined, and not merely mentioned."""
    assert len(attacks()) > 30
    for attack, _, tests in attacks():
        named = re.findall(r"`([^`]+)`", tests)
        assert named, attack
        for test in named:
            path, _, function = test.partition("::")
            form = "static void {}(" if path.endswith(".c") else "def {}("
            assert f"\n{form.format(function)}" in read(path), test


# --- Docker


def docker_runs():
    text = re.sub(r"\\\n\s*", "", read("README.md"))
    return re.findall(r"^    docker run (.+)$", text, re.M)


def test_the_container_lasts_and_has_a_name():
    (server,) = [line for line in docker_runs() if " dyndb " not in line]
    for option in ["-d ", "--restart unless-stopped ", "--name dyndns53 ", "-p 8080:8080 "]:
        assert option in server, option


def test_the_tool_in_the_container_keeps_what_it_remembers():
    (tool,) = [line for line in docker_runs() if " dyndb " in line]
    for option in ["--rm ", '-u "$(id -u):$(id -g)" ', '-v "$PWD:/data" -w /data ']:
        assert option in tool, option


def test_no_secret_is_typed_into_a_command():
    for name in FOR_OPERATORS:
        for block in code_blocks(read(name)):
            assert not re.search(r"AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN)", block), name
