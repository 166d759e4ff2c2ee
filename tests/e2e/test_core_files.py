"""No token and no key ever stands in a core file, whatever started the programs."""

import os
import resource
import subprocess

from .conftest import BUCKET, KEY
from .service import clean_environment


def core_limits(pid):
    """Of the two, 1 keeps a core from being piped to a program as well."""
    return resource.prlimit(pid, resource.RLIMIT_CORE)


def test_the_server_leaves_no_core(start):
    assert all(0 <= limit <= 1 for limit in core_limits(start("a.example.org").pid))


def test_the_tool_leaves_no_core(sandbox, store, s3):
    store("a.example.org")
    environment = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY}
    with s3.held():
        tool = subprocess.Popen(
            [os.environ["DYNDB_BIN"], "download-database", "-q"],
            env=clean_environment(**environment),
            stdout=subprocess.PIPE,
        )
        s3.wait_for_requests(1)
        limits = core_limits(tool.pid)
    assert tool.communicate()[0] != b"" and tool.returncode == 0
    assert all(0 <= limit <= 1 for limit in limits)
