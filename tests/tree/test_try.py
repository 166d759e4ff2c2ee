"""./try shows what it promises, and leaves nothing behind."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from repository import ROOT, clean_environment, read

from sandbox.patience import TEST_SECONDS



@pytest.fixture(autouse=True)
def deadline():
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("nothing happens any more"))
    signal.alarm(TEST_SECONDS)
    yield
    signal.alarm(0)


@pytest.fixture
def start(tmp_path):
    """Starts ./try elsewhere than in the repository, with an environment that
    would lead it to somebody's real account."""
    children = []

    def start(*options):
        child = subprocess.Popen(
            [ROOT / "try", *options],
            cwd="/",
            env=clean_environment(
                TMPDIR=str(tmp_path),
                AWS_ENDPOINT_URL_S3="http://127.0.0.1:9",
                AWS_SESSION_TOKEN="somebody's",
                DYNDNS_HOSTED_ZONES="Z0123456789ABCDEFGHIJ",
                http_proxy="http://127.0.0.1:9",
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        with child:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def members(group):
    """The processes of a process group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text().rsplit(")", 1)
        except OSError:  # it has just ended
            continue
        state, _, its_group = rest.split()[:3]
        if int(its_group) == group and state != "Z":
            found.append(name)
    return found


def without_chance(text):
    """The text without what differs from one run to the next."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "TOKEN", text)
    text = re.sub(r"time=\S+", "time=TIME", text)
    text = re.sub(r'(?<="since":")[^"]+', "DATE", text)
    text = re.sub(r"ms=\d+", "ms=MS", text)
    text = re.sub(r"(?<=127\.0\.0\.1:)\d+|(?<=\[::1\]:)\d+", "PORT", text)
    return re.sub(r"-p \d+", "-p PORT", text)


def test_once_shows_what_the_readme_shows_of_it(start, tmp_path):
    once = start("--once")
    said = once.communicate()[0]
    assert once.returncode == 0, said
    assert list(tmp_path.iterdir()) == []
    assert members(once.pid) == []
    shown = re.search(r"^\$ ./try --once\n(.*?)^```", read("README.md"), re.M | re.S)[1]
    assert len(shown.splitlines()) < 10, "an excerpt; the rest one sees by running it"
    said, pieces = without_chance(said), without_chance(shown).split("...\n")
    assert len(pieces) > 2
    for piece in pieces:
        assert piece in said
        said = said[said.index(piece) + len(piece) :]


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_it_stays_until_told_and_takes_everything_with_it(start, tmp_path, number, status):
    child = start()
    said = []
    for line in child.stdout:
        said.append(line)
        if "Ctrl-C ends everything" in line:
            break
    assert child.poll() is None, "".join(said)
    server = int(re.search(r"kill -HUP (\d+)", "".join(said))[1])
    os.kill(server, signal.SIGHUP)
    assert any("event=reload" in line for line in child.stdout), "it shows the log no more"
    child.send_signal(number)
    rest = child.stdout.read()
    assert child.wait() == status, rest
    assert list(tmp_path.iterdir()) == []
    assert members(child.pid) == []


def test_a_strange_option_is_refused(start):
    child = start("--twice")
    assert "Usage: ./try" in child.communicate()[0]
    assert child.returncode == 2
