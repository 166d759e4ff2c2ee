"""Real clients, byte for byte as they were captured on a wire.

What each of them takes as success is written down beside what it sends: a
reply that is right for us and wrong for them is wrong.
"""

import shutil
import subprocess

import pytest

from sandbox.patience import PATIENCE_SECONDS

from . import proxy
from .hosts import token_of
from .wire import basic


def authorization(host) -> bytes:
    name, value = basic(host, token_of(host))
    return f"{name}: {value}\r\n".encode()


def is_success_to_ddclient(reply, address) -> bool:
    """A 2xx status, and a line whose first word is good (or, with a warning,
    nochg) up to the first blank."""
    words = [line.split(" ")[0] for line in reply.body.split("\n")]
    return 200 <= reply.status < 300 and words[0] in ("good", "nochg") and address in reply.body


def is_success_to_inadyn(reply) -> bool:
    """Exactly 200, and one of these words anywhere in the body."""
    accepted = ("ok", "good", "true", "updated", "success", "nochg")
    return reply.status == 200 and any(word in reply.body.lower() for word in accepted)


@pytest.mark.parametrize("address", ["192.0.2.10", "2001:db8::10"])
def test_ddclient_3_10(lasting_service, new_host, address):
    """protocol=dyndns2, server=…, ssl=no, script=/register_ip"""
    sent = (
        f"GET /register_ip?system=dyndns&hostname={new_host}&myip={address} HTTP/1.1\r\n"
        "Host: 127.0.0.1:7001\r\n"
    ).encode() + authorization(new_host) + (
        b"User-Agent: ddclient/3.10.0\r\n"
        b"Connection: close\r\n"
        b"\r\n"
    )  # fmt: skip
    for word in ("good", "nochg"):
        with lasting_service.connect() as connection:
            connection.send(sent)
            reply = connection.receive()
            assert is_success_to_ddclient(reply, address) and reply.said == f"{word} {address}"
            assert connection.is_closed()


def test_ddclient_3_10_asks_for_its_address(lasting_service):
    """use=web, web=http://…/check_ip: the first address in the body is taken."""
    with lasting_service.connect() as connection:
        connection.send(
            b"GET /check_ip HTTP/1.1\r\n"
            b"Host: 127.0.0.1:7001\r\n"
            b"User-Agent: ddclient/3.10.0\r\n"
            b"Connection: close\r\n"
            b"\r\n"
        )
        reply = connection.receive()
    assert (reply.status, reply.body) == (200, "127.0.0.1\n")


def test_ddclient_sees_badauth_as_a_refusal(lasting_service):
    with lasting_service.connect() as connection:
        connection.send(
            b"GET /register_ip?system=dyndns&hostname=a.example.org&myip=192.0.2.10 HTTP/1.1\r\n"
            b"Host: 127.0.0.1:7001\r\n"
            b"Authorization: Basic d3Jvbmc6d3Jvbmc=\r\n"
            b"User-Agent: ddclient/3.10.0\r\n"
            b"Connection: close\r\n"
            b"\r\n"
        )
        reply = connection.receive()
    assert reply.status == 401 and not is_success_to_ddclient(reply, "192.0.2.10")


@pytest.mark.parametrize(
    "address, encoded",
    [("192.0.2.10", "192.0.2.10"), ("2001:db8::10", "2001%3adb8%3a%3a10")],
)
def test_inadyn_2_10(lasting_service, new_host, address, encoded):
    """custom { ddns-path="/register_ip?hostname=%h&myip=%i" ssl=false }: HTTP/1.0,
    a Host without its port, no Connection header, hexadecimal in lower case."""
    sent = (
        f"GET /register_ip?hostname={new_host}&myip={encoded} HTTP/1.0\r\n"
        "Host: 127.0.0.1\r\n"
    ).encode() + authorization(new_host) + (
        b"User-Agent: inadyn/2.10.0 https://github.com/troglobit/inadyn/issues\r\n"
        b"\r\n"
    )  # fmt: skip
    for word in ("good", "nochg"):
        with lasting_service.connect() as connection:
            connection.send(sent)
            reply = connection.receive()
            assert is_success_to_inadyn(reply) and reply.said == f"{word} {address}"
            assert connection.is_closed()


def test_inadyn_2_10_appends_the_hosts_name(lasting_service, new_host):
    """ddns-path="/register_ip?": a path without % gets the name appended."""
    with lasting_service.connect(source=proxy.ADDRESS) as connection:
        connection.send(
            f"GET /register_ip?{new_host} HTTP/1.0\r\nHost: 127.0.0.1\r\n".encode()
            + authorization(new_host)
            + b"User-Agent: inadyn/2.10.0 https://github.com/troglobit/inadyn/issues\r\n"
            + b"X-Forwarded-For: 198.51.100.7\r\n\r\n"  # the proxy's
        )
        assert is_success_to_inadyn(connection.receive())


@pytest.mark.parametrize("myip", ["rubbish", "10.0.0.1"])
def test_inadyn_does_not_see_success_in_a_refusal(lasting_service, new_host, myip):
    reply = lasting_service.update(new_host, myip)
    assert not is_success_to_inadyn(reply)


def test_gnu_wget_waits_to_be_challenged(lasting_service, new_host):
    """wget --user --password: the first request goes without credentials, the
    second one over the same connection with them."""
    first = (
        b"GET /register_ip?myip=192.0.2.10 HTTP/1.1\r\n"
        b"Host: 127.0.0.1:7001\r\n"
        b"User-Agent: Wget/1.21.3\r\n"
        b"Accept: */*\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Connection: Keep-Alive\r\n"
    )
    with lasting_service.connect() as connection:
        connection.send(first + b"\r\n")
        challenge = connection.receive()
        assert challenge.status == 401
        assert challenge.header("WWW-Authenticate").startswith("Basic realm=")
        connection.send(first + authorization(new_host) + b"\r\n")
        assert connection.receive().said == "good 192.0.2.10"


def test_busybox_wget(lasting_service, new_host):
    """http://host:token@…: credentials at once, and the reply's end is the
    connection's."""
    with lasting_service.connect() as connection:
        connection.send(
            b"GET /register_ip?myip=192.0.2.10 HTTP/1.1\r\n"
            b"Host: 127.0.0.1:7001\r\n"
            b"User-Agent: Wget\r\n"
            b"Connection: close\r\n" + authorization(new_host) + b"\r\n"
        )
        assert connection.receive().said == "good 192.0.2.10"
        assert connection.is_closed()


def test_opnsense(lasting_service, new_host):
    with lasting_service.connect() as connection:
        connection.send(
            f"GET /register_ip?hostname={new_host}&myip=192.0.2.10&wildcard=NOCHG HTTP/1.1\r\n"
            "Host: dyndns.example.org\r\n"
            "User-Agent: OPNsense-dyndns\r\n"
            "Accept-Encoding: gzip, deflate\r\n"
            "Accept: */*\r\n"
            "Connection: keep-alive\r\n".encode() + authorization(new_host) + b"\r\n"
        )
        assert connection.receive().said == "good 192.0.2.10"


def test_pfsense_custom(lasting_service, new_host):
    """libcurl, Basic at once; the reply is compared with a configured text."""
    with lasting_service.connect() as connection:
        connection.send(
            b"GET /register_ip?myip=192.0.2.10 HTTP/1.1\r\n"
            b"Host: dyndns.example.org\r\n"
            + authorization(new_host)
            + b"User-Agent: phpDynDNS/0.7\r\nAccept: */*\r\n\r\n"
        )
        assert connection.receive().body == "good 192.0.2.10\n"


def test_fritz_box_makes_a_call_for_each_address(lasting_service, lasting_sandbox, new_host):
    """Two URLs in its Update-URL, separated by a blank, and nothing escaped."""
    for address in ("192.0.2.10", "2001:db8::10"):
        with lasting_service.connect() as connection:
            connection.send(
                f"GET /register_ip?myip={address} HTTP/1.1\r\n"
                "Host: dyndns.example.org\r\n"
                "Connection: close\r\n".encode()
                + authorization(new_host)
                + b"User-Agent: Fritz!Box DDNS/1.0.1\r\n\r\n"
            )
            assert connection.receive().said == f"good {address}"
    assert lasting_sandbox.route53.record(new_host, "A") == ["192.0.2.10"]
    assert lasting_sandbox.route53.record(new_host, "AAAA") == ["2001:db8::10"]


def run_client(*command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS)


def test_curl_itself(lasting_service, new_host):
    host, port = lasting_service.address
    url = f"http://{new_host}:{token_of(new_host)}@{host}:{port}/register_ip?myip=192.0.2.10"
    for word in (b"good", b"nochg"):
        finished = run_client("curl", "--silent", "--show-error", "--fail", "--noproxy", "*", url)
        assert (finished.returncode, finished.stdout) == (0, word + b" 192.0.2.10\n")


def test_curl_fails_visibly_when_the_token_is_wrong(lasting_service, new_host):
    host, port = lasting_service.address
    url = f"http://{new_host}:wrong@{host}:{port}/register_ip?myip=192.0.2.10"
    assert run_client("curl", "--silent", "--fail", "--noproxy", "*", url).returncode == 22


def test_gnu_wget_itself(lasting_service, new_host):
    host, port = lasting_service.address
    credentials = f"--user={new_host}", f"--password={token_of(new_host)}"
    url = f"http://{host}:{port}/register_ip?myip=192.0.2.10"
    finished = run_client("wget", "--no-proxy", "-q", "-O", "-", *credentials, url)
    assert (finished.returncode, finished.stdout) == (0, b"good 192.0.2.10\n")
