#include "cli/outage_file.h"
#include "cli/file_replace.h"
#include "cli/text_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 16 * 1024, PATH_MAX_BYTES = 4096 };

static const char *get_set(outage_getenv_fn *get, const char *name)
{
    const char *value = get(name);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

static void append_directory(struct strbuf *path, outage_getenv_fn *get)
{
    const char *state = get_set(get, "STATE_DIRECTORY"),
               *xdg = get_set(get, "XDG_STATE_HOME"),
               *home = get_set(get, "HOME");

    if (state != NULL) /* systemd separates several by colons */
        strbuf_append(path, span_from(state, strcspn(state, ":")));
    else if (xdg != NULL && xdg[0] == '/')
        strbuf_printf(path, "%s/dyndb", xdg);
    else if (home != NULL && home[0] == '/')
        strbuf_printf(path, "%s/.local/state/dyndb", home);
    else
        strbuf_append_string(path, "/var/lib/dyndb");
}

char *outage_file_usual_path(outage_getenv_fn *get, const char *host)
{
    struct strbuf path;

    strbuf_init(&path, PATH_MAX_BYTES);
    append_directory(&path, get);
    strbuf_append_string(&path, "/set-ip-");
    for (; *host != '\0'; host++) /* a shell would expand "*" */
        strbuf_append_char(&path, *host == '*' ? '_' : *host);
    return strbuf_take(&path);
}

enum status outage_file_load(struct outage *outage, const char *path)
{
    struct strbuf text;
    enum status status;

    *outage = (struct outage){.phase = OUTAGE_NONE};
    strbuf_init(&text, FILE_MAX_BYTES);
    status = text_file_read(path, LINKS_REFUSED, &text);
    if (status == STATUS_OK || status == STATUS_FULL)
        outage_read(outage, strbuf_span(&text));
    strbuf_clear(&text);
    return status == STATUS_FULL || status == STATUS_NOT_FOUND ? STATUS_OK
                                                               : status;
}

/* mkdir -p; whether it worked, the writing will show. */
static void make_directories(char *path)
{
    for (char *slash = path + 1; *slash != '\0'; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

static enum status write_file(const struct outage *outage, const char *path)
{
    char *copy = strdup(path);
    enum status status = STATUS_NOMEM;
    struct strbuf text;

    if (copy == NULL)
        return STATUS_NOMEM;
    make_directories(dirname(copy));
    free(copy);
    strbuf_init(&text, FILE_MAX_BYTES);
    outage_write(outage, &text);
    if (strbuf_ok(&text))
        status = file_replace(path, strbuf_span(&text));
    strbuf_clear(&text);
    return status;
}

enum status outage_file_save(const struct outage *outage, const char *path)
{
    if (outage->phase != OUTAGE_NONE)
        return write_file(outage, path);
    return unlink(path) == 0 || errno == ENOENT ? STATUS_OK
                                                : STATUS_UNAVAILABLE;
}
