#include "server/config_advice.h"

#include "base/spelling.h"
#include "s3db/database_name.h"
#include "server/config_alerts.h"
#include "server/config_tls.h"
#include "server/variables.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SHOWN_MAX_BYTES = 100, WORDS_MAX_BYTES = 512 };

static const struct span OURS = SPAN_LITERAL("DYNDNS_");

/* --- names ---------------------------------------------------------------------
 */

static bool is_ours(struct span name)
{
    return name.len > OURS.len &&
           span_is_nocase(span_from(name.ptr, OURS.len), OURS.ptr);
}

/* By us, or by dyndb, for which the same file of settings may be. */
static bool is_read(struct span name)
{
    if (span_is(name, "DYNDNS_URL"))
        return true;
    for (size_t i = 0; i < variables_count; i++)
        if (span_is(name, variables[i].name))
            return true;
    return false;
}

/* PORT and AWS_REGION may have been given our prefix by mistake, so names are
 * compared without theirs. */
static struct span without_prefix(struct span name)
{
    static const struct span theirs = SPAN_LITERAL("AWS_");
    size_t cut = 0;

    if (is_ours(name))
        cut = OURS.len;
    else if (name.len > theirs.len &&
             memcmp(name.ptr, theirs.ptr, theirs.len) == 0)
        cut = theirs.len;
    return span_from(name.ptr + cut, name.len - cut);
}

/* The name that was perhaps meant: a slip in each two or three characters at
 * the most. NULL: there is none so near. */
static const char *nearest(struct span name)
{
    struct span rest = without_prefix(name);
    unsigned least = (unsigned)rest.len / 2 + 1;
    const char *found = NULL;

    for (size_t i = 0; i < variables_count; i++) {
        struct span known = span_from_string(variables[i].name);
        unsigned distance = spelling_distance(rest, without_prefix(known));

        if (distance < least) {
            least = distance;
            found = variables[i].name;
        }
    }
    return found;
}

static void advise_on_name(struct span name, config_advice_fn *tell, void *arg)
{
    char shown[NAME_SHOWN_MAX_BYTES], words[WORDS_MAX_BYTES];
    const char *meant = nearest(name);

    snprintf(shown, sizeof shown, "%.*s", (int)name.len, name.ptr);
    if (meant != NULL)
        snprintf(words, sizeof words, "is read by nobody; did you mean %s?",
                 meant);
    else
        snprintf(words, sizeof words,
                 "is read by nobody; the names are in dyndns53(8), "
                 "ENVIRONMENT");
    tell(arg, shown, words);
}

size_t config_advise_on_names(char *const *environment, config_advice_fn *tell,
                              void *arg)
{
    size_t count = 0;

    for (; *environment != NULL; environment++) {
        struct span name = {*environment, strcspn(*environment, "=")};

        if (!is_ours(name) || is_read(name))
            continue;
        advise_on_name(name, tell, arg);
        count++;
    }
    return count;
}

/* --- values --------------------------------------------------------------------
 */

/* Why a local database could not be read now; "" if it could. */
static const char *file_trouble(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "it is no regular file";
    return access(path, R_OK) == 0 ? "" : strerror(errno);
}

static size_t advise_on_file(const struct config *config, aws_getenv_fn *get,
                             config_advice_fn *tell, void *arg)
{
    const char *bucket = get("DYNDNS_BUCKET");
    const char *trouble = file_trouble(config->table.database);
    char words[WORDS_MAX_BYTES];
    size_t count = 0;

    if (bucket != NULL) {
        tell(arg, "DYNDNS_BUCKET",
             "is set to nothing, so that DYNDNS_DATABASE is a local file; name "
             "the bucket, or unset it");
        count++;
    }
    if (trouble[0] != '\0') {
        snprintf(words, sizeof words,
                 "is a local file, since there is no DYNDNS_BUCKET, and cannot "
                 "be read: %s",
                 trouble);
        tell(arg, "DYNDNS_DATABASE", words);
        count++;
    }
    return count;
}

static size_t advise(const char *name, const char *words,
                     config_advice_fn *tell, void *arg)
{
    if (words == NULL)
        return 0;
    tell(arg, name, words);
    return 1;
}

/* A store of one's own has rules of its own for buckets. */
size_t config_advise_on_values(const struct config *config, aws_getenv_fn *get,
                               config_advice_fn *tell, void *arg)
{
    size_t count = config_tls_advise(config, tell, arg) +
                   config_alerts_advise(config, tell, arg);

    if (config->table.bucket == NULL)
        return count + advise_on_file(config, get, tell, arg);
    if (config->aws.s3_endpoint == NULL)
        count += advise("DYNDNS_BUCKET",
                        database_bucket_doubt(config->table.bucket), tell, arg);
    return count + advise("DYNDNS_DATABASE",
                          database_key_doubt(config->table.database), tell,
                          arg);
}
