"""A browser that knows a host's credentials, and a page that uses it.

Browsers say where a request comes from; modems, curl and cron say nothing.
"""

import pytest

from .hosts import token_of
from .proxy import forwarded
from .wire import basic, request

OWN = "dyndns.example.org"  # the Host that wire.request() sends
FORM = ("Content-Type", "application/x-www-form-urlencoded")

FOREIGN = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Sec-Fetch-Site", "something-new")],
    [("Sec-Fetch-Site", "")],
    [("sec-fetch-site", "cross-site")],
    [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")],
    [("Origin", "https://evil.example.com")],
    [("Origin", f"https://{OWN}.evil.example.com")],
    [("Origin", f"https://{OWN}:8443")],
    [("Origin", "null")],
    [("Origin", "")],
    [("Origin", f"https://{OWN}"), ("Origin", "https://evil.example.com")],
    [("Sec-Fetch-Site", "cross-site"), ("Origin", f"https://{OWN}")],
    [("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.example.com")],
]
OWN_DOING = [
    [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-User", "?1")],
    [("Sec-Fetch-Site", "same-origin"), ("Origin", f"https://{OWN}")],
    [("Sec-Fetch-Site", "same-origin")],
    [("Origin", f"http://{OWN}")],
    [("Origin", f"https://{OWN}")],
    [("Origin", f"https://{OWN.upper()}:443")],
    [],
]


def named(headers):
    return ", ".join(f"{name}: {value}" for name, value in headers) or "neither"


@pytest.mark.parametrize("headers", FOREIGN, ids=named)
def test_an_update_for_another_sites_page_is_refused(
    lasting_service, lasting_sandbox, new_host, headers
):
    reply = lasting_service.update(new_host, "5.5.5.5", headers=headers)
    assert (reply.status, reply.reason) == (403, "Forbidden")
    assert reply.said.startswith("nothing was registered: your browser says")
    assert lasting_sandbox.route53.record(new_host, "A") is None


@pytest.mark.parametrize("headers", FOREIGN[:1] + FOREIGN[6:7], ids=named)
def test_so_is_a_form(lasting_service, lasting_sandbox, new_host, headers):
    credentials = basic(new_host, token_of(new_host))
    reply = lasting_service.request(
        "POST", "/register_ip", [credentials, FORM, *headers], b"myip=5.5.5.5"
    )
    assert reply.status == 403
    assert lasting_sandbox.route53.record(new_host, "A") is None


@pytest.mark.parametrize("headers", OWN_DOING, ids=named)
def test_what_a_person_or_a_modem_does_is_registered(lasting_service, new_host, headers):
    assert lasting_service.update(new_host, "5.5.5.5", headers=headers).said == "good 5.5.5.5"
    assert lasting_service.update(new_host, "5.5.5.5", headers=headers).said == "nochg 5.5.5.5"


def test_the_page_learns_nothing_about_credentials(lasting_service, new_host):
    """No challenge either, which would make the browser ask for a password."""
    foreign = [("Sec-Fetch-Site", "cross-site")]
    replies = [
        lasting_service.update(new_host, "5.5.5.5", headers=foreign),
        lasting_service.update(new_host, "5.5.5.5", token="wrong", headers=foreign),
        lasting_service.get("/register_ip?myip=5.5.5.5", foreign),
    ]
    assert len({(reply.status, reply.body) for reply in replies}) == 1
    assert all(reply.header("WWW-Authenticate") is None for reply in replies)


def test_the_connection_lives_on(lasting_service):
    with lasting_service.connect() as connection:
        connection.send(request("GET", "/register_ip", [("Origin", "null")]))
        assert connection.receive().status == 403
        connection.send(request("GET", "/check_ip"))
        assert connection.receive().status == 200


def test_an_origin_needs_a_host_to_be_the_same_as(lasting_service, new_host):
    name, value = basic(new_host, token_of(new_host))
    with lasting_service.connect() as connection:
        connection.send(
            f"GET /register_ip?myip=5.5.5.5 HTTP/1.0\r\n{name}: {value}\r\n"
            f"Origin: http://{OWN}\r\n\r\n".encode()
        )
        assert connection.receive().status == 403


def test_the_host_of_a_url_counts(lasting_service, new_host):
    """RFC 9112 3.2.2: in place of the Host header."""
    credentials = basic(new_host, token_of(new_host))
    for host, status in (("a.example.net:8080", 200), (OWN, 403)):
        target = f"http://{host}/register_ip?myip=5.5.5.5"
        headers = [credentials, ("Origin", "http://a.example.net:8080")]
        assert lasting_service.get(target, headers).status == status


def test_what_changes_nothing_may_be_asked_by_anybody(lasting_service):
    for target in ("/check_ip", "/healthz"):
        assert lasting_service.get(target, [("Sec-Fetch-Site", "cross-site")]).status == 200


def test_the_log_says_what_the_browser_said(start):
    service = start("a.example.org")
    headers = [("Origin", "https://evil.example.com")]
    call = forwarded("198.51.100.7", headers=headers)
    assert service.update("a.example.org", **call).status == 403
    refused = service.wait_for_event("cross_site_refused")
    assert refused.level == "warn" and refused.fields == {
        "client": "198.51.100.7", "header": "origin", "value": "https://evil.example.com",
        "host": OWN,
    }  # fmt: skip
