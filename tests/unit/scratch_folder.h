/* scratch_folder -- a folder of the test program's own, below TMPDIR or else
 * /tmp, for the files that it makes and finds.
 */
#ifndef TESTS_UNIT_SCRATCH_FOLDER_H
#define TESTS_UNIT_SCRATCH_FOLDER_H

#include "base/span.h"

#include <stdbool.h>

/* For cmocka_run_group_tests() or a single test: make the folder, and remove it
 * with all that is in it. */
int scratch_folder_set_up(void **state);
int scratch_folder_tear_down(void **state);

/* The folder's path: borrowed until it is removed. */
const char *scratch_folder(void);

/* The path of a name in it, whether there is such a file or not: borrowed until
 * the folder is removed. Allocates nothing. */
char *scratch_path(const char *name);

/* Writes a file of that name, as an editor does it: a new one takes the place of
 * any other. Returns its path, as above. */
char *scratch_write(const char *name, struct span content);

/* Whether nothing at all is in it. */
bool scratch_folder_is_empty(void);

#endif
