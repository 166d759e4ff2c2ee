"""The Debian package: built, installed, started, upgraded, purged, in this order,
in a Debian that has nothing of it before, and no word of it after."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import ROOT
from debian import Chroot, run
from unit_file import Manager, Unit

from e2e.hosts import csv_of
from e2e.service import Service

SETTINGS = "/etc/default/dyndns53"
UNIT = "/lib/systemd/system/dyndns53.service"
PLACE = "/var/lib/dyndns53"
DATABASE = f"{PLACE}/hosts.csv"
README = (ROOT / "debian/README.Debian").read_text()

# In place of systemd, which does not run: it notes what it is told, and says of a
# unit what stands in a file of its name.
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/systemctl.log
for word; do :; done
case " $* " in
*" is-enabled "*)
    if grep -qs enabled "/state/$word"; then echo enabled; else echo disabled; exit 1; fi ;;
*" is-active "*) grep -qs active "/state/$word" ;;
esac
"""


# --- building


@pytest.fixture(scope="module")
def packages(folder):
    """The files of the package, of this version and of the one after, whose
    settings have one remark more."""
    place = folder / "deb"
    shutil.rmtree(place, ignore_errors=True)
    tree = place / "dyndns53"
    left_out = shutil.ignore_patterns(".git", "build", "__pycache__", ".pytest_cache")
    shutil.copytree(ROOT, tree, ignore=left_out, symlinks=True)

    def build(*options):
        before = set(place.glob("*"))
        run("dpkg-buildpackage", "-us", "-uc", "-b", *options, cwd=tree)
        made = set(place.glob("*")) - before
        (changes,) = [path for path in made if path.suffix == ".changes"]
        (package,) = [path for path in made if path.suffix == ".deb" and "dbgsym" not in path.name]
        return package, changes

    this = build()
    change(tree / "docs/dyndns53.env", "\n\n", "\n\n# More to come.\n\n")
    changelog = (tree / "debian/changelog").read_text()
    later = changelog.replace(field(this[0], "Version"), f"{field(this[0], 'Version')}+1", 1)
    (tree / "debian/changelog").write_text(f"{later}\n{changelog}")
    yield this, build("--no-pre-clean")
    shutil.rmtree(place)


def field(package, name) -> str:
    return run("dpkg-deb", "--field", package, name).strip()


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_lintian_is_silent(packages):
    strictly = ["--display-info", "--pedantic", "--fail-on", "error,warning,info,pedantic"]
    # perl has something to say about a locale that is not installed.
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    assert run("lintian", "--allow-root", *strictly, packages[0][1], env=environment) == ""


def test_it_depends_on_what_the_image_installs(packages):
    names = {word.split()[0] for word in field(packages[0][0], "Depends").split(", ")}
    installs = r"apt-get install -y --no-install-recommends(.*?)&&"
    image = re.search(installs, (ROOT / "Dockerfile").read_text(), re.S)[1]
    # Debian has a C library, and the image no need of a user's name.
    assert names - {"libc6", "systemd"} == set(image.replace("\\", "").split())


@pytest.fixture(scope="module")
def contents(packages, folder):
    """What is in the package, unpacked."""
    place = folder / "contents"
    shutil.rmtree(place, ignore_errors=True)
    run("dpkg-deb", "--extract", packages[0][0], place)
    yield place
    shutil.rmtree(place)


@pytest.mark.parametrize(
    "path",
    [
        "lib/systemd/system/dyndns53.service",
        "lib/systemd/system/dyndb-set-ip.service",
        "lib/systemd/system/dyndb-set-ip.timer",
        "usr/bin/dyndb",
        "usr/sbin/dyndns53",
        "usr/share/bash-completion/completions/dyndb",
        "usr/share/zsh/vendor-completions/_dyndb",
        "usr/share/man/man1/dyndb.1.gz",
        "usr/share/man/man5/dyndns53-hosts.5.gz",
        "usr/share/man/man8/dyndns53.8.gz",
        "usr/share/doc/dyndns53/README.md.gz",
        "usr/share/doc/dyndns53/TROUBLESHOOTING.md.gz",
        "usr/share/doc/dyndns53/proxies/nginx.conf",
    ],
)
def test_it_holds(contents, path):
    assert (contents / path).is_file()


def units() -> set[str]:
    """Those of the repository, whichever there are."""
    kinds = (".service", ".socket", ".timer")
    return {path.name for path in (ROOT / "docs").iterdir() if path.suffix in kinds}


def test_it_holds_every_unit(contents):
    assert {path.name for path in (contents / "lib/systemd/system").iterdir()} == units()


def test_it_names_the_settings_as_debian_does(contents):
    for path in contents.rglob("*"):
        if path.is_file():
            text = run("zcat", "-f", path, text=False)
            assert not re.search(rb"/etc/dyn(dns53|db-set-ip)\.env", text), path


# --- installing


@pytest.fixture(scope="module")
def debian(tarball, folder, packages):
    """A Debian, in which this version is /this.deb, and the next one /next.deb."""
    debian = Chroot(tarball, folder / "debian")
    for name, (package, _) in zip(("this", "next"), packages):
        shutil.copy(package, debian / f"{name}.deb")
    debian.apt("update")
    debian.apt("install", "systemd")
    (debian / "usr/bin/systemctl").write_text(SYSTEMCTL)
    (debian / "run/systemd/system").mkdir(parents=True)
    (debian / "state").mkdir()
    yield debian
    debian.remove()


def told(debian) -> list[str]:
    """What systemd was told since the last time, but for questions, and for the
    order to look at its units."""
    log = debian / "systemctl.log"
    lines = log.read_text().splitlines() if log.exists() else []
    log.write_text("")
    questions = ("is-enabled", "is-active", "daemon-reload", "--version")
    return [line for line in lines if "dyn" in line and not any(word in line for word in questions)]


def listing(debian) -> set[str]:
    """What there is of it."""
    said = debian.run("find", "/", "-path", "/state", "-prune", "-o", "-print")
    return {line for line in said.splitlines() if re.search("dyn(dns53|db)", line)}


@pytest.fixture(scope="module")
def installed(debian):
    assert listing(debian) == set()
    debian.apt("install", "/this.deb")
    return debian


def mode(debian, path) -> str:
    return debian.run("stat", "-c", "%A %U:%G", path).strip()


def test_the_service_has_its_user_and_the_user_his_folder(installed):
    user = installed.run("getent", "passwd", "dyndns53").strip().split(":")
    assert user[5:] == [PLACE, "/usr/sbin/nologin"]
    assert 0 < int(user[2]) < 1000
    assert mode(installed, PLACE) == "drwxr-x--- dyndns53:dyndns53"


@pytest.mark.parametrize("path", [SETTINGS, "/etc/default/dyndb-set-ip"])
def test_nobody_but_root_can_read_the_settings(installed, path):
    assert mode(installed, path) == "-rw-r----- root:root"


def test_nothing_starts_before_it_is_set_up(installed):
    assert told(installed) == []
    assert not [path for path in listing(installed) if path.startswith("/etc/systemd/")]


# --- starting


@pytest.fixture
def serves():
    """serves(debian, address): started as its unit says, the service registers
    the address, and ends well when it is told to."""
    started = []

    def serves(debian, address):
        unit, manager = Unit(debian, UNIT), Manager()
        service = Service(unit.command(manager.address if unit.notifies else None), {})
        started.append((service, manager))
        service.wait_until_ready()
        if unit.notifies:
            manager.wait_for("READY=1")
        assert service.update("a.example.org", address).said == f"good {address}"
        service.stop()

    yield serves
    for service, manager in started:
        manager.close()
        if service.is_running:
            service.kill()


def typed(debian, ending):
    """What becomes of the text's command that ends so."""
    (script,) = re.findall(rf"^ +sudo sh -c '(.* {ending})'$", README, re.M)
    return subprocess.run(debian.command("sh", "-c", script), capture_output=True, text=True)


def judged(debian) -> str:
    """What the server says of its settings."""
    finished = typed(debian, "--check-config")
    return f"{finished.stdout}{finished.stderr}"


def test_as_it_comes_it_says_what_it_lacks(installed):
    assert "no DYNDNS_BUCKET" in judged(installed)


def set_up(debian, account, *, local):
    """Fills in the settings, of which it keeps every line that has a value."""
    settings = account.environment() | {"DYNDNS_LISTEN": "127.0.0.1:0"}
    settings |= {"DYNDNS_DATABASE": DATABASE} if local else {"DYNDNS_BUCKET": "hosts"}
    text = (debian / SETTINGS).read_text()
    for name, value in settings.items():
        text, there = re.subn(rf"^#?{name}=.*$", f"{name}={value}", text, flags=re.M)
        if not there:
            text += f"{name}={value}\n"
    if local:
        text = re.sub(r"^DYNDNS_BUCKET=.*\n", "", text, flags=re.M)
    (debian / SETTINGS).write_text(text)


def test_it_serves_the_hosts_of_a_bucket(installed, account, serves):
    set_up(installed, account, local=False)
    (installed / "hosts.csv").write_bytes(csv_of("a.example.org"))
    uploaded = typed(installed, "upload-database hosts.csv")
    assert uploaded.returncode == 0, uploaded.stderr
    serves(installed, "198.51.100.1")


def test_it_serves_the_hosts_of_a_file_that_is_its_own(installed, account, serves):
    (installed / "hosts.csv").write_bytes(csv_of("a.example.org"))
    (copies,) = re.findall(rf"^ +sudo (install .* {DATABASE})$", README, re.M)
    installed.run("sh", "-c", f"cd / && {copies}")
    (installed / "hosts.csv").unlink()
    assert mode(installed, DATABASE) == "-rw------- dyndns53:root"
    set_up(installed, account, local=True)
    serves(installed, "198.51.100.2")
    assert DATABASE in judged(installed)


# --- upgrading


@pytest.fixture(scope="module")
def upgraded(installed):
    """It ran, and so did the timer; and somebody has changed its settings, but
    not those of the timer."""
    for unit in ("dyndns53.service", "dyndns53.socket", "dyndb-set-ip.timer"):
        (installed / f"state/{unit}").write_text("enabled active\n")
    told(installed)
    installed.apt("install", "/next.deb")
    return installed


def test_what_somebody_filled_in_stays_and_stays_secret(upgraded):
    text = (upgraded / SETTINGS).read_text()
    assert f"DYNDNS_DATABASE={DATABASE}\n" in text
    assert "More to come" not in text
    assert mode(upgraded, SETTINGS) == "-rw-r----- root:root"
    assert "More to come" in (upgraded / f"{SETTINGS}.dpkg-dist").read_text()
    assert mode(upgraded, f"{SETTINGS}.dpkg-dist") == "-rw-r----- root:root"


def test_what_ran_runs_anew_but_for_the_socket(upgraded):
    """Whose connections wait until the new server takes them."""
    orders = told(upgraded)
    (restarted,) = [order.split() for order in orders if " restart " in order]
    assert "dyndns53.service" in restarted and "dyndb-set-ip.timer" in restarted
    assert "dyndns53.socket" not in restarted
    assert not [order for order in orders if " stop " in f" {order} "]


def test_the_new_version_serves_with_the_old_settings(upgraded, account, serves):
    assert "+1" in upgraded.run("dpkg-query", "-W", "-f", "${Version}", "dyndns53")
    set_up(upgraded, account, local=True)
    serves(upgraded, "198.51.100.3")


# --- purging


@pytest.fixture(scope="module")
def removed(upgraded):
    told(upgraded)
    upgraded.apt("remove", "dyndns53")
    return upgraded


def test_what_is_removed_is_stopped_before(removed):
    orders = [order.split() for order in told(removed)]
    stopped = [unit for order in orders if order[0] == "stop" for unit in order[1:]]
    assert set(stopped) == units()
    # The other way round, a caller would start the service again.
    assert stopped.index("dyndns53.socket") < stopped.index("dyndns53.service")


def test_settings_and_hosts_outlive_a_removal(removed):
    assert DATABASE in (removed / SETTINGS).read_text()
    assert (removed / DATABASE).exists()
    assert not (removed / "usr/sbin/dyndns53").exists()


def test_of_what_is_purged_the_hosts_stay(removed):
    notes = removed / "var/lib/private/dyndb"  # of dyndb-set-ip.service
    notes.mkdir(parents=True)
    (removed / "var/lib/dyndb").symlink_to("private/dyndb")
    removed.apt("purge", "dyndns53")
    assert listing(removed) == {PLACE, DATABASE}
    assert removed.run("getent", "passwd", "dyndns53")


def test_without_hosts_nothing_stays(removed):
    removed.apt("install", "/this.deb")
    (removed / DATABASE).unlink()
    removed.apt("purge", "dyndns53")
    assert listing(removed) == set()
