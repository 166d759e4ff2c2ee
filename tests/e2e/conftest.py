"""Fixtures: an AWS account to play with, and servers that use it."""

import os
import signal
import socket
import threading
from contextlib import ExitStack
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from sandbox import Sandbox
from sandbox.patience import PATIENCE_SECONDS, TEST_SECONDS, TooSlow

from . import listeners, proxy, terminal
from .home import Home
from .hosts import csv_of, numbered
from .journal import Journal
from .service import Service, run
from .tls_proxies import Certificate
from .tls_service import LISTEN as TLS_LISTEN
from .tls_service import TlsService

BUCKET, KEY, ZONE = "hosts", "hosts.csv", "example.org"

# The calls of Route 53 are not rationed, nor are the changes of one host, unless a
# test is about that.
PLENTY_A_SECOND = 10_000
DEFAULTS = {
    "DYNDNS_LISTEN": "127.0.0.1:0,[::1]:0",
    "DYNDNS_BUCKET": BUCKET,
    "DYNDNS_DATABASE": KEY,
    "DYNDNS_TRUSTED_PROXIES": proxy.ADDRESS,
    "DYNDNS_REFRESH_SECONDS": "0",
    "DYNDNS_ROUTE53_RATE": "1000",
    "DYNDNS_MAX_CHANGES": "0",
}

_services = pytest.StashKey[list]()
_lasting_services: list[Service] = []


def pytest_configure(config):
    config.addinivalue_line("markers", "threads: worth running in a build with ThreadSanitizer")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Shows the servers' logs with a test that failed."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        services = item.stash.get(_services, [])
        if "lasting_service" in item.fixturenames:
            services = services + _lasting_services
        for service in services:
            report.sections.append(("log of dyndns53", service.log.text()))


@pytest.fixture(autouse=True)
def deadline():
    """No test may hang: not on a thread, a socket or a child."""

    def give_up(*_):
        raise TooSlow("the end of the test", TEST_SECONDS)

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(TEST_SECONDS)
    yield
    signal.alarm(0)


def _binary(variable):
    path = os.environ.get(variable)
    if not path:
        pytest.fail(f"{variable} must name the program to test", pytrace=False)
    return str(Path(path).resolve(strict=True))


@pytest.fixture(scope="session")
def dyndns53():
    """Runs the server with arguments, to its end."""
    binary = _binary("DYNDNS53_BIN")
    return lambda *arguments, **more: run(binary, *arguments, **more)


@pytest.fixture(scope="session")
def dyndb():
    """Runs the tool with arguments, to its end."""
    binary = _binary("DYNDB_BIN")
    return lambda *arguments, **more: run(binary, *arguments, **more)


@pytest.fixture(scope="session")
def dyndb_at_terminal():
    """The same at a terminal; see terminal.run()."""
    binary = _binary("DYNDB_BIN")
    return lambda *arguments, **more: terminal.run(binary, *arguments, **more)


@pytest.fixture
def at_terminal(sandbox, tmp_path):
    """Starts dyndb like `tool`, but at a terminal of its own."""
    terminals = []

    def at_terminal(*arguments, **environment):
        settings = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY}
        command = [_binary("DYNDB_BIN"), *arguments]
        terminals.append(terminal.Terminal(command, settings | environment, tmp_path))
        return terminals[-1]

    yield at_terminal
    for each in terminals:
        each.close()


# --- the account


def _make_sandbox(**settings):
    sandbox = Sandbox(rate=PLENTY_A_SECOND, **settings)
    sandbox.route53.add_zone(ZONE)
    sandbox.s3.create_bucket(BUCKET)
    return sandbox


@pytest.fixture
def sandbox():
    """With the hosted zone example.org and an empty bucket."""
    with _make_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def route53(sandbox):
    return sandbox.route53


@pytest.fixture
def s3(sandbox):
    return sandbox.s3


@pytest.fixture
def store(s3):
    """Puts a database in its place: hosts (see csv_of), or bytes as they are."""

    def store(*content):
        raw = len(content) == 1 and isinstance(content[0], bytes)
        return s3.put(BUCKET, KEY, content[0] if raw else csv_of(*content))

    return store


def _asker(sandbox):
    def ask(name, type="A"):
        query = dns.message.make_query(name, type)
        reply = dns.query.udp(query, "127.0.0.1", port=sandbox.dns_port, timeout=PATIENCE_SECONDS)
        assert reply.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
        wanted = dns.rdatatype.from_text(type)
        return [record.to_text() for rrset in reply.answer for record in rrset
                if rrset.rdtype == wanted]

    return ask


@pytest.fixture
def dig(sandbox):
    """What the world's resolvers are told: dig("a.example.org", "AAAA")."""
    return _asker(sandbox)


# --- the tool


@pytest.fixture
def tool(dyndb, sandbox, tmp_path):
    """Runs dyndb in an empty directory, set up for the sandbox."""

    def tool(*arguments, stdin=b"", process={}, **environment):
        settings = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY}
        return dyndb(
            *arguments, environment=settings | environment, stdin=stdin, cwd=tmp_path, **process
        )

    return tool


@pytest.fixture(params=["bucket", "folder"])
def journal(request, s3, tmp_path):
    """A place for DYNDNS_STATE, of each kind, and empty."""
    if request.param == "bucket":
        return Journal.in_bucket(s3, BUCKET)
    return Journal.in_folder(tmp_path / "state")


# --- servers


@pytest.fixture
def start(request, sandbox, store):
    """Starts servers: start("a.example.org", DYNDNS_TTL=60) lists these hosts,
    sets these variables (None: unset), and waits until it is ready. Each must
    be running, and end well, when the test is over, unless the test ended it.
    `within` is a command that becomes the server, `open_files` the limit of
    descriptors; `reads_log` and `inherits` are Service's."""
    binary = _binary("DYNDNS53_BIN")
    services = request.node.stash.setdefault(_services, [])

    def start(
        *hosts, ready=True, reads_log=True, within=(), inherits=(), open_files=None, **environment
    ):
        if hosts:
            store(*hosts)
        if open_files is not None:
            within = ("prlimit", f"--nofile={open_files}", *within)
        settings = DEFAULTS | sandbox.environment() | environment
        service = Service([*within, binary], settings, reads_log, inherits)
        services.append(service)
        if ready:
            service.wait_until_ready()
        return service

    yield start
    try:
        for service in services:
            if service.is_running:
                service.stop()
    finally:
        for service in services:
            if service.is_running:
                service.kill()


@pytest.fixture
def service(start):
    """A server of its own, for a.example.org, b.example.org and h0 to h599."""
    return start("a.example.org", "b.example.org", *numbered(600))


@pytest.fixture
def orderly_service(start):
    """The same with one loop, so that settle() tells when requests have been
    taken on."""
    return start("a.example.org", "b.example.org", *numbered(600), DYNDNS_THREADS=1)


@pytest.fixture(scope="session")
def lasting_sandbox():
    with _make_sandbox() as sandbox:
        sandbox.s3.put(BUCKET, KEY, csv_of("a.example.org", *numbered(1200)))
        yield sandbox


@pytest.fixture(scope="session")
def lasting_service(lasting_sandbox, certificate):
    """One server for all tests that neither break anything around it nor look
    at what others may touch. It has a listener of every kind. a.example.org has
    no record; see new_host."""
    settings = DEFAULTS | lasting_sandbox.environment() | listeners.settings(certificate)
    service = Service([_binary("DYNDNS53_BIN")], settings)
    _lasting_services.append(service)
    try:
        service.wait_until_ready()
        yield service
        service.stop()
    finally:
        if service.is_running:
            service.kill()


@pytest.fixture(scope="module", params=listeners.KINDS)
def listener(request, lasting_service, certificate):
    """Each of its kinds of listener."""
    return listeners.Listener(lasting_service, request.param, certificate)


@pytest.fixture(scope="session")
def _new_hosts():
    return iter(numbered(1200))


@pytest.fixture
def new_host(_new_hosts):
    """A host of lasting_service that no other test uses."""
    return next(_new_hosts)


# --- callers


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Of a server that is called by a name, or on this machine."""
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def start_tls(start, certificate):
    """Starts servers that speak TLS, by the certificate: a TlsService each."""

    def start_tls(*hosts, **environment):
        files = {"DYNDNS_TLS_CERTIFICATE": certificate.path, "DYNDNS_TLS_KEY": certificate.key}
        settings = {"DYNDNS_LISTEN": TLS_LISTEN} | files | environment
        return TlsService(start(*hosts, **settings), certificate)

    return start_tls


@pytest.fixture
def move_in(certificate):
    """Makes homes whose clients call a server: move_in(service.address)."""
    homes = []

    def move_in(server, address="198.51.100.7", with_tls=True):
        home = Home(server, address, certificate if with_tls else None)
        homes.append(home)
        return home

    yield move_in
    for home in homes:
        home.close()


@pytest.fixture(params=["route53-out-of-reach", "no-table"])
def troubled_service(request, start, sandbox):
    """One that cannot register a.example.org now, and says so at once."""
    if request.param == "no-table":
        service = start(ready=False)
        service.wait_for_event("table_load_failed")
        return service
    service = start("a.example.org", DYNDNS_DEADLINE_SECONDS=1)
    sandbox.unplug()
    return service


@pytest.fixture
def browse(tmp_path):
    """Starts browsers, each a person of its own: browse(dark=True)."""
    from .browser import Browser  # what it imports, nobody else needs

    browsers = []

    def browse(**more):
        folder = tmp_path / f"browser{len(browsers)}"
        folder.mkdir()
        browsers.append(Browser(folder, **more))
        return browsers[-1]

    yield browse
    for each in browsers:
        each.close()


# --- helpers


@pytest.fixture
def free_port():
    """A port on which nobody listens, on no address. It is kept from others, as
    from the kernel's choice for a connection, by sockets that are bound to it and
    never listen; a server binds to it all the same, with SO_REUSEADDR."""
    with ExitStack() as stack:
        while (port := _hold_a_port(stack)) is None:
            pass
        yield port


def _hold_a_port(stack) -> int | None:
    """Of both families; None if somebody has the chosen one of the other family."""
    port = 0
    for family, everywhere in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")):
        held = stack.enter_context(socket.socket(family))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            held.bind((everywhere, port))
        except OSError:
            return None
        port = held.getsockname()[1]
    return port


@pytest.fixture
def in_background():
    """Runs a function in another thread; all must have ended in the end, and
    their exceptions are the test's."""
    threads, failures = [], []

    def run_in_background(function, *args):
        def guarded():
            try:
                function(*args)
            except BaseException as failure:
                failures.append(failure)

        thread = threading.Thread(target=guarded, daemon=True)
        threads.append(thread)
        thread.start()
        return thread

    yield run_in_background
    for thread in threads:
        thread.join(TEST_SECONDS)
    assert not failures, failures
