"""The database of hosts and tokens: how it is read, and read again."""

import json

import pytest

from .conftest import BUCKET, KEY
from .hosts import csv_of, numbered, token_of
from .wire import basic

GIVEN_UP_SECONDS = 80  # too slow for half a minute is enough


def health(service):
    """What it says of the table."""
    body = json.loads(service.get("/healthz").body)
    return {key: body[key] for key in ("status", "hosts", "table")}


def is_listed(service, host, token=None) -> bool:
    """Whether these credentials open the door; nothing is updated."""
    credentials = basic(host, token or token_of(host))
    reply = service.get("/register_ip?myip=none", [credentials])
    assert reply.said in ("dnserr", "badauth")
    return reply.said == "dnserr"


# --- what a CSV may look like

A, B, C = (f"{name}.example.org,{token_of(f'{name}.example.org')}" for name in "abc")


@pytest.mark.parametrize(
    "csv",
    [
        f"{A}\n{B}\n{C}\n",
        f"{A}\n{B}\n{C}",
        f"{A}\r\n{B}\r\n{C}\r\n",
        f"{A}\r\n{B}\r\n{C}",
        f"{A}\r{B}\r{C}\r",
        f"\ufeff{A}\n{B}\n{C}\n",
        f"\n\n{A}\n\n{B}\n\r\n{C}\n\n\n",
        f"hostname,token\n{A}\n{B}\n{C}\n",
        f"\ufeffHostname,Token\r\n{A}\r\n{B}\r\n{C}\r\n",
        f'hostname,token,owner,note\n{A},Ann,"two\nlines, one ""note"""\n{B},,\n{C},Cy,\n',
        f'"hostname","token"\n"{A.replace(",", chr(34) + "," + chr(34))}"\n{B}\n{C}\n',
        f"{A.replace('a.example.org,', 'A.Example.ORG.,')}\n{B}\n{C}\n",
    ],
    ids=["plain", "no-last-newline", "crlf", "crlf-no-last-newline", "cr", "bom", "blank-lines",
         "header", "bom-and-header", "more-columns", "quotes", "case-and-dot"],
)  # fmt: skip
def test_these_are_three_hosts(start, store, csv):
    store(csv.encode())
    service = start()
    loaded = service.wait_for_event("table_loaded")
    assert (loaded["hosts"], loaded["rows_left_out"]) == ("3", "0")
    assert health(service)["hosts"] == 3
    for host in ("a.example.org", "b.example.org", "c.example.org"):
        assert is_listed(service, host)


BAD_ROWS = [
    ("nodot,secret-token", "not fully qualified"),
    ("-x.example.org,secret-token", "hyphen"),
    ("a b.example.org,secret-token", ""),
    ("x..example.org,secret-token", "label"),
    (f"{'x' * 64}.example.org,secret-token", "63"),
    (f"{'x.' * 130}org,secret-token", "253"),
    ("w.*.example.org,secret-token", ""),
    ("b.example.org,", "token is empty"),
    ("b.example.org", "no token"),
    ("b.example.org,secret-token,more", "more fields"),
    ("A.EXAMPLE.ORG.,secret-token", "same name"),
    ("b.example.org,secret\ttoken", "control character"),
    (f"b.example.org,secret-token{'x' * 1024}", "1024"),
    ("bücher.example.org,secret-token", ""),
]


@pytest.mark.parametrize("row, reason", BAD_ROWS, ids=[row[:40] for row, _ in BAD_ROWS])
def test_a_bad_row_is_left_out_and_told_with_its_line(start, store, row, reason):
    store(f"{A}\n\n{row}\n{C}\n".encode())
    service = start()
    left_out = service.wait_for_event("row_left_out")
    assert left_out["line"] == "3" and reason in left_out["reason"]
    loaded = service.wait_for_event("table_loaded")
    assert (loaded.level, loaded["hosts"], loaded["rows_left_out"]) == ("warn", "2", "1")
    assert is_listed(service, "a.example.org") and is_listed(service, "c.example.org")
    assert not is_listed(service, "b.example.org", "secret-token")
    assert "secret" not in service.log.text()


def test_of_two_rows_with_one_name_the_first_counts(start, store):
    store(b"a.example.org,first\nA.example.org.,second\n")
    service = start()
    assert is_listed(service, "a.example.org", "first")
    assert not is_listed(service, "a.example.org", "second")


def test_thousands_of_bad_rows_do_not_drown_the_log(start, store):
    store(f"{A}\n".encode() + b"nodot,token\n" * 5000)
    service = start()
    assert service.wait_for_event("table_loaded")["rows_left_out"] == "5000"
    assert 10 <= len(service.events("row_left_out")) <= 1000


# --- columns that the header line names

ATTRIBUTES = f"""\
hostname,token,colour,TTL,comment,ttl
{A},red,300,at home,never
{B},blue
{C},green,,,
"""


def test_columns_may_stand_in_any_order_and_those_ignored_are_told_once(service, store):
    store(ATTRIBUTES.encode())
    ignored = {"line": 1, "unknown": "colour", "repeated": "ttl"}
    with service.expecting("table_loaded", hosts=3, rows_left_out=0) as loaded:
        with service.expecting("columns_ignored", **ignored):
            service.reload()
    assert loaded[0].level == "info"
    for host in ("a.example.org", "b.example.org", "c.example.org"):
        assert is_listed(service, host)
    with service.expecting("table_unchanged"):
        service.reload()
    told = service.events("columns_ignored")
    assert [each.level for each in told] == ["info"]


def test_columns_that_are_known_are_not_told_of(start, store):
    columns = (
        "record_type,allow_internal,lock_record,mac_address,read_privilege,user,ipv6_suffix,"
        "expect_within,expire_after"
    )
    store(f"hostname,token,ttl,comment,,{columns}\n{A},60,at home,,A,yes\n".encode())
    service = start()
    service.wait_for_event("table_loaded", hosts=1)
    service.stop()
    assert service.events("columns_ignored") == []


@pytest.mark.parametrize("ttl", ["-1", "2147483648", "1h", "060", '" 60"', "1.5"])
def test_a_row_with_a_bad_value_is_left_out_and_told_with_its_line(start, store, ttl):
    store(f"hostname,token,comment,ttl\n{A},,2147483647\n{B},,{ttl}\n{C},,0\n".encode())
    service = start()
    left_out = service.wait_for_event("row_left_out")
    assert (left_out["line"], left_out["host"]) == ("3", "b.example.org")
    assert "ttl" in left_out["reason"] and "0 to 2147483647" in left_out["reason"]
    service.wait_for_event("table_loaded", hosts=2, rows_left_out=1)
    assert is_listed(service, "a.example.org") and is_listed(service, "c.example.org")
    assert not is_listed(service, "b.example.org")


NO_HEADERS = ["host,token", "hostname,password", "token,hostname", "ttl,hostname,token", "hostname"]


@pytest.mark.parametrize("line", NO_HEADERS)
def test_a_first_line_that_lacks_hostname_or_token_is_a_bad_row(start, store, line):
    store(f"{line}\n{A}\n".encode())
    service = start()
    left_out = service.wait_for_event("row_left_out")
    assert left_out["line"] == "1" and "begins with hostname,token" in left_out["reason"]
    service.wait_for_event("table_loaded", hosts=1, rows_left_out=1)
    assert is_listed(service, "a.example.org")


# --- reloading


def test_a_signal_brings_new_hosts_and_new_tokens_in_service(service, store):
    store("a.example.org", ("b.example.org", "another"), "new.example.org")
    with service.expecting("table_loaded", hosts=3):
        service.reload()
    assert is_listed(service, "new.example.org")
    assert is_listed(service, "b.example.org", "another")
    assert not is_listed(service, "b.example.org")


def test_a_host_that_was_removed_is_unknown(service, store):
    service.update("b.example.org", "192.0.2.1")
    store("a.example.org")
    with service.expecting("table_loaded", hosts=1):
        service.reload()
    for address in ("192.0.2.1", "192.0.2.2"):
        assert service.update("b.example.org", address).said == "badauth"


def test_a_request_in_hand_is_served_by_the_table_that_let_it_in(start, store, route53):
    service = start("a.example.org", "b.example.org")
    with route53.held():
        pending = service.update_later("b.example.org", "192.0.2.1")
        route53.wait_for_batches(1)
        store("a.example.org")
        with service.expecting("table_loaded", hosts=1):
            service.reload()
    assert pending.wait().said == "good 192.0.2.1"


def test_what_is_known_of_the_records_survives_a_reload(service, store, route53):
    service.update("a.example.org", "192.0.2.1")
    store("0.example.org", "a.example.org", "z.example.org")
    with service.expecting("table_loaded", hosts=3):
        service.reload()
    assert service.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.2").said == "good 192.0.2.2"
    assert len(route53.batches) == 2


TORN = [
    (b'a.example.org,new-token\n"b.example.org,new-token\nc.example.org,new-token\n', "quote"),
    (b'a.example.org,new-token\nb.example.org,new"token\n', "quote"),
    (b'a.example.org,new-token\n"b.example.org"x,new-token\n', "quote"),
    (b"a.example.org,new-token\n\0\n", "NUL"),
    (b"a.example.org,new-token\n" + b"x" * 100_000 + b",token\n", "64 KiB"),
    ("a.example.org,new-token\n".encode("utf-16"), "NUL"),
    (b"", "no host"),
    (b"\n\r\n\n", "no host"),
    (b"\xef\xbb\xbf", "no host"),
    (b"hostname,token\n", "no host"),
    (b"nodot,new-token\n", "not one"),
    (b"<html><body>Please log in</body></html>\n", "not one"),
]


@pytest.mark.parametrize("csv, reason", TORN, ids=[str(csv[:16]) for csv, _ in TORN])
def test_a_broken_database_never_replaces_one_in_service(start, store, csv, reason):
    service = start("a.example.org", "b.example.org")
    store(csv)
    with service.expecting("table_load_failed") as failed:
        service.reload()
    assert reason in failed[0]["reason"] and failed[0]["in_service"] == "the table before"
    assert is_listed(service, "a.example.org") and is_listed(service, "b.example.org")
    assert not is_listed(service, "a.example.org", "new-token")
    assert health(service) == {"status": "ok", "hosts": 2, "table": "stale"}


def test_a_torn_csv_on_sighup_changes_nothing_until_it_is_mended(start, store, dig):
    service = start("a.example.org", "b.example.org")
    whole = csv_of("a.example.org", ("b.example.org", "new"), "c.example.org")
    store(whole[: len(whole) // 2] + b'"')
    with service.expecting("table_load_failed") as failed:
        service.reload()
    assert failed[0].level == "warn" and failed[0]["line"] == "2"
    assert service.update("b.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert service.update("c.example.org", "192.0.2.1").said == "badauth"
    assert dig("b.example.org") == ["192.0.2.1"]
    store(whole)
    with service.expecting("table_loaded", hosts=3):
        service.reload()
    assert is_listed(service, "b.example.org", "new") and is_listed(service, "c.example.org")
    assert health(service)["table"] == "current"


def test_the_version_before_may_be_put_back(start, store):
    service = start("a.example.org")
    store(b"")
    with service.expecting("table_load_failed"):
        service.reload()
    store("a.example.org")
    with service.expecting("table_unchanged"):
        service.reload()
    assert health(service) == {"status": "ok", "hosts": 1, "table": "current"}


@pytest.mark.parametrize(
    "fault", ["torn", "cut", "reset-before", "500", "503", "not-xml", "access-denied", "throttling"]
)
def test_a_transfer_that_fails_changes_nothing(start, store, s3, fault):
    service = start("a.example.org", *numbered(100))
    store("new.example.org")
    s3.fail_always(fault)
    with service.expecting("table_load_failed"):
        service.reload()
    assert is_listed(service, "a.example.org") and not is_listed(service, "new.example.org")
    s3.heal()
    with service.expecting("table_loaded", hosts=1):
        service.reload()


def test_a_fault_of_the_moment_is_not_even_told(start, store, s3):
    service = start("a.example.org", DYNDNS_REFRESH_SECONDS=0)
    asked = len(s3.requests)
    store("b.example.org")
    s3.fail_next(1, "500")
    s3.fail_next(1, "reset-before")
    with service.expecting("table_loaded", hosts=1):
        service.reload()
    assert len(s3.requests) == asked + 3
    assert service.events("table_load_failed") == []


@pytest.mark.parametrize(("attempts", "fault"), [(1, "500"), (2, "throttling"), (3, "cut")])
def test_a_table_is_asked_for_so_often_as_is_set(start, store, s3, attempts, fault):
    service = start("a.example.org", DYNDNS_REFRESH_SECONDS=0, AWS_MAX_ATTEMPTS=attempts)
    asked = len(s3.requests)
    store("b.example.org")
    s3.fail_always(fault)
    with service.expecting("table_load_failed"):
        service.reload()
    assert len(s3.requests) == asked + attempts


def test_what_no_retry_mends_is_told_at_once(start, s3):
    service = start("a.example.org", DYNDNS_REFRESH_SECONDS=0)
    asked = len(s3.requests)
    s3.fail_always("access-denied")
    with service.expecting("table_load_failed"):
        service.reload()
    assert len(s3.requests) == asked + 1


def test_a_store_that_trickles_holds_nobody_for_hours(start, store, s3, sandbox, dyndb):
    """600 bytes a second: this database would take minutes, a million hosts a day."""
    service = start("a.example.org", AWS_MAX_ATTEMPTS=1)
    store(*numbered(5000))
    s3.fail_always("trickle")
    variables = {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY, "AWS_MAX_ATTEMPTS": "1"}
    with service.expecting("table_load_failed", timeout=GIVEN_UP_SECONDS) as failed:
        service.reload()
        finished = dyndb(
            "download-database",
            environment=sandbox.environment() | variables,
            timeout=GIVEN_UP_SECONDS,
        )
    assert "too slow" in failed[0]["reason"] and "in time" in failed[0]["advice"]
    assert is_listed(service, "a.example.org") and not is_listed(service, numbered(1)[0])
    assert (finished.returncode, finished.stdout) == (1, "")
    assert "too slow" in finished.stderr and "in time" in finished.stderr
    s3.heal()
    with service.expecting("table_loaded", hosts=5000):
        service.reload()


def test_an_object_that_is_deleted_stays_in_service(start, s3):
    service = start("a.example.org")
    s3.delete(BUCKET, KEY)
    with service.expecting("table_load_failed", code="NoSuchKey") as failed:
        service.reload()
    assert "dyndb upload-database" in failed[0]["advice"]
    assert is_listed(service, "a.example.org")


def test_signals_during_a_reload_lead_to_one_more(start, store, s3):
    service = start("a.example.org")
    store("b.example.org")
    with s3.held():
        service.reload()
        s3.wait_for_requests(2)
        store("c.example.org")
        for _ in range(20):
            with service.expecting("reload"):  # it has seen the signal
                service.reload()
    service.wait_for_event("table_loaded", after=1, hosts=1)
    s3.wait_for_requests(3)
    service.wait_for_event("table_unchanged")
    assert is_listed(service, "c.example.org") and not is_listed(service, "b.example.org")
    assert len(s3.requests) <= 4


@pytest.mark.threads
def test_requests_go_on_while_the_table_is_changed(service, store, in_background):
    def ask():
        for _ in range(100):
            assert is_listed(service, "a.example.org")
            assert not is_listed(service, "nobody.example.org")

    asking = in_background(ask)
    for round in range(20):
        store("a.example.org", *numbered(round + 1))
        with service.expecting("table_loaded", hosts=round + 2):
            service.reload()
    asking.join()


# --- the object's version


def test_an_unchanged_object_is_neither_sent_nor_read(service, s3):
    etag = service.wait_for_event("table_loaded")["version"]
    with service.expecting("table_unchanged", version=etag):
        service.reload()
    assert [call.conditions for call in s3.requests] == [{}, {"if-none-match": etag}]
    assert [call.status for call in s3.requests] == [200, 304]


def test_a_broken_object_is_not_sent_again_either(start, store, s3):
    service = start("a.example.org")
    etag = store(b"")
    for _ in range(2):
        with service.expecting("table_load_failed"):  # told to whoever asks
            service.reload()
    assert s3.requests[-1].conditions == {"if-none-match": etag}
    assert s3.requests[-1].status == 304


def test_the_object_is_looked_at_from_time_to_time(start, store):
    service = start("a.example.org", DYNDNS_REFRESH_SECONDS=1)
    store("a.example.org", "b.example.org")
    service.wait_for_event("table_loaded", hosts=2)
    assert is_listed(service, "b.example.org")


# --- at the beginning


def test_while_s3_is_away_at_the_start_callers_are_told_to_come_again(start, store, sandbox):
    store("a.example.org")
    sandbox.unplug()
    service = start(ready=False)
    failed = service.wait_for_event("table_load_failed")
    assert (failed.level, failed["in_service"]) == ("error", "none")
    reply = service.update("a.example.org", "192.0.2.1")
    assert (reply.status, reply.said) == (503, "911")
    assert int(reply.header("Retry-After")) > 0
    assert service.get("/healthz").status == 503
    sandbox.plug()
    service.wait_until_ready()
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


@pytest.mark.parametrize("csv", [b"", b'"torn', b"nodot,token\n"])
def test_a_broken_database_at_the_start_is_waited_out(start, store, csv):
    store(csv)
    service = start(ready=False)
    service.wait_for_event("table_load_failed", in_service="none")
    assert service.update("a.example.org", "192.0.2.1").said == "911"
    store("a.example.org")
    service.wait_for_event("table_loaded", hosts=1)


def test_the_log_says_what_to_do_about_a_missing_object(start):
    service = start(ready=False)
    failed = service.wait_for_event("table_load_failed", code="NoSuchKey")
    assert failed["where"] == f"s3://{BUCKET}/{KEY}"
    assert "DYNDNS_DATABASE" in failed["advice"]


def test_the_log_says_what_to_do_about_a_missing_permission(start, s3):
    s3.list_permission = False
    service = start(ready=False)
    failed = service.wait_for_event("table_load_failed", code="AccessDenied")
    assert "s3:GetObject" in failed["advice"] and "s3:ListBucket" in failed["advice"]


def test_the_log_says_what_to_do_about_a_missing_bucket(start):
    service = start(ready=False, DYNDNS_BUCKET="elsewhere")
    failed = service.wait_for_event("table_load_failed", code="NoSuchBucket")
    assert "DYNDNS_BUCKET" in failed["advice"]


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("redirect", [False, True])
def test_a_bucket_in_another_region_is_found(start, s3, redirect, named):
    s3.region = "eu-west-1"
    s3.redirect_wrong_region = redirect
    s3.names_region = named
    service = start("a.example.org", AWS_REGION="us-east-1", AWS_DEFAULT_REGION=None)
    assert is_listed(service, "a.example.org")


# --- without S3


@pytest.fixture
def file(tmp_path):
    return tmp_path / "hosts.csv"


def test_without_a_bucket_the_database_is_a_file(start, file, s3, dig):
    file.write_bytes(csv_of("a.example.org"))
    service = start(DYNDNS_BUCKET=None, DYNDNS_DATABASE=file)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert dig("a.example.org") == ["192.0.2.1"]
    assert s3.requests == []


def test_a_file_is_reloaded_like_an_object(start, file):
    file.write_bytes(csv_of("a.example.org"))
    service = start(DYNDNS_BUCKET=None, DYNDNS_DATABASE=file)
    with service.expecting("table_unchanged"):
        service.reload()
    file.write_bytes(csv_of("a.example.org", "b.example.org"))
    with service.expecting("table_loaded", hosts=2):
        service.reload()
    file.write_bytes(b'"torn')
    with service.expecting("table_load_failed"):
        service.reload()
    file.unlink()
    with service.expecting("table_load_failed", status="not_found"):
        service.reload()
    assert is_listed(service, "b.example.org")


def test_a_missing_file_is_waited_for(start, file):
    service = start(ready=False, DYNDNS_BUCKET=None, DYNDNS_DATABASE=file)
    service.wait_for_event("table_load_failed", where=str(file))
    file.write_bytes(csv_of("a.example.org"))
    service.wait_for_event("table_loaded", hosts=1)


def test_a_directory_is_no_database(start, tmp_path):
    service = start(ready=False, DYNDNS_BUCKET=None, DYNDNS_DATABASE=tmp_path)
    failed = service.wait_for_event("table_load_failed")
    assert "regular file" in failed["reason"] and "DYNDNS_DATABASE" in failed["advice"]


def test_a_large_file_is_read_without_holding_up_callers(start, file):
    hosts = [f"host-{number}.example.org" for number in range(100_000)]
    file.write_bytes(csv_of("a.example.org"))
    service = start(DYNDNS_BUCKET=None, DYNDNS_DATABASE=file)
    file.write_bytes(csv_of("a.example.org", *hosts))
    with service.expecting("table_loaded", hosts=100_001):
        service.reload()
        assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert is_listed(service, hosts[-1])
