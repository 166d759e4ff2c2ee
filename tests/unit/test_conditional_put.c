#include "cli/conditional_put.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- a store of one object; stands in for cli/database_object.c ---- */

enum {
    NO_CONDITIONS = 1,
    HAS_NO_BUCKET = 2,
    LOSES_AN_ANSWER = 4, /* the first write is done, its answer is lost */
    IS_BROKEN = 8,
    IS_BUSY = 16, /* with somebody else's write */
};

struct database_object {
    const char *content, *etag; /* NULL: there is no object */
    unsigned traits;
    int writes;
};

static enum status answer(struct database_object_reply *reply,
                          enum status status, long http_status,
                          const char *code, const char *etag)
{
    reply->aws =
        (struct aws_reply){.status = status, .http_status = http_status};
    snprintf(reply->aws.code, sizeof reply->aws.code, "%s", code);
    snprintf(reply->etag, sizeof reply->etag, "%s", etag);
    return status;
}

const char *database_object_where(const struct database_object *object)
{
    (void)object;
    return "s3://b/hosts.csv";
}

static enum status missing(const struct database_object *object,
                           struct database_object_reply *reply)
{
    return answer(reply, STATUS_NOT_FOUND, 404,
                  object->traits & HAS_NO_BUCKET ? "NoSuchBucket" : "NoSuchKey",
                  "");
}

enum status database_object_get(struct database_object *object,
                                struct strbuf *body,
                                struct database_object_reply *reply)
{
    if (object->content == NULL)
        return missing(object, reply);
    strbuf_rewind(body);
    strbuf_append_string(body, object->content);
    return answer(reply, STATUS_OK, 200, "", object->etag);
}

enum status database_object_head(struct database_object *object,
                                 struct database_object_reply *reply)
{
    if (object->content == NULL)
        return missing(object, reply);
    return answer(reply, STATUS_OK, 200, "", object->etag);
}

enum status database_object_put(struct database_object *object,
                                struct span body, struct span if_match,
                                struct span if_none_match,
                                struct database_object_reply *reply)
{
    bool conditional = if_match.len + if_none_match.len > 0;

    if (object->traits & IS_BROKEN)
        return answer(reply, STATUS_UNAVAILABLE, 500, "InternalError", "");
    if (object->traits & IS_BUSY)
        return answer(reply, STATUS_CONFLICT, 409, "OperationAborted", "");
    if (object->traits & HAS_NO_BUCKET)
        return missing(object, reply);
    if (conditional && (object->traits & NO_CONDITIONS))
        return answer(reply, STATUS_INVALID, 501, "NotImplemented", "");
    if (if_match.len > 0 && object->content == NULL)
        return missing(object, reply);
    if ((if_match.len > 0 && !span_is(if_match, object->etag)) ||
        (if_none_match.len > 0 && object->content != NULL))
        return answer(reply, STATUS_CONFLICT, 412, "PreconditionFailed", "");
    object->writes++;
    object->content = body.ptr;
    object->etag = "\"new\"";
    if (object->traits & LOSES_AN_ANSWER) { /* try again, as object.c does */
        object->traits &= ~(unsigned)LOSES_AN_ANSWER;
        reply->in_doubt = true;
        return database_object_put(object, body, if_match, if_none_match,
                                   reply);
    }
    return answer(reply, STATUS_OK, 200, "", object->etag);
}

/* ---- */

static const struct {
    const char *label;
    const char *content, *etag; /* of the object, NULL: there is none */
    unsigned traits;
    const char *seen;
    enum put_result result;
    int writes;
    const char *etag_after; /* of a result that is a success */
} cases[] = {
    {"the first version is created", NULL, NULL, 0, "", PUT_DONE, 1, "\"new\""},
    {"the version that was seen is replaced", "old", "\"e1\"", 0, "\"e1\"",
     PUT_DONE, 1, "\"new\""},
    {"another version is not", "other", "\"e2\"", 0, "\"e1\"", PUT_CONFLICT, 0,
     NULL},
    {"one that was never seen is not", "old", "\"e1\"", 0, "", PUT_CONFLICT, 0,
     NULL},
    {"unless it is to be replaced in any case", "old", "\"e1\"", 0, NULL,
     PUT_DONE, 1, "\"new\""},
    {"one that was deleted is not created again", NULL, NULL, 0, "\"e1\"",
     PUT_CONFLICT, 0, NULL},
    {"the same bytes, never seen, are there already", "text", "\"e3\"", 0, "",
     PUT_ALREADY_THERE, 0, "\"e3\""},
    {"the same bytes in another version are there already", "text", "\"e3\"", 0,
     "\"e1\"", PUT_ALREADY_THERE, 0, "\"e3\""},
    {"a first version whose answer was lost", NULL, NULL, LOSES_AN_ANSWER, "",
     PUT_DONE, 1, "\"new\""},
    {"a new version whose answer was lost", "old", "\"e1\"", LOSES_AN_ANSWER,
     "\"e1\"", PUT_DONE, 1, "\"new\""},
    {"no bucket", NULL, NULL, HAS_NO_BUCKET, "\"e1\"", PUT_FAILED, 0, NULL},
    {"a store in trouble", "old", "\"e1\"", IS_BROKEN, "\"e1\"", PUT_FAILED, 0,
     NULL},
    {"a store that is busy", "old", "\"e1\"", IS_BUSY, "\"e1\"", PUT_FAILED, 0,
     NULL},
    {"a store that is busy, in any case", "old", "\"e1\"", IS_BUSY, NULL,
     PUT_FAILED, 0, NULL},

    {"without conditions: the first version", NULL, NULL, NO_CONDITIONS, "",
     PUT_DONE, 1, "\"new\""},
    {"without conditions: the version that was seen", "old", "\"e1\"",
     NO_CONDITIONS, "\"e1\"", PUT_DONE, 1, "\"new\""},
    {"without conditions: another version", "other", "\"e2\"", NO_CONDITIONS,
     "\"e1\"", PUT_CONFLICT, 0, NULL},
    {"without conditions: one that was never seen", "old", "\"e1\"",
     NO_CONDITIONS, "", PUT_CONFLICT, 0, NULL},
    {"without conditions: one that was deleted", NULL, NULL, NO_CONDITIONS,
     "\"e1\"", PUT_CONFLICT, 0, NULL},
    {"without conditions: the same bytes", "text", "\"e3\"", NO_CONDITIONS, "",
     PUT_ALREADY_THERE, 0, "\"e3\""},
    {"without conditions: in any case", "old", "\"e1\"", NO_CONDITIONS, NULL,
     PUT_DONE, 1, "\"new\""},
};

static void test_conditional_put(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct database_object object = {cases[i].content, cases[i].etag,
                                         cases[i].traits, 0};
        struct database_object_reply reply = {.etag = ""};
        enum put_result result = conditional_put(
            &object, span_from_string("text"), cases[i].seen, &reply);

        if (result != cases[i].result || object.writes != cases[i].writes ||
            (cases[i].etag_after != NULL &&
             strcmp(reply.etag, cases[i].etag_after) != 0))
            fail_msg("%s: result %d, %d writes, ETag %s", cases[i].label,
                     (int)result, object.writes, reply.etag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditional_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
