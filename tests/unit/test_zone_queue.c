#include "server/zone_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { TTL = 300, NOW = 5000, TEXT_MAX = 256 };

static struct record_table table;
static struct zone_queue *zone;

static int set_up(void **state)
{
    (void)state;
    zone = zone_queue_new(span_from_string("Z1"));
    return zone != NULL && record_table_init(&table) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    if (zone->flight != NULL) {
        zone_queue_put_back(zone, zone->flight, 0, zone->flight->count, 0);
        zone_queue_land(zone->flight);
    }
    while (!list_is_empty(&zone->records)) {
        struct record *record =
            list_entry(zone->records.next, struct record, in_queue);

        list_remove(&record->in_queue);
        record_table_remove(&table, record);
    }
    assert_int_equal(table.count, 0);
    record_table_clear(&table);
    zone_queue_free(zone);
    return 0;
}

static struct address address(const char *text)
{
    struct address parsed;

    if (!address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

/* A change as the coalescer makes it. */
static struct record *gather(const char *name, const char *wanted,
                             uint32_t group, int64_t asked_at)
{
    struct address to = address(wanted);
    enum rrset_type type = to.family == ADDRESS_IPV6 ? RRSET_AAAA : RRSET_A;
    struct span key = span_from_string(name);
    struct record *record = record_table_find(&table, key, type);

    if (record == NULL)
        record = record_table_add(&table, key, type);
    assert_non_null(record);
    if (!record->gathering.wanted) {
        record->gathering.wanted = true;
        record->gathering.asked_at = asked_at;
        record->zone = zone;
        record->group = group;
        list_append(&zone->records, &record->in_queue);
    }
    record->gathering.address = to;
    record->gathering.renewed_at = asked_at;
    return record;
}

/* Gathers a change for each word of names. */
static void gather_all(const char *names, const char *wanted, uint32_t group)
{
    struct span rest = span_from_string(names), name;
    char copy[DNS_NAME_MAX + 1];

    while (span_split(&rest, ' ', &name)) {
        snprintf(copy, sizeof copy, "%.*s", (int)name.len, name.ptr);
        gather(copy, wanted, group, 0);
    }
}

static struct batch *take(void)
{
    struct batch *batch = zone_queue_take_batch(zone, TTL, NOW);

    assert_non_null(batch);
    return batch;
}

/* The queue as words, "a/0 b/3": name and group. */
static const char *queue_text(void)
{
    static char text[TEXT_MAX];
    size_t len = 0;

    text[0] = '\0';
    for (struct list *node = zone->records.next; node != &zone->records;
         node = node->next) {
        struct record *record = list_entry(node, struct record, in_queue);

        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s/%u",
                                len > 0 ? " " : "", (int)record->name_len,
                                record->name, record->group);
    }
    return text;
}

/* --- what fits in one batch ----------------------------------------------- */

/* Documentation addresses do not get this long. */
#define A_15 "100.100.100.100"
#define AAAA_39 "fd12:3456:789a:1111:2222:3333:4444:5555"

static const struct {
    const char *label;
    struct {
        size_t count;
        const char *value;
    } runs[4];
    size_t fitting;
} budgets[] = {
    {"one change", {{1, A_15}}, 1},
    {"one change short of 500", {{499, A_15}}, 499},
    {"500 A meet the records' budget exactly", {{500, A_15}}, 500},
    {"the 501st A waits", {{501, A_15}}, 500},
    {"500 of the shortest", {{501, "192.0.2.1"}}, 500},
    {"410 full AAAA fit", {{410, AAAA_39}}, 410},
    {"the 411th AAAA waits", {{411, AAAA_39}}, 410},
    {"short AAAA are bound by the records' budget",
     {{501, "2001:db8::1"}},
     500},
    {"16,000 characters are met exactly: 410 AAAA and ten more",
     {{410, AAAA_39}, {1, "192.0.2.10"}},
     411},
    {"one character more waits", {{410, AAAA_39}, {1, "192.0.2.100"}}, 410},
    {"one character fewer leaves no room for another",
     {{410, AAAA_39}, {1, "192.0.2.1"}, {1, "192.0.2.1"}},
     411},
    {"the order of A and AAAA does not matter",
     {{1, "192.0.2.10"}, {410, AAAA_39}},
     411},
    {"354 AAAA leave room for 146 full A: 500 in 15,996 characters",
     {{354, AAAA_39}, {147, A_15}},
     500},
    {"355 AAAA leave room for 143 full A and ten characters",
     {{355, AAAA_39}, {143, A_15}, {1, "192.0.2.10"}, {1, "192.0.2.1"}},
     499},
    {"with eleven characters they do not",
     {{355, AAAA_39}, {143, A_15}, {1, "192.0.2.100"}, {1, "192.0.2.1"}},
     498},
    {"what does not fit is not overtaken by what would",
     {{410, AAAA_39}, {1, AAAA_39}, {1, "192.0.2.1"}},
     410},
};

static void fill(size_t row)
{
    size_t made = 0;
    char name[TEXT_MAX];

    for (size_t run = 0; run < COUNT(budgets[row].runs); run++) {
        for (size_t i = 0; i < budgets[row].runs[run].count; i++) {
            snprintf(name, sizeof name, "h%zu.example.org", made++);
            gather(name, budgets[row].runs[run].value, 0, 0);
        }
    }
}

static size_t count_chars(const struct batch *batch)
{
    size_t chars = 0;

    for (size_t i = 0; i < batch->count; i++)
        chars += batch->rrsets[i].value.len;
    return chars;
}

static void test_both_budgets_are_met_exactly(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(budgets); row++) {
        struct batch *batch;

        set_up(NULL);
        fill(row);
        batch = take();
        if (batch->count != budgets[row].fitting)
            fail_msg("%s: %zu fit", budgets[row].label, batch->count);
        if (batch->count > ROUTE53_BATCH_MAX_UPSERTS ||
            count_chars(batch) > ROUTE53_BATCH_MAX_CHARS)
            fail_msg("%s: Route 53 would refuse it", budgets[row].label);
        tear_down(NULL);
    }
}

static void test_nothing_is_lost_between_batches(void **state)
{
    size_t total = 0, batches = 0;
    char name[TEXT_MAX];

    (void)state;
    for (int i = 0; i < 1234; i++) {
        snprintf(name, sizeof name, "h%04d.example.org", i);
        gather(name, i % 2 ? A_15 : AAAA_39, 0, i);
    }
    while (!list_is_empty(&zone->records)) {
        struct batch *batch = take();

        for (size_t i = 0; i < batch->count; i++, total++) {
            snprintf(name, sizeof name, "h%04zu.example.org", total);
            assert_true(span_is(batch->rrsets[i].name, name));
            batch->records[i]->flying.wanted = false;
            record_table_remove(&table, batch->records[i]);
        }
        batches++;
        zone_queue_land(batch);
    }
    assert_int_equal(total, 1234);
    assert_int_equal(batches, 3);
}

/* --- what a batch says ---------------------------------------------------- */

static void test_a_batch_says_what_to_upsert(void **state)
{
    struct record *a = gather("a.example.org", "192.0.2.1", 0, 7);
    struct record *b = gather("a.example.org", "2001:db8::1", 0, 8);
    struct batch *batch;

    (void)state;
    batch = take();
    assert_int_equal(batch->count, 2);
    assert_ptr_equal(batch->zone, zone);
    assert_ptr_equal(zone->flight, batch);
    assert_int_equal(batch->sent_at, NOW);
    assert_ptr_equal(batch->records[0], a);
    assert_ptr_equal(batch->records[1], b);
    assert_true(span_is(batch->rrsets[0].name, "a.example.org"));
    assert_int_equal(batch->rrsets[0].type, RRSET_A);
    assert_true(span_is(batch->rrsets[0].value, "192.0.2.1"));
    assert_int_equal(batch->rrsets[0].ttl, TTL);
    assert_int_equal(batch->rrsets[1].type, RRSET_AAAA);
    assert_true(span_is(batch->rrsets[1].value, "2001:db8::1"));
    assert_true(list_is_empty(&zone->records));
}

static void test_taking_turns_gathering_into_flying(void **state)
{
    struct record *record = gather("a.example.org", "192.0.2.1", 0, 7);
    struct waiter waiter;

    (void)state;
    list_append(&record->gathering.waiters, &waiter.in_change);
    take();
    assert_false(record->gathering.wanted);
    assert_true(list_is_empty(&record->gathering.waiters));
    assert_true(record->flying.wanted);
    assert_int_equal(record->flying.asked_at, 7);
    assert_ptr_equal(record->flying.waiters.next, &waiter.in_change);
    assert_ptr_equal(record->flying.waiters.prev, &waiter.in_change);
    list_remove(&waiter.in_change);
}

static void test_an_empty_queue_gives_no_batch(void **state)
{
    (void)state;
    assert_null(zone_queue_take_batch(zone, TTL, NOW));
    assert_null(zone->flight);
    assert_int_equal(zone_queue_head_asked_at(zone), INT64_MAX);
}

static void test_the_head_is_who_asked_first(void **state)
{
    (void)state;
    gather("a.example.org", "192.0.2.1", 0, 7);
    gather("b.example.org", "192.0.2.2", 0, 8);
    gather("a.example.org", "192.0.2.3", 0, 9);
    assert_int_equal(zone_queue_head_asked_at(zone), 7);
}

static void test_ids_up_to_the_limit(void **state)
{
    char id[ROUTE53_ID_MAX + 1];
    struct zone_queue *longest;

    (void)state;
    memset(id, 'Z', sizeof id);
    assert_null(zone_queue_new(span_from(id, ROUTE53_ID_MAX + 1)));
    longest = zone_queue_new(span_from(id, ROUTE53_ID_MAX));
    assert_non_null(longest);
    assert_int_equal(strlen(longest->id), ROUTE53_ID_MAX);
    zone_queue_free(longest);
    zone_queue_free(NULL);
}

/* --- groups --------------------------------------------------------------- */

static const struct {
    const char *label;
    struct {
        const char *names;
        uint32_t group;
    } queued[4];
    size_t taken;
    uint32_t group;
    const char *left;
} groups[] = {
    {"the crowd travels together", {{"a b c", 0}}, 3, 0, ""},
    {"a group travels together", {{"a b", 5}}, 2, 5, ""},
    {"a group leaves the crowd behind",
     {{"a b", 5}, {"c d", 0}},
     2,
     5,
     "c/0 d/0"},
    {"the crowd does not take a group along",
     {{"a b", 0}, {"c", 5}},
     2,
     0,
     "c/5"},
    {"two groups do not mix", {{"a b", 5}, {"c d", 6}}, 2, 5, "c/6 d/6"},
    {"the crowd does not wait for a lone record in its midst",
     {{"a", 0}, {"b", 5}, {"c d", 0}},
     3,
     0,
     "b/5"},
    {"nor does a group wait for what stands in its midst",
     {{"a", 5}, {"b c", 0}, {"d", 5}},
     2,
     5,
     "b/0 c/0"},
    {"a lone record goes alone", {{"a", 9}, {"b c", 0}}, 1, 9, "b/0 c/0"},
};

static void test_groups_travel_apart(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(groups); row++) {
        struct batch *batch;

        set_up(NULL);
        for (size_t i = 0; groups[row].queued[i].names != NULL; i++)
            gather_all(groups[row].queued[i].names, "192.0.2.1",
                       groups[row].queued[i].group);
        batch = take();
        if (batch->count != groups[row].taken ||
            batch->group != groups[row].group)
            fail_msg("%s: %zu of group %u", groups[row].label, batch->count,
                     batch->group);
        if (strcmp(queue_text(), groups[row].left) != 0)
            fail_msg("%s: left are %s", groups[row].label, queue_text());
        tear_down(NULL);
    }
}

/* --- putting back --------------------------------------------------------- */

/* A batch of a b c d is in flight; meanwhile `meanwhile` is asked for, where
 * a to d are newer changes of the batch's own records. */
static const struct {
    const char *label, *meanwhile;
    size_t from, to;
    uint32_t group;
    const char *queue;
} returns[] = {
    {"to an empty queue, in their order", "", 0, 4, 0, "a/0 b/0 c/0 d/0"},
    {"before those who asked later", "x y", 0, 4, 0, "a/0 b/0 c/0 d/0 x/0 y/0"},
    {"as a group", "x", 0, 4, 5, "a/5 b/5 c/5 d/5 x/0"},
    {"only the first half", "x", 0, 2, 5, "a/5 b/5 x/0"},
    {"only the second half", "x", 2, 4, 5, "c/5 d/5 x/0"},
    {"none", "x", 2, 2, 5, "x/0"},
    {"a newer one at the very front takes the older one's place", "b x", 0, 4,
     5, "a/5 b/5 c/5 d/5 x/0"},
    {"a newer one deep in the queue does too", "x y c", 0, 4, 5,
     "a/5 b/5 c/5 d/5 x/0 y/0"},
    {"newer ones for all, in another order", "d c x b a", 0, 4, 5,
     "a/5 b/5 c/5 d/5 x/0"},
    {"newer ones for all and nobody else", "d c b a", 0, 4, 5,
     "a/5 b/5 c/5 d/5"},
    {"newer ones on both sides of a stranger", "a x d", 0, 4, 0,
     "a/0 b/0 c/0 d/0 x/0"},
    {"a newer one at the front, of the half that does not return", "d x", 0, 2,
     5, "d/0 a/5 b/5 x/0"},
};

static void test_what_returns_stands_at_the_front_in_order(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(returns); row++) {
        struct batch *batch;

        set_up(NULL);
        gather_all("a b c d", "192.0.2.1", 0);
        batch = take();
        gather_all(returns[row].meanwhile, "192.0.2.2", 0);
        zone_queue_put_back(zone, batch, returns[row].from, returns[row].to,
                            returns[row].group);
        if (strcmp(queue_text(), returns[row].queue) != 0)
            fail_msg("%s: %s", returns[row].label, queue_text());
        for (size_t i = 0; i < batch->count; i++)
            if (batch->records[i]->flying.wanted ==
                (i >= returns[row].from && i < returns[row].to))
                fail_msg("%s: record %zu", returns[row].label, i);
        zone_queue_put_back(zone, batch, 0, returns[row].from, 0);
        zone_queue_put_back(zone, batch, returns[row].to, batch->count, 0);
        zone_queue_land(batch);
        tear_down(NULL);
    }
}

/* The batch is put back as two halves. */
static const struct {
    const char *label, *meanwhile, *queue;
} halves[] = {
    {"nobody asked meanwhile", "", "a/5 b/5 c/6 d/6"},
    {"behind those who asked meanwhile", "x y", "x/0 y/0 a/5 b/5 c/6 d/6"},
    {"a newer one of the first half at the front", "a x",
     "x/0 a/5 b/5 c/6 d/6"},
    {"a newer one of the second half at the front", "d x",
     "x/0 a/5 b/5 c/6 d/6"},
    {"newer ones of both halves at the end", "x d a", "x/0 a/5 b/5 c/6 d/6"},
    {"newer ones of both halves deep in the queue", "x b y c z",
     "x/0 y/0 z/0 a/5 b/5 c/6 d/6"},
    {"newer ones for all and nobody else", "d b a c", "a/5 b/5 c/6 d/6"},
};

static void test_halves_go_behind_and_stay_apart(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(halves); row++) {
        struct batch *batch;

        set_up(NULL);
        gather_all("a b c d", "192.0.2.1", 0);
        batch = take();
        gather_all(halves[row].meanwhile, "192.0.2.2", 0);
        zone_queue_put_behind(zone, batch, 0, 2, 5);
        zone_queue_put_behind(zone, batch, 2, 4, 6);
        for (size_t i = 0; i < batch->count; i++)
            assert_false(batch->records[i]->flying.wanted);
        zone_queue_land(batch);
        if (strcmp(queue_text(), halves[row].queue) != 0)
            fail_msg("%s: %s", halves[row].label, queue_text());
        tear_down(NULL);
    }
}

static void test_the_older_address_returns_when_there_is_no_newer(void **state)
{
    struct record *record = gather("a", "192.0.2.1", 0, 7);
    struct address wanted = address("192.0.2.1");
    struct waiter waiter;
    struct batch *batch;

    (void)state;
    list_append(&record->gathering.waiters, &waiter.in_change);
    batch = take();
    zone_queue_put_back(zone, batch, 0, 1, 0);
    zone_queue_land(batch);
    assert_null(zone->flight);
    assert_true(record->gathering.wanted);
    assert_false(record->flying.wanted);
    assert_true(address_equal(&record->gathering.address, &wanted));
    assert_int_equal(zone_queue_head_asked_at(zone), 7);
    assert_ptr_equal(record->gathering.waiters.next, &waiter.in_change);
    list_remove(&waiter.in_change);
    assert_true(list_is_empty(&record->gathering.waiters));
}

static void test_a_newer_address_takes_over_callers_and_age(void **state)
{
    struct record *record = gather("a", "192.0.2.1", 0, 7);
    struct address wanted = address("192.0.2.2");
    struct waiter older, newer;
    struct batch *batch;

    (void)state;
    list_append(&record->gathering.waiters, &older.in_change);
    batch = take();
    gather("a", "192.0.2.2", 0, 20);
    list_append(&record->gathering.waiters, &newer.in_change);
    zone_queue_put_back(zone, batch, 0, 1, 0);
    zone_queue_land(batch);
    assert_false(record->flying.wanted);
    assert_true(list_is_empty(&record->flying.waiters));
    assert_true(address_equal(&record->gathering.address, &wanted));
    assert_int_equal(record->gathering.asked_at, 7);
    assert_int_equal(record->gathering.renewed_at, 20);
    assert_ptr_equal(record->gathering.waiters.next, &newer.in_change);
    assert_ptr_equal(record->gathering.waiters.prev, &older.in_change);
    list_remove(&older.in_change);
    list_remove(&newer.in_change);
    assert_true(list_is_empty(&record->gathering.waiters));
}

static void test_a_refused_record_keeps_its_own_group(void **state)
{
    struct record *record = gather("a", "192.0.2.1", 9, 0);
    struct batch *batch;

    (void)state;
    record->refusals = 1;
    batch = take();
    zone_queue_put_back(zone, batch, 0, 1, 0);
    zone_queue_land(batch);
    assert_string_equal(queue_text(), "a/9");
    batch = take();
    zone_queue_put_behind(zone, batch, 0, 1, 5);
    zone_queue_land(batch);
    assert_string_equal(queue_text(), "a/9");
}

int main(void)
{
#define QUEUE_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_budgets_are_met_exactly),
        QUEUE_TEST(test_nothing_is_lost_between_batches),
        QUEUE_TEST(test_a_batch_says_what_to_upsert),
        QUEUE_TEST(test_taking_turns_gathering_into_flying),
        QUEUE_TEST(test_an_empty_queue_gives_no_batch),
        QUEUE_TEST(test_the_head_is_who_asked_first),
        QUEUE_TEST(test_ids_up_to_the_limit),
        cmocka_unit_test(test_groups_travel_apart),
        cmocka_unit_test(test_what_returns_stands_at_the_front_in_order),
        cmocka_unit_test(test_halves_go_behind_and_stay_apart),
        QUEUE_TEST(test_the_older_address_returns_when_there_is_no_newer),
        QUEUE_TEST(test_a_newer_address_takes_over_callers_and_age),
        QUEUE_TEST(test_a_refused_record_keeps_its_own_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
