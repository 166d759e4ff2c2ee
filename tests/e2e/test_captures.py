"""What routers and clients send, replayed byte for byte, with the settings of
docs/CLIENTS.md.

What each of them takes as success is written down beside what it sends: a reply
that is right for us and wrong for them is wrong. captures.py says what was
captured on a wire here, and what was put together from documentation."""

import re
from urllib.parse import quote, urlsplit

import pytest

from . import captures, manual, proxy
from .hosts import token_of

WHERE = manual.SERVER
V4, V6 = "192.0.2.10", "2001:db8::10"


def login_of(host):
    return host, token_of(host)


def replay(service, request, **more):
    """Also says whether the connection was then closed, if the client counts on
    that."""
    with service.connect(**more) as connection:
        connection.send(request)
        reply = connection.receive()
        if b"Connection: close" in request or b" HTTP/1.0\r\n" in request:
            assert connection.is_closed()
        return reply


def target_of(url):
    """What a client asks for that was given this URL."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", WHERE)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


# --- what they take as success


def is_success_to_ddclient(reply, address) -> bool:
    """A 2xx status, and a line whose first word is good (or, with a warning,
    nochg) up to the first blank."""
    words = [line.split(" ")[0] for line in reply.body.split("\n")]
    return 200 <= reply.status < 300 and words[0] in ("good", "nochg") and address in reply.body


def is_success_to_inadyn(reply) -> bool:
    """Exactly 200, and one of these words anywhere in the body."""
    accepted = ("ok", "good", "true", "updated", "success", "nochg")
    return reply.status == 200 and any(word in reply.body.lower() for word in accepted)


def is_success_to_pfsense(reply, patterns, address) -> bool:
    """The body is, blanks at its ends aside, one of these texts."""
    return reply.body.strip() in patterns.replace("%IP%", address).split("|")


def is_success_to_synology(reply) -> bool:
    """The word of dyndns2 that the body begins with."""
    return reply.body.split()[0] in ("good", "nochg")


def is_success_by_status(reply) -> bool:
    """To OPNsense and to RouterOS."""
    return 200 <= reply.status < 300


# --- Debian's clients; their own tests run them


@pytest.mark.parametrize("path", ["/register_ip", "/nic/update", "/v3/update"])
@pytest.mark.parametrize("address", [V4, V6])
def test_ddclient_3_10(lasting_service, new_host, path, address):
    sent = captures.ddclient(
        f"{path}?system=dyndns&hostname={new_host}&myip={address}", WHERE, login_of(new_host)
    )
    for word in ("good", "nochg"):
        reply = replay(lasting_service, sent)
        assert is_success_to_ddclient(reply, address) and reply.said == f"{word} {address}"


def test_ddclient_3_10_asks_for_its_address(lasting_service):
    """use=web, web=http://…/check_ip: the first address in the body is taken."""
    reply = replay(lasting_service, captures.ddclient("/check_ip", WHERE))
    assert (reply.status, reply.body) == (200, "127.0.0.1\n")


def test_ddclient_sees_badauth_as_a_refusal(lasting_service):
    target = f"/nic/update?system=dyndns&hostname=a.example.org&myip={V4}"
    reply = replay(lasting_service, captures.ddclient(target, WHERE, ("wrong", "wrong")))
    assert reply.status == 401 and not is_success_to_ddclient(reply, V4)


@pytest.mark.parametrize("address, encoded", [(V4, V4), (V6, "2001%3adb8%3a%3a10")])
def test_inadyn_2_10(lasting_service, new_host, address, encoded):
    """custom { ddns-path="/register_ip?hostname=%h&myip=%i" }: hexadecimal in lower
    case."""
    sent = captures.inadyn(
        f"/register_ip?hostname={new_host}&myip={encoded}", "127.0.0.1", login_of(new_host)
    )
    for word in ("good", "nochg"):
        reply = replay(lasting_service, sent)
        assert is_success_to_inadyn(reply) and reply.said == f"{word} {address}"


def test_inadyn_2_10_as_of_one_of_its_providers(lasting_service, new_host):
    """provider default@dyndns.org, whose server cannot be set, captured in a network
    that took the name for its own."""
    sent = captures.inadyn(
        f"/nic/update?hostname={new_host}&myip={V4}", "members.dyndns.org", login_of(new_host)
    )
    assert is_success_to_inadyn(replay(lasting_service, sent))


def test_inadyn_2_10_appends_the_hosts_name(lasting_service, new_host):
    """ddns-path="/register_ip?": a path without % gets the name appended."""
    sent = captures.inadyn(f"/register_ip?{new_host}", "127.0.0.1", login_of(new_host))
    sent = sent.removesuffix(b"\r\n") + b"X-Forwarded-For: 198.51.100.7\r\n\r\n"  # the proxy's
    assert is_success_to_inadyn(replay(lasting_service, sent, source=proxy.ADDRESS))


@pytest.mark.parametrize("path", ["/register_ip", "/nic/update"])
@pytest.mark.parametrize(
    "parameters", ["myip=rubbish", "myip=10.0.0.1", "hostname=other.example.org", "hostname=x"]
)
def test_inadyn_does_not_see_success_in_a_refusal(lasting_service, new_host, path, parameters):
    sent = captures.inadyn(f"{path}?{parameters}", "127.0.0.1", login_of(new_host))
    assert not is_success_to_inadyn(replay(lasting_service, sent))


def test_gnu_wget_waits_to_be_challenged(lasting_service, new_host):
    """wget --user --password: the first request goes without credentials, the
    second one over the same connection with them."""
    target = f"/register_ip?myip={V4}"
    with lasting_service.connect() as connection:
        connection.send(captures.gnu_wget(target, WHERE))
        challenge = connection.receive()
        assert challenge.status == 401
        assert challenge.header("WWW-Authenticate").startswith("Basic realm=")
        connection.send(captures.gnu_wget(target, WHERE, login_of(new_host)))
        assert connection.receive().said == f"good {V4}"


@pytest.mark.parametrize("client", [captures.busybox_wget, captures.curl])
def test_what_sends_its_credentials_at_once(lasting_service, new_host, client):
    sent = client(f"/register_ip?myip={V4}", WHERE, login_of(new_host))
    assert replay(lasting_service, sent).said == f"good {V4}"


# --- FRITZ!Box


def fritz_box_calls(template, login, **values):
    """The requests of one update: a URL each. The box escapes nothing."""
    empty = dict.fromkeys(("ipaddr", "ip6addr", "ip6lanprefix", "domain"), "")
    known = empty | {"dualstack": "0", "username": login[0], "pass": login[1]} | values
    urls = re.sub(r"<(\w+)>", lambda name: known[name[1]], template).split(" ")
    return [captures.fritz_box(target_of(url), WHERE, login) for url in urls]


@pytest.mark.parametrize(
    "values, addresses",
    [
        ({"ipaddr": V4, "ip6addr": V6, "ip6lanprefix": "2001:db8:0:1::/64"}, [V4, V6]),
        ({"ipaddr": V4}, [V4]),
        ({"ip6addr": V6, "ip6lanprefix": "2001:db8:0:1::/56"}, [V6]),
    ],
    ids=["dual-stack", "only-ipv4", "only-ipv6"],
)
def test_fritz_box_with_both_families(
    lasting_service, lasting_sandbox, new_host, values, addresses
):
    """In one call; what the box does not have is left empty."""
    template = manual.field("## FRITZ!Box", "Update URL")
    for word in ("good", "nochg"):
        (sent,) = fritz_box_calls(template, login_of(new_host), domain=new_host, **values)
        assert replay(lasting_service, sent).said == f"{word} {','.join(addresses)}"
    for address in addresses:
        record = lasting_sandbox.route53.record(new_host, "AAAA" if ":" in address else "A")
        assert record == [address]


def test_fritz_box_makes_a_call_for_each_url(lasting_service, lasting_sandbox, new_host):
    template = manual.settings("## FRITZ!Box", 1).strip()
    calls = fritz_box_calls(template, login_of(new_host), domain=new_host, ipaddr=V4, ip6addr=V6)
    assert [replay(lasting_service, sent).said for sent in calls] == [f"good {V4}", f"good {V6}"]
    assert lasting_sandbox.route53.record(new_host, "A") == [V4]
    assert lasting_sandbox.route53.record(new_host, "AAAA") == [V6]


def test_hosts_behind_a_fritz_box(start, store, dig):
    """They have its IPv4 address, and its network's prefix before their own half."""
    table = manual.settings("## FRITZ!Box", 0)
    store(table.replace("dyn.example", "example").replace(manual.TOKEN, "secret").encode())
    template = manual.field("## FRITZ!Box", "Update URL")
    template = template.replace("<domain>", "home.example.org,nas.example.org")
    prefix = {"ip6addr": V6, "ip6lanprefix": "2001:db8:0:1::/64"}
    (sent,) = fritz_box_calls(template, ("family", "secret"), ipaddr=V4, **prefix)
    assert replay(start(), sent).body == f"good {V4},{V6}\n" + (
        f"good {V4},2001:db8:0:1:1234:5678:9abc:def0\n"
    )
    assert dig("nas.example.org", "AAAA") == ["2001:db8:0:1:1234:5678:9abc:def0"]


# --- OPNsense, pfSense


def opnsense_call(url, host):
    url = url.replace("__HOSTNAME__", host).replace("__MYIP__", V4)
    return captures.opnsense(target_of(url), WHERE, login_of(host))


def test_opnsense_custom_get(lasting_service, new_host):
    url = manual.field("## OPNsense", "Server")
    for word in ("good", "nochg"):
        reply = replay(lasting_service, opnsense_call(url, new_host))
        assert is_success_by_status(reply) and reply.said == f"{word} {V4}"


def test_opnsense_dyndns2(lasting_service, new_host):
    """Its protocol DynDNS2, with requests' way of encoding parameters."""
    target = f"/nic/update?hostname={new_host}&myip={quote(V6, safe='')}&wildcard=NOCHG"
    sent = captures.opnsense(target, WHERE, login_of(new_host))
    assert replay(lasting_service, sent).said == f"good {V6}"


def test_opnsense_takes_any_200_for_a_success(troubled_service):
    """Why the document has it call /register_ip."""
    url = manual.field("## OPNsense", "Server")
    reply = replay(troubled_service, opnsense_call(url, "a.example.org"))
    assert not is_success_by_status(reply) and reply.said == "911"
    target = f"/nic/update?hostname=a.example.org&myip={V4}&wildcard=NOCHG"
    sent = captures.opnsense(target, WHERE, login_of("a.example.org"))
    reply = replay(troubled_service, sent)
    assert is_success_by_status(reply) and reply.said == "911"


@pytest.mark.parametrize("address", [V4, V6])
def test_pfsense_custom(lasting_service, new_host, address):
    url = manual.field("## pfSense", "Update URL").replace("%IP%", address)
    patterns = manual.field("## pfSense", "Result Match")
    for word in ("good", "nochg"):
        sent = captures.pfsense(target_of(url), WHERE, login_of(new_host))
        reply = replay(lasting_service, sent)
        assert reply.said == f"{word} {address}"
        assert is_success_to_pfsense(reply, patterns, address)
    refused = captures.pfsense(target_of(url), WHERE, (new_host, "wrong"))
    assert not is_success_to_pfsense(replay(lasting_service, refused), patterns, address)


# --- MikroTik, Synology


def test_mikrotik_fetch(lasting_service, new_host):
    script = manual.settings("## MikroTik")
    (url,) = re.findall(r'url="([^"]+)"', script)
    sent = captures.mikrotik(target_of(url), WHERE, login_of(new_host))
    # The address is the caller's, which here is none to register.
    reply = replay(lasting_service, sent)
    assert is_success_by_status(reply) and reply.said == "dnserr"
    sent = sent.removesuffix(b"\r\n") + b"X-Forwarded-For: 198.51.100.7\r\n\r\n"  # the proxy's
    reply = replay(lasting_service, sent, source=proxy.ADDRESS)
    assert is_success_by_status(reply) and reply.said == "good 198.51.100.7"
    refused = captures.mikrotik(target_of(url), WHERE, (new_host, "wrong"))
    assert not is_success_by_status(replay(lasting_service, refused))


def synology_call(host, token):
    url = manual.field("## Synology", "Query URL")
    for name, value in (("HOSTNAME", host), ("MYIP", V4), ("USERNAME", host), ("PASSWORD", token)):
        url = url.replace(f"__{name}__", quote(value, safe=""))
    return captures.synology(target_of(url), WHERE)


def test_synology(start, dig):
    host = "a.example.org"
    service = start(host, DYNDNS_QUERY_AUTH="true")
    for word in ("good", "nochg"):
        reply = replay(service, synology_call(host, token_of(host)))
        assert is_success_to_synology(reply) and reply.said == f"{word} {V4}"
    assert dig(host) == [V4]
    assert not is_success_to_synology(replay(service, synology_call(host, "wrong")))
    assert "token-of-" not in service.log.text()


def test_synology_is_not_let_in_unless_that_is_wanted(lasting_service, new_host):
    reply = replay(lasting_service, synology_call(new_host, token_of(new_host)))
    assert (reply.status, reply.said) == (401, "badauth")


def test_synology_hears_the_word_for_a_server_out_of_order(start, sandbox):
    service = start("a.example.org", DYNDNS_QUERY_AUTH="true", DYNDNS_DEADLINE_SECONDS=1)
    sandbox.unplug()
    reply = replay(service, synology_call("a.example.org", token_of("a.example.org")))
    assert (reply.status, reply.said) == (200, "911")
    assert not is_success_to_synology(reply)
