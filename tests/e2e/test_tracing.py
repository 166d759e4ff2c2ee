"""traceparent and X-Request-ID: a request's lines in the log name the word by which
its caller knows it, and no other bytes of his."""

import pytest

from sandbox.patience import until

from . import wire
from .conftest import ZONE
from .hosts import token_of
from .test_hashed_tokens import CHOSEN, COSTLY, scrypt

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
OTHER = "0af7651916cd43dd8448eb211c80319c"
UUID = "8c3e9f0a-1f4b-4c3e-9a57-0d6a2b1c7e55"


def parent(trace):
    return "traceparent", f"00-{trace}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ([("traceparent", PARENT)], TRACE),
        ([("X-Request-ID", UUID)], UUID),
        ([("X-Request-ID", UUID), ("Traceparent", PARENT)], TRACE),
        ([("X-Request-ID", UUID), ("traceparent", "00-" + "0" * 32)], UUID),
    ],
)
def test_a_change_is_logged_with_its_trace(service, headers, trace):
    assert service.update("a.example.org", "192.0.2.1", headers=headers).status == 200
    assert service.wait_for_event("record_changed")["trace"] == trace


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("traceparent", PARENT.upper())],
        [("traceparent", PARENT), ("traceparent", PARENT)],
        [("X-Request-ID", "short")],
        [("X-Request-ID", 'a" event=forged level=error' + "a" * 20)],
        [("X-Request-ID", "a" * 201)],
    ],
)
def test_what_is_no_trace_is_not_logged(service, headers):
    assert service.update("a.example.org", "192.0.2.1", headers=headers).status == 200
    event = service.wait_for_event("record_changed")
    with pytest.raises(KeyError):
        event["trace"]
    assert "forged" not in service.log.text() and "aaaa" not in service.log.text()


def test_each_of_a_batch_has_its_own(orderly_service, route53):
    service = orderly_service
    with route53.held():
        first = service.update_later("h0.example.org", "192.0.2.9")
        service.settle()
        callers = [
            service.update_later(f"{name}.example.org", "192.0.2.1", headers=[parent(trace)])
            for name, trace in (("a", TRACE), ("b", OTHER))
        ]
        service.settle()
    for caller in [first, *callers]:
        assert caller.wait().said.startswith("good ")
    for name, trace in (("a", TRACE), ("b", OTHER)):
        assert service.wait_for_event("record_changed", host=f"{name}.example.org")["trace"] == trace
    assert any(int(batch["changes"]) > 1 for batch in service.events("batch_done"))


def test_refusals_are_logged_with_their_trace(start, store):
    store(f"hostname,token,lock_record\na.example.org,{token_of('a.example.org')},yes\n".encode())
    service = start()
    locked = service.update("a.example.org", "192.0.2.1", headers=[parent(TRACE)])
    assert locked.said == "abuse"
    assert service.wait_for_event("change_refused")["trace"] == TRACE
    wrong = service.update("a.example.org", token="wrong", headers=[parent(OTHER)])
    assert wrong.said == "badauth"
    assert service.wait_for_event("badauth")["trace"] == OTHER
    browser = [parent(TRACE), ("Sec-Fetch-Site", "cross-site")]
    assert service.update("a.example.org", headers=browser).status == 403
    assert service.wait_for_event("cross_site_refused")["trace"] == TRACE


def test_who_is_turned_away_is_logged_with_the_trace_of_the_last_guess(start):
    service = start("a.example.org", DYNDNS_MAX_FAILURES=2)

    def guess(number, trace):
        return service.update("a.example.org", token=f"guess-{number}", headers=[parent(trace)])

    assert [guess(1, OTHER).status, guess(2, TRACE).status] == [401, 401]
    assert service.wait_for_event("address_turned_away")["trace"] == TRACE


def test_so_is_the_key_of_a_reflection(start):
    service = start("a.example.org", DYNDNS_MAX_FAILURES=2, DYNDNS_REFLECT_KEY="k" * 16)
    for number, trace in enumerate([OTHER, TRACE]):
        assert service.get(f"/reflect?apikey=guess-{number}", [parent(trace)]).status == 403
    assert service.wait_for_event("address_turned_away")["trace"] == TRACE


def test_a_login_that_cannot_be_verified_is_logged_with_its_trace(start):
    service = start((CHOSEN, scrypt(token_of(CHOSEN), COSTLY)))

    def some_find_no_room():
        pending = [
            service.update_later(CHOSEN, token="guess", headers=[parent(TRACE)]) for _ in range(60)
        ]
        return "911" in [each.wait().said for each in pending]

    until(some_find_no_room, "a guess that finds no room")
    assert service.wait_for_event("login_not_verified")["trace"] == TRACE


def test_a_request_that_is_refused_is_logged_with_its_trace(start):
    service = start("a.example.org")
    hosts = [("Host", "a"), ("Host", "b")]
    assert service.get("/check_ip", [*hosts, parent(TRACE)]).status == 400
    assert service.wait_for_event("request_refused")["trace"] == TRACE


def test_a_record_that_route53_refuses_is_logged_with_its_trace(service, route53):
    route53.set_record(ZONE, "a.example.org", "CNAME", "elsewhere.example.net.")
    refused = service.update("a.example.org", "192.0.2.1", headers=[parent(TRACE)])
    assert refused.said == "dnserr"
    assert service.wait_for_event("record_refused")["trace"] == TRACE


def test_a_name_without_a_zone_is_logged_with_its_trace(start, store):
    store(f"a.example.net,{token_of('a.example.net')}\n".encode())
    service = start()
    credentials = wire.basic("a.example.net", token_of("a.example.net"))
    assert service.get("/nic/update?myip=192.0.2.1", [credentials, parent(TRACE)]).said == "dnserr"
    assert service.wait_for_event("update_not_taken")["trace"] == TRACE
