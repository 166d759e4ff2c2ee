"""/healthz: whether a host table is in service, and AWS was last reached."""

import json

CHANGE = "ChangeResourceRecordSets"


def health(service):
    reply = service.get("/healthz")
    assert reply.header("Content-Type") == "application/json"
    return reply.status, json.loads(reply.body)


def test_all_is_well(service):
    assert health(service) == (200, {"status": "ok", "hosts": 602, "table": "current"})


def test_head_is_answered(service):
    assert service.request("HEAD", "/healthz").status == 200


def test_without_a_host_table_it_is_503_with_the_reason(start, s3):
    with s3.held():
        service = start(ready=False)
        status, body = health(service)
    assert (status, body["status"], body["hosts"], body["table"]) == (503, "unavailable", 0, "none")
    assert "no host table" in body["reason"]


def test_aws_out_of_reach_is_503_until_it_is_back(service, sandbox):
    sandbox.unplug()
    pending = service.update_later("a.example.org", "192.0.2.1")
    service.wait_for_event("batch_failed")
    status, body = health(service)
    assert (status, body["hosts"]) == (503, 602)
    assert "not reached" in body["reason"]
    sandbox.plug()
    assert pending.wait().said == "good 192.0.2.1"
    assert health(service)[0] == 200


def test_refused_credentials_are_503_with_the_reason(service, route53):
    route53.fail_always("expired-token", CHANGE)
    assert service.update("a.example.org", "192.0.2.1").said == "911"
    status, body = health(service)
    assert status == 503 and "credentials" in body["reason"]
    route53.heal()
    route53.wait_for_record("a.example.org", "A", "192.0.2.1")
    service.wait_for_event("record_changed")
    assert health(service)[0] == 200


def test_a_refused_record_is_no_illness(service, route53):
    route53.set_record("example.org", "a.example.org", "CNAME", "elsewhere.example.net.")
    assert service.update("a.example.org", "192.0.2.1").said == "dnserr"
    assert health(service)[0] == 200


def test_throttling_is_no_illness(service, route53):
    with route53.held():
        pending = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        route53.fail_next(1, "throttling")
    service.wait_for_event("batch_failed", code="Throttling")
    assert health(service)[0] == 200
    assert pending.wait().said == "good 192.0.2.1"


def test_a_reload_that_failed_shows_as_a_stale_table(service, store):
    store(b"")
    with service.expecting("table_load_failed"):
        service.reload()
    assert health(service) == (200, {"status": "ok", "hosts": 602, "table": "stale"})


def test_a_local_database_is_well_once_route53_was_reached(start, tmp_path):
    file = tmp_path / "hosts.csv"
    file.write_text("a.example.org,token\n")
    service = start(DYNDNS_BUCKET=None, DYNDNS_DATABASE=file)
    assert health(service) == (200, {"status": "ok", "hosts": 1, "table": "current"})


def test_the_figures_follow_the_table(service, store):
    store("a.example.org")
    with service.expecting("table_loaded"):
        service.reload()
    assert health(service)[1]["hosts"] == 1
