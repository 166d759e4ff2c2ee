"""What it takes to become a service of systemd: packages, the installed files,
the unit, the user. That systemd itself starts it, tests cannot show; but its
own tools judge what it is given."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from repository import ROOT, program, read

UNIT, USER = "lib/systemd/system/dyndns53.service", "lib/sysusers.d/dyndns53.conf"
SOCKET = "lib/systemd/system/dyndns53.socket"
SET_IP, TIMER = (f"lib/systemd/system/dyndb-set-ip.{kind}" for kind in ("service", "timer"))


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def settings(unit):
    """The settings of a unit file: pairs."""
    return re.findall(r"^(\w+)=(.*)$", unit, re.M)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Where the build under test has been installed, as by its user."""
    build = Path(program("DYNDNS53_BIN")).parents[1]
    prefix = tmp_path_factory.mktemp("prefix")
    installed = run("cmake", "--install", build, "--prefix", prefix)
    assert installed.returncode == 0, installed.stderr
    return prefix


# --- the unit


def test_the_installed_unit_starts_the_installed_program(prefix):
    start = dict(settings((prefix / UNIT).read_text()))["ExecStart"]
    assert start == str(prefix / "sbin/dyndns53")
    assert os.access(start, os.X_OK)


def test_nothing_else_of_the_unit_is_changed(prefix):
    given, installed = read("docs/dyndns53.service"), (prefix / UNIT).read_text()
    assert installed.replace(str(prefix), "/usr/local") == given


def test_systemd_finds_no_fault_with_the_unit(prefix):
    verified = run("systemd-analyze", "verify", "--man=no", prefix / UNIT)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_systemd_finds_no_fault_with_the_sockets(prefix):
    verified = run("systemd-analyze", "verify", "--man=no", prefix / UNIT, prefix / SOCKET)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert (prefix / SOCKET).read_text() == read("docs/dyndns53.socket")


def test_systemd_looks_where_it_is_installed():
    places = run("systemd-analyze", "unit-paths").stdout.split()
    for usual in ("/usr", "/usr/local"):
        assert str(Path(usual, UNIT).parent) in places


def test_every_variable_comes_from_the_file_that_the_texts_name():
    unit = dict(settings(read("docs/dyndns53.service")))
    assert unit["EnvironmentFile"] == "/etc/dyndns53.env"
    assert f"sudo install -m 0600 dyndns53.env {unit['EnvironmentFile']}\n" in read("README.md")


# --- the unit of dyndb set-ip


def test_the_unit_of_set_ip_starts_the_installed_tool(prefix):
    start = dict(settings((prefix / SET_IP).read_text()))["ExecStart"].split()
    assert start == [str(prefix / "bin/dyndb"), "set-ip", "--quiet", "$SET_IP"]
    assert os.access(start[0], os.X_OK)
    given, installed = read("docs/dyndb-set-ip.service"), (prefix / SET_IP).read_text()
    assert installed.replace(str(prefix), "/usr/local") == given


def test_systemd_finds_no_fault_with_set_ip_and_its_timer(prefix):
    verified = run("systemd-analyze", "verify", "--man=no", prefix / SET_IP, prefix / TIMER)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert (prefix / TIMER).read_text() == read("docs/dyndb-set-ip.timer")


def test_set_ip_gets_its_names_from_the_file_that_the_texts_name():
    unit = dict(settings(read("docs/dyndb-set-ip.service")))
    assert unit["EnvironmentFile"] == "/etc/dyndb-set-ip.env"
    assert "SET_IP" in dict(settings(read("docs/dyndb-set-ip.env")))
    assert f"sudo install -m 0600 docs/dyndb-set-ip.env {unit['EnvironmentFile']}\n" in read("README.md")


# --- the user


def test_the_service_has_a_user_whom_systemd_can_make(prefix):
    made = run("systemd-sysusers", "--dry-run", prefix / USER)
    assert (made.returncode, "error" in made.stderr.lower()) == (0, False), made.stderr
    kind, name, number, *_, home = (prefix / USER).read_text().splitlines()[-1].split()
    assert (kind, number) == ("u", "-")
    unit = settings(read("docs/dyndns53.service"))
    assert ("User", name) in unit
    assert "DynamicUser" not in dict(unit), "it could not read a file that is its own"
    assert home == "/var/lib/" + dict(unit)["StateDirectory"]


def test_a_local_database_is_put_where_that_user_can_read_it():
    unit = dict(settings(read("docs/dyndns53.service")))
    (owner, path) = re.search(
        r"^    sudo install -D -m 0600 -o (\w+) hosts\.csv (\S+)$", read("README.md"), re.M
    ).groups()
    assert owner == unit["User"]
    assert path == f"/var/lib/{unit['StateDirectory']}/hosts.csv"
    for text in ("docs/dyndns53.env", "docs/TROUBLESHOOTING.md", "man/dyndns53.8"):
        assert path in read(text), text


# --- what stands beside it


@pytest.mark.parametrize(
    "name", ["ALERTS.md", "CLIENTS.md", "compose.yaml", "dyndb-set-ip.env", "dyndns53.env", "METRICS.md",
             "OPERATING.md", "PERFORMANCE.md", "PROXIES.md", "SECURITY.md", "STATE.md", "STATUS.md",
             "TROUBLESHOOTING.md", "aws/dyndns53.tf", "aws/dyndns53.cloudformation.yaml",
             "kubernetes/dyndns53.yaml", "monitoring/alerts.yml", "monitoring/dashboard.json",
             "proxies/nginx.conf", "proxies/Caddyfile", "proxies/haproxy.cfg"]
)  # fmt: skip
def test_what_is_to_be_copied_is_installed(prefix, name):
    assert (prefix / "share/doc/dyndns53" / name).read_text() == read(f"docs/{name}")


def test_what_an_installed_document_leads_to_is_installed_too(prefix):
    """But for what only those need who have the sources."""
    folder = prefix / "share/doc/dyndns53"
    for document in folder.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
            of_the_sources = target.startswith("../") or target == "ARCHITECTURE.md"
            assert of_the_sources or (folder / target).exists(), f"{document.name}: {target}"


# --- packages.sh


@pytest.fixture
def debian(tmp_path):
    """A Debian that has no packages but those named, and notes what root does."""

    def debian(*there):
        folder = tmp_path / "bin"
        folder.mkdir()
        log = tmp_path / "log"
        log.touch()
        scripts = {
            "dpkg-query": 'for package; do :; done\ncase " $THERE " in\n'
            '*" $package "*) echo installed ;;\n*) exit 1 ;;\nesac\n',
            "apt-get": f'echo "$*" >>{log}\n',
            "sudo": 'exec "$@"\n',
        }
        for name, script in scripts.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}")
            (folder / name).chmod(0o755)
        environment = {"PATH": f"{folder}:/usr/bin:/bin", "THERE": " ".join(there)}
        return environment, lambda: log.read_text()

    return debian


def lists():
    """The packages of packages.sh, by the names of the lists."""
    found = re.findall(r'^(\w+)_PACKAGES="([^"]*)"', read("packages.sh"), re.M)
    return {name: packages.split() for name, packages in found}


def test_a_newcomer_pastes_one_command_for_the_packages(debian):
    assert "\n    sh packages.sh\n" in read("README.md")
    environment, done = debian()
    finished = run("sh", "packages.sh", cwd=ROOT, env=environment)
    assert finished.returncode == 0, finished.stderr
    update, install = done().splitlines()
    assert update.split()[-1] == "update"
    wanted = lists()["BUILD"] + lists()["SERVICE"]
    assert [word for word in install.split() if not word.startswith("-")] == ["install", *wanted]
    assert all(package in finished.stdout for package in wanted), "it does not say what it does"


def test_it_installs_no_more_than_is_missing(debian):
    environment, done = debian(*set(lists()["BUILD"]) - {"cmake"}, *lists()["SERVICE"])
    assert run("sh", "packages.sh", cwd=ROOT, env=environment).returncode == 0
    assert done().splitlines()[-1].split()[-2:] == ["--no-install-recommends", "cmake"]


def test_it_says_so_when_nothing_is_missing(debian):
    environment, done = debian(*lists()["BUILD"], *lists()["SERVICE"])
    finished = run("sh", "packages.sh", cwd=ROOT, env=environment)
    assert (finished.returncode, done()) == (0, "")
    assert finished.stdout == "All packages are there already.\n"


def test_it_does_nothing_when_a_script_reads_it(debian):
    environment, done = debian()
    finished = run("sh", "-c", '. ./packages.sh; echo "$BUILD_PACKAGES"', cwd=ROOT, env=environment)
    assert finished.stdout.split() == lists()["BUILD"]
    assert done() == ""
