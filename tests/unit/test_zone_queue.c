#include "server/dns/zone_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { TTL = 300, NOW = 5000, TEXT_MAX = 256 };

static struct rrset_table table;
static struct zone_queue *zone;

static int set_up(void **state)
{
    (void)state;
    zone = zone_queue_new(span_from_string("Z1"));
    return zone != NULL && rrset_table_init(&table) == STATUS_OK ? 0 : -1;
}

static void return_all(struct batch *batch, enum lane lane, uint32_t group)
{
    for (size_t i = batch->count; i-- > 0;)
        zone_queue_return_to_front(batch->items[i].record, lane, group);
}

static int tear_down(void **state)
{
    (void)state;
    if (zone->in_flight != NULL) {
        return_all(zone->in_flight, zone->in_flight->lane, 0);
        zone_queue_complete(zone->in_flight);
    }
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        struct rrset_state *record;

        while ((record = zone_queue_head(zone, (enum lane)lane)) != NULL) {
            zone_queue_remove(record);
            rrset_table_remove(&table, record);
        }
        assert_int_equal(zone->lanes[lane].count, 0);
    }
    assert_true(zone_queue_is_empty(zone));
    assert_int_equal(rrset_table_count(&table), 0);
    rrset_table_clear(&table);
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

/* A change as the coalescer makes it; with a group, one that was part of a
 * refused batch. */
static struct rrset_state *make_pending(const char *name, const char *wanted,
                                        uint32_t group, int64_t asked_at)
{
    struct address to = address(wanted);
    enum rrset_type type = rrset_type_for(&to);
    struct span key = span_from_string(name);
    struct rrset_state *record = rrset_table_find(&table, key, type);
    struct change *change;

    if (record == NULL)
        record = rrset_table_add(&table, key, type);
    assert_non_null(record);
    change = group == 0 ? &record->pending : &record->in_flight;
    if (!change->wanted) {
        change->wanted = true;
        change->asked_at = asked_at;
        record->zone = zone;
        if (group == 0)
            zone_queue_append(zone, record);
    }
    change->address = to;
    change->ttl = TTL;
    change->renewed_at = asked_at;
    if (group != 0)
        zone_queue_return_to_end(record, LANE_SEARCH, group);
    return record;
}

/* Makes a pending change for each word of names. */
static void submit_all(const char *names, const char *wanted, uint32_t group)
{
    struct span rest = span_from_string(names), name;
    char copy[DNS_NAME_MAX + 1];

    while (span_split(&rest, ' ', &name)) {
        snprintf(copy, sizeof copy, "%.*s", (int)name.len, name.ptr);
        make_pending(copy, wanted, group, 0);
    }
}

static struct batch *take_from(enum lane lane)
{
    struct batch *batch = zone_queue_take_batch(zone, lane, NOW);

    assert_non_null(batch);
    return batch;
}

static struct batch *take(void)
{
    return take_from(LANE_SHARED);
}

/* The lanes of those that share batches as words, "a/0 b/0 c/3": name and
 * group, the search behind the others. */
static const char *queue_text(void)
{
    static char text[TEXT_MAX];
    size_t len = 0;

    text[0] = '\0';
    for (int lane = LANE_SHARED; lane <= LANE_SEARCH; lane++) {
        const struct list *records = &zone->lanes[lane].records;

        for (struct list *node = records->next; node != records;
             node = node->next) {
            struct rrset_state *record =
                list_entry(node, struct rrset_state, in_queue);

            len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s/%u",
                                    len > 0 ? " " : "", (int)record->name_len,
                                    record->name, record->group);
        }
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
            make_pending(name, budgets[row].runs[run].value, 0, 0);
        }
    }
}

static size_t count_chars(const struct batch *batch)
{
    size_t chars = 0;

    for (size_t i = 0; i < batch->count; i++)
        chars += strlen(batch->items[i].value);
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
        make_pending(name, i % 2 ? A_15 : AAAA_39, 0, i);
    }
    while (!zone_queue_is_empty(zone)) {
        struct batch *batch = take();

        for (size_t i = 0; i < batch->count; i++, total++) {
            snprintf(name, sizeof name, "h%04zu.example.org", total);
            assert_true(span_is(batch_rrset(batch, i).name, name));
            batch->items[i].record->in_flight.wanted = false;
            rrset_table_remove(&table, batch->items[i].record);
        }
        batches++;
        zone_queue_complete(batch);
    }
    assert_int_equal(total, 1234);
    assert_int_equal(batches, 3);
}

/* --- removals ----------------------------------------------------------------- */

static struct rrset_state *make_removal(const char *name, const char *value,
                                        int64_t asked_at)
{
    struct address to = address(value);
    struct rrset_state *record =
        rrset_table_add(&table, span_from_string(name), rrset_type_for(&to));

    assert_non_null(record);
    record->zone = zone;
    record->pending = (struct change){
        .wanted = true,
        .is_removal = true,
        .address = to,
        .ttl = TTL,
        .asked_at = asked_at,
        .renewed_at = asked_at,
    };
    list_init(&record->pending.waiters);
    zone_queue_append(zone, record);
    return record;
}

static void test_removals_stand_in_a_lane_of_their_own(void **state)
{
    struct rrset_state *record = make_removal("a.example.org", "192.0.2.1", 0);
    struct batch *batch;

    (void)state;
    make_pending("b.example.org", "192.0.2.2", 0, 0);
    assert_int_equal(record->lane, LANE_REMOVAL);
    batch = take();
    assert_false(batch_is_removal(batch));
    assert_int_equal(batch->count, 1);
    return_all(batch, batch->lane, 0);
    zone_queue_complete(batch);
    batch = take_from(LANE_REMOVAL);
    assert_true(batch_is_removal(batch));
    assert_int_equal(batch->count, 1);
    assert_true(span_is(batch_rrset(batch, 0).name, "a.example.org"));
    assert_true(span_is(batch_rrset(batch, 0).value, "192.0.2.1"));
    assert_int_equal(batch_rrset(batch, 0).ttl, TTL);
}

static void test_a_removal_costs_half_of_an_upsert(void **state)
{
    static const struct {
        const char *value;
        size_t fitting;
    } rows[] = {{"192.0.2.1", 1000}, {AAAA_39, 820}};
    char name[TEXT_MAX];

    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++) {
        set_up(NULL);
        for (int i = 0; i < 1200; i++) {
            snprintf(name, sizeof name, "h%d.example.org", i);
            make_removal(name, rows[row].value, 0);
        }
        assert_int_equal(take_from(LANE_REMOVAL)->count, rows[row].fitting);
        tear_down(NULL);
    }
}

static void test_a_removal_is_stale_before_an_upsert_is(void **state)
{
    struct rrset_state *removal = make_removal("a.example.org", "192.0.2.1", 0);
    struct rrset_state *upsert =
        make_pending("b.example.org", "192.0.2.1", 0, 0);

    (void)state;
    assert_false(zone_queue_is_stale(removal, 29999));
    assert_true(zone_queue_is_stale(removal, 30000));
    assert_false(zone_queue_is_stale(upsert, 299999));
    assert_true(zone_queue_is_stale(upsert, 300000));
}

static void test_fewer_removals_share_a_batch_where_it_is_so(void **state)
{
    struct batch *batch;

    (void)state;
    make_removal("a.example.org", "192.0.2.1", 0);
    make_removal("b.example.org", "192.0.2.1", 0);
    make_removal("c.example.org", "192.0.2.1", 0);
    zone->removals_max = 2;
    batch = take_from(LANE_REMOVAL);
    assert_int_equal(batch->count, 2);
}

/* --- what a batch says ---------------------------------------------------- */

static void test_a_batch_says_what_to_upsert(void **state)
{
    struct rrset_state *a = make_pending("a.example.org", "192.0.2.1", 0, 7);
    struct rrset_state *b = make_pending("a.example.org", "2001:db8::1", 0, 8);
    struct batch *batch;

    (void)state;
    batch = take();
    assert_int_equal(batch->count, 2);
    assert_ptr_equal(batch->zone, zone);
    assert_ptr_equal(zone->in_flight, batch);
    assert_int_equal(batch->sent_at, NOW);
    assert_ptr_equal(batch->items[0].record, a);
    assert_ptr_equal(batch->items[1].record, b);
    assert_true(span_is(batch_rrset(batch, 0).name, "a.example.org"));
    assert_int_equal(batch_rrset(batch, 0).type, RRSET_A);
    assert_true(span_is(batch_rrset(batch, 0).value, "192.0.2.1"));
    assert_int_equal(batch_rrset(batch, 0).ttl, TTL);
    assert_int_equal(batch_rrset(batch, 1).type, RRSET_AAAA);
    assert_true(span_is(batch_rrset(batch, 1).value, "2001:db8::1"));
    assert_true(zone_queue_is_empty(zone));
}

static void test_taking_turns_gathering_into_flying(void **state)
{
    struct rrset_state *record =
        make_pending("a.example.org", "192.0.2.1", 0, 7);
    struct waiter waiter;

    (void)state;
    list_append(&record->pending.waiters, &waiter.in_change);
    take();
    assert_false(record->pending.wanted);
    assert_true(list_is_empty(&record->pending.waiters));
    assert_true(record->in_flight.wanted);
    assert_int_equal(record->in_flight.asked_at, 7);
    assert_ptr_equal(record->in_flight.waiters.next, &waiter.in_change);
    assert_ptr_equal(record->in_flight.waiters.prev, &waiter.in_change);
    list_remove(&waiter.in_change);
}

static void test_an_empty_queue_gives_no_batch(void **state)
{
    (void)state;
    assert_null(zone_queue_take_batch(zone, LANE_SHARED, NOW));
    assert_null(zone_queue_take_batch(zone, LANE_ALONE, NOW));
    assert_null(zone->in_flight);
    assert_null(zone_queue_head(zone, LANE_SHARED));
}

static void test_the_head_is_who_asked_first(void **state)
{
    (void)state;
    make_pending("a.example.org", "192.0.2.1", 0, 7);
    make_pending("b.example.org", "192.0.2.2", 0, 8);
    make_pending("a.example.org", "192.0.2.3", 0, 9);
    assert_int_equal(zone_queue_head(zone, LANE_SHARED)->pending.asked_at, 7);
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
    enum lane lane;
    size_t taken;
    uint32_t group;
    const char *left;
} groups[] = {
    {"all travel together", {{"a b c", 0}}, LANE_SHARED, 3, 0, ""},
    {"a group travels together", {{"a b", 5}}, LANE_SEARCH, 2, 5, ""},
    {"nobody waits for a group",
     {{"a b", 5}, {"c d", 0}},
     LANE_SHARED,
     2,
     0,
     "a/5 b/5"},
    {"a group takes nobody else along",
     {{"a b", 0}, {"c", 5}},
     LANE_SEARCH,
     1,
     5,
     "a/0 b/0"},
    {"two groups do not mix",
     {{"a b", 5}, {"c d", 6}},
     LANE_SEARCH,
     2,
     5,
     "c/6 d/6"},
    {"nor does a group wait for what stands in its midst",
     {{"a", 5}, {"b c", 6}, {"d", 5}},
     LANE_SEARCH,
     2,
     5,
     "b/6 c/6"},
};

static void test_groups_travel_apart(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(groups); row++) {
        struct batch *batch;

        set_up(NULL);
        for (size_t i = 0; groups[row].queued[i].names != NULL; i++)
            submit_all(groups[row].queued[i].names, "192.0.2.1",
                       groups[row].queued[i].group);
        batch = take_from(groups[row].lane);
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
    enum lane lane;
    uint32_t group;
    const char *queue;
} returns[] = {
    {"to an empty queue, in their order", "", LANE_SHARED, 0,
     "a/0 b/0 c/0 d/0"},
    {"before those who asked later", "x y", LANE_SHARED, 0,
     "a/0 b/0 c/0 d/0 x/0 y/0"},
    {"as a group", "x", LANE_SEARCH, 5, "x/0 a/5 b/5 c/5 d/5"},
    {"a newer one at the very front takes the older one's place", "b x",
     LANE_SHARED, 0, "a/0 b/0 c/0 d/0 x/0"},
    {"a newer one deep in the queue does too", "x y c", LANE_SEARCH, 5,
     "x/0 y/0 a/5 b/5 c/5 d/5"},
    {"newer ones for all, in another order", "d c x b a", LANE_SHARED, 0,
     "a/0 b/0 c/0 d/0 x/0"},
    {"newer ones for all and nobody else", "d c b a", LANE_SEARCH, 5,
     "a/5 b/5 c/5 d/5"},
    {"newer ones on both sides of a stranger", "a x d", LANE_SHARED, 0,
     "a/0 b/0 c/0 d/0 x/0"},
    {"in front, but apart", "x", LANE_SHARED, 5, "a/5 b/5 c/5 d/5 x/0"},
};

static void test_what_returns_stands_at_the_front_in_order(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(returns); row++) {
        struct batch *batch;

        set_up(NULL);
        submit_all("a b c d", "192.0.2.1", 0);
        batch = take();
        submit_all(returns[row].meanwhile, "192.0.2.2", 0);
        return_all(batch, returns[row].lane, returns[row].group);
        if (strcmp(queue_text(), returns[row].queue) != 0)
            fail_msg("%s: %s", returns[row].label, queue_text());
        for (size_t i = 0; i < batch->count; i++)
            assert_false(batch->items[i].record->in_flight.wanted);
        zone_queue_complete(batch);
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
        submit_all("a b c d", "192.0.2.1", 0);
        batch = take();
        submit_all(halves[row].meanwhile, "192.0.2.2", 0);
        for (size_t i = 0; i < batch->count; i++)
            zone_queue_return_to_end(batch->items[i].record, LANE_SEARCH,
                                     i < 2 ? 5 : 6);
        for (size_t i = 0; i < batch->count; i++)
            assert_false(batch->items[i].record->in_flight.wanted);
        zone_queue_complete(batch);
        if (strcmp(queue_text(), halves[row].queue) != 0)
            fail_msg("%s: %s", halves[row].label, queue_text());
        tear_down(NULL);
    }
}

static void test_the_older_address_returns_when_there_is_no_newer(void **state)
{
    struct rrset_state *record = make_pending("a", "192.0.2.1", 0, 7);
    struct address wanted = address("192.0.2.1");
    struct waiter waiter;
    struct batch *batch;

    (void)state;
    list_append(&record->pending.waiters, &waiter.in_change);
    batch = take();
    return_all(batch, LANE_SHARED, 0);
    zone_queue_complete(batch);
    assert_null(zone->in_flight);
    assert_true(record->pending.wanted);
    assert_false(record->in_flight.wanted);
    assert_true(address_equal(&record->pending.address, &wanted));
    assert_int_equal(zone_queue_head(zone, LANE_SHARED)->pending.asked_at, 7);
    assert_ptr_equal(record->pending.waiters.next, &waiter.in_change);
    list_remove(&waiter.in_change);
    assert_true(list_is_empty(&record->pending.waiters));
}

static void test_a_newer_address_takes_over_callers_and_age(void **state)
{
    struct rrset_state *record = make_pending("a", "192.0.2.1", 0, 7);
    struct address wanted = address("192.0.2.2");
    struct waiter older, newer;
    struct batch *batch;

    (void)state;
    list_append(&record->pending.waiters, &older.in_change);
    batch = take();
    make_pending("a", "192.0.2.2", 0, 20);
    list_append(&record->pending.waiters, &newer.in_change);
    return_all(batch, LANE_SHARED, 0);
    zone_queue_complete(batch);
    assert_false(record->in_flight.wanted);
    assert_true(list_is_empty(&record->in_flight.waiters));
    assert_true(address_equal(&record->pending.address, &wanted));
    assert_int_equal(record->pending.asked_at, 7);
    assert_int_equal(record->pending.renewed_at, 20);
    assert_ptr_equal(record->pending.waiters.next, &newer.in_change);
    assert_ptr_equal(record->pending.waiters.prev, &older.in_change);
    list_remove(&older.in_change);
    list_remove(&newer.in_change);
    assert_true(list_is_empty(&record->pending.waiters));
}

/* --- the lane of those that go alone ---------------------------------------- */

static void test_a_refused_record_goes_alone_until_it_is_forgotten(void **state)
{
    struct rrset_state *a = make_pending("a", "192.0.2.1", 0, 0);
    struct rrset_state *b = make_pending("b", "192.0.2.1", 0, 0);
    struct batch *batch;

    (void)state;
    a->refusals = b->refusals = 1;
    batch = take();
    assert_int_equal(batch->count, 2);
    return_all(batch, LANE_SHARED, 5);
    zone_queue_complete(batch);
    assert_string_equal(queue_text(), "");
    assert_int_equal(zone->lanes[LANE_ALONE].count, 2);

    batch = zone_queue_take_batch(zone, LANE_ALONE, NOW);
    assert_non_null(batch);
    assert_int_equal(batch->count, 1);
    assert_int_equal(batch->lane, LANE_ALONE);
    assert_ptr_equal(batch->items[0].record, a);
    a->refusals = 0;
    return_all(batch, LANE_SHARED, 0);
    zone_queue_complete(batch);
    assert_string_equal(queue_text(), "a/0");
    assert_ptr_equal(zone_queue_head(zone, LANE_ALONE), b);
}

/* --- suspicion ----------------------------------------------------------------- */

static const char *taken_text(const struct batch *batch)
{
    static char text[TEXT_MAX];
    size_t len = 0;

    for (size_t i = 0; i < batch->count; i++) {
        struct span name = batch_rrset(batch, i).name;

        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s",
                                i > 0 ? " " : "", (int)name.len, name.ptr);
    }
    return text;
}

/* Capital letters are proven records. */
static void submit_letters(const char *letters)
{
    for (const char *at = letters; *at != '\0'; at++) {
        const char name[] = {*at, '\0'};
        struct rrset_state *record =
            rrset_table_add(&table, span_from_string(name), RRSET_A);

        assert_non_null(record);
        record->pending.wanted = true;
        record->pending.address = address("192.0.2.1");
        record->is_proven = *at <= 'Z';
        zone_queue_append(zone, record);
    }
}

static void test_a_cautious_zone_keeps_proven_records_apart(void **state)
{
    (void)state;
    submit_letters("AbCd");
    zone_queue_limit_unproven(zone, 2);
    submit_letters("Efg");
    assert_int_equal(zone->lanes[LANE_SHARED].count, 3);
    assert_int_equal(zone->lanes[LANE_SEARCH].count, 4);
    assert_string_equal(queue_text(), "A/0 C/0 E/0 b/0 d/0 f/0 g/0");
    assert_string_equal(taken_text(take()), "A C E");
    return_all(zone->in_flight, zone->in_flight->lane, 0);
    zone_queue_complete(zone->in_flight);
    assert_string_equal(taken_text(take_from(LANE_SEARCH)), "b d");
}

static void test_a_zone_without_trouble_mixes_them(void **state)
{
    (void)state;
    submit_letters("AbCd");
    assert_string_equal(taken_text(take()), "A b C d");
}

/* What was kept apart stays so until it is sent; who comes later mixes. */
static void test_a_zone_is_cautious_no_longer_than_told(void **state)
{
    (void)state;
    zone_queue_limit_unproven(zone, 1);
    submit_letters("a");
    zone_queue_limit_unproven(zone, ROUTE53_BATCH_MAX_UPSERTS);
    submit_letters("Bc");
    assert_string_equal(taken_text(take()), "B c");
    assert_string_equal(queue_text(), "a/0");
}

static void test_a_group_is_not_limited(void **state)
{
    (void)state;
    submit_all("a b c", "192.0.2.1", 4);
    zone_queue_limit_unproven(zone, 1);
    assert_int_equal(take_from(LANE_SEARCH)->count, 3);
}

static const struct {
    const char *label, *before, *after;
} splits[] = {
    {"an even number", "a/4 b/4 c/4 d/4", "a/6 b/6 c/7 d/7"},
    {"an odd number", "a/4 b/4 c/4", "a/6 b/7 c/7"},
    {"a single one", "a/4", "a/7"},
    {"with others in its midst", "a/4 x/5 b/4 y/8", "a/6 x/5 b/7 y/8"},
    {"nobody", "x/5 y/8", "x/5 y/8"},
};

static void test_a_group_is_halved_where_it_stands(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(splits); row++) {
        struct span rest = span_from_string(splits[row].before), word;

        set_up(NULL);
        while (span_split(&rest, ' ', &word)) {
            const char name[] = {word.ptr[0], '\0'};

            make_pending(name, "192.0.2.1", (uint32_t)(word.ptr[2] - '0'), 0);
        }
        zone_queue_split_group(zone, 4, 6);
        if (strcmp(queue_text(), splits[row].after) != 0)
            fail_msg("%s: %s", splits[row].label, queue_text());
        tear_down(NULL);
    }
}

/* --- age ----------------------------------------------------------------------- */

static void test_what_nobody_waits_for_is_too_old_after_five_minutes(
    void **state)
{
    struct rrset_state *record = make_pending("a", "192.0.2.1", 0, 1000);
    struct waiter waiter;

    (void)state;
    assert_false(zone_queue_is_stale(record, 300999));
    assert_true(zone_queue_is_stale(record, 301000));
    list_append(&record->pending.waiters, &waiter.in_change);
    assert_false(zone_queue_is_stale(record, 301000));
    list_remove(&waiter.in_change);
}

static void test_a_batch_passes_over_what_is_too_old(void **state)
{
    struct batch *batch;

    (void)state;
    make_pending("a", "192.0.2.1", 0, 300000);
    make_pending("b", "192.0.2.1", 0, 1);
    make_pending("c", "192.0.2.1", 0, 300000);
    batch = zone_queue_take_batch(zone, LANE_SHARED, 300001);
    assert_non_null(batch);
    assert_string_equal(taken_text(batch), "a c");
    assert_string_equal(queue_text(), "b/0");
}

int main(void)
{
#define QUEUE_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_budgets_are_met_exactly),
        QUEUE_TEST(test_nothing_is_lost_between_batches),
        QUEUE_TEST(test_removals_stand_in_a_lane_of_their_own),
        cmocka_unit_test(test_a_removal_costs_half_of_an_upsert),
        QUEUE_TEST(test_a_removal_is_stale_before_an_upsert_is),
        QUEUE_TEST(test_fewer_removals_share_a_batch_where_it_is_so),
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
        QUEUE_TEST(test_a_refused_record_goes_alone_until_it_is_forgotten),
        QUEUE_TEST(test_a_cautious_zone_keeps_proven_records_apart),
        QUEUE_TEST(test_a_zone_without_trouble_mixes_them),
        QUEUE_TEST(test_a_zone_is_cautious_no_longer_than_told),
        QUEUE_TEST(test_a_group_is_not_limited),
        cmocka_unit_test(test_a_group_is_halved_where_it_stands),
        QUEUE_TEST(test_what_nobody_waits_for_is_too_old_after_five_minutes),
        QUEUE_TEST(test_a_batch_passes_over_what_is_too_old),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
