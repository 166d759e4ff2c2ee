/* home_folder -- a home of the test's own, with AWS's shared files in it, and an
 * environment that points there.
 */
#ifndef TESTS_UNIT_HOME_FOLDER_H
#define TESTS_UNIT_HOME_FOLDER_H

struct home_variable {
    const char *name, *value;
};

/* For cmocka_run_group_tests(): makes a folder below /tmp, and removes it. */
int home_folder_set_up(void **state);
int home_folder_tear_down(void **state);

/* The folder: borrowed, for the whole run. */
const char *home_folder(void);

/* Writes ~/.aws/credentials and ~/.aws/config; NULL: the file is not there. */
void home_folder_write(const char *credentials, const char *config);

/* Writes a file of another name into it, and returns its path: borrowed until
 * the next call. */
const char *home_folder_write_file(const char *name, const char *text);

/* From now on home_folder_getenv() gives these, up to the one without a name,
 * and HOME unless they have it. In their values a leading @ is the folder, and
 * a leading ^ is what was set as the server's URL: borrowed. */
void home_folder_set_variables(const struct home_variable *variables);
void home_folder_set_server(const char *url);
const char *home_folder_getenv(const char *name);

#endif
