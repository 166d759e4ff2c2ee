"""Many callers who go on calling, each for a host of its own, and keep the books:
who was refused, and whose answer was lost."""

import threading
import time
from dataclasses import dataclass, field

from sandbox.patience import until

from . import wire
from .hosts import token_of

# A server that hands over waits so long, less what this machine may take to notice,
# for the next request on a connection that is kept open.
KEPT_SECONDS = 4


@dataclass
class Book:
    """Of one caller."""

    host: str
    answers: int = 0
    good: str = ""  # the address that was last said to be registered
    wanted: str = ""  # the one that was last asked for
    strange: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    # Lost to one who had been silent for so long that the server could not know.
    crossed: int = 0
    last_at: float = 0


class Crowd:
    """With `keep`, callers keep their connections open as long as they may."""

    def __init__(self, address, hosts, keep: bool):
        self._address, self._keep = address, keep
        self._stopping = threading.Event()
        self.books = [Book(host) for host in hosts]
        self._threads = [threading.Thread(target=self._call, args=(book,)) for book in self.books]
        for thread in self._threads:
            thread.start()

    def wait_for_more(self, count=1):
        """Until each caller has had so many more answers."""
        wanted = [book.answers + count for book in self.books]
        until(
            lambda: all(book.answers >= each for book, each in zip(self.books, wanted)),
            lambda: f"answers for everybody: {self.books}",
        )

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _call(self, book):
        connection = None
        while not self._stopping.is_set():
            was_kept = connection is not None
            connection = self._connect(book) if connection is None else connection
            if connection is not None and not self._ask(book, connection, was_kept):
                connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _connect(self, book):
        try:
            return wire.Connection(self._address)
        except OSError as error:
            book.refused.append(repr(error))
            return None

    def _ask(self, book, connection, was_kept) -> bool:
        """One update, to the next address. Returns whether the connection is kept."""
        number = book.answers + len(book.lost) + book.crossed
        book.wanted = f"192.0.2.{number % 250 + 1}"
        headers = [wire.basic(book.host, token_of(book.host))]
        if not self._keep:
            headers.append(("Connection", "close"))
        silent = time.monotonic() - book.last_at
        try:
            connection.send(wire.request("GET", f"/register_ip?myip={book.wanted}", headers))
            reply = connection.receive()
        except (wire.ConnectionClosed, OSError) as error:
            if was_kept and silent >= KEPT_SECONDS:
                book.crossed += 1
            else:
                book.lost.append(f"{error!r} after {silent:.3f} s")
            return False
        book.last_at = time.monotonic()
        book.answers += 1
        if reply.status == 200 and reply.said in (f"good {book.wanted}", f"nochg {book.wanted}"):
            book.good = book.wanted
        else:
            book.strange.append(f"{reply.status} {reply.body!r}")
        return self._keep and reply.header("Connection") != "close"
