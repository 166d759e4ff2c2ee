"""What is soaked: two servers side by side, and the account that they share.

`steady` lives as long as the soak does, so that what it takes of the machine can
be watched; `restarted` is ended and killed again and again. Each has hosts of its
own, because what a host may rely on that changes from one server to another is
told elsewhere (dyndns53(8), "Several copies")."""

import tempfile
from pathlib import Path

from e2e import proxy
from e2e.hosts import token_of
from e2e.tls_proxies import Certificate
from sandbox import Sandbox

from bad_clients import VICTIM
from callers import Host
from patience import until
from server import Server
from told import Told
from watchers import ADMIN_TOKEN

BUCKET, KEY, STATE = "hosts", "hosts.csv", "state"
CERTIFICATE_DAYS = 30  # so that nobody is told of its end
NEVER = "30d"  # how long hosts may be silent, and then lose their records
TLS_EVERY = 8  # so many-eth host asks by TLS
ZONES = ["example.org", "dyn.example.org", "example.net"]
LATENCY_SECONDS, SLOW_SECONDS = 0.05, 0.5
PLENTY_A_SECOND = 50  # what Route 53 admits, while it is not to throttle
UNKNOWN_TOKEN = "nobody-knows-it"


class World:
    def __init__(self, binary: str, hosts: int, deadline_seconds: int, state_seconds: int):
        self.sandbox = Sandbox(rate=PLENTY_A_SECOND)
        self.route53, self.s3 = self.sandbox.route53, self.sandbox.s3
        self.sns = self.sandbox.sns
        self._folder = tempfile.TemporaryDirectory(prefix="soak-")
        certificate = Certificate(Path(self._folder.name), CERTIFICATE_DAYS)
        self.tls = certificate.context()
        for zone in ZONES:
            self.route53.add_zone(zone)
        self.s3.create_bucket(BUCKET)
        self.route53.latency_seconds = LATENCY_SECONDS
        self.route53.slow_seconds = SLOW_SECONDS
        settings = self.sandbox.environment() | {
            "DYNDNS_LISTEN": "127.0.0.1:0,tls:127.0.0.1:0",
            "DYNDNS_TLS_CERTIFICATE": str(certificate.path),
            "DYNDNS_TLS_KEY": str(certificate.key),
            "DYNDNS_METRICS_LISTEN": "127.0.0.1:0",
            "DYNDNS_ADMIN_TOKEN": ADMIN_TOKEN,
            "DYNDNS_RESOLVER": f"127.0.0.1:{self.sandbox.dns_port}",
            "DYNDNS_STATE": f"s3://{BUCKET}/{STATE}",
            "DYNDNS_STATE_SECONDS": str(state_seconds),
            "DYNDNS_ALERT_TOPIC": self.sns.create_topic("alerts"),
            "DYNDNS_ALERT_AFTER_SECONDS": "2",
            "DYNDNS_EXPIRE_AFTER": NEVER,
            "DYNDNS_BUCKET": BUCKET,
            "DYNDNS_DATABASE": KEY,
            "DYNDNS_REFRESH_SECONDS": "0",
            "DYNDNS_TRUSTED_PROXIES": proxy.ADDRESS,
            "DYNDNS_ALLOW_INTERNAL": "true",
            "DYNDNS_DEADLINE_SECONDS": str(deadline_seconds),
            "DYNDNS_ROUTE53_RATE": "5",
            "DYNDNS_MAX_CHANGES": "0",
            "DYNDNS_MAX_CONNECTIONS_PER_ADDRESS": "0",
        }
        self.steady = Server("steady", binary, settings)
        self.restarted = Server("restarted", binary, settings)
        self.servers = [self.steady, self.restarted]
        self.hosts = [
            Host(
                number,
                f"h{number}.{ZONES[number % len(ZONES)]}",
                self.servers[number % 2],
                self.tls if number // 2 % TLS_EVERY == 0 else None,
            )
            for number in range(hosts)
        ]
        self.reloads = 0
        self.bad_replies: list = []  # to bad clients, that they must not get

    async def start(self):
        self.sandbox.start()
        self.put_table()
        for server in self.servers:
            await server.start()

    async def stop(self):
        for server in self.servers:
            await server.stop()

    def abandon(self):
        for server in self.servers:
            server.abandon()
        self.sandbox.stop()
        self._folder.cleanup()

    def told(self) -> Told:
        """The journal, nothing of which is read yet."""
        return Told(self.s3, BUCKET, STATE)

    def put_table(self, more: int = 0):
        """All hosts, and so many that nobody asks for."""
        names = [host.name for host in self.hosts]
        names += [f"more{number}.example.org" for number in range(more)]
        rows = [f"{VICTIM},{UNKNOWN_TOKEN},", *(f"{name},{token_of(name)},{NEVER}" for name in names)]
        text = "".join(f"{row}\n" for row in ["hostname,token,expect_within", *rows])
        self.s3.put(BUCKET, KEY, text.encode())

    def put_rubbish(self):
        self.s3.put(BUCKET, KEY, b"this is, no, table\n\0\xff\n" * 100)

    def reload(self):
        """Tells all who run to, and does not wait."""
        self.reloads += 1
        for server in self.servers:
            if server.is_running:
                server.reload()

    async def restart(self, end):
        """`end` is Server.stop or Server.kill. What was under way at Route 53
        when it ended is over before the server starts again."""
        await end(self.restarted)
        self.route53.release()
        await until(self.route53.is_idle, "the end of what was asked of Route 53")
        await self.restarted.start()

    def heal(self):
        """All is as it was in the beginning."""
        for service in (self.route53, self.s3, self.sns):
            service.heal()
            service.release()
        self.route53.set_rate(PLENTY_A_SECOND)
