"""/reflect: what autodns asks for its address."""

import json
import subprocess

import pytest

from sandbox.patience import PATIENCE_SECONDS

from .proxy import forwarded


def body_of(address):
    return f'{{"error":"","forwarded":0,"forwarded_for":"","your_ip":"{address}"}}\n'


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8::7"])
def test_it_tells_the_callers_address(lasting_service, address):
    reply = lasting_service.get("/reflect", **forwarded(address))
    assert (reply.status, reply.body) == (200, body_of(address))
    assert reply.header("Content-Type") == "application/json"
    assert reply.header("Cache-Control") == "no-store"


def test_it_works_before_there_is_a_database(start):
    assert start(ready=False).get("/reflect").body == body_of("127.0.0.1")


def test_without_a_key_any_will_do(lasting_service):
    assert lasting_service.get("/reflect?apikey=any").body == body_of("127.0.0.1")


def test_head_is_answered_and_nothing_else(lasting_service):
    reply = lasting_service.request("HEAD", "/reflect")
    assert (reply.status, reply.header("Content-Length")) == (200, str(len(body_of("127.0.0.1"))))
    reply = lasting_service.request("POST", "/reflect")
    assert (reply.status, reply.header("Allow")) == (405, "GET, HEAD")


def test_a_proxy_that_does_not_tell_is_an_error(lasting_service):
    reply = lasting_service.get("/reflect", **forwarded())
    assert reply.status == 400
    answer = json.loads(reply.body)
    assert answer["error"] != "" and answer["your_ip"] == ""


@pytest.mark.parametrize(
    "query", ["", "?apikey=", "?apikey=s3cret-kex", "?apikey=" + "x" * 300, "?APIKEY=s3cret-key"]
)
def test_without_the_right_key_nothing_is_told(start, query):
    service = start(ready=False, DYNDNS_REFLECT_KEY="s3cret-key")
    reply = service.get(f"/reflect{query}")
    assert reply.status == 403
    assert json.loads(reply.body) == {
        "error": "apikey is missing or wrong", "forwarded": 0, "forwarded_for": "", "your_ip": ""
    }  # fmt: skip
    assert "s3cret-ke" not in service.log.text()


@pytest.mark.parametrize("key", ["s3cret-key", "with%26and%3D", "k" * 256])
def test_with_the_right_key_curl_is_told(start, key):
    plain = key.replace("%26", "&").replace("%3D", "=")
    service = start(ready=False, DYNDNS_REFLECT_KEY=plain)
    url = "http://{}:{}/reflect?apikey=".format(*service.address) + key
    finished = subprocess.run(
        ["curl", "-q", "--silent", "--fail", "--noproxy", "*", url],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (finished.returncode, finished.stdout) == (0, body_of("127.0.0.1"))
