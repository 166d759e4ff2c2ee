"""The sandbox: one account, its services on one HTTP port, one DNS port."""

from .account import Account
from .credential_sources import CONTAINER_PATH, CredentialSources
from .dns_server import DnsServer
from .gate import Stopped
from .http_server import LOOPBACK, Delivery, HttpServer, Reply, Request
from .route53 import PATH_PREFIX, Route53
from .s3 import S3
from .sns import Sns

# What AWS grants an account that has asked for nothing more, in every region.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
DEFAULT_RATE_A_SECOND = 5.0


class Sandbox:
    """Listens once started; ports of 0 are chosen by the kernel, and known as
    soon as the sandbox exists. A stopped sandbox does not start again."""

    def __init__(
        self,
        *,
        http_port: int = 0,
        dns_port: int = 0,
        rate: float = DEFAULT_RATE_A_SECOND,
        burst: float | None = None,
        latency_ms: float = 0,
        region: str = "us-east-1",
        **account,
    ):
        """`burst` is the rate if not given; `latency_ms` is Route 53's, a call;
        `region` is S3's; the rest are fields of Account."""
        self.account = Account(**account)
        self.route53 = Route53(self.account, rate, burst)
        self.route53.latency_seconds = latency_ms / 1000
        self.s3 = S3(self.account, region)
        self.sns = Sns(self.account)
        self.sources = CredentialSources(self.account, region)
        self._http = HttpServer(self._answer, self.account.date, http_port)
        self._dns = DnsServer(self.route53, dns_port)
        self.http_port = self._http.port
        self.dns_port = self._dns.port
        self.endpoint_url = f"http://{LOOPBACK}:{self.http_port}"

    def start(self) -> "Sandbox":
        self._http.plug()
        self._dns.start()
        return self

    def stop(self):
        """Ends every wait and connection, and frees the ports."""
        self.route53.close()
        self.s3.close()
        self.sns.close()
        self.sources.close()
        self._http.close()
        self._dns.close()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def unplug(self):
        """Refuses connections and ends those that are open. DNS goes on."""
        self._http.unplug()

    def plug(self):
        """Listens again, on the same port."""
        self._http.plug()

    def environment(self) -> dict[str, str]:
        """The variables by which any AWS client finds the sandbox."""
        environment = {
            "AWS_ACCESS_KEY_ID": self.account.access_key,
            "AWS_SECRET_ACCESS_KEY": self.account.secret_key,
            "AWS_REGION": self.s3.region,
            "AWS_DEFAULT_REGION": self.s3.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.account.session_token is not None:
            environment["AWS_SESSION_TOKEN"] = self.account.session_token
        return environment

    def environment_of_instance(self) -> dict[str, str | None]:
        """For a client on an EC2 instance, in place of keys (None: unset)."""
        return self._without_keys() | {
            "AWS_EC2_METADATA_DISABLED": None,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.endpoint_url,
        }

    def environment_of_container(self) -> dict[str, str | None]:
        """For a client in a task of ECS, in place of keys."""
        return self._without_keys() | {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.endpoint_url + CONTAINER_PATH,
        }

    def environment_of_web_identity(self, token_file) -> dict[str, str | None]:
        """For a client in a pod of EKS, in place of keys; writes the token."""
        token_file.write_text(self.sources.web_identity_token)
        return self._without_keys() | {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token_file),
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/pod",
        }

    @staticmethod
    def _without_keys():
        return dict.fromkeys(
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        )

    def _answer(self, request: Request) -> Reply:
        try:
            return self._service_for(request).answer(request)
        except Stopped:
            return Reply(0, delivery=Delivery.SILENT)

    def _service_for(self, request: Request):
        if request.path.startswith(PATH_PREFIX):
            return self.route53
        if self.sns.is_meant(request):
            return self.sns
        return self.sources if self.sources.is_for(request) else self.s3
