"""OpenStack Swift, whose s3api middleware speaks S3: a store that is not ours,
and that checks signatures, regions, clocks and hashes by its own understanding
of AWS's rules. It stores in a folder, and knows nothing else of the machine."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path
from unittest.mock import patch

import botocore.session
from botocore.config import Config

from sandbox.patience import PATIENCE_SECONDS

# Unlike AWS's, its key ids hold a colon.
KEY_ID, SECRET_KEY = "test:tester", "testing"
REGION = "us-east-1"
FAST_SECONDS = 3600  # four times what S3 tolerates

_SERVERS = Path(__file__).with_name("swift_servers.py")
_STORES = ("account", "container", "object")
_PROXIES = ("proxy", f"proxy+{FAST_SECONDS}")

_COMMON = """\
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_udp_host = 127.0.0.1
log_udp_port = {log_port}
"""

_STORE = """
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

_PROXY = f"""
[pipeline:main]
pipeline = catch_errors gatekeeper proxy-logging cache listing_formats s3api tempauth \
bulk copy slo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_{KEY_ID.replace(":", "_")} = {SECRET_KEY} .admin
[filter:s3api]
use = egg:swift#s3api
location = {REGION}
storage_domain = s3.localhost
s3_acl = false
[filter:cache]
use = egg:swift#memcache
# Nobody is there, and Swift does without.
memcache_servers = 127.0.0.1:9
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
"""

_FILTERS = "".join(
    f"[filter:{name}]\nuse = egg:swift#{name.replace('-', '_')}\n"
    for name in (
        "catch_errors", "gatekeeper", "proxy-logging", "listing_formats", "bulk", "copy", "slo",
        "symlink",
    )
)  # fmt: skip


class Swift:
    """`url` is where S3 is spoken, and `fast_url` where a server with a clock
    that is an hour fast speaks it, of the same objects. `client` is botocore's."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._devices = folder / "devices"
        self._servers: subprocess.Popen | None = None
        # Read when a test fails. What does not fit is lost; no server waits.
        self._log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._log.bind(("127.0.0.1", 0))
        self._log.setblocking(False)

    def start(self):
        (self._devices / "disk").mkdir(parents=True)
        self._require_attributes()
        self._configure()
        # Whoever calls before a server is ready waits in its queue.
        listeners = {name: _listen() for name in (*_STORES, *_PROXIES)}
        self.url, self.fast_url = (_url(listeners[name]) for name in _PROXIES)
        self.client = _client(self.url)
        self._servers = _start_servers(self._folder, listeners)

    def stop(self):
        if self._servers is not None:
            os.killpg(self._servers.pid, signal.SIGTERM)
            self._servers.wait()
        self._log.close()

    def log(self) -> str:
        """What the servers said since the last call."""
        lines = []
        try:
            while line := self._log.recv(65536):
                lines.append(line.rstrip(b"\0").decode(errors="replace"))
        except BlockingIOError:
            return "\n".join(lines)

    def damage(self, bucket, damaged: bytes):
        """Makes the disk return other bytes for the one object of a bucket."""
        name = f"/{bucket}/".encode()
        (file,) = (
            each
            for each in self._devices.rglob("*.data")
            if name in os.getxattr(each, "user.swift.metadata")
        )
        file.write_bytes(damaged)  # what Swift knows of it stays

    def _require_attributes(self):
        try:
            os.setxattr(self._devices, "user.probe", b"")
        except OSError as error:
            raise RuntimeError(
                f"Swift keeps what it knows of files in their attributes, which the file "
                f"system of {self._devices} does not hold: {error.strerror}"
            ) from None

    def _configure(self):
        log_port = self._log.getsockname()[1]
        common = _COMMON.format(folder=self._folder, log_port=log_port)
        for name in _STORES:
            self._write(f"{name}-server.conf", common + _STORE.format(name=name))
        self._write("proxy-server.conf", common + _PROXY + _FILTERS)
        self._write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = tests\n")

    def _write(self, name, text):
        (self._folder / name).write_text(text)


@contextlib.contextmanager
def running(folder: Path):
    """Swift, in a folder that is empty."""
    swift = Swift(folder)
    try:
        swift.start()
        yield swift
    finally:
        swift.stop()


def _start_servers(folder, listeners):
    sockets = {name: listener.fileno() for name, listener in listeners.items()}
    # -I: else what its imports find as `swift` would be this file.
    command = ["/usr/bin/python3", "-I", "-B", str(_SERVERS), str(folder)]
    with contextlib.ExitStack() as ours:
        for listener in listeners.values():
            ours.enter_context(listener)
        return subprocess.Popen(
            command + [f"{name}={descriptor}" for name, descriptor in sockets.items()],
            stdin=subprocess.DEVNULL,
            pass_fds=sockets.values(),
            start_new_session=True,
        )


def _listen():
    return socket.create_server(("127.0.0.1", 0), backlog=128)


def _url(listener):
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _client(url):
    # Nothing of the tester's own may set it up.
    with patch.dict(os.environ, {"AWS_CONFIG_FILE": os.devnull}, clear=True):
        return botocore.session.Session().create_client(
            "s3",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET_KEY,
            config=Config(
                s3={"addressing_style": "path"},
                retries={"max_attempts": 0},
                read_timeout=PATIENCE_SECONDS,
            ),
        )
