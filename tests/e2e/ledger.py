"""What callers asked for and heard, and so what their records may say.

What a caller may rely on, and so what is checked: once it has heard good X, its
record says X until it asks for something else. An address that it asked for
without hearing of the outcome (it hung up, or was told 911) may come true
later, until a newer wish of the same host has been granted. A request whose
caller hung up may even be read after later ones of the same host that went over
other connections, and nobody can say when; so callers hang up only on addresses
that they never ask for again. Once Route 53 has seen such a one, what is asked
for from then on is newer.
"""

import threading


class Ledger:
    """What one host of one family asked for and heard. Used by one thread."""

    def __init__(self, host, type):
        self.host, self.type = host, type
        self.granted = None  # the last address of which it heard good or nochg
        self._told_911: set[str] = set()  # since then
        self._hung_up: set[str] = set()  # each asked for but once
        self._older: set[str] = set()  # of these: what the wish at hand is newer than

    def asks(self, carried):
        """Before each wish: `carried` is what Route 53 has seen."""
        self._older = {each for each in self._hung_up if (self.host, self.type, each) in carried}

    def heard(self, address):
        self.granted = address
        self._told_911.clear()
        self._hung_up -= self._older

    def told_911(self, address):
        self._told_911.add(address)

    def hung_up(self, address):
        self._hung_up.add(address)

    def possible(self) -> set:
        """What the record may say now; None stands for: there is no record."""
        return {self.granted, *self._told_911, *self._hung_up}

    def settle(self):
        """Nothing that was asked for before is under way any more, and the last
        wish was granted."""
        self._told_911.clear()
        self._hung_up.clear()
        self._older.clear()

    def is_settled(self) -> bool:
        return not self._told_911 and not self._hung_up

    def is_open(self, address) -> bool:
        return address in self._told_911 | self._hung_up

    def check(self, route53, when):
        record = route53.record(self.host, self.type)
        says = record[0] if record else None
        assert says in self.possible(), (
            f"{when}: {self.host} {self.type} says {says}, but its caller heard {self.granted}, "
            f"and may expect {self.possible()}"
        )


class Carried:
    """Every host, type and address that a batch has carried to Route 53."""

    def __init__(self, route53):
        self._route53, self._lock = route53, threading.Lock()
        self._seen, self._batches = set(), 0

    def so_far(self) -> set:
        with self._lock:
            batches = self._route53.batches
            for batch in batches[self._batches :]:
                self._seen |= {(each.name, each.type, each.value) for each in batch.changes}
            self._batches = len(batches)
            return self._seen

    def forget(self):
        """With all that Route 53 knows of its calls, while there are none."""
        with self._lock:
            self._route53.forget()
            self._seen, self._batches = set(), 0
