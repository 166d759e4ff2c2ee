"""How long the operator's page takes with very many hosts, all of which have called:
each page is asked for again and again, over one connection."""

import base64
import gzip
import http.client
import json
import statistics
import time
from datetime import datetime, timedelta, timezone

from hosts import address_of, csv_of, name_of
from programs import Aws, Server, resident_bytes, scratch_folder

TIMES = 15
HOSTS, QUICK_HOSTS = 1_000_000, 100_000
ON_A_PAGE = 100
TOKEN = "the-operator-s-own-token"
CREDENTIALS = base64.b64encode(f"admin:{TOKEN}".encode()).decode()
AGENTS = ["ddclient/3.11", "curl/7.88.1", "inadyn/2.10.0 https://github.com/troglobit/inadyn"]


def pages_of(hosts: int) -> dict[str, str]:
    last, some = -(-hosts // ON_A_PAGE), hosts // 2
    return {
        "the first page, by silence": "",
        "by name": "sort=name",
        "by name, the last page": f"sort=name&reversed=1&page={last}",
        "by the last call": "sort=call",
        "by the last change": "sort=change",
        "by refusals": "sort=refusals",
        "a search for a name": f"search={name_of(some)}",
        "a search for an address": f"search={address_of(some)}",
        "a search that finds nothing": "search=nobody-has-this",
        "one host": f"host={name_of(some)}",
    }


def moment(before: datetime, seconds: float) -> str:
    return (before - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def snapshot_of(count: int) -> bytes:
    """Of hosts that have called in the last day, one in ten of whom was refused
    last, some more often than others; docs/STATE.md has the members."""
    now = datetime.now(timezone.utc)
    lines = [json.dumps({"snapshot": 1, "at": moment(now, 0)})]
    for n in range(count):
        called = moment(now, n * 7919 % 86400)
        host = {
            "host": name_of(n),
            "ipv4": address_of(n),
            "ipv4_updated_at": moment(now, 86400 + n * 104729 % 86400),
            "called_at": called,
            "accessed_at": called,
            "checked_at": called,
            "succeeded_at": called,
            "client": address_of(n),
            "agent": AGENTS[n % len(AGENTS)],
            "outcome": "nochg",
        }
        if n % 10 == 0:
            reason = "wrong login or token"
            host |= {"refusals": 1 + n // 10 % 50, "outcome": "badauth", "reason": reason}
        lines.append(json.dumps(host))
    return gzip.compress("\n".join(lines + [""]).encode(), compresslevel=1)


def ask(connection, query: str) -> float:
    """How many seconds it took."""
    begun = time.monotonic()
    headers = {"Authorization": f"Basic {CREDENTIALS}"}
    connection.request("GET", f"/status?{query}", headers=headers)
    reply = connection.getresponse()
    reply.read()
    assert reply.status == 200, f"{query}: {reply.status}"
    return time.monotonic() - begun


def measure(server, hosts: int, say) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    pages = {}
    for name, query in pages_of(hosts).items():
        seconds = [ask(connection, query) for _ in range(TIMES)]
        pages[name] = {"median": statistics.median(seconds), "slowest": max(seconds)}
        say(f"{name}: {pages[name]['median'] * 1000:.1f} ms")
    connection.close()
    return pages


def run(quick: bool, say) -> dict:
    hosts = QUICK_HOSTS if quick else HOSTS
    with scratch_folder() as folder, Aws() as aws:
        database, state = folder / "hosts.csv", folder / "state"
        database.write_bytes(csv_of(hosts))
        state.mkdir()
        (state / "snapshot.jsonl.gz").write_bytes(snapshot_of(hosts))
        settings = {"DYNDNS_DATABASE": database, "DYNDNS_STATE": state}
        with Server(aws, DYNDNS_ADMIN_TOKEN=TOKEN, **settings) as server:
            read = server.wait_for("state_read").fields
            assert int(read["hosts"]) == hosts, read
            pages = measure(server, hosts, say)
            resident = resident_bytes(server.pid)
    say(f"resident memory: {resident / 2**20:.0f} MiB")
    return {"hosts": hosts, "times": TIMES, "pages": pages, "resident_bytes": resident}
