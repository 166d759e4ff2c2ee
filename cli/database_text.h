/* database_text -- the whole database, wherever it is.
 */
#ifndef CLI_DATABASE_TEXT_H
#define CLI_DATABASE_TEXT_H

#include "cli/context.h"

/* What it is called: "s3://bucket/key", or the file's name. */
const char *database_text_where(const struct context *context);

/* Appends the object, or the local file, to `text`. False: it was said why
 * not. */
bool database_text_read(const struct context *context, struct strbuf *text);

#endif
