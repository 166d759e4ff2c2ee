"""How long the operator's page takes with very many hosts: each page is asked for
again and again, over one connection."""

import base64
import http.client
import statistics
import time

from hosts import csv_of, name_of
from programs import Aws, Server, scratch_folder

TIMES = 15
HOSTS, QUICK_HOSTS = 1_000_000, 100_000
ON_A_PAGE = 100
TOKEN = "the-operator-s-own-token"
CREDENTIALS = base64.b64encode(f"admin:{TOKEN}".encode()).decode()


def pages_of(hosts: int) -> dict[str, str]:
    last, some = -(-hosts // ON_A_PAGE), name_of(hosts // 2)
    return {
        "the first page": "",
        "by name": "sort=name",
        "by name, the last page": f"sort=name&reversed=1&page={last}",
        "a search that finds one": f"search={some}",
        "a search that finds none": "search=nobody-has-this",
        "one host": f"host={some}",
    }


def ask(connection, query: str) -> float:
    """How many seconds it took."""
    begun = time.monotonic()
    headers = {"Authorization": f"Basic {CREDENTIALS}"}
    connection.request("GET", f"/status?{query}", headers=headers)
    reply = connection.getresponse()
    reply.read()
    assert reply.status == 200, f"{query}: {reply.status}"
    return time.monotonic() - begun


def run(quick: bool, say) -> dict:
    hosts = QUICK_HOSTS if quick else HOSTS
    pages = {}
    with scratch_folder() as folder, Aws() as aws:
        database = folder / "hosts.csv"
        database.write_bytes(csv_of(hosts))
        with Server(aws, DYNDNS_DATABASE=database, DYNDNS_ADMIN_TOKEN=TOKEN) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            for name, query in pages_of(hosts).items():
                seconds = [ask(connection, query) for _ in range(TIMES)]
                pages[name] = {"median": statistics.median(seconds), "slowest": max(seconds)}
                say(f"{name}: {pages[name]['median'] * 1000:.0f} ms")
            connection.close()
    return {"hosts": hosts, "times": TIMES, "pages": pages}
