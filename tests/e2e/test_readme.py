"""What the README has people type on their own machine, typed."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import BUCKET
from .service import clean_environment

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def commands(heading, part):
    """The indented block below a heading that has this in it, as a script."""
    below = README.split(f"\n{heading}\n")[1]
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", below, re.M)
    return next(block for block in blocks if part in block)


@pytest.fixture
def type_in(tmp_path, sandbox):
    """Types commands into a shell that stands in a copy of the repository, as
    far as it matters. Whoever runs the editor fills in what the example leaves
    empty, and that AWS is the sandbox. Gives the standard output."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    values = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET}
    (tmp_path / "bin").mkdir()
    editor = tmp_path / "bin/editor"
    editor.write_text(f"#!{sys.executable}\n{_FILL_IN.format(values=values)}")
    editor.chmod(0o755)
    for variable in ("DYNDNS53_BIN", "DYNDB_BIN"):
        program = Path(os.environ[variable]).resolve(strict=True)
        (tmp_path / "bin" / program.name).symlink_to(program)

    def type_in(script):
        script = script.replace("/usr/local/sbin/", f"{tmp_path}/bin/")
        environment = clean_environment(PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
        finished = subprocess.run(
            ["sh", "-eu", "-c", script], cwd=tmp_path, env=environment, capture_output=True
        )
        assert finished.returncode == 0, finished.stderr.decode()
        return finished.stdout.decode()

    return type_in


_FILL_IN = """\
import re, sys
values = {values!r}
path = sys.argv[1]
text = open(path).read()
for name, value in values.items():
    line = name + "=" + value
    text, found = re.subn("(?m)^" + name + "=.*$", line, text)
    text += "" if found else line + "\\n"
open(path, "w").write(text)
"""


def settings(path):
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


def test_settings_hosts_and_server(type_in, start, tmp_path):
    type_in(commands("### 2. Settings", "editor"))
    mode = (tmp_path / "dyndns53.env").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600

    type_in(commands("### 3. Hosts and tokens", "openssl").replace("dyn.example", "example"))
    assert stat.S_IMODE((tmp_path / "hosts.csv").stat().st_mode) == 0o600
    host, token = (tmp_path / "hosts.csv").read_text().strip().split(",")
    assert host == "home.example.org" and len(token) == 32

    said = type_in(commands("#### On your own machine", "set -a"))
    assert f"DYNDNS_BUCKET={BUCKET}\n" in said

    service = start(**settings(tmp_path / "dyndns53.env"), DYNDNS_TRUSTED_PROXIES=None)
    ask = commands("#### On your own machine", "curl").replace("8080", str(service.address[1]))
    said = type_in("\n".join(line for line in ask.splitlines() if "journalctl" not in line))
    assert said.startswith('{"status":"ok",') and said.endswith("\n127.0.0.1\n")

    reply = service.update(host, "192.0.2.1", token=token)
    assert reply.said == "good 192.0.2.1"

    said = type_in(commands("### Later", "add-host").replace("dyn.example", "example"))
    assert "garage.example.org" in said
    type_in(commands("### Later", "download-database").replace("dyn.example", "example"))
    with service.expecting("table_loaded", hosts=3):
        service.reload()
