#include "server/config_advice.h"

#include "server/variables.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { TOLD_MAX_BYTES = 4096 };

static struct strbuf told; /* "NAME words\n" */

static void tell(void *arg, const char *name, const char *words)
{
    assert_ptr_equal(arg, &told);
    strbuf_printf(&told, "%s %s\n", name, words);
}

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&told, TOLD_MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&told);
    return 0;
}

/* --- names ---------------------------------------------------------------------
 */

static const struct {
    const char *label, *entry;
    const char *advice; /* how it begins; NULL: there is none */
} names[] = {
    {"a letter left out", "DYNDNS_BUKET=x",
     "DYNDNS_BUKET is read by nobody; did you mean DYNDNS_BUCKET?\n"},
    {"a letter left out, without a value", "DYNDNS_DATABSE=",
     "DYNDNS_DATABSE is read by nobody; did you mean DYNDNS_DATABASE?\n"},
    {"two swapped", "DYNDNS_LISTNE=x",
     "DYNDNS_LISTNE is read by nobody; did you mean DYNDNS_LISTEN?\n"},
    {"lower case", "dyndns_bucket=x",
     "dyndns_bucket is read by nobody; did you mean DYNDNS_BUCKET?\n"},
    {"a word too many", "DYNDNS_S3_BUCKET=x",
     "DYNDNS_S3_BUCKET is read by nobody; did you mean DYNDNS_BUCKET?\n"},
    {"a word too few", "DYNDNS_REFRESH=5",
     "DYNDNS_REFRESH is read by nobody; the names are in dyndns53(8)"},
    {"our prefix before PORT", "DYNDNS_PORT=80",
     "DYNDNS_PORT is read by nobody; did you mean PORT?\n"},
    {"our prefix in AWS's place", "DYNDNS_REGION=eu-west-1",
     "DYNDNS_REGION is read by nobody; did you mean AWS_REGION?\n"},
    {"nothing near", "DYNDNS_PASSWORD=x",
     "DYNDNS_PASSWORD is read by nobody; the names are in dyndns53(8)"},
    {"nothing near two letters", "DYNDNS_DB=x",
     "DYNDNS_DB is read by nobody; the names are in dyndns53(8)"},
    {"no equals sign", "DYNDNS_BUKET",
     "DYNDNS_BUKET is read by nobody; did you mean DYNDNS_BUCKET?\n"},
    {"a good name", "DYNDNS_BUCKET=x", NULL},
    {"a name that dyndb reads", "DYNDNS_URL=x", NULL},
    {"a good name, empty", "DYNDNS_BUCKET=", NULL},
    {"others' names", "DYNDNS53_BIN=x", NULL},
    {"AWS has more than we read", "AWS_PROFILE=x", NULL},
    {"no name of ours", "BUKET=x", NULL},
    {"the prefix alone", "DYNDNS_=x", NULL},
    {"an empty entry", "", NULL},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char entry[64];
        char *const environment[] = {entry, NULL};
        const char *advice = names[i].advice;
        size_t count;

        snprintf(entry, sizeof entry, "%s", names[i].entry);
        strbuf_rewind(&told);
        count = config_advise_on_names(environment, tell, &told);
        if (count != (advice != NULL) ||
            strncmp(strbuf_string(&told), advice == NULL ? "" : advice,
                    advice == NULL ? told.len + 1 : strlen(advice)) != 0)
            fail_msg("%s: %s", names[i].label, strbuf_string(&told));
    }
}

static void test_every_name_that_is_read_is_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < variables_count; i++) {
        char entry[64];
        char *const environment[] = {entry, NULL};

        snprintf(entry, sizeof entry, "%s=x", variables[i].name);
        assert_int_equal(config_advise_on_names(environment, tell, &told), 0);
    }
}

static void test_all_unknown_names_are_told(void **state)
{
    static char first[] = "DYNDNS_BUKET=x", other[] = "PATH=/bin",
                second[] = "DYNDNS_TLL=5", longest[5000];
    char *const environment[] = {first, other, second, longest, NULL};

    (void)state;
    memset(longest, 'X', sizeof longest - 1);
    memcpy(longest, "DYNDNS_", 7);
    assert_int_equal(config_advise_on_names(environment, tell, &told), 3);
    assert_non_null(strstr(strbuf_string(&told), "did you mean DYNDNS_BUCKET"));
    assert_non_null(strstr(strbuf_string(&told), "did you mean DYNDNS_TTL"));
    assert_true(told.len < 1000);
}

/* --- values --------------------------------------------------------------------
 */

static char *readable, *missing, *fifo;
static char *bucket_variable;

static const char *get(const char *name)
{
    assert_string_equal(name, "DYNDNS_BUCKET");
    return bucket_variable;
}

static int make_files(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    readable = scratch_write("hosts.csv", span_from_string(""));
    missing = scratch_path("missing.csv");
    fifo = scratch_path("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    return set_up(state);
}

static int remove_files(void **state)
{
    return tear_down(state) == 0 ? scratch_folder_tear_down(state) : -1;
}

static size_t advise(char *variable, char *database, char *endpoint)
{
    bool is_set = variable != NULL && variable[0] != '\0';
    struct config config = {.table.bucket = is_set ? variable : NULL,
                            .table.database = database,
                            .aws.s3_endpoint = endpoint};

    bucket_variable = variable;
    strbuf_rewind(&told);
    return config_advise_on_values(&config, get, tell, &told);
}

static void assert_told(const char *text)
{
    if (strstr(strbuf_string(&told), text) == NULL)
        fail_msg("no %s in %s", text, strbuf_string(&told));
}

static void test_a_local_database_must_be_there(void **state)
{
    (void)state;
    assert_int_equal(advise(NULL, readable, NULL), 0);
    assert_int_equal(advise(NULL, missing, NULL), 1);
    assert_told("DYNDNS_DATABASE is a local file, since there is no "
                "DYNDNS_BUCKET, and cannot be read: No such file");
    assert_int_equal(advise(NULL, scratch_path("."), NULL), 1);
    assert_told("no regular file");
    assert_int_equal(advise(NULL, fifo, NULL), 1); /* and is not opened */
    assert_told("no regular file");
}

static void test_a_local_database_must_be_readable(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root reads everything */
    assert_int_equal(chmod(readable, 0), 0);
    assert_int_equal(advise(NULL, readable, NULL), 1);
    assert_told("Permission denied");
}

static void test_an_empty_bucket_is_told(void **state)
{
    static char empty[] = "";

    (void)state;
    assert_int_equal(advise(empty, readable, NULL), 1);
    assert_told("DYNDNS_BUCKET is set to nothing");
    assert_int_equal(advise(empty, missing, NULL), 2);
}

static void test_an_object_is_judged_by_its_name_alone(void **state)
{
    static char bucket[] = "dyndns", bad[] = "Bad_Bucket", key[] = "hosts.csv",
                slash[] = "/hosts.csv", url[] = "s3://dyndns/hosts.csv",
                store[] = "http://127.0.0.1:1";

    (void)state;
    assert_int_equal(advise(bucket, key, NULL), 0);
    assert_int_equal(advise(bad, key, NULL), 1);
    assert_told("DYNDNS_BUCKET is no name for a bucket of S3");
    assert_int_equal(advise(bad, key, store), 0);
    assert_int_equal(advise(bucket, slash, store), 1);
    assert_told("DYNDNS_DATABASE begins with a slash");
    assert_int_equal(advise(bad, url, NULL), 2);
    assert_told("DYNDNS_DATABASE should be the key alone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_name_that_is_read_is_good,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_unknown_names_are_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_local_database_must_be_there,
                                        make_files, remove_files),
        cmocka_unit_test_setup_teardown(test_a_local_database_must_be_readable,
                                        make_files, remove_files),
        cmocka_unit_test_setup_teardown(test_an_empty_bucket_is_told,
                                        make_files, remove_files),
        cmocka_unit_test_setup_teardown(
            test_an_object_is_judged_by_its_name_alone, make_files,
            remove_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
