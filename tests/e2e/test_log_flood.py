"""Nobody without a token can fill the log."""

import re
from datetime import datetime

import pytest

from .hosts import numbered
from .wire import basic

LINES_A_SECOND = 10


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
    few = ("prlimit", "--nofile=300:300")
    settings = {"DYNDNS_THREADS": 1, "DYNDNS_DEADLINE_SECONDS": 25}
    return start(*numbered(300), within=few, **settings)


def find_ceiling(service) -> int:
    strangers = []
    while not service.events("connections_at_ceiling"):
        strangers.append(service.connect())
        assert len(strangers) < 300
    for each in strangers:
        each.hang_up()
    return int(service.events("connections_at_ceiling")[0]["connections"])


def test_callers_who_connect_and_hang_up_at_the_ceiling(service, route53):
    hosts = numbered(find_ceiling(service) - 1)
    with route53.held():  # so that these are in hand, and stay
        pending = [service.update_later(host, "192.0.2.1") for host in hosts]
        flood(service, "connections_at_ceiling", lambda: service.connect().hang_up())
    for each in pending:
        assert each.wait().said == "good 192.0.2.1"


def test_callers_who_guess(service):
    guess = basic("h0.example.org", "wrong")
    flood(service, "badauth", lambda: service.get("/register_ip", [guess]))
