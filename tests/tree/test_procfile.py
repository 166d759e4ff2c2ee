"""The command line of the Procfile starts a server that answers and stops."""

import os
import re
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest
from repository import clean_environment, program, read

from sandbox.patience import TEST_SECONDS


@pytest.fixture(autouse=True)
def deadline():
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("nothing happens any more"))
    signal.alarm(TEST_SECONDS)
    yield
    signal.alarm(0)


@pytest.fixture
def start(tmp_path):
    """Runs a process of the Procfile as Heroku does: by bash, with a PORT, as a
    group of its own. AWS is out of reach."""
    children = []

    def start(name):
        command = re.search(rf"^{name}: (.+)$", read("Procfile"), re.M)[1]
        hosts = tmp_path / "hosts.csv"
        hosts.write_text("home.example.org,token\n")
        child = subprocess.Popen(
            ["bash", "-c", command],
            env=clean_environment(
                PATH=f"{Path(program('DYNDNS53_BIN')).parent}:{os.environ['PATH']}",
                PORT="0",
                AWS_ACCESS_KEY_ID="id",
                AWS_SECRET_ACCESS_KEY="secret",
                AWS_ENDPOINT_URL="http://127.0.0.1:9",
                DYNDNS_DATABASE=str(hosts),
            ),
            stderr=subprocess.PIPE,
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


def test_web_answers_and_stops(start):
    web = start("web")
    listening = next(line for line in web.stderr if "event=listening" in line)
    assert "address=::" in listening or "address=0.0.0.0" in listening
    port = re.search(r"port=(\d+)", listening)[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/check_ip") as reply:
        assert reply.read() == b"127.0.0.1\n"
    os.killpg(web.pid, signal.SIGTERM)  # Heroku tells every process of a dyno
    rest = web.stderr.read()
    assert web.wait() == 0, rest
    assert "event=stopped status=0" in rest.splitlines()[-1]
