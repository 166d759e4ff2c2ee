"""A Debian of its own, made from the machine's own sources of packages."""

import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

RELEASE = "bookworm"

# As Docker's slim image of Debian leaves these out, so that what is built upon it
# is as large here as there.
SLIM = [
    *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*"
      for folder in ("doc", "groff", "info", "lintian", "locale", "man")),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    '--aptopt=Dir::Cache::pkgcache ""',
    '--aptopt=Dir::Cache::srcpkgcache ""',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::GzipIndexes "true"',
]  # fmt: skip
MERGED = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", "--include=usr-is-merged"]
# How this machine reaches its sources, wherever they are.
PROXIES = {"http_proxy", "https_proxy", "no_proxy"}
REACHES = re.compile(r"^Acquire::(?:https?::|Check-|Retries|Force).*;$", re.M)


def run(*command, **more) -> str:
    """Runs a command, which must succeed; returns what it said."""
    finished = subprocess.run(
        [str(word) for word in command],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} | more,
    )
    said = f"{finished.stdout}{finished.stderr or ''}"
    assert finished.returncode == 0, f"{command}: {said}"
    return finished.stdout


def sources():
    """The files that say where this machine's Debian comes from."""
    folder = Path("/etc/apt")
    found = []
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.exists():
            continue
        text = path.read_text()
        keys = re.findall(r"signed-by[:=]\s*(\S+)", text, re.I)
        if re.search(rf"^(deb|suites:)\s.*\b{RELEASE}\b", text, re.M | re.I) and all(
            "debian-archive" in key for key in keys
        ):
            found.append(path)
    assert found, f"no sources of Debian's {RELEASE} in {folder}"
    return found


def base(folder: Path) -> Path:
    """The tarball of the smallest Debian, made once for all who use the folder."""
    tarball, unfinished = folder / "base.tar", folder / "unfinished.tar"
    with open(folder / "base.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tarball.exists():
            reaches = [f"--aptopt={line}" for line in REACHES.findall(run("apt-config", "dump"))]
            options = ["--mode=root", "--variant=minbase", *MERGED, *SLIM, *reaches]
            run("mmdebstrap", *options, RELEASE, unfinished, *sources())
            unfinished.rename(tarball)
    return tarball


class Chroot:
    """A Debian in a folder, to be left again with remove(). Nothing is mounted,
    and nobody starts services in it."""

    def __init__(self, tarball: Path, folder: Path):
        self.root = folder
        self.remove()
        folder.mkdir(parents=True)
        run("tar", "-xf", tarball, "-C", folder)
        # It lives for minutes: nothing need reach the disk in a hurry.
        (folder / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")

    def remove(self):
        if self.root.exists():
            shutil.rmtree(self.root)

    def __truediv__(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def command(self, *command, user="root", environment={}) -> list[str]:
        """What runs a command in it, as a user, with this environment alone."""
        settings = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"} | environment
        return [
            *("chroot", f"--userspec={user}", str(self.root), "env", "-i"),
            *(f"{name}={value}" for name, value in settings.items()),
            *(str(word) for word in command),
        ]

    def run(self, *command, **more) -> str:
        return run(*self.command(*command, **more), stdin=subprocess.DEVNULL)

    def apt(self, *command) -> str:
        """apt-get, which answers as one does who looks at nothing: what somebody
        has changed stays."""
        options = ["-q", "-y", "--no-install-recommends"]
        options += [f"-oDpkg::Options::=--force-{conf}" for conf in ("confdef", "confold")]
        environment = {"DEBIAN_FRONTEND": "noninteractive"}
        # How this machine reaches its sources, where apt's settings do not say it.
        environment |= {
            name: value for name, value in os.environ.items() if name.lower() in PROXIES
        }
        return self.run("apt-get", *options, *command, environment=environment)
