"""Who gives out temporary credentials: the metadata of an EC2 instance (version
2 alone), the endpoint of a container, and the Security Token Service.

They answer on the sandbox's one port: /latest/... is the instance's metadata,
/container/... a container's endpoint, and a POST to / is for STS.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
"""

import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .account import Account
from .errors import AwsError
from .http_server import Reply, Request
from .patience import PATIENCE_SECONDS
from .service import Service, new_request_id
from .signature import SignatureRefused, verify

TOKEN_PATH = "/latest/api/token"
ROLES_PATH = "/latest/meta-data/iam/security-credentials/"
CONTAINER_PATH = "/container/credentials"
MAX_SKEW_SECONDS = 300
STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"

REFUSALS = {
    "throttling": (400, "Throttling", "Rate exceeded"),
    "500": (500, "InternalFailure", "An internal error occurred."),
    "expired-token": (400, "ExpiredTokenException", "Token must be redeemed within 1 hour"),
    "access-denied": (403, "AccessDenied", "Not authorized to perform sts:AssumeRole"),
}


@dataclass
class Call:
    """A request that arrived: "token", "role", "instance", "container", or an
    action of STS."""

    time: float  # time.monotonic()
    action: str
    status: int | None = None
    error: str | None = None


class CredentialSources(Service):
    """Settings that tests may change at any time, besides those of Service:

    lifetime_seconds    how long what is given out serves, and says that it does
    says_ended          True: what is given out serves, but is said to have ended
    role                the name of the instance's role; None: it has none
    container_token     what the Authorization header must say; None: nothing
    web_identity_token  what AssumeRoleWithWebIdentity must be shown
    external_id         what AssumeRole must be told; None: nothing
    """

    def __init__(self, account: Account, region: str):
        super().__init__(REFUSALS, further_faults=set())
        self.lifetime_seconds = 6 * 3600.0
        self.says_ended = False
        self.role: str | None = "sandbox"
        self.container_token: str | None = None
        self.web_identity_token = "the-web-identity"
        self.external_id: str | None = None
        self._account = account
        self._region = region
        self._sessions: set[str] = set()
        self._calls: list[Call] = []

    @property
    def calls(self) -> list[Call]:
        with self._changed:
            return list(self._calls)

    def wait_for_calls(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Call]:
        """Waits until n calls have arrived, answered or not."""
        return self._wait_for_length(self._calls, n, timeout, "calls for credentials")

    @staticmethod
    def is_for(request: Request) -> bool:
        return request.path.startswith(("/latest/", "/container/")) or (
            request.method == "POST" and request.path == "/"
        )

    def answer(self, request: Request) -> Reply:
        action, work = self._route(request)
        call = Call(time.monotonic(), action)
        self._record(self._calls, call)
        try:
            reply = self._perform(call, action, lambda: work(request))
        except AwsError as error:
            call.error = error.code
            reply = _refuse_sts(error) if action.startswith("Assume") else _refuse_json(error)
        return self._finish(call, reply)

    def _route(self, request):
        if request.path == TOKEN_PATH:
            return "token", self._open_session
        if request.path == ROLES_PATH:
            return "role", self._name_role
        if request.path.startswith(ROLES_PATH):
            return "instance", self._give_to_instance
        if request.path == CONTAINER_PATH:
            return "container", self._give_to_container
        if request.method == "POST":
            action = _form(request).get("Action", "")
            if action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
                return action, self._assume_role
        return "unknown", _not_found

    # --- the instance's metadata

    def _open_session(self, request):
        lifetime = request.header("x-aws-ec2-metadata-token-ttl-seconds") or ""
        if request.method != "PUT" or not lifetime.isdecimal() or not 0 < int(lifetime) <= 21600:
            return Reply(400)
        token = secrets.token_urlsafe(40)
        with self._changed:
            self._sessions.add(token)
        return Reply(200, token.encode())

    def _has_session(self, request):
        with self._changed:
            return request.header("x-aws-ec2-metadata-token") in self._sessions

    def _name_role(self, request):
        if not self._has_session(request):
            return Reply(401)
        return Reply(404) if self.role is None else Reply(200, self.role.encode())

    def _give_to_instance(self, request):
        if not self._has_session(request):
            return Reply(401)
        if request.path != ROLES_PATH + str(self.role):
            return Reply(404)
        return self._give({"Code": "Success", "Type": "AWS-HMAC"})

    # --- a container's endpoint

    def _give_to_container(self, request):
        if request.header("authorization") != self.container_token:
            raise AwsError(401, "AccessDenied", "the Authorization header is not the one expected")
        return self._give({"RoleArn": "arn:aws:iam::123456789012:role/task"})

    def _give(self, further):
        keys = self._account.issue(self.lifetime_seconds)
        expiration = self._account.now() if self.says_ended else keys.expires_at
        document = further | {
            "AccessKeyId": keys.access_key,
            "SecretAccessKey": keys.secret_key,
            "Token": keys.token,
            "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return Reply(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    # --- STS

    def _assume_role(self, request):
        form = _form(request)
        if form.get("Version") != "2011-06-15":
            raise AwsError(400, "MissingParameter", "The request must contain the Version")
        for name in ("RoleArn", "RoleSessionName"):
            if not form.get(name):
                raise AwsError(400, "ValidationError", f"{name} is missing")
        if not form["RoleArn"].startswith("arn:aws:iam::"):
            raise AwsError(400, "ValidationError", f"{form['RoleArn']} is invalid")
        if form["Action"] == "AssumeRoleWithWebIdentity":
            self._check_identity(request, form)
        else:
            self._check_caller(request, form)
        return self._give_role(form)

    def _check_identity(self, request, form):
        if request.header("authorization") is not None:
            raise AwsError(400, "ValidationError", "this action is not signed")
        if form.get("WebIdentityToken") != self.web_identity_token:
            raise AwsError(400, "InvalidIdentityToken", "The token is not accepted")

    def _check_caller(self, request, form):
        try:
            verify(request, self._account, "sts", self._region, MAX_SKEW_SECONDS)
        except SignatureRefused as refused:
            raise AwsError(403, refused.reason.name, refused.message) from None
        if form.get("ExternalId") != self.external_id:
            raise AwsError(*REFUSALS["access-denied"])

    def _give_role(self, form):
        keys = self._account.issue(self.lifetime_seconds)
        action = form["Action"]
        expiration = keys.expires_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        document = (
            f'<{action}Response xmlns="{STS_NAMESPACE}"><{action}Result>'
            f"<AssumedRoleUser><Arn>{escape(form['RoleArn'])}</Arn></AssumedRoleUser>"
            f"<Credentials><AccessKeyId>{keys.access_key}</AccessKeyId>"
            f"<SecretAccessKey>{keys.secret_key}</SecretAccessKey>"
            f"<SessionToken>{keys.token}</SessionToken>"
            f"<Expiration>{expiration}</Expiration></Credentials></{action}Result>"
            f"<ResponseMetadata><RequestId>{new_request_id()}</RequestId></ResponseMetadata>"
            f"</{action}Response>"
        )
        return Reply(200, document.encode(), {"Content-Type": "text/xml"})


def _form(request):
    return {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}


def _not_found(request):
    return Reply(404)


def _refuse_json(error):
    document = {"code": error.code, "message": error.message}
    return Reply(error.status, json.dumps(document).encode(), {"Content-Type": "application/json"})


def _refuse_sts(error):
    document = (
        f'<ErrorResponse xmlns="{STS_NAMESPACE}"><Error><Type>Sender</Type>'
        f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{new_request_id()}</RequestId></ErrorResponse>"
    )
    return Reply(error.status, document.encode(), {"Content-Type": "text/xml"})
