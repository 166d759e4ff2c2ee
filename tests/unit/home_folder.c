#include "tests/unit/home_folder.h"

#include "tests/unit/scratch_folder.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct home_variable *variables;
static const char *server;

int home_folder_set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    return mkdir(scratch_path(".aws"), 0700);
}

const char *home_folder_write_file(const char *name, const char *text)
{
    if (text != NULL)
        return scratch_write(name, span_from_string(text));
    if (unlink(scratch_path(name)) != 0)
        assert_int_equal(errno, ENOENT);
    return scratch_path(name);
}

void home_folder_write(const char *credentials, const char *config)
{
    home_folder_write_file(".aws/credentials", credentials);
    home_folder_write_file(".aws/config", config);
}

const char *home_folder_after(const char *text, const char *pattern)
{
    const char *folder = scratch_folder();
    size_t len = strlen(folder);

    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '@') {
            if (strncmp(text, folder, len) != 0)
                return NULL;
            text += len;
        } else if (*text++ != *pattern) {
            return NULL;
        }
    }
    return text;
}

void home_folder_set_variables(const struct home_variable *list)
{
    variables = list;
}

void home_folder_set_server(const char *url)
{
    server = url;
}

const char *home_folder_getenv(const char *name)
{
    static char expanded[PATH_MAX];

    for (const struct home_variable *v = variables;
         v != NULL && v->name != NULL; v++) {
        if (strcmp(v->name, name) != 0)
            continue;
        if (v->value[0] != '@' && v->value[0] != '^')
            return v->value;
        snprintf(expanded, sizeof expanded, "%s%s",
                 v->value[0] == '@' ? scratch_folder() : server, v->value + 1);
        return expanded;
    }
    return strcmp(name, "HOME") == 0 ? scratch_folder() : NULL;
}
