#include "server/loaded_credentials.h"

#include "aws/small_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool names_a_variable(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return strchr(letters, name[0]) != NULL && name[0] != '\0' &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

/* NULL, or what is wrong with it. */
static const char *fault_of(struct span value)
{
    if (value.len > LOADED_CREDENTIAL_MAX_BYTES)
        return "it is longer than 16 KiB";
    if (value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL)
        return "it holds a NUL byte";
    return NULL;
}

static bool set(const char *name, struct span value)
{
    char *text = strndup(value.ptr, value.len);
    bool is_set = text != NULL && setenv(name, text, 1) == 0;

    if (text != NULL)
        explicit_bzero(text, value.len);
    free(text);
    return is_set;
}

static enum status load(const char *directory, const char *name,
                        struct strbuf *faults)
{
    struct small_file file;
    struct span value;
    const char *why = NULL;
    enum status status;
    char *path;

    if (asprintf(&path, "%s/%s", directory, name) < 0)
        return STATUS_NOMEM;
    status = small_file_read(&file, path, &why);
    free(path);
    value = small_file_span(&file);
    if (value.len > 0 && value.ptr[value.len - 1] == '\n')
        value.len--;
    if (status == STATUS_OK && (why = fault_of(value)) != NULL)
        status = STATUS_INVALID;
    if (status == STATUS_OK && !set(name, value))
        status = STATUS_NOMEM;
    small_file_clear(&file);
    if (status == STATUS_INVALID)
        strbuf_printf(faults, "%s: its file in CREDENTIALS_DIRECTORY: %s\n",
                      name, why);
    return status;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0';
}

static enum status load_all(DIR *folder, const char *directory,
                            struct strbuf *faults)
{
    enum status worst = STATUS_OK;
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        enum status status;

        if (!names_a_variable(entry->d_name) || is_set(entry->d_name))
            continue;
        status = load(directory, entry->d_name, faults);
        /* Gone in the meantime: it was nobody's to read. */
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            worst = status;
    }
    return worst;
}

enum status loaded_credentials_set(struct strbuf *faults)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    enum status status;
    DIR *folder;

    if (directory == NULL || directory[0] == '\0')
        return STATUS_OK;
    folder = opendir(directory);
    if (folder == NULL) {
        strbuf_printf(faults, "CREDENTIALS_DIRECTORY=%s: %s\n", directory,
                      strerror(errno));
        return STATUS_INVALID;
    }
    status = load_all(folder, directory, faults);
    closedir(folder);
    return status;
}
