#include "cli/autodns_config.h"

#include "cli/text_file.h"

#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

enum { FILE_MAX_BYTES = 64 * 1024 };

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"hosted_zone_id", offsetof(struct autodns_config, hosted_zone_id)},
    {"dns_name", offsetof(struct autodns_config, dns_name)},
    {"topic_arn", offsetof(struct autodns_config, topic_arn)},
    {"alert_lock", offsetof(struct autodns_config, alert_lock)},
    {"reflect_url", offsetof(struct autodns_config, reflect_url)},
};
enum { MEMBERS = sizeof members / sizeof members[0] };

static char **member_at(struct autodns_config *config, size_t i)
{
    return (char **)(void *)((char *)config + members[i].offset);
}

static enum status take(struct autodns_config *config, const char *key,
                        const json_t *value, struct strbuf *fault)
{
    const char *text = json_string_value(value);
    size_t i = 0;

    while (i < MEMBERS && strcmp(members[i].name, key) != 0)
        i++;
    if (i == MEMBERS) {
        strbuf_printf(fault,
                      "'%.100s' is unknown: it may hold hosted_zone_id, "
                      "dns_name, topic_arn, alert_lock and reflect_url",
                      key);
        return STATUS_INVALID;
    }
    if (text == NULL || text[0] == '\0') {
        strbuf_printf(fault, "%s must be a text that is not empty", key);
        return STATUS_INVALID;
    }
    *member_at(config, i) = strdup(text);
    return *member_at(config, i) == NULL ? STATUS_NOMEM : STATUS_OK;
}

static enum status take_all(struct autodns_config *config, json_t *object,
                            struct strbuf *fault)
{
    enum status status = STATUS_OK;
    const char *key;
    json_t *value;

    if (!json_is_object(object)) {
        strbuf_append_string(fault, "it holds no JSON object");
        return STATUS_INVALID;
    }
    json_object_foreach(object, key, value)
    {
        status = take(config, key, value, fault);
        if (status != STATUS_OK)
            break;
    }
    return status;
}

enum status autodns_config_read(struct autodns_config *config, struct span text,
                                struct strbuf *fault)
{
    enum status status;
    json_error_t error;
    json_t *object;

    *config = (struct autodns_config){.dns_name = NULL};
    object = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL) {
        strbuf_printf(fault, "line %d: %s", error.line, error.text);
        return STATUS_INVALID;
    }
    status = take_all(config, object, fault);
    json_decref(object);
    return status;
}

enum status autodns_config_load(struct autodns_config *config, const char *path,
                                struct strbuf *fault)
{
    struct strbuf text;
    enum status status;

    *config = (struct autodns_config){.dns_name = NULL};
    strbuf_init(&text, FILE_MAX_BYTES);
    status = text_file_read(path, LINKS_FOLLOWED, &text);
    if (status == STATUS_OK) {
        status = autodns_config_read(config, strbuf_span(&text), fault);
    } else {
        strbuf_printf(fault, "cannot be read: %s",
                      text_file_fault(path, LINKS_FOLLOWED, status));
        status = STATUS_UNAVAILABLE;
    }
    strbuf_clear(&text);
    return status;
}

void autodns_config_clear(struct autodns_config *config)
{
    for (size_t i = 0; i < MEMBERS; i++)
        free(*member_at(config, i));
    *config = (struct autodns_config){.dns_name = NULL};
}
