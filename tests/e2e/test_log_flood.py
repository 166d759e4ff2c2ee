"""Nobody without a token can fill the log."""

import re
from datetime import datetime

import pytest

from .hosts import numbered
from .wire import basic

LINES_A_SECOND = 10
OPEN_FILES, CEILING = 300, 156  # the server keeps 144 descriptors for itself
HANG_UPS = 3000  # each was a line once


def assert_is_bounded(service, name):
    """By the clock of the log itself, whose seconds begin when they like."""
    stamps = re.findall(rf"^time=(\S+)Z level=warn event={name} ", service.log.text(), re.M)
    times = [datetime.fromisoformat(stamp) for stamp in stamps]
    seconds = (times[-1] - times[0]).total_seconds() if times else 0
    assert len(times) <= LINES_A_SECOND * (int(seconds) + 2), f"{len(times)} in {seconds} s"


def flood(service, name, act):
    """Acts until lines have been left out, at least once."""
    while not service.events("refusals_not_logged"):
        act()
        assert_is_bounded(service, name)
    assert service.events(name)


@pytest.fixture
def service(start):
    """With one loop, and few descriptors."""
    settings = {"DYNDNS_THREADS": 1, "DYNDNS_DEADLINE_SECONDS": 25}
    return start(*numbered(CEILING), open_files=OPEN_FILES, **settings)


def test_callers_who_connect_and_hang_up_at_the_ceiling(service, route53):
    with route53.held():  # so that these are in hand, and stay
        pending = [service.update_later(host, "192.0.2.1") for host in numbered(CEILING - 1)]
        for _ in range(HANG_UPS):
            service.connect().hang_up()
    for each in pending:
        each.wait()
    assert service.events("connections_at_ceiling")
    assert_is_bounded(service, "connections_at_ceiling")


def test_callers_who_guess(service):
    guess = basic("h0.example.org", "wrong")
    flood(service, "badauth", lambda: service.get("/register_ip", [guess]))
