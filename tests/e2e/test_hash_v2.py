"""GET /?mode=...: the clients of the serverless system's second version."""

import hashlib
import json
import subprocess
from urllib.parse import urlencode

import pytest

from sandbox.patience import PATIENCE_SECONDS, until

from . import proxy
from .proxy import forwarded

HEADER = (
    "hostname,shared_secret,record_type,allow_internal,lock_record,mac_address,read_privilege\n"
)
SECRET = "token-of-home"
OPEN = f"home.example.org,{SECRET},,,,,\n"
CLIENT = "198.51.100.7"

UNCHANGED = "Your IP address matches the current Route53 DNS record."
MISMATCH = "Validation hashes do not match."

# What such a client does: it asks for its address, hashes, and sets. The proxy
# says where it calls from.
SHELL_CLIENT = """set -eu
url=$1 host=$2 secret=$3 from=$4 via=$5
ask() {
    curl -q --silent --show-error --noproxy '*' --interface "$via" \\
        --header "X-Forwarded-For: $from" "$url$1"
}
ip=$(ask '?mode=get' | sed 's/^{"return_message": "\\([^"]*\\)".*/\\1/')
hash=$(printf '%s' "$ip$host$secret" | sha256sum | cut -d ' ' -f 1)
ask "?mode=set&hostname=$host&hash=$hash"
"""


def run_client(service, host, secret, client):
    host_and_port = "{}:{}".format(*service.address)
    command = ["sh", "-c", SHELL_CLIENT, "client", f"http://{host_and_port}", host, secret]
    finished = subprocess.run(
        [*command, client, proxy.ADDRESS],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return finished.stdout


def said(message, status):
    """What stands in the body, byte for byte."""
    return json.dumps({"return_message": message, "return_status": status})


def hash_of(address, name, secret):
    return hashlib.sha256(f"{address}{name}{secret}".encode()).hexdigest()


def call(service, mode, name, secret, client=CLIENT, headers=(), **more):
    parameters = {"mode": mode, "hostname": name, "hash": hash_of(client, name, secret)} | more
    return service.get(f"/?{urlencode(parameters)}", **forwarded(client, headers=headers))


@pytest.fixture
def serve(start, store):
    """Starts a server for rows with the columns of the seed."""

    def serve(rows=OPEN, **environment):
        store((HEADER + rows).encode())
        return start(**environment)

    return serve


# --- its clients


@pytest.mark.parametrize(
    "client, type", [("198.51.100.7", "A"), ("2001:db8::7", "AAAA"), ("2001:DB8:0::7", "AAAA")]
)
def test_a_shell_client_sets_its_address(serve, dig, route53, client, type):
    service = serve()
    host = "home.example.org."
    address = client.lower().replace(":0::", "::")
    first = run_client(service, host, SECRET, client)
    assert first == said(f"Your hostname record {host} has been set to {address}", "success")
    assert dig("home.example.org", type) == [address]
    assert run_client(service, host, SECRET, client) == said(UNCHANGED, "success")
    assert len(route53.batches) == 1


def test_both_families_of_a_host_stand_side_by_side(serve, dig):
    service = serve()
    for client in ("198.51.100.7", "2001:db8::7"):
        assert '"success"' in run_client(service, "home.example.org.", SECRET, client)
    assert dig("home.example.org", "A") == ["198.51.100.7"]
    assert dig("home.example.org", "AAAA") == ["2001:db8::7"]


def test_a_shell_client_with_a_wrong_secret_is_told(serve, route53):
    service = serve()
    assert run_client(service, "home.example.org.", "wrong", CLIENT) == said(MISMATCH, "fail")
    assert route53.snapshot() == {}


def test_every_answer_is_json_with_status_200(serve):
    service = serve()
    for query in ("mode=get", "mode=put", "mode=set", "mode=list_hosts", "mode", "hash=x"):
        reply = service.get(f"/?{query}", **forwarded(CLIENT))
        assert (reply.status, reply.header("Content-Type")) == (200, "application/json")
        assert list(json.loads(reply.body)) == ["return_message", "return_status"]


# --- who may


def test_a_name_may_be_spelled_and_ended_as_one_likes(serve, dig):
    service = serve()
    digest = hash_of(CLIENT, "Home.Example.ORG.", SECRET).upper()
    reply = service.get(
        f"/?mode=set&hostname=Home.Example.ORG&hash={digest}", **forwarded(CLIENT)
    )
    assert json.loads(reply.body)["return_status"] == "success"
    assert dig("home.example.org") == [CLIENT]


def test_a_stranger_learns_nothing_about_any_host(serve):
    service = serve(
        OPEN
        + "locked.example.org,token-of-locked,,,true,,\n"
        + "six.example.org,token-of-six,AAAA,,,,\n"
    )
    replies = [
        call(service, mode, f"{name}.example.org.", "wrong", internalIp=address)
        for mode in ("set", "list_hosts")
        for name in ("home", "locked", "six", "nobody")
        for address in ("", "10.0.0.1", "2001:db8::1")
    ]
    assert {(reply.status, reply.body) for reply in replies} == {(200, said(MISMATCH, "fail"))}


def test_a_wrong_hash_is_logged_and_no_secret_is(serve):
    service = serve()
    digest = hash_of(CLIENT, "home.example.org.", "wrong")
    with service.expecting("badauth", host="home.example.org", client=CLIENT):
        call(service, "set", "home.example.org.", "wrong")
    with service.expecting("badauth", host="unknown", client=CLIENT):
        call(service, "set", "nobody.example.org.", "wrong")
    call(service, "set", "home.example.org.", SECRET)
    assert digest not in service.log.text()
    assert hash_of(CLIENT, "home.example.org.", SECRET) not in service.log.text()
    assert SECRET not in service.log.text()


def test_a_hash_may_be_used_again_from_the_same_address_alone(serve, dig):
    """Which is what it cannot protect from: see the manual."""
    service = serve("home.example.org,token-of-home,,true,,,\n")
    name = "home.example.org."
    for _ in range(2):
        assert '"success"' in call(service, "set", name, SECRET).body
    stolen = f"/?mode=set&hostname={name}&hash={hash_of(CLIENT, name, SECRET)}"
    elsewhere = service.get(stolen, **forwarded("198.51.100.8"))
    assert elsewhere.body == said(MISMATCH, "fail")
    behind_it = service.get(f"{stolen}&internalIp=10.0.0.66", **forwarded(CLIENT))
    assert '"success"' in behind_it.body
    assert dig("home.example.org") == ["10.0.0.66"]


# --- what is refused to whom has shown who he is


@pytest.mark.parametrize(
    "row, more, message",
    [
        (
            "home.example.org,token-of-home,AAAA,,true,,\n",
            {},
            "There was an issue finding or reading the DyanmoDB config item for "
            "home.example.org.: A",
        ),
        (
            "home.example.org,token-of-home,A,,true,,\n",
            {"internalIp": "10.0.0.1"},
            "The record for home.example.org. is locked, update denied.",
        ),
        (
            OPEN,
            {"internalIp": "10.0.0.1"},
            "DDB Permissions for home.example.org. disallow internal IPs, update denied.",
        ),
        (
            OPEN,
            {"internalIp": "203.0.113.9"},
            "DDB Permissions for home.example.org. disallow internal IPs, update denied.",
        ),
    ],
)
def test_a_refusal_is_told_and_logged(serve, route53, row, more, message):
    service = serve(row)
    with service.expecting("change_refused", host="home.example.org", client=CLIENT):
        reply = call(service, "set", "home.example.org.", SECRET, **more)
    assert (reply.status, reply.body) == (200, said(message, "fail"))
    assert route53.snapshot() == {}


def test_each_record_may_have_a_secret_of_its_own(serve, route53):
    service = serve("two.example.org,token-a,A,,,,\ntwo.example.org,token-b,AAAA,,,,\n")
    name, ipv6 = "two.example.org.", "2001:db8::7"
    assert '"success"' in call(service, "set", name, "token-a").body
    assert '"success"' in call(service, "set", name, "token-b", client=ipv6).body
    assert '"fail"' in call(service, "set", name, "token-b").body
    assert route53.snapshot() == {
        ("two.example.org", "A"): [CLIENT],
        ("two.example.org", "AAAA"): [ipv6],
    }


def test_a_record_that_route53_will_not_have(serve, route53):
    route53.set_record("example.org", "home.example.org", "CNAME", "elsewhere.example.net.")
    reply = call(serve(), "set", "home.example.org.", SECRET)
    message = "Route 53 does not take the record of home.example.org.."
    assert (reply.status, reply.body) == (200, said(message, "fail"))


def test_a_host_without_a_zone(serve):
    reply = call(serve("a.example.com,token-of-a,,,,,\n"), "set", "a.example.com.", "token-of-a")
    assert reply.body == said("No hosted zone holds a.example.com..", "fail")


# --- a group


GROUP = (
    "hub.example.org,token-of-group,A,true,,51:6B:00:A6:F5:70,true\n"
    "nas.example.org,token-of-group,A,true,,51:6B:00:A6:F5:77,true\n"
    "tv.example.org,token-of-group,,true,,,true\n"
    "safe.example.org,token-of-group,A,true,,51:6B:00:A6:F5:79,\n"
    "hers.example.org,token-of-hers,A,true,,51:6B:00:A6:F5:80,true\n"
)


def test_one_host_of_a_group_sets_the_addresses_of_all(serve, route53):
    service = serve(GROUP)
    reply = call(service, "list_hosts", "hub.example.org.", "token-of-group")
    group = [
        {"record_type": type, "hostname": f"{name}.example.org.", "mac_address": mac}
        for type, name, mac in (
            ("A", "hub", "51:6B:00:A6:F5:70"),
            ("A", "nas", "51:6B:00:A6:F5:77"),
            ("A", "tv", ""),
            ("AAAA", "tv", ""),
        )
    ]
    assert reply.body == said(group, "success")
    for number, host in enumerate(group):
        address = f"10.0.0.{number}" if host["record_type"] == "A" else f"fd00::{number}"
        name = host["hostname"]
        set_one = call(service, "set", name, "token-of-group", internalIp=address)
        message = f"Your hostname record {name} has been set to {address}"
        assert set_one.body == said(message, "success")
    assert route53.snapshot() == {
        ("hub.example.org", "A"): ["10.0.0.0"],
        ("nas.example.org", "A"): ["10.0.0.1"],
        ("tv.example.org", "A"): ["10.0.0.2"],
        ("tv.example.org", "AAAA"): ["fd00::3"],
    }


def test_who_may_not_be_read_may_not_read(serve):
    service = serve(GROUP)
    reply = call(service, "list_hosts", "safe.example.org.", "token-of-group")
    assert reply.body == said("record lacks read permissions", "fail")


def test_a_group_may_be_large_and_has_an_end(serve, store):
    rows = [f"h{number}.example.org,token-of-group,A,,,,true\n" for number in range(1001)]
    service = serve("".join(rows[:1000]))
    reply = call(service, "list_hosts", "h0.example.org.", "token-of-group")
    listed = json.loads(reply.body)["return_message"]
    assert [each["hostname"] for each in listed] == [f"h{n}.example.org." for n in range(1000)]
    store((HEADER + "".join(rows)).encode())
    with service.expecting("table_loaded"):
        service.reload()
    until(
        lambda: call(service, "list_hosts", "h0.example.org.", "token-of-group").body
        == said("There are too many hosts to be listed.", "fail"),
        "the larger table",
    )


# --- the key


def test_a_key_may_be_asked_for(serve, route53):
    service = serve(DYNDNS_API_KEY="s3cret-key")
    for headers in ([], [("X-Api-Key", "s3cret-kex")], [("X-Api-Key", "")]):
        for reply in (
            service.get("/?mode=get", **forwarded(CLIENT, headers=headers)),
            call(service, "set", "home.example.org.", SECRET, headers=headers),
        ):
            assert (reply.status, reply.body) == (403, '{"message":"Forbidden"}')
    assert route53.snapshot() == {}
    key = [("x-api-key", "s3cret-key")]
    assert '"success"' in call(service, "set", "home.example.org.", SECRET, headers=key).body
    assert "s3cret-ke" not in service.log.text()
    with service.expecting("badauth", host="unknown", client=CLIENT):
        service.get("/?mode=get", **forwarded(CLIENT, headers=[("x-api-key", "wrong")]))


# --- what holds for every protocol


@pytest.mark.parametrize(
    "header", [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://elsewhere.example")]
)
@pytest.mark.parametrize("mode", ["get", "set"])
def test_a_page_of_another_site_is_refused(serve, route53, mode, header):
    reply = call(serve(), mode, "home.example.org.", SECRET, headers=[header])
    assert reply.status == 403
    assert reply.said.startswith("nothing was registered: your browser says")
    assert route53.snapshot() == {}


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_other_methods_are_refused(lasting_service, method):
    reply = lasting_service.request(method, "/?mode=get")
    assert (reply.status, reply.header("Allow")) == (405, "GET, POST")


def test_a_proxy_that_does_not_tell_is_told_so(serve):
    service = serve()
    for mode in ("get", "set", "list_hosts"):
        reply = service.get(f"/?mode={mode}&hash={'0' * 64}", **forwarded())
        assert reply.body == said("The proxy did not tell your address.", "fail")


def test_without_an_answer_nothing_is_promised(serve, sandbox, route53):
    service = serve(DYNDNS_DEADLINE_SECONDS=1)
    with route53.held():
        reply = call(service, "set", "home.example.org.", SECRET)
    message = "The record of home.example.org. cannot be set now, try again later."
    assert (reply.status, reply.body) == (200, said(message, "fail"))


def test_without_a_table_nothing_is_possible(start):
    reply = start(ready=False).get("/?mode=get")
    assert (reply.status, reply.body) == (200, said("Not possible now, try again later.", "fail"))
