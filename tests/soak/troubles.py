"""What goes wrong while hosts ask. Each is a coroutine that makes trouble, and
returns when so many answers were given meanwhile; World.heal() ends it."""

import asyncio

from e2e.test_audit import ROUTE53_FAULTS, S3_FAULTS

import bad_clients
from server import Server

SNS_FAULTS = {"500": 0.2, "throttling": 0.2, "reset-before": 0.1, "silence-before": 0.1}
LOW_RATE = 2.0  # calls a second; both servers want more
STEPS = 4  # of what changes again and again


async def calm(world, callers, dice, answers):
    await callers.more_answers(answers)


async def crowd(world, callers, dice, answers):
    callers.all_ask()
    await callers.more_answers(answers)


async def reloads(world, callers, dice, answers):
    """Other tables, now and then one that is none."""
    for _ in range(STEPS):
        if dice.random() < 0.25:
            world.put_rubbish()
        else:
            world.put_table(dice.randrange(len(world.hosts)))
        world.reload()
        await callers.more_answers(answers // STEPS)
    world.put_table()
    world.reload()


async def s3_away(world, callers, dice, answers):
    world.s3.fail_always(dice.choice(["503", "500", "access-denied", "silence-before", "cut"]))
    world.put_table(dice.randrange(5))
    world.reload()
    await callers.more_answers(answers)
    world.put_table()


async def state_away(world, callers, dice, answers):
    """Where the state is kept, nothing can be written, or nothing found; the hosts can
    still be read."""
    fault = dice.choice(["503", "500", "access-denied", "silence", "reset-after", "cut"])
    world.s3.fail_always(fault, dice.choice(["PUT", "LIST"]))
    await callers.more_answers(answers)


async def route53_away(world, callers, dice, answers):
    world.route53.fail_always(dice.choice(["500", "503", "reset-before", "not-xml", "cut"]))
    await callers.more_answers(answers)


async def route53_silent(world, callers, dice, answers):
    """Hangs up in the end, whether or not it has done what it was asked for."""
    world.route53.fail_always(dice.choice(["silence", "silence-before"]))
    await callers.more_answers(answers)


async def route53_slow(world, callers, dice, answers):
    with world.route53.held():
        await callers.more_answers(answers)


async def unplugged(world, callers, dice, answers):
    for _ in range(STEPS):
        world.sandbox.unplug()
        await callers.more_answers(answers // STEPS // 2)
        world.sandbox.plug()
        await callers.more_answers(answers // STEPS // 2)


async def throttled(world, callers, dice, answers):
    """Less than the two take, who know nothing of each other."""
    world.route53.set_rate(LOW_RATE, 1)
    await callers.more_answers(answers)


async def denied(world, callers, dice, answers):
    world.route53.fail_always(dice.choice(["expired-token", "access-denied"]))
    await callers.more_answers(answers)


async def noise(world, callers, dice, answers):
    """A bit of everything."""
    world.route53.fail_randomly(dice.randrange(1 << 32), ROUTE53_FAULTS)
    world.s3.fail_randomly(dice.randrange(1 << 32), S3_FAULTS)
    world.sns.fail_randomly(dice.randrange(1 << 32), SNS_FAULTS)
    for _ in range(STEPS):
        world.reload()
        await callers.more_answers(answers // STEPS)
        world.route53.release()
        world.s3.release()
        world.sns.release()


async def restarts(world, callers, dice, answers):
    await world.restart(Server.stop)
    await callers.more_answers(answers)


async def kills(world, callers, dice, answers):
    await world.restart(Server.kill)
    await callers.more_answers(answers)


def _of_bad_clients(kind):
    async def trouble(world, callers, dice, answers):
        over = asyncio.Event()
        badly = [asyncio.ensure_future(kind(server, dice, over)) for server in world.servers]
        try:
            await callers.more_answers(answers)
        finally:
            over.set()
            for replies in await asyncio.gather(*badly):
                world.bad_replies += [f"{kind.__name__}: {reply}" for reply in replies]

    trouble.__name__ = kind.__name__
    return trouble


ALL = [
    calm, crowd, reloads, s3_away, state_away, route53_away, route53_silent, route53_slow, unplugged,
    throttled, denied, noise, restarts, kills,
    *map(_of_bad_clients, bad_clients.ALL),
]  # fmt: skip
