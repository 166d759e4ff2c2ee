#include "server/dns/rrset_expiry.h"

#include "base/strbuf.h"
#include "tests/unit/fake_route53.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { ROOM = 8, GOOD_FOR_MS = 60000 };

static struct rrset_expiry *expiry;
static struct expiry_request *request;
static unsigned answers;
static struct strbuf told; /* what the hooks were told */
static enum zone_answer zone_answer;
static enum expiry_outcome objection;
static enum status remove_status;

static void on_call_done(void *arg, int64_t sent_at,
                         const struct aws_reply *reply)
{
    (void)arg;
    (void)sent_at;
    strbuf_printf(&told, "%s;", status_name(reply->status));
}

/* Those under b.example.org are in a zone of their own. */
static enum zone_answer on_find_zone(void *arg, struct span name,
                                     struct span *zone_id)
{
    static const char inner[] = ".b.example.org";

    (void)arg;
    *zone_id = span_from_string(
        name.len >= sizeof inner - 1 &&
                memcmp(name.ptr + name.len - (sizeof inner - 1), inner,
                       sizeof inner - 1) == 0
            ? "Z2"
            : "Z1");
    return zone_answer;
}

static enum expiry_outcome on_objection(void *arg,
                                        const struct expired_rrset *rrset)
{
    (void)arg;
    (void)rrset;
    return objection;
}

static enum status on_remove(void *arg, const struct unwanted_rrset *unwanted)
{
    char text[ADDRESS_TEXT_MAX];

    (void)arg;
    address_format(unwanted->address, text);
    strbuf_printf(&told, "remove %.*s=%s/%u;", (int)unwanted->name.len,
                  unwanted->name.ptr, text, (unsigned)unwanted->ttl);
    return remove_status;
}

static void on_missing(void *arg, const struct expired_rrset *rrset,
                       int64_t sent_at)
{
    (void)arg;
    assert_int_equal(sent_at, fake_now);
    strbuf_printf(&told, "missing %.*s %s;", (int)rrset->name_len, rrset->name,
                  rrset_type_name(rrset->type));
}

static void on_done(struct expiry_request *done)
{
    assert_ptr_equal(done, request);
    answers++;
}

static int set_up(void **state)
{
    static const struct rrset_expiry_hooks hooks = {
        .call_done = on_call_done,
        .find_zone = on_find_zone,
        .objection = on_objection,
        .remove = on_remove,
        .missing = on_missing,
    };

    (void)state;
    fake_reset();
    fake_lists_records = true;
    strbuf_init(&told, 4096);
    zone_answer = ZONE_FOUND;
    objection = EXPIRY_OPEN;
    remove_status = STATUS_OK;
    answers = 0;
    expiry = rrset_expiry_new(NULL, &hooks);
    request = expiry_request_new(ROOM);
    assert_non_null(expiry);
    assert_non_null(request);
    request->done = on_done;
    request->good_until = fake_now + GOOD_FOR_MS;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rrset_expiry_free(expiry);
    assert_int_equal(answers, 1);
    expiry_request_free(request);
    strbuf_clear(&told);
    return 0;
}

static struct address address(const char *text)
{
    struct address parsed = {.family = ADDRESS_NONE};

    if (text[0] != '\0')
        assert_true(address_parse(span_from_string(text), &parsed));
    return parsed;
}

/* `expected` may be "": it is not known. */
static void add(const char *name, enum rrset_type type, const char *expected)
{
    struct expired_rrset *rrset = &request->rrsets[request->count++];

    assert_true(request->count <= ROOM);
    rrset->name_len = strlen(name);
    memcpy(rrset->name, name, rrset->name_len);
    rrset->type = type;
    rrset->expected = address(expected);
    rrset->silent_s = 7;
}

static void send_next(const char *expected_call)
{
    assert_true(rrset_expiry_wants_call(expiry));
    assert_true(rrset_expiry_prepare(expiry, fake_now));
    rrset_expiry_send(expiry, fake_now);
    assert_true(rrset_expiry_is_reading(expiry));
    assert_false(rrset_expiry_wants_call(expiry));
    assert_string_equal(fake_oldest(), expected_call);
}

static enum expiry_outcome outcome_of(const char *name, enum rrset_type type)
{
    for (size_t i = 0; i < request->count; i++)
        if (request->rrsets[i].type == type &&
            span_is(expired_rrset_name(&request->rrsets[i]), name))
            return request->rrsets[i].outcome;
    fail_msg("%s", name);
    return EXPIRY_OPEN;
}

static void end_removal(const char *name, const char *value,
                        enum removal_end end, uint32_t silent_s)
{
    struct address removed = address(value);
    struct ended_removal ended = {
        .end = end, .name = span_from_string(name), .address = &removed};

    assert_int_equal(rrset_expiry_ended(expiry, &ended), silent_s);
}

static struct rrset shown(const char *name, const char *value)
{
    struct address parsed = address(value);

    return (struct rrset){span_from_string(name),
                          value[0] == '\0' ? RRSET_A : rrset_type_for(&parsed),
                          300, span_from_string(value)};
}

/* --- what is looked at ------------------------------------------------------------ */

static void test_one_page_tells_of_all_that_lie_on_it(void **state)
{
    struct rrset page[4];

    (void)state;
    add("c.example.org", RRSET_A, "192.0.2.3");
    add("a.example.org", RRSET_A, "192.0.2.1");
    add("e.example.org", RRSET_A, "192.0.2.5");
    add("a.example.org", RRSET_AAAA, "2001:db8::1");
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    page[0] = shown("a.example.org", "192.0.2.1");
    page[1] = shown("a.example.org", "2001:db8::1");
    page[2] = shown("b.example.org", "192.0.2.9"); /* nobody's business */
    page[3] = shown("c.example.org", "192.0.2.3");
    fake_answer_rrsets(page, 4, "d.example.org.");
    assert_string_equal(strbuf_string(&told),
                        "ok;remove a.example.org=192.0.2.1/300;"
                        "remove a.example.org=2001:db8::1/300;"
                        "remove c.example.org=192.0.2.3/300;");
    send_next("records Z1 e.example.org");
    page[0] = shown("e.example.org", "192.0.2.5");
    fake_answer_rrsets(page, 1, "");
    assert_false(rrset_expiry_wants_call(expiry));
    assert_int_equal(answers, 0);
    end_removal("a.example.org", "192.0.2.1", REMOVAL_DONE, 7);
    end_removal("a.example.org", "2001:db8::1", REMOVAL_CHANGED, 7);
    end_removal("c.example.org", "192.0.2.3", REMOVAL_OVERTAKEN, 7);
    assert_int_equal(answers, 0);
    end_removal("e.example.org", "192.0.2.5", REMOVAL_GIVEN_UP, 7);
    assert_int_equal(answers, 1);
    assert_int_equal(outcome_of("a.example.org", RRSET_A), EXPIRY_REMOVED);
    assert_int_equal(outcome_of("a.example.org", RRSET_AAAA), EXPIRY_CHANGED);
    assert_int_equal(outcome_of("c.example.org", RRSET_A), EXPIRY_WANTED);
    assert_int_equal(outcome_of("e.example.org", RRSET_A), EXPIRY_UNAVAILABLE);
}

/* Ten thousand hosts that never had a record cost a call for 300 records of
 * others, not one for each. */
static void test_what_the_page_passes_over_is_absent(void **state)
{
    struct rrset page[1];

    (void)state;
    add("a.example.org", RRSET_A, "");
    add("b.example.org", RRSET_AAAA, "");
    add("m.example.org", RRSET_A, "");
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    page[0] = shown("k.example.org", "192.0.2.9");
    fake_answer_rrsets(page, 1, "l.example.org.");
    assert_int_equal(outcome_of("a.example.org", RRSET_A), EXPIRY_ABSENT);
    assert_int_equal(outcome_of("b.example.org", RRSET_AAAA), EXPIRY_ABSENT);
    assert_int_equal(outcome_of("m.example.org", RRSET_A), EXPIRY_OPEN);
    send_next("records Z1 m.example.org");
    fake_answer_rrsets(NULL, 0, "");
    assert_int_equal(outcome_of("m.example.org", RRSET_A), EXPIRY_ABSENT);
    assert_int_equal(answers, 1);
    assert_string_equal(strbuf_string(&told), "ok;ok;");
}

static void test_what_is_missing_once_more_is_told(void **state)
{
    struct rrset page[1] = {shown("b.example.org", "192.0.2.2")};

    (void)state;
    add("a.example.org", RRSET_A, "192.0.2.1");
    add("a.example.org", RRSET_AAAA, "2001:db8::1");
    add("b.example.org", RRSET_A, "192.0.2.2");
    request->rrsets[1].is_missing = true;
    request->rrsets[2].is_missing = true; /* it was made anew by hand */
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    fake_answer_rrsets(page, 1, "");
    assert_string_equal(strbuf_string(&told),
                        "ok;remove b.example.org=192.0.2.2/300;"
                        "missing a.example.org AAAA;");
    assert_int_equal(outcome_of("a.example.org", RRSET_AAAA), EXPIRY_ABSENT);
    end_removal("b.example.org", "192.0.2.2", REMOVAL_DONE, 7);
}

static void test_but_not_while_somebody_writes_it(void **state)
{
    (void)state;
    objection = EXPIRY_WANTED;
    add("a.example.org", RRSET_A, "192.0.2.1");
    request->rrsets[0].is_missing = true;
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    fake_answer_rrsets(NULL, 0, "");
    assert_string_equal(strbuf_string(&told), "ok;");
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_WANTED);
}

static void test_each_zone_has_listings_of_its_own(void **state)
{
    struct rrset page[2];

    (void)state;
    add("a.example.org", RRSET_A, "192.0.2.1");
    add("x.b.example.org", RRSET_A, "192.0.2.2");
    add("c.example.org", RRSET_A, "192.0.2.3");
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    page[0] = shown("a.example.org", "192.0.2.1");
    /* The outer zone may have a name of the inner one, which serves nobody. */
    page[1] = shown("x.b.example.org", "192.0.2.2");
    fake_answer_rrsets(page, 2, "");
    assert_int_equal(outcome_of("c.example.org", RRSET_A), EXPIRY_ABSENT);
    send_next("records Z2 x.b.example.org");
    fake_answer_rrsets(&page[1], 1, "");
    assert_string_equal(strbuf_string(&told),
                        "ok;remove a.example.org=192.0.2.1/300;"
                        "ok;remove x.b.example.org=192.0.2.2/300;");
    end_removal("a.example.org", "192.0.2.1", REMOVAL_DONE, 7);
    end_removal("x.b.example.org", "192.0.2.2", REMOVAL_DENIED, 7);
    assert_int_equal(outcome_of("x.b.example.org", RRSET_A), EXPIRY_DENIED);
}

/* A page that tells of nothing does not make it ask for ever. */
static void test_every_call_gets_rid_of_one_at_least(void **state)
{
    (void)state;
    add("a.example.org", RRSET_A, "");
    add("b.example.org", RRSET_A, "");
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    fake_answer_rrsets(NULL, 0, "a.example.org.");
    send_next("records Z1 b.example.org");
    fake_answer_rrsets(NULL, 0, "a\\056b.example.org.");
    assert_int_equal(answers, 1);
}

/* --- what is left alone -------------------------------------------------------------- */

static const struct {
    const char *label;
    const char *expected, *value; /* what a listing shows; "": not plain */
    enum expiry_outcome objection;
    enum status removing;
    enum expiry_outcome outcome;
} rows[] = {
    {"another value", "192.0.2.1", "192.0.2.2", EXPIRY_OPEN, STATUS_OK,
     EXPIRY_OTHER_VALUE},
    {"an alias, or several values", "192.0.2.1", "", EXPIRY_OPEN, STATUS_OK,
     EXPIRY_SPECIAL},
    {"an alias where nothing is expected", "", "", EXPIRY_OPEN, STATUS_OK,
     EXPIRY_SPECIAL},
    {"a locked one", "192.0.2.1", "192.0.2.1", EXPIRY_LOCKED, STATUS_OK,
     EXPIRY_LOCKED},
    {"one that was written meanwhile", "192.0.2.1", "192.0.2.1", EXPIRY_WANTED,
     STATUS_OK, EXPIRY_WANTED},
    {"one that somebody wants just now", "192.0.2.1", "192.0.2.1", EXPIRY_OPEN,
     STATUS_BUSY, EXPIRY_WANTED},
    {"one that Route 53 refused", "192.0.2.1", "192.0.2.1", EXPIRY_OPEN,
     STATUS_INVALID, EXPIRY_REFUSED},
    {"one that lost its zone", "192.0.2.1", "192.0.2.1", EXPIRY_OPEN,
     STATUS_NOT_FOUND, EXPIRY_NO_ZONE},
    {"one that finds no room", "192.0.2.1", "192.0.2.1", EXPIRY_OPEN,
     STATUS_FULL, EXPIRY_UNAVAILABLE},
};

static void test_what_is_not_as_expected_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rrset page = shown("a.example.org", rows[i].value);

        print_message("  %s\n", rows[i].label);
        set_up(NULL);
        objection = rows[i].objection;
        remove_status = rows[i].removing;
        add("a.example.org", RRSET_A, rows[i].expected);
        rrset_expiry_take(expiry, request);
        send_next("records Z1 a.example.org");
        fake_answer_rrsets(&page, 1, "");
        assert_int_equal(answers, 1);
        assert_int_equal(request->rrsets[0].outcome, rows[i].outcome);
        if (rows[i].removing == STATUS_OK)
            assert_null(strstr(strbuf_string(&told), "remove"));
        tear_down(NULL);
    }
}

static void test_where_nothing_is_expected_a_plain_record_goes(void **state)
{
    struct rrset page = shown("a.example.org", "192.0.2.1");

    (void)state;
    add("a.example.org", RRSET_A, "");
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    fake_answer_rrsets(&page, 1, "");
    assert_string_equal(strbuf_string(&told),
                        "ok;remove a.example.org=192.0.2.1/300;");
    end_removal("a.example.org", "192.0.2.1", REMOVAL_DONE, 7);
}

static void test_a_dry_run_looks_and_removes_nothing(void **state)
{
    struct rrset page[2] = {shown("a.example.org", "192.0.2.1"),
                            shown("b.example.org", "192.0.2.9")};

    (void)state;
    request->is_dry_run = true;
    add("a.example.org", RRSET_A, "192.0.2.1");
    add("b.example.org", RRSET_A, "192.0.2.2");
    rrset_expiry_take(expiry, request);
    send_next("records Z1 a.example.org");
    fake_answer_rrsets(page, 2, "");
    assert_string_equal(strbuf_string(&told), "ok;");
    assert_int_equal(answers, 1);
    assert_int_equal(outcome_of("a.example.org", RRSET_A), EXPIRY_WOULD_GO);
    assert_int_equal(outcome_of("b.example.org", RRSET_A), EXPIRY_OTHER_VALUE);
}

/* --- when it cannot be looked ------------------------------------------------------------ */

static void test_a_listing_that_fails_ends_it(void **state)
{
    static const struct {
        enum status status;
        enum expiry_outcome outcome;
    } ends[] = {{STATUS_DENIED, EXPIRY_DENIED},
                {STATUS_UNAVAILABLE, EXPIRY_UNAVAILABLE},
                {STATUS_THROTTLED, EXPIRY_UNAVAILABLE},
                {STATUS_NOT_FOUND, EXPIRY_UNAVAILABLE}};

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        set_up(NULL);
        add("a.example.org", RRSET_A, "192.0.2.1");
        rrset_expiry_take(expiry, request);
        send_next("records Z1 a.example.org");
        fake_answer(ends[i].status, NULL);
        assert_int_equal(answers, 1);
        assert_int_equal(request->rrsets[0].outcome, ends[i].outcome);
        tear_down(NULL);
    }
}

static void test_a_listing_that_cannot_be_made_ends_it(void **state)
{
    (void)state;
    fake_lists_records = false;
    add("a.example.org", RRSET_A, "192.0.2.1");
    rrset_expiry_take(expiry, request);
    assert_true(rrset_expiry_prepare(expiry, fake_now));
    rrset_expiry_send(expiry, fake_now);
    assert_int_equal(answers, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_UNAVAILABLE);
}

static void test_without_a_zone_there_is_no_call(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        set_up(NULL);
        zone_answer = i == 0 ? ZONE_ABSENT : ZONE_UNKNOWN;
        add("a.example.org", RRSET_A, "192.0.2.1");
        rrset_expiry_take(expiry, request);
        assert_false(rrset_expiry_prepare(expiry, fake_now));
        assert_int_equal(answers, 1);
        assert_int_equal(request->rrsets[0].outcome,
                         i == 0 ? EXPIRY_NO_ZONE : EXPIRY_UNAVAILABLE);
        tear_down(NULL);
    }
}

static void test_what_was_known_too_long_ago_is_given_up(void **state)
{
    (void)state;
    add("a.example.org", RRSET_A, "192.0.2.1");
    rrset_expiry_take(expiry, request);
    fake_now += GOOD_FOR_MS + 1;
    assert_false(rrset_expiry_prepare(expiry, fake_now));
    assert_int_equal(answers, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_UNAVAILABLE);
}

static void test_an_empty_request_comes_back(void **state)
{
    (void)state;
    rrset_expiry_take(expiry, request);
    assert_int_equal(answers, 1);
    assert_false(rrset_expiry_wants_call(expiry));
}

static void test_a_second_request_comes_back_at_once(void **state)
{
    struct expiry_request *first = request;

    (void)state;
    add("a.example.org", RRSET_A, "192.0.2.1");
    rrset_expiry_take(expiry, first);
    request = expiry_request_new(1);
    request->done = on_done;
    request->count = 1;
    rrset_expiry_take(expiry, request);
    assert_int_equal(answers, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_UNAVAILABLE);
    expiry_request_free(request);
    request = first;
    answers = 0; /* the first one's answer comes with the end */
}

static void test_a_removal_of_nobody_s_is_passed_over(void **state)
{
    (void)state;
    end_removal("a.example.org", "192.0.2.1", REMOVAL_DONE, 0);
    add("a.example.org", RRSET_A, "192.0.2.1");
    rrset_expiry_take(expiry, request);
    end_removal("a.example.org", "192.0.2.1", REMOVAL_DONE, 0);
    end_removal("b.example.org", "192.0.2.1", REMOVAL_DONE, 0);
    assert_int_equal(answers, 0);
}

#define EXPIRY_TEST(test)                                                      \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPIRY_TEST(test_one_page_tells_of_all_that_lie_on_it),
        EXPIRY_TEST(test_what_the_page_passes_over_is_absent),
        EXPIRY_TEST(test_what_is_missing_once_more_is_told),
        EXPIRY_TEST(test_but_not_while_somebody_writes_it),
        EXPIRY_TEST(test_each_zone_has_listings_of_its_own),
        EXPIRY_TEST(test_every_call_gets_rid_of_one_at_least),
        cmocka_unit_test(test_what_is_not_as_expected_is_left),
        EXPIRY_TEST(test_where_nothing_is_expected_a_plain_record_goes),
        EXPIRY_TEST(test_a_dry_run_looks_and_removes_nothing),
        cmocka_unit_test(test_a_listing_that_fails_ends_it),
        EXPIRY_TEST(test_a_listing_that_cannot_be_made_ends_it),
        cmocka_unit_test(test_without_a_zone_there_is_no_call),
        EXPIRY_TEST(test_what_was_known_too_long_ago_is_given_up),
        EXPIRY_TEST(test_an_empty_request_comes_back),
        EXPIRY_TEST(test_a_second_request_comes_back_at_once),
        EXPIRY_TEST(test_a_removal_of_nobody_s_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
