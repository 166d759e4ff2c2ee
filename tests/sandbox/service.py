"""What the services have in common: a log, a gate, faults, and waiting.

A call is logged when it arrives; then it is admitted (signature, rate), parked
while the gate is held, delayed, perhaps refused or lost, performed, and
answered. The order matters to tests: a call that is parked is in the log
already, and a fault planned while it is parked still strikes it.
"""

import threading
import uuid

from . import faults
from .errors import AwsError
from .gate import Gate
from .http_server import Delivery, Reply
from .patience import TooSlow

PROXY_PAGES = {  # what a proxy or load balancer in front of AWS says, not AWS
    "502": (502, b"<html><body><h1>502 Bad Gateway</h1></body></html>\n"),
    "503": (503, b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>\n"),
}
GARBAGE = b"\x1f\x8b not what you asked for <<< & \x00\xff\n"


class Service:
    """Settings that tests may change at any time:

    latency_seconds     how long every call takes, in flight
    slow_seconds        what the fault "slow" adds to that
    """

    def __init__(self, refusals: dict[str, tuple], further_faults: set[str]):
        """`refusals` says what AwsError is made of, for each fault that
        refuses; `further_faults` are those which only this service has."""
        self.latency_seconds = 0.0
        self.slow_seconds = 1.0
        self._refusals = refusals
        self._changed = threading.Condition()  # guards all that tests can see

        self._faults = faults.Faults(faults.COMMON | further_faults)
        self.fail_next = self._faults.fail_next
        self.fail_always = self._faults.fail_always
        self.fail_randomly = self._faults.fail_randomly
        self.heal = self._faults.heal

        self._gate = Gate()
        self.hold = self._gate.hold
        self.release = self._gate.release
        self.held = self._gate.held
        self.close = self._gate.close

    def _record(self, log, entry):
        with self._changed:
            log.append(entry)
            self._changed.notify_all()

    def _wait_for(self, ready, timeout, expected):
        """Waits until ready() is true; `expected()` says what did not come."""
        with self._changed:
            if not self._changed.wait_for(ready, timeout):
                raise TooSlow(expected(), timeout)

    def _wait_for_length(self, log, n, timeout, noun):
        self._wait_for(lambda: len(log) >= n, timeout, lambda: f"{n} {noun}, saw {len(log)}")
        with self._changed:
            return list(log)

    def _perform(self, call, action, work) -> Reply:
        """Does the work of an admitted call, unless a fault has it otherwise.

        Raises AwsError if the call is refused before any work is done.
        """
        self._gate.park(action)
        fault = self._faults.draw(action)
        self._gate.pause(self.latency_seconds + (self.slow_seconds if fault == "slow" else 0))
        if fault in self._refusals:
            raise AwsError(*self._refusals[fault])
        if fault is not None and fault != "slow":
            call.error = fault
        if fault in PROXY_PAGES:
            status, page = PROXY_PAGES[fault]
            return Reply(status, page, {"Content-Type": "text/html"})
        if fault == "reset-before":
            return Reply(0, delivery=Delivery.RESET)
        if fault == "silence-before":
            return Reply(0, delivery=Delivery.SILENT)
        return _spoil(work(), fault)

    def _finish(self, call, reply: Reply) -> Reply:
        """Logs what the client is about to learn, then lets it learn that."""
        with self._changed:
            if reply.delivery in (Delivery.WHOLE, Delivery.CUT, Delivery.TRICKLE):
                call.status = reply.status
            self._changed.notify_all()
        if reply.delivery is Delivery.SILENT:
            self._gate.stay_silent()
        return reply


def _spoil(reply, fault):
    match fault:
        case "reset-after":
            return reply.delivered(Delivery.RESET)
        case "silence":
            return reply.delivered(Delivery.SILENT)
        case "cut" | "torn":
            return reply.delivered(Delivery.CUT)
        case "trickle":
            return reply.delivered(Delivery.TRICKLE)
        case "not-xml":
            return Reply(200, GARBAGE, {"Content-Type": "text/xml"})
        case _:
            return reply


def new_request_id() -> str:
    return str(uuid.uuid4())
