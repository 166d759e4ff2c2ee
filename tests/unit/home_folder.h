/* home_folder -- a scratch_folder that is a home, with AWS's shared files in it,
 * and an environment that points there.
 */
#ifndef TESTS_UNIT_HOME_FOLDER_H
#define TESTS_UNIT_HOME_FOLDER_H

struct home_variable {
    const char *name, *value;
};

/* For cmocka_run_group_tests(), with scratch_folder_tear_down(). */
int home_folder_set_up(void **state);

/* Writes ~/.aws/credentials and ~/.aws/config; NULL: the file is not there. */
void home_folder_write(const char *credentials, const char *config);

/* The same with a file of another name; returns its path, as scratch_path(). */
const char *home_folder_write_file(const char *name, const char *text);

/* What follows in the text upon the pattern, each @ of which is the folder; NULL
 * if the text does not begin like that. */
const char *home_folder_after(const char *text, const char *pattern);

/* From now on home_folder_getenv() gives these, up to the one without a name,
 * and HOME unless they have it. In their values a leading @ is the folder, and
 * a leading ^ is what was set as the server's URL: borrowed. */
void home_folder_set_variables(const struct home_variable *variables);
void home_folder_set_server(const char *url);
const char *home_folder_getenv(const char *name);

#endif
