#include "cli/previous_version.h"
#include "cli/say.h"

#include <stdio.h>

struct search {
    struct previous_version *found; /* its id is "" until it is found */
    size_t seen;
    bool latest_is_null; /* it was written while no versions were kept */
};

static void copy(char *out, size_t size, struct span text)
{
    snprintf(out, size, "%.*s", (int)text.len, text.len == 0 ? "" : text.ptr);
}

static bool look_at(void *arg, const struct s3_version *version)
{
    struct search *search = arg;
    struct previous_version *found = search->found;

    search->seen++;
    if (version->is_latest) {
        copy(found->current_etag, sizeof found->current_etag, version->etag);
        search->latest_is_null = span_is(version->id, "null");
        return true;
    }
    if (version->is_delete_marker ||
        span_is(version->etag, found->current_etag))
        return true;
    copy(found->id, sizeof found->id, version->id);
    copy(found->modified, sizeof found->modified, version->modified);
    return false;
}

static void explain_absence(const struct database_object *object,
                            const struct search *search)
{
    const char *where = database_object_where(object);

    if (search->seen == 0)
        say("%s: there is no database, and no version of one", where);
    else if (search->seen == 1 && search->latest_is_null)
        say("%s: the bucket keeps no versions, or has done so only since the "
            "database was last written\n"
            "to have them kept from now on: aws s3api put-bucket-versioning "
            "--bucket %s --versioning-configuration Status=Enabled",
            where, database_object_bucket(object));
    else
        say("%s: there is no earlier version that is another one", where);
}

bool previous_version_get(struct database_object *object,
                          struct previous_version *previous,
                          struct strbuf *text)
{
    struct search search = {.found = previous};
    struct database_object_reply reply;

    *previous = (struct previous_version){.id = ""};
    if (database_object_list_versions(object, look_at, &search, &reply) !=
        STATUS_OK) {
        database_object_complain(object, "cannot list the versions of", &reply,
                                 S3_USE_LIST_VERSIONS);
        return false;
    }
    if (previous->id[0] == '\0') {
        explain_absence(object, &search);
        return false;
    }
    if (database_object_get_version(object, span_from_string(previous->id),
                                    text, &reply) != STATUS_OK) {
        database_object_complain(object, "cannot read an earlier version of",
                                 &reply, S3_USE_READ_VERSION);
        return false;
    }
    return true;
}
