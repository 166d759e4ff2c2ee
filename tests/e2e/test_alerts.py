"""Who runs the server is told of trouble, once when it begins and once when it is
over: by SNS, by a webhook, by a program of his own.

What is told again and again would be told by the next message at the latest, so a
test that nothing is told twice ends with trouble of another host."""

import hashlib
import hmac
import json

import pytest

from sandbox.patience import until

from .conftest import BUCKET
from .hosts import token_of
from .proxy import forwarded
from .test_tls_reload import Files
from .tls_proxies import Certificate
from .tls_service import LISTEN
from .webhook import Webhook
from .wire import basic

A, B, C = "a.example.org", "b.example.org", "c.example.org"
TOO_MANY = 3  # refusals in a row
SECRET = "shared-with-the-room"
ADMIN_TOKEN = "the-operator-s-own-token"


@pytest.fixture
def webhook():
    webhook = Webhook()
    yield webhook
    webhook.close()


@pytest.fixture
def topic(sandbox):
    return sandbox.sns.create_topic("alerts")


@pytest.fixture(params=["a bucket", "a directory"])
def state(request, tmp_path):
    return f"s3://{BUCKET}/state" if request.param == "a bucket" else tmp_path / "state"


@pytest.fixture
def launch(start, topic, tmp_path):
    """Starts a server that tells by SNS, and looks every second."""

    def launch(*hosts, **environment):
        settings = {
            "DYNDNS_STATE": tmp_path / "state",
            "DYNDNS_STATE_SECONDS": 1,
            "DYNDNS_ALERT_TOPIC": topic,
            "DYNDNS_ALERT_REFUSALS": TOO_MANY,
            "DYNDNS_ALERT_AFTER_SECONDS": 1,
        }
        return start(*hosts, **(settings | environment))

    return launch


class Mail:
    """What the subscribers of the topic have got."""

    def __init__(self, sandbox):
        self._sns = sandbox.sns

    @property
    def subjects(self):
        return [message.subject for message in self._sns.messages]

    def wait_for(self, *subjects):
        """These have come, in this order, and no others."""
        until(lambda: len(self.subjects) >= len(subjects), lambda: f"mail: {self.subjects}")
        assert self.subjects == list(subjects)


@pytest.fixture
def mail(sandbox):
    return Mail(sandbox)


def refuse(service, host):
    for _ in range(TOO_MANY):
        assert service.update(host, "192.0.2.1", token="wrong").status == 401


def refused(host):
    return f"{host} is refused again and again"


def no_longer_refused(host):
    return f"{host} is no longer refused"


# --- each kind


def database(*rows):
    """With a column of how long each may be silent."""
    lines = [f"{host},{token_of(host)},{within}\n" for host, within in rows]
    return ("hostname,token,expect_within\n" + "".join(lines)).encode()


def test_a_silent_host(launch, store, mail, state):
    store(database((A, "2s"), (B, "")))
    service = launch(DYNDNS_STATE=state)
    mail.wait_for(f"{A} is silent")
    store(database((A, ""), (B, "")))
    service.reload()
    mail.wait_for(f"{A} is silent", f"{A} is no longer silent")


def test_a_host_that_falls_silent_again(launch, store, mail):
    """As often as it does, and no more often. It calls while it has a day for that, so
    that the test may take its time."""
    store(database((A, "2s")))
    service = launch()
    mail.wait_for(f"{A} is silent")
    store(database((A, "1d")))
    with service.expecting("table_loaded"):
        service.reload()
    service.update(A, "192.0.2.1")
    mail.wait_for(f"{A} is silent", f"{A} is no longer silent")
    store(database((A, "2s")))
    service.reload()
    mail.wait_for(f"{A} is silent", f"{A} is no longer silent", f"{A} is silent")


def test_hosts_that_fall_silent_together_are_told_together(launch, store, sandbox, mail):
    store(database((A, "2s"), (B, "2s"), (C, "2s")))
    launch()
    mail.wait_for(f"3 hosts are silent: {A}, {B}, {C}")
    text = sandbox.sns.messages[0].message
    for words in (f"  {A}: ", f"  {C}: ", "expected within 2 s", "What to do: ", "OPERATING.md"):
        assert words in text


@pytest.mark.threads
def test_a_host_that_is_refused(launch, mail, state):
    service = launch(A, B, DYNDNS_STATE=state)
    refuse(service, A)
    mail.wait_for(refused(A))
    service.update(A, "192.0.2.1")
    mail.wait_for(refused(A), no_longer_refused(A))


def test_a_table_that_cannot_be_loaded(launch, store, mail):
    service = launch(A)
    store(b"\xff\xfe no table")
    service.reload()
    mail.wait_for("the table of hosts cannot be loaded")
    store(A)
    service.reload()
    mail.wait_for("the table of hosts cannot be loaded", "the table of hosts is loaded again")


def test_a_table_that_cannot_be_loaded_at_the_start(launch, store, mail):
    store(b"\xff\xfe no table")
    launch(ready=False)
    mail.wait_for("the table of hosts cannot be loaded")
    store(A)
    mail.wait_for("the table of hosts cannot be loaded", "the table of hosts is loaded again")


def test_rows_that_are_left_out(launch, store, mail):
    service = launch(A)
    store((A, token_of(A)), ("no host!", "x"))
    service.reload()
    mail.wait_for("rows of the table of hosts are left out")
    store(A)
    service.reload()
    mail.wait_for(
        "rows of the table of hosts are left out",
        "no row of the table of hosts is left out any more",
    )


@pytest.mark.parametrize("fault", ["access-denied", "500"])
def test_route53_that_cannot_be_used(launch, route53, mail, fault):
    service = launch(A, DYNDNS_DEADLINE_SECONDS=1)
    route53.fail_always(fault)
    service.update(A, "192.0.2.1")
    mail.wait_for("Route 53 cannot be used")
    route53.heal()
    service.register(A, "192.0.2.2")
    mail.wait_for("Route 53 cannot be used", "Route 53 can be used again")


def test_route53_that_throttles(launch, route53, mail):
    service = launch(A, DYNDNS_DEADLINE_SECONDS=1)
    route53.fail_always("throttling")
    service.update(A, "192.0.2.1")
    mail.wait_for("Route 53 throttles this service")
    route53.heal()
    service.register(A, "192.0.2.2")
    mail.wait_for("Route 53 throttles this service", "Route 53 no longer throttles this service")


def test_a_certificate_that_expires(launch, mail, tmp_path, tmp_path_factory):
    files = Files(tmp_path)
    files.put(Certificate(tmp_path_factory.mktemp("old"), days=3))
    service = launch(A, DYNDNS_LISTEN=LISTEN, **files.settings())
    until(lambda: mail.subjects, "mail")
    assert mail.subjects[0].startswith("the certificate expires on 20")
    day = mail.subjects[0].rsplit(" ", 1)[1]
    files.put(Certificate(tmp_path_factory.mktemp("new"), days=90))
    service.reload()
    mail.wait_for(
        f"the certificate expires on {day}",
        f"the certificate that expires on {day} is no longer in use",
    )


def test_somebody_who_guesses(launch, mail):
    """From one address at many hosts, and from many at one."""
    service = launch(A, B, DYNDNS_MAX_FAILURES=5, DYNDNS_ALERT_REFUSALS=0)
    for number in range(6):
        caller = forwarded(f"198.51.100.{number}")
        service.update(A, "192.0.2.1", token=f"guess-{number}", **caller)
    until(lambda: mail.subjects, "mail")  # which may be followed by that of its end
    assert mail.subjects[0] == f"somebody guesses at the token of {A}"
    for number in range(6):
        host = A if number < 3 else B
        service.update(host, "192.0.2.1", token=f"x-{number}", **forwarded("198.51.100.77"))
    until(lambda: "somebody guesses at tokens" in mail.subjects, "mail")
    until(lambda: len(mail.subjects) >= 4, lambda: f"mail: {mail.subjects}")
    assert sorted(mail.subjects) == [
        f"nobody guesses at the token of {A} any more",
        "nobody guesses at tokens any more",
        f"somebody guesses at the token of {A}",
        "somebody guesses at tokens",
    ]


def test_somebody_who_guesses_at_the_operators_page(launch, mail):
    service = launch(A, DYNDNS_MAX_FAILURES=5, DYNDNS_ADMIN_TOKEN="0123456789abcdef")
    for number in range(6):
        guess = forwarded(f"198.51.100.{number}", headers=[basic("admin", f"guess-{number}")])
        assert service.get("/status", **guess).status == 401
    mail.wait_for(
        "somebody guesses at the token of /status",
        "nobody guesses at the token of /status any more",
    )


# --- by what it is told


@pytest.fixture
def command(tmp_path):
    """Writes each message into a file of its own."""
    path = tmp_path / "tell"
    path.write_text(
        '#!/bin/sh\ncd "${0%/*}"\n{ cat; echo; } > got.$$\n'
        'echo "$DYNDNS_ALERT_EVENT $DYNDNS_ALERT_TITLE" >> got.$$\nmv got.$$ message.$$\n'
    )
    path.chmod(0o700)
    return path


def test_all_senders_that_are_set(launch, mail, webhook, command, tmp_path):
    service = launch(
        A,
        DYNDNS_ALERT_WEBHOOK=webhook.url,
        DYNDNS_ALERT_WEBHOOK_SECRET=SECRET,
        DYNDNS_ALERT_COMMAND=command,
    )
    refuse(service, A)
    mail.wait_for(refused(A))
    (posted,) = webhook.wait_for(1)
    assert (posted["event"], posted["kind"], posted["count"]) == ("begun", "host_refused", 1)
    assert posted["title"] == refused(A) and posted["alerts"][0]["subject"] == A
    assert "What to do" in posted["text"]
    digest = hmac.new(SECRET.encode(), webhook.bodies[0], hashlib.sha256).hexdigest()
    assert webhook.headers[0]["X-Dyndns53-Signature"] == f"sha256={digest}"
    (written,) = until(lambda: list(tmp_path.glob("message.*")), "the command")
    document, line = written.read_text().splitlines()
    assert json.loads(document)["title"] == refused(A) and line == f"begun {refused(A)}"
    log = service.log.text()
    assert SECRET not in log and "/services/key" not in log and token_of(A) not in log


def test_a_topic_that_is_away(launch, sandbox, mail, webhook):
    """It is told when it is back, once; and the others do not wait for it."""
    sandbox.sns.fail_always("access-denied")
    service = launch(A, B, DYNDNS_ALERT_WEBHOOK=webhook.url)
    refuse(service, A)
    webhook.wait_for(1)
    event = service.wait_for_event("alert_not_sent", sender="sns")
    assert "AuthorizationError" in event["reason"]
    sandbox.sns.wait_for_calls(3)
    sandbox.sns.heal()
    mail.wait_for(refused(A))
    refuse(service, B)
    mail.wait_for(refused(A), refused(B))
    assert [post["title"] for post in webhook.wait_for(2)] == [refused(A), refused(B)]


def test_a_webhook_that_refuses(launch, mail, webhook):
    webhook.status = 404
    service = launch(A, C, DYNDNS_ALERT_WEBHOOK=webhook.url)
    refuse(service, A)
    mail.wait_for(refused(A))
    event = service.wait_for_event("alert_not_sent", sender="webhook")
    assert event["reason"] == "it answered HTTP 404"
    webhook.status = 200
    webhook.wait_for(1)
    refuse(service, C)
    mail.wait_for(refused(A), refused(C))
    assert [post["title"] for post in webhook.wait_for(2)] == [refused(A), refused(C)]


# --- several copies, and those that end


@pytest.mark.threads
def test_copies_tell_once_between_them(launch, mail, state):
    one = launch(A, B, DYNDNS_STATE=state)
    two = launch(DYNDNS_STATE=state)
    refuse(one, A)
    mail.wait_for(refused(A))
    refuse(two, B)
    mail.wait_for(refused(A), refused(B))
    one.update(B, "192.0.2.1")
    mail.wait_for(refused(A), refused(B), no_longer_refused(B))
    two.update(A, "192.0.2.1")
    mail.wait_for(refused(A), refused(B), no_longer_refused(B), no_longer_refused(A))


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_start_does_not_tell_again(launch, s3, mail, state, end):
    service = launch(A, B, DYNDNS_STATE=state)
    refuse(service, A)
    mail.wait_for(refused(A))
    # Or it might be killed between the telling and the writing.
    until(lambda: '"told_begun":["sns"]' in ledger(s3, state), "the ledger")
    getattr(service, end)()
    service = launch(DYNDNS_STATE=state)
    refuse(service, B)
    mail.wait_for(refused(A), refused(B))
    service.update(A, "192.0.2.1")
    mail.wait_for(refused(A), refused(B), no_longer_refused(A))


def ledger(s3, state):
    if str(state).startswith("s3:"):
        return s3.get(BUCKET, "state/alerts.json").decode()
    return (state / "alerts.json").read_text()


def test_a_store_that_is_away(launch, s3, mail):
    """Nothing is told meanwhile; afterwards what still goes on is."""
    service = launch(A, B, C, DYNDNS_STATE=f"s3://{BUCKET}/state")
    s3.fail_always("500")
    service.wait_for_event("alert_ledger_lost")
    refuse(service, A)
    refuse(service, B)
    service.update(B, "192.0.2.1")
    assert mail.subjects == []
    s3.heal()
    service.wait_for_event("alert_ledger_found")
    mail.wait_for(refused(A))
    refuse(service, C)
    mail.wait_for(refused(A), refused(C))


def test_what_is_told_is_in_the_log(launch, mail):
    service = launch(A)
    refuse(service, A)
    mail.wait_for(refused(A))
    event = service.wait_for_event("alert_begun", kind="host_refused", subject=A)
    assert event.level == "warn" and "badauth" in event["detail"]
    service.update(A, "192.0.2.1")
    mail.wait_for(refused(A), no_longer_refused(A))
    service.wait_for_event("alert_ended", kind="host_refused", subject=A)


# --- on the operator's page


def wait_for_alerts(service, text):
    """Until the page says so where alerts stand; the rest of the page."""

    def is_there():
        page = service.get("/status", [basic("admin", ADMIN_TOKEN)]).body
        _, _, behind = page.partition('<h2 id="alerts-title">')
        alerts, _, rest = behind.partition("</section>")
        return text in alerts and rest

    return until(is_there, f"{text} among the alerts of the page")


def test_what_goes_on_stands_on_the_page(launch, store, state):
    """Also after a start, when by what it hears itself the server would call nobody
    silent for a day."""
    settings = {"DYNDNS_STATE": state, "DYNDNS_ADMIN_TOKEN": ADMIN_TOKEN}
    silent = f'<a href="/status?host={A}"><bdi>{A} is silent</bdi></a>'
    store(database((A, "1d"), (B, "")))
    service = launch(**settings)
    wait_for_alerts(service, "None goes on.")
    store(database((A, "2s"), (B, "")))
    service.reload()
    wait_for_alerts(service, silent)
    store(database((A, "1d"), (B, "")))
    service.kill()
    service = launch(**settings)
    page = wait_for_alerts(service, silent)
    assert "1 silent for too long" in page
    assert page.count("silent for longer than it may be") == 1
    page = service.get(f"/status?host={A}", [basic("admin", ADMIN_TOKEN)]).body
    assert "silent for longer than it may be" in page
    service.update(A, "192.0.2.1")
    page = wait_for_alerts(service, "None goes on.")
    assert "0 silent for too long" in page and "silent for longer" not in page


@pytest.mark.parametrize("page", ["/status", f"/status?host={A}"])
def test_nobody_else_sees_them(launch, page):
    service = launch(A, DYNDNS_ADMIN_TOKEN=ADMIN_TOKEN)
    refuse(service, A)
    wait_for_alerts(service, refused(A))
    reply = service.get(page, [basic(A, token_of(A))])
    assert reply.status == 401 and "refused" not in reply.body
    assert "again and again" not in service.get("/", [basic(A, token_of(A))]).body


def test_a_ledger_that_cannot_be_read_is_told_on_the_page(launch, s3):
    s3.fail_always("500")
    service = launch(
        A,
        ready=False,
        DYNDNS_STATE=f"s3://{BUCKET}/state",
        DYNDNS_ADMIN_TOKEN=ADMIN_TOKEN,
    )
    service.wait_for_event("alert_ledger_lost")
    wait_for_alerts(service, "Not known: ")
    s3.heal()
    wait_for_alerts(service, "None goes on.")


# --- what is set


def test_nobody_is_told_where_nothing_is_kept(dyndns53, sandbox, topic):
    settings = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": "hosts.csv"}
    outcome = dyndns53("--check-config", environment=settings | {"DYNDNS_ALERT_TOPIC": topic})
    assert outcome.returncode == 2
    assert "DYNDNS_ALERT_TOPIC" in str(outcome.stderr) and "DYNDNS_STATE" in str(outcome.stderr)
