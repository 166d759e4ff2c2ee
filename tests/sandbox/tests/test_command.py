"""The sandbox as a program."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import botocore.session
import dns.message
import dns.query
import dns.rcode
import pytest
from botocore.config import Config

from sandbox import Sandbox
from sandbox.patience import PATIENCE_SECONDS

FOLDER = Path(__file__).resolve().parent.parent
COMMANDS = {"folder": [sys.executable, str(FOLDER)], "module": [sys.executable, "-m", "sandbox"]}


@pytest.fixture
def start():
    children = []

    def start(*options, command="folder"):
        child = subprocess.Popen(
            [*COMMANDS[command], *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
            cwd="/",
        )
        children.append(child)
        return child, json.loads(child.stdout.readline())

    yield start
    for child in children:
        with child:  # closes its pipes, and waits for it
            child.kill()


@pytest.mark.parametrize("command", COMMANDS)
def test_it_serves_what_it_prints(start, command):
    options = ["--zone", "example.org", "--zone", "example.net", "--private-zone", "internal"]
    options += ["--bucket", "hosts", "--rate", "100", "--secret-key", "S", "--region", "eu-west-1"]
    _, said = start(*options, command=command)
    environment = said["environment"]
    assert said["endpoint_url"] == f"http://127.0.0.1:{said['http_port']}"
    assert environment["AWS_ENDPOINT_URL"] == said["endpoint_url"]
    session = botocore.session.Session()
    session.set_credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    where = {"endpoint_url": said["endpoint_url"], "config": Config(retries={"max_attempts": 0})}
    route53 = session.create_client("route53", "us-east-1", **where)
    zones = route53.list_hosted_zones()["HostedZones"]
    assert [zone["Name"] for zone in zones] == ["example.org.", "example.net.", "internal."]
    s3 = session.create_client("s3", environment["AWS_REGION"], **where)
    s3.put_object(Bucket="hosts", Key="k", Body=b"x")
    query = dns.message.make_query("example.org", "SOA")
    answer = dns.query.udp(query, "127.0.0.1", port=said["dns_port"], timeout=PATIENCE_SECONDS)
    assert answer.rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(start, end):
    child, _ = start()
    child.send_signal(end)
    assert child.wait() == 0


def test_the_end_of_standard_input_may_end_it(start):
    child, _ = start("--exit-with-stdin")
    child.stdin.close()
    assert child.wait() == 0


def test_a_port_that_is_taken(sandbox):
    options = ["--http-port", str(sandbox.http_port)]
    child = subprocess.run([*COMMANDS["folder"], *options], capture_output=True, text=True)
    assert child.returncode == 1
    assert child.stderr.startswith("sandbox: ") and "Traceback" not in child.stderr


def test_stopping_twice_or_before_the_start_does_no_harm():
    never_started = Sandbox()
    never_started.stop()
    with Sandbox() as sandbox:
        sandbox.stop()
