"""/healthz: whether this server can do its work, and if not, since when and why."""

import json
import re
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from .clock_offset import offsets_since

CHANGE = "ChangeResourceRecordSets"
CLOCK_SECONDS_OFF = 3600
LOOKS = 5


def health(service):
    reply = service.get("/healthz")
    assert reply.header("Content-Type") == "application/json"
    assert reply.body.count(b"\n" if isinstance(reply.body, bytes) else "\n") == 1
    return reply.status, json.loads(reply.body)


def states(service):
    """The status, and the state of each service."""
    status, body = health(service)
    return status, {name: body[name]["state"] for name in ("route53", "s3") if name in body}


def load(service):
    """Makes the server look at S3 once more; returns its status and states."""
    with service.expecting("table_unchanged"):
        service.reload()
    return states(service)


WELL = (200, {"route53": "ok", "s3": "ok"})


def test_all_is_well(service):
    status, body = health(service)
    since = [body[name].pop("since") for name in ("route53", "s3")]
    assert (status, body) == (
        200,
        {"status": "ok", "hosts": 602, "table": "current",
         "route53": {"state": "ok"}, "s3": {"state": "ok"}},
    )  # fmt: skip
    for text in since:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)
        then = datetime.fromisoformat(text.replace("Z", "+00:00"))
        assert 0 <= (datetime.now(timezone.utc) - then).total_seconds() < 3600


def test_head_is_answered(service):
    assert service.request("HEAD", "/healthz").status == 200


def test_that_it_lives_is_told_whatever_is_the_matter_with_aws(start, s3, free_port):
    with s3.held():
        service = start(
            ready=False, AWS_ENDPOINT_URL_ROUTE_53=f"http://127.0.0.1:{free_port}"
        )
        assert health(service)[0] == 503
        for _ in range(LOOKS):
            reply = service.get("/healthz?live")
            assert (reply.status, json.loads(reply.body)) == (200, {"status": "alive"})
        assert service.request("HEAD", "/healthz?live").status == 200
        assert service.get("/healthz?verbose").status == 503


def test_the_compose_file_asks_in_a_way_that_the_server_understands(start, free_port):
    text = (Path(__file__).parents[2] / "docs" / "compose.yaml").read_text()
    test = yaml.safe_load(text)["services"]["dyndns53"]["healthcheck"]["test"]
    assert test[:3] == ["CMD", "bash", "-c"]

    def asked(port):
        command = test[3].replace("$$", "$").replace("/8080", f"/{port}")
        return subprocess.run(["bash", "-c", command], stderr=subprocess.DEVNULL, timeout=600)

    service = start("a.example.org")
    assert asked(service.address[1]).returncode == 0
    assert asked(free_port).returncode != 0


def test_without_a_host_table_it_is_503_with_the_reason(start, s3):
    with s3.held():
        service = start(ready=False)
        status, body = health(service)
    assert (status, body["status"], body["hosts"], body["table"]) == (503, "unavailable", 0, "none")
    assert "no host table" in body["reason"]
    assert body["s3"]["state"] == "unknown"


# --- Route 53


def test_route53_that_was_never_reached_is_503_whatever_s3_says(start, free_port):
    """S3 is well and says so again and again; Route 53's endpoint refuses."""
    service = start(
        "a.example.org", ready=False, AWS_ENDPOINT_URL_ROUTE_53=f"http://127.0.0.1:{free_port}"
    )
    service.wait_for_event("table_loaded")
    told = service.wait_for_event("route53_health", state="unreachable", before="unknown")
    assert told.level == "error"
    first = health(service)[1]
    for _ in range(LOOKS):
        assert load(service) == (503, {"route53": "unreachable", "s3": "ok"})
    status, body = health(service)
    assert "not reached" in body["reason"] and "Route 53" in body["reason"]
    assert body == first  # "since" too
    assert len(service.events("route53_health")) == 1
    assert service.events("s3_health") == []


def test_route53_out_of_reach_is_503_until_it_is_back(start, sandbox):
    service = start("a.example.org", AWS_ENDPOINT_URL_S3=sandbox.endpoint_url)
    sandbox.unplug()
    pending = service.update_later("a.example.org", "192.0.2.1")
    service.wait_for_event("batch_failed")
    status, body = health(service)
    assert (status, body["hosts"]) == (503, 1)
    assert "not reached" in body["reason"]
    assert body["route53"]["state"] == "unreachable"
    sandbox.plug()
    assert pending.wait().said == "good 192.0.2.1"
    assert health(service)[0] == 200
    service.wait_for_event("route53_health", state="ok")
    [ill, well] = service.events("route53_health")
    assert (ill.level, ill["state"], ill["before"]) == ("error", "unreachable", "ok")
    assert (well.level, well["state"], well["before"]) == ("info", "ok", "unreachable")


@pytest.mark.parametrize(
    "fault, code, state, word",
    [
        ("expired-token", "ExpiredToken", "denied", "credentials"),
        ("access-denied", "AccessDenied", "denied", "permission"),
        ("500", "InternalFailure", "failing", "faults"),
        ("502", "", "failing", "in its place"),
        ("silence", "", "unreachable", "no answer"),
    ],
)
def test_each_illness_of_route53_is_told_apart_and_heals(service, route53, fault, code, state, word):
    route53.fail_always(fault, CHANGE)
    pending = service.update_later("a.example.org", "192.0.2.1")
    told = service.wait_for_event("route53_health", state=state, timeout=60)
    assert (told.level, told["before"], told["code"]) == ("error", "ok", code)
    for _ in range(LOOKS):
        assert load(service) == (503, {"route53": state, "s3": "ok"})
    body = health(service)[1]
    assert word in body["reason"] and word in body["route53"]["reason"]
    route53.heal()
    service.wait_for_event("route53_health", state="ok", before=state, timeout=60)
    assert load(service) == WELL
    pending.wait()


@pytest.mark.parametrize("seconds", [CLOCK_SECONDS_OFF, -CLOCK_SECONDS_OFF])
def test_awss_time_stands_in_for_a_wrong_clock(start, sandbox, route53, s3, seconds):
    begun = time.monotonic()
    sandbox.account.clock_skew_seconds = seconds
    service = start("a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    with service.expecting("table_unchanged"):
        service.reload()
    assert states(service) == WELL
    told = service.events("clock_skewed")
    assert {each["service"] for each in told} == {"S3", "Route 53"} and len(told) == 2
    for each in told:
        assert each.level == "warn" and int(each["seconds"]) in offsets_since(begun, seconds)
    # Each service refused its first call alone.
    assert [each.error for each in s3.requests].count("RequestTimeTooSkewed") == 1


def test_a_clock_that_is_set_right_needs_no_restart(start, sandbox):
    sandbox.account.clock_skew_seconds = CLOCK_SECONDS_OFF
    service = start("a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    sandbox.account.clock_skew_seconds = 0
    assert service.update("a.example.org", "192.0.2.2").said == "good 192.0.2.2"
    right = service.wait_for_event("clock_skewed", service="Route 53", seconds=0)
    assert right.level == "info"
    assert states(service) == WELL


def test_a_wrong_clock_is_no_matter_of_credentials(service, sandbox):
    """Route 53 calls it SignatureDoesNotMatch, and only its words tell. Something
    between dates the answers, so that AWS's time is not known either."""
    sandbox.account.dates_answers = False
    sandbox.account.clock_skew_seconds = CLOCK_SECONDS_OFF
    assert service.update("a.example.org", "192.0.2.1").said == "911"
    told = service.wait_for_event("route53_health", state="clock_skewed")
    assert told["code"] == "SignatureDoesNotMatch" and "expired" in told["message"]
    with service.expecting("s3_health", state="clock_skewed", code="RequestTimeTooSkewed"):
        service.reload()
    status, body = health(service)
    assert status == 503 and "clock" in body["reason"] and "clock" in body["s3"]["reason"]
    sandbox.account.clock_skew_seconds = 0
    service.wait_for_event("route53_health", state="ok", timeout=60)
    with service.expecting("s3_health", state="ok", before="clock_skewed"):
        service.reload()
    assert states(service) == WELL


def test_a_wrong_clock_at_the_start_comes_with_advice(start, sandbox):
    sandbox.account.dates_answers = False
    sandbox.account.clock_skew_seconds = -CLOCK_SECONDS_OFF
    service = start("a.example.org", ready=False)
    assert "clock" in service.wait_for_event("hosted_zones_unread")["advice"]
    assert "clock" in service.wait_for_event("table_load_failed")["advice"]
    assert service.get("/healthz").status == 503
    sandbox.account.clock_skew_seconds = 0
    service.wait_for_event("route53_health", state="ok", timeout=60)
    service.wait_for_event("s3_health", state="ok", timeout=60)
    service.wait_for_event("table_loaded", timeout=60)
    assert states(service) == WELL


def test_a_denied_change_is_not_outvoted_by_a_listing_that_is_allowed(start, route53):
    service = start("a.example.org", "b.example.net")
    route53.fail_always("access-denied", CHANGE)
    assert service.update("a.example.org", "192.0.2.1").said == "911"
    # A host without a zone: once the listing is some seconds old the zones are
    # read again, with success.
    while len(service.events("hosted_zones_read")) < 2:
        assert service.update("b.example.net", "192.0.2.1").said == "dnserr"
    assert states(service) == (503, {"route53": "denied", "s3": "ok"})
    assert len(service.events("route53_health")) == 1
    route53.heal()
    service.wait_for_event("record_changed", timeout=60)
    assert states(service) == WELL


def test_a_refused_record_is_no_illness(service, route53):
    route53.set_record("example.org", "a.example.org", "CNAME", "elsewhere.example.net.")
    assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    assert states(service) == WELL


def test_throttling_is_no_illness_but_is_told(service, route53):
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        route53.fail_always("throttling", CHANGE)
    assert service.wait_for_event("route53_health", state="throttled").level == "warn"
    status, body = health(service)
    assert (status, body["status"], body["route53"]["state"]) == (200, "ok", "throttled")
    assert "fewer calls" in body["route53"]["reason"] and "reason" not in body
    route53.heal()
    assert pending.wait().said == "good 192.0.2.1"
    assert states(service) == WELL


# --- S3


@pytest.mark.parametrize(
    "fault, state",
    [
        ("throttling", "throttled"),
        ("expired-token", "denied"),
        ("access-denied", "denied"),
        ("500", "failing"),
        ("503", "failing"),
        ("reset-before", "unreachable"),
    ],
)
def test_trouble_with_s3_is_told_while_the_table_serves(service, s3, fault, state):
    s3.fail_always(fault)
    with service.expecting("s3_health", state=state, before="ok") as ill:
        service.reload()
    assert ill[0].level == "warn"
    service.wait_for_event("table_load_failed")
    status, body = health(service)
    assert (status, body["status"], body["table"]) == (200, "ok", "stale")
    assert body["s3"]["state"] == state and body["s3"]["reason"]
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert states(service) == (200, {"route53": "ok", "s3": state})
    with service.expecting("table_load_failed"):
        service.reload()
    assert len(service.events("s3_health")) == 1
    with service.expecting("s3_health", state="ok", before=state) as well:
        s3.heal()  # the server may try again by itself, at once
        service.reload()
    assert well[0].level == "info"
    service.wait_for_event("table_unchanged")
    assert health(service)[1]["table"] == "current"


def test_a_reload_that_failed_shows_as_a_stale_table(service, store):
    """The database is broken, S3 is not."""
    store(b"")
    with service.expecting("table_load_failed"):
        service.reload()
    status, body = health(service)
    assert (status, body["status"], body["hosts"], body["table"]) == (200, "ok", 602, "stale")
    assert states(service) == WELL


def test_of_a_local_database_no_s3_is_told(start, tmp_path):
    file = tmp_path / "hosts.csv"
    file.write_text("a.example.org,token\n")
    service = start(DYNDNS_BUCKET=None, DYNDNS_DATABASE=file)
    assert states(service) == (200, {"route53": "ok"})


def test_the_figures_follow_the_table(service, store):
    store("a.example.org")
    with service.expecting("table_loaded"):
        service.reload()
    assert health(service)[1]["hosts"] == 1
