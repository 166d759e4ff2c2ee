"""The command line, and everything that the environment sets."""

import os
import shutil
import socket
import subprocess

import pytest

from sandbox import Sandbox

from .conftest import DEFAULTS, ZONE
from .hosts import csv_of
from .tls import TlsFront

LEAST = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "the-secret-key",
    "DYNDNS_DATABASE": "hosts.csv",
}


# --- options


def test_help(dyndns53):
    finished = dyndns53("--help")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith("Usage: dyndns53")
    for word in ("--check-config", "--version", "DYNDNS_DATABASE", "dyndns53(8)"):
        assert word in finished.stdout


def test_version(dyndns53):
    finished = dyndns53("--version")
    assert (finished.returncode, finished.stderr) == (0, "")
    program, version = finished.stdout.split()
    assert program == "dyndns53" and all(part.isdecimal() for part in version.split("."))


@pytest.mark.parametrize("arguments", [["--nonsense"], ["-x"], ["argument"], ["--help=x"]])
def test_wrong_usage_is_exit_status_2(dyndns53, arguments):
    finished = dyndns53(*arguments, environment=LEAST)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "dyndns53 --help" in finished.stderr


def test_check_config_prints_what_is_in_force(dyndns53):
    finished = dyndns53("--check-config", environment=LEAST | {"DYNDNS_THREADS": 3})
    assert (finished.returncode, finished.stderr) == (0, "")
    assert dict(line.split("=", 1) for line in finished.stdout.splitlines()) == {
        "DYNDNS_LISTEN": "[::]:8080",
        "DYNDNS_THREADS": "3",
        "DYNDNS_BUCKET": "",
        "DYNDNS_DATABASE": "hosts.csv",
        "DYNDNS_REFRESH_SECONDS": "60",
        "DYNDNS_TRUSTED_PROXIES": "",
        "DYNDNS_ALLOW_INTERNAL": "false",
        "DYNDNS_TTL": "300",
        "DYNDNS_NOCHG_SECONDS": "300",
        "DYNDNS_DEADLINE_SECONDS": "20",
        "DYNDNS_ROUTE53_RATE": "5",
        "DYNDNS_HOSTED_ZONES": "",
        "DYNDNS_LOG": "stderr",
        "DYNDNS_LOG_LEVEL": "info",
        "AWS_REGION": "us-east-1",
    }


def test_check_config_prints_no_secret(dyndns53):
    environment = LEAST | {"AWS_SESSION_TOKEN": "the-session-token"}
    finished = dyndns53("--check-config", environment=environment)
    assert finished.returncode == 0 and "the-se" not in finished.stdout


def test_the_threads_are_as_many_as_the_cores(dyndns53):
    finished = dyndns53("--check-config", environment=LEAST)
    assert f"DYNDNS_THREADS={min(os.cpu_count(), 64)}\n" in finished.stdout


def test_empty_variables_are_as_good_as_unset(dyndns53):
    empty = dict.fromkeys(DEFAULTS, "") | {"PORT": "", "DYNDNS_LOG": "", "AWS_SESSION_TOKEN": ""}
    assert dyndns53("--check-config", environment=empty | LEAST).returncode == 0


# --- errors


def test_all_errors_are_told_at_once(dyndns53):
    wrong = {
        "DYNDNS_LISTEN": "localhost:80",
        "DYNDNS_THREADS": "0",
        "DYNDNS_REFRESH_SECONDS": "-1",
        "DYNDNS_TRUSTED_PROXIES": "10.0.0.1/8",
        "DYNDNS_ALLOW_INTERNAL": "perhaps",
        "DYNDNS_TTL": "5m",
        "DYNDNS_NOCHG_SECONDS": "1e3",
        "DYNDNS_DEADLINE_SECONDS": "26",
        "DYNDNS_ROUTE53_RATE": "0",
        "DYNDNS_HOSTED_ZONES": "example.org",
        "DYNDNS_LOG": "/var/log/dyndns53.log",
        "DYNDNS_LOG_LEVEL": "verbose",
        "AWS_ENDPOINT_URL": "localhost:4566",
        "AWS_REGION": "eu west 1",
        "AWS_CA_BUNDLE": "/nonexistent.pem",
    }
    for arguments in ([], ["--check-config"]):
        finished = dyndns53(*arguments, environment=wrong)
        assert (finished.returncode, finished.stdout) == (2, "")
        lines = finished.stderr.splitlines()
        missing = ["DYNDNS_DATABASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        for name in [*wrong, *missing]:
            assert any(line.startswith((f"{name}=", f"{name} ")) for line in lines), name
        assert "dyndns53(8)" in lines[-1]


@pytest.mark.parametrize("port", ["http", "65536", "-1", "80 "])
def test_port_must_be_a_port(dyndns53, port):
    finished = dyndns53(environment=LEAST | {"PORT": port})
    assert finished.returncode == 2 and "PORT" in finished.stderr


@pytest.mark.parametrize(
    "name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
)
def test_a_credential_with_a_line_break_is_refused_and_not_shown(dyndns53, name):
    finished = dyndns53(environment=LEAST | {name: "the-secret-value\n"})
    assert finished.returncode == 2 and name in finished.stderr
    assert "the-secret-value" not in finished.stderr


def test_a_port_that_is_taken_is_told_with_advice(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        service = start("a.example.org", ready=False, DYNDNS_LISTEN=f"127.0.0.1:{port}")
        failed = service.wait_for_event("cannot_listen")
        assert service.wait_for_failure() == 1
    assert failed.level == "error" and failed["port"] == str(port)
    assert "in use" in failed["reason"] and "PORT" in failed["advice"]


# --- where it listens


def test_port_listens_on_ipv6_and_ipv4_alike(start):
    """Heroku's Fir routes over IPv6, its Cedar over IPv4."""
    service = start(
        "a.example.org", PORT=0, DYNDNS_LISTEN=None, DYNDNS_TRUSTED_PROXIES=None,
        DYNDNS_ALLOW_INTERNAL=1,
    )  # fmt: skip
    any_address, port = service.address
    assert any_address == "::"
    assert service.get("/check_ip", address=("::1", port)).said == "::1"
    # An IPv4 caller is not shown as ::ffff:127.0.0.1.
    assert service.get("/check_ip", address=("127.0.0.1", port)).said == "127.0.0.1"
    reply = service.update("a.example.org", address=("127.0.0.1", port))
    assert reply.said == "good 127.0.0.1"


def test_an_ipv4_proxy_is_trusted_on_a_dual_stack_socket(start):
    service = start("a.example.org", PORT=0, DYNDNS_LISTEN=None, DYNDNS_TRUSTED_PROXIES="127.0.0.1")
    port = service.address[1]
    forwarded = [("X-Forwarded-For", "198.51.100.7")]
    assert service.get("/check_ip", forwarded, address=("127.0.0.1", port)).said == "198.51.100.7"
    assert service.get("/check_ip", forwarded, address=("::1", port)).said == "::1"


@pytest.mark.parametrize("listen", ["0.0.0.0:{0},[::]:{0}", "[::]:{0},0.0.0.0:{0}"])
def test_all_addresses_of_both_families_can_be_listed(start, free_port, listen):
    service = start("a.example.org", DYNDNS_LISTEN=listen.format(free_port))
    for own_address in ("127.0.0.1", "::1"):
        reply = service.get("/check_ip", address=(own_address, free_port))
        assert reply.said == own_address


def test_it_listens_on_several_addresses(start):
    service = start("a.example.org", DYNDNS_LISTEN="127.0.0.1:0, [::1]:0,127.0.0.2:0")
    addresses = service.addresses(3)
    assert [address for address, _ in addresses] == ["127.0.0.1", "::1", "127.0.0.2"]
    for address in addresses:
        assert service.get("/healthz", address=address).status == 200


def test_dyndns_listen_comes_before_port(start, free_port):
    service = start("a.example.org", PORT=free_port)
    assert service.address[1] != free_port
    with pytest.raises(ConnectionRefusedError):
        service.connect(("127.0.0.1", free_port))


@pytest.mark.threads
@pytest.mark.parametrize("threads", [1, 8])
def test_any_number_of_threads_serves(start, threads):
    hosts = [f"h{number}.example.org" for number in range(50)]
    service = start(*hosts, DYNDNS_THREADS=threads)
    assert service.wait_for_event("started")["threads"] == str(threads)
    pending = [service.update_later(host, "192.0.2.1") for host in hosts]
    assert {each.wait().said for each in pending} == {"good 192.0.2.1"}
    pending = [service.update_later(host, "192.0.2.1") for host in hosts]
    assert {each.wait().said for each in pending} == {"nochg 192.0.2.1"}


# --- AWS's variables


def test_a_session_token_is_sent_along(start, sandbox):
    sandbox.account.session_token = "the-session-token"
    service = start("a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_aws_default_region_will_do(start, s3):
    s3.region = "eu-central-1"
    service = start("a.example.org", AWS_REGION=None, AWS_DEFAULT_REGION="eu-central-1")
    assert [request.status for request in s3.requests] == [200]
    assert service.is_running


def test_s3_and_route53_may_stand_at_different_addresses(start, sandbox):
    with Sandbox(rate=1000) as other:
        other.route53.add_zone(ZONE)
        service = start("a.example.org", AWS_ENDPOINT_URL_ROUTE_53=other.endpoint_url)
        assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
        assert other.route53.record("a.example.org", "A") == ["192.0.2.1"]
        assert other.s3.requests == [] and sandbox.route53.calls == []


def test_s3_may_stand_elsewhere(start, sandbox):
    with Sandbox() as other:
        other.s3.create_bucket("hosts")
        other.s3.put("hosts", "hosts.csv", csv_of("a.example.org"))
        service = start(AWS_ENDPOINT_URL_S3=other.endpoint_url)
        assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
        assert other.route53.calls == [] and sandbox.s3.requests == []


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost that nobody knows, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    certificate, both = tmp_path / "certificate.pem", tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", both, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_bytes(both.read_bytes() + certificate.read_bytes())
    return certificate, both


def test_aws_ca_bundle_decides_whom_to_believe(start, sandbox, certificate):
    bundle, both = certificate
    with TlsFront(both, sandbox.http_port) as front:
        url = f"https://localhost:{front.port}"
        believing = start("a.example.org", AWS_ENDPOINT_URL=url, AWS_CA_BUNDLE=bundle)
        assert believing.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
        doubting = start("a.example.org", ready=False, AWS_ENDPOINT_URL=url)
        failed = doubting.wait_for_event("table_load_failed")
        assert "certificate" in failed["reason"].lower()
