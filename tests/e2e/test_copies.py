"""Copies of the server side by side: what dyndns53(8) says of them, "Several
copies". One account, one database; hosts whose calls do not all reach the same
copy."""

import random
import threading

import pytest

from sandbox.patience import until

from .hosts import csv_of, numbered

HOST = "a.example.org"
CHANGE = "ChangeResourceRecordSets"
GRANTS = 40  # of each caller
CALLERS, HOSTS_A_CALLER = 6, 4
FAULTS = {
    "throttling": 0.05, "prior-request": 0.05, "500": 0.02, "reset-before": 0.02,
    "reset-after": 0.02, "cut": 0.02, "not-xml": 0.02, "slow": 0.05,
}  # fmt: skip


class Copies:
    """Whichever are there; one is not ended while somebody talks to it."""

    def __init__(self, start, count, settings):
        self._start, self._settings = start, settings
        self._services = [start(**settings) for _ in range(count)]
        self._users = [0] * count
        self._away = None
        self._changed = threading.Condition()

    def register(self, number, host, address):
        """As a host whose calls reach that copy until it has granted its wish."""
        with self._changed:
            self._changed.wait_for(lambda: self._away != number)
            self._users[number] += 1
        try:
            self._services[number].register(host, address)
        finally:
            with self._changed:
                self._users[number] -= 1
                self._changed.notify_all()

    def restart(self, number):
        with self._changed:
            self._away = number
            self._changed.wait_for(lambda: self._users[number] == 0)
        self._services[number].stop()
        self._services[number] = self._start(**self._settings)
        with self._changed:
            self._away = None
            self._changed.notify_all()

    def __len__(self):
        return len(self._services)


class Flapper(threading.Thread):
    """Its hosts go from copy to copy, and from address to address."""

    def __init__(self, number, copies, route53):
        super().__init__(daemon=True)
        self.wanted, self.grants, self.failure = {}, 0, None
        self._hosts = numbered(CALLERS * HOSTS_A_CALLER)[number::CALLERS]
        self._copies, self._route53 = copies, route53
        self._dice = random.Random(f"flapper/{number}")

    def run(self):
        try:
            while self.grants < GRANTS:
                self._ask(self._dice.choice(self._hosts))
        except BaseException as failure:
            self.failure = failure

    def _ask(self, host):
        address = f"192.0.2.{self._dice.randint(1, 3)}"
        self._copies.register(self._dice.randrange(len(self._copies)), host, address)
        self.wanted[host, "A"] = [address]
        self.grants += 1
        self.check(host)

    def check(self, host):
        says = self._route53.record(host, "A")
        assert says == self.wanted[host, "A"], f"{host} says {says}, wanted {self.wanted}"


@pytest.mark.threads
@pytest.mark.parametrize("count", [2, 8])
def test_a_host_that_flaps_between_copies_ends_with_its_newest_wish(
    start, sandbox, route53, store, count
):
    """It waits for each answer; Route 53 throttles, and fails in other ways; one
    copy after the other is restarted. Whatever was granted is so at once."""
    store(*numbered(CALLERS * HOSTS_A_CALLER))
    settings = {"DYNDNS_NOCHG_SECONDS": 0, "DYNDNS_ROUTE53_RATE": 60, "DYNDNS_THREADS": 1}
    copies = Copies(start, count, settings)
    route53.set_rate(60)
    route53.latency_seconds, route53.slow_seconds = 0.005, 0.05
    route53.fail_randomly(53, FAULTS)
    callers = [Flapper(number, copies, route53) for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    for number in range(min(count, 3)):
        grants = GRANTS * CALLERS * (number + 1) // 4

        def are_there(grants=grants):
            failed = any(caller.failure for caller in callers)
            return failed or sum(caller.grants for caller in callers) >= grants

        until(are_there, f"{grants} grants", 600)
        copies.restart(number)
    for caller in callers:
        caller.join()
        assert caller.failure is None, caller.failure
    assert {call.error for call in route53.calls} >= {"Throttling", "PriorRequestNotComplete"}
    wanted = {key: says for caller in callers for key, says in caller.wanted.items()}
    assert route53.snapshot() == wanted


def test_nochg_is_what_the_record_said_within_the_time_that_was_set(start, route53):
    """The exception: an address, another one by way of another copy, and back."""
    here = start(HOST, DYNDNS_NOCHG_SECONDS=1)
    there = start(DYNDNS_NOCHG_SECONDS=1)
    here.register(HOST, "192.0.2.1")
    there.register(HOST, "192.0.2.2")

    def is_written():
        said = here.update(HOST, "192.0.2.1").said
        assert said in ("good 192.0.2.1", "nochg 192.0.2.1")
        if said == "nochg 192.0.2.1":  # not for longer than a second
            assert route53.record(HOST, "A") == ["192.0.2.2"]
        return said == "good 192.0.2.1"

    until(is_written, "good")
    assert route53.record(HOST, "A") == ["192.0.2.1"]


def test_without_any_such_time_every_wish_is_written(start, route53):
    here = start(HOST, DYNDNS_NOCHG_SECONDS=0)
    there = start(DYNDNS_NOCHG_SECONDS=0)
    for number, copy in enumerate([here, there, here, here, there, there, here]):
        address = f"192.0.2.{number % 2 + 1}"
        assert copy.update(HOST, address).said == f"good {address}"
        assert route53.record(HOST, "A") == [address]


def start_one_without_credentials(start, sandbox):
    """A copy whose credentials have just expired, another one whose have not, and the
    former's: they are good again when has_expired is False."""
    keys = sandbox.account.issue(lifetime_seconds=3600)
    here = start(
        HOST,
        AWS_ACCESS_KEY_ID=keys.access_key,
        AWS_SECRET_ACCESS_KEY=keys.secret_key,
        AWS_SESSION_TOKEN=keys.token,
    )
    there = start(DYNDNS_NOCHG_SECONDS=0)
    keys.has_expired = True
    return here, there, keys


def test_a_wish_that_heard_911_may_come_after_a_newer_one_of_another_copy(
    start, sandbox, route53
):
    """The other exception, and how it is mended."""
    here, there, keys = start_one_without_credentials(start, sandbox)
    assert here.update(HOST, "192.0.2.1").said == "911"
    assert there.update(HOST, "192.0.2.2").said == "good 192.0.2.2"
    assert route53.record(HOST, "A") == ["192.0.2.2"]
    keys.has_expired = False
    route53.wait_for_record(HOST, "A", "192.0.2.1")
    here.wait_for_event("record_changed", new="192.0.2.1")
    assert there.update(HOST, "192.0.2.2").said == "good 192.0.2.2"
    assert route53.record(HOST, "A") == ["192.0.2.2"]


def test_a_newer_wish_at_the_same_copy_takes_the_place_of_such_a_one(start, sandbox, route53):
    here, there, keys = start_one_without_credentials(start, sandbox)
    assert here.update(HOST, "192.0.2.1").said == "911"
    assert here.update(HOST, "192.0.2.3").said == "911"
    assert there.update(HOST, "192.0.2.2").said == "good 192.0.2.2"
    keys.has_expired = False
    route53.wait_for_record(HOST, "A", "192.0.2.3")
    carried = {change.value for batch in route53.batches if batch.accepted
               for change in batch.changes}
    assert carried == {"192.0.2.2", "192.0.2.3"}


def test_a_new_table_reaches_every_copy_that_reads_it(start, route53, store):
    """Each by itself: a row that one has read and another has not is no fault."""
    copies = [start(HOST), start()]
    store(csv_of(HOST, "b.example.org"))
    for copy in copies:
        with copy.expecting("table_loaded"):
            copy.reload()
    for number, copy in enumerate(copies, 1):
        copy.register("b.example.org", f"192.0.2.{number}")
        assert route53.record("b.example.org", "A") == [f"192.0.2.{number}"]
