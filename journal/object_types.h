/* object_types -- what all kinds of object stores have in common: object_store.h
 * is the manual.
 */
#ifndef JOURNAL_OBJECT_TYPES_H
#define JOURNAL_OBJECT_TYPES_H

#include "aws/s3_etag.h"
#include "base/status.h"
#include "base/strbuf.h"

enum {
    OBJECT_KEY_MAX_BYTES = 512,     /* the store's own prefix comes before it */
    OBJECT_REASON_MAX_BYTES = 1280, /* AWS's words are up to 1 KiB */
};

/* The ETag of an object, of a directory's objects too; "": there is none. */
struct object_tag {
    char text[S3_ETAG_MAX + 1];
};

enum object_condition {
    OBJECT_ALWAYS,
    OBJECT_IF_ABSENT,   /* If-None-Match: * */
    OBJECT_IF_UNCHANGED /* If-Match: the tag that is given */
};

/* To be put. */
struct object {
    const char *key;
    struct span body;
    const char *content_type;
};

typedef bool object_store_key_fn(void *arg, const char *key);

/* A kind of store, as object_store.c uses it; each function as there, with the
 * kind's own `self`. The keys are looked at already. */
struct object_store_kind {
    void (*free)(void *self);
    enum status (*put)(void *self, const struct object *object,
                       enum object_condition condition, struct object_tag *tag);
    enum status (*get)(void *self, const char *key, struct object_tag *tag,
                       struct strbuf *out);
    enum status (*list)(void *self, const char *prefix, const char *after,
                        object_store_key_fn *each, void *arg);
    const char *(*reason)(const void *self);
    void (*interrupt)(void *self);
};

#endif
