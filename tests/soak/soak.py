"""The soak: rounds of all troubles, each round with a quiet point at its end,
at which everything must be as it was; and samples all along."""

import asyncio
import csv
import json
import os
import random
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.patience import TooSlow

import troubles
from agreement import Agreement
from callers import Callers
from gauges import cpu_seconds, descriptors, descriptors_to, resident_bytes
from patience import until
from watchers import Watchers
from world import World

SPARE_FDS = 4096  # of those that this process may open: the sandbox's, the bad clients'
# After the warm-up, a quiet process may have grown by so much and no more, besides
# what it says that it knows, which has a bound of its own: 64 MiB of what happened
# lately (journal/recent_events.h), what its index takes, and the hosts.
GROWTH_BYTES = 4 * 2**20
KNOWN_BYTES, KNOWN_BYTES_A_HOST = 68 * 2**20, 200
WARM_UP_SHARE = 0.25  # of the quiet points, and one at least


@dataclass
class Plan:
    binary: str
    seed: int = 53
    hosts: int = 4000
    a_second: float = 120  # who ask
    at_once: int = 4000  # who wait, at most
    answers: int = 700  # in each trouble
    looks_a_second: float = 2  # at pages and metrics
    deadline_seconds: int = 5
    state_seconds: int = 3
    rounds: int = 0  # at least
    seconds: float = 0  # at least
    sample_seconds: float = 10

    @property
    def is_sanitized(self) -> bool:
        """Then freed memory is kept from use, and its size tells nothing."""
        return b"__asan_init" in Path(self.binary).read_bytes()


class Soak:
    """`say` is told a line a round. Samples go to `folder`."""

    def __init__(self, plan: Plan, folder: Path, say):
        self.plan, self.folder, self.say = plan, folder, say
        _raise_open_files(2 * plan.hosts + SPARE_FDS)
        self.world = World(plan.binary, plan.hosts, plan.deadline_seconds, plan.state_seconds)
        self.callers = Callers(
            self.world.hosts, self.world.route53, plan.seed, plan.a_second, plan.at_once
        )
        self.watchers = Watchers(self.world, plan.seed, plan.looks_a_second)
        self.agreement = Agreement(self.world, self.callers, self.watchers, plan.seed)
        self.rounds = 0
        self.faults: list[str] = []  # but for lies
        self.quiet_bytes: list[int] = []
        self.known_bytes: list[int] = []  # of these: what it knows of hosts and events
        self.at_start: dict[str, int] = {}
        self._dice = random.Random(f"{plan.seed}/troubles")
        self._forgotten = {"calls": 0, "throttled": 0, "overlapping": 0, "changes": 0}
        self._trouble = "start"

    def run(self) -> dict:
        return asyncio.run(self._run())

    async def _run(self):
        began = self._began = time.monotonic()
        with open(self.folder / "samples.csv", "w", newline="") as file:
            self._file = file
            try:
                await self.world.start()
                for server in self.world.servers:
                    self.at_start[server.name] = await self._settled_descriptors(server)
                self._sample("start")
                sampling = asyncio.ensure_future(self._sample_all_along())
                while self.rounds < self.plan.rounds or (
                    time.monotonic() - began < self.plan.seconds
                ):
                    await self._round()
                sampling.cancel()
                await self.world.stop()
                self._find(self.agreement.faults_at_the_end())
            finally:
                self.world.abandon()
        return self._result()

    # --- a round

    async def _round(self):
        self.rounds += 1
        self.callers.slowest_s = 0.0
        order = self._dice.sample(troubles.ALL, len(troubles.ALL))
        over = asyncio.Event()
        asking = asyncio.gather(
            self.callers.ask_until(over), self.watchers.watch_until(over)
        )
        try:
            for trouble in order:
                self._trouble = trouble.__name__
                await trouble(self.world, self.callers, self._dice, self.plan.answers)
                self.world.heal()
        finally:
            over.set()
        await asking
        await self._quiet_point()

    async def _quiet_point(self):
        """Nobody asks, and nothing is wrong: all that was opened is closed, and
        the records say what was heard."""
        self._trouble = "settling"
        self.world.put_table()
        self.world.reload()
        await self.callers.fall_silent()
        await self._descriptors_are_back()
        await self.callers.settle()
        await until(self.world.route53.is_idle, "Route 53 to be idle")
        self._find(await self.agreement.faults())
        await self._descriptors_are_back()
        self._remember_calls()
        self.callers.audit(f"round {self.rounds}")
        metrics = await self.watchers.metrics(self.world.steady)
        self.known_bytes.append(int(metrics.value("dyndns53_state_known_bytes")))
        self.quiet_bytes.append(resident_bytes(self.world.steady.pid))
        self._sample("quiet")
        self.say(self._line())

    def _find(self, faults):
        self.faults += [f"round {self.rounds}: {fault}" for fault in faults]

    async def _descriptors_are_back(self):
        for server in self.world.servers:
            try:
                await until(
                    lambda server=server: self._own_descriptors(server)
                    == self.at_start[server.name],
                    f"the descriptors of {server.name}",
                )
            except TooSlow:
                self._find([
                    f"{server.name} has {self._own_descriptors(server)} descriptors, "
                    f"and had {self.at_start[server.name]}"
                ])  # fmt: skip

    def _own_descriptors(self, server) -> int:
        """But for those that are kept open to AWS."""
        to_aws = descriptors_to(server.pid, self.world.sandbox.http_port)
        return descriptors(server.pid) - to_aws

    async def _settled_descriptors(self, server) -> int:
        seen = []

        def settled():
            seen.append(self._own_descriptors(server))
            return len(seen) >= 20 and len(set(seen[-20:])) == 1

        await until(settled, f"descriptors of {server.name} to settle")
        return seen[-1]

    # --- samples

    async def _sample_all_along(self):
        while True:
            await asyncio.sleep(self.plan.sample_seconds)
            self._sample(self._trouble)

    def _sample(self, what):
        row = {
            "seconds": f"{time.monotonic() - self._began:.1f}",
            "what": what,
            "round": self.rounds,
        }
        for server in self.world.servers:
            row |= self._taken_by(server)
        row |= {"steady knows KiB": self.known_bytes[-1] // 1024 if self.known_bytes else ""}
        row |= {"waiting": self.callers.waiting}
        row |= {word: self.callers.words[word] for word in ("good", "nochg", "911", "hung up")}
        row |= {"lies": self.callers.lie_count}
        row |= self._calls()
        row |= {"restarts": self.world.restarted.starts - 1, "reloads": self.world.reloads}
        writer = csv.DictWriter(self._file, row, lineterminator="\n")
        if self._file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)
        self._file.flush()

    def _taken_by(self, server) -> dict:
        name = server.name
        try:
            return {
                f"{name} KiB": resident_bytes(server.pid) // 1024,
                f"{name} descriptors": descriptors(server.pid),
                f"{name} core s": f"{cpu_seconds(server.pid):.2f}",
            }
        except (OSError, ValueError):  # it is being restarted
            return dict.fromkeys([f"{name} KiB", f"{name} descriptors", f"{name} core s"], "")

    def _calls(self) -> dict:
        calls = self.world.route53.calls
        now = {
            "calls": len(calls),
            "throttled": sum(call.error == "Throttling" for call in calls),
            "overlapping": sum(call.error == "PriorRequestNotComplete" for call in calls),
            "changes": sum(call.changes for call in calls),
        }
        return {name: self._forgotten[name] + count for name, count in now.items()}

    def _remember_calls(self):
        """Before Callers.audit() has them forgotten."""
        self._forgotten = self._calls()
        self.world.route53.forget()
        self.world.s3.forget()

    def _line(self) -> str:
        words = self.callers.words
        return (
            f"round {self.rounds}: {self.quiet_bytes[-1] / 2**20:.1f} MiB, "
            f"{words['good']:,} good, {words['nochg']:,} nochg, {words['911']:,} 911, "
            f"{self.callers.lie_count} lies, {len(self.faults)} faults"
        )

    # --- what came out

    def _warm_up_points(self) -> int:
        return max(1, int(len(self.quiet_bytes) * WARM_UP_SHARE))

    def _growth_bytes(self) -> int:
        """Of the steady server, after the warm-up, but for what it knows."""
        warm = self._warm_up_points()
        pairs = zip(self.quiet_bytes, self.known_bytes, strict=True)
        other = [quiet - known for quiet, known in pairs]
        return max(other[warm:], default=0) - max(other[:warm])

    def _result(self) -> dict:
        faults = list(self.faults)
        for server in self.world.servers:
            faults += [f"{server.name} said: {line}" for line in server.strange]
        faults += [f"a bad client was served: {reply}" for reply in self.world.bad_replies]
        if self.callers.lie_count:
            faults += self.callers.lies
        faults += [f"who looked: {fault}" for fault in self.watchers.faults]
        growth = self._growth_bytes()
        if not self.plan.is_sanitized and growth > GROWTH_BYTES:
            faults.append(f"memory grew by {growth} bytes after the warm-up")
        known = max(self.known_bytes)
        if known > KNOWN_BYTES + KNOWN_BYTES_A_HOST * self.plan.hosts:
            faults.append(f"what is known took {known} bytes")
        plan = {key: value for key, value in asdict(self.plan).items() if key != "binary"}
        result = {
            "plan": plan,
            "rounds": self.rounds,
            "seconds": time.monotonic() - self._began,
            "words": dict(self.callers.words),
            "lies": self.callers.lie_count,
            "restarts": self.world.restarted.starts - 1,
            "reloads": self.world.reloads,
            "calls": self._calls(),
            "pages": dict(self.watchers.pages),
            "alerts": len(self.world.sns.messages),
            "quiet_bytes": self.quiet_bytes,
            "known_bytes": self.known_bytes,
            "warm_up_points": self._warm_up_points(),
            "growth_bytes": growth,
            "descriptors": self.at_start,
            "faults": faults,
            "own_core_seconds": sum(os.times()[:2]),
        }
        (self.folder / "result.json").write_text(json.dumps(result, indent=1) + "\n")
        return result


def _raise_open_files(wanted: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
