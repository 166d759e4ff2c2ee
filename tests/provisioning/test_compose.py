"""The Compose file, as Debian's docker-compose reads it."""

import re
import subprocess

import pytest
import yaml
from packages import TEMPLATES
from stop_time import stop_seconds

FILE = TEMPLATES / "compose.yaml"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    # It wants the file of settings to be there, which a clone does not have.
    root = tmp_path_factory.mktemp("project")
    (root / "docs").mkdir()
    (root / "docs" / "compose.yaml").write_text(FILE.read_text())
    (root / "dyndns53.env").write_text("DYNDNS_DATABASE=hosts.csv\n")
    done = subprocess.run(
        ["docker-compose", "-f", root / "docs" / "compose.yaml", "config"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)["services"]["dyndns53"]


def test_it_is_read_and_finds_the_settings(service):
    assert service["environment"] == {"DYNDNS_DATABASE": "hosts.csv", "PORT": "8080"}


def test_the_container_may_do_nothing_but_serve(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_container_outlives_the_servers_own_stop(service):
    (seconds,) = re.fullmatch(r"(\d+)s", service["stop_grace_period"]).groups()
    assert int(seconds) > stop_seconds()
