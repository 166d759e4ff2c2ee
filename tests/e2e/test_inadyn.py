"""Debian's inadyn, with the settings of docs/CLIENTS.md: what it reports, what it
remembers, and what is true."""

import re

import pytest

from . import captures, manual
from .clients import Inadyn
from .hosts import token_of

HOST = "a.example.org"
HOME = "198.51.100.7"
# Of its exit statuses.
REFUSED, NOT_LET_IN = 48, 50
# One that was told to end, and would have gone on.
ENDED = 0


@pytest.fixture
def inadyn(tmp_path):
    client = Inadyn(tmp_path)
    client.remember(HOST)
    return client


def configuration(home, host=HOST, token=None):
    """As the document has it, with a certificate that nobody else has signed."""
    text = manual.settings("## inadyn")
    text = manual.filled_in(text, f"127.0.0.1:{home.port}", host, token or token_of(host))
    return f"ca-trust-file = {home.ca_file}\n{text}"


def without_asking(text):
    """The same, with an address that is known without a call."""
    known = f'    checkip-command = "echo {HOME}"\n'
    return re.sub(r"^    checkip-server .*\n    checkip-path .*\n", known, text, flags=re.M)


def test_a_new_address_is_a_success(service, move_in, inadyn, dig):
    home = move_in(service.address)
    for address in (HOME, "203.0.113.8"):
        home.address = address
        outcome = inadyn.run(configuration(home))
        assert outcome.status == 0
        assert f"Update needed for alias {HOST}, new IP# {address}" in outcome.output
        assert f"Updating cache for {HOST}" in outcome.output
        assert inadyn.remembers(HOST) == address
        assert dig(HOST) == [address]


def test_the_same_address_is_a_success(service, move_in, inadyn, dig):
    service.register(HOST, HOME)
    outcome = inadyn.run(configuration(move_in(service.address)))
    assert outcome.status == 0
    assert f"Updating cache for {HOST}" in outcome.output
    assert inadyn.remembers(HOST) == HOME
    assert dig(HOST) == [HOME]


def test_it_does_not_call_while_its_cache_says_the_same(service, move_in, inadyn):
    home = move_in(service.address)
    for _ in range(2):
        assert inadyn.run(configuration(home)).status == 0
    assert [b"/register_ip" in each for each in home.requests] == [False, True, False]


def test_a_wrong_token_is_a_failure(service, move_in, inadyn, dig):
    outcome = inadyn.run(configuration(move_in(service.address), token="wrong"))
    assert outcome.status == NOT_LET_IN
    assert "[401 Unauthorized] badauth" in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE
    assert dig(HOST) == []


def test_an_unknown_host_is_a_failure(service, move_in, inadyn, dig):
    """So is one of another login's."""
    for other in ("elsewhere.example.org", "b.example.org"):
        inadyn.remember(other)
        text = configuration(move_in(service.address)).replace(
            f"hostname       = {HOST}", f"hostname       = {other}"
        )
        outcome = inadyn.run(text)
        assert outcome.status == REFUSED
        assert "[200 OK] nohost" in outcome.output
        assert inadyn.remembers(other) == Inadyn.BEFORE
        assert dig(other) == []


def test_several_hosts_are_called_for_one_by_one(start, store, move_in, inadyn, dig):
    store(b"hostname,token,user\na.example.org,secret,joe\nb.example.org,secret,joe\n")
    home = move_in(start().address)
    inadyn.remember("b.example.org")
    text = configuration(home, "joe", "secret")
    text = text.replace("hostname       = joe", "hostname = { a.example.org, b.example.org }")
    assert inadyn.run(text).status == 0
    for host in ("a.example.org", "b.example.org"):
        assert inadyn.remembers(host) == HOME
        assert dig(host) == [HOME]
    assert len([each for each in home.requests if b"/register_ip?" in each]) == 2


def test_a_server_out_of_order_is_tried_again(troubled_service, move_in, inadyn):
    """Since /register_ip says 911 with 503."""
    outcome = inadyn.run(configuration(move_in(troubled_service.address)))
    assert outcome.status == ENDED
    assert "[503 Service Unavailable] 911" in outcome.output
    assert "Will retry again in 600 sec" in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE


def test_what_failed_is_a_success_later(start, sandbox, route53, move_in, inadyn):
    service = start(HOST, DYNDNS_DEADLINE_SECONDS=1)
    home = move_in(service.address)
    sandbox.unplug()
    inadyn.run(configuration(home))
    assert inadyn.remembers(HOST) == Inadyn.BEFORE
    assert route53.record(HOST, "A") is None
    sandbox.plug()
    route53.wait_for_record(HOST, "A", HOME)
    service.register(HOST, HOME)  # once the server has heard of that, too
    assert inadyn.run(configuration(home)).status == 0
    assert inadyn.remembers(HOST) == HOME


def test_on_nic_update_it_would_exit(troubled_service, move_in, inadyn):
    """Why the document has it call /register_ip: /nic/update says 911 with 200, as
    ddclient wants it, and inadyn takes that for the end."""
    text = configuration(move_in(troubled_service.address))
    outcome = inadyn.run(text.replace("/register_ip", "/nic/update"))
    assert outcome.status == REFUSED
    assert "[200 OK] 911" in outcome.output and "exiting" in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE


def test_told_to_go_on_it_goes_on(troubled_service, move_in, inadyn):
    text = configuration(move_in(troubled_service.address)).replace("/register_ip", "/nic/update")
    outcome = inadyn.run(text, "--continue-on-error", until="911")
    assert "exiting!" not in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE


def test_no_server_is_told(free_port, move_in, inadyn):
    home = move_in(("127.0.0.1", free_port))
    home.close()
    outcome = inadyn.run(without_asking(configuration(home)))
    assert "Failed connecting to 127.0.0.1: Connection refused" in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE


def test_a_certificate_of_somebody_else_is_told(service, move_in, inadyn, dig):
    text = configuration(move_in(service.address)).split("\n", 1)[1]
    outcome = inadyn.run(without_asking(text))
    assert "certificate" in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE
    assert dig(HOST) == []


def test_it_sends_what_was_captured(service, move_in, inadyn):
    home = move_in(service.address)
    inadyn.run(configuration(home))
    where, login = "127.0.0.1", (HOST, token_of(HOST))
    assert home.requests == [
        captures.inadyn("/check_ip", where),
        captures.inadyn(f"/register_ip?hostname={HOST}&myip={HOME}", where, login),
    ]


def test_its_address_may_be_of_ipv6(service, move_in, inadyn, dig):
    home = move_in(service.address, "2001:db8::7")
    outcome = inadyn.run(f"allow-ipv6 = true\n{configuration(home)}")
    assert f"Updating cache for {HOST}" in outcome.output
    assert (dig(HOST, "A"), dig(HOST, "AAAA")) == ([], ["2001:db8::7"])


# --- UniFi


def of_a_gateway(home):
    """What the gateway makes of its fields: it splits "Server" at the first slash.
    It has inadyn take the address from the WAN's interface; here there is none."""
    values = {name: manual.field("## UniFi", name) for name in ("Hostname", "Username", "Server")}
    server, path = values["Server"].split("/", 1)
    assert manual.field("## UniFi", "Service") == "custom"
    text = f"""\
ca-trust-file = {home.ca_file}
custom {server}:1 {{
    checkip-command = "echo {HOME}"
    hostname = "{values["Hostname"]}"
    username = "{values["Username"]}"
    password = "{manual.TOKEN}"
    ddns-server = "{server}"
    ddns-path = "/{path}"
}}
"""
    return manual.filled_in(text, f"127.0.0.1:{home.port}", HOST, token_of(HOST))


def test_as_a_unifi_gateway_sets_it_up(service, move_in, inadyn, dig):
    outcome = inadyn.run(of_a_gateway(move_in(service.address)), "--continue-on-error")
    assert f"Updating cache for {HOST}" in outcome.output
    assert inadyn.remembers(HOST) == HOME
    assert dig(HOST) == [HOME]


def test_a_unifi_gateway_tries_again(troubled_service, move_in, inadyn):
    text = of_a_gateway(move_in(troubled_service.address))
    outcome = inadyn.run(text, "--continue-on-error")
    assert "[503 Service Unavailable] 911" in outcome.output
    assert "Will retry again" in outcome.output
    assert inadyn.remembers(HOST) == Inadyn.BEFORE
