"""What a request costs that needs no call to AWS: `/check_ip`, and a
`/register_ip` of an address that stands already, next to nginx which answers
every request with the same few bytes.

The server and nginx have one worker each, on one core; wrk has another. They
take turns, and each turn gives a ratio, so that what else goes on in the
machine strikes both.
"""

import re
import socket
import statistics
import subprocess
from pathlib import Path

from client import AUTHORIZATION, get
from hosts import csv_of
from programs import (
    DAY_SECONDS,
    Aws,
    Program,
    Server,
    cpu_seconds,
    scratch_folder,
    start,
    wait_until,
)

SERVER_CORE, WRK_CORE = 0, 1
CONNECTIONS = 64

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/plain;
    add_header Cache-Control no-store;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200 "nginx\\n"; }}
        {locations}
    }}
}}
"""
LOCATION = 'location = {path} {{ return 200 "{body}"; }}\n'


class Nginx(Program):
    """Answers each path with a body as long as ours; one worker."""

    def __init__(self, folder: Path, bodies: dict[str, str], core: int):
        self.port = _free_port()
        locations = "".join(
            LOCATION.format(path=path, body="x" * (len(body) - 1) + "\\n")
            for path, body in bodies.items()
        )
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=self.port, locations=locations))
        # Not the log that is compiled in: the configuration names another.
        command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config)]
        super().__init__(start(command, core=core, stderr=subprocess.DEVNULL))
        wait_until(self._answers, "nginx")
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        (self.worker,) = map(int, children)

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError("nginx ended")
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wrk(url: str, seconds: float, pid: int) -> dict:
    before = cpu_seconds(pid)
    process = start(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *_headers(url), url],
        core=WRK_CORE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with Program(process):
        said, _ = process.communicate(timeout=seconds + 30)
    used = cpu_seconds(pid) - before
    if process.returncode != 0 or re.search("Non-2xx|Socket errors", said):
        raise RuntimeError(f"wrk {url}: {said}")
    count = int(re.search(r"(\d+) requests in", said)[1])
    return {
        "requests_a_second": float(re.search(r"Requests/sec: +([\d.]+)", said)[1]),
        "cpu_us": used / count * 1e6,
    }


def _headers(url):
    """The same request goes to both."""
    return ["-H", f"Authorization: {AUTHORIZATION}"] if "register" in url else []


def _compare(path, server, nginx, rounds, seconds):
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_wrk(server.url(path), seconds, server.pid))
        theirs.append(_wrk(nginx.url(path), seconds, nginx.worker))
    pairs = list(zip(ours, theirs))
    return {
        "ours": _medians(ours),
        "nginx": _medians(theirs),
        "ratios": sorted(a["requests_a_second"] / b["requests_a_second"] for a, b in pairs),
        "cpu_ratios": sorted(b["cpu_us"] / a["cpu_us"] for a, b in pairs),
    }


def _medians(results):
    return {key: statistics.median(each[key] for each in results) for key in results[0]}


def run(quick: bool, say) -> dict:
    rounds, seconds = (3, 1) if quick else (9, 3)
    paths = ["/check_ip", "/register_ip"]
    results = {}
    with scratch_folder() as folder, Aws() as aws:
        table = folder / "hosts.csv"
        table.write_bytes(csv_of(1000))
        settings = {
            "DYNDNS_DATABASE": table,
            "DYNDNS_THREADS": 1,
            "DYNDNS_NOCHG_SECONDS": DAY_SECONDS,
        }
        with Server(aws, core=SERVER_CORE, **settings) as server:
            assert get(server.url("/register_ip"))[0] == "good 127.0.0.1\n"
            bodies = {path: get(server.url(path))[0] for path in paths}
            assert bodies["/register_ip"] == "nochg 127.0.0.1\n"
            with Nginx(folder, bodies, SERVER_CORE) as nginx:
                for path in paths:
                    ours, theirs = get(server.url(path)), get(nginx.url(path))
                    assert len(ours[0]) == len(theirs[0]) and ours[1] == theirs[1], (ours, theirs)
                    results[path] = _compare(path, server, nginx, rounds, seconds)
                    ratio = statistics.median(results[path]["ratios"])
                    say(f"{path}: {ratio:.2f} of nginx's requests a second")
            assert len(aws.tell("calls")["batches"]) == 1  # all else was nochg
    return results | {"rounds": rounds, "seconds": seconds}
