"""Hosts that do not call any more: dyndns53(8), "Expiry". A host with an
expire_after of a second is gone after 6 in these tests: that, and five times
DYNDNS_STATE_SECONDS."""

import time
from datetime import UTC, datetime

import pytest

from sandbox.patience import until

from .conftest import BUCKET, ZONE
from .hosts import token_of
from .journal import Journal
from .metrics import scrape

HOST, OTHER = "a.example.org", "b.example.org"
LIST_RECORDS = "ListResourceRecordSets"
CHANGE = "ChangeResourceRecordSets"
FAST = {"DYNDNS_STATE_SECONDS": 1, "DYNDNS_NOCHG_SECONDS": 1}
SILENCE = 6  # seconds
DAY = {"expire_after": "1d"}


def rows(*hosts, **columns) -> bytes:
    """Of these hosts, the columns being those of the first."""
    names, values = ",".join(columns), ",".join(columns.values())
    first, *rest = hosts
    lines = [f"hostname,token,{names}", f"{first},{token_of(first)},{values}"]
    return "\n".join(lines + [f"{host},{token_of(host)}" for host in rest] + [""]).encode()


@pytest.fixture
def expiring(start, store, tmp_path):
    """Starts a server whose first host expires after a second, unless it says
    something else."""

    def expiring(*hosts, columns=None, **environment):
        store(rows(*(hosts or [HOST]), **(columns or {"expire_after": "1s"})))
        settings = {"DYNDNS_STATE": str(tmp_path / "state")} | FAST | environment
        return start(**settings)

    return expiring


@pytest.fixture
def let_expire(store):
    """For a test whose hosts had a day until its stage was set, so that this may take
    its time: from now on a second is enough."""

    def let_expire(service):
        store(rows(HOST, expire_after="1s"))
        with service.expecting("table_loaded"):
            service.reload()

    return let_expire


def seconds_between(begun, event) -> float:
    """An event's time has no more than milliseconds."""
    return (event.time - begun).total_seconds() + 0.001


def deletions(route53):
    return [batch for batch in route53.batches for change in batch.changes
            if change.action == "DELETE"]


def looks(route53):
    return sum(call.action == LIST_RECORDS for call in route53.calls)


def accepted(route53, host=HOST):
    """What was done to a host's record, in its order."""
    return [f"{change.action} {change.value}" for batch in route53.batches if batch.accepted
            for change in batch.changes if change.name.rstrip(".") == host]


def seconds(text):
    """Since 1970, of a time in the journal."""
    return datetime.fromisoformat(text).timestamp()


def kept(service, host=HOST):
    return service.wait_for_event("record_kept", host=host)


def wait_for_doubt(service, words):
    """There may be others before it: that the journal has not been read yet."""

    def has_it():
        return [event for event in service.events("expiry_waits") if words in event["reason"]]

    return until(has_it, f"expiry to wait since {words}")[0]


# --- what goes


def test_the_record_of_a_silent_host_is_removed(expiring, route53, dig):
    service = expiring(HOST, OTHER)
    assert service.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    assert service.update(OTHER, "192.0.2.2").said == "good 192.0.2.2"
    gone = service.wait_for_event("record_expired")
    assert (gone.level, gone["host"], gone["type"]) == ("info", HOST, "A")
    assert gone["old"] == "192.0.2.1" and int(gone["silent_s"]) >= SILENCE
    changed = service.events("record_changed", host=HOST)[0]
    assert (gone.time - changed.time).total_seconds() >= SILENCE
    assert (dig(HOST), dig(OTHER)) == ([], ["192.0.2.2"])
    service.stop()
    assert [each["host"] for each in service.events("record_expired")] == [HOST]


def test_who_calls_again_is_good_and_has_his_record_back(expiring, route53, dig):
    service = expiring()
    service.update(HOST, "192.0.2.1")
    service.wait_for_event("record_expired")
    assert dig(HOST) == []
    with service.expecting("record_changed", host=HOST, old="unknown"):
        assert service.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    back = ["UPSERT 192.0.2.1", "DELETE 192.0.2.1", "UPSERT 192.0.2.1"]
    assert accepted(route53)[:3] == back


def test_and_it_goes_again_when_he_is_silent_again(expiring, dig):
    service = expiring()
    with service.expecting("record_expired"):
        service.update(HOST, "192.0.2.1")
    with service.expecting("record_expired"):
        service.update(HOST, "192.0.2.9")
    assert dig(HOST) == []


def test_both_records_of_a_host_go(expiring, route53, dig):
    service = expiring()
    service.update(HOST, "192.0.2.1")
    service.update(HOST, "2001:db8::1")
    service.wait_for_event("record_expired", type="A")
    service.wait_for_event("record_expired", type="AAAA")
    assert dig(HOST) == dig(HOST, "AAAA") == []


def test_many_go_in_few_calls(start, store, tmp_path, route53):
    hosts = [f"h{number}.example.org" for number in range(700)]
    for host in hosts:
        route53.set_record(ZONE, host, "A", "192.0.2.1")
    store(*hosts)
    service = start(DYNDNS_STATE=str(tmp_path / "state"), **FAST)
    surveyed = looks(route53)
    lines = "".join(f"{host},{token_of(host)},1s\n" for host in hosts)
    store(f"hostname,token,expire_after\n{lines}".encode())
    service.reload()
    until(lambda: len(service.events("record_expired")) == 700, "all records to be removed")
    assert all(route53.record(host, "A") is None for host in hosts)
    # What one look shows goes by one call, or with what others showed.
    calls = {id(batch) for batch in deletions(route53)}
    assert len(deletions(route53)) == 700
    assert len(calls) <= looks(route53) - surveyed < 100


def test_who_never_called_is_waited_for_as_long(expiring, route53):
    route53.set_record(ZONE, HOST, "A", "192.0.2.1")
    begun = datetime.now(UTC)
    service = expiring()
    gone = service.wait_for_event("record_expired", host=HOST, old="192.0.2.1")
    assert seconds_between(begun, gone) >= SILENCE


def test_a_wrong_token_is_no_sign_of_life(expiring, route53):
    service = expiring()
    service.update(HOST, "192.0.2.1")
    until(
        lambda: service.update(HOST, "192.0.2.1", token="wrong").said == "badauth"
        and service.events("record_expired"),
        "the record to be removed though somebody calls",
    )
    assert route53.record(HOST, "A") is None


def test_the_default_is_for_rows_that_do_not_say(expiring, route53):
    for host in (HOST, OTHER):
        route53.set_record(ZONE, host, "A", "192.0.2.1")
    service = expiring(
        HOST, OTHER, columns={"expire_after": "never"}, DYNDNS_EXPIRE_AFTER="1s"
    )
    service.wait_for_event("record_expired", host=OTHER)
    service.stop()
    assert route53.record(HOST, "A") == ["192.0.2.1"]


def test_the_metrics_count_it(expiring):
    service = expiring(HOST, DYNDNS_METRICS_LISTEN="127.0.0.1:0")
    service.update(HOST, "192.0.2.1")
    service.wait_for_event("record_expired")
    assert scrape(service).value("dyndns53_records_expired_total") == 1


# --- what stays


def test_a_dry_run_shows_what_would_go_and_leaves_it(expiring, route53):
    service = expiring(HOST, DYNDNS_EXPIRE_DRY_RUN="true")
    service.update(HOST, "192.0.2.1")
    shown = service.wait_for_event("record_would_expire")
    assert (shown["host"], shown["type"], shown["address"]) == (HOST, "A", "192.0.2.1")
    service.stop()
    assert len(service.events("record_would_expire")) == 1
    assert deletions(route53) == []
    assert route53.record(HOST, "A") == ["192.0.2.1"]


def test_a_value_that_changed_by_hand_stays(expiring, let_expire, route53):
    service = expiring(columns=DAY)
    service.update(HOST, "192.0.2.1")
    route53.set_record(ZONE, HOST, "A", "203.0.113.9")
    let_expire(service)
    assert "registered last" in kept(service)["reason"]
    service.stop()
    assert deletions(route53) == []
    assert route53.record(HOST, "A") == ["203.0.113.9"]


@pytest.mark.parametrize("kind", ["alias", "weighted", "several values"])
def test_what_is_no_plain_record_stays(expiring, route53, kind):
    route53.set_record(ZONE, OTHER, "A", "192.0.2.1")
    if kind == "alias":
        route53.set_alias(ZONE, HOST, "A", f"{OTHER}.")
    elif kind == "weighted":
        route53.set_weighted(ZONE, HOST, "A", "192.0.2.1", "first")
    else:
        route53.set_record(ZONE, HOST, "A", ["192.0.2.1", "192.0.2.2"])
    service = expiring()
    assert "alias" in kept(service)["reason"]
    service.stop()
    assert deletions(route53) == []


def test_a_locked_record_stays(expiring, route53):
    route53.set_record(ZONE, HOST, "A", "192.0.2.1")
    service = expiring(HOST, columns={"expire_after": "1s", "lock_record": "yes"})
    assert "locks" in kept(service)["reason"]
    service.stop()
    assert deletions(route53) == []


def test_a_record_that_changes_at_the_last_moment_stays(expiring, let_expire, route53):
    service = expiring(columns=DAY)
    service.update(HOST, "192.0.2.1")
    with route53.held(CHANGE):
        let_expire(service)
        until(lambda: deletions(route53), "the removal to be under way")
        route53.set_record(ZONE, HOST, "A", "203.0.113.9")
    assert "registered last" in kept(service)["reason"]
    assert route53.record(HOST, "A") == ["203.0.113.9"]
    assert [batch.accepted for batch in deletions(route53)] == [False]


def test_who_calls_while_his_record_is_looked_at_keeps_it(expiring, let_expire, route53):
    service = expiring(columns=DAY)
    service.update(HOST, "192.0.2.1")
    with route53.held(LIST_RECORDS):
        let_expire(service)
        until(
            lambda: any(call.status is None for call in route53.calls), "a look at the record"
        )
        called = time.monotonic()
        assert service.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    service.wait_for_event("record_expired")  # later
    assert all(batch.call.time - called >= SILENCE for batch in deletions(route53))


def test_who_calls_while_his_record_is_removed_has_it_back(expiring, let_expire, route53):
    service = expiring(columns=DAY)
    service.update(HOST, "192.0.2.1")
    with route53.held(CHANGE):
        let_expire(service)
        until(lambda: deletions(route53), "the removal to be under way")
        pending = service.update_later(HOST, "192.0.2.1")
        with service.expecting("record_changed", old="unknown"):
            route53.release()
    assert pending.wait().said == "good 192.0.2.1"
    assert service.events("record_expired")


# --- when nobody can tell


def test_a_server_that_came_lately_removes_nothing_at_first(expiring, route53):
    """Though it reads in the journal that the host has been silent for long."""
    before = expiring(HOST, DYNDNS_EXPIRE_DRY_RUN="true")
    before.update(HOST, "192.0.2.1")
    before.wait_for_event("record_would_expire")
    before.stop()  # with a farewell
    begun = datetime.now(UTC)
    service = expiring()
    gone = service.wait_for_event("record_expired")
    assert seconds_between(begun, gone) >= SILENCE


def test_while_s3_is_away_nobody_is_silent(expiring, route53, s3):
    journal = Journal.in_bucket(s3, BUCKET)
    service = expiring(HOST, DYNDNS_STATE=journal.where)
    until(journal.keys, "the journal to begin")
    s3.fail_always("500", "LIST")
    service.wait_for_event("state_out_of_reach", doing="read")
    service.update(HOST, "192.0.2.1")
    # What others write is read late by now. Who has been out of touch for long
    # believes in no silence from before.
    waits = wait_for_doubt(service, "not in touch with DYNDNS_STATE")
    assert waits.level == "info"
    assert deletions(route53) == []
    healed = time.monotonic()
    s3.heal()
    service.wait_for_event("expiry_goes_on")
    service.wait_for_event("record_expired")
    assert all(batch.call.time - healed >= SILENCE for batch in deletions(route53))


def test_while_a_copy_is_missing_nobody_is_silent(expiring, route53, tmp_path):
    service, other = expiring(), expiring(HOST, DYNDNS_EXPIRE_DRY_RUN="true")
    journal = Journal.in_folder(tmp_path / "state")
    until(lambda: len({key.split("-")[-2] for key in journal.keys()}) == 2, "both to be heard")
    other.kill()
    wait_for_doubt(service, "fallen silent")
    service.update(HOST, "192.0.2.1")
    (called,) = until(
        lambda: [event for event in journal.events() if event["event"] == "change"], "the call"
    )

    def time_has_passed():
        """By the clock of who would remove it."""
        last = journal.events()[-1]["at"]
        return seconds(last) - seconds(called["at"]) > 3 * SILENCE

    until(time_has_passed, "the host to have been silent for long enough")
    assert deletions(route53) == []


def test_the_journal_tells_of_it(expiring, tmp_path):
    service = expiring()
    service.update(HOST, "192.0.2.1")
    service.wait_for_event("record_expired")
    service.stop()
    (gone,) = [event for event in Journal.in_folder(tmp_path / "state").events()
               if event["event"] == "change" and event["why"] == "expired"]
    assert (gone["host"], gone["type"], gone["before"]) == (HOST, "A", "192.0.2.1")
    assert gone.get("after") is None


def test_a_policy_without_delete_is_told_and_harms_nobody(expiring, route53):
    route53.set_record(ZONE, HOST, "A", "192.0.2.1")
    route53.fail_next(1, "access-denied", CHANGE)  # before anybody can have been silent
    service = expiring(HOST, OTHER)
    denied = service.wait_for_event("expiry_denied")
    assert denied.level == "warn" and "DELETE" in denied["advice"]
    assert service.update(OTHER, "192.0.2.2").said == "good 192.0.2.2"
    assert service.get("/healthz").status == 200
    assert route53.record(HOST, "A") == ["192.0.2.1"]


def test_without_a_place_for_the_state_a_default_is_refused(dyndns53, sandbox):
    settings = sandbox.environment() | {
        "DYNDNS_DATABASE": "hosts.csv", "DYNDNS_EXPIRE_AFTER": "30d",
    }  # fmt: skip
    finished = dyndns53("--check-config", environment=settings)
    assert finished.returncode == 2
    assert "DYNDNS_EXPIRE_AFTER needs DYNDNS_STATE" in finished.stderr


def test_without_it_rows_are_passed_over(start, store, expiring, route53):
    route53.set_record(ZONE, HOST, "A", "192.0.2.1")
    store(rows(HOST, expire_after="1s"))
    service = start(**FAST)
    assert service.update(HOST, "192.0.2.2").said == "good 192.0.2.2"
    # One that came later has waited for long enough, and so has this.
    expiring(DYNDNS_EXPIRE_DRY_RUN="true").wait_for_event("record_would_expire", host=HOST)
    service.stop()
    assert deletions(route53) == []


def test_a_removal_whose_answer_is_lost_is_told_all_the_same(
    expiring, let_expire, route53, tmp_path
):
    service = expiring(columns=DAY)
    service.update(HOST, "192.0.2.1")
    route53.fail_next(1, "reset-after", CHANGE)
    let_expire(service)
    missing = service.wait_for_event("record_missing")
    assert (missing["host"], missing["type"], missing["old"]) == (HOST, "A", "192.0.2.1")
    service.stop()
    assert service.events("record_expired") == []
    assert accepted(route53) == ["UPSERT 192.0.2.1", "DELETE 192.0.2.1"]
    (gone,) = [event for event in Journal.in_folder(tmp_path / "state").events()
               if event["event"] == "change" and "after" not in event]
    assert (gone["before"], gone["why"]) == ("192.0.2.1", "missing")


# --- several copies


def test_who_calls_another_copy_just_then_has_his_record_back_soon(
    expiring, let_expire, route53
):
    """With the address that it had: the one case that dyndns53(8) admits."""
    remover = expiring(columns=DAY)
    other = expiring(columns=DAY, DYNDNS_EXPIRE_DRY_RUN="true")
    remover.update(HOST, "192.0.2.1")
    with route53.held(LIST_RECORDS):
        let_expire(remover)
        until(
            lambda: any(call.status is None for call in route53.calls), "a look at the record"
        )
        assert other.update(HOST, "192.0.2.1").said in ("good 192.0.2.1", "nochg 192.0.2.1")
    remover.wait_for_event("record_expired")

    def has_it_back():
        other.update(HOST, "192.0.2.1")
        last = accepted(route53)
        return "UPSERT 192.0.2.1" in last[last.index("DELETE 192.0.2.1"):]

    until(has_it_back, "the record to be written anew")


def test_who_calls_it_with_another_address_keeps_that(expiring, let_expire, route53):
    remover = expiring(columns=DAY)
    other = expiring(columns=DAY, DYNDNS_EXPIRE_DRY_RUN="true")
    remover.update(HOST, "192.0.2.1")
    with route53.held(CHANGE):
        let_expire(remover)
        until(lambda: deletions(route53), "the removal to be under way")
        pending = other.update_later(HOST, "192.0.2.2")
    assert pending.wait().said == "good 192.0.2.2"
    until(lambda: None not in [batch.call.status for batch in deletions(route53)], "its answer")
    done = accepted(route53)
    assert "DELETE 192.0.2.1" not in done[done.index("UPSERT 192.0.2.2"):]
