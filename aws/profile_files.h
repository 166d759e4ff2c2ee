/* profile_files -- AWS's two shared files, and what a profile in them says (AWS
 * SDKs and Tools Reference Guide, "Shared config and credentials files").
 *
 * ~/.aws/credentials has [NAME], ~/.aws/config [default] and [profile NAME];
 * what both say, the first says more strongly. Private to this floor.
 */
#ifndef AWS_PROFILE_FILES_H
#define AWS_PROFILE_FILES_H

#include "aws/credentials_settings.h"
#include "aws/small_file.h"

enum { PROFILE_KEYS_FILE, PROFILE_CONFIG_FILE, PROFILE_FILES };

struct profile_files {
    struct profile_file {
        char *path; /* NULL: there is no home to look in */
        struct small_file content;
    } files[PROFILE_FILES];
};

/* Reads both; that one is absent is no fault. STATUS_INVALID: one cannot be
 * read or breaks its grammar, and `fault` says which and where. To be cleared
 * in any case, which wipes the contents. */
NODISCARD enum status profile_files_read(
    struct profile_files *files, const struct credentials_settings *settings,
    struct strbuf *fault);
void profile_files_clear(struct profile_files *files);

/* Whether one of the files has the profile. */
bool profile_files_have(const struct profile_files *files, struct span profile);

/* The value of a key of one file, or of the first that has it; empty when there
 * is none. Keys are spelt in lower case, and found in any. Borrowed. */
struct span profile_file_get(const struct profile_files *files, int file,
                             struct span profile, const char *key);
struct span profile_files_get(const struct profile_files *files,
                              struct span profile, const char *key);

/* The path of the file in which profile_files_get() finds a value: borrowed, or
 * "". */
const char *profile_files_where(const struct profile_files *files,
                                struct span profile, const char *key);

#endif
