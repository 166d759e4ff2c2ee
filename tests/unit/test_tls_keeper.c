#include "server/http/tls_keeper.h"

#include "tests/unit/fake_route53.h"
#include "tests/unit/made_certificate.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAY = 86400, QUIET = TLS_KEEPER_QUIET_SECONDS };

/* The first two are valid for a year from START - 1 h on; the third never was
 * since. */
static const time_t START = 1800000000;
static struct made old, new, expired;

static const char *paths[TLS_FILES];
static struct ticket_keys tickets;
static struct tls_keeper keeper;

static struct made from_until(time_t from, time_t until)
{
    return made_certificate((struct made_as){
        .names = "DNS:dyn.example.org", .from = from, .until = until});
}

static int make(void **state)
{
    scratch_folder_set_up(state);
    old = from_until(START - 3600, START + 365 * DAY);
    new = from_until(START - 3600, START + 400 * DAY);
    expired = from_until(START - 100 * DAY, START - DAY);
    return 0;
}

static int clean_up(void **state)
{
    made_free(&old);
    made_free(&new);
    made_free(&expired);
    return scratch_folder_tear_down(state);
}

static void put_certificate(const struct made *made)
{
    paths[TLS_FILE_CERTIFICATE] = made_write_chain("certificate", made, NULL);
}

static void put_key(const struct made *made)
{
    paths[TLS_FILE_KEY] = made_write_key("key", made, NULL);
}

static void put(const struct made *made)
{
    put_certificate(made);
    put_key(made);
}

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    ticket_keys_init(&tickets);
    put(&old);
    assert_int_equal(tls_keeper_init(&keeper, paths, &tickets, START),
                     STATUS_OK);
    assert_string_equal(fake_log(),
                        "info event=certificate_loaded names=dyn.example.org "
                        "issuer=dyn.example.org "
                        "not_after=2028-01-15T08:00:00Z\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tls_keeper_clear(&keeper);
    ticket_keys_clear(&tickets);
    return 0;
}

static bool look(time_t after)
{
    return tls_keeper_look(&keeper, false, START + after);
}

static void assert_serves(const struct made *made)
{
    assert_int_equal(
        X509_cmp(SSL_CTX_get0_certificate(keeper.context), made->certificate),
        0);
}

static void assert_silence(void)
{
    assert_string_equal(fake_log(), "");
}

/* --- a renewal --------------------------------------------------------------------
 */

static void test_what_has_not_changed_is_not_read(void **state)
{
    SSL_CTX *before = keeper.context;

    (void)state;
    for (time_t after = 0; after < 5; after++)
        assert_false(look(after));
    assert_ptr_equal(keeper.context, before);
    assert_silence();
}

static void test_a_new_one_is_taken(void **state)
{
    (void)state;
    put(&new);
    assert_true(look(1));
    assert_serves(&new);
    assert_int_equal(keeper.not_after, START + 400 * DAY);
    assert_true(fake_logged("info event=certificate_loaded"));
    assert_false(look(2));
}

static void test_who_asks_has_it_read_anyhow(void **state)
{
    (void)state;
    assert_true(tls_keeper_look(&keeper, true, START + 1));
    assert_serves(&old);
    assert_true(fake_logged("certificate_loaded"));
}

static void test_a_key_that_comes_first_is_no_news(void **state)
{
    (void)state;
    put_key(&new);
    for (time_t after = 1; after < QUIET; after++)
        assert_false(look(after));
    assert_silence();
    assert_serves(&old);
    put_certificate(&new);
    assert_true(look(QUIET));
    assert_serves(&new);
    assert_false(fake_logged("certificate_not_used"));
}

static void test_a_certificate_that_comes_first_is_none_either(void **state)
{
    (void)state;
    put_certificate(&new);
    assert_false(look(1));
    assert_silence();
    put_key(&new);
    assert_true(look(2));
    assert_serves(&new);
}

static void test_it_is_told_once_when_it_lasts(void **state)
{
    (void)state;
    put_key(&new);
    assert_false(look(1));
    assert_silence();
    assert_false(look(1 + QUIET));
    assert_true(fake_logged("error event=certificate_not_used"));
    assert_true(fake_logged("holds a key that is not the certificate's"));
    assert_true(fake_logged("the one before stays in service"));
    fake_log();
    assert_false(look(2 + QUIET));
    assert_false(look(1000));
    assert_silence();
    put(&new); /* mended */
    assert_true(look(1001));
    put_key(&old); /* and again */
    assert_false(look(1002));
    fake_log();
    assert_false(look(1002 + QUIET));
    assert_true(fake_logged("error event=certificate_not_used"));
}

static void test_who_asks_is_told_at_once(void **state)
{
    (void)state;
    put_key(&new);
    assert_false(tls_keeper_look(&keeper, true, START + 1));
    assert_true(fake_logged("error event=certificate_not_used"));
    fake_log();
    assert_false(look(1 + QUIET));
    assert_silence();
    assert_serves(&old);
}

static void test_files_that_go_and_come_again(void **state)
{
    (void)state;
    assert_int_equal(unlink(paths[TLS_FILE_CERTIFICATE]), 0);
    assert_false(look(1));
    assert_false(look(1 + QUIET));
    assert_true(fake_logged("there is no such file"));
    assert_serves(&old);
    put(&new);
    assert_true(look(2 + QUIET));
    assert_serves(&new);
}

static void test_what_nobody_believes_replaces_nothing_better(void **state)
{
    (void)state;
    put(&expired);
    assert_false(tls_keeper_look(&keeper, true, START));
    assert_true(fake_logged("has expired"));
    assert_serves(&old);
    /* Once the one in service has expired too, it may as well be another; it is
     * tried again by itself. */
    assert_false(
        tls_keeper_look(&keeper, false, START + TLS_KEEPER_QUIET_SECONDS));
    assert_true(tls_keeper_look(&keeper, false, START + 366 * DAY));
    assert_serves(&expired);
}

/* --- the start --------------------------------------------------------------------
 */

static void test_without_a_good_one_there_is_no_start(void **state)
{
    struct tls_keeper none;

    (void)state;
    put_key(&new);
    assert_int_equal(tls_keeper_init(&none, paths, &tickets, START),
                     STATUS_INVALID);
    assert_true(fake_logged("error event=certificate_not_used"));
    assert_true(fake_logged("start again"));
    assert_false(fake_logged("certificate_expires"));
}

static void test_with_an_expired_one_there_is(void **state)
{
    struct tls_keeper late;

    (void)state;
    put(&expired);
    assert_int_equal(tls_keeper_init(&late, paths, &tickets, START), STATUS_OK);
    assert_true(fake_logged("error event=certificate_expires"));
    assert_true(fake_logged("days=-1"));
    tls_keeper_clear(&late);
}

/* --- its end ----------------------------------------------------------------------
 */

static void test_its_end_is_told_once_a_day_from_two_weeks_before(void **state)
{
    const time_t end = 365 * DAY;

    (void)state;
    look(end - 14 * DAY);
    assert_silence();
    look(end - 14 * DAY + 1);
    assert_true(fake_logged("warn event=certificate_expires "
                            "not_after=2028-01-15T08:00:00Z days=13"));
    fake_log();
    look(end - 13 * DAY);
    assert_silence();
    look(end - 13 * DAY + 1);
    assert_true(fake_logged("warn event=certificate_expires"));
    fake_log();
    look(end - 20 * DAY); /* a clock that was set back, and forth */
    assert_silence();
    look(end - 13 * DAY);
    assert_true(fake_logged("warn event=certificate_expires"));
    fake_log();
    look(end + 1);
    assert_true(fake_logged("error event=certificate_expires"));
}

static void test_a_new_one_ends_the_warnings(void **state)
{
    (void)state;
    look(364 * DAY);
    assert_true(fake_logged("certificate_expires"));
    put(&new);
    fake_log();
    assert_true(look(364 * DAY + 1));
    assert_false(fake_logged("certificate_expires"));
    look(366 * DAY);
    assert_false(fake_logged("certificate_expires"));
}

int main(void)
{
#define KEEPER_TEST(function)                                                  \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        KEEPER_TEST(test_what_has_not_changed_is_not_read),
        KEEPER_TEST(test_a_new_one_is_taken),
        KEEPER_TEST(test_who_asks_has_it_read_anyhow),
        KEEPER_TEST(test_a_key_that_comes_first_is_no_news),
        KEEPER_TEST(test_a_certificate_that_comes_first_is_none_either),
        KEEPER_TEST(test_it_is_told_once_when_it_lasts),
        KEEPER_TEST(test_who_asks_is_told_at_once),
        KEEPER_TEST(test_files_that_go_and_come_again),
        KEEPER_TEST(test_what_nobody_believes_replaces_nothing_better),
        KEEPER_TEST(test_without_a_good_one_there_is_no_start),
        KEEPER_TEST(test_with_an_expired_one_there_is),
        KEEPER_TEST(test_its_end_is_told_once_a_day_from_two_weeks_before),
        KEEPER_TEST(test_a_new_one_ends_the_warnings),
    };

    return cmocka_run_group_tests(tests, make, clean_up);
}
