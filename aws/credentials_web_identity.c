#include "aws/credentials_web_identity.h"

#include "aws/small_file.h"
#include "aws/sts.h"

static struct span trim(struct span token)
{
    while (token.len > 0 && (unsigned char)token.ptr[token.len - 1] <= ' ')
        token.len--;
    return token;
}

enum status credentials_web_identity_fetch(const struct credentials_call *call,
                                           const struct credentials_role *role,
                                           const char *token_file,
                                           struct strbuf *why)
{
    const char *reason = "there is no such file";
    struct small_file file;
    enum status status = small_file_read(&file, token_file, &reason);
    struct span token = trim(small_file_span(&file));

    if (status == STATUS_OK && token.len == 0) {
        reason = "it is empty";
        status = STATUS_INVALID;
    }
    if (status == STATUS_OK)
        status = sts_fetch(call, STS_ASSUME_ROLE_WITH_WEB_IDENTITY, role, NULL,
                           token);
    else if (status != STATUS_NOMEM) {
        strbuf_printf(why, "the file of the token, %s: %s", token_file, reason);
        status = STATUS_INVALID;
    }
    small_file_clear(&file);
    return status;
}
