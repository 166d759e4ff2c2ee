"""Who look at what the servers show: the operator, owners of hosts, Prometheus. All
along they look now and then; at quiet points, for what must be there."""

import asyncio
import random
import re
from collections import Counter

from e2e import wire
from e2e.hosts import token_of
from e2e.metrics import Metrics

from callers import Line, Refused, Vanished

ADMIN_TOKEN = "the-operator-s-own-token"
SOURCE = "127.250.0.1"
FAULTS_TOLD = 20
OPERATOR = wire.basic("admin", ADMIN_TOKEN)
QUERIES = [
    "", "?search=h1", "?search=dyn.example&sort=name", "?sort=change&page=2", "?sort=call",
    "?sort=refusals&reversed=1", "?events=3", "?host={host}", "?host={host}",
]  # fmt: skip
ADDRESSES = re.compile(r"<dt>Addresses</dt><dd>(.*?)</dd>", re.DOTALL)
ADDRESS = re.compile(r'<span class="code">([^<]*)</span>')


class NotReady(Exception):
    """It has no table yet, and says so."""


class Watchers:
    """They come by TLS, but for Prometheus, and one at a time."""

    def __init__(self, world, seed, a_second: float):
        self.pages = Counter()  # by server, and what was looked at
        self.faults: list[str] = []
        self._world, self._pause_s = world, 1 / a_second
        self._dice = random.Random(f"{seed}/watchers")

    async def watch_until(self, over: asyncio.Event):
        while not over.is_set():
            server = self._dice.choice(self._world.servers)
            look = self._dice.choice([self._look_as_operator, self._look_as_owner, self._scrape])
            try:
                await look(server)
            except (Refused, Vanished, NotReady) as gone:
                if server is self._world.steady:
                    self._fault(f"{look.__name__}: {server.name}: {type(gone).__name__}")
            await asyncio.sleep(self._pause_s)

    async def _look_as_operator(self, server):
        host = self._dice.choice(self._world.hosts).name
        query = self._dice.choice(QUERIES).format(host=host)
        page = await self._page(server, "/status" + query, OPERATOR)
        self._expect(page, "</html>" in page and (host in page or "host=" not in query), query)

    async def _look_as_owner(self, server):
        host = self._dice.choice(self._world.hosts).name
        page = await self._page(server, "/", wire.basic(host, token_of(host)))
        self._expect(page, "</html>" in page and f"<h1><bdi>{host}</bdi></h1>" in page, host)

    async def _scrape(self, server):
        await self.metrics(server)

    async def metrics(self, server) -> Metrics:
        line = await Line.to(server.address("metrics"), SOURCE)
        return Metrics(await self._fetch(server, line, "/metrics"))

    async def addresses(self, server, host: str) -> set[str]:
        """What the operator is shown of a host."""
        page = await self._page(server, f"/status?host={host}", OPERATOR)
        found = ADDRESSES.search(page)
        return set(ADDRESS.findall(found[1])) if found else set()

    async def _page(self, server, path, credentials) -> str:
        line = await Line.to(server.address("tls"), SOURCE, self._world.tls)
        return await self._fetch(server, line, path, [credentials])

    async def _fetch(self, server, line, path, headers=()) -> str:
        line.send(wire.request("GET", path, headers))
        try:
            status, body = await line.receive()
        finally:
            await line.close()
        self.pages[f"{server.name} {path.partition('?')[0]}"] += 1
        if status == 503 and "cannot show the page now" in body:
            raise NotReady(server.name)
        if status != 200:
            self._fault(f"{path} of {server.name}: {status} {body[:200]!r}")
        return body

    def _expect(self, page, is_right, what):
        if not is_right:
            self._fault(f"a page for {what} lacks what it is about: {page[:200]!r}")

    def _fault(self, what):
        if len(self.faults) < FAULTS_TOLD:
            self.faults.append(what)
