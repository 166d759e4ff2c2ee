"""Sockets that systemd opens and keeps: who calls while one server ends and the
next one begins is served by either."""

import shlex
import socket
import time

import pytest

from sandbox.patience import PATIENCE_SECONDS, TooSlow, until

from . import wire
from .crowd import KEPT_SECONDS
from .manager import Sockets
from .service import clean_environment


@pytest.fixture
def sockets():
    sockets = Sockets("http")
    yield sockets
    sockets.close()


@pytest.fixture
def start_on(start):
    """Starts a server on sockets that are open already."""

    def start_on(sockets, *hosts, **more):
        more = {"DYNDNS_LISTEN": None, "DYNDNS_THREADS": 2} | more
        return start(*hosts, within=sockets.within, inherits=sockets.inherits, **more)

    return start_on


def told(service):
    return [(event["address"], int(event["port"]), event["socket"])
            for event in service.events("listening")]  # fmt: skip


# --- which sockets are served


def test_passed_sockets_are_served_in_place_of_PORT(start_on, free_port):
    sockets = Sockets("http", "dyndns53.socket")
    service = start_on(sockets, "a.example.org", PORT=free_port)
    assert told(service) == [(*address, "passed") for address in sockets.addresses]
    for address in sockets.addresses:
        assert service.update("a.example.org", "192.0.2.1", address=address).status == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free_port))
    sockets.close()


def test_addresses_of_one_s_own_are_opened_beside_them(start_on, sockets):
    host, port = sockets.addresses[0]
    service = start_on(
        sockets, "a.example.org", DYNDNS_LISTEN=f"127.0.0.1:0,{host}:{port}"
    )
    (own, passed) = told(service)
    assert (own[2], passed) == ("own", (host, port, "passed"))
    for address in (own[:2], passed[:2]):
        assert service.get("/check_ip", address=address).status == 200


def test_a_socket_of_an_unknown_kind_is_refused(start_on):
    """Served in a wrong guess, it might have tokens sent in the clear."""
    sockets = Sockets("https")
    service = start_on(sockets, ready=False)
    assert service.wait_for_failure() == 1
    (event,) = service.events("cannot_use_socket")
    assert "FileDescriptorName=" in event["advice"]
    sockets.close()


def says_200(address, certificate) -> bool:
    plain = socket.create_connection(address, PATIENCE_SECONDS)
    with certificate.context().wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall(wire.request("GET", "/check_ip"))
        return secure.recv(64).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("told_by", ["name", "DYNDNS_LISTEN"])
def test_a_socket_whose_callers_speak_TLS(start_on, certificate, told_by):
    sockets = Sockets("tls" if told_by == "name" else "http")
    host, port = sockets.addresses[0]
    start_on(
        sockets,
        "a.example.org",
        DYNDNS_LISTEN=f"tls:{host}:{port}" if told_by == "DYNDNS_LISTEN" else None,
        DYNDNS_TLS_CERTIFICATE=certificate.path,
        DYNDNS_TLS_KEY=certificate.key,
    )
    assert says_200((host, port), certificate)
    sockets.close()


def test_a_socket_for_metrics(start_on):
    sockets = Sockets("http", "metrics")
    service = start_on(sockets, "a.example.org")
    public, private = sockets.addresses
    assert service.get("/metrics", address=private).status == 200
    assert service.get("/metrics", address=public).status == 404
    assert service.update("a.example.org", "192.0.2.1", address=public).status == 200
    sockets.close()


def test_a_socket_for_TLS_takes_a_certificate(start_on):
    sockets = Sockets("tls")
    service = start_on(sockets, ready=False)
    assert service.wait_for_failure() == 1
    (event,) = service.events("cannot_use_socket")
    assert "DYNDNS_TLS_CERTIFICATE" in event["advice"]
    sockets.close()


def test_systemd_s_own_tool_starts_it(start, store, sandbox, free_port):
    """systemd-socket-activate starts a server with the first call, which waits in
    the meantime, and in an environment of its own."""
    store("a.example.org")
    settings = sandbox.environment() | {"DYNDNS_BUCKET": "hosts", "DYNDNS_DATABASE": "hosts.csv"}
    options = [f"--setenv={name}={value}" for name, value in clean_environment(**settings).items()]
    service = start(
        ready=False,
        within=["systemd-socket-activate", f"--listen=127.0.0.1:{free_port}", *options],
        SYSTEMD_LOG_LEVEL="err",
    )
    address = ("127.0.0.1", free_port)

    def is_there():
        try:
            return service.connect(address)
        except ConnectionRefusedError:
            return None

    with until(is_there, "systemd-socket-activate to listen") as caller:
        caller.send(wire.request("GET", "/check_ip"))
        assert caller.receive().status == 200
    service.wait_for_event("listening")
    assert told(service) == [(*address, "passed")]


def test_a_child_inherits_none_of_it(start_on, sockets, tmp_path):
    """A program that prints credentials might take the sockets for its own."""
    seen = tmp_path / "seen"
    config = tmp_path / "config"
    script = f"env >{shlex.quote(str(seen))}; exit 1"
    config.write_text(f"[default]\ncredential_process = sh -c {shlex.quote(script)}\n")
    start_on(
        sockets,
        ready=False,
        AWS_ACCESS_KEY_ID=None,
        AWS_SECRET_ACCESS_KEY=None,
        AWS_CONFIG_FILE=config,
        NOTIFY_SOCKET=f"@{tmp_path}/nobody",
        WATCHDOG_USEC=60_000_000,
    ).wait_for_event("credentials_unavailable")
    names = {line.split("=")[0] for line in seen.read_text().splitlines()}
    assert "PATH" in names and "AWS_CONFIG_FILE" in names
    assert not names & {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET"}
    assert not names & {"WATCHDOG_USEC", "WATCHDOG_PID"}


# --- from one server to the next


def test_callers_wait_for_the_table_instead_of_being_turned_away(start_on, sockets, store, s3):
    store("a.example.org")
    with s3.held():
        service = start_on(sockets, ready=False)
        s3.wait_for_requests(1)
        early = service.update_later("a.example.org", "192.0.2.1", address=sockets.addresses[0])
    assert early.wait().said == "good 192.0.2.1"


def test_a_database_out_of_reach_keeps_nobody_waiting(start_on, sockets):
    service = start_on(sockets, ready=False)
    assert service.update("a.example.org", "192.0.2.1", address=sockets.addresses[0]).said == "911"


def test_who_calls_between_two_servers_is_served_by_the_next(start_on, sockets):
    start_on(sockets, "a.example.org").stop()
    between = wire.Connection(sockets.addresses[0])
    between.send(wire.request("GET", "/check_ip"))
    start_on(sockets)
    assert between.receive().status == 200
    between.close()


def test_a_connection_that_is_kept_open_is_told_to_close_with_its_next_reply(start_on, sockets):
    """And is not closed in its silence, when its next request may be on its way."""

    def is_told():
        service = start_on(sockets, "a.example.org", DYNDNS_THREADS=1)
        kept = service.connect()
        kept.send(wire.request("GET", "/check_ip"))
        assert kept.receive().header("Connection") != "close"
        begun = time.monotonic()
        service.signal(15)
        service.wait_for_event("stopping")
        try:
            # Newcomers are served meanwhile, and a new connection shows that it stops.
            until(
                lambda: service.get("/check_ip").header("Connection") == "close",
                "replies that close their connections",
                KEPT_SECONDS,
            )
            kept.send(wire.request("GET", "/check_ip"))
            reply = kept.receive()
        except (wire.ConnectionClosed, OSError, TooSlow):
            if time.monotonic() - begun < KEPT_SECONDS:
                raise
            return False  # too slow to tell: another server
        finally:
            service.wait_for_end()
        assert (reply.status, reply.header("Connection")) == (200, "close")
        assert kept.is_closed()
        kept.close()
        return True

    until(is_told, "a server that is asked before it has waited enough")


def test_who_says_nothing_does_not_hold_up_the_stop(start_on, sockets):
    """Neither after a reply, nor from the beginning."""
    service = start_on(sockets, "a.example.org")
    silent = [service.connect() for _ in range(4)]
    for connection in silent[:2]:
        connection.send(wire.request("GET", "/check_ip"))
        assert connection.receive().status == 200
    service.stop()
    for connection in silent:
        assert connection.is_closed()
        connection.close()


def test_changes_in_hand_are_finished_while_others_queue(start_on, sockets, route53):
    service = start_on(sockets, "a.example.org", "b.example.org")
    with route53.held():
        first = service.update_later("a.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        service.signal(15)
        service.wait_for_event("stopping")
        late = service.update_later("b.example.org", "192.0.2.2")
    assert first.wait().said == "good 192.0.2.1"
    service.wait_for_end()
    start_on(sockets)
    assert late.wait().said == "good 192.0.2.2"
