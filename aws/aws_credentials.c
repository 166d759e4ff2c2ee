#include "aws/aws_credentials.h"

#include <stdlib.h>

const char *aws_credentials_text_fault(struct span text)
{
    bool has_blank = false;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return "holds a control character, perhaps a line break at its "
                   "end; set it again";
        if (c == ' ' || c == '\t')
            has_blank = true;
    }
    return has_blank ? "holds a blank; set it again" : NULL;
}

static char *copy(struct span text)
{
    return text.len == 0 ? NULL : strndup(text.ptr, text.len);
}

enum status aws_credentials_set(struct aws_credentials *out, struct span id,
                                struct span secret, struct span token,
                                int64_t expires_at)
{
    aws_credentials_clear(out);
    if (id.len == 0 || secret.len == 0 ||
        aws_credentials_text_fault(id) != NULL ||
        aws_credentials_text_fault(secret) != NULL ||
        aws_credentials_text_fault(token) != NULL)
        return STATUS_INVALID;
    out->access_key_id = copy(id);
    out->secret_access_key = copy(secret);
    out->session_token = copy(token);
    out->expires_at = expires_at;
    if (out->access_key_id != NULL && out->secret_access_key != NULL &&
        (token.len == 0 || out->session_token != NULL))
        return STATUS_OK;
    aws_credentials_clear(out);
    return STATUS_NOMEM;
}

enum status aws_credentials_copy(struct aws_credentials *out,
                                 const struct aws_credentials *from)
{
    return aws_credentials_set(out, span_from_string(from->access_key_id),
                               span_from_string(from->secret_access_key),
                               span_from_string(from->session_token),
                               from->expires_at);
}

void aws_credentials_free_secret(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void aws_credentials_clear(struct aws_credentials *credentials)
{
    free(credentials->access_key_id);
    aws_credentials_free_secret(credentials->secret_access_key);
    aws_credentials_free_secret(credentials->session_token);
    *credentials = (struct aws_credentials){.access_key_id = NULL};
}
