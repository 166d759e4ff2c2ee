"""Becomes a program in the box that a unit of systemd describes, as far as that takes
neither systemd nor namespaces:

    box.py UNIT COMMAND...

No privilege is left (CapabilityBoundingSet=, NoNewPrivileges=). A system call that
SystemCallFilter=, MemoryDenyWriteExecute=, RestrictNamespaces=, RestrictRealtime= or
LockPersonality= would refuse ends the program, which the unit's own answer (EPERM)
might not show; so does opening a file to write, since ProtectSystem=strict leaves
nowhere to do so. An address family that is not among RestrictAddressFamilies= is one
that the kernel does not know, as with systemd."""

import configparser
import ctypes
import errno
import os
import subprocess
import sys

# <seccomp.h>
KILL, ALLOW = 0x80000000, 0x7FFF0000
NE, EQ, MASKED_EQ = 1, 4, 7
# <linux/prctl.h>, <sys/mman.h>, <sys/shm.h>, <linux/sched.h>
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
NAMESPACES = [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]
REALTIME = [1, 2, 6]  # SCHED_FIFO, SCHED_RR, SCHED_DEADLINE
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
CHANGES = ["creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "rmdir", "symlink"]
CHANGES += ["symlinkat", "truncate", "unlink", "unlinkat"]


class Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint), ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64), ("second", ctypes.c_uint64),
    ]  # fmt: skip


seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
seccomp.seccomp_init.restype = ctypes.c_void_p
seccomp.seccomp_init.argtypes = [ctypes.c_uint32]
seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
seccomp.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
seccomp.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison),
]  # fmt: skip


class Filter:
    def __init__(self, default):
        self._context = seccomp.seccomp_init(default)

    def add(self, action, name, *comparisons):
        """All comparisons must hold. What this machine does not have is left out."""
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        array = (Comparison * len(comparisons))(*comparisons)
        if number >= 0:
            self._check(seccomp.seccomp_rule_add_array(
                self._context, action, number, len(comparisons), array))  # fmt: skip

    def load(self):
        self._check(seccomp.seccomp_load(self._context))

    def _check(self, status):
        if status != 0:
            raise OSError(-status, "seccomp")


def has_bits(argument, bits):
    return Comparison(argument, MASKED_EQ, bits, bits)


def members(group, sets):
    """The system calls of "@group", or the one that is named."""
    if not group.startswith("@"):
        return {group}
    return set().union(*(members(each, sets) for each in sets[group]))


def systemd_sets():
    """systemd's own groups of system calls."""
    shown = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"], check=True, capture_output=True
    )
    sets, group = {}, []
    for line in shown.stdout.decode().splitlines():
        if line.startswith("@"):
            group = sets.setdefault(line.strip(), [])
        elif line.startswith("    ") and not line.strip().startswith("#"):
            group.append(line.strip())
        elif line and not line.startswith(" "):
            group = []  # remarks, and calls that are in no group
    return sets


def settings(path):
    """The settings of [Service]; of one that comes several times, all values."""

    class Several(dict):
        def __setitem__(self, name, value):
            if isinstance(value, list) and name in self:
                value = self[name] + value
            super().__setitem__(name, value)

    parser = configparser.RawConfigParser(strict=False, dict_type=Several)
    parser.optionxform = str
    parser.read(path)
    return {name: value.splitlines() for name, value in parser["Service"].items()}


def allowed_calls(lines):
    sets = systemd_sets()
    # Their own loaders and signals need these, which systemd always allows.
    allowed = members("@default", sets)
    for line in lines:
        named = set().union(*(members(each, sets) for each in line.lstrip("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def forbid(unit):
    """What depends on the arguments of a call."""
    filter = Filter(ALLOW)
    if unit["MemoryDenyWriteExecute"] == ["yes"]:
        filter.add(KILL, "mmap", has_bits(2, PROT_WRITE | PROT_EXEC))
        filter.add(KILL, "mprotect", has_bits(2, PROT_EXEC))
        filter.add(KILL, "pkey_mprotect", has_bits(2, PROT_EXEC))
        filter.add(KILL, "shmat", has_bits(2, SHM_EXEC))
    if unit["RestrictNamespaces"] == ["yes"]:
        for flag in NAMESPACES:
            filter.add(KILL, "clone", has_bits(0, flag))
        filter.add(KILL, "unshare")
        filter.add(KILL, "setns")
    if unit["RestrictRealtime"] == ["yes"]:
        for policy in REALTIME:
            filter.add(KILL, "sched_setscheduler", Comparison(1, EQ, policy))
    if unit["LockPersonality"] == ["yes"]:
        filter.add(KILL, "personality", Comparison(0, NE, 0xFFFFFFFF))
    if unit["ProtectSystem"] == ["strict"]:
        for flag in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
            filter.add(KILL, "open", has_bits(1, flag))
            filter.add(KILL, "openat", has_bits(2, flag))
        for name in CHANGES:
            filter.add(KILL, name)
    families = {FAMILIES[name] for name in " ".join(unit["RestrictAddressFamilies"]).split()}
    for family in set(range(46)) - families:
        filter.add(0x00050000 | errno.EAFNOSUPPORT, "socket", Comparison(0, EQ, family))
    filter.load()


def drop_privileges(unit):
    libc = ctypes.CDLL(None, use_errno=True)
    if unit["CapabilityBoundingSet"] == [""] or unit["CapabilityBoundingSet"] == []:
        # With none in this set, root too has none left after execve(2).
        for capability in range(64):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if unit["NoNewPrivileges"] == ["yes"]:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def main(path, *command):
    unit = settings(path)
    allowed = allowed_calls(unit["SystemCallFilter"])
    drop_privileges(unit)
    forbid(unit)
    filter = Filter(KILL)
    for name in sorted(allowed):
        filter.add(ALLOW, name)
    filter.load()
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
