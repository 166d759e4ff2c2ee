#include "server/dns/dns_writer.h"

#include "s3db/hostdb_build.h"
#include "tests/unit/fake_route53.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DEADLINE_MS = 20000, NOCHG_SECONDS = 300, TTL = 60, CALLERS_MAX = 16 };

static struct dns_settings settings;
static struct health health;
static struct in_transit_counts in_transit;
static struct host_table *host_table;
static struct dns_writer *writer;

struct caller {
    struct update_request *request;
    unsigned answers;
};

static struct caller callers[CALLERS_MAX];
static size_t caller_count;

/* --- the world around it ------------------------------------------------------ */

static struct host_table *snapshot_of(const char *names,
                                      struct host_table *before)
{
    struct hostdb *hosts = hostdb_new();
    struct span rest = span_from_string(names), name;
    struct host_table *made;

    assert_non_null(hosts);
    while (span_split(&rest, ' ', &name))
        assert_int_equal(hostdb_add(hosts, name, span_from_string("t0ken")),
                         STATUS_OK);
    made = host_table_new(hosts, before);
    assert_non_null(made);
    return made;
}

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    memset(&in_transit, 0, sizeof in_transit);
    memset(&callers, 0, sizeof callers);
    caller_count = 0;
    settings = (struct dns_settings){.deadline_seconds = DEADLINE_MS / 1000,
                                     .calls_per_second = 5};
    health_init(&health, true, time(NULL));
    health_note_table(&health, 2);
    writer = dns_writer_new(NULL, &settings, &health, 7);
    assert_non_null(writer);
    host_table = snapshot_of("a.example.org b.example.org", NULL);
    dns_writer_use(writer, host_table);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dns_writer_free(writer);
    host_table_release(host_table);
    for (size_t i = 0; i < caller_count; i++) {
        assert_int_equal(callers[i].answers, 1);
        update_request_free(callers[i].request);
    }
    return 0;
}

/* As the updater does: a turn, then a wait; until nothing is due any more. */
static void run(int64_t ms)
{
    int64_t until = fake_now + ms;

    for (;;) {
        int64_t wait;

        dns_writer_run(writer, fake_now);
        wait = dns_writer_wait_ms(writer, fake_now);
        if (wait < 0 || wait > until - fake_now)
            break;
        assert_true(wait > 0); /* else the updater would spin */
        fake_now += wait;
    }
    fake_now = until;
    dns_writer_run(writer, fake_now);
}

static void on_done(struct update_request *request)
{
    struct caller *caller = request->owner;

    for (size_t i = 0; i < request->count; i++)
        assert_int_not_equal(request->changes[i].outcome, OUTCOME_OPEN);
    caller->answers++;
}

/* A request for `count` changes, which are to be set. */
static struct caller *prepare(size_t count)
{
    struct caller *caller = &callers[caller_count++];
    struct update_request *request = update_request_new(count);

    assert_true(caller_count <= CALLERS_MAX);
    assert_non_null(request);
    assert_true(
        address_parse(span_from_string("198.51.100.7"), &request->client));
    request->done = on_done;
    request->owner = caller;
    request->deadline_at = fake_now + DEADLINE_MS;
    caller->request = request;
    return caller;
}

static void set(struct caller *caller, size_t at, const char *name,
                const char *text)
{
    struct address address;

    assert_true(address_parse(span_from_string(text), &address));
    update_change_set(&caller->request->changes[at], span_from_string(name),
                      &address, TTL);
}

/* As the updater does. */
static void submit(struct caller *caller)
{
    update_request_hold(caller->request);
    dns_writer_submit(writer, fake_now, caller->request);
    update_request_release(caller->request);
}

static struct caller *ask(const char *name, const char *text)
{
    struct caller *caller = prepare(1);

    set(caller, 0, name, text);
    submit(caller);
    return caller;
}

static void assert_told(const struct caller *caller, enum outcome outcome)
{
    assert_int_equal(caller->answers, 1);
    assert_int_equal(caller->request->changes[0].outcome, outcome);
}

static bool says(const char *name, const char *text)
{
    struct address address;
    struct host host;

    assert_true(address_parse(span_from_string(text), &address));
    assert_true(
        hostdb_lookup(host_table->hosts, span_from_string(name), &host));
    return rrset_cache_confirms(host_table->known, &in_transit, host.index,
                                host.name, &address,
                                (uint32_t)(fake_now / 1000), NOCHG_SECONDS);
}

static const struct fake_zone org[] = {{"Z1", "example.org", false},
                                       {NULL, NULL, false}};
static const struct fake_zone none[] = {{NULL, NULL, false}};

static void read_zones(const struct fake_zone *zones)
{
    run(0);
    assert_string_equal(fake_oldest(), "list ");
    fake_answer_zones(zones, "");
    run(400); /* the preload of records cannot be made, but costs its turn */
    (void)fake_log();
}

/* --- a change, from the caller to the log ---------------------------------------- */

static void test_a_change_is_accepted_logged_and_known(void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(org);
    caller = ask("a.example.org", "192.0.2.1");
    assert_false(says("a.example.org", "192.0.2.1"));
    run(0);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.1/60");
    run(150);
    assert_int_equal(caller->answers, 0);
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
    assert_true(address_equal(&caller->request->changes[0].written,
                              &caller->request->changes[0].address));
    assert_true(says("a.example.org", "192.0.2.1"));
    assert_string_equal(
        fake_log(),
        "info event=batch_done zone=Z1 changes=1 status=ok ms=150\n"
        "info event=record_changed host=a.example.org type=A old=unknown "
        "new=192.0.2.1 client=198.51.100.7 zone=Z1 ms=150\n");
    assert_true(dns_writer_is_idle(writer));
}

static void test_the_log_tells_the_old_address(void **state)
{
    (void)state;
    read_zones(org);
    ask("a.example.org", "2001:db8::1");
    run(0);
    fake_answer(STATUS_OK, NULL);
    run(1000);
    (void)fake_log();
    ask("a.example.org", "2001:db8::2");
    run(0);
    fake_answer(STATUS_OK, NULL);
    assert_true(fake_logged("info event=record_changed host=a.example.org "
                            "type=AAAA old=2001:db8::1 new=2001:db8::2"));
}

static void test_an_address_that_was_there_already_is_no_news(void **state)
{
    (void)state;
    read_zones(org);
    for (int i = 0; i < 2; i++) {
        ask("a.example.org", "192.0.2.1");
        run(0);
        fake_answer(STATUS_OK, NULL);
        run(1000);
    }
    assert_true(fake_logged("debug event=record_confirmed host=a.example.org "
                            "type=A old=192.0.2.1 new=192.0.2.1"));
}

static void test_nothing_is_said_of_a_record_while_it_changes(void **state)
{
    struct caller *older, *newer;

    (void)state;
    read_zones(org);
    ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_OK, NULL);
    run(1000);
    older = ask("a.example.org", "192.0.2.2");
    assert_false(says("a.example.org", "192.0.2.1"));
    run(0);
    newer = ask("a.example.org", "192.0.2.3");
    run(300);
    fake_answer(STATUS_OK, NULL);
    assert_told(older, OUTCOME_ACCEPTED);
    assert_false(says("a.example.org", "192.0.2.2")); /* not for long */
    run(0);
    fake_answer(STATUS_OK, NULL);
    assert_told(newer, OUTCOME_ACCEPTED);
    assert_true(says("a.example.org", "192.0.2.3"));
}

/* Known since the batch was sent, not since its answer came. */
static void test_knowledge_is_as_old_as_the_batch(void **state)
{
    (void)state;
    read_zones(org);
    ask("a.example.org", "192.0.2.1");
    run(0);
    run(7000);
    fake_answer(STATUS_OK, NULL);
    run((NOCHG_SECONDS - 8) * 1000);
    assert_true(says("a.example.org", "192.0.2.1"));
    run(1000);
    assert_false(says("a.example.org", "192.0.2.1"));
}

static void test_an_unknown_outcome_is_known_of_nobody(void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(org);
    ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_OK, NULL);
    run(1000);
    caller = ask("a.example.org", "192.0.2.2");
    run(0);
    fake_answer(STATUS_UNAVAILABLE, "connection reset");
    assert_false(says("a.example.org", "192.0.2.1"));
    assert_false(says("a.example.org", "192.0.2.2"));
    assert_int_equal(caller->answers, 0);
    run(500);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.2/60");
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
}

/* --- what else callers are told ----------------------------------------------------- */

static void test_a_refusal_is_told_with_route_53s_words_in_the_log(void **state)
{
    struct caller *refused, *again;

    (void)state;
    read_zones(org);
    refused = ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_INVALID, "a CNAME stands there");
    assert_told(refused, OUTCOME_REFUSED);
    assert_true(fake_logged("warn event=batch_failed zone=Z1 changes=1 "
                            "status=invalid"));
    assert_true(fake_logged("warn event=record_refused host=a.example.org "
                            "type=A zone=Z1"));
    assert_true(fake_logged("message=\"a CNAME stands there\" "
                            "request_id=r3qu3st"));
    (void)fake_log();
    again = ask("a.example.org", "192.0.2.1");
    assert_told(again, OUTCOME_REFUSED);
    assert_true(fake_logged("event=update_not_taken host=a.example.org "
                            "status=invalid"));
    assert_false(says("a.example.org", "192.0.2.1"));
}

static void test_no_answer_until_the_deadline_expires(void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(org);
    caller = ask("a.example.org", "192.0.2.1");
    run(DEADLINE_MS - 1);
    assert_int_equal(caller->answers, 0);
    run(1);
    assert_told(caller, OUTCOME_EXPIRED);
    assert_false(dns_writer_is_idle(writer));
    fake_answer(STATUS_OK, NULL); /* too late for the caller, not for DNS */
    assert_true(says("a.example.org", "192.0.2.1"));
    assert_true(dns_writer_is_idle(writer));
}

static bool is_well(void)
{
    struct strbuf page;
    bool well;

    strbuf_init(&page, HEALTH_JSON_MAX_BYTES);
    well = health_write_json(&health, &page);
    strbuf_clear(&page);
    return well;
}

static void test_a_denial_is_told_and_seen_on_the_health_page(void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(org);
    assert_true(is_well());
    caller = ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_DENIED, "expired");
    assert_told(caller, OUTCOME_UNAVAILABLE);
    assert_false(is_well());
    assert_true(fake_logged("error event=route53_health state=denied"));
    assert_true(fake_logged("message=expired request_id=r3qu3st"));
}

/* A watcher may send callers elsewhere while the page says 503, so the page
 * must not wait for a caller to find that all is well again. */
static void test_an_illness_that_is_over_is_noticed_without_callers(
    void **state)
{
    enum { PROBE_INTERVAL_MS = 30000, FORGET_MS = 3600000 };

    (void)state;
    read_zones(org);
    run(FORGET_MS);
    assert_int_equal(fake_waiting(), 0); /* well: nobody is asked */
    ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_UNAVAILABLE, "gone");
    assert_false(is_well());
    for (int minute = 0; minute < 20; minute++) {
        run(60000);
        while (fake_waiting() > 0)
            fake_answer(STATUS_UNAVAILABLE, "gone");
    }
    assert_false(is_well());
    (void)fake_log();
    run(PROBE_INTERVAL_MS);
    assert_string_equal(fake_oldest(), "list ");
    fake_answer_zones(org, "");
    assert_true(is_well());
    assert_true(fake_logged("info event=route53_health state=ok "
                            "before=unreachable"));
    run(FORGET_MS);
    assert_int_equal(fake_waiting(), 0);
}

static void test_a_probe_waits_for_what_is_under_way(void **state)
{
    (void)state;
    read_zones(org);
    ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_DENIED, "no");
    ask("a.example.org", "192.0.2.2");
    run(DEADLINE_MS - 1);
    assert_int_equal(fake_waiting(), 1);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.2/60");
    run(10 * DEADLINE_MS); /* it hangs: nothing else is asked meanwhile */
    assert_int_equal(fake_waiting(), 1);
    fake_answer(STATUS_OK, NULL);
    assert_true(is_well());
}

static void test_a_call_that_cannot_be_made_is_made_later(void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(org);
    caller = ask("a.example.org", "192.0.2.1");
    fake_refuse = STATUS_NOMEM;
    run(0);
    assert_int_equal(fake_waiting(), 0);
    assert_true(fake_logged("event=batch_failed"));
    assert_true(is_well()); /* Route 53 was not asked, and is none the worse */
    fake_refuse = STATUS_OK;
    run(500);
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
}

static void test_a_record_that_cannot_be_written_is_the_one_refused(
    void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(org);
    caller = ask("a.example.org", "192.0.2.1");
    fake_refuse = STATUS_INVALID;
    run(0);
    assert_told(caller, OUTCOME_REFUSED);
    assert_true(fake_logged("event=record_refused host=a.example.org"));
    fake_refuse = STATUS_OK;
    caller = ask("b.example.org", "192.0.2.1");
    run(500);
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
}

/* With one call in ten seconds and a deadline of one, a single batch is all
 * that anybody can hope for. */
static void test_who_could_not_be_served_in_time_is_told_at_once(void **state)
{
    enum { BATCH = ROUTE53_BATCH_MAX_UPSERTS };
    struct caller *crowd;

    (void)state;
    dns_writer_free(writer);
    settings.calls_per_second = 0.1;
    settings.deadline_seconds = 1;
    writer = dns_writer_new(NULL, &settings, &health, 7);
    assert_non_null(writer);
    crowd = prepare(BATCH + 1);
    for (size_t i = 0; i <= BATCH; i++) {
        char name[32];

        snprintf(name, sizeof name, "h%zu.example.org", i);
        set(crowd, i, name, "192.0.2.1");
    }
    submit(crowd);
    assert_int_equal(crowd->answers, 0);
    assert_int_equal(crowd->request->changes[BATCH - 1].outcome, OUTCOME_OPEN);
    assert_int_equal(crowd->request->changes[BATCH].outcome,
                     OUTCOME_UNAVAILABLE);
    assert_true(fake_logged("event=update_not_taken host=h500.example.org "
                            "status=full"));
    dns_writer_free(writer);
    writer = NULL;
    assert_told(crowd, OUTCOME_UNAVAILABLE);
}

/* --- several changes in one request -------------------------------------------------- */

static void test_the_changes_of_a_request_leave_in_one_batch(void **state)
{
    struct caller *caller = prepare(3);

    (void)state;
    read_zones(org);
    set(caller, 0, "a.example.org", "192.0.2.1");
    set(caller, 1, "a.example.org", "2001:db8::1");
    set(caller, 2, "b.example.org", "192.0.2.2");
    caller->request->changes[2].ttl = 300;
    submit(caller);
    run(0);
    assert_string_equal(fake_oldest(),
                        "upsert Z1 a.example.org=192.0.2.1/60 "
                        "a.example.org=2001:db8::1/60 b.example.org=192.0.2.2/"
                        "300");
    assert_int_equal(caller->answers, 0);
    fake_answer(STATUS_OK, NULL);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(caller->request->changes[i].outcome, OUTCOME_ACCEPTED);
    assert_int_equal(caller->answers, 1);
}

/* Each says its own truth; the answer comes with the last. */
static void test_the_changes_of_a_request_may_end_differently(void **state)
{
    struct caller *caller = prepare(4);
    struct update_change *changes = caller->request->changes;
    struct address known = {ADDRESS_IPV4, {192, 0, 2, 1}};

    (void)state;
    settings.nochg_seconds = NOCHG_SECONDS;
    read_zones(org);
    ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_OK, NULL);
    run(1000);
    set(caller, 0, "a.example.org", "192.0.2.1");
    set(caller, 1, "a.example.net", "192.0.2.1");
    set(caller, 2, "b.example.org", "192.0.2.2");
    set(caller, 3, "b.example.org", "2001:db8::2");
    changes[3].outcome = OUTCOME_REFUSED; /* by whoever made the request */
    submit(caller);
    assert_int_equal(changes[0].outcome, OUTCOME_UNCHANGED);
    assert_true(address_equal(&changes[0].written, &known));
    assert_int_equal(changes[1].outcome, OUTCOME_NO_ZONE);
    assert_int_equal(changes[2].outcome, OUTCOME_OPEN);
    assert_int_equal(caller->answers, 0);
    run(0);
    assert_string_equal(fake_oldest(), "upsert Z1 b.example.org=192.0.2.2/60");
    fake_answer(STATUS_OK, NULL);
    assert_int_equal(changes[2].outcome, OUTCOME_ACCEPTED);
    assert_int_equal(changes[3].outcome, OUTCOME_REFUSED);
    assert_int_equal(caller->answers, 1);
}

static void test_at_the_deadline_only_what_is_open_expires(void **state)
{
    static const struct fake_zone two[] = {{"Z1", "a.example.org", false},
                                           {"Z2", "b.example.org", false},
                                           {NULL, NULL, false}};
    struct caller *caller = prepare(2);

    (void)state;
    read_zones(two);
    set(caller, 0, "a.example.org", "192.0.2.1");
    set(caller, 1, "b.example.org", "192.0.2.2");
    submit(caller);
    run(0);
    fake_answer(STATUS_OK, NULL);
    run(DEADLINE_MS);
    assert_int_equal(caller->request->changes[0].outcome, OUTCOME_ACCEPTED);
    assert_int_equal(caller->request->changes[1].outcome, OUTCOME_EXPIRED);
    assert_int_equal(caller->answers, 1);
}

static void test_a_request_for_nothing_is_answered_at_once(void **state)
{
    struct caller *nothing = prepare(0), *known = prepare(1);

    (void)state;
    submit(nothing);
    assert_int_equal(nothing->answers, 1);
    set(known, 0, "a.example.org", "192.0.2.1");
    known->request->changes[0].outcome = OUTCOME_UNCHANGED;
    submit(known);
    assert_told(known, OUTCOME_UNCHANGED);
    run(0);
}

/* --- records of hosts that are gone -------------------------------------------------- */

static unsigned expiries;

static void on_expired(struct expiry_request *request)
{
    assert_int_not_equal(request->rrsets[0].outcome, EXPIRY_OPEN);
    expiries++;
}

/* The host of this name, which has two rows at most, has been silent. */
static struct expiry_request *expire(const char *name, const char *expected)
{
    struct expiry_request *request = expiry_request_new(1);
    struct expired_rrset *rrset = &request->rrsets[0];

    expiries = 0;
    request->count = 1;
    request->done = on_expired;
    request->good_until = fake_now + 60000;
    rrset->name_len = strlen(name);
    memcpy(rrset->name, name, rrset->name_len);
    assert_true(address_parse(span_from_string(expected), &rrset->expected));
    rrset->type = rrset_type_for(&rrset->expected);
    rrset->limit_s = 3000;
    rrset->silent_s = 3600;
    dns_writer_expire(writer, request);
    return request;
}

static void answer_listing(const char *name, const char *value)
{
    struct rrset rrset = {span_from_string(name), RRSET_A, 300,
                          span_from_string(value)};

    fake_answer_rrsets(&rrset, 1, "");
}

/* The start is over, and the survey that follows it. */
static void read_zones_and_records(void)
{
    fake_lists_records = true;
    read_zones(org);
    run(200);
    fake_answer_rrsets(NULL, 0, "");
    run(200);
}

static void test_a_record_is_looked_at_and_then_removed(void **state)
{
    struct expiry_request *request;
    struct caller *caller;

    (void)state;
    read_zones_and_records();
    request = expire("a.example.org", "192.0.2.1");
    run(200);
    assert_string_equal(fake_oldest(), "records Z1 a.example.org");
    answer_listing("a.example.org", "192.0.2.1");
    run(200);
    /* As the listing has it, whatever the host's TTL is. */
    assert_string_equal(fake_oldest(), "delete Z1 a.example.org=192.0.2.1/300");
    assert_int_equal(expiries, 0);
    fake_answer(STATUS_OK, NULL);
    assert_int_equal(expiries, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_REMOVED);
    assert_true(fake_logged("info event=record_expired host=a.example.org "
                            "type=A old=192.0.2.1 zone=Z1 silent_s=3600"));
    expiry_request_free(request);
    /* The host is back: nothing is known of its record. */
    caller = ask("a.example.org", "192.0.2.1");
    run(200);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.1/60");
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
    assert_true(fake_logged("record_changed host=a.example.org type=A "
                            "old=unknown new=192.0.2.1"));
}

static void test_who_calls_meanwhile_keeps_his_record(void **state)
{
    struct expiry_request *request;
    struct caller *caller;

    (void)state;
    read_zones_and_records();
    request = expire("a.example.org", "192.0.2.1");
    run(200);
    caller = ask("a.example.org", "192.0.2.1");
    answer_listing("a.example.org", "192.0.2.1");
    assert_int_equal(expiries, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_WANTED);
    run(200);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.1/60");
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
    expiry_request_free(request);
    /* Nor is it removed when the history has not heard of the call yet. */
    request = expire("a.example.org", "192.0.2.1");
    run(200);
    answer_listing("a.example.org", "192.0.2.1");
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_WANTED);
    assert_int_equal(fake_waiting(), 0);
    expiry_request_free(request);
}

/* What it takes for silence may be its own clock, which has jumped. */
static void test_with_a_clock_that_is_off_nothing_is_removed(void **state)
{
    static const char one[] = "Route 53", other[] = "S3";
    static const struct {
        const char *label, *service;
        int64_t seconds;
        enum expiry_outcome outcome;
    } words[] = {
        {"it is off", one, 86400, EXPIRY_UNAVAILABLE},
        {"another says nothing of that", other, 0, EXPIRY_UNAVAILABLE},
        {"it is right again", one, 0, EXPIRY_OPEN},
    };

    (void)state;
    read_zones_and_records();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct expiry_request *request;

        print_message("  %s\n", words[i].label);
        dns_writer_note_clock(writer, words[i].service, words[i].seconds);
        request = expire("a.example.org", "192.0.2.1");
        run(200);
        answer_listing("a.example.org", "192.0.2.1");
        assert_int_equal(request->rrsets[0].outcome, words[i].outcome);
        if (words[i].outcome == EXPIRY_OPEN) {
            run(200);
            fake_answer(STATUS_OK, NULL);
        }
        expiry_request_free(request);
    }
}

/* A policy that allows UPSERT alone must not make the server ill. */
static void test_who_may_not_remove_is_well_all_the_same(void **state)
{
    struct expiry_request *request;

    (void)state;
    read_zones_and_records();
    request = expire("a.example.org", "192.0.2.1");
    run(200);
    answer_listing("a.example.org", "192.0.2.1");
    run(200);
    fake_answer(STATUS_DENIED, NULL);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_DENIED);
    assert_false(health_route53_is_ill(&health));
    expiry_request_free(request);
}

static void test_a_request_under_way_ends_with_the_writer(void **state)
{
    struct expiry_request *request;

    (void)state;
    request = expire("a.example.org", "192.0.2.1");
    dns_writer_free(writer);
    assert_int_equal(expiries, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_UNAVAILABLE);
    expiry_request_free(request);
    writer = dns_writer_new(NULL, &settings, &health, 7);
    dns_writer_use(writer, host_table);
}

/* --- hosted zones -------------------------------------------------------------------- */

static void test_a_caller_waits_for_the_zones_to_be_read(void **state)
{
    struct caller *caller = ask("a.example.org", "192.0.2.1");

    (void)state;
    run(0);
    assert_string_equal(fake_oldest(), "list ");
    fake_answer_zones(org, "");
    assert_int_equal(caller->answers, 0);
    run(199); /* a listing is a call like all others */
    assert_int_equal(fake_waiting(), 0);
    run(1);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.1/60");
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
}

static void test_a_host_without_a_zone_is_told_so(void **state)
{
    struct caller *waited = ask("a.example.org", "192.0.2.1"), *later;

    (void)state;
    read_zones(none);
    assert_told(waited, OUTCOME_NO_ZONE);
    later = ask("a.example.org", "192.0.2.1");
    assert_told(later, OUTCOME_NO_ZONE);
    assert_true(fake_logged("event=update_not_taken host=a.example.org "
                            "status=not_found"));
}

static void test_a_host_without_a_zone_has_the_zones_read_again(void **state)
{
    struct caller *caller;

    (void)state;
    read_zones(none);
    run(10000);
    caller = ask("a.example.org", "192.0.2.1");
    assert_int_equal(caller->answers, 0);
    run(0);
    assert_string_equal(fake_oldest(), "list ");
    fake_answer_zones(org, ""); /* it has been created meanwhile */
    run(200);
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
}

static void test_a_zone_under_a_new_id_is_found(void **state)
{
    static const struct fake_zone moved[] = {{"Z9", "example.org", false},
                                             {NULL, NULL, false}};
    struct caller *caller;

    (void)state;
    read_zones(org);
    caller = ask("a.example.org", "192.0.2.1");
    run(0);
    fake_answer(STATUS_NOT_FOUND, "no such hosted zone");
    assert_int_equal(caller->answers, 0);
    assert_true(fake_logged("event=hosted_zone_gone zone=Z1"));
    run(5000);
    assert_string_equal(fake_oldest(), "list ");
    fake_answer_zones(moved, "");
    run(200);
    assert_string_equal(fake_oldest(), "upsert Z9 a.example.org=192.0.2.1/60");
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
}

static void test_while_the_zones_cannot_be_read_the_deadline_holds(void **state)
{
    struct caller *caller = ask("a.example.org", "192.0.2.1");
    unsigned calls = 0;

    (void)state;
    for (int64_t end = fake_now + DEADLINE_MS; fake_now < end;) {
        run(100);
        for (; fake_waiting() > 0; calls++)
            fake_answer(STATUS_UNAVAILABLE, "connection refused");
    }
    assert_told(caller, OUTCOME_EXPIRED);
    assert_in_range(calls, 3, 60);
}

static void test_a_listing_that_nobody_waits_for_keeps_nobody(void **state)
{
    (void)state;
    run(0);
    assert_int_equal(fake_waiting(), 1);
    assert_true(dns_writer_is_idle(writer));
    ask("a.example.org", "192.0.2.1");
    assert_false(dns_writer_is_idle(writer));
}

/* --- tables ------------------------------------------------------------------------------ */

static void test_a_change_ends_in_the_table_now_in_service(void **state)
{
    struct host_table *old = host_table;

    (void)state;
    read_zones(org);
    ask("b.example.org", "192.0.2.1");
    run(0);
    host_table = snapshot_of("b.example.org", old);
    dns_writer_use(writer, host_table);
    host_table_release(old);
    fake_answer(STATUS_OK, NULL);
    assert_true(says("b.example.org", "192.0.2.1"));
}

static void test_a_host_that_left_the_table_is_written_all_the_same(
    void **state)
{
    struct host_table *old = host_table;
    struct caller *caller;

    (void)state;
    read_zones(org);
    caller = ask("a.example.org", "192.0.2.1");
    host_table = snapshot_of("b.example.org", old);
    dns_writer_use(writer, host_table);
    host_table_release(old);
    run(0);
    fake_answer(STATUS_OK, NULL);
    assert_told(caller, OUTCOME_ACCEPTED);
    assert_true(fake_logged("event=record_changed host=a.example.org"));
}

/* --- the end -------------------------------------------------------------------------------- */

static void test_the_end_answers_whoever_is_left(void **state)
{
    struct caller *in_flight, *pending;

    (void)state;
    read_zones(org);
    in_flight = ask("a.example.org", "192.0.2.1");
    run(0);
    pending = ask("b.example.org", "192.0.2.1");
    dns_writer_free(writer);
    writer = NULL;
    assert_told(in_flight, OUTCOME_UNAVAILABLE);
    assert_told(pending, OUTCOME_UNAVAILABLE);
}

/* --- the preload of records -------------------------------------------------------
 */

static const struct rrset surveyed[] = {
    {SPAN_LITERAL("a.example.org"), RRSET_A, 60, SPAN_LITERAL("192.0.2.1")},
    {SPAN_LITERAL("stranger.example.org"), RRSET_A, 60,
     SPAN_LITERAL("192.0.2.2")},
};

static void begin_survey(void)
{
    fake_lists_records = true;
    run(0);
    fake_answer_zones(org, "");
    run(200);
    assert_string_equal(fake_oldest(), "records Z1 ");
    (void)fake_log();
}

static void test_what_is_surveyed_is_known(void **state)
{
    (void)state;
    begin_survey();
    fake_answer_rrsets(surveyed, 2, "");
    assert_true(says("a.example.org", "192.0.2.1"));
    assert_false(says("b.example.org", "192.0.2.2"));
    run(200);
    ask("a.example.org", "192.0.2.9");
    run(200);
    fake_answer(STATUS_OK, NULL);
    assert_true(fake_logged("event=record_changed host=a.example.org type=A "
                            "old=192.0.2.1 new=192.0.2.9"));
}

static void test_a_survey_is_not_believed_of_what_changes_meanwhile(
    void **state)
{
    (void)state;
    begin_survey();
    ask("a.example.org", "192.0.2.9");
    run(200);
    fake_answer_rrsets(surveyed, 2, ""); /* as it was before */
    assert_false(says("a.example.org", "192.0.2.1"));
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.9/60");
    fake_answer(STATUS_OK, NULL);
    assert_true(says("a.example.org", "192.0.2.9"));
    assert_true(fake_logged("old=192.0.2.1 new=192.0.2.9"));
}

static void test_a_survey_is_not_believed_of_what_has_changed_since(
    void **state)
{
    (void)state;
    begin_survey();
    ask("a.example.org", "192.0.2.9");
    run(200);
    assert_int_equal(fake_waiting(), 2);
    fake_answer_second(STATUS_OK);
    fake_answer_rrsets(surveyed, 2, "");
    assert_true(says("a.example.org", "192.0.2.9"));
    assert_false(says("a.example.org", "192.0.2.1"));
}

static void test_trouble_with_a_survey_is_nobodys_trouble(void **state)
{
    (void)state;
    begin_survey();
    fake_answer(STATUS_DENIED, "not authorized to list records");
    assert_true(is_well());
    ask("a.example.org", "192.0.2.9");
    run(200);
    fake_answer(STATUS_OK, NULL);
    assert_true(says("a.example.org", "192.0.2.9"));
}

static void test_a_survey_gives_way(void **state)
{
    (void)state;
    fake_lists_records = true;
    run(0);
    ask("a.example.org", "192.0.2.9");
    fake_answer_zones(org, "");
    run(200);
    assert_int_equal(fake_waiting(), 1);
    assert_string_equal(fake_oldest(), "upsert Z1 a.example.org=192.0.2.9/60");
    fake_answer(STATUS_OK, NULL);
    run(200);
    assert_string_equal(fake_oldest(), "records Z1 ");
    fake_answer_rrsets(NULL, 0, "");
}

int main(void)
{
#define WRITER_TEST(test)                                                      \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WRITER_TEST(test_a_change_is_accepted_logged_and_known),
        WRITER_TEST(test_the_log_tells_the_old_address),
        WRITER_TEST(test_an_address_that_was_there_already_is_no_news),
        WRITER_TEST(test_nothing_is_said_of_a_record_while_it_changes),
        WRITER_TEST(test_knowledge_is_as_old_as_the_batch),
        WRITER_TEST(test_an_unknown_outcome_is_known_of_nobody),
        WRITER_TEST(test_a_refusal_is_told_with_route_53s_words_in_the_log),
        WRITER_TEST(test_no_answer_until_the_deadline_expires),
        WRITER_TEST(test_a_denial_is_told_and_seen_on_the_health_page),
        WRITER_TEST(test_an_illness_that_is_over_is_noticed_without_callers),
        WRITER_TEST(test_a_probe_waits_for_what_is_under_way),
        WRITER_TEST(test_a_call_that_cannot_be_made_is_made_later),
        WRITER_TEST(test_a_record_that_cannot_be_written_is_the_one_refused),
        WRITER_TEST(test_who_could_not_be_served_in_time_is_told_at_once),
        WRITER_TEST(test_the_changes_of_a_request_leave_in_one_batch),
        WRITER_TEST(test_the_changes_of_a_request_may_end_differently),
        WRITER_TEST(test_at_the_deadline_only_what_is_open_expires),
        WRITER_TEST(test_a_request_for_nothing_is_answered_at_once),
        WRITER_TEST(test_a_record_is_looked_at_and_then_removed),
        WRITER_TEST(test_who_calls_meanwhile_keeps_his_record),
        WRITER_TEST(test_with_a_clock_that_is_off_nothing_is_removed),
        WRITER_TEST(test_who_may_not_remove_is_well_all_the_same),
        WRITER_TEST(test_a_request_under_way_ends_with_the_writer),
        WRITER_TEST(test_a_caller_waits_for_the_zones_to_be_read),
        WRITER_TEST(test_a_host_without_a_zone_is_told_so),
        WRITER_TEST(test_a_host_without_a_zone_has_the_zones_read_again),
        WRITER_TEST(test_a_zone_under_a_new_id_is_found),
        WRITER_TEST(test_while_the_zones_cannot_be_read_the_deadline_holds),
        WRITER_TEST(test_a_listing_that_nobody_waits_for_keeps_nobody),
        WRITER_TEST(test_a_change_ends_in_the_table_now_in_service),
        WRITER_TEST(test_a_host_that_left_the_table_is_written_all_the_same),
        WRITER_TEST(test_the_end_answers_whoever_is_left),
        WRITER_TEST(test_what_is_surveyed_is_known),
        WRITER_TEST(test_a_survey_is_not_believed_of_what_changes_meanwhile),
        WRITER_TEST(test_a_survey_is_not_believed_of_what_has_changed_since),
        WRITER_TEST(test_trouble_with_a_survey_is_nobodys_trouble),
        WRITER_TEST(test_a_survey_gives_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
