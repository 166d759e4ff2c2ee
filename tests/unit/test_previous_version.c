#include "cli/previous_version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- a store of versions; stands in for cli/database_object.c ---- */

struct database_object {
    const char *versions; /* "id etag ...": the newest first; etag -: deleted */
    bool refuses_list, refuses_get;
};

static enum status refuse(struct database_object_reply *reply)
{
    reply->aws = (struct aws_reply){.status = STATUS_DENIED};
    return STATUS_DENIED;
}

static struct span take_word(struct span *rest)
{
    struct span word = {"", 0};

    span_split(rest, ' ', &word);
    return word;
}

enum status database_object_list_versions(struct database_object *object,
                                          database_object_version_fn *take,
                                          void *arg,
                                          struct database_object_reply *reply)
{
    struct span rest = span_from_string(object->versions);
    bool first = true, wanted = true;

    if (object->refuses_list)
        return refuse(reply);
    for (; wanted && rest.len > 0; first = false) {
        struct s3_version version = {.is_latest = first};

        version.id = take_word(&rest);
        version.etag = take_word(&rest);
        version.modified = version.id;
        version.is_delete_marker = span_is(version.etag, "-");
        if (version.is_delete_marker)
            version.etag.len = 0;
        wanted = take(arg, &version);
    }
    return STATUS_OK;
}

enum status database_object_get_version(struct database_object *object,
                                        struct span version,
                                        struct strbuf *body,
                                        struct database_object_reply *reply)
{
    if (object->refuses_get)
        return refuse(reply);
    strbuf_printf(body, "text of %.*s", (int)version.len, version.ptr);
    return STATUS_OK;
}

const char *database_object_where(const struct database_object *object)
{
    (void)object;
    return "s3://b/hosts.csv";
}

const char *database_object_bucket(const struct database_object *object)
{
    (void)object;
    return "b";
}

static const char *complaint;

void database_object_complain(const struct database_object *object,
                              const char *what,
                              const struct database_object_reply *reply,
                              enum s3_use use)
{
    (void)object;
    (void)reply;
    (void)use;
    complaint = what;
}

/* ---- */

static const struct {
    const char *label;
    struct database_object object;
    const char *text, *current; /* NULL: it is not to be had */
} cases[] = {
    {"the one before", {.versions = "v2 b v1 a"}, "text of v1", "b"},
    {"of several the newest",
     {.versions = "v3 c v2 b v1 a"},
     "text of v2",
     "c"},
    {"what was there before versions were kept",
     {.versions = "v1 b null a"},
     "text of null",
     "b"},
    {"the same bytes again are no other version",
     {.versions = "v3 b v2 b v1 a"},
     "text of v1",
     "b"},
    {"what was deleted", {.versions = "d1 - v1 a"}, "text of v1", ""},
    {"what was deleted twice",
     {.versions = "d2 - d1 - v1 a"},
     "text of v1",
     ""},
    {"what was deleted and made anew",
     {.versions = "v2 b d1 - v1 a"},
     "text of v1",
     "b"},
    {"the first there ever was", {.versions = "v1 a"}, NULL, NULL},
    {"always the same bytes", {.versions = "v2 a v1 a"}, NULL, NULL},
    {"no versions are kept", {.versions = "null a"}, NULL, NULL},
    {"none at all", {.versions = ""}, NULL, NULL},
    {"a listing that is denied",
     {.versions = "v2 b v1 a", .refuses_list = true},
     NULL,
     NULL},
    {"a version that is denied",
     {.versions = "v2 b v1 a", .refuses_get = true},
     NULL,
     NULL},
};

static void test_which_version(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct database_object object = cases[i].object;
        struct previous_version previous;
        bool found;

        print_message("  %s\n", cases[i].label);
        strbuf_rewind(&text);
        complaint = NULL;
        found = previous_version_get(&object, &previous, &text);
        assert_int_equal(found, cases[i].text != NULL);
        assert_int_equal(complaint != NULL,
                         object.refuses_list || object.refuses_get);
        if (!found)
            continue;
        assert_string_equal(strbuf_string(&text), cases[i].text);
        assert_string_equal(previous.current_etag, cases[i].current);
    }
    strbuf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_which_version)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
