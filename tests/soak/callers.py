"""Thousands of hosts who ask, one thing after the other, each from an address of
its own; and whether what they hear is true."""

import asyncio
import itertools
import random
import socket
import struct
import time
from collections import Counter

from e2e import wire
from e2e.hosts import token_of
from e2e.ledger import Carried, Ledger
from sandbox.patience import PATIENCE_SECONDS

from patience import until

TICK_SECONDS = 0.02
LIES_TOLD = 20  # in the summary; all are counted
HANG_UPS, KEEP_ALIVES, READERS = 0.05, 0.2, 0.1  # of those who ask


class Refused(Exception):
    """Nobody was there to be asked."""


class Vanished(Exception):
    """The server was asked, and ended the connection instead of answering."""


class Line:
    """A connection of a caller."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, address, source, tls=None):
        """`tls`: the context, if the listener speaks TLS."""
        if address is None:
            raise Refused
        try:
            return cls(*await asyncio.open_connection(*address, local_addr=(source, 0), ssl=tls))
        except OSError as error:
            raise Refused from error

    def send(self, data: bytes):
        self._writer.write(data)

    async def receive(self) -> tuple[int, str]:
        """The status and the body of one reply."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await self._reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.partition(b":")[2])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                )
                body = await self._reader.readexactly(length)
        except TimeoutError:  # nobody answers: that is no end of a connection
            raise
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Vanished from error
        return int(head.split(b" ", 2)[1]), body.decode()

    async def receive_to_end(self) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._reader.read()
        except TimeoutError:
            raise
        except OSError:
            return b""

    def hang_up(self):
        """With a reset, as one who crashed."""
        reset = struct.pack("ii", 1, 0)
        try:
            self._writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, reset
            )
        except OSError:
            pass  # the server was killed, and the connection with it
        self._writer.transport.abort()

    async def close(self):
        if self._writer.get_extra_info("ssl_object"):
            # The connection as it is, as most callers do: whoever waits for the
            # server to answer close_notify, as close() does, waits for ten seconds.
            self._writer.transport.abort()
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass


class Host:
    """What one host wants. It asks for one thing at a time. `tls`: by which it asks;
    None: without."""

    def __init__(self, number, name, server, tls=None):
        self.name, self.server, self._tls = name, server, tls
        self.ledgers = [Ledger(name, "A"), Ledger(name, "AAAA")]
        self.source = f"127.{10 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
        self.is_busy = False
        self._hang_ups = itertools.count(1)
        self._anew_in = {"A": 1, "AAAA": 1}  # in which life of its server

    async def connect(self) -> Line:
        kind = "tls" if self._tls else "http"
        return await Line.to(self.server.address(kind), self.source, self._tls)

    def is_told(self, ledger) -> bool:
        """Not so if its server was killed, and may have told nobody of the last change.
        A call after which the record is as it was does not tell of it either: in the
        journal a change that is known says more than a call."""
        return self._anew_in[ledger.type] >= self.server.trusted_from

    def is_settled(self, ledger) -> bool:
        return ledger.is_settled() and self.is_told(ledger)

    def draw_to_settle(self, ledger, dice):
        """What it has, if the journal can know of that; else what its record never
        said."""
        if not self.is_told(ledger):
            return self.draw_once(ledger)
        return ledger.granted or self.draw(ledger, dice)

    def asked_anew(self, ledger, life):
        """And was granted, in this life, what its record never said before."""
        self._anew_in[ledger.type] = life

    def draw(self, ledger, dice):
        """Few different addresses, so that many wishes are nochg or flap."""
        prefix = "192.0.2." if ledger.type == "A" else "2001:db8::"
        return f"{prefix}{dice.randint(1, 3)}"

    def draw_once(self, ledger):
        """An address that it never asks for again."""
        number = next(self._hang_ups)
        if ledger.type == "A":
            return f"198.51.{number >> 8 & 255}.{number & 255}"
        return f"2001:db8::{number:x}:1"


class Callers:
    def __init__(self, hosts: list[Host], route53, seed, a_second: float, at_once: int):
        self.hosts = hosts
        self.granted_by = Counter()  # good and nochg, by the server's name
        self.words = Counter()  # good, nochg, 911, ...; "refused": nobody was there
        self.lies: list[str] = []
        self.lie_count = 0
        self.slowest_s = 0.0  # since somebody set it to 0
        self._route53, self._carried = route53, Carried(route53)
        self._dice = random.Random(f"{seed}/callers")
        self._a_second, self._at_once = a_second, at_once
        self._asking: set[asyncio.Task] = set()
        self._failure = None

    @property
    def answers(self) -> int:
        return sum(self.words[word] for word in ("good", "nochg", "911"))

    @property
    def waiting(self) -> int:
        return len(self._asking)

    # --- who asks when

    async def ask_until(self, over: asyncio.Event):
        """Has hosts ask at a steady pace, as long as few enough wait."""
        begun, asked = time.monotonic(), 0
        while not over.is_set():
            due = int((time.monotonic() - begun) * self._a_second) - asked
            asked += due
            for _ in range(min(due, self._at_once - len(self._asking))):
                self._begin(self._dice.choice(self.hosts))
            await asyncio.sleep(TICK_SECONDS)

    def all_ask(self):
        """Everybody at once."""
        for host in self.hosts:
            self._begin(host)

    async def more_answers(self, count: int):
        enough = self.answers + count
        await until(
            lambda: self.answers >= enough or self._failure,
            lambda: f"{count} answers; {enough - self.answers} are missing",
        )
        self.raise_failure()

    async def fall_silent(self):
        """Waits until nobody waits any more."""
        await until(lambda: not self._asking, lambda: f"{len(self._asking)} answers")
        self.raise_failure()

    def raise_failure(self):
        if self._failure:
            raise self._failure

    def _begin(self, host):
        if host.is_busy:
            return
        host.is_busy = True
        self._follow(self._visit(host), host)

    def _follow(self, work, host):
        task = asyncio.ensure_future(work)
        self._asking.add(task)

        def ended(task):
            self._asking.discard(task)
            host.is_busy = False
            if not task.cancelled() and task.exception() and not self._failure:
                self._failure = task.exception()

        task.add_done_callback(ended)

    # --- what is asked

    async def _visit(self, host):
        ledger, drawn = self._dice.choice(host.ledgers), self._dice.random()
        if drawn < READERS:
            await self._read(host)
        elif drawn < READERS + HANG_UPS:
            await self._hang_up(host, ledger)
        else:
            wishes = 3 if drawn > 1 - KEEP_ALIVES else 1
            await self._ask(host, ledger, [host.draw(ledger, self._dice) for _ in range(wishes)])

    async def _read(self, host):
        """Asks what needs no call of AWS."""
        path = self._dice.choice(["/check_ip", "/nic/checkip", "/healthz", "/reflect", "/nothing"])
        try:
            line = await host.connect()
        except Refused:
            self.words["refused"] += 1
            return
        line.send(wire.request("GET", path))
        try:
            status, _ = await line.receive()
            self.words[f"read {status}"] += 1
        except Vanished:
            self.words["vanished"] += 1
        await line.close()

    async def _hang_up(self, host, ledger):
        try:
            line = await host.connect()
        except Refused:
            self.words["refused"] += 1
            return
        address = host.draw_once(ledger)
        ledger.hung_up(address)
        line.send(_wish(host, address))
        await asyncio.sleep(0)
        line.hang_up()
        self.words["hung up"] += 1
        if ledger.granted:
            await self._ask(host, ledger, [ledger.granted])

    async def _ask(self, host, ledger, addresses) -> str | None:
        """One address after the other, on one connection. Returns the last word;
        None: there is none."""
        word = None
        try:
            line = await host.connect()
        except Refused:
            self.words["refused"] += 1
            return None
        for address in addresses:
            ledger.asks(self._carried.so_far())
            begun = time.monotonic()
            line.send(_wish(host, address))
            try:
                status, body = await line.receive()
            except Vanished:
                ledger.told_911(address)
                self.words["vanished"] += 1
                word = None
                break
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
            word = self._judge(ledger, address, status, body)
            if word in ("good", "nochg"):
                self.granted_by[host.server.name] += 1
        await line.close()
        return word

    def _judge(self, ledger, address, status, body) -> str:
        said = body.removesuffix("\n")
        word, _, told = said.partition(" ")
        if word in ("good", "nochg"):
            if told != address and not ledger.is_open(told):
                self._lied(f"{ledger.host} asked for {address}, heard {said}")
            ledger.heard(told)
            self._hold(ledger, f"after {said}")
        elif word == "911":
            ledger.told_911(address)
        else:
            self._lied(f"{ledger.host} asked for {address}, heard {status} {said}")
        self.words[word] += 1
        return word

    def _hold(self, ledger, when):
        try:
            ledger.check(self._route53, when)
        except AssertionError as lie:
            self._lied(str(lie))

    def _lied(self, how):
        self.lie_count += 1
        if len(self.lies) < LIES_TOLD:
            self.lies.append(how)

    # --- while nobody else asks

    async def settle(self):
        """Every host of whom it is not sure what its records say asks until it is
        granted, while nothing is under way that was asked before."""
        for host in self.hosts:
            if not all(host.is_settled(ledger) for ledger in host.ledgers):
                host.is_busy = True
                self._follow(self._settle(host), host)
        await self.fall_silent()

    async def _settle(self, host):
        for ledger in host.ledgers:
            if host.is_settled(ledger):
                continue
            address = host.draw_to_settle(ledger, self._dice)
            while await self._ask(host, ledger, [address]) not in ("good", "nochg"):
                await asyncio.sleep(TICK_SECONDS)
            host.asked_anew(ledger, host.server.starts)
            ledger.settle()

    def audit(self, when):
        """Every record says what its host heard last, and nobody else has any."""
        wanted, found = self.heard(), self._route53.snapshot()
        for key in sorted(wanted.keys() | found.keys()):
            heard = [wanted[key]] if key in wanted else None
            if heard != found.get(key):
                self._lied(f"{when}: {key} says {found.get(key)}, heard was {heard}")
        self._carried.forget()

    def heard(self) -> dict[tuple[str, str], str]:
        """The address that was granted last, of each host and type."""
        return {
            (ledger.host, ledger.type): ledger.granted
            for host in self.hosts
            for ledger in host.ledgers
            if ledger.granted is not None
        }


def _wish(host, address) -> bytes:
    headers = [wire.basic(host.name, token_of(host.name))]
    return wire.request("GET", f"/register_ip?myip={address}", headers)
