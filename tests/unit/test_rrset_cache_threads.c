/* The promises of rrset_cache.h that only show with several threads: no
 * reader ever sees half of one value and half of another, and nobody who looks
 * after a newer address was asked for hears that the older one stands. Meant
 * to be run under TSan too.
 */
#include "server/table/rrset_cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    READERS = 3,
    VALUES = 8,
    LOOKS = 150000, /* of each reader */
    CHANGES = 30000,
    FRESH = 1000,
    STALE = 500,
    MAX_AGE = 300,
};

static const struct span name = SPAN_LITERAL("home.example.org");

static struct in_transit_counts in_transit;
static struct rrset_cache *known;
static atomic_bool stop;
static atomic_int readers_left;
static atomic_int lies; /* cmocka's assertions belong to the main thread */

static int set_up(void **state)
{
    (void)state;
    known = rrset_cache_new(1);
    atomic_store(&stop, false);
    atomic_store(&readers_left, READERS);
    atomic_store(&lies, 0);
    return known == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    rrset_cache_free(known);
    return 0;
}

/* An address whose halves are chosen apart; no byte of any two is the same, so
 * that a mixture of two is a third. */
static struct address mixture(unsigned high, unsigned low)
{
    struct address a = {.family = ADDRESS_IPV6};

    memset(a.bytes, (int)(0x20 + high), 8);
    memset(a.bytes + 8, (int)(0xa0 + low), 8);
    return a;
}

static bool says(const struct address *a)
{
    return rrset_cache_confirms(known, &in_transit, 0, name, a, FRESH, MAX_AGE);
}

static void run_all(void *(*writer)(void *), void *(*reader)(void *))
{
    pthread_t threads[READERS + 1];

    assert_int_equal(pthread_create(&threads[READERS], NULL, writer, NULL), 0);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, NULL), 0);
    for (int i = 0; i <= READERS; i++)
        pthread_join(threads[i], NULL);
}

/* --- whole values only -------------------------------------------------------- */

/* Values of even number are fresh, the others too old to be spoken of: a fresh
 * date beside an old address is a lie as well. */
static void *write_values(void *arg)
{
    for (unsigned i = 0; atomic_load(&readers_left) > 0; i++) {
        struct address a = mixture(i % VALUES, i % VALUES);

        rrset_cache_set(known, 0, &a, i % 2 ? STALE : FRESH);
        if (i % 5 == 0)
            rrset_cache_invalidate(known, 0, RRSET_AAAA);
    }
    return arg;
}

static void *look_for_mixtures(void *arg)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        unsigned high = i % VALUES, low = i / VALUES % VALUES;
        struct address a = mixture(high, low);

        if (says(&a) && (high != low || high % 2 != 0))
            atomic_fetch_add(&lies, 1);
    }
    atomic_fetch_sub(&readers_left, 1);
    return arg;
}

static void test_no_reader_sees_half_of_a_value(void **state)
{
    struct address a = mixture(2, 2);

    (void)state;
    run_all(write_values, look_for_mixtures);
    assert_int_equal(atomic_load(&lies), 0);
    rrset_cache_set(known, 0, &a, FRESH);
    assert_true(says(&a));
}

/* --- nobody hears of the older address ------------------------------------------ */

/* A host asks for one address after another, each but once. */
static struct address address_of(int number)
{
    struct address a = {.family = ADDRESS_IPV4};

    a.bytes[0] = 192;
    a.bytes[1] = (unsigned char)(number >> 16);
    a.bytes[2] = (unsigned char)(number >> 8);
    a.bytes[3] = (unsigned char)number;
    return a;
}

static atomic_int posted; /* to the updater: the number of the newest change */
static atomic_int told;   /* to the world: this one has been asked for */

/* The host, through one of the loops. */
static void *ask(void *arg)
{
    for (int number = 1; number <= CHANGES; number++) {
        struct address before = address_of(number - 1);

        in_transit_begin(&in_transit, name);
        atomic_store(&posted, number);
        atomic_store(&told, number);
        if (says(&before))
            atomic_fetch_add(&lies, 1);
    }
    return arg;
}

/* The updater: takes changes on and has them accepted, the newest it has. */
static void *update(void *arg)
{
    pthread_t host;
    int taken = 0;

    if (pthread_create(&host, NULL, ask, NULL) != 0) {
        atomic_fetch_add(&lies, 1);
        return arg;
    }
    while (taken < CHANGES) {
        int newest = atomic_load(&posted);
        struct address a = address_of(newest);

        for (; taken < newest; taken++) {
            rrset_cache_invalidate(known, 0, RRSET_A);
            in_transit_end(&in_transit, name);
        }
        rrset_cache_set(known, 0, &a, FRESH);
    }
    pthread_join(host, NULL);
    atomic_store(&stop, true);
    return arg;
}

/* Another loop: what it hears must be the newest that anybody has asked for. */
static void *look_for_older(void *arg)
{
    while (!atomic_load(&stop)) {
        int newest = atomic_load(&told);

        for (int older = newest - 1; older > newest - 4; older--) {
            struct address a = address_of(older);

            if (says(&a))
                atomic_fetch_add(&lies, 1);
        }
    }
    return arg;
}

static void test_nobody_hears_of_an_older_address(void **state)
{
    struct address last = address_of(CHANGES);

    (void)state;
    run_all(update, look_for_older);
    assert_int_equal(atomic_load(&lies), 0);
    assert_true(says(&last));
}

/* --- a new table ------------------------------------------------------------------ */

static struct rrset_cache *next;
static atomic_bool replaced;

static void *replace(void *arg)
{
    struct address changed = mixture(1, 1);

    rrset_cache_retire(known);
    rrset_cache_carry(next, 0, known, 0, RRSET_AAAA);
    rrset_cache_set(next, 0, &changed, FRESH);
    atomic_store(&replaced, true);
    return arg;
}

/* A loop that has not heard of the new table yet. */
static void *look_at_the_old(void *arg)
{
    struct address before = mixture(0, 0);

    for (;;) {
        bool is_replaced = atomic_load(&replaced);

        if (says(&before) && is_replaced)
            atomic_fetch_add(&lies, 1);
        if (is_replaced)
            return arg;
    }
}

static void test_a_retired_table_falls_silent_in_time(void **state)
{
    struct address before = mixture(0, 0);

    (void)state;
    for (int round = 0; round < 200; round++) {
        set_up(NULL);
        next = rrset_cache_new(1);
        assert_non_null(next);
        atomic_store(&replaced, false);
        rrset_cache_set(known, 0, &before, FRESH);
        run_all(replace, look_at_the_old);
        assert_int_equal(atomic_load(&lies), 0);
        rrset_cache_free(next);
        tear_down(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_reader_sees_half_of_a_value,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_hears_of_an_older_address,
                                        set_up, tear_down),
        cmocka_unit_test(test_a_retired_table_falls_silent_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
