"""What a request may look like: plain ones work however old their sender, and
what means two things is refused in words. See also test_smuggling.py."""

import pytest

from . import wire
from .hosts import token_of
from .wire import basic

FORM = ("Content-Type", "application/x-www-form-urlencoded")


def ask(service, data):
    """The reply to these bytes, and whether the connection goes on."""
    with service.connect() as connection:
        connection.send(data)
        reply = connection.receive()
        if reply.header("Connection") == "close":
            assert connection.is_closed()
        return reply


# --- plain requests, however old their sender


@pytest.mark.parametrize(
    "data",
    [
        b"GET /check_ip HTTP/1.0\r\n\r\n",
        b"GET /check_ip HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nhost: dyn.example.org\r\naccept: */*\r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nHOST:dyn.example.org:8080\r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nHost: dyn.example.org \t\r\nUser-Agent: x \r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nHost: my_server\r\n\r\n",
        b"\r\nGET /check_ip HTTP/1.1\r\nHost: a\r\n\r\n",
        b'GET /check_ip?a="<>|\\^`{}\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n',
        b"GET /check_ip HTTP/1.1\r\nHost: a\r\nUser-Agent: caf\xe9\tau lait\r\n\r\n",
        b"GET /check_ip HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_plain_request_is_served(listener, data):
    reply = ask(listener, data)
    assert (reply.status, reply.said) == (200, listener.caller)


# --- the forms of a target (RFC 9112 3.2)


@pytest.mark.parametrize(
    "base",
    ["http://dyndns.example.org", "HTTP://dyndns.example.org:8080", "https://[2001:db8::1]:443"],
)
def test_a_url_does_what_its_path_does(listener, lasting_sandbox, new_host, base):
    credentials = basic(new_host, token_of(new_host))
    assert listener.get(f"{base}/check_ip").said == listener.caller
    assert listener.get(f"{base}/check%5Fip?x=y").said == listener.caller
    assert listener.get(f"{base}/healthz").status == 200
    assert listener.get(f"{base}/register_ip").status == 401
    reply = listener.get(f"{base}/register_ip?myip=192.0.2.1", [credentials])
    assert reply.said == "good 192.0.2.1"
    reply = listener.request(
        "POST", f"{base}/register_ip", [credentials, FORM], b"myip=192.0.2.2"
    )
    assert reply.said == "good 192.0.2.2"
    assert lasting_sandbox.route53.record(new_host, "A") == ["192.0.2.2"]


@pytest.mark.parametrize(
    "target, status, words",
    [
        ("http://a", 401, "<h1>Who are you?</h1>"),
        ("http://a/", 401, "<h1>Who are you?</h1>"),
        ("/", 401, "<h1>Who are you?</h1>"),
        ("http://a?mode=none", 200, "You must pass mode=get"),
        ("/?mode=none", 200, "You must pass mode=get"),
    ],
)
def test_a_url_without_a_path_is_the_root(listener, target, status, words):
    """A page for who says nothing, hash_v2 for who says something."""
    reply = listener.get(target)
    assert (reply.status, reply.header("Connection")) == (status, "keep-alive")
    assert words in reply.body


def test_the_server_as_a_whole_offers_no_options(listener):
    reply = listener.request("OPTIONS", "*")
    assert (reply.status, reply.header("Allow")) == (405, "GET, HEAD, POST")
    assert reply.header("Connection") == "keep-alive"


def test_nobody_is_connected_through(listener):
    reply = listener.request("CONNECT", "127.0.0.1:80")
    assert (reply.status, reply.header("Connection")) == (405, "close")


@pytest.mark.parametrize(
    "method, target",
    [
        ("GET", "*"),
        ("GET", "check_ip"),
        ("GET", "127.0.0.1:80"),
        ("GET", "http:///check_ip"),
        ("GET", "http://user@a/check_ip"),
        ("GET", "http://a:99999/check_ip"),
        ("GET", "ftp://a/check_ip"),
        ("CONNECT", "/register_ip"),
        ("CONNECT", "http://a/register_ip"),
    ],
)
def test_any_other_target_is_refused(listener, method, target):
    reply = ask(listener, wire.request(method, target))
    assert (reply.status, reply.header("Connection")) == (400, "close")
    assert reply.said == "bad request: the request is for no path"


# --- what is refused, and how


def test_a_refusal_says_why_to_the_caller_and_to_the_log(start):
    service = start("a.example.org")
    reply = ask(service, b"GET /register_ip HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    assert (reply.status, reply.reason) == (400, "Bad Request")
    assert reply.said == "bad request: there is more than one Host"
    refused = service.wait_for_event("request_refused")
    assert refused.level == "warn"
    assert refused.fields == {"peer": "127.0.0.1", "reason": "there is more than one Host"}


@pytest.mark.parametrize(
    "event, data, status",
    [
        ("request_refused", b"GET /check_ip HTTP/1.1\r\n\r\n", 400),
        ("cross_site_refused", wire.request("GET", "/register_ip", [("Origin", "null")]), 403),
    ],
)
def test_a_storm_of_refusals_does_not_drown_the_log(start, event, data, status):
    """What is left out is told as soon as a second later than it one is not."""
    service = start("a.example.org", DYNDNS_THREADS=1)
    refused = 0
    while not service.events("refusals_not_logged"):
        assert ask(service, data).status == status
        refused += 1
    assert len(service.events(event)) < refused


def test_a_chunked_body_is_read_and_ends_the_connection(listener, new_host):
    body = b"5\r\nmyip=\r\n9\r\n192.0.2.1\r\n0\r\n\r\n"
    headers = [basic(new_host, token_of(new_host)), FORM, ("Transfer-Encoding", "chunked")]
    data = wire.request("POST", "/register_ip", headers) + body
    reply = ask(listener, data)
    assert (reply.said, reply.header("Connection")) == ("good 192.0.2.1", "close")
