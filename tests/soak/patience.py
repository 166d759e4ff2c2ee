"""Waiting, while others go on."""

import asyncio
import time

from sandbox.patience import PATIENCE_SECONDS, TooSlow

POLL_SECONDS = 0.01


async def until(ready, waited_for, seconds=PATIENCE_SECONDS):
    """As sandbox.patience.until(), for a coroutine."""
    give_up_at = time.monotonic() + seconds
    while not (found := ready()):
        if time.monotonic() > give_up_at:
            raise TooSlow(waited_for() if callable(waited_for) else waited_for, seconds)
        await asyncio.sleep(POLL_SECONDS)
    return found


async def left_of(find, *arguments) -> list:
    """Nothing, as soon as the coroutine finds nothing; else what it still finds when
    patience is at its end."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while (found := await find(*arguments)) and time.monotonic() < give_up_at:
        await asyncio.sleep(POLL_SECONDS)
    return found
