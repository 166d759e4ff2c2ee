"""What npm's packages hold: published schemas, and what other tests need of them.
They are fetched once for each build folder."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parents[1] / "docs"
KEPT = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT", HERE.parents[1] / "build")) / "npm"
FETCH_SECONDS = 900


@contextmanager
def alone():
    """Nobody else fetches meanwhile."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with open(KEPT / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def npm(*arguments, folder):
    done = subprocess.run(
        ["npm", *arguments, "--cache", str(KEPT / "cache")],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=FETCH_SECONDS,
    )
    assert done.returncode == 0, f"npm {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def modules(names=HERE):
    """The folder node_modules of what package.json in the folder `names` names."""
    wanted = hashlib.sha256((names / "package-lock.json").read_bytes()).hexdigest()
    folder = KEPT / wanted[:16]
    with alone():
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(names / name, folder)
            npm("ci", folder=folder)
            (folder / "whole").touch()
    return folder / "node_modules"


def members_of(package, wanted):
    """The text of those files of a package whose path `wanted` allows, by path;
    for packages that are too large to be kept."""
    with alone():
        folder = KEPT / package.replace("/", "-").lstrip("@")
        archives = sorted(folder.glob("*.tgz"))
        if not archives:
            shutil.rmtree(folder, ignore_errors=True)
            fetching = folder.with_suffix(".part")
            shutil.rmtree(fetching, ignore_errors=True)
            fetching.mkdir()
            npm("pack", package, "--loglevel=error", folder=fetching)
            fetching.rename(folder)
            archives = sorted(folder.glob("*.tgz"))
    with tarfile.open(archives[0]) as archive:
        return {
            member.name: archive.extractfile(member).read().decode()
            for member in archive
            if wanted(member.name)
        }


def node(script, *arguments, stdin=""):
    """What a script of this folder prints, with the modules at hand."""
    done = subprocess.run(
        ["node", HERE / script, *arguments],
        env={**os.environ, "NODE_PATH": str(modules())},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=FETCH_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
