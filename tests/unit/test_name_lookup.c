#include "server/http/name_lookup.h"

#include <netinet/in.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

/* The clock goes on when a test says so: how fast the machine is matters not. */
static atomic_int_least64_t now_ms = 1000;

int64_t __wrap_clock_now_ms(void);
int64_t __wrap_clock_now_ms(void)
{
    return atomic_load(&now_ms);
}

/* A name server within the test: a socket, which the test reads and writes. */
struct fixture {
    int fd;
    struct name_lookups *lookups;
};

struct looked_up {
    struct name_lookup lookup;
    sem_t is_done;
    unsigned times;
};

static void on_done(struct name_lookup *lookup)
{
    struct looked_up *one = list_entry(lookup, struct looked_up, lookup);

    one->times++;
    sem_post(&one->is_done);
}

static void prepare(struct looked_up *one, const char *name)
{
    memset(one, 0, sizeof *one);
    one->lookup.name_len = strlen(name);
    memcpy(one->lookup.name, name, one->lookup.name_len);
    one->lookup.done = on_done;
    sem_init(&one->is_done, 0, 0);
}

static void await(struct looked_up *one)
{
    while (sem_wait(&one->is_done) != 0)
        continue;
    assert_int_equal(one->times, 1);
    sem_destroy(&one->is_done);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct name_server server;
    socklen_t size = sizeof here;

    fixture.fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(
        bind(fixture.fd, (const struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(getsockname(fixture.fd, (struct sockaddr *)&here, &size),
                     0);
    server = (struct name_server){
        .address = address_from_sockaddr((const struct sockaddr *)&here),
        .port = ntohs(here.sin_port)};
    fixture.lookups = name_lookups_new(&server);
    assert_non_null(fixture.lookups);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    name_lookups_stop(fixture->lookups);
    name_lookups_free(fixture->lookups);
    close(fixture->fd);
    return 0;
}

static void start(const struct fixture *fixture)
{
    assert_int_equal(name_lookups_start(fixture->lookups), STATUS_OK);
}

/* Reads a question, and answers it: with an address of IPv4, or with nothing. */
static void answer_one(const struct fixture *fixture, bool wrong_id)
{
    static const char record[] = "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\xc0\0\2\7";
    unsigned char packet[512];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t len = recvfrom(fixture->fd, packet, sizeof packet - sizeof record,
                           0, (struct sockaddr *)&from, &size);

    assert_true(len > 16);
    packet[2] |= 0x80;
    packet[0] = wrong_id ? packet[0] ^ 1 : packet[0];
    if (packet[len - 3] == 1) { /* A */
        packet[7] = 1;
        memcpy(packet + len, record, sizeof record - 1);
        len += (ssize_t)sizeof record - 1;
    }
    assert_int_equal(sendto(fixture->fd, packet, (size_t)len, 0,
                            (const struct sockaddr *)&from, size),
                     len);
}

static void test_both_records_are_asked_for(void **state)
{
    const struct fixture *fixture = *state;
    struct looked_up one;

    start(fixture);
    prepare(&one, "a.example.org");
    assert_true(name_lookups_post(fixture->lookups, &one.lookup));
    answer_one(fixture, false);
    answer_one(fixture, false);
    await(&one);
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_A].result, NAME_FOUND);
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_A].addresses[0].bytes[3],
                     7);
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_AAAA].result, NAME_ABSENT);
}

/* What comes for another question is passed over, and the question is asked
 * again. */
static void test_only_the_answer_counts(void **state)
{
    const struct fixture *fixture = *state;
    struct looked_up one;

    start(fixture);
    prepare(&one, "a.example.org");
    assert_true(name_lookups_post(fixture->lookups, &one.lookup));
    answer_one(fixture, true);
    answer_one(fixture, true);
    atomic_fetch_add(&now_ms, NAME_LOOKUP_MS / 2);
    answer_one(fixture, false);
    answer_one(fixture, false);
    await(&one);
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_A].result, NAME_FOUND);
}

static void test_a_silent_server_is_waited_for_no_longer_than_that(void **state)
{
    const struct fixture *fixture = *state;
    struct looked_up one;

    start(fixture);
    prepare(&one, "a.example.org");
    assert_true(name_lookups_post(fixture->lookups, &one.lookup));
    atomic_fetch_add(&now_ms, NAME_LOOKUP_MS);
    await(&one); /* or the test never ends */
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_A].result, NAME_UNANSWERED);
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_AAAA].result,
                     NAME_UNANSWERED);
}

static void test_what_is_no_name_is_not_found(void **state)
{
    const struct fixture *fixture = *state;
    struct looked_up one;

    start(fixture);
    prepare(&one, "a..example.org");
    assert_true(name_lookups_post(fixture->lookups, &one.lookup));
    await(&one);
    assert_int_equal(one.lookup.answers[NAME_LOOKUP_A].result, NAME_UNANSWERED);
}

static void test_no_more_wait_than_stated(void **state)
{
    static struct looked_up waiting[NAME_LOOKUPS_MAX];
    const struct fixture *fixture = *state;
    struct looked_up refused;

    for (size_t i = 0; i < NAME_LOOKUPS_MAX; i++) {
        prepare(&waiting[i], "a.example.org");
        assert_true(name_lookups_post(fixture->lookups, &waiting[i].lookup));
    }
    prepare(&refused, "a.example.org");
    assert_false(name_lookups_post(fixture->lookups, &refused.lookup));
    atomic_fetch_add(&now_ms, NAME_LOOKUP_MS);
    start(fixture);
    name_lookups_stop(fixture->lookups); /* all are done by then */
    for (size_t i = 0; i < NAME_LOOKUPS_MAX; i++)
        await(&waiting[i]);
    assert_int_equal(refused.times, 0);
    sem_destroy(&refused.is_done);
}

static void test_none_are_taken_at_the_end(void **state)
{
    const struct fixture *fixture = *state;
    struct looked_up one;

    start(fixture);
    name_lookups_stop(fixture->lookups);
    prepare(&one, "a.example.org");
    assert_false(name_lookups_post(fixture->lookups, &one.lookup));
    sem_destroy(&one.is_done);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_both_records_are_asked_for),
        TEST(test_only_the_answer_counts),
        TEST(test_a_silent_server_is_waited_for_no_longer_than_that),
        TEST(test_what_is_no_name_is_not_found),
        TEST(test_no_more_wait_than_stated),
        TEST(test_none_are_taken_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
