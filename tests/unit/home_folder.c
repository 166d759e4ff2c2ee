#include "tests/unit/home_folder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { NAMES_MAX = 10 };

static char folder[] = "/tmp/test_home.XXXXXX";
static char path[200];
static const char *written[NAMES_MAX];
static const struct home_variable *variables;
static const char *server;

const char *home_folder(void)
{
    return folder;
}

static const char *path_of(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

int home_folder_set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    return mkdir(path_of(".aws"), 0700);
}

static void remove_file(const char *name)
{
    if (unlink(path_of(name)) != 0)
        assert_int_equal(errno, ENOENT);
}

int home_folder_tear_down(void **state)
{
    (void)state;
    remove_file(".aws/credentials");
    remove_file(".aws/config");
    for (size_t i = 0; i < NAMES_MAX && written[i] != NULL; i++)
        remove_file(written[i]);
    return rmdir(path_of(".aws")) == 0 ? rmdir(folder) : -1;
}

static void write_or_remove(const char *name, const char *text)
{
    FILE *file;

    if (text == NULL) {
        remove_file(name);
        return;
    }
    file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void home_folder_write(const char *credentials, const char *config)
{
    write_or_remove(".aws/credentials", credentials);
    write_or_remove(".aws/config", config);
}

const char *home_folder_write_file(const char *name, const char *text)
{
    size_t i = 0;

    while (written[i] != NULL && strcmp(written[i], name) != 0)
        i++;
    assert_true(i < NAMES_MAX - 1);
    written[i] = name;
    write_or_remove(name, text);
    return path_of(name);
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
    static char expanded[300];

    for (const struct home_variable *v = variables;
         v != NULL && v->name != NULL; v++) {
        if (strcmp(v->name, name) != 0)
            continue;
        if (v->value[0] != '@' && v->value[0] != '^')
            return v->value;
        snprintf(expanded, sizeof expanded, "%s%s",
                 v->value[0] == '@' ? folder : server, v->value + 1);
        return expanded;
    }
    return strcmp(name, "HOME") == 0 ? folder : NULL;
}
