"""DYNDNS_STATE: what happened to every host is written down, outlives servers, and is
the same for all copies. That callers notice nothing of it is tried here as well."""

import random
import re
import signal
from string import ascii_lowercase as LETTERS

import pytest

from sandbox.patience import until

from .conftest import BUCKET, KEY, ZONE
from .journal import Journal, ago, calls, change, copy_line, key_of
from .metrics import scrape
from .wire import basic

HOST = "a.example.org"
OTHER = "b.example.org"
ADMIN_TOKEN = "the-operator-s-own-token"
METRICS = {"DYNDNS_METRICS_LISTEN": "127.0.0.1:0"}


@pytest.fixture
def bucket_journal(s3):
    return Journal.in_bucket(s3, BUCKET)


@pytest.fixture
def keep(start, journal):
    """Starts a server that writes an object each second."""

    def keep(*hosts, **environment):
        return start(*hosts, DYNDNS_STATE=journal.where, DYNDNS_STATE_SECONDS=1, **environment)

    return keep


def of_kind(journal, kind, **wanted):
    return [
        event for event in journal.events()
        if event["event"] == kind and wanted.items() <= event.items()
    ]  # fmt: skip


def wait_for(journal, kind, count=1, **wanted):
    def is_there():
        found = of_kind(journal, kind, **wanted)
        return found if len(found) >= count else None

    return until(is_there, lambda: f"{count} of {kind} {wanted}; the last is {journal.events()[-1:]}")


def number_of(journal, host, member):
    return sum(event[member] for event in of_kind(journal, "calls", host=host))


# --- what is written


def test_what_happens_is_written_down(keep, journal):
    service = keep(HOST)
    assert service.update(HOST, "192.0.2.1", headers=[("User-Agent", "router/1")]).said == (
        "good 192.0.2.1"
    )
    (changed,) = wait_for(journal, "change", host=HOST)
    assert changed["type"] == "A" and changed["after"] == "192.0.2.1"
    assert changed["why"] == "call" and "before" not in changed
    (called,) = wait_for(journal, "calls", host=HOST)
    assert called["outcome"] == "good" and called["agent"] == "router/1"
    assert called["client"] == "127.0.0.1" and called["calls"] == 1 and called["refused"] == 0
    assert called["accessed_at"] == called["checked_at"] == called["at"]
    assert called["ipv4"] == "192.0.2.1"
    assert service.update(HOST, "192.0.2.2").said == "good 192.0.2.2"
    second = wait_for(journal, "change", 2, host=HOST)[1]
    assert (second["before"], second["after"]) == ("192.0.2.1", "192.0.2.2")


def test_who_is_refused_is_written_down_without_what_he_showed(keep, journal, s3):
    service = keep(HOST)
    assert service.update(HOST, "192.0.2.1", token="s3cret-guess").status == 401
    assert service.update("nobody.example.org", "192.0.2.1", token="s3cret-guess").status == 401
    (called,) = wait_for(journal, "calls", host=HOST)
    assert called["outcome"] == "badauth" and called["refused"] == 1
    assert called["reason"] == "wrong login or token"
    assert "accessed_at" not in called and "checked_at" not in called
    service.stop()
    assert "s3cret" not in str(journal.events()) and "nobody" not in str(journal.events())


def test_a_server_tells_that_it_is_there(keep, journal):
    service = keep(HOST, OTHER)
    first, second = wait_for(journal, "copy", 2)[:2]
    assert first["copy"] == second["copy"]
    assert re.fullmatch("[0-9a-f]{16}", first["copy"])
    assert second["table_hosts"] == 2 and second["rows_left_out"] == 0
    assert second["table_version"].startswith('"')
    assert not second["is_stopping"]
    service.update(HOST, "192.0.2.1")
    until(lambda: sum(each["changes"] for each in of_kind(journal, "copy")) == 1, "one change")
    service.stop()
    assert of_kind(journal, "copy")[-1]["is_stopping"]


def test_objects_are_named_in_their_order(keep, journal):
    service = keep(HOST)
    wait_for(journal, "copy", 3)
    service.stop()
    keys = journal.keys()
    numbers = [int(key.removesuffix(".jsonl.gz")[-6:]) for key in keys]
    assert numbers == list(range(1, len(keys) + 1))
    assert all(re.fullmatch(r"events/dt=[-\d]{10}/\d{8}T\d{6}Z-[0-9a-f]{16}-\d{6}\.jsonl\.gz", key)
               for key in keys)  # fmt: skip


# --- its end


def test_a_server_that_is_stopped_writes_all_it_knows(start, journal):
    service = start(HOST, OTHER, DYNDNS_STATE=journal.where, DYNDNS_STATE_SECONDS=3600)
    service.update(HOST, "192.0.2.1")
    service.update(OTHER, "192.0.2.2")
    for _ in range(5):
        assert service.update(HOST, "192.0.2.1").said == "nochg 192.0.2.1"
    assert of_kind(journal, "calls") == []
    service.stop()
    assert number_of(journal, HOST, "calls") == 6
    assert {each["host"]: each["after"] for each in of_kind(journal, "change")} == {
        HOST: "192.0.2.1", OTHER: "192.0.2.2",
    }  # fmt: skip


def test_one_that_is_killed_has_written_all_but_its_last_seconds(keep, journal, route53):
    """Twice: and what is known then is what the records say, and what is written."""
    for address in ("192.0.2.1", "192.0.2.2"):
        service = keep(HOST)
        service.wait_for_event("state_read")
        assert service.update(HOST, address).said == f"good {address}"
        assert service.update(HOST, address, token="wrong").status == 401
        wait_for(journal, "change", host=HOST, after=address)
        wait_for(journal, "calls", host=HOST)
        service.kill()
    changes = of_kind(journal, "change", host=HOST)
    assert [(each.get("before"), each["after"]) for each in changes] == [
        (None, "192.0.2.1"), ("192.0.2.1", "192.0.2.2"),
    ]  # fmt: skip
    assert route53.record(HOST, "A") == ["192.0.2.2"]
    # Who starts now knows it: a change back to it is none.
    service = keep(HOST)
    service.wait_for_event("state_read", hosts="1")
    assert service.update(HOST, "192.0.2.2").said in ("nochg 192.0.2.2", "good 192.0.2.2")
    service.stop()
    assert len(of_kind(journal, "change", host=HOST)) == 2


# --- the store is in trouble


def test_while_the_store_is_away_nothing_is_lost_and_no_caller_waits(start, bucket_journal, s3):
    service = start(HOST, DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1, **METRICS)
    wait_for(bucket_journal, "copy")
    s3.fail_always("500", "PUT")
    service.update(HOST, "192.0.2.1")
    event = service.wait_for_event("state_out_of_reach", doing="put")
    assert event["status"] == "unavailable"
    until(lambda: scrape(service).value("dyndns53_state_objects_waiting") >= 3, "three to wait")
    assert service.update(HOST, "192.0.2.1").said == "nochg 192.0.2.1"
    assert of_kind(bucket_journal, "change") == []
    s3.heal()
    service.wait_for_event("state_in_reach")
    wait_for(bucket_journal, "change", host=HOST)
    until(lambda: scrape(service).value("dyndns53_state_objects_waiting") == 0, "none to wait")
    service.stop()
    numbers = [int(key.removesuffix(".jsonl.gz")[-6:]) for key in bucket_journal.keys()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert number_of(bucket_journal, HOST, "calls") == 2
    assert len(service.events("state_out_of_reach")) == 1


def test_a_store_that_can_be_written_and_not_read_is_seen(start, bucket_journal, s3):
    """As the rule Dyndns53StateUnread sees it, from the start on."""
    s3.fail_always("access-denied", "LIST")
    service = start(HOST, DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1, **METRICS)
    service.wait_for_event("state_out_of_reach", doing="read")
    until(lambda: scrape(service).value("dyndns53_state_objects_put_total") >= 2, "two are put")
    assert scrape(service).has("dyndns53_state_objects_waiting")
    assert not scrape(service).has("dyndns53_state_as_of_timestamp_seconds")
    assert service.events("state_out_of_reach", doing="put") == []
    s3.heal()
    service.wait_for_event("state_in_reach", doing="read")
    until(lambda: scrape(service).has("dyndns53_state_as_of_timestamp_seconds"), "it is read")


def test_what_waits_for_too_long_makes_room(start, bucket_journal, s3, route53):
    """The oldest objects go: they are counted, and the log tells of it."""
    # Names that a packer makes little of, by the hundred, fill a megabyte soon.
    chance = random.Random(1)
    hosts = [
        "".join("".join(chance.choices(LETTERS, k=57)) + "." for _ in range(4)) + ZONE
        for _ in range(400)
    ]
    for host in hosts:
        route53.set_record(ZONE, host, "A", "192.0.2.1")
    lines = "".join(f"{host},one-token,somebody\n" for host in hosts)
    s3.put(BUCKET, KEY, f"hostname,token,user\n{lines}".encode())
    service = start(
        DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1, DYNDNS_STATE_WAITING_MB=1,
        **METRICS,
    )  # fmt: skip
    wait_for(bucket_journal, "copy")
    s3.fail_always("500", "PUT")
    batches = [",".join(hosts[i : i + 20]) for i in range(0, len(hosts), 20)]
    credentials = basic("somebody", "one-token")

    def is_told():
        for batch in batches:
            path = f"/nic/update?hostname={batch}&myip=192.0.2.1"
            reply = service.get(path, [credentials])
            assert reply.body.split("\n")[0] in ("good 192.0.2.1", "nochg 192.0.2.1")
        return service.events("state_dropped")

    (told, *_) = until(is_told, "too much to wait")
    assert told.level == "warn" and int(told["objects"]) > 0
    s3.heal()
    service.wait_for_event("state_in_reach", doing="put")
    until(lambda: scrape(service).value("dyndns53_state_objects_waiting") == 0, "none to wait")
    dropped = scrape(service).value("dyndns53_state_objects_dropped_total")
    service.stop()
    numbers = [int(key.removesuffix(".jsonl.gz")[-6:]) for key in bucket_journal.keys()]
    missing = set(range(1, numbers[-1] + 1)) - set(numbers)
    assert len(missing) == dropped == sum(
        int(event["objects"]) for event in service.events("state_dropped")
    )
    # Whatever was there before has been put, and so has what came last.
    assert numbers[0] == 1 and max(missing) < numbers[-1]


def test_an_answer_that_is_lost_makes_no_second_object(start, bucket_journal, s3):
    service = start(HOST, DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1)
    s3.fail_next(1, "reset-after", "PUT")
    service.update(HOST, "192.0.2.1")
    service.wait_for_event("state_in_reach")
    service.stop()
    assert number_of(bucket_journal, HOST, "calls") == 1


def test_a_store_that_hangs_delays_no_caller(start, bucket_journal, s3):
    service = start(HOST, DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1)
    with s3.held():
        held = len(s3.requests)
        until(lambda: len(s3.requests) > held, "a call that hangs")
        assert service.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
        assert service.update(HOST, "192.0.2.1").said == "nochg 192.0.2.1"


def test_a_store_that_is_away_at_the_start_delays_no_caller(start, bucket_journal, s3):
    bucket_journal.tell(ago(minutes=5), change(ago(minutes=5), HOST, "192.0.2.1"))
    s3.fail_always("500", "LIST")
    service = start(HOST, DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1)
    assert service.wait_for_event("state_out_of_reach")["doing"] == "read"
    assert service.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    s3.heal()
    service.wait_for_event("state_read", hosts="1")


def test_what_cannot_be_put_before_the_end_is_told(start, bucket_journal, s3):
    service = start(HOST, DYNDNS_STATE=bucket_journal.where, DYNDNS_STATE_SECONDS=1)
    s3.fail_always("access-denied", "PUT")
    service.signal(signal.SIGTERM)
    service.wait_for_end()
    assert service.events("state_not_written")


@pytest.mark.parametrize("damage", [b"", b"no gzip", b"\x1f\x8b\x08", "a line that is none"])
def test_what_is_damaged_harms_nothing(keep, journal, damage):
    if isinstance(damage, str):
        journal.tell(ago(minutes=3), damage, {"event": "of a later version"}, {"calls": {}})
    else:
        journal.put(key_of(ago(minutes=3)), damage)
    journal.put("snapshot.jsonl.gz", b"neither is this")
    journal.put("events/what is that.gz", b"?")
    journal.tell(ago(minutes=2), calls(ago(minutes=2), HOST), copy="f" * 16)
    service = keep(HOST)
    service.wait_for_event("state_read", hosts="1")
    assert service.events("state_object_damaged", key="snapshot.jsonl.gz")
    journal.forget("")
    assert service.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    wait_for(journal, "change", host=HOST)


# --- several copies


def test_copies_know_of_each_other(keep, journal):
    """One learns a record from the other: to write it anew is no change."""
    one, two = keep(HOST), keep(HOST, DYNDNS_ADMIN_TOKEN=ADMIN_TOKEN)
    for service in (one, two):
        service.wait_for_event("state_read")
    assert one.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    (changed,) = wait_for(journal, "change", host=HOST)
    assert "before" not in changed

    def two_knows():
        page = two.get(f"/status?host={HOST}", [basic("admin", ADMIN_TOKEN)])
        return "192.0.2.1" in page.body

    until(two_knows, "the other copy to have read of it")
    assert two.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    two.stop()
    assert number_of(journal, HOST, "calls") == 2
    assert of_kind(journal, "change") == [changed]


def test_a_snapshot_is_as_good_as_the_objects(keep, journal):
    journal.tell(ago(hours=40), change(ago(hours=40), HOST, "192.0.2.1"),
                 copy_line(ago(hours=40)))  # fmt: skip
    service = keep(HOST)
    service.wait_for_event("state_read", hosts="1")
    until(lambda: journal.keys("snapshot"), "a snapshot")
    service.stop()
    journal.forget("events/")
    again = keep(HOST)
    again.wait_for_event("state_read", hosts="1")
