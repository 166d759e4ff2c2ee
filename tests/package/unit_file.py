"""A service's unit, read as systemd reads it, as far as a server can be started
without systemd."""

import re
import shlex
import socket

from sandbox.patience import PATIENCE_SECONDS


class Unit:
    def __init__(self, chroot, path: str):
        self._chroot = chroot
        self._settings = re.findall(r"^(\w+)=(.*)$", (chroot / path).read_text(), re.M)

    def __getitem__(self, name: str) -> str:
        """The setting that stands there last."""
        return dict(self._settings)[name]

    @property
    def notifies(self) -> bool:
        return ("Type", "notify") in self._settings

    def environment(self) -> dict[str, str]:
        """What the environment files say, read as root reads them."""
        found = {}
        for name, path in self._settings:
            optional = path.startswith("-")
            if name == "EnvironmentFile":
                file = self._chroot / path.lstrip("-")
                if file.exists() or not optional:
                    found |= re.findall(r"^(\w+)=(.*)$", file.read_text(), re.M)
        return found

    def command(self, notify_socket=None) -> list[str]:
        """What starts the service: its program, as its user."""
        environment = self.environment()
        if notify_socket is not None:
            environment["NOTIFY_SOCKET"] = notify_socket
        return self._chroot.command(
            *shlex.split(self["ExecStart"]), user=self["User"], environment=environment
        )


class Manager:
    """Whom a service tells how it does."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("")  # the kernel finds a name that no file has
        self._socket.settimeout(PATIENCE_SECONDS)
        self.address = "@" + self._socket.getsockname()[1:].decode()

    def wait_for(self, state: str):
        """Returns when the service has told so."""
        while state not in self._socket.recv(4096).decode().splitlines():
            pass

    def close(self):
        self._socket.close()
