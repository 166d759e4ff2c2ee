#include "server/http/tls_watch.h"

#include "base/log.h"
#include "tests/unit/made_certificate.h"
#include "tests/unit/patience.h"
#include "tests/unit/scratch_folder.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);

static atomic_uint used;
static _Atomic(SSL_CTX *) last;

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    (void)level;
    (void)event;
    (void)fields;
    (void)count;
}

static void use(void *arg, const struct tls_keeper *keeper)
{
    assert_ptr_equal(arg, &used);
    SSL_CTX_up_ref(keeper->context);
    SSL_CTX_free(atomic_exchange(&last, keeper->context));
    atomic_fetch_add(&used, 1);
}

static void wait_until_used(unsigned times)
{
    struct patience patience = patience_for("another context");

    while (atomic_load(&used) < times)
        if (!patience_lasts(&patience))
            return;
}

/* Of the two files; the thread reads these while others are put in place. */
static char places[TLS_FILES][PATH_MAX];
static const char *const paths[TLS_FILES] = {places[0], places[1]};

static int name_the_files(void **state)
{
    scratch_folder_set_up(state);
    strcpy(places[TLS_FILE_KEY], scratch_path("key"));
    strcpy(places[TLS_FILE_CERTIFICATE], scratch_path("certificate"));
    return 0;
}

static void put(const struct made *made)
{
    made_write_key("key", made, NULL);
    made_write_chain("certificate", made, NULL);
}

static void test_it_hands_on_what_changes_and_what_is_asked_for(void **state)
{
    struct made first = made_certificate((struct made_as){.common_name = "1"});
    struct made second = made_certificate((struct made_as){.common_name = "2"});
    struct tls_watch watch;

    (void)state;
    atomic_store(&used, 0);
    put(&first);
    assert_int_equal(tls_watch_init(&watch, paths), STATUS_OK);
    assert_non_null(watch.keeper.context);
    assert_int_equal(tls_watch_start(&watch, use, &used), STATUS_OK);
    put(&second); /* by itself */
    wait_until_used(1);
    assert_int_equal(X509_cmp(SSL_CTX_get0_certificate(atomic_load(&last)),
                              second.certificate),
                     0);
    tls_watch_reload(&watch);
    wait_until_used(2);
    tls_watch_stop(&watch);
    tls_watch_stop(&watch); /* harmless */
    SSL_CTX_free(atomic_exchange(&last, NULL));
    tls_watch_clear(&watch);
    made_free(&first);
    made_free(&second);
}

static void test_one_that_never_started_can_be_cleared(void **state)
{
    struct made made = made_certificate((struct made_as){.common_name = "1"});
    struct tls_watch watch;

    (void)state;
    put(&made);
    assert_int_equal(tls_watch_init(&watch, paths), STATUS_OK);
    tls_watch_stop(&watch);
    tls_watch_clear(&watch);
    assert_int_equal(unlink(paths[TLS_FILE_KEY]), 0);
    assert_int_equal(tls_watch_init(&watch, paths), STATUS_INVALID);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_hands_on_what_changes_and_what_is_asked_for),
        cmocka_unit_test(test_one_that_never_started_can_be_cleared),
    };

    return cmocka_run_group_tests(tests, name_the_files,
                                  scratch_folder_tear_down);
}
