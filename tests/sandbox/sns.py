"""SNS: publishing to topics, and what has been published.

Only Publish, in the query protocol.
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import time
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from .account import Account
from .errors import AwsError
from .http_server import Reply, Request
from .patience import PATIENCE_SECONDS
from .service import Service, new_request_id
from .signature import Reason, SignatureRefused, verify

NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
VERSION = "2010-03-31"
MAX_SKEW_SECONDS = 15 * 60
SUBJECT_MAX, MESSAGE_MAX_BYTES = 99, 256 * 1024
PUBLISH = "Publish"

REFUSALS = {
    "throttling": (400, "Throttling", "Rate exceeded"),
    "500": (500, "InternalFailure", "An internal error occurred."),
    "expired-token": (403, "ExpiredToken", "The security token included in the request is expired"),
    "access-denied": (
        403,
        "AuthorizationError",
        "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: SNS:Publish",
    ),
}


@dataclass
class Call:
    """A call that arrived; see route53.Call."""

    time: float
    action: str
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class Message:
    """What a topic's subscribers are sent."""

    topic: str
    subject: str | None
    message: str


class Sns(Service):
    """Topics exist once create_topic() has made them."""

    def __init__(self, account: Account):
        super().__init__(REFUSALS, further_faults=set())
        self._account = account
        self._topics: set[str] = set()
        self._calls: list[Call] = []
        self._messages: list[Message] = []

    def create_topic(self, name: str, region: str = "us-east-1") -> str:
        """Returns its ARN."""
        arn = f"arn:aws:sns:{region}:123456789012:{name}"
        with self._changed:
            self._topics.add(arn)
        return arn

    @property
    def calls(self) -> list[Call]:
        with self._changed:
            return list(self._calls)

    @property
    def messages(self) -> list[Message]:
        """What was published, whether or not the client was told."""
        with self._changed:
            return list(self._messages)

    def wait_for_messages(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Message]:
        return self._wait_for_length(self._messages, n, timeout, "messages")

    def wait_for_calls(self, n: int, timeout: float = PATIENCE_SECONDS) -> list[Call]:
        """Waits until n calls have arrived, answered or not."""
        return self._wait_for_length(self._calls, n, timeout, "calls")

    @staticmethod
    def is_meant(request: Request) -> bool:
        """SNS has no path of its own: whom a client calls, its signature says."""
        return "/sns/aws4_request" in (request.header("authorization") or "")

    def answer(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        call = Call(time.monotonic(), form.get("Action", ""))
        self._record(self._calls, call)
        try:
            self._authenticate(request, form)
            reply = self._perform(call, call.action, lambda: self._publish(call, request, form))
        except AwsError as error:
            reply = _refuse(call, error)
        return self._finish(call, reply)

    def _authenticate(self, request, form):
        """Signed for the topic's region."""
        region = (form.get("TopicArn", "").split(":") + [""] * 4)[3] or "us-east-1"
        try:
            verify(request, self._account, "sns", region, MAX_SKEW_SECONDS)
        except SignatureRefused as refused:
            raise _for_signature(refused) from None

    def _publish(self, call, request, form):
        try:
            message = self._check(request, form)
        except AwsError as error:
            return _refuse(call, error)
        self._record(self._messages, message)
        result = f"<PublishResult><MessageId>{uuid.uuid4()}</MessageId></PublishResult>"
        request_id = new_request_id()
        metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        return _reply(HTTPStatus.OK, "PublishResponse", result + metadata, request_id)

    def _check(self, request, form):
        form_type = "application/x-www-form-urlencoded"
        is_form = (request.header("content-type") or "").split(";")[0] == form_type
        if request.method != "POST" or request.path != "/" or not is_form:
            raise AwsError(400, "MalformedInput", "The sandbox takes forms, posted to /")
        if (form.get("Action"), form.get("Version")) != (PUBLISH, VERSION):
            raise AwsError(400, "InvalidAction", "The sandbox does not know this call")
        if form.get("TopicArn") not in self._topics:
            raise AwsError(404, "NotFound", "Topic does not exist")
        text, subject = form.get("Message", ""), form.get("Subject")
        if not text:
            raise AwsError(400, "InvalidParameter", "Invalid parameter: Empty message")
        if len(text.encode()) > MESSAGE_MAX_BYTES:
            raise AwsError(400, "InvalidParameter", "Invalid parameter: Message too long")
        if subject is not None and not _is_subject(subject):
            raise AwsError(400, "InvalidParameter", "Invalid parameter: Subject")
        return Message(form["TopicArn"], subject, text)


def _is_subject(text):
    return text.isascii() and text.isprintable() and 0 < len(text) <= SUBJECT_MAX


def _for_signature(refused: SignatureRefused) -> AwsError:
    match refused.reason:
        case Reason.MISSING:
            return AwsError(403, "MissingAuthenticationToken", "Missing Authentication Token")
        case Reason.UNKNOWN_KEY | Reason.BAD_TOKEN:
            return AwsError(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            )
        case Reason.EXPIRED_TOKEN:
            return AwsError(*REFUSALS["expired-token"])
        case Reason.MALFORMED:
            return AwsError(400, "IncompleteSignature", refused.message)
        case _:
            return AwsError(403, "SignatureDoesNotMatch", refused.message)


def _refuse(call, error):
    call.error = error.code
    request_id = new_request_id()
    detail = f"<Type>Sender</Type><Code>{error.code}</Code>"
    message = f"<Message>{escape(error.message)}</Message>"
    content = f"<Error>{detail}{message}</Error><RequestId>{request_id}</RequestId>"
    return _reply(error.status, "ErrorResponse", content, request_id)


def _reply(status, root, content, request_id):
    body = f'<{root} xmlns="{NAMESPACE}">{content}</{root}>'.encode()
    return Reply(status, body, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})
