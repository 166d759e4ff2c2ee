"""A service manager in systemd's place: it hears what sd_notify(3) tells, holds
listening sockets, and starts servers with them, one after the other."""

import os
import re
import socket
import sys
import threading
import time

from sandbox.patience import PATIENCE_SECONDS, TooSlow


class Ear:
    """The socket to which a server sends its news. Each piece is a text of one or
    more lines NAME=value."""

    def __init__(self, address: str):
        """A path, or "@name"."""
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(re.sub("^@", "\0", address))
        self._heard: list[str] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while news := self._socket.recv(4096):
            with self._changed:
                self._heard.append(news.decode())
                self._changed.notify_all()

    def heard(self) -> list[str]:
        with self._changed:
            return list(self._heard)

    def wait(self, pattern: str, after=0) -> int:
        """Waits for news that match, none of the first `after`; returns how many
        have come up to it."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while True:
                for position, news in enumerate(self._heard[after:], after):
                    if re.fullmatch(pattern, news):
                        return position + 1
                if not self._changed.wait(give_up_at - time.monotonic()):
                    raise TooSlow(f"{pattern} to be told", PATIENCE_SECONDS)

    def close(self):
        speaker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        speaker.sendto(b"", self._socket.getsockname())
        speaker.close()
        self._thread.join()
        self._socket.close()
        if self.address.startswith("/"):
            os.unlink(self.address)


# Becomes the program, with the sockets where systemd puts them.
_LAUNCHER = """
import fcntl, os, sys
names, numbers, command = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
apart = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 500) for number in numbers]
os.closerange(3, 500)
for at, number in enumerate(apart, 3):
    os.dup2(number, at, inheritable=True)
    os.close(number)
given = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(apart)), "LISTEN_FDNAMES": names}
os.execve(command[0], command, os.environ | given)
"""


class Sockets:
    """Listening sockets that stay, whoever serves them: `within` and `inherits` of
    start() make a server their heir."""

    def __init__(self, *names: str, address="127.0.0.1"):
        """One for each name, on ports that the kernel chooses."""
        self._sockets = [socket.create_server((address, 0), backlog=4096) for _ in names]
        self._names = ":".join(names)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        return [each.getsockname() for each in self._sockets]

    @property
    def inherits(self) -> list[int]:
        return [each.fileno() for each in self._sockets]

    @property
    def within(self) -> list[str]:
        numbers = ",".join(map(str, self.inherits))
        return [sys.executable, "-c", _LAUNCHER, self._names, numbers]

    def close(self):
        for each in self._sockets:
            each.close()
