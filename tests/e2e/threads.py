"""Single threads of a server, by the names that top(1) shows."""

import ctypes
import os
from contextlib import contextmanager
from pathlib import Path

from sandbox.patience import until

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
# <sys/ptrace.h> and <bits/waitflags.h>
_SEIZE, _INTERRUPT, _DETACH, _WALL = 0x4206, 0x4207, 17, 0x40000000


def named(pid: int, name: str) -> list[int]:
    """The numbers of the threads of this name, as soon as there is one: each takes its
    name when it first runs, which may be after its server is ready."""

    def look():
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(task.name) for task in tasks if (task / "comm").read_text() == f"{name}\n"]

    return until(look, f"a thread {name}")


def _ptrace(request, thread):
    if _libc.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


@contextmanager
def hanging(thread: int):
    """One thread stands still, and all others go on. A signal could stop only all
    of them."""
    _ptrace(_SEIZE, thread)
    _ptrace(_INTERRUPT, thread)
    os.waitpid(thread, _WALL)
    try:
        yield
    finally:
        _ptrace(_DETACH, thread)
