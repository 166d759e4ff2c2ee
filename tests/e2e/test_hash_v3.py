"""POST /: the clients of the serverless system's third version."""

import hashlib
import json
import subprocess

import pytest

from sandbox.patience import PATIENCE_SECONDS

from . import proxy
from .proxy import forwarded

HEADER = "hostname,shared_secret,record_type,allow_internal,lock_record\n"
SECRET = "token-of-home"
OPEN = f"home.example.org,{SECRET},,,\n"
CLIENT = "198.51.100.7"

UNCHANGED = "Your IP address matches the current Route53 DNS record."
MISMATCH = "Validation hashes do not match."

# What such a client does. It takes for its address whatever digits and dots are
# in the first answer, and the status for the outcome of the second.
SHELL_CLIENT = """set -eu
url=$1 host=$2 secret=$3 from=$4 via=$5
post() {
    curl -q --silent --show-error --noproxy '*' --interface "$via" \\
        --header "X-Forwarded-For: $from" --header 'Content-Type: application/json' \\
        --write-out ' %{http_code}' --data "$1" "$url"
}
ip=$(post '{"execution_mode":"get"}' | sed 's/ [0-9]*$//' | grep -E -o '[0-9.]+')
hash=$(printf '%s' "$ip$host$secret" | sha256sum | cut -d ' ' -f 1)
post '{"execution_mode":"set", "ddns_hostname":"'"$host"'", "validation_hash":"'"$hash"'"}'
"""


def run_client(service, host, secret, client):
    host_and_port = "{}:{}".format(*service.address)
    command = ["sh", "-c", SHELL_CLIENT, "client", f"http://{host_and_port}/", host, secret]
    finished = subprocess.run(
        [*command, client, proxy.ADDRESS],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    body, _, status = finished.stdout.rpartition(" ")
    return int(status), body


def said(status, message):
    """What stands in the body, byte for byte."""
    return json.dumps({"return_status": status, "return_message": message})


def post(service, body, client=CLIENT, headers=()):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service.request("POST", "/", body=body, **forwarded(client, headers=headers))


def set_host(service, name, secret, client=CLIENT, **more):
    digest = hashlib.sha256(f"{client}{name}{secret}".encode()).hexdigest()
    body = {"execution_mode": "set", "ddns_hostname": name, "validation_hash": digest}
    return post(service, body, client, **more)


@pytest.fixture
def serve(start, store):
    """Starts a server for these rows."""

    def serve(rows=OPEN, **environment):
        store((HEADER + rows).encode())
        return start(**environment)

    return serve


# --- its clients


def test_a_shell_client_sets_its_address(serve, dig, route53):
    service = serve()
    message = f"home.example.org has been updated to {CLIENT}"
    first = run_client(service, "home.example.org", SECRET, CLIENT)
    assert first == (201, said("success", message))
    assert dig("home.example.org") == [CLIENT]
    again = run_client(service, "home.example.org", SECRET, CLIENT)
    assert again == (200, said("success", UNCHANGED))
    assert len(route53.batches) == 1


def test_a_shell_client_with_a_wrong_secret_is_told(serve, route53):
    refused = run_client(serve(), "home.example.org", "wrong", CLIENT)
    assert refused == (401, said("fail", MISMATCH))
    assert route53.snapshot() == {}


def test_both_families_of_a_host_stand_side_by_side(serve, dig):
    service = serve()
    for client in (CLIENT, "2001:db8::7"):
        reply = set_host(service, "home.example.org", SECRET, client)
        message = f"home.example.org has been updated to {client}"
        assert (reply.status, reply.reason, reply.body) == (
            201, "Created", said("success", message)
        )  # fmt: skip
    assert dig("home.example.org", "A") == [CLIENT]
    assert dig("home.example.org", "AAAA") == ["2001:db8::7"]


@pytest.mark.parametrize("type", ["application/json", "text/plain", None])
def test_get_tells_the_address_whatever_the_type(serve, type):
    headers = [] if type is None else [("Content-Type", type)]
    for client in (CLIENT, "2001:db8::7"):
        reply = post(serve(), {"execution_mode": "get"}, client, headers)
        assert (reply.status, reply.body) == (200, said("success", client))
        assert reply.header("Content-Type") == "application/json"
        assert reply.header("Access-Control-Allow-Origin") is None


# --- what is no request


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"execution_mode=get",
        b'"get"',
        b'["execution_mode", "get"]',
        b'{"execution_mode": "get"',
        b'{"execution_mode": "get", "execution_mode": "set"}',
        b'{"execution_mode": "get"} x',
        b'{"execution_mode": "get", "a": "\xff"}',
        b'{"execution_mode": "get", "a": ' + b"[" * 8000 + b"]" * 8000 + b"}",
    ],
    ids=lambda body: repr(body[:50]),
)
def test_what_is_no_object_is_a_bad_request(lasting_service, body):
    reply = lasting_service.request("POST", "/", body=body)
    assert (reply.status, reply.body) == (400, said("fail", "You must pass an object of JSON."))


@pytest.mark.parametrize(
    "body, message",
    [
        ({}, "You must pass mode=get or mode=set arguments."),
        ({"execution_mode": "put"}, "You must pass mode=get or mode=set arguments."),
        ({"execution_mode": None}, "You must pass mode=get or mode=set arguments."),
        (
            {"execution_mode": "set", "ddns_hostname": "a.example.org"},
            "You must pass a valid sha256 hash in the hash= argument.",
        ),
        (
            {"execution_mode": "set", "validation_hash": "0" * 63},
            "You must pass a valid sha256 hash in the hash= argument.",
        ),
    ],
)
def test_what_is_no_request_is_a_bad_one(lasting_service, body, message):
    reply = lasting_service.request("POST", "/", body=json.dumps(body).encode())
    assert (reply.status, reply.body) == (400, said("fail", message))


# --- who may


def test_a_stranger_learns_nothing_about_any_host(serve):
    service = serve(OPEN + "locked.example.org,t,,,true\nsix.example.org,t,AAAA,,\n")
    replies = [
        set_host(service, f"{name}.example.org", "wrong")
        for name in ("home", "locked", "six", "nobody")
    ]
    assert {(reply.status, reply.body) for reply in replies} == {(401, said("fail", MISMATCH))}


def test_a_wrong_hash_is_logged_and_no_secret_is(serve):
    service = serve()
    with service.expecting("badauth", host="home.example.org", client=CLIENT):
        set_host(service, "home.example.org", "wrong")
    set_host(service, "home.example.org", SECRET)
    right = hashlib.sha256(f"{CLIENT}home.example.org{SECRET}".encode()).hexdigest()
    assert right not in service.log.text()
    assert SECRET not in service.log.text()


def test_the_key_of_version_2_is_not_asked_for(serve):
    service = serve(DYNDNS_API_KEY="s3cret-key")
    assert set_host(service, "home.example.org", SECRET).status == 201


def test_a_hash_may_be_used_again_from_the_same_address_alone(serve):
    """Which is what it cannot protect from: see the manual."""
    service = serve()
    digest = hashlib.sha256(f"{CLIENT}home.example.org{SECRET}".encode()).hexdigest()
    body = {
        "execution_mode": "set", "ddns_hostname": "home.example.org", "validation_hash": digest
    }  # fmt: skip
    statuses = [post(service, body, client).status for client in (CLIENT, CLIENT, "198.51.100.8")]
    assert statuses == [201, 200, 401]


# --- what is refused to whom has shown who he is


@pytest.mark.parametrize(
    "row, client, message",
    [
        (
            "home.example.org,token-of-home,AAAA,,\n",
            CLIENT,
            "There was an issue finding or reading the DyanmoDB config item for "
            "home.example.org: A",
        ),
        (
            "home.example.org,token-of-home,,,true\n",
            CLIENT,
            "The record for home.example.org is locked, update denied.",
        ),
        (
            OPEN,
            "10.0.0.1",
            "DDB Permissions for home.example.org disallow internal IPs, update denied.",
        ),
    ],
)
def test_a_refusal_is_told_and_logged(serve, route53, row, client, message):
    service = serve(row)
    with service.expecting("change_refused", host="home.example.org", client=client):
        reply = set_host(service, "home.example.org", SECRET, client)
    assert (reply.status, reply.body) == (403, said("fail", message))
    assert route53.snapshot() == {}


def test_a_record_that_route53_will_not_have(serve, route53):
    route53.set_record("example.org", "home.example.org", "CNAME", "elsewhere.example.net.")
    reply = set_host(serve(), "home.example.org", SECRET)
    message = "Route 53 does not take the record of home.example.org."
    assert (reply.status, reply.body) == (500, said("fail", message))


def test_a_host_without_a_zone(serve):
    reply = set_host(serve("a.example.com,token-of-a,,,\n"), "a.example.com", "token-of-a")
    message = "No hosted zone holds a.example.com."
    assert (reply.status, reply.body) == (500, said("fail", message))


# --- what holds for every protocol


@pytest.mark.parametrize(
    "header", [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://elsewhere.example")]
)
def test_a_page_of_another_site_is_refused(serve, route53, header):
    reply = set_host(serve(), "home.example.org", SECRET, headers=[header])
    assert reply.status == 403
    assert reply.said.startswith("nothing was registered: your browser says")
    assert route53.snapshot() == {}


def test_a_proxy_that_does_not_tell_is_told_so(serve):
    body = json.dumps({"execution_mode": "get"}).encode()
    reply = serve().request("POST", "/", body=body, **forwarded())
    message = "The proxy did not tell your address."
    assert (reply.status, reply.body) == (400, said("fail", message))


def test_without_an_answer_the_client_is_asked_to_come_again(serve, route53):
    service = serve(DYNDNS_DEADLINE_SECONDS=1)
    with route53.held():
        reply = set_host(service, "home.example.org", SECRET)
    message = "The record of home.example.org cannot be set now, try again later."
    assert (reply.status, reply.body) == (503, said("fail", message))
    assert int(reply.header("Retry-After")) > 0


def test_without_a_table_nothing_is_possible(start):
    reply = start(ready=False).request("POST", "/", body=b'{"execution_mode": "get"}')
    message = "Not possible now, try again later."
    assert (reply.status, reply.body) == (503, said("fail", message))
    assert int(reply.header("Retry-After")) > 0
