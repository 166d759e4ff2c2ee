"""A service manager in systemd's place: it hears what sd_notify(3) tells, holds
listening sockets, and starts servers with them, one after the other."""

import os
import re
import socket
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
