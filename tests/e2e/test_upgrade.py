"""An upgrade at noon: one server after the other on the sockets that systemd holds,
while everybody calls."""

import pytest

from .crowd import Crowd
from .hosts import numbered
from .manager import Sockets

RESTARTS, CALLERS = 5, 12


@pytest.fixture
def sockets():
    sockets = Sockets("http")
    yield sockets
    sockets.close()


def test_nobody_is_refused_and_no_answer_is_lost(start, sockets, store, route53):
    """With connections that are kept, and with a new one for each call."""
    hosts = numbered(2 * CALLERS)

    def begin():
        return start(
            within=sockets.within,
            inherits=sockets.inherits,
            DYNDNS_LISTEN=None,
            DYNDNS_THREADS=2,
        )

    store(*hosts)
    server = begin()
    crowds = [
        Crowd(sockets.addresses[0], hosts[:CALLERS], keep=True),
        Crowd(sockets.addresses[0], hosts[CALLERS:], keep=False),
    ]
    try:
        for _ in range(RESTARTS):
            for crowd in crowds:
                crowd.wait_for_more()
            server.stop()
            server = begin()
        for crowd in crowds:
            crowd.wait_for_more()
    finally:
        for crowd in crowds:
            crowd.stop()
    books = [book for crowd in crowds for book in crowd.books]
    assert [book.refused for book in books if book.refused] == []
    assert [book.lost for book in books if book.lost] == []
    assert [book.strange for book in books if book.strange] == []
    for book in books:
        assert route53.record(book.host, "A") == [book.good]
