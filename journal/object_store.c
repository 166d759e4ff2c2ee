#include "journal/object_store.h"

#include "journal/store_directory.h"
#include "journal/store_s3.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SEGMENTS_MAX = 8,
    SEGMENT_MAX_BYTES = 200,
    PREFIX_MAX_BYTES = 500, /* of S3's 1024 for a key */
};

struct object_store {
    const struct object_store_kind *kind;
    void *self;
    const char *reason; /* of our own; NULL: the kind has it */
    char where[];
};

static const char s3_scheme[] = "s3://";

bool object_store_is_s3(const char *where)
{
    return strncmp(where, s3_scheme, strlen(s3_scheme)) == 0;
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

/* One that is a name in a folder too, and hides nothing: a dot at its front is
 * what the directory's own files have. */
static bool is_segment(struct span segment)
{
    return segment.len > 0 && segment.len <= SEGMENT_MAX_BYTES &&
           segment.ptr[0] != '.';
}

static bool is_key(const char *key)
{
    struct span rest = span_from_string(key), segment;
    size_t segments = 0;

    if (rest.len == 0 || rest.len > OBJECT_KEY_MAX_BYTES ||
        rest.ptr[rest.len - 1] == '/' || has_control_character(key))
        return false;
    while (span_split(&rest, '/', &segment))
        if (!is_segment(segment) || ++segments > SEGMENTS_MAX)
            return false;
    return true;
}

/* "s3://bucket", "s3://bucket/", "s3://bucket/prefix", "s3://bucket/prefix/". */
static const char *s3_fault(const char *where)
{
    struct span rest = span_from_string(where + strlen(s3_scheme)), bucket;

    if (!span_split(&rest, '/', &bucket) || bucket.len == 0)
        return "names no bucket: s3://BUCKET/PREFIX is what it should be";
    if (bucket.len > 255 || memchr(bucket.ptr, ':', bucket.len) != NULL)
        return "names no bucket: give its name alone between s3:// and the "
               "next slash";
    if (rest.len > PREFIX_MAX_BYTES)
        return "has a prefix of more than 500 bytes";
    if (rest.len > 0 && (rest.ptr[0] == '/' || strstr(rest.ptr, "//") != NULL))
        return "has two slashes side by side in its prefix";
    return NULL;
}

const char *object_store_fault(const char *where)
{
    if (where[0] == '\0')
        return "is empty";
    if (has_control_character(where))
        return "holds a control character, perhaps a line break at its end; "
               "set it again";
    if (object_store_is_s3(where))
        return s3_fault(where);
    if (strstr(where, "://") != NULL)
        return "is neither s3://BUCKET/PREFIX nor the path of a directory";
    return NULL;
}

struct object_store *object_store_new(const char *where,
                                      const struct aws_config *config)
{
    size_t bytes = strlen(where) + 1;
    struct object_store *store;

    store = calloc(1, sizeof *store + bytes);
    if (store == NULL)
        return NULL;
    memcpy(store->where, where, bytes);
    store->kind = object_store_is_s3(where) ? &store_s3 : &store_directory;
    store->self = object_store_is_s3(where)
                      ? store_s3_new(where + strlen(s3_scheme), config)
                      : store_directory_new(where);
    if (store->self == NULL) {
        free(store);
        return NULL;
    }
    return store;
}

void object_store_free(struct object_store *store)
{
    if (store == NULL)
        return;
    store->kind->free(store->self);
    free(store);
}

const char *object_store_where(const struct object_store *store)
{
    return store->where;
}

/* Refuses what is no key; else forgets the last refusal. */
static enum status look_at_key(struct object_store *store, const char *key)
{
    store->reason = is_key(key) ? NULL : "no object can have such a key";
    return store->reason == NULL ? STATUS_OK : STATUS_INVALID;
}

enum status object_store_put(struct object_store *store, const char *key,
                             struct span body, const char *content_type,
                             enum object_condition condition,
                             struct object_tag *tag)
{
    struct object object = {key, body, content_type};
    struct object_tag ignored = {""};
    enum status status = look_at_key(store, key);

    if (status != STATUS_OK)
        return status;
    return store->kind->put(store->self, &object, condition,
                            tag == NULL ? &ignored : tag);
}

enum status object_store_get(struct object_store *store, const char *key,
                             struct object_tag *tag, struct strbuf *out)
{
    struct object_tag ignored = {""};
    size_t len_before = out->len;
    enum status status = look_at_key(store, key);

    if (status != STATUS_OK)
        return status;
    status =
        store->kind->get(store->self, key, tag == NULL ? &ignored : tag, out);
    if (status != STATUS_OK)
        strbuf_truncate(out, len_before);
    return status;
}

/* Whom to tell of which keys. */
struct listing {
    object_store_key_fn *each;
    void *arg;
};

static bool pass_on(void *arg, const char *key)
{
    const struct listing *listing = arg;

    return !is_key(key) || listing->each(listing->arg, key);
}

enum status object_store_list(struct object_store *store, const char *prefix,
                              const char *after, object_store_key_fn *each,
                              void *arg)
{
    struct listing listing = {each, arg};

    store->reason = NULL;
    return store->kind->list(store->self, prefix, after, pass_on, &listing);
}

const char *object_store_reason(const struct object_store *store)
{
    return store->reason != NULL ? store->reason
                                 : store->kind->reason(store->self);
}

const struct aws_metrics *object_store_metrics(const struct object_store *store)
{
    return store->kind == &store_s3 ? store_s3_metrics(store->self) : NULL;
}

void object_store_interrupt(struct object_store *store)
{
    store->kind->interrupt(store->self);
}
