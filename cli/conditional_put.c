#include "cli/conditional_put.h"
#include "cli/say.h"

enum { HTTP_CONFLICT = 409, HTTP_NOT_IMPLEMENTED = 501 };

static const struct span none = SPAN_LITERAL("");

static enum status put_conditionally(struct database_object *object,
                                     struct span body, const char *seen,
                                     struct database_object_reply *reply)
{
    if (seen == NULL)
        return database_object_put(object, body, none, none, reply);
    if (seen[0] == '\0')
        return database_object_put(object, body, none, span_from_string("*"),
                                   reply);
    return database_object_put(object, body, span_from_string(seen), none,
                               reply);
}

/* For a store without conditional writes. */
static enum status look_and_put(struct database_object *object,
                                struct span body, const char *seen,
                                struct database_object_reply *reply)
{
    enum status status = database_object_head(object, reply);

    if (status == STATUS_OK && strcmp(reply->etag, seen) != 0)
        return STATUS_CONFLICT;
    if (status == STATUS_NOT_FOUND && seen[0] != '\0')
        return STATUS_NOT_FOUND;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    say("%s: warning: this store knows no conditional writes; what somebody "
        "else writes in this very moment would be lost",
        database_object_where(object));
    return database_object_put(object, body, none, none, reply);
}

static bool holds_already(struct database_object *object, struct span body,
                          struct database_object_reply *reply)
{
    struct database_object_reply got;
    struct strbuf current;
    bool same;

    strbuf_init(&current, DATABASE_MAX_BYTES);
    same = database_object_get(object, &current, &got) == STATUS_OK &&
           span_equal(strbuf_span(&current), body);
    strbuf_clear(&current);
    if (same)
        *reply = got;
    return same;
}

/* Whether the store said that the object is not the version that was seen. A
 * 409 says only that another write is in progress; "not found" is said of an
 * object that was deleted, but also of a bucket that does not exist, with a
 * code of its own. */
static bool is_conflict(enum status status, const char *seen,
                        const struct database_object_reply *reply)
{
    if (seen == NULL)
        return false;
    if (status == STATUS_CONFLICT)
        return reply->aws.http_status != HTTP_CONFLICT;
    return status == STATUS_NOT_FOUND && seen[0] != '\0' &&
           strcmp(reply->aws.code, "NoSuchBucket") != 0;
}

enum put_result conditional_put(struct database_object *object,
                                struct span body, const char *seen,
                                struct database_object_reply *reply)
{
    enum status status = put_conditionally(object, body, seen, reply);
    bool in_doubt = reply->in_doubt;

    if (seen != NULL && reply->aws.http_status == HTTP_NOT_IMPLEMENTED)
        status = look_and_put(object, body, seen, reply);
    if (status == STATUS_OK)
        return PUT_DONE;
    if (!is_conflict(status, seen, reply))
        return PUT_FAILED;
    if (!holds_already(object, body, reply))
        return PUT_CONFLICT;
    return in_doubt ? PUT_DONE : PUT_ALREADY_THERE;
}
