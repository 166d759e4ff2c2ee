"""The image of the container, built by buildah from the Dockerfile as it stands,
and run as its file says: as its user, who can write nothing. Only Debian's own
image comes from elsewhere: it is as small a Debian as Docker's."""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from debian import run

from e2e.service import Service
from sandbox.patience import until

# Where buildah remembers outside its store what it has once copied where.
CACHE = Path("/var/lib/containers")


class Image:
    """Built, and with its files in a folder, `root`."""

    def __init__(self, folder, tarball):
        self._store = ["--root", folder / "store", "--runroot", folder / "run"]
        self._store += ["--storage-driver", "vfs"]  # which every file system will do for
        container = self._buildah("from", "scratch")
        self._buildah("add", "--quiet", container, tarball, "/")
        self._buildah("commit", "--quiet", container, "debian:bookworm-slim")
        self._buildah("rm", container)
        self._buildah("build", "--pull-never", "--isolation", "chroot", "--tag", "dyndns53", ROOT)
        self._container = self._buildah("from", "dyndns53")
        self.root = Path(self._buildah("mount", self._container))
        inspected = json.loads(self._buildah("inspect", "--type", "image", "dyndns53"))
        self.config = inspected["OCIv1"]["config"]

    def remove(self):
        for command in ("umount", "rm", "rmi"):
            self._buildah(command, "--all")

    def _buildah(self, *command) -> str:
        return run("buildah", *self._store, *command, stderr=subprocess.PIPE).strip()


@pytest.fixture(scope="module")
def image(folder, tarball):
    place, had_cache = folder / "container", CACHE.exists()
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    image = Image(place, tarball)
    yield image
    image.remove()
    shutil.rmtree(place)
    if not had_cache:
        shutil.rmtree(CACHE, ignore_errors=True)


def size_in_megabytes(root) -> float:
    """As Docker tells it: the bytes of all files, each counted once."""
    files = {}
    for folder, _, names in os.walk(root):
        for name in names:
            status = os.lstat(os.path.join(folder, name))
            files[status.st_ino] = status.st_size
    return sum(files.values()) / 1e6


def test_the_readme_tells_its_size(image):
    (told,) = re.findall(r"The image has about (\d+) MB", (ROOT / "README.md").read_text())
    assert size_in_megabytes(image.root) == pytest.approx(int(told), rel=0.05)


# --- running it


def listing(root):
    """Every file, and what shows that it has been changed."""
    found = {}
    for folder, folders, names in os.walk(root):
        for name in [*folders, *names]:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            found[path] = (status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns)
    return found


def read_only(root) -> list[str]:
    """What runs a command where nobody, not even root, can write below a folder;
    where that cannot be mounted, nothing: the test of the read-only root says so."""
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    within = ["unshare", "--mount", "sh", "-c", script, str(root)]
    possible = subprocess.run([*within, "true"], capture_output=True).returncode == 0
    return within if possible else []


@pytest.fixture(scope="module")
def inside(image):
    """The command that runs another one in the container: inside("ls", PORT=80)."""

    def inside(*command, **environment):
        settings = [f"{name}={value}" for name, value in environment.items()]
        user = ["chroot", f"--userspec={image.config['User']}", str(image.root)]
        alone = ["env", "-i", *image.config["Env"], *settings]
        return [*read_only(image.root), *user, *alone, *command]

    return inside


def free_port() -> int:
    """One that is free at all addresses, at the moment."""
    with socket.socket(socket.AF_INET6) as probe:
        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        probe.bind(("::", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(image, inside):
    """Runs what the image runs, at a port that it is told, and returns both: the
    server and the port."""
    services = []

    def attempt(settings):
        port = free_port()
        services.append(Service(inside(*image.config["Cmd"], **settings, PORT=port), {}))
        try:
            services[-1].wait_until_ready()
        except EOFError:  # somebody else was quicker; then there is another port
            assert services[-1].events("cannot_listen"), services[-1].log.text()
            return None
        return services[-1], port

    yield lambda **settings: until(lambda: attempt(settings), "a port")
    for service in services:
        if service.is_running:
            service.kill()


def test_its_user_can_write_nothing(image, inside):
    user, group = image.config["User"].split(":")
    said = run(*inside("id", "-u")), run(*inside("id", "-g"))
    assert [each.strip() for each in said] == [user, group] and int(user) > 0
    # Devices apart, which a container has of its own.
    writable = [path for path, (mode, owner, *_) in listing(image.root).items()
                if not stat.S_ISLNK(mode) and (mode & 0o002 or owner == int(user))]  # fmt: skip
    within = {"/" + os.path.relpath(path, image.root) for path in writable}
    within = {path for path in within if not path.startswith("/dev/")}
    assert within == {"/run/lock", "/tmp", "/var/tmp"}


def test_it_is_run_with_a_read_only_root(image, inside):
    """As those that follow are, which end well without anything to write."""
    if not read_only(image.root):
        pytest.skip("this machine lets nobody mount: the image is run where it can be written")
    tried = subprocess.run(inside("touch", "/tmp/x"), capture_output=True, text=True)
    assert "Read-only file system" in tried.stderr


def test_it_serves_at_the_port_that_it_is_told_and_ends_when_told_to(image, start, account):
    before = listing(image.root)
    told = account.environment() | {"DYNDNS_BUCKET": "hosts", "DYNDNS_DATABASE": "hosts.csv"}
    service, port = start(**told)
    assert {event["port"] for event in service.events("listening")} == {str(port)}
    reply = service.update("a.example.org", "198.51.100.7", address=("127.0.0.1", port))
    assert reply.said == "good 198.51.100.7"
    service.stop()
    assert listing(image.root) == before


def test_it_says_which_port_it_has_without_one(image, inside):
    (exposed,) = image.config["ExposedPorts"]
    settings = {"DYNDNS_BUCKET": "hosts", "DYNDNS_DATABASE": "hosts.csv"}
    asked = inside("dyndns53", "--check-config", **settings)
    said = subprocess.run(asked, capture_output=True, text=True).stdout
    (address,) = re.findall(r"^DYNDNS_LISTEN=(.*)$", said, re.M)
    assert f"{address.rsplit(':', 1)[1]}/tcp" == exposed


def test_the_tool_is_in_it(inside, account):
    settings = account.environment() | {"DYNDNS_BUCKET": "hosts", "DYNDNS_DATABASE": "hosts.csv"}
    assert "a.example.org" in run(*inside("dyndb", "list-hosts", **settings))
