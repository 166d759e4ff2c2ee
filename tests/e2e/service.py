"""The server under test: started, listened to, talked to, and ended."""

import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sandbox.patience import PATIENCE_SECONDS, until

from . import wire
from .events import EventLog
from .hosts import token_of

# Sanitizers tell on standard error, where whatever is no event is a failure.
_SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1",
    "LSAN_OPTIONS": f"print_suppressions=0:suppressions={Path(__file__).parents[1] / 'lsan.supp'}",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=0",
}
# Nothing of the tester's own environment may set up the programs under test,
# but for what their build needs.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "GCOV_PREFIX", "GCOV_PREFIX_STRIP")


def clean_environment(**environment) -> dict[str, str]:
    """The environment of a program under test; None leaves a variable out."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    sanitizers = {name: os.environ.get(name, value) for name, value in _SANITIZERS.items()}
    given = {name: str(value) for name, value in environment.items() if value is not None}
    return inherited | sanitizers | given


def run(
    binary, *arguments, environment=None, stdin=b"", timeout=PATIENCE_SECONDS, **more
) -> subprocess.CompletedProcess:
    """Runs a program to its end; its output is text. `more` goes to subprocess."""
    finished = subprocess.run(
        [binary, *arguments],
        env=clean_environment(**(environment or {})),
        input=stdin,
        timeout=timeout,
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more),
    )
    finished.stdout = (finished.stdout or b"").decode()
    finished.stderr = (finished.stderr or b"").decode()
    return finished


class Called:
    """What has connect(), for callers to call."""

    def send(
        self, method, target, headers=(), body=b"", *, address=None, source=None, tls=None, **more
    ) -> wire.Pending:
        """Sends a request on a connection of its own, and does not wait."""
        connection = self.connect(address, source=source, tls=tls)
        connection.send(wire.request(method, target, headers, body, **more))
        return wire.Pending(connection, to_head=method == "HEAD")

    def request(self, *args, **kwargs) -> wire.Reply:
        return self.send(*args, **kwargs).wait()

    def get(self, target, headers=(), **more) -> wire.Reply:
        return self.request("GET", target, headers, **more)

    def update_later(self, host, myip=None, *, token=None, headers=(), **more) -> wire.Pending:
        """Registers an address, the caller's own if none is given, under the
        host's usual token."""
        target = "/register_ip" if myip is None else f"/register_ip?myip={quote(myip)}"
        credentials = wire.basic(host, token_of(host) if token is None else token)
        return self.send("GET", target, [credentials, *headers], **more)

    def update(self, *args, **kwargs) -> wire.Reply:
        return self.update_later(*args, **kwargs).wait()


class Service(Called):
    """A running server. Ports of 0 in DYNDNS_LISTEN are read from its log.
    Without `reads_log`, nobody reads that before log.start_reading() is called,
    or the server has ended. It `inherits` these descriptors."""

    def __init__(
        self, command: list[str], environment: dict[str, str], reads_log=True, inherits=()
    ):
        self._process = subprocess.Popen(
            command,
            env=clean_environment(**environment),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=inherits,
        )
        self.log = EventLog(self._process.stderr, reads_log)

    # --- its life

    def wait_until_ready(self):
        """Until its hosts can register (the table is in service, and the hosted
        zones are known), and it calls nobody any more unless it is asked."""
        self.wait_for_event("table_loaded")
        self.wait_for_event("hosted_zones_read")
        self.wait_for_event("records_surveyed")
        self.wait_for_event("records_surveyed")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals):
        self._process.send_signal(number)

    def reload(self):
        self.signal(signal.SIGHUP)

    def stop(self):
        """Ends the server as an operator does, and checks that it ended well."""
        self.signal(signal.SIGTERM)
        self.wait_for_end()

    def wait_for_end(self):
        """Waits until the server has ended by itself, with exit status 0,
        nothing on standard error but events, and nobody left unanswered: the 25
        seconds that it gives itself for that did not run out."""
        assert self._end() == 0, f"exit status {self._process.returncode}"
        assert self.log.strange() == ""
        assert self.events("stopped_with_requests_in_hand") == []

    def _end(self):
        try:
            status = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.log.join()
        return status

    def wait_for_failure(self) -> int:
        """Waits until the server has ended by itself; returns its exit status."""
        status = self._end()
        assert self.log.strange() == ""
        return status

    def kill(self):
        self._process.kill()
        self._process.wait()
        self.log.join()

    # --- its log

    def wait_for_event(self, name: str, **criteria):
        return self.log.wait(name, **criteria)

    def events(self, name: str, **criteria):
        return self.log.find(name, **criteria)

    @contextmanager
    def expecting(self, name: str, **criteria):
        """Waits, at the end of the block, for an event that came since its
        beginning. Gives a list, in which that event is then."""
        after, found = self.log.count(), []
        yield found
        found.append(self.wait_for_event(name, after=after, **criteria))

    # --- its callers

    @property
    def address(self) -> tuple[str, int]:
        return self.addresses(1)[0]

    def addresses(self, count: int) -> list[tuple[str, int]]:
        """The first `count` addresses it listens on, in the order given to it."""
        self.wait_for_event("started")
        events = self.events("listening")[:count]
        return [(event["address"], int(event["port"])) for event in events]

    def connect(self, address=None, **more) -> wire.Connection:
        return wire.Connection(address or self.address, **more)

    def register(self, host, myip):
        """As a caller does who is told 911, and asks again until it is granted.
        For tests whose server has little time to answer in."""

        def is_granted():
            said = self.update(host, myip).said
            assert said in (f"good {myip}", f"nochg {myip}", "911")
            return said != "911"

        until(is_granted, f"good {myip} for {host}")

    def settle(self):
        """Returns when all requests sent before have been taken on. Only with
        DYNDNS_THREADS=1: in each turn a loop reads all that has come, in no
        order to rely on; so when it answers what was sent after its answer to
        something else, all that came before is with the updater."""
        for _ in range(2):
            assert self.get("/check_ip").status == 200
