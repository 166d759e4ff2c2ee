"""The promise that all others serve: a reply of good or nochg is true.

Callers register addresses while Route 53 and S3 misbehave, the database is
reloaded, and some callers hang up; until each of these has happened often
enough. Whenever one hears good or nochg, and in the end once more, the zone
must hold just that. What a caller may rely on, and so what is checked, says ledger.py.
"""

import itertools
import os
import random
import threading
import time

import pytest

from sandbox.patience import PATIENCE_SECONDS, TooSlow

from .hosts import numbered
from .ledger import Carried, Ledger

SEED = int(os.environ.get("DYNDNS53_AUDIT_SEED", "53"))
SECONDS = float(os.environ.get("DYNDNS53_AUDIT_SECONDS", "0"))  # at least
ENOUGH = {"good": 400, "nochg": 100, "911": 10, "hung up": 40}
CALLERS, HOSTS_A_CALLER = 12, 5
ZONES = ["example.org", "dyn.example.org", "example.net"]

ROUTE53_FAULTS = {
    "throttling": 0.01, "prior-request": 0.02, "500": 0.01, "502": 0.01, "503": 0.01,
    "reset-before": 0.02, "reset-after": 0.02, "cut": 0.02, "not-xml": 0.02,
    "silence": 0.01, "silence-before": 0.01, "expired-token": 0.005, "slow": 0.05,
}  # fmt: skip
S3_FAULTS = {"500": 0.1, "torn": 0.1, "reset-before": 0.1, "cut": 0.1}


class Caller(threading.Thread):
    """Owns some hosts, and asks for one thing after the other."""

    def __init__(self, number, hosts, service, route53, carried, stop):
        super().__init__(name=f"caller-{number}", daemon=True)
        self.ledgers = [Ledger(host, type) for host in hosts for type in ("A", "AAAA")]
        self.words = dict.fromkeys(ENOUGH, 0)
        self.failure = None
        self._dice = random.Random(f"{SEED}/{number}")
        self._service, self._route53, self._stop_asking = service, route53, stop
        self._carried, self._hang_ups = carried, itertools.count(1)

    def run(self):
        try:
            while not self._stop_asking.is_set():
                ledger = self._dice.choice(self.ledgers)
                hangs_up = self._dice.random() < 0.05
                if hangs_up:
                    self._hang_up(ledger)
                if (hangs_up or not self._ask(ledger, self._draw(ledger))) and ledger.granted:
                    # Who knows what became of it: back to what it said before?
                    self._ask(ledger, ledger.granted)
        except BaseException as failure:
            self.failure = failure
            self._stop_asking.set()

    def _draw(self, ledger):
        # Few different addresses, so that many wishes are nochg or flap.
        prefix = "192.0.2." if ledger.type == "A" else "2001:db8::"
        return f"{prefix}{self._dice.randint(1, 3)}"

    def _hang_up(self, ledger):
        number = next(self._hang_ups)
        address = f"198.51.{number // 256}.{number % 256}"
        if ledger.type == "AAAA":
            address = f"2001:db8::{number:x}:1"
        ledger.hung_up(address)
        self._service.update_later(ledger.host, address).hang_up()
        self.words["hung up"] += 1

    def _ask(self, ledger, address) -> bool:
        """Returns whether there was an answer of good or nochg."""
        ledger.asks(self._carried.so_far())
        said = self._service.update(ledger.host, address).said
        word, _, told = said.partition(" ")
        if word in ("good", "nochg"):
            # One that hung up may have been read later, and then it is the newest.
            assert told == address or ledger.is_open(told), f"asked for {address}, heard {said}"
            ledger.heard(told)
            ledger.check(self._route53, f"after {said}")
        else:
            assert said == "911", f"{ledger.host} heard {said}"
            ledger.told_911(address)
        self.words[word] += 1
        return word != "911"


def words_of(callers) -> dict[str, int]:
    return {word: sum(caller.words[word] for caller in callers) for word in ENOUGH}


def stop_when_enough(callers, stop):
    """To be asked again and again."""
    begun = time.monotonic()

    def look():
        words, seconds = words_of(callers), time.monotonic() - begun
        if all(words[word] >= ENOUGH[word] for word in ENOUGH) and seconds >= SECONDS:
            stop.set()
        elif seconds > SECONDS + PATIENCE_SECONDS:
            stop.set()
            raise TooSlow(f"{ENOUGH}, saw {words}", SECONDS + PATIENCE_SECONDS)

    return look


def disturb(service, sandbox, store, hosts, stop, look):
    """Goes on with reloads, and ends calls that are kept in silence."""
    dice = random.Random(f"{SEED}/disturb")
    while not stop.wait(dice.uniform(0, 0.3)):
        match dice.randrange(4):
            case 0:
                store(*hosts, *numbered(dice.randrange(5), "extra.example.org"))
                service.reload()
            case 1:
                service.reload()
            case 2:
                sandbox.unplug()
                stop.wait(dice.uniform(0, 1))
                sandbox.plug()
        sandbox.route53.release()
        sandbox.s3.release()
        look()


@pytest.mark.threads
def test_every_good_and_nochg_was_true(start, sandbox, route53, s3, store):
    for name in ZONES[1:]:
        route53.add_zone(name)
    hosts = [f"h{number}.{ZONES[number % 3]}" for number in range(CALLERS * HOSTS_A_CALLER)]
    service = start(
        *hosts, DYNDNS_DEADLINE_SECONDS=1, DYNDNS_NOCHG_SECONDS=5, DYNDNS_ROUTE53_RATE=200
    )
    route53.latency_seconds, route53.slow_seconds = 0.002, 0.1
    route53.fail_randomly(SEED, ROUTE53_FAULTS)
    s3.fail_randomly(SEED, S3_FAULTS)

    stop, carried = threading.Event(), Carried(route53)
    callers = [
        Caller(number, hosts[number::CALLERS], service, route53, carried, stop)
        for number in range(CALLERS)
    ]
    for caller in callers:
        caller.start()
    disturb(service, sandbox, store, hosts, stop, stop_when_enough(callers, stop))
    route53.heal()
    route53.release()
    for caller in callers:
        caller.join()
    failures = [caller.failure for caller in callers if caller.failure]
    assert not failures, f"seed {SEED}: {failures[0]}"

    service.stop()  # whatever is in flight has arrived then
    for caller in callers:
        for ledger in caller.ledgers:
            ledger.check(route53, f"seed {SEED}, in the end")
    print(words_of(callers), f"in {len(route53.batches)} batches")
