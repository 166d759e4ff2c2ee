"""Requests that a proxy and the server may read differently.

Where they disagree on where a request ends, the rest of an attacker's request
becomes the beginning of what the next caller sends over the same connection,
and his credentials count for what the attacker wrote. So: never two requests
where the other side saw one.
"""

import ssl

import pytest

from . import wire
from .hosts import token_of
from .proxies import KINDS, Tap, running
from .wire import basic

EVIL = "6.6.6.6"
# The head of a request, but for its end: the victim's request line becomes the
# value of its last header, and the victim's Authorization its own.
PREFIX = f"GET /register_ip?myip={EVIL} HTTP/1.1\r\nX-Swallow: ".encode()
N = len(PREFIX)
WHOLE = PREFIX + b"x\r\nHost: a\r\n\r\n"
LAST = wire.request("GET", "/check_ip", [("Connection", "close")])


CHECK = "GET /check_ip HTTP/1.1"
POST = "POST /register_ip HTTP/1.1"
CHECK_1_0 = "GET /check_ip HTTP/1.0"
CHUNKED = "Transfer-Encoding: chunked"
END = b"0\r\n\r\n"  # of a chunked body


def request(*lines, body=b"", first=CHECK, host="Host: dyn.example.org"):
    """Of lines as they are, each ending in CR LF."""
    head = [first, *([host] if host else []), *lines, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def length(value):
    return f"Content-Length: {value}"


def sized(*values, first=CHECK):
    """With these lengths, and what would be the next request."""
    return request(*map(length, values), body=PREFIX, first=first)


# The length of that body, and of the one that follows.
LENGTH = length(N)
CODED_LENGTH = length(N + len(END))


def coded(*lines, first=CHECK):
    """A chunked body that ends at once, or else a longer one."""
    return request(*lines, body=END + PREFIX, first=first)


def chunked(body):
    return request(CHUNKED, body=body)


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


# What becomes of them: the server answers 4xx and closes, whatever is behind;
# or it serves them and closes; or it serves them, and goes on.
REFUSED, SERVED_LAST, SERVED = "refused", "served last", "served"

LENGTHS = [
    ("0, then n", REFUSED, sized(0, N)),
    ("n, then 0", REFUSED, sized(N, 0)),
    ("n twice", REFUSED, sized(N, N)),
    ("far apart", REFUSED, request(length(0), "X: y", LENGTH.lower(), body=PREFIX)),
    ("of POST", REFUSED, sized(0, N, first=POST)),
    ("of nothing", REFUSED, sized(0, N, first="GET /nothing HTTP/1.1")),
    ("of a URL", REFUSED, sized(0, N, first="GET http://a/check_ip HTTP/1.1")),
    ("in HTTP/1.0", REFUSED, request("Connection: keep-alive", length(0), LENGTH,
                                     body=PREFIX, first=CHECK_1_0)),
    ("a list", REFUSED, sized(f"0, {N}")),
    ("a list of equals", REFUSED, sized(f"{N}, {N}")),
    ("plus", REFUSED, sized(f"+{N}")),
    ("minus", REFUSED, sized(f"-{N}")),
    ("hexadecimal", REFUSED, sized(f"{N:#x}")),
    ("quotes", REFUSED, sized(f'"{N}"')),
    ("a blank inside", REFUSED, sized(f"0 {N}")),
    ("empty", REFUSED, sized("")),
    ("too long for anybody", REFUSED, sized(f"1{'0' * 19}{N}")),
    ("too long for us", REFUSED, sized(20000)),
    ("leading zeros", SERVED, sized(f"00{N}")),
    ("plain", SERVED, sized(N)),
    ("plain, of POST", SERVED, sized(N, first=POST)),
    ("plain, of nothing", SERVED, sized(N, first="GET /nothing HTTP/1.1")),
    ("plain, of another method", SERVED, sized(N, first="PUT /check_ip HTTP/1.1")),
    ("plain, with an upgrade", SERVED, request("Connection: Upgrade, keep-alive",
                                               "Upgrade: h2c", LENGTH, body=PREFIX)),
    ("plain, in HTTP/1.0", SERVED, request("Connection: keep-alive", LENGTH,
                                           body=PREFIX, first=CHECK_1_0)),
    ("a name like it", SERVED, request("Content_Length: 0", LENGTH, body=PREFIX)),
    ("a blank before the colon", REFUSED, request(f"Content-Length : {N}", body=PREFIX)),
]  # fmt: skip

CODINGS = [
    ("a length, then chunked", REFUSED, coded(CODED_LENGTH, CHUNKED)),
    ("chunked, then a length", REFUSED, coded(CHUNKED, CODED_LENGTH)),
    ("a length of no use", REFUSED, request(length(3), CHUNKED, body=chunk(PREFIX) + END)),
    ("a length, and identity", REFUSED, coded(CODED_LENGTH, "Transfer-Encoding: identity")),
    ("identity, then chunked", REFUSED, coded("Transfer-Encoding: identity", CHUNKED)),
    ("chunked, then identity", REFUSED, coded(CHUNKED, "Transfer-Encoding: identity")),
    ("chunked twice", REFUSED, coded(CHUNKED, CHUNKED)),
    ("chunked in HTTP/1.0", REFUSED, coded("Connection: keep-alive", CHUNKED, first=CHECK_1_0)),
    ("chunked in HTTP/1.0 with a length", REFUSED,
     coded("Connection: keep-alive", CODED_LENGTH, CHUNKED, first=CHECK_1_0)),
    *[
        (f"coding {coding!r}", REFUSED, coded(CODED_LENGTH, f"Transfer-Encoding:{coding}"))
        for coding in (" xchunked", " chunked, identity", " gzip, chunked", " \vchunked",
                       ' "chunked"', " chunked;", "", " chunked\0", "\tchunked", " Chunked")
    ],
    ("a blank before the colon", REFUSED, coded(CODED_LENGTH, "Transfer-Encoding : chunked")),
]  # fmt: skip

LINES = [
    ("a folded length", REFUSED, request("Content-Length:", f" {N}", body=PREFIX)),
    ("a length folded onto another header", REFUSED, request("X: y", f" {LENGTH}", body=PREFIX)),
    ("a folded coding", REFUSED, coded(CODED_LENGTH, "Transfer-Encoding:", " chunked")),
    ("a fold at the beginning", REFUSED, request(f" {LENGTH}", host="", body=PREFIX)),
    ("a fold, and no more", REFUSED, request("X: y", "\tz", body=WHOLE)),
    ("a bare LF hides a length", REFUSED, request(f"X: y\n{length(0)}", LENGTH, body=PREFIX)),
    ("a bare LF hides the only length", REFUSED, request(f"X: y\n{LENGTH}", body=PREFIX)),
    ("bare LFs hide an end", REFUSED, request(f"X: y\n\n{WHOLE.decode()}")),
    ("a bare CR hides a length", REFUSED, request(f"X: y\r{length(0)}", LENGTH, body=PREFIX)),
    ("a NUL in a value", REFUSED, request(f"X: y\0{length(0)}", LENGTH, body=PREFIX)),
    ("a NUL in a name", REFUSED, request("Content-Length\0: 0", LENGTH, body=PREFIX)),
    ("an odd byte in a name", REFUSED, request("Content-Length\xa0: 0", LENGTH, body=PREFIX)),
    ("no name", REFUSED, request(": x", LENGTH, body=PREFIX)),
    ("no colon", REFUSED, request(f"Content-Length {N}", body=PREFIX)),
    ("an empty line before", SERVED, b"\r\n" + sized(N)),
    ("a bare LF before", REFUSED, b"\n" + sized(N)),
    ("a bare LF behind the first line", REFUSED, sized(N, first=f"{CHECK}\nX: y")),
    ("a request in a request line", REFUSED, request(first=f"{CHECK}\n\n{WHOLE.decode()}x")),
]

RECIPIENTS = [
    ("no Host", REFUSED, request(LENGTH, host="", body=PREFIX)),
    ("two Hosts", REFUSED, request("Host: b", LENGTH, body=PREFIX)),
    ("a Host that is none", REFUSED, request(LENGTH, host="Host: a/b", body=PREFIX)),
    ("CONNECT", REFUSED, request(length(0), first="CONNECT a:80 HTTP/1.1", body=WHOLE)),
    ("CONNECT with a body", REFUSED, sized(N, first="CONNECT a:80 HTTP/1.1")),
]

CONTINUE = "Expect: 100-continue"
EXPECTATIONS = [
    ("a plain one", SERVED_LAST, request(LENGTH, CONTINUE, body=PREFIX)),
    ("without a body", SERVED_LAST, request(CONTINUE)),
    ("of something else", REFUSED, request(LENGTH, "Expect: y 100-continue", body=PREFIX)),
    ("and two lengths", REFUSED, request(length(0), LENGTH, CONTINUE, body=PREFIX)),
]

# On these libh2o is lax, and what it leaves of them is never read.
LONG = len(END + WHOLE)
CHUNKS = [
    ("plain", SERVED_LAST, chunked(chunk(PREFIX) + END)),
    ("a trailer", SERVED_LAST, chunked(chunk(PREFIX) + b"0\r\nX: y\r\n\r\n")),
    ("a length in the trailer", SERVED_LAST,
     chunked(b"0\r\n" + LENGTH.encode() + b"\r\n\r\n" + WHOLE)),
    ("an extension", SERVED_LAST, chunked(b"%x;x=y\r\n" % N + PREFIX + b"\r\n" + END)),
    ("a bare LF in an extension", SERVED_LAST,
     chunked(b"%x;\n" % LONG + b"A" * LONG + b"\r\n" + END + WHOLE + b"\r\n" + END)),
    ("a bare LF behind a size", SERVED_LAST, chunked(b"%x\n" % N + PREFIX + b"\r\n" + END)),
    ("a bare LF behind a chunk", SERVED_LAST, chunked(b"%x\r\n" % N + PREFIX + b"\n" + END)),
    ("many CRs behind a chunk", SERVED_LAST,
     chunked(b"%x\r\n" % N + PREFIX + b"\r\r\r\n" + END)),
    ("a bare LF at the end", SERVED_LAST, chunked(b"0\r\n\n" + WHOLE)),
    ("bare LFs at the end", SERVED_LAST, chunked(b"0\n\n" + WHOLE)),
    ("a size with zeros", SERVED_LAST, chunked(b"000%x\r\n" % N + PREFIX + b"\r\n" + END)),
    ("a hexadecimal size with a prefix", SERVED_LAST,
     chunked(b"0x%x\r\n" % N + PREFIX + b"\r\n" + END)),
    ("a size that overflows", REFUSED, chunked(b"1" + b"0" * 16 + b"\r\n" + PREFIX)),
    ("a negative size", REFUSED, chunked(b"-1\r\n" + PREFIX)),
    ("too much for us", REFUSED, chunked(chunk(b"x" * 20000) + END + WHOLE)),
]  # fmt: skip

TABLE = [
    (f"{theme}: {label}", expected, attack)
    for theme, rows in [("lengths", LENGTHS), ("codings", CODINGS), ("lines", LINES),
                        ("recipients", RECIPIENTS), ("Expect", EXPECTATIONS), ("chunks", CHUNKS)]
    for label, expected, attack in rows
]  # fmt: skip

table = pytest.mark.parametrize("attack", [row[2] for row in TABLE], ids=[row[0] for row in TABLE])


def victims(host, address):
    """The next caller's request, with credentials."""
    headers = [basic(host, token_of(host))]
    return wire.request("GET", f"/register_ip?myip={address}", headers)


def offer(connection, data):
    try:
        connection.send(data)
    except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
        pass  # the other side did not want to hear the rest


def final_reply(connection):
    reply = connection.receive()
    return connection.receive() if reply.status == 100 else reply


@pytest.mark.parametrize("_, expected, attack", TABLE, ids=[row[0] for row in TABLE])
def test_each_request_is_refused_or_means_one_thing(listener, _, expected, attack):
    with listener.connect() as connection:
        offer(connection, attack)
        reply = final_reply(connection)
        if expected == REFUSED:
            assert reply.status in (400, 405, 413, 417)
        else:
            assert reply.status not in (400, 413, 417)
        assert reply.header("Connection") == ("keep-alive" if expected == SERVED else "close")
        if expected == SERVED:
            connection.send(wire.request("GET", "/check_ip"))
            assert connection.receive().said == listener.caller
            connection.end_sending()
        assert connection.receive_to_end() == b""


def test_a_hidden_request_does_not_get_the_next_callers_credentials(
    listener, lasting_sandbox, new_host
):
    """The attack in full: what the proxy takes for a body, libh2o would take for
    the beginning of the victim's request."""
    attack = request("Content-Length: 0", f"Content-Length: {N}", body=PREFIX)
    with listener.connect() as connection:
        connection.send(attack + victims(new_host, "192.0.2.7"))
        reply = connection.receive()
        assert (reply.status, reply.header("Connection")) == (400, "close")
        assert reply.said == "bad request: there is more than one Content-Length"
        assert connection.receive_to_end() == b""
    assert listener.get("/check_ip").status == 200
    assert lasting_sandbox.route53.record(new_host, "A") is None


@table
def test_a_sender_that_reuses_its_connection_stays_in_step(
    listener, lasting_sandbox, new_host, attack
):
    """It takes each row for one request, as some proxy may."""
    own = "192.0.2.7"
    with listener.connect() as connection:
        offer(connection, attack)
        reply = final_reply(connection)
        if reply.header("Connection") == "keep-alive":
            connection.send(victims(new_host, own))
            assert connection.receive().said == f"good {own}"
            connection.end_sending()
        assert connection.receive_to_end() == b"", "a reply to nothing that was asked"
    assert listener.update(new_host, own).said in (f"good {own}", f"nochg {own}")
    assert lasting_sandbox.route53.record(new_host, "A") == [own]


# --- through proxies


@pytest.fixture(scope="module", params=KINDS)
def proxy(request, lasting_service):
    """The path of a proxy's socket, and the tap behind it."""
    tap = Tap(lasting_service.address)
    try:
        with running(request.param, tap.address) as path:
            yield path, tap
    finally:
        tap.close()


def test_a_proxy_reuses_its_connection(proxy):
    """Else the tests below would show nothing."""
    path, tap = proxy
    tap.drain()
    for _ in range(3):
        with wire.Connection(path) as client:
            client.send(LAST)
            assert wire.statuses(client.receive_to_end()) == [200]
    assert [wire.statuses(said) for said in tap.drain()] == [[200, 200, 200]]


@table
def test_the_server_sees_no_more_requests_than_the_proxy(
    proxy, lasting_sandbox, new_host, attack
):
    path, tap = proxy
    own = "192.0.2.7"
    tap.drain()
    with wire.Connection(path) as attacker:
        offer(attacker, attack + LAST)
        told = wire.statuses(attacker.receive_to_end())
    with wire.Connection(path) as victim:
        victim.send(victims(new_host, own))
        assert victim.receive().said == f"good {own}"
        victim.end_sending()
    # A proxy gives one reply to each request that it saw.
    replies = [status for said in tap.drain() for status in wire.statuses(said)]
    assert len(replies) <= len(told) + 1
    assert lasting_sandbox.route53.record(new_host, "A") == [own]
