/* Calls an object store as the environment says, for tests/e2e/test_object_store.py:
 *
 *     store_calls WHERE put KEY BODY always|absent|TAG
 *     store_calls WHERE get KEY [TAG]
 *     store_calls WHERE list PREFIX AFTER
 *     store_calls WHERE count KEY ROUNDS
 *
 * Prints the status, the tag and the reason, each on a line, and then the object, or
 * the keys. `count` adds one to the number in an object, so many times, against
 * all who do the same. */
#include "journal/object_store.h"

#include "aws/aws_client.h"

#include <stdio.h>
#include <stdlib.h>

enum { PLENTY_BYTES = 100 * 1024 * 1024 };

static struct object_tag tag;
static struct strbuf out;

static bool take_key(void *arg, const char *key)
{
    strbuf_printf(arg, "%s\n", key);
    return true;
}

static void remember_tag(const char *text)
{
    snprintf(tag.text, sizeof tag.text, "%s", text);
}

static enum status put(struct object_store *store, const char *key,
                       const char *body, const char *condition)
{
    enum object_condition is = strcmp(condition, "always") == 0 ? OBJECT_ALWAYS
                               : strcmp(condition, "absent") == 0
                                   ? OBJECT_IF_ABSENT
                                   : OBJECT_IF_UNCHANGED;

    if (is == OBJECT_IF_UNCHANGED && condition != tag.text)
        remember_tag(condition);
    return object_store_put(store, key, span_from_string(body),
                            "application/x-test", is, &tag);
}

/* Until nobody was faster, or something else is the matter. */
static enum status add_one(struct object_store *store, const char *key)
{
    enum status status = STATUS_CONFLICT;
    char next[32];

    while (status == STATUS_CONFLICT) {
        strbuf_rewind(&out);
        tag.text[0] = '\0';
        status = object_store_get(store, key, &tag, &out);
        if (status != STATUS_OK)
            return status;
        snprintf(next, sizeof next, "%ld",
                 strtol(strbuf_string(&out), NULL, 10) + 1);
        status = put(store, key, next, tag.text);
    }
    return status;
}

static enum status count(struct object_store *store, const char *key,
                         long rounds)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && rounds-- > 0)
        status = add_one(store, key);
    return status;
}

static enum status call(struct object_store *store, char *words[])
{
    if (strcmp(words[0], "put") == 0)
        return put(store, words[1], words[2], words[3]);
    if (strcmp(words[0], "list") == 0)
        return object_store_list(store, words[1], words[2], take_key, &out);
    if (strcmp(words[0], "count") == 0)
        return count(store, words[1], strtol(words[2], NULL, 10));
    if (words[2] != NULL)
        remember_tag(words[2]);
    return object_store_get(store, words[1], &tag, &out);
}

static const char *get_variable(const char *name)
{
    return getenv(name);
}

int main(int argc, char *argv[])
{
    struct object_store *store;
    struct aws_config config;
    struct strbuf faults;
    enum status status;

    strbuf_init(&faults, 10000);
    strbuf_init(&out, PLENTY_BYTES);
    if (argc < 4 || object_store_fault(argv[1]) != NULL ||
        aws_global_init() != STATUS_OK ||
        aws_config_init(&config, get_variable, &faults) != STATUS_OK)
        return 1;
    store = object_store_new(argv[1], &config);
    if (store == NULL)
        return 1;
    status = call(store, argv + 2);
    printf("%s\n%s\n%s\n%s", status_name(status), tag.text,
           object_store_reason(store), strbuf_string(&out));
    object_store_free(store);
    aws_config_clear(&config);
    strbuf_clear(&faults);
    strbuf_clear(&out);
    aws_global_cleanup();
    return 0;
}
