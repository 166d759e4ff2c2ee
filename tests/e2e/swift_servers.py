"""Swift's servers, as whoever starts them, on sockets that they inherit; see swift.py.

    swift_servers.py FOLDER account=SOCKET container=SOCKET object=SOCKET proxy=SOCKET...

Each is a process of its own, with a clock that is 60 seconds fast if it is called
proxy+60. They end when their process group is told to, and
this one ends with the last of them. All of Swift is in Debian's python3-swift: the
packages of the servers add programs like this one, and services that Debian would
start. What takes a second of each is loading it; so it is loaded once.
"""

import os
import signal
import socket
import sys
import time

from swift.common import utils, wsgi
from swift.common.ring import RingBuilder

PARTITION_POWER, REPLICAS, MIN_PART_HOURS = 2, 1, 0
STORES = ("account", "container", "object")


def write_ring(folder, name, port):
    """All that Swift knows of where things are: one disk, of this machine."""
    ring = RingBuilder(PARTITION_POWER, REPLICAS, MIN_PART_HOURS)
    ring.add_dev(
        {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0}
    )
    ring.rebalance()
    ring.get_ring().save(f"{folder}/{name}.ring.gz")


def put_the_clock_forward(seconds):
    right_time = time.time
    time.time = lambda: right_time() + seconds


def serve(folder, name, listener):
    name, _, seconds = name.partition("+")
    put_the_clock_forward(int(seconds or 0))
    conf = wsgi.appconfig(f"{folder}/{name}-server.conf", name=f"{name}-server")
    logger = utils.get_logger(conf, f"{name}-server", log_route="wsgi")
    wsgi.run_server(conf, logger, listener)


def fork_server(folder, name, listeners):
    if os.fork() != 0:
        return
    # Only whoever serves a socket holds it: when he ends, callers are refused.
    for other in listeners.keys() - {name}:
        listeners[other].close()
    serve(folder, name, listeners[name])
    sys.exit(f"{name} ended by itself")


def wait_for_the_last():
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


def main(folder, *sockets):
    utils.set_swift_dir(folder)
    utils.validate_configuration()
    utils.disable_fallocate()
    utils.eventlet_monkey_patch()
    # Only now are sockets eventlet's.
    pairs = (pair.split("=") for pair in sockets)
    listeners = {name: socket.socket(fileno=int(descriptor)) for name, descriptor in pairs}
    for name in STORES:
        write_ring(folder, name, listeners[name].getsockname()[1])
    for name in listeners:
        fork_server(folder, name, listeners)
    for listener in listeners.values():
        listener.close()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is the servers' to end
    wait_for_the_last()


main(*sys.argv[1:])
