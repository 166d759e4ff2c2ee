"""The programs that a benchmark starts, watches and ends: each by its own id,
and each dies with us even if we are killed."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from e2e import events, manager  # noqa: E402

BUILD = ROOT / "build" / "bench"
RUSH = str(BUILD / "tests" / "bench" / "rush")
JOURNAL_COST = str(BUILD / "tests" / "bench" / "journal_cost")
LOG_COST = str(BUILD / "tests" / "bench" / "log_cost")
MANY_ZONES = str(BUILD / "tests" / "bench" / "many_zones")
SIM = str(BUILD / "tests" / "sim" / "sim")
PYTHON = "/usr/bin/python3"
PATIENCE_SECONDS = 60
STOP_SECONDS = 30
POLL_SECONDS = 0.005
DAY_SECONDS = 86400


def start(command, *, core=None, **more) -> subprocess.Popen:
    """Starts a program, on one core if that is given."""
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    # taskset and setpriv become the program itself: its id is the one we hold.
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *pinned, *command], **more)


def end(process):
    """Asks it to stop, then makes it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def wait_until(ready, what):
    """Returns what ready() returns, once that is true."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not (result := ready()):
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"waited {PATIENCE_SECONDS} s for {what}")
        time.sleep(POLL_SECONDS)
    return result


def resident_bytes(pid: int, field: str = "VmRSS") -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(field)


def cpu_seconds(pid: int) -> float:
    """Time of all its threads on a core so far. Not from /proc/PID/stat, which
    many kernels keep by sampling a hundred times a second."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


class Program:
    def __init__(self, process):
        self.process = process

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)

    @property
    def pid(self) -> int:
        return self.process.pid


class Aws(Program):
    """The sandbox, as a process of its own: see aws.py."""

    def __init__(self, *options):
        command = [PYTHON, "-B", str(HERE / "aws.py"), *map(str, options)]
        super().__init__(start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        self.environment = self._read()

    def tell(self, command: str, *arguments) -> dict:
        line = json.dumps([command, *arguments]) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the sandbox ended")
        return json.loads(line)


class Server(Program):
    """dyndns53, listening on one loopback port, or on sockets that are open already
    (e2e.manager.Sockets). Its log goes to a file, which costs it less than somebody
    who reads along."""

    def __init__(self, aws: Aws, *, core=None, sockets=None, **environment):
        self._log = tempfile.NamedTemporaryFile(prefix="bench-log-")
        settings = {
            "PATH": os.environ["PATH"],
            "DYNDNS_LISTEN": "127.0.0.1:0",
            "DYNDNS_REFRESH_SECONDS": "0",
            "DYNDNS_ALLOW_INTERNAL": "true",
            "DYNDNS_MAX_CHANGES": "0",
            "DYNDNS_MAX_CONNECTIONS_PER_ADDRESS": "0",
        }
        if sockets is not None:
            del settings["DYNDNS_LISTEN"]
        settings |= aws.environment | {name: str(value) for name, value in environment.items()}
        super().__init__(
            start(
                [*(sockets.within if sockets else []), str(BUILD / "server" / "dyndns53")],
                core=core,
                pass_fds=sockets.inherits if sockets else (),
                env=settings,
                stdin=subprocess.DEVNULL,
                stderr=self._log,
            )
        )
        try:
            self.port = int(self.wait_for("listening").fields["port"])
            self.wait_for("table_loaded")
            self.wait_for("hosted_zones_read")
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        super().__exit__()
        self._log.close()

    def log(self, after: int = 0) -> str:
        """Without its first `after` bytes, which are not read: it may be long, and who
        waits for an event reads again and again."""
        with open(self._log.name, "rb") as log:
            log.seek(after)
            return log.read().decode()

    def log_bytes(self) -> int:
        return os.stat(self._log.name).st_size

    def wait_for(self, name: str, after: int = 0) -> events.Event:
        """The first such event behind the first `after` bytes of the log."""

        def look():
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.log()}")
            for line in self.log(after).splitlines():
                if f" event={name} " in line + " " and (event := events.parse(0, line.encode())):
                    return event
            return None

        return wait_until(look, f"event {name}")

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def scratch_folder():
    with tempfile.TemporaryDirectory(prefix="dyndns53-bench-") as folder:
        yield Path(folder)
