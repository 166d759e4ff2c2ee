#include "aws/credentials_json.h"

#include "aws/timestamp.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>

enum { QUOTED_MAX_BYTES = 200 };

static void free_wiped(void *block)
{
    if (block != NULL)
        explicit_bzero(block, malloc_usable_size(block));
    free(block);
}

void credentials_json_init(void)
{
    json_set_alloc_funcs(malloc, free_wiped);
}

/* The text of a member; empty when it is absent, null or none. */
static struct span member(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);

    return json_is_string(value)
               ? span_from(json_string_value(value), json_string_length(value))
               : span_from("", 0);
}

/* What somebody else wrote, with control bytes as spaces, and not all of it. */
static void quote(struct strbuf *why, struct span text)
{
    for (size_t i = 0; i < text.len && i < QUOTED_MAX_BYTES; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        strbuf_append_char(why, (char)(c < ' ' || c == 0x7f ? ' ' : c));
    }
    if (text.len > QUOTED_MAX_BYTES)
        strbuf_append_string(why, "...");
}

static struct span member_of_two(const json_t *document, const char *name,
                                 const char *otherwise)
{
    struct span text = member(document, name);

    return text.len > 0 ? text : member(document, otherwise);
}

/* {"Code": ..., "Message": ...} of the instance's metadata, {"code": ...,
 * "message": ...} of a container's endpoint. */
static bool append_refusal(const json_t *document, struct strbuf *why)
{
    struct span code = member_of_two(document, "Code", "code");
    struct span message = member_of_two(document, "Message", "message");

    if (code.len == 0 || span_is(code, "Success"))
        return false;
    quote(why, code);
    if (message.len > 0)
        strbuf_append_string(why, ": ");
    quote(why, message);
    return true;
}

static json_t *load(struct span text)
{
    return text.len > CREDENTIALS_JSON_MAX_BYTES
               ? NULL
               : json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
}

static enum status refuse(struct strbuf *why, const char *words)
{
    strbuf_append_string(why, words);
    return STATUS_INVALID;
}

static enum status lacks(struct strbuf *why, const char *name)
{
    strbuf_printf(why, "the reply has no %s", name);
    return STATUS_INVALID;
}

static enum status read_document(const json_t *document,
                                 enum credentials_json_form form,
                                 struct aws_credentials *out,
                                 struct strbuf *why)
{
    bool is_process = form == CREDENTIALS_JSON_PROCESS;
    const char *token_name = is_process ? "SessionToken" : "Token";
    struct span id = member(document, "AccessKeyId");
    struct span secret = member(document, "SecretAccessKey");
    struct span token = member(document, token_name);
    struct span expiration = member(document, "Expiration");
    int64_t expires_at = 0;
    enum status status;

    if (is_process &&
        json_integer_value(json_object_get(document, "Version")) != 1)
        return refuse(why, "the reply's Version is not 1");
    if (!is_process && append_refusal(document, why))
        return STATUS_INVALID;
    if (id.len == 0)
        return lacks(why, "AccessKeyId");
    if (secret.len == 0)
        return lacks(why, "SecretAccessKey");
    if (!is_process && token.len == 0)
        return lacks(why, "Token");
    if (!is_process && expiration.len == 0)
        return lacks(why, "Expiration");
    if (expiration.len > 0 && !timestamp_parse(expiration, &expires_at))
        return refuse(why, "the reply's Expiration is no time");
    status = aws_credentials_set(out, id, secret, token, expires_at);
    if (status == STATUS_INVALID)
        return refuse(why, "the reply's keys hold a blank or a control "
                           "character");
    return status == STATUS_OK ? STATUS_OK : STATUS_NOMEM;
}

enum status credentials_json_read(struct span text,
                                  enum credentials_json_form form,
                                  struct aws_credentials *out,
                                  struct strbuf *why)
{
    json_t *document = load(text);
    enum status status;

    aws_credentials_clear(out);
    if (!json_is_object(document)) {
        json_decref(document);
        return refuse(why, "the reply is no JSON object");
    }
    status = read_document(document, form, out, why);
    if (status == STATUS_NOMEM)
        strbuf_append_string(why, "out of memory");
    json_decref(document);
    return status;
}

void credentials_json_read_refusal(struct span text, struct strbuf *why)
{
    json_t *document = load(text);

    if (json_is_object(document))
        append_refusal(document, why);
    json_decref(document);
}
