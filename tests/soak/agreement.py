"""Whether all tell the same: what hosts heard, what the servers told the journal, and
what they show. And whether the servers say themselves that something is amiss."""

import random

from patience import left_of
from told import differences

HOSTS_SHOWN = 4  # so many are looked at on the operator's page
# Alerts that may go on when nothing is wrong any more: somebody has guessed, not long
# ago; and nobody asks anything of Route 53, which shows that it is back, for a while.
OF_LATE = {"host_refused", "login_attacked", "route53_unreachable", "route53_throttled"}
NONE_OF = [
    f"dyndns53_state_{name}"
    for name in ("objects_waiting", "objects_dropped_total", "events_lost_total", "damaged_total")
]


class Agreement:
    def __init__(self, world, callers, watchers, seed):
        self._world, self._callers, self._watchers = world, callers, watchers
        self._told = world.told()
        self._dice = random.Random(f"{seed}/agreement")

    async def faults(self) -> list[str]:
        """At a quiet point. What is not so yet is waited for."""
        heard = self._callers.heard()
        faults = await left_of(self._journal_differs, heard)
        for server in self._world.servers:
            for host in self._dice.sample(self._world.hosts, HOSTS_SHOWN):
                faults += await left_of(self._page_differs, server, host, heard)
            faults += await left_of(self._amiss, server)
        return faults

    def faults_at_the_end(self) -> list[str]:
        """When both servers have been stopped: all of the journal is read anew."""
        told = self._world.told()
        faults = differences("in the end, the journal's", self._callers.heard(), told.records())
        faults += told.faults()
        faults += self._calls_are_missing(told)
        if not self._world.sns.messages:
            faults.append("nobody was told of any alert")
        return faults

    async def _journal_differs(self, heard) -> list[str]:
        return differences("the journal's", heard, self._told.records())

    async def _page_differs(self, server, host, heard) -> list[str]:
        wanted = {heard[host.name, type] for type in ("A", "AAAA") if (host.name, type) in heard}
        shown = await self._watchers.addresses(server, host.name)
        return [f"{server.name} shows {shown} of {host.name}, not {wanted}"] * (shown != wanted)

    async def _amiss(self, server) -> list[str]:
        metrics = await self._watchers.metrics(server)
        faults = [f"{server.name}: {name}: {metrics.value(name):g}"
                  for name in NONE_OF if metrics.value(name) != 0]  # fmt: skip
        return faults + [
            f"{server.name} tells of {kind}"
            for name, labels in metrics.series() if name == "dyndns53_alerts"
            for kind in dict(labels).values() if kind not in OF_LATE
            and metrics.value(name, kind=kind) != 0
        ]  # fmt: skip

    def _calls_are_missing(self, told) -> list[str]:
        """A server that was never killed has told of all that it granted."""
        steady = self._world.steady
        heard = self._callers.granted_by[steady.name]
        calls = sum(told.calls[host.name] for host in self._world.hosts if host.server is steady)
        return [f"{heard} calls were granted, and {calls} are told of"] * (calls < heard)
