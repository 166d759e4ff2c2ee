"""dyndb check-config: what the service needs, each fault with its mend."""

import pytest

from .conftest import BUCKET, KEY
from .hosts import csv_of, numbered

OK, FAILED, USAGE, INVALID, CONFLICT = range(5)


@pytest.fixture
def check(tool):
    """The status, and what it says: lines of a word and a text, a fault with
    its mend."""

    def check(**environment):
        finished = tool("check-config", **environment)
        lines = []
        for line in finished.stdout.splitlines():
            if line.startswith("       -> "):
                lines[-1] += " " + line.strip()
            else:
                lines.append(" ".join(line.split()))
        return finished.returncode, lines

    return check


def faults(lines):
    return [line.removeprefix("FAULT ") for line in lines if line.startswith("FAULT")]


def test_all_is_well(check, store, route53):
    store("a.example.org", "*.b.example.org")
    status, lines = check()
    assert (status, faults(lines)) == (OK, [])
    for part in (
        "ok credentials: from environment",
        f"ok database: s3://{BUCKET}/{KEY} can be read",
        "ok hosts: 2, and no fault",
        "ok hosted zones: 1 public one",
        "ok every host has its hosted zone",
        "ok example.org (",
    ):
        assert any(line.startswith(part) for line in lines), part
    assert any("route53:ChangeResourceRecordSets" in line for line in lines)
    assert route53.batches == []


def test_it_is_not_coloured_for_a_pipe_and_shows_no_secret(tool, store, sandbox):
    store("a.example.org")
    finished = tool("check-config", TERM="xterm")
    assert "\033" not in finished.stdout
    for secret in ("token-of-", sandbox.environment()["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in finished.stdout + finished.stderr


def test_an_environment_that_is_not_complete_is_told_at_once(dyndb):
    finished = dyndb("check-config", environment={"AWS_EC2_METADATA_DISABLED": "true"})
    assert (finished.returncode, finished.stdout) == (USAGE, "")
    for name in ("DYNDNS_BUCKET", "DYNDNS_DATABASE", "AWS_ACCESS_KEY_ID"):
        assert name in finished.stderr


def test_a_database_that_is_missing(check):
    status, lines = check()
    (fault,) = faults(lines)
    assert status == FAILED and "NoSuchKey" in fault and "-> " in fault
    assert any(line.startswith("ok hosted zones") for line in lines)


def test_a_permission_that_is_missing_on_the_object(check, store, s3):
    store("a.example.org")
    s3.fail_always("access-denied")
    status, lines = check()
    (fault,) = faults(lines)
    assert status == FAILED and "AccessDenied" in fault and "s3:GetObject" in fault


def test_rows_that_break_the_rules(check, store):
    store(csv_of("a.example.org") + b"nodot,token\n")
    status, lines = check()
    (fault,) = faults(lines)
    assert status == INVALID and "1 row is left out" in fault and "check-database" in fault


def test_a_text_that_the_server_would_refuse(check, store):
    store(b'a.example.org,"x\n')
    status, lines = check()
    (fault,) = faults(lines)
    assert status == INVALID and "take none of" in fault


@pytest.mark.parametrize(
    "action, permission",
    [
        ("ListHostedZones", "route53:ListHostedZones"),
        ("ListResourceRecordSets", "route53:ListResourceRecordSets"),
    ],
)
def test_a_permission_that_is_missing_in_route_53(check, store, route53, action, permission):
    store("a.example.org")
    route53.fail_always("access-denied", action)
    status, lines = check()
    (fault,) = faults(lines)
    assert status == FAILED and "AccessDenied" in fault and permission in fault


def test_hosts_without_a_zone(check, store):
    store("a.example.org", *numbered(12, "example.net"))
    status, lines = check()
    told = faults(lines)
    assert status == FAILED and len(told) == 10
    assert told[0].startswith("h0.example.net: no hosted zone") and "-> " in told[0]
    assert any("2 more" in line for line in lines)


def test_the_zones_that_are_named(check, store, route53):
    store("a.example.org")
    ours = route53.add_zone("example.net")
    status, lines = check(DYNDNS_HOSTED_ZONES=f"/hostedzone/{ours}, ZUNKNOWN")
    assert status == FAILED
    assert any("DYNDNS_HOSTED_ZONES" in fault for fault in faults(lines))
    status, lines = check(DYNDNS_HOSTED_ZONES=ours)
    assert [fault.split(":")[0] for fault in faults(lines)] == ["a.example.org"]


def test_two_zones_of_one_name(check, store, route53):
    store("a.example.org")
    route53.add_zone("example.org")
    status, lines = check()
    assert status == FAILED and "two public hosted zones" in faults(lines)[0]


def test_every_page_of_the_zones_is_read(check, store, route53):
    for number in range(150):
        route53.add_zone(f"z{number}.example")
    store("a.z149.example", "a.z0.example")
    status, lines = check()
    assert (status, faults(lines)) == (OK, [])
    assert "ok hosted zones: 151 public ones" in lines


def test_a_moment_s_trouble_is_none(check, store, route53):
    store("a.example.org")
    route53.fail_next(1, "throttling")
    assert check()[0] == OK


def test_a_local_database(check, tmp_path, s3):
    (tmp_path / "hosts.csv").write_bytes(csv_of("a.example.org"))
    here = {"DYNDNS_BUCKET": None, "DYNDNS_DATABASE": "hosts.csv"}
    status, lines = check(**here)
    assert (status, faults(lines), s3.requests) == (OK, [], [])
    status, lines = check(**here | {"DYNDNS_DATABASE": "missing.csv"})
    assert status == FAILED and "DYNDNS_BUCKET" in faults(lines)[0]
