/* Whatever the token: it is of its form or it is at fault; what is of a form is
 * within the bounds, and is written as it was read, but for letter case. */
#include "s3db/token_form.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_costs(const struct token_form *form)
{
    if (form->n < TOKEN_SCRYPT_N_MIN || form->n > TOKEN_SCRYPT_N_MAX ||
        (form->n & (form->n - 1)) != 0 || form->r == 0 || form->p == 0 ||
        (uint64_t)form->n * form->r * form->p > TOKEN_SCRYPT_COST_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    char written[TOKEN_HASHED_MAX_BYTES];
    struct token_form form;

    if (token_form_parse(text, &form) != NULL)
        return 0;
    if (form.kind != token_form_kind(text))
        abort();
    if (form.kind == TOKEN_PLAIN)
        return 0;
    if (form.kind == TOKEN_SCRYPT)
        check_costs(&form);
    if (form.salt.len < TOKEN_SALT_MIN_BYTES ||
        form.salt.len > TOKEN_SALT_MAX_BYTES ||
        token_form_write(&form, written) != size ||
        strncasecmp(written, text.ptr, size) != 0)
        abort();
    return 0;
}
