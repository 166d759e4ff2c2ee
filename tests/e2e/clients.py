"""Debian's own clients, run as anybody can: with a folder of their own for what
they are told and what they remember, and nothing of the tester's."""

import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.patience import PATIENCE_SECONDS, TooSlow

_PROGRAMS = "/usr/sbin:/usr/bin"


@dataclass(frozen=True)
class Outcome:
    status: int
    output: str  # both streams


def program(name) -> str:
    found = shutil.which(name, path=_PROGRAMS)
    if found is None:
        pytest.fail(f"{name} is not installed; packages.sh has the packages", pytrace=False)
    return found


def run(folder: Path, *command, **environment) -> Outcome:
    """Runs a client to its end; its home is the folder."""
    finished = subprocess.run(
        [program(command[0]), *command[1:]],
        env=_environment(folder, environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_SECONDS,
    )
    return Outcome(finished.returncode, finished.stdout.decode())


def run_until(words: str, folder: Path, *command) -> Outcome:
    """Runs a client until it has said one of these (a pattern), and then ends it, as
    it would have gone on. One that ends before is none the worse."""
    # It ends with us, even if we are killed outright.
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", program(command[0]), *command[1:]],
        env=_environment(folder, {}),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    give_up = threading.Timer(PATIENCE_SECONDS, process.kill)
    give_up.start()
    with process:
        said = ""
        for line in process.stdout:
            said += line
            if re.search(words, line):
                process.terminate()
                break
        said += process.stdout.read()
    give_up.cancel()
    if process.returncode == -signal.SIGKILL:
        raise TooSlow(f"{words} after {said}")
    return Outcome(process.returncode, said)


def _environment(folder, more):
    return {"PATH": _PROGRAMS + ":/bin", "HOME": str(folder), "LC_ALL": "C"} | more


# --- ddclient


class Ddclient:
    """ddclient with one configuration, for one look at the address."""

    def __init__(self, folder: Path):
        self._folder = folder

    def run(self, configuration: str, *options, **environment) -> Outcome:
        path = self._folder / "ddclient.conf"
        path.touch(0o600)  # it complains of others
        path.write_text(configuration)
        own = {"-file": path, "-cache": self._cache, "-pid": self._folder / "ddclient.pid"}
        own = [str(each) for pair in own.items() for each in pair]
        command = ["ddclient", "-daemon=0", "-noquiet", *own, *options]
        return run(self._folder, *command, **environment)

    @property
    def _cache(self):
        return self._folder / "ddclient.cache"

    def remembers(self, host) -> dict[str, str]:
        """What its cache says of a host: "status", "ip" and so on."""
        (line,) = re.findall(rf"^(\S+) {re.escape(host)}$", self._cache.read_text(), re.M)
        return dict(setting.split("=", 1) for setting in line.split(","))


# --- inadyn


class Inadyn:
    """inadyn with one configuration. It asks the world's resolvers for the host
    unless it has an address in its cache, so it is given one."""

    BEFORE = "192.0.2.99"

    def __init__(self, folder: Path):
        self._folder = folder
        self._caches = folder / "inadyn"
        self._caches.mkdir()

    def remember(self, *hosts):
        for host in hosts:
            self._cache(host).write_text(self.BEFORE)

    def remembers(self, host) -> str | None:
        cache = self._cache(host)
        return cache.read_text() if cache.exists() else None

    def run(self, configuration: str, *options, until="Will retry again") -> Outcome:
        """Once. It goes on all the same when the server is out of order; that is
        its end here."""
        path = self._folder / "inadyn.conf"
        path.touch(0o600)
        path.write_text(configuration)
        own = ["--foreground", "--no-pidfile", f"--cache-dir={self._caches}", f"--config={path}"]
        return run_until(until, self._folder, "inadyn", "--once", *own, *options)

    def _cache(self, host):
        return self._caches / f"{host}.cache"


def password_file(path: Path, text: str):
    """One that is its owner's alone."""
    path.touch(0o600)
    path.write_text(text)
    assert os.stat(path).st_mode & 0o077 == 0
