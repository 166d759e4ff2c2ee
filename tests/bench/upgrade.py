"""Restarts at noon: one server after the other on sockets that stay open, while
callers go on calling. Who is refused, whose answer is lost, and who waits longest.

A caller pauses between two calls, at random, so that those who keep connections open
are silent when the server stops; some of them for longer than it waits for them.
"""

import asyncio
import random
import time

from client import basic
from hosts import BUCKET, csv_of, name_of, token_of
from programs import DAY_SECONDS, Aws, Server, manager, scratch_folder

HOSTS = 1000
CALLERS = 100  # of each kind
RESTARTS, QUICK_RESTARTS = 20, 3
SECONDS_BETWEEN = 4
PATIENCE_SECONDS = 60
# How long a caller of a kind is silent, at most.
KINDS = {
    "new connections": 0.3,
    "kept connections": 0.3,
    "kept connections, long silent": 12,
    "new connections, new addresses": 0.3,
}


SETTINGS = {
    "DYNDNS_BUCKET": BUCKET,
    "DYNDNS_DATABASE": "hosts.csv",
    "DYNDNS_NOCHG_SECONDS": DAY_SECONDS,
}


class Kind:
    def __init__(self, name: str):
        self.keeps, self.moves = "kept" in name, "new addresses" in name
        self.silence = KINDS[name]
        self.answers = self.refused = self.lost = self.strange = 0
        self.slowest = 0.0

    def as_dict(self) -> dict:
        names = ("answers", "refused", "lost", "strange", "slowest")
        return {name: getattr(self, name) for name in names}


async def receive(reader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
    return head, await reader.readexactly(int(length))


async def call_once(kind, connection, request) -> bool:
    """Returns whether the connection is kept."""
    reader, writer = connection
    try:
        writer.write(request)
        head, body = await asyncio.wait_for(receive(reader), PATIENCE_SECONDS)
    except (OSError, EOFError):
        kind.lost += 1
        return False
    kind.answers += 1
    kind.strange += not body.startswith((b"good ", b"nochg "))
    return kind.keeps and b"\r\nconnection: close" not in head.lower()


async def call(kind, address, number, stopping):
    connection, moves = None, 0
    closing = "" if kind.keeps else "Connection: close\r\n"
    while not stopping.is_set():
        await asyncio.sleep(random.uniform(0, kind.silence))
        moves += kind.moves
        request = (
            f"GET /register_ip?myip=10.{number // 250}.{number % 250}.{moves % 250} HTTP/1.1\r\nHost: x\r\n{closing}"
            f"Authorization: {basic(name_of(number), token_of(number))}\r\n\r\n"
        ).encode()
        # As every client does that keeps connections: one that has ended is not used.
        if connection and connection[0].at_eof():
            connection[1].close()
            connection = None
        begun = time.monotonic()
        try:
            connection = connection or await asyncio.open_connection(*address)
        except OSError:
            kind.refused += 1
            continue
        if not await call_once(kind, connection, request):
            connection[1].close()
            connection = None
        kind.slowest = max(kind.slowest, time.monotonic() - begun)
    if connection:
        connection[1].close()


def restart(server, begin):
    server.__exit__()
    return begin()


async def measure(restarts, address, begin, say) -> dict:
    kinds = {name: Kind(name) for name in KINDS}
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    server = begin()
    callers = [
        asyncio.create_task(call(kind, address, at * CALLERS + number, stopping))
        for at, kind in enumerate(kinds.values())
        for number in range(CALLERS)
    ]
    seconds = []
    for _ in range(restarts):
        await asyncio.sleep(SECONDS_BETWEEN)
        begun = time.monotonic()
        server = await loop.run_in_executor(None, restart, server, begin)
        seconds.append(time.monotonic() - begun)
    await asyncio.sleep(SECONDS_BETWEEN)
    stopping.set()
    await asyncio.gather(*callers)
    server.__exit__()
    say(f"{restarts} restarts, of {max(seconds):.1f} s at most")
    return {"restarts": seconds, "kinds": {name: kind.as_dict() for name, kind in kinds.items()}}


def run(quick: bool, say) -> dict:
    sockets = manager.Sockets("http")
    with Aws() as aws, scratch_folder() as folder:
        table = folder / "hosts.csv"
        table.write_bytes(csv_of(HOSTS))
        aws.tell("put_table", str(table))

        def begin():
            return Server(aws, sockets=sockets, **SETTINGS)

        restarts = QUICK_RESTARTS if quick else RESTARTS
        results = asyncio.run(measure(restarts, sockets.addresses[0], begin, say))
    sockets.close()
    return {"callers": CALLERS, **results}
