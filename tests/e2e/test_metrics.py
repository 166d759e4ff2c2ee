"""/metrics: what the server counts, where it tells it, and that it is right."""

import subprocess

import pytest

from sandbox.patience import PATIENCE_SECONDS, until

from . import wire
from .conftest import BUCKET
from .hosts import numbered, token_of
from .metrics import address_of, scrape

OWN_LISTENER = {"DYNDNS_METRICS_LISTEN": "127.0.0.1:0"}
AWS_CALLS = "dyndns53_aws_calls_total"
REQUESTS = "dyndns53_http_requests_total"
MESSAGES = "dyndns53_alert_messages_total"
TOO_MANY = 3  # refusals in a row


@pytest.fixture
def service(start):
    return start("a.example.org", "b.example.org", **OWN_LISTENER)


@pytest.fixture(params=["plain", "whole", "whole, in a folder"])
def settings(request, sandbox, tmp_path):
    """As few settings as there may be, and all that have metrics of their own."""
    if request.param == "plain":
        return OWN_LISTENER
    is_in_folder = request.param.endswith("folder")
    return OWN_LISTENER | {
        "DYNDNS_STATE": tmp_path / "state" if is_in_folder else f"s3://{BUCKET}/state",
        "DYNDNS_STATE_SECONDS": 1,
        "DYNDNS_ADMIN_TOKEN": "the-operator-s-own-token",
        "DYNDNS_ALERT_TOPIC": sandbox.sns.create_topic("alerts"),
        "DYNDNS_ALERT_COMMAND": "/bin/true",
        "DYNDNS_ALERT_REFUSALS": TOO_MANY,
        "DYNDNS_ALERT_AFTER_SECONDS": 1,
    }


def keeps_state(settings):
    return "DYNDNS_STATE" in settings


def refuse(service, settings, *hosts):
    """As often as it takes for an alert, and waits until both senders have told it."""
    for host in hosts * TOO_MANY:
        assert service.update(host, "192.0.2.1", token="wrong").status == 401
    for sender in ("sns", "command") if keeps_state(settings) else ():
        sent = {"sender": sender, "result": "sent"}
        until(lambda: scrape(service).value(MESSAGES, **sent) > 0, f"a message by {sender}")


def answered(service, route, outcome):
    metrics = scrape(service)
    labels = {"route": route, "outcome": outcome}
    return metrics.value(REQUESTS, **labels) if metrics.has(REQUESTS, **labels) else 0


# --- where


def test_it_is_off_unless_asked_for(start):
    service = start("a.example.org")
    assert service.events("listening", kind="metrics") == []
    assert service.get("/metrics").status == 404


def test_callers_do_not_see_it_and_watchers_see_nothing_else(service):
    assert service.get("/metrics").status == 404
    watched = address_of(service)
    assert service.get("/metrics", address=watched).status == 200
    assert service.request("HEAD", "/metrics", address=watched).status == 200
    assert service.get("/healthz", address=watched).status == 200
    for path in ("/", "/check_ip", "/nic/update", "/register_ip", "/reflect"):
        assert service.get(path, address=watched).status == 404
    assert service.request("POST", "/metrics", address=watched).status == 405


def test_whatever_host_is_named_the_listener_decides(service):
    for host in ("metrics", "default", "localhost:1"):
        head = f"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        for address, status in ((service.address, 404), (address_of(service), 200)):
            with service.connect(address) as connection:
                connection.send(head)
                assert connection.receive().status == status


# --- the form


def test_promtool_finds_no_fault(start, settings):
    service = start("a.example.org", "b.example.org", **settings)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    refuse(service, settings, "b.example.org")
    assert scrape(service).has("dyndns53_state_objects_waiting") == keeps_state(settings)
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=scrape(service).text,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_there_is_as_much_of_it_with_many_hosts_as_with_one(start, settings):
    def launch(name, *hosts):
        """Each with a state of its own, for what a server finds there is counted."""
        own = {"DYNDNS_STATE": f"{settings['DYNDNS_STATE']}-{name}"} if keeps_state(settings) else {}
        return start("a.example.org", *hosts, **settings | own)

    few, many = launch("few"), launch("many", *numbered(600))
    refuse(few, settings, "a.example.org")
    refuse(many, settings, *numbered(5))
    for number, host in enumerate(numbered(50)):
        assert many.update(host, f"192.0.2.{number}").said == f"good 192.0.2.{number}"
    assert few.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    until(
        lambda: scrape(few).series() == scrape(many).series(),
        lambda: f"the same series: {scrape(few).series() ^ scrape(many).series()}",
    )
    assert scrape(many).value("dyndns53_hosts") == 601
    assert "example" not in scrape(many).text and "192.0.2" not in scrape(many).text


# --- the numbers


def test_requests_are_counted_by_url_and_outcome(service):
    host, address = "a.example.org", "192.0.2.1"
    wrong = wire.basic(host, "wrong")
    right = wire.basic(host, token_of(host))
    update = f"/nic/update?hostname={host}&myip={address}"
    for _ in range(3):
        service.get("/check_ip")
    assert service.get(update).status == 401
    for _ in range(2):
        assert service.get(update, [wrong]).said == "badauth"
    assert service.get(update, [right]).said == f"good {address}"
    for _ in range(4):
        assert service.get(update, [right]).said == f"nochg {address}"
    assert service.get("/nic/update?hostname=b.example.org", [right]).said == "nohost"
    assert service.get(f"/v3/update?hostname={'x.example.org,' * 21}", [right]).said == "numhost"
    assert service.update(host, address).said == f"nochg {address}"
    assert service.request("HEAD", "/register_ip").status == 405
    assert service.get("/secret-path").status == 404
    with service.connect() as connection:
        connection.send(b"GET /check_ip HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert connection.receive().status == 400

    metrics = scrape(service)
    for route, outcome, count in [
        ("/check_ip", "ok", 3),
        ("/nic/update", "noauth", 1),
        ("/nic/update", "badauth", 2),
        ("/nic/update", "good", 1),
        ("/nic/update", "nochg", 4),
        ("/nic/update", "nohost", 1),
        ("/v3/update", "numhost", 1),
        ("/register_ip", "nochg", 1),
        ("/register_ip", "not_allowed", 1),
        ("none", "not_found", 1),
        ("none", "bad_request", 1),
    ]:
        assert metrics.value(REQUESTS, route=route, outcome=outcome) == count, (route, outcome)
    seconds = "dyndns53_http_request_duration_seconds"
    assert metrics.value(f"{seconds}_count", route="/nic/update") == 9
    assert metrics.value(f"{seconds}_bucket", route="/nic/update", le="+Inf") == 9
    assert metrics.value("dyndns53_changes_total", outcome="accepted") == 1
    assert metrics.value("dyndns53_changes_total", outcome="unchanged") == 5
    assert metrics.value("dyndns53_changes_total", outcome="refused") == 1
    assert metrics.value("dyndns53_update_wait_seconds_count") == 1
    assert metrics.value("dyndns53_batches_total", result="accepted") == 1
    assert metrics.value("dyndns53_batch_changes_sum") == 1


def test_who_waits_for_route53_is_seen_waiting_and_timed(start, route53):
    service = start("a.example.org", **OWN_LISTENER)
    with route53.held():
        caller = service.update_later("a.example.org", "192.0.2.1")
        until(lambda: scrape(service).value("dyndns53_waiters") == 1, "the caller waits")
        assert scrape(service).value("dyndns53_update_wait_seconds_count") == 0
    assert caller.wait().said == "good 192.0.2.1"
    metrics = scrape(service)
    assert metrics.value("dyndns53_waiters") == 0
    assert metrics.value("dyndns53_update_wait_seconds_count") == 1


def test_throttling_is_counted_and_shows_in_the_rate(start, route53):
    service = start("a.example.org", DYNDNS_ROUTE53_RATE="8", **OWN_LISTENER)
    before = scrape(service)
    assert before.value("dyndns53_route53_calls_per_second_max") == 8
    assert before.value("dyndns53_route53_calls_per_second_allowed") == 8
    route53.fail_next(1, "throttling", "ChangeResourceRecordSets")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    metrics = scrape(service)
    assert metrics.value("dyndns53_route53_throttles_total") == 1
    assert metrics.value("dyndns53_batches_total", result="throttled") == 1
    calls = {"operation": "ChangeResourceRecordSets"}
    assert metrics.value(AWS_CALLS, **calls, code="Throttling") == 1
    assert metrics.value(AWS_CALLS, **calls, code="ok") == 1
    assert metrics.value("dyndns53_aws_call_duration_seconds_count", **calls) == 2
    assert 4 <= metrics.value("dyndns53_route53_calls_per_second_allowed") < 8
    assert metrics.value("dyndns53_route53_calls_total") == len(route53.calls)


def test_connections_are_counted(service):
    def are_open(count):
        """Beside the one that asks."""
        return lambda: scrape(service).value("dyndns53_connections") == count + 1

    with service.connect() as one, service.connect() as two:
        for connection in (one, two):
            connection.send(wire.request("GET", "/check_ip"))
            assert connection.receive().status == 200
        until(are_open(2), "two connections")
    until(are_open(0), "none")
    before = scrape(service)
    for _ in range(5):
        service.get("/check_ip")
    metrics = scrape(service)
    accepted = "dyndns53_connections_accepted_total"
    assert metrics.value(accepted) - before.value(accepted) == 6
    assert metrics.value("dyndns53_connections_max") > 3


def test_the_table_is_told_of(start, store, s3):
    service = start(ready=False, **OWN_LISTENER)
    service.wait_for_event("table_load_failed")
    assert scrape(service).value("dyndns53_ready") == 0
    for name in ("dyndns53_table_age_seconds", "dyndns53_hosts"):
        assert not scrape(service).has(name), name
    store(b"hostname,token\na.example.org,a\nno name,b\n")
    service.wait_until_ready()
    metrics = scrape(service)
    assert metrics.value("dyndns53_ready") == 1
    assert metrics.value("dyndns53_hosts") == 1
    assert metrics.value("dyndns53_table_rows_left_out") == 1
    assert metrics.value("dyndns53_table_loads_total", result="loaded") == 1
    assert metrics.value("dyndns53_table_loads_total", result="failed") >= 1
    loaded_at = metrics.value("dyndns53_table_last_success_timestamp_seconds")
    assert metrics.value("process_start_time_seconds") <= loaded_at
    with service.expecting("table_unchanged"):
        service.reload()
    metrics = scrape(service)
    assert metrics.value("dyndns53_table_loads_total", result="unchanged") == 1
    assert metrics.value("dyndns53_table_last_success_timestamp_seconds") >= loaded_at


def test_the_process_is_told_of(start):
    service = start("a.example.org", open_files=4000, **OWN_LISTENER)
    metrics = scrape(service)
    assert metrics.value("process_max_fds") == 4000
    assert 10 < metrics.value("process_open_fds") < 200
    assert metrics.value("process_resident_memory_bytes") > 1e6
    assert metrics.value("process_cpu_seconds_total") > 0
    assert metrics.value("dyndns53_aws_state", service="route53", state="ok") == 1
    assert metrics.value("dyndns53_aws_state", service="s3", state="ok") == 1


def test_calls_that_fail_are_counted_by_aws_word_for_it(start, s3, sandbox):
    service = start("a.example.org", AWS_MAX_ATTEMPTS="1", **OWN_LISTENER)
    for fault, code in [("access-denied", "AccessDenied"), ("500", "InternalError")]:
        s3.fail_always(fault)  # libcurl sends again what a kept connection lost
        with service.expecting("table_load_failed"):
            service.reload()
        s3.heal()
        assert scrape(service).value(AWS_CALLS, operation="GetObject", code=code) == 1
    with service.expecting("table_unchanged"):
        service.reload()
    assert scrape(service).value(AWS_CALLS, operation="GetObject", code="ok") == 2


@pytest.mark.parametrize("threads", [1, 4])
def test_what_all_loops_count_is_added_up(start, threads):
    service = start("a.example.org", DYNDNS_THREADS=threads, **OWN_LISTENER)
    for _ in range(20):
        assert service.get("/check_ip").status == 200
    assert answered(service, "/check_ip", "ok") == 20


def test_who_is_refused_for_the_crowd_of_his_address_is_counted(start):
    service = start("a.example.org", DYNDNS_MAX_CONNECTIONS_PER_ADDRESS=1, **OWN_LISTENER)
    with service.connect(source="127.0.0.9") as first:
        first.send(b"GET /check_ip HTTP/1.1\r\nHost: x\r\n\r\n")
        assert first.receive().status == 200
        for _ in range(3):
            with service.connect(source="127.0.0.9") as another:
                assert another.is_closed()
        assert scrape(service).value("dyndns53_connections_refused_total") == 3
