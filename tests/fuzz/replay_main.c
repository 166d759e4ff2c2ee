/* Runs a fuzz target over files, without a fuzzer: each argument is a file, or
 * a folder whose files are taken in turn. Fails when there was nothing to run,
 * so that an empty corpus is noticed. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t inputs;

static void fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(1);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0, capacity = 4096, got;
    uint8_t *data = malloc(capacity), *exact;

    if (file == NULL || data == NULL)
        fail(path);
    while ((got = fread(data + size, 1, capacity - size, file)) > 0) {
        size += got;
        if (size == capacity)
            data = realloc(data, capacity *= 2);
        if (data == NULL)
            fail(path);
    }
    if (ferror(file))
        fail(path);
    fclose(file);
    /* To the byte, so that a sanitizer sees a read beyond the end. */
    exact = malloc(size == 0 ? 1 : size);
    if (exact == NULL)
        fail(path);
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    inputs++;
}

static bool run_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    if (folder == NULL)
        return false;
    while ((entry = readdir(folder)) != NULL) {
        char name[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        run_file(name);
    }
    closedir(folder);
    return true;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!run_folder(argv[i]))
            run_file(argv[i]);
    printf("%zu inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
