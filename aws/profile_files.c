#include "aws/profile_files.h"

#include "aws/ini_file.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    enum credentials_setting variable;
    const char *below_home;
} places[PROFILE_FILES] = {
    [PROFILE_KEYS_FILE] = {CREDENTIALS_KEYS_FILE, "/.aws/credentials"},
    [PROFILE_CONFIG_FILE] = {CREDENTIALS_CONFIG_FILE, "/.aws/config"},
};

static char *join(const char *home, const char *rest)
{
    char *path;

    return asprintf(&path, "%s%s", home, rest) < 0 ? NULL : path;
}

/* False: memory. */
static bool find_path(struct profile_file *file, int which,
                      const struct credentials_settings *settings)
{
    const char *home = settings->values[CREDENTIALS_HOME];
    const char *path = settings->values[places[which].variable];

    if (path == NULL && home == NULL)
        return true;
    if (path == NULL)
        file->path = join(home, places[which].below_home);
    else if (home != NULL && strncmp(path, "~/", 2) == 0)
        file->path = join(home, path + 1);
    else
        file->path = strdup(path);
    return file->path != NULL;
}

static enum status check_grammar(const struct profile_file *file,
                                 struct strbuf *fault)
{
    struct ini_reader reader = ini_open(small_file_span(&file->content));
    struct ini_entry entry;

    while (ini_next(&reader, &entry))
        continue;
    if (reader.fault == NULL)
        return STATUS_OK;
    strbuf_printf(fault, "line %zu of %s %s", reader.line, file->path,
                  reader.fault);
    return STATUS_INVALID;
}

/* A home that is somebody else's, as that of the user who started a service,
 * is as good as none; a file that was asked for is not. */
static enum status read_file(struct profile_file *file, bool is_asked_for,
                             struct strbuf *fault)
{
    const char *why;
    enum status status = small_file_read(&file->content, file->path, &why);

    if (status == STATUS_OK)
        return check_grammar(file, fault);
    if (status == STATUS_NOT_FOUND ||
        (status == STATUS_INVALID && !is_asked_for))
        return STATUS_OK;
    if (status == STATUS_INVALID)
        strbuf_printf(fault, "%s cannot be read: %s", file->path, why);
    return status;
}

enum status profile_files_read(struct profile_files *files,
                               const struct credentials_settings *settings,
                               struct strbuf *fault)
{
    *files = (struct profile_files){.files = {{.path = NULL}}};
    for (int i = 0; i < PROFILE_FILES; i++) {
        struct profile_file *file = &files->files[i];
        enum status status;

        if (!find_path(file, i, settings))
            return STATUS_NOMEM;
        if (file->path == NULL)
            continue;
        status = read_file(file, settings->values[places[i].variable] != NULL,
                           fault);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

void profile_files_clear(struct profile_files *files)
{
    for (int i = 0; i < PROFILE_FILES; i++) {
        small_file_clear(&files->files[i].content);
        free(files->files[i].path);
        files->files[i].path = NULL;
    }
}

static struct span without_quotes(struct span text)
{
    bool quoted = text.len >= 2 &&
                  (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
                  text.ptr[text.len - 1] == text.ptr[0];

    return quoted ? span_from(text.ptr + 1, text.len - 2) : text;
}

/* The profile that a section of ~/.aws/config is about; empty for the sections
 * about other things, such as [sso-session NAME]. */
static struct span profile_of_config(struct span section)
{
    static const struct span prefix = SPAN_LITERAL("profile");

    if (span_is(section, "default"))
        return section;
    if (section.len <= prefix.len ||
        memcmp(section.ptr, prefix.ptr, prefix.len) != 0 ||
        (section.ptr[prefix.len] != ' ' && section.ptr[prefix.len] != '\t'))
        return span_from("", 0);
    return without_quotes(span_trim(
        span_from(section.ptr + prefix.len, section.len - prefix.len)));
}

static bool is_about(int file, struct span section, struct span profile)
{
    return span_equal(file == PROFILE_CONFIG_FILE ? profile_of_config(section)
                                                  : section,
                      profile);
}

/* The last value, as when a file has a section twice. */
struct span profile_file_get(const struct profile_files *files, int file,
                             struct span profile, const char *key)
{
    struct ini_reader reader =
        ini_open(small_file_span(&files->files[file].content));
    struct span found = span_from("", 0);
    struct ini_entry entry;

    while (ini_next(&reader, &entry))
        if (span_is_nocase(entry.key, key) &&
            is_about(file, entry.section, profile))
            found = entry.value;
    return found;
}

struct span profile_files_get(const struct profile_files *files,
                              struct span profile, const char *key)
{
    struct span found =
        profile_file_get(files, PROFILE_KEYS_FILE, profile, key);

    return found.len > 0
               ? found
               : profile_file_get(files, PROFILE_CONFIG_FILE, profile, key);
}

const char *profile_files_where(const struct profile_files *files,
                                struct span profile, const char *key)
{
    for (int i = 0; i < PROFILE_FILES; i++)
        if (profile_file_get(files, i, profile, key).len > 0)
            return files->files[i].path;
    return "";
}

static bool file_has(const struct profile_files *files, int file,
                     struct span profile)
{
    struct ini_reader reader =
        ini_open(small_file_span(&files->files[file].content));
    struct ini_entry entry;

    while (ini_next(&reader, &entry))
        if (is_about(file, entry.section, profile))
            return true;
    return false;
}

bool profile_files_have(const struct profile_files *files, struct span profile)
{
    return file_has(files, PROFILE_KEYS_FILE, profile) ||
           file_has(files, PROFILE_CONFIG_FILE, profile);
}
