"""How far off its clock a program may say that it is, however slow the machine."""

import math
import time


def offsets_since(begun, seconds):
    """The numbers that a program may tell which reads a clock that is `seconds` ahead
    of this machine's, and began after `begun` of time.monotonic()."""
    # It compares a Date with the time at which it reads it. An answer can have been
    # under way for as long as all has taken; both times are cut to whole seconds.
    passed = math.ceil(time.monotonic() - begun)
    return range(seconds - passed, seconds + 2)
