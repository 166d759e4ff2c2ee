/* object_store -- a place for small objects: a prefix in an S3 bucket, or a
 * local directory. Each call blocks until it is answered or its time is over, is
 * one attempt, and belongs to one thread; only object_store_interrupt() may be
 * called from another. The journal, its snapshot and the alerts' ledger are kept
 * in one of these, by servers and by dyndb.
 *
 * A key is one to 512 bytes, of segments with slashes between; none is empty or
 * begins with a dot, and there are 8 at most. What else is in the bucket, or in
 * the directory, is passed over.
 *
 * A call's time is over after 10 seconds, and one more for each 64 KiB that are
 * put, or that there is room for; of a listing, each page's after 10 seconds.
 */
#ifndef JOURNAL_OBJECT_STORE_H
#define JOURNAL_OBJECT_STORE_H

#include "aws/aws_config.h"
#include "aws/aws_metrics.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "journal/object_types.h"

struct object_store;

/* Whether `where` can be one: "s3://bucket/prefix" (a bucket alone is one too)
 * or the path of a directory ("/var/lib/dyndns53/state", "./state"). NULL, or
 * what is wrong with it, a literal to stand behind the variable's name. */
const char *object_store_fault(const char *where);

/* Whether it is one that needs AWS. */
bool object_store_is_s3(const char *where);

/* `where` as above, without fault. In S3: `config` is borrowed, and is where S3
 * is and who we are to it; to be used between aws_global_init() and
 * aws_global_cleanup(). A directory needs none, and is made when the first object
 * is put, below one that is there. NULL when memory is short. */
struct object_store *object_store_new(const char *where,
                                      const struct aws_config *config);
/* NULL is allowed. */
void object_store_free(struct object_store *store);

/* What it is called, for people. */
const char *object_store_where(const struct object_store *store);

/* Puts an object whole or not at all. `tag` is read with OBJECT_IF_UNCHANGED,
 * and is the new object's with STATUS_OK; else it may be NULL. STATUS_CONFLICT:
 * the condition does not hold, which with OBJECT_IF_ABSENT may be the work of our
 * own call before, of which it was unknown; STATUS_DENIED; STATUS_THROTTLED;
 * STATUS_UNAVAILABLE (unknown whether it was put, or somebody else is about to:
 * once more); STATUS_NOT_FOUND (no such bucket, or no folder above the
 * directory); STATUS_INVALID (no such key can be, or the store cannot do that);
 * STATUS_NOMEM. */
NODISCARD enum status object_store_put(struct object_store *store,
                                       const char *key, struct span body,
                                       const char *content_type,
                                       enum object_condition condition,
                                       struct object_tag *tag);

/* Appends the object, which is whole, to `out`. `tag` may be NULL; if it is not empty, and the
 * object's is the same, STATUS_UNCHANGED and nothing is appended; with STATUS_OK
 * it becomes the object's. STATUS_NOT_FOUND. STATUS_FULL: more than `out` may
 * hold. The others as above. On failure `out` and `tag` are as they were. */
NODISCARD enum status object_store_get(struct object_store *store,
                                       const char *key, struct object_tag *tag,
                                       struct strbuf *out);

/* Calls each(arg, key) for every key that begins with `prefix` ("": all) and
 * stands behind `after` ("": all) in the order of bytes; pages are fetched as
 * needed. each() that returns false ends it, with STATUS_OK; it may not call the
 * store. A directory that is not there yet is empty. STATUS_INVALID also when a
 * store lists what was not asked for, or not in order. */
NODISCARD enum status object_store_list(struct object_store *store,
                                        const char *prefix, const char *after,
                                        object_store_key_fn *each, void *arg);

/* Why the last call failed, in words for the log; "" after one that did not.
 * Borrowed until the next call. */
const char *object_store_reason(const struct object_store *store);

/* What calls to AWS came to, for any thread to read while there is a store; NULL
 * for a directory. */
const struct aws_metrics *object_store_metrics(
    const struct object_store *store);

/* Any thread: the call under way, and all that follow, end at once with
 * STATUS_UNAVAILABLE. */
void object_store_interrupt(struct object_store *store);

#endif
