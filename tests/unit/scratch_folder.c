#include "tests/unit/scratch_folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATHS_MAX = 16, OPEN_FOLDERS_MAX = 10 };

static char folder[PATH_MAX];
static char paths[PATHS_MAX][PATH_MAX]; /* those after the last are empty */

int scratch_folder_set_up(void **state)
{
    const char *parent = getenv("TMPDIR");
    int len;

    (void)state;
    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    len = snprintf(folder, sizeof folder, "%s/%s.XXXXXX", parent,
                   program_invocation_short_name);
    memset(paths, 0, sizeof paths);
    return len < (int)sizeof folder && mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *position)
{
    (void)st;
    (void)type;
    (void)position;
    return remove(path);
}

int scratch_folder_tear_down(void **state)
{
    (void)state;
    return nftw(folder, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_folder(void)
{
    return folder;
}

char *scratch_path(const char *name)
{
    char path[PATH_MAX];
    size_t i = 0;

    assert_in_range(snprintf(path, sizeof path, "%s/%s", folder, name), 1,
                    sizeof path - 1);
    while (i < PATHS_MAX && paths[i][0] != '\0' && strcmp(paths[i], path) != 0)
        i++;
    assert_in_range(i, 0, PATHS_MAX - 1);
    return strcpy(paths[i], path);
}

char *scratch_write(const char *name, struct span content)
{
    char *path = scratch_path(name), fresh[PATH_MAX];
    FILE *file;

    assert_in_range(snprintf(fresh, sizeof fresh, "%s.fresh", path), 1,
                    sizeof fresh - 1);
    file = fopen(fresh, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(fresh, path), 0);
    return path;
}

bool scratch_folder_is_empty(void)
{
    DIR *entries = opendir(folder);
    int count = 0;

    assert_non_null(entries);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count == 2; /* itself and its parent */
}
