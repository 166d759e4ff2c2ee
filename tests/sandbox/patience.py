"""How long a test goes on before it gives up.

No verdict may depend on how fast the machine is. So a test asserts what is
true however long things take, and waits for what must come; the ceilings here
only keep a test that waits in vain from waiting for ever. They are far above
what any machine needs that can build the programs at all, and whoever reaches
one says so: "too slow to tell", and of what.
"""

import time

# For one thing that must come.
PATIENCE_SECONDS = 120
# For a whole test, which may wait for several. tests/CMakeLists.txt gives a
# file of tests more than that.
TEST_SECONDS = 900


class TooSlow(TimeoutError):
    """Either the machine is too slow to tell, or it will never come."""

    def __init__(self, waited_for, seconds=PATIENCE_SECONDS):
        super().__init__(f"too slow to tell: waited {seconds:g} s for {waited_for}")


def until(ready, waited_for, seconds=PATIENCE_SECONDS):
    """Calls ready() again and again until what it returns is true, and returns
    that. `waited_for` names what is waited for, and how far it has come: text,
    or a function that is asked for it in the end."""
    give_up_at = time.monotonic() + seconds
    while not (found := ready()):
        if time.monotonic() > give_up_at:
            raise TooSlow(waited_for() if callable(waited_for) else waited_for, seconds)
        time.sleep(0.01)  # lets those work who are waited for
    return found


def at_best(
    seconds,
    attempt,
    what,
    *,
    prepare=lambda number: number,
    patience=PATIENCE_SECONDS,
    clock=time.monotonic,
):
    """Makes attempts, until one has taken less than `seconds`. Each is
    attempt(prepare(1)), attempt(prepare(2)) and so on, may assert what it
    likes, and its preparation takes the time it takes.

    How long something takes this time says much about the machine. How long it
    takes at best says something about the program: one that waits for a longer
    deadline, or for an idle connection's end, is never quicker than that."""
    quickest, attempts = float("inf"), 0

    def is_quick():
        nonlocal quickest, attempts
        attempts += 1
        prepared = prepare(attempts)
        begun = clock()
        attempt(prepared)
        quickest = min(quickest, clock() - begun)
        return quickest < seconds

    until(is_quick, lambda: f"{what} in {seconds:g} s; it took {quickest:.1f} s at best", patience)
