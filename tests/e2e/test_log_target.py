"""Where the log goes, and that nobody has to wait for whoever reads it."""

import os
import re
import socket
import tempfile
from contextlib import contextmanager

import pytest

from .conftest import DEFAULTS
from .hosts import numbered

FIRST = "first.example.org"

# Names so long, and so many hosts, that a few hundred lines fill a pipe.
LONG = ".".join(["x" * 60] * 3) + ".example.org"
PIPE_HOSTS = numbered(300, LONG)
QUEUE_HOSTS, QUEUE_ROUNDS = numbered(1000, LONG), 3  # lines of debug for 1 MiB


@pytest.fixture
def address(free_port):
    """Where a server listens whose log does not tell."""
    return ("127.0.0.1", free_port)


@pytest.fixture
def start(start, address):
    """Starts a server whose log cannot be read here, and waits until it serves:
    one host more has registered then."""

    def start_unheard(*hosts, **more):
        listen = f"{address[0]}:{address[1]}"
        service = start(
            FIRST, *hosts, ready=False, DYNDNS_LISTEN=listen, DYNDNS_THREADS=1, **more
        )
        said = None
        while said != "good 192.0.2.1":
            try:
                said = service.update(FIRST, "192.0.2.1", address=address).said
            except ConnectionRefusedError:
                assert service.is_running  # it has not begun to listen
        return service

    return start_unheard


def is_well(service, address) -> bool:
    return service.get("/healthz", address=address).status == 200


def update_all(service, hosts, myip, address, answer="good"):
    for first in range(0, len(hosts), 100):
        some = hosts[first : first + 100]
        pending = [service.update_later(host, myip, address=address) for host in some]
        assert {each.wait().said for each in pending} == {f"{answer} {myip}"}


# --- standard error


@pytest.mark.threads
def test_a_log_that_nobody_reads_stops_nobody(start, address, dig):
    """Neither the loops, nor the updater, nor SIGTERM."""
    service = start(*PIPE_HOSTS, reads_log=False)
    update_all(service, PIPE_HOSTS, "192.0.2.1", address)
    assert is_well(service, address)
    assert service.update(PIPE_HOSTS[0], "192.0.2.2", address=address).said == "good 192.0.2.2"
    assert dig(PIPE_HOSTS[0]) == ["192.0.2.2"]
    service.stop()
    # The pipe, and what was given up at the end: not all has been written.
    assert 0 < len(service.events("record_changed")) < len(PIPE_HOSTS)


@pytest.mark.threads
def test_a_reader_who_comes_back_hears_how_much_is_lost(start, address, route53):
    settings = {"DYNDNS_LOG_LEVEL": "debug", "DYNDNS_NOCHG_SECONDS": 0}
    service = start(*QUEUE_HOSTS, reads_log=False, **settings)
    for _ in range(QUEUE_ROUNDS):
        update_all(service, QUEUE_HOSTS, "2001:db8:1111:2222:3333:4444:5555:6666", address)
    service.log.start_reading()
    lost = service.wait_for_event("log_lines_lost")
    position = service.log.count()
    with service.expecting("record_changed", new="192.0.2.1"):
        assert service.update(QUEUE_HOSTS[0], "192.0.2.1", address=address).said == "good 192.0.2.1"
    service.stop()
    # Each line was either written or counted.
    logged = sum(
        len(service.events(name)) for name in ("record_changed", "record_confirmed", "batch_done")
    )
    assert service.events("log_lines_lost") == [lost] and lost.position < position
    assert lost.level == "warn" and int(lost["count"]) > 0
    updates = 1 + QUEUE_ROUNDS * len(QUEUE_HOSTS) + 1
    assert logged + int(lost["count"]) == updates + len(route53.batches)


def test_a_server_that_cannot_start_does_not_wait_for_a_reader(dyndns53, sandbox):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x")
    except BlockingIOError:
        os.set_blocking(writer, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        environment = DEFAULTS | sandbox.environment() | {"DYNDNS_LISTEN": listen}
        finished = dyndns53(environment=environment, stderr=writer)
    os.close(reader)
    os.close(writer)
    assert finished.returncode == 1


def test_a_log_that_nobody_reads_any_more_does_not_stop_the_server(start, address):
    """Its standard error is a pipe whose reader has ended."""
    service = start("a.example.org")
    service.log.stop_reading()
    for number in range(3):
        said = service.update("a.example.org", f"192.0.2.{number}", address=address).said
        assert said == f"good 192.0.2.{number}"
    service.stop()


# --- syslog(3)

# Puts a /dev in place that nobody else sees, and in it a link to our socket.
OTHER_DEV = """\
mount -t tmpfs none "$1"
for node in null zero random urandom; do
    : >"$1/$node"
    mount --bind "/dev/$node" "$1/$node"
done
ln -s "$2" "$1/log"
mount --rbind "$1" /dev
shift 2
exec "$@"
"""


class Syslogd:
    """Takes syslogd's place for the servers that are started within it."""

    def __init__(self, folder, unshare):
        self.path = f"{folder}/log"
        os.mkdir(f"{folder}/dev")
        self.within = [*unshare, "sh", "-euc", OTHER_DEV, "sh", f"{folder}/dev", self.path]

    @contextmanager
    def listening(self, kind):
        with socket.socket(socket.AF_UNIX, kind) as listener:
            listener.bind(self.path)
            listener.settimeout(30)
            yield listener


@pytest.fixture
def syslogd():
    as_whom = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    # A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="dyndns53-") as folder:
        syslogd = Syslogd(folder, ["unshare", "--mount", *as_whom])
        if os.spawnvp(os.P_WAIT, "unshare", [*syslogd.within, "true"]) != 0:
            pytest.skip("no /dev of our own can be had")
        yield syslogd


def test_syslog_takes_the_log(start, syslogd):
    with syslogd.listening(socket.SOCK_DGRAM) as listener:
        service = start("a.example.org", within=syslogd.within, DYNDNS_LOG="syslog")
        lines = []
        while not lines or "event=hosted_zones_read" not in lines[-1]:
            lines.append(listener.recv(4096).decode())
        assert all("dyndns53[" in line for line in lines)
        assert lines[0].startswith("<30>")  # daemon.info
        service.stop()
    assert service.log.text() == ""


def test_without_a_syslogd_the_server_serves_all_the_same(start, syslogd, address):
    service = start("a.example.org", within=syslogd.within, DYNDNS_LOG="syslog")
    assert service.update("a.example.org", "192.0.2.1", address=address).said == "good 192.0.2.1"
    service.stop()
    assert service.log.text() == ""


@pytest.mark.threads
def test_a_syslogd_that_is_stuck_stops_nobody(start, syslogd, address):
    hosts = numbered(600)
    with syslogd.listening(socket.SOCK_DGRAM) as listener:
        service = start(*hosts, within=syslogd.within, DYNDNS_LOG="syslog")
        update_all(service, hosts, "192.0.2.1", address)
        assert is_well(service, address)
        # Once it goes on, nothing is missing.
        changed = set()
        while not changed >= set(hosts):
            match = re.search(r" event=record_changed host=(\S+) ", listener.recv(4096).decode())
            changed |= {match[1]} if match else set()
        update_all(service, hosts, "192.0.2.2", address)
        service.stop()


def test_a_syslogd_that_does_not_take_connections_stops_nobody(start, syslogd, address):
    """One that listens at a stream socket, as few do."""
    with syslogd.listening(socket.SOCK_STREAM) as listener:
        listener.listen(0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as first:
            first.connect(syslogd.path)  # and now nobody else can
            service = start("a.example.org", within=syslogd.within, DYNDNS_LOG="syslog")
            said = service.update("a.example.org", "192.0.2.1", address=address).said
            assert said == "good 192.0.2.1"
            service.stop()
