"""The box in which the units for systemd put the programs: they need nothing that
it takes away. box.py is that box, made of the units themselves."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from sandbox.patience import PATIENCE_SECONDS

from .hosts import numbered, token_of
from .manager import Ear, Sockets
from .reflector import Reflector
from .service import run
from .test_hashed_tokens import scrypt

ROOT = Path(__file__).parents[2]
SERVER, SET_IP = (str(ROOT / f"docs/{name}.service") for name in ("dyndns53", "dyndb-set-ip"))
PYTHON = "/usr/bin/python3"
# The search for leaks looks into the process from another one.
NO_SEARCH = {"ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1"}


def boxed(unit):
    return [PYTHON, str(Path(__file__).with_name("box.py")), unit]


# --- what it takes away


def run_in_box(unit, program):
    command = [*boxed(unit), PYTHON, "-I", "-B", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("unit", [SERVER, SET_IP], ids=["dyndns53", "dyndb-set-ip"])
@pytest.mark.parametrize(
    "program",
    [
        "open('file', 'w')",
        "import os; os.mkdir('folder')",
        "import os; os.chown('.', 0, 0)",
        "import os; os.chroot('.')",
        "import ctypes; ctypes.CDLL(None).unshare(0x10000000)",
        "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
        "import ctypes; ctypes.CDLL(None).reboot(0)",
        "import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)",
        "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
    ],
)
def test_what_no_server_needs_is_out_of_reach(unit, program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_in_box(unit, program).returncode == -signal.SIGSYS
    assert list(tmp_path.iterdir()) == []


def test_no_privilege_is_left():
    done = run_in_box(SERVER, "print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t") for line in done.stdout.splitlines() if ":\t" in line)
    assert {fields[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert fields["NoNewPrivs"] == "1"


@pytest.mark.parametrize("unit, has_netlink", [(SERVER, False), (SET_IP, True)])
def test_only_some_families_of_addresses_are_there(unit, has_netlink):
    for family, is_there in (("INET", True), ("INET6", True), ("UNIX", True),
                             ("NETLINK", has_netlink), ("PACKET", False)):  # fmt: skip
        kind = "SOCK_RAW" if family == "NETLINK" else "SOCK_STREAM"
        done = run_in_box(unit, f"from socket import *; socket(AF_{family}, {kind})")
        assert (done.returncode == 0) == is_there, (family, done.stderr)


# --- what is left is enough


@pytest.fixture
def ear(tmp_path):
    ear = Ear(f"@{tmp_path}/notify")
    yield ear
    ear.close()


@pytest.fixture(autouse=True)
def no_search_for_races(request):
    """ThreadSanitizer itself writes a file."""
    needs_no_more = request.node.name.endswith("needs_no_more")
    if needs_no_more and b"__tsan_init" in Path(os.environ["DYNDNS53_BIN"]).read_bytes():
        pytest.skip("this build writes files by itself")


def test_the_server_needs_no_more(start, store, ear, route53, certificate):
    """A whole life: it starts on sockets of all kinds, registers, verifies a hashed
    password, meets with an outage, reloads, feeds the watchdog, and stops."""
    sockets = Sockets("http", "tls")
    hosts = [*numbered(20), ("chosen.example.org", scrypt(token_of("chosen.example.org")))]
    service = start(
        *hosts,
        within=[*sockets.within, *boxed(SERVER)],
        inherits=sockets.inherits,
        NOTIFY_SOCKET=ear.address,
        WATCHDOG_USEC=1_000_000,
        DYNDNS_LISTEN="127.0.0.1:0,[::1]:0",
        DYNDNS_TLS_CERTIFICATE=certificate.path,
        DYNDNS_TLS_KEY=certificate.key,
        DYNDNS_DEADLINE_SECONDS=1,
        **NO_SEARCH,
    )
    ear.wait("WATCHDOG=1", after=ear.wait("READY=1"))
    service.register("h0.example.org", "192.0.2.1")
    for address in service.addresses(3):
        assert service.update("h0.example.org", "192.0.2.1", address=address).status == 200
    service.register("chosen.example.org", "192.0.2.2")
    route53.fail_always("500")
    assert service.update("h1.example.org", "192.0.2.1").said == "911"
    route53.heal()
    service.register("h1.example.org", "192.0.2.1")
    store("new.example.org")
    service.reload()
    service.wait_for_event("table_loaded", hosts=1)
    service.register("new.example.org", "192.0.2.3")
    service.stop()
    sockets.close()


def test_a_server_that_tells_of_trouble_needs_no_more(start, sandbox):
    service = start(
        "a.example.org",
        within=boxed(SERVER),
        DYNDNS_STATE="s3://hosts/state",
        DYNDNS_STATE_SECONDS=1,
        DYNDNS_ALERT_TOPIC=sandbox.sns.create_topic("alerts"),
        DYNDNS_ALERT_REFUSALS=1,
        DYNDNS_ALERT_AFTER_SECONDS=1,
        **NO_SEARCH,
    )
    service.update("a.example.org", "192.0.2.1", token="wrong")
    sandbox.sns.wait_for_messages(1)
    service.stop()


def test_a_server_with_a_local_file_and_syslog_needs_no_more(start, tmp_path):
    database = tmp_path / "hosts.csv"
    database.write_text(f"a.example.org,{token_of('a.example.org')}\n")
    service = start(
        ready=False,
        within=boxed(SERVER),
        DYNDNS_BUCKET=None,
        DYNDNS_DATABASE=database,
        **NO_SEARCH,
    )
    service.wait_for_event("table_loaded", hosts=1)
    service.register("a.example.org", "192.0.2.1")
    service.stop()


def test_set_ip_needs_no_more(sandbox, dig):
    reflector = Reflector(body="192.0.2.7")
    done = run(
        *boxed(SET_IP),
        str(Path(os.environ["DYNDB_BIN"]).resolve()),
        *("set-ip", "--quiet", "home.example.org", "--ip-from", reflector.url),
        environment=sandbox.environment() | NO_SEARCH,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert dig("home.example.org") == ["192.0.2.7"]
    reflector.close()
