/* What holds credentials: AWS's shared files, and the JSON of endpoints and of
 * a credential_process. */
#include "aws/credentials_json.h"
#include "aws/ini_file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_json(struct span text, enum credentials_json_form form)
{
    struct aws_credentials credentials = {.access_key_id = NULL};
    struct strbuf why;
    enum status status;

    strbuf_init(&why, 1024);
    status = credentials_json_read(text, form, &credentials, &why);
    if ((status == STATUS_OK) != (credentials.access_key_id != NULL) ||
        (status == STATUS_OK) == (why.len > 0))
        __builtin_trap();
    credentials_json_read_refusal(text, &why);
    aws_credentials_clear(&credentials);
    strbuf_clear(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_from((const char *)data, size);
    struct ini_reader reader = ini_open(text);
    struct ini_entry entry;
    size_t line = 0;

    while (ini_next(&reader, &entry)) {
        if (reader.line <= line || reader.fault != NULL)
            __builtin_trap();
        line = reader.line;
    }
    read_json(text, CREDENTIALS_JSON_ENDPOINT);
    read_json(text, CREDENTIALS_JSON_PROCESS);
    return 0;
}
