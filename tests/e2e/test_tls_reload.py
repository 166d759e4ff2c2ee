"""The certificate is renewed while the server runs."""

import re
import shutil
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.patience import until

from . import wire
from .tls_proxies import Certificate
from .tls_service import TlsService

GET = wire.request("GET", "/check_ip")


class Files:
    """What DYNDNS_TLS_CERTIFICATE and DYNDNS_TLS_KEY name."""

    def __init__(self, folder):
        self.path, self.key = folder / "certificate.pem", folder / "key.pem"

    def settings(self):
        return {"DYNDNS_TLS_CERTIFICATE": self.path, "DYNDNS_TLS_KEY": self.key}

    def put(self, certificate):
        self.put_key(certificate)
        self.put_certificate(certificate)

    def put_key(self, certificate):
        _replace(certificate.key, self.key)

    def put_certificate(self, certificate):
        _replace(certificate.path, self.path)


def _replace(source, target):
    """At once, as whoever renews should."""
    fresh = target.with_suffix(".new")
    shutil.copy(source, fresh)
    fresh.rename(target)


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("old"), days=90)


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("new"), days=180)


@pytest.fixture
def files(tmp_path, old):
    files = Files(tmp_path)
    files.put(old)
    return files


@pytest.fixture
def secure(start, files, old):
    settings = {"DYNDNS_LISTEN": "127.0.0.1:0,tls:127.0.0.1:0"} | files.settings()
    return TlsService(start("a.example.org", **settings), old)


def until_served(secure, certificate):
    """On every thread."""
    until(lambda: {secure.served() for _ in range(8)} == {certificate.der()}, "the new certificate")


def test_a_new_one_is_taken_by_itself_and_who_is_there_goes_on(secure, files, old, new):
    service = secure.service
    assert secure.served() == old.der()
    with secure.connect() as before:
        before.send(GET)
        assert before.receive().status == 200
        with service.expecting("certificate_loaded"):
            files.put(new)
        until_served(secure, new)
        for _ in range(3):
            before.send(GET)
            assert before.receive().status == 200
    assert secure.get("/check_ip", new.context()).status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        secure.get("/check_ip", old.context())
    assert service.events("certificate_not_used") == []


def test_sighup_reads_it_again_even_if_it_has_not_changed(secure, files, old, new):
    with secure.service.expecting("certificate_loaded"):
        secure.service.reload()
    assert secure.served() == old.der()
    with secure.service.expecting("certificate_loaded"):
        files.put(new)
        secure.service.reload()
    until_served(secure, new)


def test_a_handshake_that_was_begun_ends_by_the_one_before(secure, files, old, new):
    """Be it that nothing of it has come yet."""
    begun = [secure.service.connect(secure.address) for _ in range(8)]
    assert secure.served() == old.der()  # so they are accepted
    for current in (new, old, new):
        files.put(current)
        secure.service.reload()  # at once: who says nothing is cut off after ten seconds
        until_served(secure, current)
    for connection in begun:
        connection._socket = old.context().wrap_socket(
            connection._socket, server_hostname=wire.NAME
        )
        with connection:
            connection.send(GET)
            assert connection.receive().status == 200


@pytest.mark.threads
def test_renewals_among_callers(secure, files, old, new):
    for number in range(10):
        current = (new, old)[number % 2]
        files.put(current)
        until_served(secure, current)
        with secure.service.expecting("certificate_loaded"):  # else it reads amid the next
            secure.service.reload()
            for _ in range(5):
                assert secure.get("/check_ip", _believing(old, new)).status == 200
    until_served(secure, old)
    assert secure.service.events("certificate_not_used") == []


def _believing(*certificates):
    context = ssl.create_default_context()
    for each in certificates:
        context.load_verify_locations(each.path)
    return context


def test_sessions_outlive_the_certificate(secure, files, new):
    context = _believing(secure.certificate, new)
    with secure.connect(context) as connection:
        connection.send(GET)
        connection.receive()
        session = connection._socket.session
    with secure.service.expecting("certificate_loaded"):
        files.put(new)
    until_served(secure, new)
    resumed = context.wrap_socket(
        wire.Connection(secure.address)._socket, server_hostname=wire.NAME, session=session
    )
    with resumed:
        assert resumed.session_reused


BAD = {
    "no certificate": lambda files, new: files.path.write_text("nothing\n"),
    "half of it": lambda files, new: files.path.write_text(new.path.read_text()[:200]),
    "another's key": lambda files, new: files.put_key(new),
    "another's certificate": lambda files, new: files.put_certificate(new),
    "no file": lambda files, new: files.path.unlink(),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_that_is_no_good_leaves_the_one_before(secure, files, old, new, kind):
    with secure.service.expecting("certificate_not_used") as told:
        BAD[kind](files, new)
        secure.service.reload()  # who asks is told at once
    assert told[0].level == "error" and "stays in service" in told[0]["advice"]
    assert told[0]["file"] in (str(files.path), str(files.key)) and told[0]["reason"]
    assert secure.served() == old.der()
    with secure.service.expecting("certificate_loaded"):  # by itself
        files.put(new)
    until_served(secure, new)


def test_a_key_that_comes_first_is_no_news(secure, files, old, new):
    files.put_key(new)
    for _ in range(20):
        assert secure.served() == old.der()
    files.put_certificate(new)
    until_served(secure, new)
    assert secure.service.events("certificate_not_used") == []


# --- its end


def test_healthz_tells_its_end(secure, new, files):
    def end():
        found = re.search(r'"certificate":\{"not_after":"([^"]+)"\}', secure.get(
            "/healthz", _believing(secure.certificate, new)).body)  # fmt: skip
        return datetime.fromisoformat(found[1].replace("Z", "+00:00"))

    days = timedelta(days=1)
    assert 89 * days < end() - datetime.now(UTC) <= 90 * days
    files.put(new)
    until_served(secure, new)
    assert 179 * days < end() - datetime.now(UTC) <= 180 * days
    assert secure.service.events("certificate_expires") == []
    plain = secure.service.get("/healthz", address=secure.plain)
    assert '"certificate"' in plain.body


def test_its_near_end_is_told(start_tls):
    told = start_tls("a.example.org").service.wait_for_event("certificate_expires")
    assert told.level == "warn" and int(told["days"]) in (1, 2)


# --- before the start


def check(dyndns53, **environment):
    least = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x",
             "DYNDNS_BUCKET": "dyndns", "DYNDNS_DATABASE": "hosts.csv",
             "DYNDNS_LISTEN": "tls:127.0.0.1:0"}  # fmt: skip
    return [dyndns53(*arguments, environment=least | environment)
            for arguments in (["--check-config"], [])]  # fmt: skip


def test_the_check_tells_whose_it_is_and_until_when(dyndns53, files):
    environment = {"DYNDNS_LISTEN": "tls:127.0.0.1:0", "DYNDNS_DATABASE": "hosts.csv",
                   "DYNDNS_BUCKET": "dyndns"} | files.settings()  # fmt: skip
    finished = dyndns53("--check-config", environment=environment)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert re.search(
        r"^# certificate: for dyndns\.example\.org, localhost, 127\.0\.0\.1, "
        r"by dyndns\.example\.org, from \S+Z until \S+Z$",
        finished.stdout, re.M,
    )  # fmt: skip


def test_the_check_refuses_what_the_start_refuses(dyndns53, files, new):
    files.put_key(new)
    for finished in check(dyndns53, **files.settings()):
        assert (finished.returncode, finished.stdout) == (2, "")
        assert f"DYNDNS_TLS_KEY={files.key}: holds a key that is not the cert" in finished.stderr
    for finished in check(dyndns53):
        assert finished.returncode == 2
        assert "DYNDNS_TLS_CERTIFICATE is not set" in finished.stderr
        assert "DYNDNS_TLS_KEY is not set" in finished.stderr
