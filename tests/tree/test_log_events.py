"""Who can make the server log what, and how often: one line of the table below
for each event of the log."""

import re

import pytest
from repository import FLOORS, log_calls, read, sources

# Who is behind an event, and therefore what bounds how often it is logged.
STRANGER = "anybody, without a token: only by way of a quota"
TENANT = "whoever has a token, as often as he likes: only by way of a quota"
AWS = "a call to AWS or its answer: calls are spaced, and so is what they say"
OPERATOR = "who runs the server: a start, a stop, a signal, a database"
LOG = "the log itself: once for each time that something was left out"

KIND = {
    "address_at_ceiling": STRANGER,
    "certificate_expires": OPERATOR,  # once a day, and for each that is read
    "certificate_loaded": OPERATOR,
    "certificate_not_used": OPERATOR,  # once for each file that is no good
    "address_turned_away": STRANGER,
    "alert_begun": TENANT,  # who calls, or does not
    "alert_ended": TENANT,
    "alert_ledger_found": AWS,
    "alert_ledger_lost": AWS,  # once for each trouble
    "alert_ledger_unread": OPERATOR,  # it is replaced
    "alert_not_sent": AWS,  # or a webhook, or a program; tried less and less often
    "change_refused": TENANT,
    "badauth": STRANGER,
    "batch_done": AWS,
    "batch_failed": AWS,
    "cannot_listen": OPERATOR,
    "cannot_start": OPERATOR,
    "cannot_use_socket": OPERATOR,
    "clock_skewed": AWS,
    "columns_ignored": OPERATOR,  # once for each database
    "config_doubtful": OPERATOR,
    "connections_at_ceiling": STRANGER,
    "credentials_found": AWS,  # at first, and after each trouble
    "credentials_unavailable": AWS,  # once for each trouble
    "cross_site_refused": STRANGER,
    "expiry_denied": AWS,  # once an hour
    "expiry_goes_on": OPERATOR,  # after each trouble
    "expiry_waits": OPERATOR,  # once for each trouble
    "hosted_zone_ambiguous": AWS,
    "hosted_zone_gone": AWS,
    "hosted_zone_missing": AWS,
    "hosted_zone_private": AWS,
    "hosted_zones_read": AWS,
    "hosted_zones_unread": AWS,
    "listening": OPERATOR,
    "log_lines_lost": LOG,
    "login_not_verified": STRANGER,
    "proxy_header_refused": STRANGER,
    "record_changed": AWS,  # Route 53 took it, with at most 499 others in a call
    "record_confirmed": AWS,
    "record_expired": AWS,  # once, until its host calls again
    "record_kept": AWS,  # once, until its host calls again
    "record_missing": AWS,  # once, until its host calls again
    "record_refused": AWS,
    "record_would_expire": AWS,  # likewise
    "records_surveyed": AWS,
    "refusals_not_logged": LOG,
    "reload": OPERATOR,
    "request_refused": STRANGER,
    "route53_health": AWS,
    "row_left_out": OPERATOR,  # at most 20 for each database
    "s3_health": AWS,
    "service_manager_deaf": OPERATOR,  # once
    "started": OPERATOR,
    "state_dropped": AWS,  # with an object at the most, of which there is one a minute
    "state_in_reach": AWS,  # once for each trouble
    "state_not_written": OPERATOR,  # once, at the end
    "state_object_damaged": STRANGER,  # who may write to the bucket, that is
    "state_out_of_reach": AWS,  # once for each trouble
    "state_read": OPERATOR,  # once
    "stopped": OPERATOR,
    "stopped_with_requests_in_hand": OPERATOR,
    "stopping": OPERATOR,
    "table_load_failed": OPERATOR,
    "table_loaded": OPERATOR,
    "table_not_in_service": OPERATOR,
    "history_without_table": OPERATOR,
    "table_unchanged": OPERATOR,
    "thread_hangs": OPERATOR,  # nobody should be able to; twice in the watchdog's time
    "tls_refused": STRANGER,
    "update_not_taken": TENANT,
}

# What else writes on standard error: the log does, main before there is one, and
# a check that ends the process at once. (dyndb has no log.)
MAY_WRITE = {"server/main.c", "server/http/http1.c", "base/log.c", "base/log.h"}

QUOTA = re.compile(r"if \(!log_quota_allows\([^;{}]*\)\)\n +return;\n")
CALLS = log_calls()


def test_every_event_has_its_kind_and_no_other():
    assert {event for call in CALLS for event in call.events} == set(KIND)


def test_every_log_call_is_looked_at():
    """Neither outside of a function that was found, nor without a literal name."""
    written = 0
    for name in sources(*FLOORS):
        written += len(re.findall(r"^ .*\blog_event\(", read(name), re.M))
    examples = len(re.findall(r"^ \* .*\blog_event\(", read("base/log.h"), re.M))
    of_the_log_itself = sum("log_lines_lost" in call.events for call in CALLS)
    assert len(CALLS) == written - examples + of_the_log_itself


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.where)
def test_what_callers_cause_as_often_as_they_like_has_a_quota(call):
    needs_one = {KIND[event] for event in call.events} & {STRANGER, TENANT}
    if needs_one:
        assert QUOTA.search(call.before), f"{call.where} logs {set(call.events)} without a quota"


def test_nobody_writes_beside_the_log():
    """Since that would wait for the reader, and no quota would know of it."""
    beside = re.compile(r"\bstderr\b|\bSTDERR_FILENO\b|\bperror\(|\bv?syslog\(|\blog_write\(")
    for name in set(sources("base", "aws", "s3db", "server")) - MAY_WRITE:
        code = re.sub(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', "", read(name), flags=re.S)
        assert not beside.search(code), name
