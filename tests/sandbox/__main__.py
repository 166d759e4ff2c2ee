"""Runs the sandbox by itself: for demonstrations, and to poke at by hand."""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

if not __package__:  # started as "python3 tests/sandbox", not "-m sandbox"
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from sandbox import Sandbox
from sandbox.account import Account
from sandbox.sandbox import DEFAULT_RATE_A_SECOND

DESCRIPTION = """\
A stand-in for Amazon S3 and Route 53 on the loopback interface. Prints one line
of JSON once it listens, and runs until it is told to stop."""

EPILOG = """\
The JSON holds endpoint_url, http_port, dns_port and environment, the variables
that make an AWS client talk to the sandbox. The zones can be queried over UDP:
dig -p DNS_PORT @127.0.0.1 NAME."""


def main():
    options = parse_options()
    # Blocked before the first thread starts, so that only sigwait() sees them.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        sandbox = make_sandbox(options)
    except (OSError, ValueError) as error:  # a port is taken, a name is none
        sys.exit(f"sandbox: {error}")
    with sandbox:
        print(json.dumps(describe(sandbox)), flush=True)
        if options.exit_with_stdin:
            threading.Thread(target=terminate_at_end_of_stdin, daemon=True).start()
        signal.sigwait(ends)


def parse_options():
    parser = argparse.ArgumentParser(
        prog="sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ports = parser.add_argument_group("ports (0: the kernel chooses)")
    ports.add_argument("--http-port", type=int, default=0, metavar="PORT", help="S3 and Route 53")
    ports.add_argument("--dns-port", type=int, default=0, metavar="PORT", help="DNS over UDP")

    content = parser.add_argument_group("content (each may be given several times)")
    for option, help in [
        ("--zone", "a public hosted zone"),
        ("--private-zone", "a private hosted zone"),
        ("--bucket", "an empty bucket"),
    ]:
        content.add_argument(option, action="append", default=[], metavar="NAME", help=help)

    limits = parser.add_argument_group("Route 53's limits")
    limits.add_argument(
        "--rate",
        type=float,
        default=DEFAULT_RATE_A_SECOND,
        metavar="N",
        help="calls a second for the account (default: %(default)g)",
    )
    limits.add_argument("--burst", type=float, metavar="N", help="bucket size (default: the rate)")
    limits.add_argument(
        "--latency-ms", type=float, default=0, metavar="MS", help="time that each call takes"
    )

    account = parser.add_argument_group("account")
    account.add_argument("--access-key", default=Account.access_key, metavar="ID")
    account.add_argument("--secret-key", default=Account.secret_key, metavar="KEY")
    account.add_argument(
        "--region", default="us-east-1", help="region of the buckets (default: %(default)s)"
    )

    parser.add_argument(
        "--exit-with-stdin",
        action="store_true",
        help="stop when standard input ends, as well as on SIGTERM or SIGINT",
    )
    return parser.parse_args()


def make_sandbox(options):
    sandbox = Sandbox(
        http_port=options.http_port,
        dns_port=options.dns_port,
        rate=options.rate,
        burst=options.burst,
        latency_ms=options.latency_ms,
        region=options.region,
        access_key=options.access_key,
        secret_key=options.secret_key,
    )
    for name in options.zone:
        sandbox.route53.add_zone(name)
    for name in options.private_zone:
        sandbox.route53.add_zone(name, private=True)
    for name in options.bucket:
        sandbox.s3.create_bucket(name)
    return sandbox


def describe(sandbox):
    return {
        "endpoint_url": sandbox.endpoint_url,
        "http_port": sandbox.http_port,
        "dns_port": sandbox.dns_port,
        "environment": sandbox.environment(),
    }


def terminate_at_end_of_stdin():
    # os.read, because a thread that waits inside sys.stdin holds its lock, and
    # the interpreter cannot end while somebody does.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
