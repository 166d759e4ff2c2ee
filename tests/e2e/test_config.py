"""The command line, and everything that the environment sets."""

import os
import re
import shutil
import socket
import subprocess

import pytest

from sandbox import Sandbox
from sandbox.patience import PATIENCE_SECONDS, until

from .conftest import BUCKET, DEFAULTS, KEY, ZONE
from .hosts import csv_of
from .tls import TlsFront

LEAST = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "the-secret-key",
    "DYNDNS_BUCKET": "dyndns",
    "DYNDNS_DATABASE": "hosts.csv",
}
LOCAL = LEAST | {"DYNDNS_BUCKET": None}
DOUBTFUL = 3  # the exit status


def variables(text):
    """What --check-config prints of variables; the rest are comments."""
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


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
    assert variables(finished.stdout) == {
        "DYNDNS_LISTEN": "[::]:8080",
        "DYNDNS_METRICS_LISTEN": "",
        "DYNDNS_TLS_CERTIFICATE": "",
        "DYNDNS_TLS_KEY": "",
        "DYNDNS_THREADS": "3",
        "DYNDNS_BUCKET": "dyndns",
        "DYNDNS_DATABASE": "hosts.csv",
        "DYNDNS_REFRESH_SECONDS": "60",
        "DYNDNS_STATE": "",
        "DYNDNS_STATE_SECONDS": "60",
        "DYNDNS_STATE_WAITING_MB": "64",
        "DYNDNS_ALERT_TOPIC": "",
        "DYNDNS_ALERT_COMMAND": "",
        "DYNDNS_ALERT_REFUSALS": "10",
        "DYNDNS_ALERT_AFTER_SECONDS": "300",
        "DYNDNS_EXPIRE_AFTER": "never",
        "DYNDNS_EXPIRE_DRY_RUN": "false",
        "DYNDNS_TRUSTED_PROXIES": "",
        "DYNDNS_ALLOW_INTERNAL": "false",
        "DYNDNS_QUERY_AUTH": "false",
        "DYNDNS_MAX_FAILURES": "300",
        "DYNDNS_MAX_CHANGES": "60",
        "DYNDNS_MAX_CONNECTIONS_PER_ADDRESS": "2000",
        "DYNDNS_RESOLVER": "",
        "DYNDNS_TTL": "300",
        "DYNDNS_NOCHG_SECONDS": "300",
        "DYNDNS_DEADLINE_SECONDS": "20",
        "DYNDNS_ROUTE53_RATE": "5",
        "DYNDNS_HOSTED_ZONES": "",
        "DYNDNS_LOG": "stderr",
        "DYNDNS_LOG_LEVEL": "info",
        "AWS_REGION": "us-east-1",
    }


def test_check_config_tells_the_object_and_the_endpoints(dyndns53):
    environment = LEAST | {"AWS_REGION": "eu-west-1"}
    finished = dyndns53("--check-config", environment=environment)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [line for line in finished.stdout.splitlines() if line.startswith("#")] == [
        "# database: the object hosts.csv in the bucket dyndns",
        "# S3: https://dyndns.s3.eu-west-1.amazonaws.com/hosts.csv, signed for eu-west-1",
        "# Route 53: https://route53.amazonaws.com, signed for us-east-1",
        "# credentials: environment",
        "# DYNDNS_API_KEY: none",
        "# DYNDNS_REFLECT_KEY: none",
        "# DYNDNS_ADMIN_TOKEN: none",
        "# DYNDNS_ALERT_WEBHOOK: none",
        "# DYNDNS_ALERT_WEBHOOK_SECRET: none",
    ]


def test_check_config_shows_no_key(dyndns53):
    keys = {
        "DYNDNS_API_KEY": "s3cret-a",
        "DYNDNS_REFLECT_KEY": "s3cret-r",
        "DYNDNS_ADMIN_TOKEN": "s3cret-of-the-operator",
    }
    finished = dyndns53("--check-config", environment=LEAST | keys)
    assert (finished.returncode, finished.stderr) == (0, "")
    for name in keys:
        assert f"# {name}: given, and not shown\n" in finished.stdout
    assert "s3cret" not in finished.stdout


def test_a_wrong_key_is_not_shown_either(dyndns53):
    finished = dyndns53("--check-config", environment=LEAST | {"DYNDNS_API_KEY": "s3cret key"})
    assert finished.returncode == 2
    assert "DYNDNS_API_KEY" in finished.stderr and "s3cret" not in finished.stderr


@pytest.mark.parametrize("is_absolute", [True, False])
def test_check_config_tells_the_file(dyndns53, tmp_path, is_absolute):
    file = tmp_path / "hosts.csv"
    file.write_text("a.example.org,token\n")
    environment = LOCAL | {"DYNDNS_DATABASE": file if is_absolute else file.name}
    finished = dyndns53("--check-config", environment=environment, cwd=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    told = f"the file {file}" if is_absolute else f"the file hosts.csv in {tmp_path}"
    assert f"\n# database: {told}\n# S3: not used\n# Route 53: https://" in finished.stdout


def test_what_check_config_prints_serves_as_the_environment(dyndns53):
    first = dyndns53("--check-config", environment=LEAST)
    again = dyndns53("--check-config", environment=LEAST | variables(first.stdout))
    assert (again.returncode, again.stdout) == (0, first.stdout)


# --- likely mistakes


MISTAKES = [
    ({"DYNDNS_BUCKET": None, "DYNDNS_BUKET": "dyndns", "DYNDNS_DATABASE": __file__},
     "DYNDNS_BUKET is read by nobody; did you mean DYNDNS_BUCKET?"),
    ({"DYNDNS_BUCKET": "", "DYNDNS_DATABASE": __file__}, "DYNDNS_BUCKET is set to nothing"),
    ({"DYNDNS_BUCKET": None, "DYNDNS_DATABASE": "/nonexistent/hosts.csv"},
     "DYNDNS_DATABASE is a local file, since there is no DYNDNS_BUCKET, and cannot be read: "
     "No such file"),
    ({"DYNDNS_BUCKET": None, "DYNDNS_DATABASE": "/dev"}, "no regular file"),
    ({"DYNDNS_BUCKET": "Bad_Bucket"}, "DYNDNS_BUCKET is no name for a bucket of S3"),
    ({"DYNDNS_DATABASE": "/hosts.csv"}, "DYNDNS_DATABASE begins with a slash"),
    ({"DYNDNS_DATABASE": "s3://dyndns/hosts.csv"}, "DYNDNS_DATABASE should be the key alone"),
]  # fmt: skip


@pytest.mark.parametrize("mistake, words", MISTAKES)
def test_a_likely_mistake_is_told_with_a_status_of_its_own(dyndns53, mistake, words):
    finished = dyndns53("--check-config", environment=LEAST | mistake)
    assert finished.returncode == DOUBTFUL
    [line] = finished.stderr.splitlines()
    assert line.startswith("dyndns53: warning: ") and words in line
    assert "# database: " in finished.stdout  # what it means all the same


def test_several_mistakes_are_told_at_once(dyndns53):
    mistakes = {"DYNDNS_BUKET": "x", "DYNDNS_BUCKET": "", "DYNDNS_TLL": "60"}
    finished = dyndns53("--check-config", environment=LEAST | mistakes)
    assert (finished.returncode, len(finished.stderr.splitlines())) == (DOUBTFUL, 4)


def test_a_misspelt_name_is_told_beside_what_is_missing(dyndns53):
    misspelt = {"DYNDNS_DATABASE": None, "DYNDNS_DATABSE": "hosts.csv"}
    finished = dyndns53("--check-config", environment=LEAST | misspelt)
    assert finished.returncode == 2
    assert "\nDYNDNS_DATABASE is not set: " in finished.stderr
    assert "did you mean DYNDNS_DATABASE?" in finished.stderr


def test_a_running_server_tells_them_in_its_log(start):
    service = start("a.example.org", DYNDNS_TLL=60, DYNDNS_DATABSE="x")
    told = {event["variable"]: event for event in service.events("config_doubtful")}
    assert set(told) == {"DYNDNS_TLL", "DYNDNS_DATABSE"}
    assert all(event.level == "warn" for event in told.values())
    assert "DYNDNS_TTL" in told["DYNDNS_TLL"]["advice"]
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_server_without_doubts_tells_none(lasting_service):
    assert lasting_service.events("config_doubtful") == []


@pytest.mark.parametrize(
    "bucket", ["s3://x/y", "s3://x", "x/y", "arn:aws:s3:::x", "x\n"]
)
def test_what_can_be_no_bucket_is_refused(dyndns53, bucket):
    for arguments in ([], ["--check-config"]):
        finished = dyndns53(*arguments, environment=LEAST | {"DYNDNS_BUCKET": bucket})
        assert (finished.returncode, finished.stdout) == (2, "")
        assert "\nDYNDNS_BUCKET is no bucket's name" in finished.stderr


@pytest.mark.parametrize("region", ["europe", "eu-west-1a", "EU-WEST-1"])
def test_a_region_must_be_one_of_awss_unless_the_store_is_another(dyndns53, region):
    environment = LEAST | {"AWS_REGION": region}
    finished = dyndns53("--check-config", environment=environment)
    assert finished.returncode == 2 and "\nAWS_REGION is none of AWS's" in finished.stderr
    environment["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:3900"
    finished = dyndns53("--check-config", environment=environment)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert f"# S3: http://127.0.0.1:3900/dyndns/hosts.csv, signed for {region}\n" in finished.stdout


@pytest.mark.parametrize(
    ("variable", "value", "region", "fault"),
    [
        ("AWS_USE_FIPS_ENDPOINT", "true", "eu-west-1", "names what S3 has in regions of the USA"),
        ("AWS_USE_FIPS_ENDPOINT", "true", "cn-north-1", "names what AWS does not have in China"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true", "us-iso-east-1", "names what Route 53 does not"),
        ("AWS_USE_FIPS_ENDPOINT", "1", "us-east-1", "must be true or false"),
    ],
)
def test_an_endpoint_that_aws_does_not_have_is_refused(dyndns53, variable, value, region, fault):
    environment = LEAST | {"AWS_REGION": region, variable: value}
    finished = dyndns53("--check-config", environment=environment)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert f"\n{variable} {fault}" in finished.stderr


@pytest.mark.parametrize("number", ["0x1p3", " 5", "5 ", "1e3", "inf", "nan", "+5", "5.", ".5", "05"])
@pytest.mark.parametrize("name", ["DYNDNS_ROUTE53_RATE", "DYNDNS_TTL", "PORT"])
def test_a_number_is_decimal_and_nothing_else(dyndns53, name, number):
    finished = dyndns53("--check-config", environment=LEAST | {name: number})
    assert finished.returncode == 2
    assert f"\n{name}={number}: give " in finished.stderr


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
        "AWS_ACCESS_KEY_ID": "AKIA EXAMPLE",
        "DYNDNS_BUCKET": "s3://x/y",
    }
    for arguments in ([], ["--check-config"]):
        finished = dyndns53(*arguments, environment=wrong)
        assert (finished.returncode, finished.stdout) == (2, "")
        lines = finished.stderr.splitlines()
        missing = ["DYNDNS_DATABASE", "AWS_SECRET_ACCESS_KEY"]
        for name in [*wrong, *missing]:
            assert any(line.startswith((f"{name}=", f"{name} ", f"{name}:")) for line in lines), name
        assert "dyndns53(8)" in lines[-1]


def test_each_wrong_item_of_a_list_is_named_by_itself(dyndns53):
    wrong = {
        "DYNDNS_LISTEN": "127.0.0.1, 127.0.0.1:80,[::1]",
        "DYNDNS_TRUSTED_PROXIES": "10.0.0.1/8,proxy",
        "DYNDNS_HOSTED_ZONES": "Z1,example.org",
    }
    finished = dyndns53("--check-config", environment=LEAST | wrong)
    assert finished.returncode == 2
    told = re.findall(r'^(\w+): "(.+?)": give ', finished.stderr, re.M)
    assert told == [
        ("DYNDNS_LISTEN", "127.0.0.1"),
        ("DYNDNS_LISTEN", "[::1]"),
        ("DYNDNS_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("DYNDNS_TRUSTED_PROXIES", "proxy"),
        ("DYNDNS_HOSTED_ZONES", "example.org"),
    ]


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
def own_authority(tmp_path):
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


# What turns off the verification in other programs.
SWITCHES = {
    "AWS_VERIFY_SSL": "false",
    "AWS_NO_VERIFY_SSL": "true",
    "CURL_INSECURE": "1",
    "GIT_SSL_NO_VERIFY": "true",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "PYTHONHTTPSVERIFY": "0",
    "SSL_VERIFY": "false",
}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_nothing_makes_it_believe_another_certificate(
    dyndb, start, sandbox, own_authority, tmp_path, host
):
    """One that nobody signed, and one whose signer is believed, but for another name."""
    bundle, both = own_authority
    (tmp_path / ".curlrc").write_text("insecure\n")
    trust = {"AWS_CA_BUNDLE": str(bundle)} if host == "127.0.0.1" else {}
    with TlsFront(both, sandbox.http_port) as front:
        url = f"https://{host}:{front.port}"
        doing = {**SWITCHES, **trust, "HOME": str(tmp_path), "AWS_ENDPOINT_URL": url}
        service = start("a.example.org", ready=False, **doing)
        service.wait_for_event("table_load_failed", status="unavailable")
        service.wait_for_event("hosted_zones_unread", status="unavailable")
        named = {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY, "AWS_MAX_ATTEMPTS": "1"}
        finished = dyndb("download-database", environment=sandbox.environment() | named | doing)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert "SSL" in finished.stderr
    assert sandbox.s3.requests == [] and sandbox.route53.calls == []


def test_aws_ca_bundle_decides_whom_to_believe(start, sandbox, own_authority):
    bundle, both = own_authority
    with TlsFront(both, sandbox.http_port) as front:
        url = f"https://localhost:{front.port}"
        believing = start("a.example.org", AWS_ENDPOINT_URL=url, AWS_CA_BUNDLE=bundle)
        assert believing.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
        doubting = start("a.example.org", ready=False, AWS_ENDPOINT_URL=url)

        def blames_the_certificate():  # on a slow machine it may be a time-out first
            failed = doubting.events("table_load_failed")
            return any("certificate" in each["reason"].lower() for each in failed)

        until(blames_the_certificate, "the certificate to be blamed")
        assert doubting.events("table_loaded") == []
