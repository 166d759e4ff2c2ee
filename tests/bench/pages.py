"""How long the operator's page takes with very many hosts:

    /usr/bin/python3 tests/bench/pages.py build/bench/server/dyndns53 [HOSTS]

A server reads a local table, and each page is asked for again and again, over one
connection: what stands there is the median of the seconds, and the slowest. AWS is out
of reach meanwhile, so hosts have no history but their place in the table."""

import base64
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

TIMES, HOSTS = 15, 1_000_000
TOKEN = "the-operator-s-own-token"
PAGES = {
    "the first page": "",
    "by name": "sort=name",
    "by name, the last page": "sort=name&reversed=1&page={last}",
    "one host searched for": "search=h{some}.",
    "what nobody has": "search=nobody-has-this",
    "one host": "host=h{some}.example.org",
}


def start(program, folder, hosts):
    """The process, and its port once the table is in service."""
    table = os.path.join(folder, "hosts.csv")
    with open(table, "w") as file:
        file.writelines(f"h{number}.example.org,secret-of-h{number}\n" for number in range(hosts))
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "DYNDNS_LISTEN": "127.0.0.1:0",
        "DYNDNS_DATABASE": table,
        "DYNDNS_ADMIN_TOKEN": TOKEN,
    }
    process = subprocess.Popen([program], env=environment, stderr=subprocess.PIPE, text=True)
    port = None
    for line in process.stderr:
        if "event=listening" in line:
            port = int(re.search(r"port=(\d+)", line)[1])
        if "event=table_loaded" in line:
            return process, port
    raise RuntimeError("the server has ended")


def measure(connection, path):
    seconds = []
    credentials = base64.b64encode(f"admin:{TOKEN}".encode()).decode()
    for _ in range(TIMES):
        begun = time.monotonic()
        connection.request("GET", path, headers={"Authorization": f"Basic {credentials}"})
        reply = connection.getresponse()
        body = reply.read()
        seconds.append(time.monotonic() - begun)
        assert reply.status == 200, f"{path}: {reply.status}"
    return statistics.median(seconds), max(seconds), len(body)


def run(program, hosts):
    with tempfile.TemporaryDirectory() as folder:
        process, port = start(program, folder, hosts)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            for name, query in PAGES.items():
                filled = query.format(last=(hosts + 99) // 100, some=hosts // 2)
                yield name, measure(connection, f"/status?{filled}")
        finally:
            process.kill()
            process.communicate()


def main():
    program, hosts = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else HOSTS
    print(f"| {hosts:,} hosts | median | slowest | bytes |\n| --- | ---: | ---: | ---: |")
    for name, (median, slowest, size) in run(program, hosts):
        print(f"| {name} | {median * 1000:.0f} ms | {slowest * 1000:.0f} ms | {size:,} |")


if __name__ == "__main__":
    main()
