#include "cli/database_text.h"
#include "cli/input.h"

const char *database_text_where(const struct context *context)
{
    return context->file != NULL ? context->file
                                 : database_object_where(context->object);
}

bool database_text_read(const struct context *context, struct strbuf *text)
{
    struct database_object_reply reply;

    if (context->file != NULL)
        return input_read(context->file, text);
    if (database_object_get(context->object, text, &reply) == STATUS_OK)
        return true;
    database_object_complain(context->object, "cannot read", &reply,
                             S3_USE_READ);
    return false;
}
