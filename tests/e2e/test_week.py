"""An operator was away, and everything was killed twice meanwhile: what he finds when he
comes back."""

import json

import pytest

from sandbox.patience import until

from .conftest import BUCKET
from .hosts import token_of
from .journal import Journal
from .wire import basic

HOSTS = [f"{name}.example.org" for name in ("changed", "silent", "refused", "steady")]
CHANGED, SILENT, REFUSED, STEADY = HOSTS
ADMIN_TOKEN = "0123456789abcdef"
TOO_MANY = 3


def database(within):
    rows = [(CHANGED, ""), (SILENT, within), (REFUSED, ""), (STEADY, "")]
    lines = "".join(f"{host},{token_of(host)},{each}\n" for host, each in rows)
    return f"hostname,token,expect_within\n{lines}".encode()


@pytest.fixture
def journal(s3):
    return Journal.in_bucket(s3, BUCKET)


@pytest.fixture
def launch(start, sandbox, journal):
    topic = sandbox.sns.create_topic("alerts")

    def launch():
        service = start(
            DYNDNS_STATE=journal.where,
            DYNDNS_STATE_SECONDS=1,
            DYNDNS_ADMIN_TOKEN=ADMIN_TOKEN,
            DYNDNS_ALERT_TOPIC=topic,
            DYNDNS_ALERT_REFUSALS=TOO_MANY,
            DYNDNS_ALERT_AFTER_SECONDS=1,
        )
        service.wait_for_event("state_read")
        return service

    return launch


def wait_until_written(journal, **wanted):
    until(
        lambda: any(wanted.items() <= event.items() for event in journal.events()),
        lambda: f"{wanted} in the journal",
    )


def wait_until_kept(s3, journal):
    """What would be lost by a kill right after the mails: that they have been sent,
    and the refusals that they tell of."""

    def is_kept():
        ledger = s3.get(BUCKET, "state/alerts.json").decode()
        refused = [
            event["refused"] for event in journal.events()
            if event["event"] == "calls" and event["host"] == REFUSED
        ]  # fmt: skip
        return ledger.count('"told_begun":["sns"]') == 2 and sum(refused) >= TOO_MANY

    until(is_kept, lambda: f"{s3.get(BUCKET, 'state/alerts.json')}, {journal.events()}")


def is_told_of_silence(service):
    """The operator's page, if it says so of one host."""
    page = service.get("/status", [basic("admin", ADMIN_TOKEN)])
    assert page.status == 200
    told = "1 silent for too long" in page.body and "silent for longer than it may be" in page.body
    return told and page.body


def kill(copies):
    for service in copies:
        service.kill()


def test_who_was_away_finds_what_happened(launch, store, journal, s3, sandbox, route53, tool):
    def subjects():
        return sorted(message.subject for message in sandbox.sns.messages)

    store(database(""))
    copies = [launch(), launch()]
    for number, host in enumerate(HOSTS, 1):
        reply = copies[number % 2].update(host, f"192.0.2.{number}")
        assert reply.said == f"good 192.0.2.{number}"
        wait_until_written(journal, event="change", host=host)
    kill(copies)

    # From now on one may be silent for no longer than that, and calls no more.
    store(database("2s"))
    copies = [launch(), launch()]
    assert copies[0].update(CHANGED, "192.0.2.99").said == "good 192.0.2.99"
    for number in range(TOO_MANY):
        reply = copies[number % 2].update(REFUSED, "192.0.2.3", token="wrong")
        assert reply.status == 401
    begun = [f"{REFUSED} is refused again and again", f"{SILENT} is silent"]
    until(lambda: subjects() == begun, lambda: f"mail: {subjects()}")
    wait_until_written(journal, event="change", host=CHANGED, after="192.0.2.99")
    wait_until_kept(s3, journal)
    kill(copies)

    # He opens the page, and sees it: once the server has listened for so long that it
    # would have heard who is silent.
    service = launch()
    page = until(lambda: is_told_of_silence(service), "the page to tell of a silent host")
    names = [page.find(host) for host in (SILENT, REFUSED, CHANGED)]
    assert -1 not in names and "192.0.2.99" in page
    assert "wrong login or token" in page

    # What is wrong is set right, and he is told so: of each once.
    store(database(""))
    service.reload()
    assert service.update(REFUSED, "192.0.2.3").said in ("nochg 192.0.2.3", "good 192.0.2.3")
    ended = [f"{REFUSED} is no longer refused", f"{SILENT} is no longer silent"]
    until(lambda: len(subjects()) >= 4, lambda: f"mail: {subjects()}")
    service.stop()
    assert subjects() == sorted(begun + ended)

    # One host is to keep its address.
    edited = tool("lock-host", CHANGED, DYNDNS_STATE=journal.where)
    assert edited.returncode == 0, edited.stderr

    # And the state is what the records and the journal say.
    listed = tool("list-hosts", "--state", "--json", DYNDNS_STATE=journal.where)
    assert listed.returncode == 0, listed.stderr
    states = {each["hostname"]: each for each in json.loads(listed.stdout)}
    last = {}
    for event in journal.events():
        if event["event"] == "change":
            last[event["host"]] = event["after"]
    for host in HOSTS:
        assert route53.record(host, "A") == [last[host]] == [states[host]["ipv4"]]
    assert states[REFUSED]["refusals"] == 0

    # The audit tells of each change that Route 53 has taken, and of what he did.
    told = tool("audit", "--json", DYNDNS_STATE=journal.where)
    assert told.returncode == 0, told.stderr
    events = json.loads(told.stdout)
    changes = [
        (event["host"], event["after"]) for event in events if event["event"] == "change"
    ]
    taken = [
        (change.name.rstrip("."), change.value) for batch in route53.batches if batch.accepted
        for change in batch.changes
    ]  # fmt: skip
    # Who was started anew writes what the records say already: that is no change.
    assert changes == [each for i, each in enumerate(taken) if each not in taken[:i]]
    edits = [
        (event["action"], event["effect"], event["hosts"])
        for event in events if event["event"] == "edit"
    ]  # fmt: skip
    assert edits == [("lock-host", "changed", [CHANGED])]
