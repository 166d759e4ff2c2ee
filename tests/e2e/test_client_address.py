"""Which address a call came from: the peer's, or what trusted proxies say.

What a caller writes into X-Forwarded-For by itself must never count.
"""

import socket

import pytest

from . import proxy, wire
from .hosts import token_of
from .proxy import forwarded
from .wire import basic

ADVICE = "DYNDNS_TRUSTED_PROXIES"


def own_address(family, anywhere):
    """This machine's own address on the way to anywhere; nothing is sent."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((anywhere, 9))
        return probe.getsockname()[0]


# --- /check_ip


def test_check_ip_says_the_callers_address_in_one_line(lasting_service):
    reply = lasting_service.get("/check_ip")
    assert (reply.status, reply.body) == (200, "127.0.0.1\n")
    assert reply.header("Content-Type") == "text/plain"


def test_check_ip_says_an_ipv6_address(lasting_service):
    ipv6 = lasting_service.addresses(2)[1]
    assert lasting_service.get("/check_ip", address=ipv6).body == "::1\n"


def test_check_ip_works_before_there_is_a_database(start):
    assert start(ready=False).get("/check_ip").said == "127.0.0.1"


def test_check_ip_answers_head(lasting_service):
    reply = lasting_service.request("HEAD", "/check_ip")
    assert (reply.status, reply.header("Content-Length")) == (200, str(len("127.0.0.1\n")))


# --- whom to believe


def test_a_stranger_is_not_believed(start):
    service = start("a.example.org", DYNDNS_TRUSTED_PROXIES=None)
    for value in ("198.51.100.7", "10.0.0.1", "198.51.100.7, 127.0.0.2", "rubbish"):
        assert service.get("/check_ip", **forwarded(value)).said == proxy.ADDRESS
    reply = service.update("a.example.org", **forwarded("198.51.100.7"))
    assert reply.said == "dnserr"


def test_nobody_is_trusted_unless_named(start):
    service = start("a.example.org", DYNDNS_TRUSTED_PROXIES="10.0.0.0/8,127.0.0.3,::2")
    assert service.get("/check_ip", **forwarded("198.51.100.7")).said == proxy.ADDRESS


@pytest.mark.parametrize(
    "value, client",
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("  198.51.100.7\t", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("203.0.113.9,198.51.100.7", "198.51.100.7"),
        ("rubbish, <script>, 198.51.100.7", "198.51.100.7"),
        (", , 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 127.0.0.2", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7, ::ffff:127.0.0.2, 127.0.0.2", "198.51.100.7"),
        ("203.0.113.9, 127.0.0.1, 127.0.0.2", "127.0.0.1"),
        ("203.0.113.9, 10.0.0.1", "10.0.0.1"),
    ],
)
def test_from_right_to_left_through_trusted_proxies_only(lasting_service, value, client):
    assert lasting_service.get("/check_ip", **forwarded(value)).said == client


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["127.0.0.2"],
        ["127.0.0.2, ::ffff:127.0.0.2"],
        ["203.0.113.9", "198.51.100.7"],
        ["198.51.100.7", "198.51.100.7"],
        ["203.0.113.9"] * 20,
        ["", "198.51.100.7"],
        ["198.51.100.7, rubbish"],
        ["198.51.100.7,"],
        ["198.51.100.7:1234"],
        ["[2001:db8::7]"],
        ["2001:db8::7%eth0"],
        ["198.51.100.007"],
        ["unknown"],
        ['198.51.100.7"<b>&'],
        ["\xff\xfe"],
        ["rubbish, 127.0.0.2"],
        ["9" * 5000],
    ],
    ids=lambda values: "|".join(values)[:40] or "none",
)
def test_what_a_proxy_does_not_tell_plainly_is_nobodys_address(
    lasting_service, lasting_sandbox, new_host, values
):
    reply = lasting_service.get("/check_ip", **forwarded(*values))
    assert reply.status == 400
    assert not any(value and value in reply.body for value in values), "it is echoed"
    assert lasting_service.update(new_host, **forwarded(*values)).said == "dnserr"
    assert lasting_sandbox.route53.record(new_host, "A") is None


@pytest.mark.parametrize("blank", [" ", "\t", "  \t "], ids=["blank", "tab", "several"])
@pytest.mark.parametrize(
    "value", ["203.0.113.9,\r\n{blank}198.51.100.7", "203.0.113.9\r\n{blank}, 198.51.100.7"]
)
def test_a_folded_header_is_refused_whole(
    lasting_service, lasting_sandbox, new_host, value, blank
):
    """Whoever passes over its second line believes what the caller wrote."""
    folded = forwarded(value.format(blank=blank))
    for reply in (
        lasting_service.get("/check_ip", **folded),
        lasting_service.update(new_host, **folded),
        lasting_service.update(new_host, "192.0.2.1", **folded),
    ):
        assert (reply.status, reply.header("Connection")) == (400, "close")
        assert reply.said == "bad request: a header is folded over two lines"
    assert lasting_sandbox.route53.record(new_host, "A") is None


def test_a_garbled_header_is_no_obstacle_to_myip(lasting_service, new_host):
    reply = lasting_service.update(new_host, "192.0.2.1", **forwarded("rubbish"))
    assert reply.said == "good 192.0.2.1"


def test_a_proxy_that_does_not_tell_is_never_registered_itself(start, dig):
    """Not even where its own address would do: a public proxy would else
    register itself for every host behind it."""
    service = start("a.example.org", DYNDNS_ALLOW_INTERNAL="true")
    assert service.update("a.example.org").said == "good 127.0.0.1"  # no proxy
    assert service.update("a.example.org", **forwarded()).said == "dnserr"
    assert service.update("a.example.org", **forwarded(proxy.ADDRESS)).said == "dnserr"
    assert dig("a.example.org") == ["127.0.0.1"]


def test_a_call_from_the_proxys_own_machine_gives_its_address(lasting_service, new_host):
    """As from its cron, around the proxy."""
    assert lasting_service.update(new_host, "192.0.2.1", **forwarded()).said == "good 192.0.2.1"


def test_healthz_needs_no_address(lasting_service):
    """Load balancers ask for it directly."""
    assert lasting_service.get("/healthz", **forwarded()).status == 200


def test_the_log_tells_a_silent_proxy_from_a_missing_one(start):
    service = start("a.example.org")
    for values in (["rubbish"], [], [proxy.ADDRESS]):
        with service.expecting("change_refused") as found:
            service.update("a.example.org", **forwarded(*values))
        refused = found[0]
        assert "proxy did not tell" in refused["reason"]
        assert refused["client"] == refused["address"] == "-"
        assert all(word in refused["advice"] for word in ("X-Forwarded-For", ADVICE, "myip"))


def test_the_headers_name_has_no_case(lasting_service):
    told = [("x-forwarded-FOR", "198.51.100.7")]
    reply = lasting_service.get("/check_ip", told, source=proxy.ADDRESS)
    assert reply.said == "198.51.100.7"


# --- Heroku, whose router reaches the server over a private network


def test_on_heroku_the_private_ranges_are_trusted(start):
    try:
        private = own_address(socket.AF_INET6, "fd00::1")
    except OSError:
        private = ""
    if not private.startswith(("fc", "fd")):
        pytest.skip("this machine has no private address to call from")
    listen = f"[{private}]:0,127.0.0.1:0"
    service = start(
        "a.example.org", DYNO="web.1", DYNDNS_LISTEN=listen, DYNDNS_TRUSTED_PROXIES=None
    )
    router, stranger = service.addresses(2)
    told = forwarded("203.0.113.9, 198.51.100.7")["headers"]
    assert service.get("/check_ip", told, address=router).said == "198.51.100.7"
    assert service.get("/check_ip", told, address=stranger).said == "127.0.0.1"


@pytest.mark.parametrize(
    "proxies, trusted",
    [
        (None, "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"),
        ("", ""),
        ("192.0.2.0/24", "192.0.2.0/24"),
    ],
    ids=["unset", "empty", "set"],
)
def test_on_heroku_an_own_setting_wins(dyndns53, sandbox, proxies, trusted):
    environment = sandbox.environment() | {
        "DYNO": "web.1",
        "DYNDNS_DATABASE": "hosts.csv",
        "DYNDNS_TRUSTED_PROXIES": proxies,
    }
    finished = dyndns53("--check-config", environment=environment)
    assert f"DYNDNS_TRUSTED_PROXIES={trusted}\n" in finished.stdout


# --- addresses that mean nothing to the world

INTERNAL = [
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # private
    "127.0.0.1", "127.255.0.1", "::1",  # loopback
    "169.254.1.1", "fe80::1",  # link-local
    "100.64.0.1", "100.127.255.254",  # carrier-grade NAT
    "fc00::1", "fd12:3456::1",  # unique local
    "224.0.0.1", "239.255.255.255", "ff02::1",  # multicast
    "0.0.0.0", "::",  # unspecified
    "240.0.0.1", "255.255.255.255", "0.1.2.3",  # reserved
    "::ffff:10.0.0.1",
    "2002:c0a8:101::1", "2001:0:a00:1::f7f7:f7f7", "2001:0:808:808::3f57:fefe",  # tunnels to one
    "64:ff9b::10.0.0.1", "2001:2::1", "2001:10::1", "5f00::1", "192.88.99.1",  # not global
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_an_internal_address_is_refused(lasting_service, lasting_sandbox, new_host, address):
    assert lasting_service.update(new_host, address).said == "dnserr"
    assert lasting_service.update(new_host, **forwarded(address)).said == "dnserr"
    for type in ("A", "AAAA"):
        assert lasting_sandbox.route53.record(new_host, type) is None


@pytest.mark.parametrize("address", ["9.255.255.255", "172.32.0.1", "100.128.0.1", "2001:db8::1", "2002:808:808::1"])
def test_its_neighbours_are_not(lasting_service, new_host, address):
    assert lasting_service.update(new_host, address).said == f"good {address}"


def test_the_log_says_that_a_proxy_is_the_likely_reason(start):
    service = start("a.example.org", DYNDNS_TRUSTED_PROXIES=None)
    assert service.update("a.example.org").said == "dnserr"
    refused = service.wait_for_event("change_refused")
    assert refused["host"] == "a.example.org"
    assert refused["client"] == refused["address"] == "127.0.0.1"
    assert ADVICE in refused["advice"] and "DYNDNS_ALLOW_INTERNAL" in refused["advice"]


def test_the_log_does_not_blame_a_proxy_for_a_bad_myip(start):
    service = start("a.example.org", DYNDNS_TRUSTED_PROXIES=None)
    assert service.update("a.example.org", "rubbish").said == "dnserr"
    refused = service.wait_for_event("change_refused")
    assert refused["reason"] == "what was given is no IPv4 or IPv6 address"
    assert "proxy" not in refused["advice"]


def test_internal_addresses_can_be_allowed(start, dig):
    service = start("a.example.org", DYNDNS_ALLOW_INTERNAL="true")
    assert service.update("a.example.org", "192.168.1.7").said == "good 192.168.1.7"
    assert service.update("a.example.org", "fd12:3456::7").said == "good fd12:3456::7"
    assert service.update("a.example.org").said == "good 127.0.0.1"
    assert dig("a.example.org", "A") == ["127.0.0.1"]
    assert dig("a.example.org", "AAAA") == ["fd12:3456::7"]


def test_a_storm_of_refusals_does_not_drown_the_log(start):
    service = start("a.example.org", DYNDNS_THREADS=1)
    wrong = wire.request("GET", "/register_ip", [basic("a.example.org", "wrong")])
    with service.connect() as connection:
        for _ in range(50):
            connection.send(wrong * 20)
            assert {connection.receive().status for _ in range(20)} == {401}
    assert service.get("/check_ip").status == 200  # the loop still answers
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    # Ten a second, in each second that the storm lasted, whole or begun.
    told = service.wait_for_event("badauth")
    service.stop()
    refused = service.events("badauth")
    seconds = (refused[-1].time - told.time).total_seconds()
    assert 10 <= len(refused) <= 10 * (seconds + 2)


def test_the_same_host_from_two_places(lasting_service, new_host):
    """One caller behind IPv4 and one behind IPv6 may be the same host."""
    target = f"/register_ip?hostname={new_host}"
    credentials = basic(new_host, token_of(new_host))
    for address in ("198.51.100.7", "2001:db8::7"):
        reply = lasting_service.get(target, **forwarded(address, headers=[credentials]))
        assert reply.said == f"good {address}"
