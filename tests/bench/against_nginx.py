"""What a request costs that needs no call to AWS: `/check_ip`, and updates to
an address that stands already, of one host and of many, next to nginx which
answers every request with the same few bytes.

The server and nginx have one worker each, on one core; wrk has another. They
take turns, and each turn gives a ratio, so that what else goes on in the
machine strikes both.
"""

import re
import socket
import statistics
import subprocess
from pathlib import Path
from typing import NamedTuple

from client import AUTHORIZATION, basic, get
from hosts import USER, csv_of, csv_of_user, name_of, token_of
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
HOSTS = 1000
HOSTS_A_CALL = 20  # at most
ADDRESS = "127.0.0.1"  # also the caller's own


class Request(NamedTuple):
    path: str  # by which nginx finds the body
    query: str
    authorization: str | None
    hosts: int  # that are updated
    body: str  # the right answer

    @property
    def target(self) -> str:
        return self.path + self.query

    def ask(self, program) -> tuple[str, int]:
        """The body, and the number of headers."""
        return get(program.url(self.target), self.authorization)


def _update(path, query="", authorization=AUTHORIZATION, hosts=1):
    return Request(path, query, authorization, hosts, f"nochg {ADDRESS}\n" * hosts)


def _named(hosts):
    return f"?hostname={','.join(map(name_of, range(hosts)))}&myip={ADDRESS}"


# The first update of each table is what the others find unchanged.
OF_ONE_HOST = [
    Request("/check_ip", "", None, 0, f"{ADDRESS}\n"),
    _update("/register_ip"),
    _update("/nic/update", _named(1)),
]
OF_A_USER = [
    _update("/v3/update", _named(HOSTS_A_CALL), basic(USER, token_of(0)), HOSTS_A_CALL)
]

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 16384; }}
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
        listen 127.0.0.1:{port}{tls};
        location / {{ return 200 "nginx\\n"; }}
        {locations}
    }}
}}
"""
TLS = """ ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {};
        ssl_certificate_key {}"""
LOCATION = 'location = {path} {{ return 200 "{body}"; }}\n'


class Nginx(Program):
    """Answers each path with a body as long as ours; one worker. By TLS if there
    are a certificate and its key."""

    def __init__(self, folder: Path, requests: list[Request], core: int, certificate=None):
        self.port = _free_port()
        self._scheme = "https" if certificate else "http"
        locations = "".join(
            LOCATION.format(path=each.path, body="x" * (len(each.body) - 1) + "\\n")
            for each in requests
        )
        config = folder / "nginx.conf"
        config.write_text(
            NGINX.format(
                folder=folder,
                port=self.port,
                tls=TLS.format(*certificate) if certificate else "",
                locations=locations,
            )
        )
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

    def url(self, target: str) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}{target}"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wrk(request: Request, program, pid: int, seconds: float, headers=()) -> dict:
    url = program.url(request.target)
    before = cpu_seconds(pid)
    process = start(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *_headers(request), *headers, url],
        core=WRK_CORE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with Program(process):
        said, _ = process.communicate(timeout=seconds + 30)
    used = cpu_seconds(pid) - before
    if process.returncode != 0 or re.search("Non-2xx|Socket errors|^ *0 requests in", said, re.M):
        raise RuntimeError(f"wrk {url}: {said}")
    count = int(re.search(r"(\d+) requests in", said)[1])
    return {
        "requests_a_second": float(re.search(r"Requests/sec: +([\d.]+)", said)[1]),
        "cpu_us": used / count * 1e6,
    }


def _headers(request):
    """The same request goes to both."""
    return ["-H", f"Authorization: {request.authorization}"] if request.authorization else []


def compare(request, server, nginx, rounds, seconds, headers=()):
    """In turns, by wrk."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(wrk(request, server, server.pid, seconds, headers))
        theirs.append(wrk(request, nginx, nginx.worker, seconds, headers))
    pairs = list(zip(ours, theirs))
    return {
        "hosts": request.hosts,
        "ours": medians(ours),
        "nginx": medians(theirs),
        "ratios": sorted(a["requests_a_second"] / b["requests_a_second"] for a, b in pairs),
        "cpu_ratios": sorted(b["cpu_us"] / a["cpu_us"] for a, b in pairs),
    }


def medians(results):
    return {key: statistics.median(each[key] for each in results) for key in results[0]}


def _register(server, requests) -> int:
    """The address, for all hosts. Returns their number."""
    first = next(each for each in requests if each.hosts)
    body, _ = first.ask(server)
    assert body == first.body.replace("nochg", "good"), body
    return first.hosts


def _check_answers(request, server, nginx):
    """Both must send as much. wrk looks at the status alone, and that of a
    `911` is 200."""
    ours, theirs = request.ask(server), request.ask(nginx)
    assert ours[0] == request.body, ours
    assert len(ours[0]) == len(theirs[0]) and ours[1] == theirs[1], (ours, theirs)


def _measure(table: bytes, requests: list[Request], rounds, seconds, say) -> dict:
    results = {}
    with scratch_folder() as folder, Aws() as aws:
        database = folder / "hosts.csv"
        database.write_bytes(table)
        settings = {
            "DYNDNS_DATABASE": database,
            "DYNDNS_THREADS": 1,
            "DYNDNS_NOCHG_SECONDS": DAY_SECONDS,
        }
        with (
            Server(aws, core=SERVER_CORE, **settings) as server,
            Nginx(folder, requests, SERVER_CORE) as nginx,
        ):
            registered = _register(server, requests)
            for each in requests:
                _check_answers(each, server, nginx)
                results[each.path] = compare(each, server, nginx, rounds, seconds)
                _check_answers(each, server, nginx)
                ratio = statistics.median(results[each.path]["ratios"])
                say(f"{each.path}: {ratio:.2f} of nginx's requests a second")
            assert aws.tell("calls")["batches"] == [registered]  # all else was nochg
    return results


def run(quick: bool, say) -> dict:
    rounds, seconds = (3, 1) if quick else (9, 3)
    return {
        **_measure(csv_of(HOSTS), OF_ONE_HOST, rounds, seconds, say),
        **_measure(csv_of_user(HOSTS_A_CALL, HOSTS), OF_A_USER, rounds, seconds, say),
        "rounds": rounds,
        "seconds": seconds,
    }
