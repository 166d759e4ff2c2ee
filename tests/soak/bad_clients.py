"""Clients that mean no good, or know no better. Each is a coroutine that has
bothered the server enough when it returns, and tells the replies that such a
client must not get."""

import asyncio

from e2e import test_smuggling, wire
from e2e.hosts import token_of

from callers import Line, Refused, Vanished

MANY = 40  # of each kind at once
SOURCES = [f"127.200.0.{number}" for number in range(1, 9)]
# It is in the table, and nobody knows its token: it never has a record.
VICTIM = "victim.example.org"
# Forbidden to register; all else may be said to strangers.
GRANTED = ("good", "nochg")
UPDATE = wire.request("GET", "/register_ip?myip=6.6.6.6", [wire.basic(VICTIM, "a guess")])


def source(dice):
    return dice.choice(SOURCES)


async def _exchange(server, dice, data) -> bytes:
    """All that the server says to it, until it ends the connection."""
    try:
        line = await Line.to(server.address(), source(dice))
    except Refused:
        return b""
    line.send(data)
    said = await line.receive_to_end()
    await line.close()
    return said


def _is_granted(said: bytes) -> bool:
    return any(word.encode() + b" " in said for word in GRANTED)


async def wrong_tokens(server, dice, over):
    """Guesses, and tokens of other hosts."""
    guesses = [dice.randbytes(8).hex() for _ in range(MANY)]
    guesses += ["", "x" * 4000, token_of(VICTIM).upper()]
    last = [("Connection", "close")]
    requests = [
        wire.request(method, f"{path}?hostname={VICTIM}&myip=6.6.6.6",
                     [wire.basic(VICTIM, guess), *last])
        for guess in guesses
        for method, path in [("GET", "/register_ip"), ("POST", "/nic/update")]
    ]  # fmt: skip
    said = await asyncio.gather(*(_exchange(server, dice, each) for each in requests))
    return [heard for heard in said if _is_granted(heard)]


async def smuggled_heads(server, dice, over):
    """What two readers may read differently: nothing of it may register."""
    last = test_smuggling.LAST
    rows = [(expected, attack) for _, expected, attack in test_smuggling.TABLE]
    said = await asyncio.gather(*(_exchange(server, dice, attack + last) for _, attack in rows))
    return [
        heard
        for (expected, _), heard in zip(rows, said, strict=True)
        if _is_granted(heard) or (expected == test_smuggling.REFUSED and _is_served(heard))
    ]


def _is_served(said: bytes) -> bool:
    """Not so if the server was away, or reset the connection."""
    said = said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    return said != b"" and not said.startswith(b"HTTP/1.1 4")


async def half_requests(server, dice, over):
    """Some end their side in the middle, some wait for the server to lose patience."""
    lines = await _connect(server, dice, MANY)
    for number, line in enumerate(lines):
        line.send(UPDATE[: dice.randrange(1, len(UPDATE))])
        if number % 2:
            await line.close()
    await over.wait()
    await asyncio.gather(*(line.close() for line in lines))
    return []


async def slow_senders(server, dice, over):
    """A byte at a time."""
    lines = await _connect(server, dice, MANY)
    position = 0
    while not over.is_set():
        for line in lines:
            line.send(UPDATE[position : position + 1])
        position = (position + 1) % (len(UPDATE) - 4)
        await asyncio.sleep(0.1)
    for line in lines:
        line.hang_up()
    return []


async def resets(server, dice, over):
    for _ in range(MANY):
        lines = await _connect(server, dice, 4)
        for line in lines:
            line.send(UPDATE[: dice.randrange(len(UPDATE) + 1)])
        await asyncio.sleep(0)
        for line in lines:
            line.hang_up()
    return []


async def idlers(server, dice, over):
    """Who connect, and say nothing; then all ask at once, and leave."""
    lines = await _connect(server, dice, 5 * MANY)
    await over.wait()
    bad = []
    for line in lines:
        line.send(wire.request("GET", "/check_ip"))
    for line in lines:
        try:
            status, body = await line.receive()
            bad += [body] if status not in (200, 429, 503) else []
        except Vanished:
            pass  # to make room, or since the server was restarted
        await line.close()
    return bad


async def _connect(server, dice, count) -> list[Line]:
    lines = []
    for _ in range(count):
        try:
            lines.append(await Line.to(server.address(), source(dice)))
        except Refused:
            break
    return lines


ALL = [wrong_tokens, smuggled_heads, half_requests, slow_senders, resets, idlers]


