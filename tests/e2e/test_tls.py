"""TLS on the addresses that are marked so: what is taken, what is refused, and
who is cut."""

import ssl
import subprocess
import time
from contextlib import ExitStack

import pytest

from sandbox.patience import PATIENCE_SECONDS, at_best

from . import tls_hello, wire
from .hosts import token_of
from .tls_hello import (
    DECODE_ERROR,
    HANDSHAKE_FAILURE,
    NO_APPLICATION_PROTOCOL,
    PROTOCOL_VERSION,
    SSL_2,
    SSL_3,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
    Answer,
    alpn,
    answer_to,
    extension,
    hello,
)
from .wire import basic

GET = wire.request("GET", "/check_ip")
HANDSHAKE_SECONDS = 10  # that one may take, and half a request may stand


class Carried:
    """A client whose bytes the test carries to the server and back."""

    def __init__(self, secure):
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._client = secure.context().wrap_bio(
            self._incoming, self._outgoing, server_hostname=wire.NAME
        )
        self.raw = secure.service.connect(secure.address)
        self._until_done(lambda: self._client.do_handshake() or True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.raw.close()

    def send(self, data: bytes, *, pieces=65536, leave_out=0):
        """In pieces of so many bytes, and without the last bytes of its record."""
        self._client.write(data)
        record = self._outgoing.read()
        record = record[: len(record) - leave_out]
        for at in range(0, len(record), pieces):
            self.raw.send(record[at : at + pieces])

    def receive(self) -> bytes:
        return self._until_done(lambda: self._client.read(65536))

    def _until_done(self, act):
        while True:
            try:
                result = act()
            except ssl.SSLWantReadError:
                result = None
            self.raw.send(self._outgoing.read())
            if result is not None:
                return result
            self._incoming.write(self.raw._socket.recv(65536))


@pytest.fixture
def secure(start_tls):
    return start_tls("a.example.org", DYNDNS_LOG_LEVEL="debug")


# --- what is taken


def test_it_tells_which_address_speaks_what(secure):
    assert [each["kind"] for each in secure.service.events("listening")] == ["http", "tls"]
    assert secure.service.get("/check_ip", address=secure.plain).said == "127.0.0.1"
    assert secure.get("/check_ip").said == "127.0.0.1"


def test_a_host_is_registered(secure, dig):
    credentials = basic("a.example.org", token_of("a.example.org"))
    for number in (1, 2):
        reply = secure.get(f"/register_ip?myip=192.0.2.{number}", headers=[credentials])
        assert reply.said == f"good 192.0.2.{number}"
    assert dig("a.example.org") == ["192.0.2.2"]


def test_curl_believes_it_and_keeps_the_connection(secure, certificate):
    url = "https://localhost:{}/check_ip".format(secure.address[1])
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--verbose", "--ipv4", "--cacert", certificate.path,
         url, url],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "127.0.0.1\n" * 2), done.stderr
    assert "Re-using existing connection" in done.stderr
    assert "ALPN: server accepted http/1.1" in done.stderr


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_connection_serves_many_requests_and_ends_in_good_order(secure, version):
    context = secure.context(minimum_version=version, maximum_version=version)
    with secure.connect(context) as connection:
        for _ in range(20):
            connection.send(GET)
            assert connection.receive().said == "127.0.0.1"
        connection.send(GET + GET)
        assert [connection.receive().status for _ in range(2)] == [200, 200]
        connection.send(wire.request("GET", "/check_ip", [("Connection", "close")]))
        assert connection.receive().status == 200
        # With close_notify: a line that breaks is told from an end.
        connection._socket.suppress_ragged_eofs = False
        assert connection.is_closed()


def test_bytes_may_come_one_by_one(secure):
    """Each in a record of its own; and each of a record's bytes by itself."""
    with secure.connect() as connection:
        for byte in GET:
            connection.send(bytes([byte]))
        assert connection.receive().status == 200
    with Carried(secure) as client:
        client.send(GET, pieces=1)
        assert client.receive().startswith(b"HTTP/1.1 200 ")


def test_what_is_sent_while_a_request_waits_is_answered_after_it(secure, route53):
    credentials = basic("a.example.org", token_of("a.example.org"))
    register = wire.request("GET", "/register_ip?myip=192.0.2.1", [credentials])
    with secure.connect() as connection:
        with route53.held():
            connection.send(register + GET)
            assert secure.answers()
            connection.send(GET)
        assert [connection.receive().said for _ in range(3)] == [
            "good 192.0.2.1", "127.0.0.1", "127.0.0.1"]  # fmt: skip


def test_a_page_of_the_server_itself_is_no_other_site(secure):
    credentials = basic("a.example.org", token_of("a.example.org"))

    def post_from(origin):
        return secure.service.request(
            "POST", "/register_ip?myip=192.0.2.1", [credentials, ("Origin", origin)],
            address=secure.address, tls=secure.context(),
        )  # fmt: skip

    assert post_from(f"https://{wire.NAME}").said == "good 192.0.2.1"
    assert post_from("https://elsewhere.example.org").status == 403


def test_the_name_that_is_asked_for_does_not_matter(secure, certificate):
    for arguments in (["-noservername"], ["-servername", "other.example.org"]):
        said = secure.openssl(*arguments, "-CAfile", str(certificate.path))
        assert "Verify return code: 0 (ok)" in said


# --- which protocol is spoken within


@pytest.mark.parametrize(
    "offered, chosen",
    [
        ([], None),
        (["http/1.1"], "http/1.1"),
        (["h2", "http/1.1"], "http/1.1"),
        (["h2", "http/1.1", "http/1.0"], "http/1.1"),
    ],
)
def test_http_1_1_is_chosen_among_what_is_offered(secure, offered, chosen):
    context = secure.context()
    if offered:
        context.set_alpn_protocols(offered)
    with secure.connect(context) as connection:
        assert connection._socket.selected_alpn_protocol() == chosen
        connection.send(GET)
        assert connection.receive().status == 200


def test_http_2_is_not_spoken_without_alpn_either(secure):
    with secure.connect() as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        assert connection.receive().status in (400, 404, 405)


# --- what is refused

MODERN = [0xC02B, 0xC02C, 0xCCA9]  # ECDHE-ECDSA with AES-GCM and ChaCha20
MODERN_1_3 = [0x1301, 0x1302, 0x1303]
H2_ALONE = alpn(b"h2")


def of_1_2(*ciphers):
    return hello(TLS_1_2, ciphers)


REFUSED = {
    "SSL 2": (PROTOCOL_VERSION, SSL_2),
    "SSL 3": (HANDSHAKE_FAILURE, hello(SSL_3, [0xC009, 0x0005, 0x000A])),
    "TLS 1.0": (PROTOCOL_VERSION, hello(TLS_1_0, [0xC009, 0xC00A, 0x002F])),
    "TLS 1.1": (PROTOCOL_VERSION, hello(TLS_1_1, [0xC009, 0xC00A, 0x002F])),
    "TLS 1.1 by the extension": (
        PROTOCOL_VERSION, hello(TLS_1_2, MODERN, offers=[TLS_1_1, TLS_1_0])),
    "a version to come alone": (
        PROTOCOL_VERSION, hello(TLS_1_2, MODERN + MODERN_1_3, offers=[0x0399])),
    "RC4": (HANDSHAKE_FAILURE, of_1_2(0xC007, 0xC011, 0x0005, 0x0004)),
    "3DES": (HANDSHAKE_FAILURE, of_1_2(0xC008, 0xC012, 0x000A)),
    "DES": (HANDSHAKE_FAILURE, of_1_2(0x0009, 0x0015)),
    "CBC": (HANDSHAKE_FAILURE, of_1_2(0xC009, 0xC00A, 0xC023, 0xC024, 0xC013, 0xC027, 0x003C)),
    "keys that last (RSA)": (HANDSHAKE_FAILURE, of_1_2(0x009C, 0x009D, 0xC09C)),
    "keys that last (ECDH)": (HANDSHAKE_FAILURE, of_1_2(0xC02D, 0xC02E, 0xC031)),
    "finite fields (DHE)": (HANDSHAKE_FAILURE, of_1_2(0x009E, 0x009F, 0xCCAA)),
    "nobody in particular (anonymous)": (HANDSHAKE_FAILURE, of_1_2(0x0018, 0x00A6, 0xC018, 0xC019)),
    "nothing at all (NULL)": (HANDSHAKE_FAILURE, of_1_2(0x0000, 0x0001, 0x003B, 0xC006)),
    "export": (HANDSHAKE_FAILURE, of_1_2(0x0003, 0x0008, 0x0014, 0x0019)),
    "CCM": (HANDSHAKE_FAILURE, of_1_2(0xC0AC, 0xC0AE)),
    "TLS 1.3 without a cipher of it": (
        HANDSHAKE_FAILURE, hello(TLS_1_2, MODERN, offers=[TLS_1_3])),
    "HTTP/2 alone": (NO_APPLICATION_PROTOCOL, hello(TLS_1_2, MODERN, H2_ALONE)),
    "HTTP/2 alone in TLS 1.3": (
        NO_APPLICATION_PROTOCOL, hello(TLS_1_2, MODERN_1_3, H2_ALONE, offers=[TLS_1_3])),
    "HTTP/1.0 alone": (NO_APPLICATION_PROTOCOL, hello(TLS_1_2, MODERN, alpn(b"http/1.0"))),
    "what only begins so": (NO_APPLICATION_PROTOCOL, hello(TLS_1_2, MODERN, alpn(b"http/1.1x"))),
    "an empty list of protocols": (DECODE_ERROR, hello(TLS_1_2, MODERN, alpn())),
    "an empty protocol": (DECODE_ERROR, hello(TLS_1_2, MODERN, alpn(b""))),
    "half an extension": (
        DECODE_ERROR, hello(TLS_1_2, MODERN, extension(16, b"\0\x09\x08http"))),
    "compression alone": (DECODE_ERROR, hello(TLS_1_2, MODERN, compression=b"\1")),
    "plain HTTP": (None, GET),
}  # fmt: skip


def test_what_is_refused_and_how(secure):
    answers = {label: answer_to(secure.address, data) for label, (_, data) in REFUSED.items()}
    expected = {label: alert and Answer(alert=alert) for label, (alert, _) in REFUSED.items()}
    assert answers == expected
    assert secure.answers()
    told = {each["alert"] for each in secure.service.events("tls_refused", peer="127.0.0.1")}
    # Ten a second and thread, of whatever kind.
    assert told and told <= {"protocol version", "handshake failure", "decode error",
                             "no application protocol"}  # fmt: skip


def test_of_all_ciphers_these_alone_are_taken(secure):
    every = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    every.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    known = {each["id"] & 0xFFFF: each["name"] for each in every.get_ciphers()}
    assert len(known) > 100
    taken = set()
    for cipher, name in known.items():
        offers = [TLS_1_3] if name.startswith("TLS_") else []
        answer = answer_to(secure.address, hello(TLS_1_2, [cipher], offers=offers))
        if answer.alert is None:
            assert answer == Answer(version=TLS_1_2, cipher=cipher, compression=0)
            taken.add(name)
    assert taken == {  # the certificate's key is elliptic
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    }  # fmt: skip


def test_nothing_is_compressed(secure):
    answer = answer_to(secure.address, hello(TLS_1_2, MODERN, compression=b"\1\0"))
    assert answer == Answer(version=TLS_1_2, cipher=0xC02B, compression=0)


def test_the_server_chooses_but_lets_phones_have_chacha(secure):
    def chosen(*ciphers):
        return answer_to(secure.address, of_1_2(*ciphers)).cipher

    assert chosen(0xC02C, 0xC02B) == 0xC02B
    assert chosen(0xC02C, 0xCCA9) == 0xC02C
    assert chosen(0xCCA9, 0xC02B) == 0xCCA9


def commanded(secure, version, command, shown) -> str:
    """What s_client says that is given a command, and then a request on the same
    connection, which it does not end by itself."""
    with subprocess.Popen(
        ["openssl", "s_client", version, "-connect", "{}:{}".format(*secure.address)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as client:  # fmt: skip
        client.stdin.write(command)
        client.stdin.flush()
        said = b""
        while shown not in said:
            said += (line := client.stdout.readline())
            assert line, said
        try:
            client.stdin.write(wire.request("GET", "/check_ip", [("Connection", "close")]))
            client.stdin.flush()
        except BrokenPipeError:
            pass
        said += client.stdout.read()  # until the server closes
        try:
            client.stdin.close()
        except BrokenPipeError:
            pass
    return said.decode("latin-1")


def test_renegotiation_is_refused(secure):
    said = commanded(secure, "-tls1_2", b"R\n", b"RENEGOTIATING")
    assert "HTTP/1.1 200" not in said
    assert "Secure Renegotiation IS supported" in said
    assert secure.answers()


@pytest.mark.parametrize("command", [b"k\n", b"K\n"])
def test_new_keys_are_taken_and_given(secure, command):
    assert "HTTP/1.1 200" in commanded(secure, "-tls1_3", command, b"KEYUPDATE")


def test_tls_to_an_address_of_plain_http_is_no_request(secure):
    with secure.service.connect(secure.plain) as connection:
        connection.send(hello(TLS_1_2, MODERN))
        assert connection.receive_to_end()[:12] in (b"", b"HTTP/1.1 400")
    assert secure.answers()


# --- coming back


def session_of(secure, context, **more):
    """Of a connection that has had an answer, and therefore its ticket."""
    with secure.connect(context, **more) as connection:
        connection.send(GET)
        assert connection.receive().status == 200
        return connection._socket.session


def resumes(secure, context, session) -> bool:
    with secure.connect() as _:  # so that it is not always the same loop's turn
        raw = wire.Connection(secure.address)
        raw._socket = context.wrap_socket(raw._socket, server_hostname=wire.NAME, session=session)
        with raw as connection:
            connection.send(GET)
            assert connection.receive().status == 200
            return connection._socket.session_reused


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed_on_any_thread(start_tls, version):
    secure = start_tls("a.example.org", DYNDNS_THREADS=4)
    context = secure.context(minimum_version=version, maximum_version=version)
    session = session_of(secure, context)
    assert session.has_ticket and 0 < session.ticket_lifetime_hint <= 7200
    assert all(resumes(secure, context, session) for _ in range(20))


def test_no_early_data_is_taken(secure, tmp_path):
    session, early = tmp_path / "session", tmp_path / "early"
    early.write_bytes(GET)
    secure.openssl("-tls1_3", "-sess_out", str(session), "-ign_eof",
                   stdin=wire.request("GET", "/check_ip", [("Connection", "close")]))  # fmt: skip
    said = secure.openssl("-tls1_3", "-sess_in", str(session), "-early_data", str(early))
    assert "Reused, TLSv1.3" in said
    assert "Early data was not sent" in said or "Early data was rejected" in said


# --- who dawdles


def test_who_dawdles_is_cut_after_ten_seconds_and_nobody_else(secure):
    whole = hello(TLS_1_2, MODERN)

    def dawdle(stack):
        begun = time.monotonic()
        idle = stack.enter_context(secure.connect())
        idle.send(GET)
        assert idle.receive().status == 200
        raw = {
            "no byte": b"",
            "one byte": whole[:1],
            "half a hello": whole[:-5],
            "half a handshake": whole,
        }
        dawdlers = {name: stack.enter_context(secure.service.connect(secure.address)) for name in raw}
        for name, data in raw.items():
            dawdlers[name].send(data)
        dawdlers["half a request"] = stack.enter_context(secure.connect())
        dawdlers["half a request"].send(GET[:-2])
        dawdlers["no request"] = stack.enter_context(secure.connect())
        assert secure.answers()
        for name, connection in dawdlers.items():
            if name == "half a handshake":
                assert connection.receive_to_end()[:1] == b"\x16"
            else:
                assert connection.is_closed(), name
        assert time.monotonic() - begun >= HANDSHAKE_SECONDS - 1
        idle.send(GET)
        assert idle.receive().status == 200

    with ExitStack() as stack:
        at_best(HANDSHAKE_SECONDS + 5, dawdle, "an end of half handshakes",
                prepare=lambda _: stack)  # fmt: skip


def test_half_a_record_is_half_a_request(secure):
    def dawdle(client):
        client.send(GET)
        assert client.receive().startswith(b"HTTP/1.1 200 ")
        begun = time.monotonic()
        client.send(GET, leave_out=1)
        client.raw.receive_to_end()
        assert time.monotonic() - begun >= HANDSHAKE_SECONDS - 1
        client.close()

    at_best(HANDSHAKE_SECONDS + 5, dawdle, "an end of half a record",
            prepare=lambda _: Carried(secure))  # fmt: skip
    assert secure.answers()


def test_a_stop_waits_for_no_handshake(start_tls):
    def stop(secure_and_stalled):
        secure, stalled = secure_and_stalled
        with stalled:
            secure.service.stop()

    def prepare(_):
        secure = start_tls("a.example.org")
        stalled = ExitStack()
        for data in (b"", hello(TLS_1_2, MODERN)[:-5], hello(TLS_1_2, MODERN)):
            stalled.enter_context(secure.service.connect(secure.address)).send(data)
        assert secure.answers()
        return secure, stalled

    at_best(HANDSHAKE_SECONDS / 2, stop, "an end beside half handshakes", prepare=prepare)


def test_half_handshakes_make_room(start_tls):
    secure = start_tls("a.example.org", DYNDNS_THREADS=1, open_files=300)
    with ExitStack() as stack:
        for number in range(220):
            stalled = stack.enter_context(secure.service.connect(secure.address))
            try:
                stalled.send(hello(TLS_1_2, MODERN)[: number % 100])
            except (BrokenPipeError, ConnectionResetError):
                pass
        assert secure.answers()


def test_who_takes_no_answer_is_held_up_and_harms_nobody(secure):
    with secure.connect(buffer_bytes=4096) as greedy:
        greedy._socket.settimeout(1)
        sent = 0
        try:
            while sent < 8 * 1024 * 1024:
                sent += greedy._socket.send(GET * 100)
        except (TimeoutError, ssl.SSLWantWriteError):
            pass
        assert sent < 8 * 1024 * 1024
        assert secure.answers()
