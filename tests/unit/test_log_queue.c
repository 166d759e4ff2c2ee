#include "base/log_queue.h"

#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    LINE_LEN = 28, /* with what the queue puts before it, 32 bytes */
    LINES = 40,    /* that fit, of errors; so 10 a quarter */
    CAPACITY = LINES * 32,
};

static struct log_queue queue;

static int make_queue(void **state)
{
    (void)state;
    return log_queue_init(&queue, CAPACITY) == STATUS_OK ? 0 : -1;
}

static int clear_queue(void **state)
{
    (void)state;
    log_queue_clear(&queue);
    return 0;
}

static bool put(enum log_level level, size_t number)
{
    char line[LINE_LEN + 1];

    snprintf(line, sizeof line, "%-*zu", LINE_LEN, number);
    return log_queue_put(&queue, level, line, LINE_LEN);
}

/* Puts so many; returns how many were taken on. */
static size_t put_many(enum log_level level, size_t count)
{
    size_t taken = 0;

    for (size_t i = 0; i < count; i++)
        taken += put(level, i);
    return taken;
}

/* The number on the next line, with its level; SIZE_MAX: there is none. */
static size_t take(enum log_level *level)
{
    char line[LOG_LINE_MAX_BYTES + 1];
    size_t len, number;

    if (!log_queue_take(&queue, level, line, &len))
        return SIZE_MAX;
    assert_int_equal(len, LINE_LEN);
    line[len] = '\0';
    assert_int_equal(sscanf(line, "%zu", &number), 1);
    return number;
}

static size_t drain(void)
{
    enum log_level level;
    size_t count = 0;

    while (take(&level) != SIZE_MAX)
        count++;
    return count;
}

static void test_lines_come_out_as_they_went_in(void **state)
{
    enum log_level level;

    (void)state;
    assert_true(put(LOG_LEVEL_DEBUG, 1));
    assert_true(put(LOG_LEVEL_ERROR, 2));
    assert_true(put(LOG_LEVEL_INFO, 3));
    assert_int_equal(take(&level), 1);
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_int_equal(take(&level), 2);
    assert_int_equal(level, LOG_LEVEL_ERROR);
    assert_int_equal(take(&level), 3);
    assert_int_equal(level, LOG_LEVEL_INFO);
    assert_int_equal(take(&level), SIZE_MAX);
}

/* Every length, at every place of the ring. */
static void test_a_line_stays_whole_across_the_end_of_the_ring(void **state)
{
    char in[LOG_LINE_MAX_BYTES], out[LOG_LINE_MAX_BYTES];
    struct log_queue ring;
    enum log_level level;
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)(i * 31 + i / 256);
    assert_int_equal(log_queue_init(&ring, 2 * LOG_LINE_MAX_BYTES + 100),
                     STATUS_OK);
    /* One always stays behind, so that the ring never starts anew. */
    assert_true(log_queue_put(&ring, LOG_LEVEL_ERROR, in, 0));
    for (size_t i = 0; i <= LOG_LINE_MAX_BYTES; i++) {
        assert_true(log_queue_put(&ring, LOG_LEVEL_ERROR, in, i));
        assert_true(log_queue_take(&ring, &level, out, &len));
        assert_int_equal(len, i == 0 ? 0 : i - 1);
        assert_memory_equal(out, in, len);
    }
    log_queue_clear(&ring);
}

static const struct {
    const char *label;
    enum log_level level;
    size_t fit;
} shares[] = {
    {"debug fills a quarter", LOG_LEVEL_DEBUG, LINES / 4},
    {"info fills a half", LOG_LEVEL_INFO, LINES / 2},
    {"warn fills three quarters", LOG_LEVEL_WARN, LINES * 3 / 4},
    {"error fills all of it", LOG_LEVEL_ERROR, LINES},
};

static void test_shares(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        print_message("  %s\n", shares[i].label);
        assert_int_equal(put_many(shares[i].level, 10 * LINES), shares[i].fit);
        assert_int_equal(drain(), shares[i].fit);
    }
}

static void test_a_flood_leaves_room_for_what_matters_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        assert_int_equal(put_many(shares[i].level, 10 * LINES), LINES / 4);
    assert_int_equal(drain(), LINES);
}

static void test_a_level_that_found_no_room_waits_until_all_is_taken(
    void **state)
{
    enum log_level level;

    (void)state;
    put_many(LOG_LEVEL_INFO, LINES);
    for (size_t left = LINES / 2; left > 0; left--) {
        assert_false(put(LOG_LEVEL_INFO, 0));
        assert_false(put(LOG_LEVEL_DEBUG, 0));
        assert_true(take(&level) != SIZE_MAX);
    }
    assert_true(put(LOG_LEVEL_WARN, 7)); /* lost none, and is not concerned */
    assert_false(put(LOG_LEVEL_INFO, 0));
    assert_int_equal(take(&level), 7);
    assert_false(put(LOG_LEVEL_INFO, 0)); /* not before it was found empty */
    assert_int_equal(take(&level), SIZE_MAX);
    assert_true(put(LOG_LEVEL_INFO, 8));
    assert_true(put(LOG_LEVEL_DEBUG, 9));
}

static void test_what_is_lost_is_counted_until_it_is_told(void **state)
{
    struct log_loss loss;

    (void)state;
    assert_int_equal(log_queue_take_loss(&queue).lines, 0);
    put_many(LOG_LEVEL_DEBUG, LINES);
    put_many(LOG_LEVEL_WARN, LINES);
    loss = log_queue_take_loss(&queue);
    assert_int_equal(loss.lines, 2 * LINES - LINES * 3 / 4);
    assert_int_equal(loss.worst, LOG_LEVEL_WARN);
    assert_int_equal(log_queue_take_loss(&queue).lines, 0);
    /* And anew, whatever it was before. */
    put(LOG_LEVEL_INFO, 0);
    loss = log_queue_take_loss(&queue);
    assert_int_equal(loss.lines, 1);
    assert_int_equal(loss.worst, LOG_LEVEL_INFO);
}

static void test_a_loss_elsewhere_is_added(void **state)
{
    struct log_loss loss;

    (void)state;
    log_queue_lose(&queue, (struct log_loss){3, LOG_LEVEL_ERROR});
    log_queue_lose(&queue, (struct log_loss){4, LOG_LEVEL_INFO});
    assert_true(put(LOG_LEVEL_DEBUG, 1)); /* and closes nothing */
    loss = log_queue_take_loss(&queue);
    assert_int_equal(loss.lines, 7);
    assert_int_equal(loss.worst, LOG_LEVEL_ERROR);
}

static void test_no_memory_is_told(void **state)
{
    struct log_queue none;

    (void)state;
    calloc_fail_after(0);
    assert_int_equal(log_queue_init(&none, CAPACITY), STATUS_NOMEM);
    assert_true(calloc_fail_never());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines_come_out_as_they_went_in,
                                        make_queue, clear_queue),
        cmocka_unit_test(test_a_line_stays_whole_across_the_end_of_the_ring),
        cmocka_unit_test_setup_teardown(test_shares, make_queue, clear_queue),
        cmocka_unit_test_setup_teardown(
            test_a_flood_leaves_room_for_what_matters_more, make_queue,
            clear_queue),
        cmocka_unit_test_setup_teardown(
            test_a_level_that_found_no_room_waits_until_all_is_taken,
            make_queue, clear_queue),
        cmocka_unit_test_setup_teardown(
            test_what_is_lost_is_counted_until_it_is_told, make_queue,
            clear_queue),
        cmocka_unit_test_setup_teardown(test_a_loss_elsewhere_is_added,
                                        make_queue, clear_queue),
        cmocka_unit_test(test_no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
