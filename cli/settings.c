#include "cli/settings.h"

#include "s3db/database_name.h"

#include <stdlib.h>

static const char *bucket_fault(const char *bucket)
{
    if (bucket == NULL)
        return "is not set: name the S3 bucket of the host database, as in "
               "DYNDNS_BUCKET=dyndns.example.org";
    return database_bucket_fault(bucket);
}

static const char *database_fault(const char *database)
{
    if (database == NULL)
        return "is not set: give the key of the CSV object in the bucket, as "
               "in DYNDNS_DATABASE=hosts.csv";
    return database_key_fault(database);
}

/* Copies the variable if there is no fault; false when memory fails. */
static bool take(char **out, const char *name, const char *value,
                 const char *fault, struct strbuf *faults)
{
    if (fault != NULL) {
        strbuf_printf(faults, "%s %s\n", name, fault);
        return true;
    }
    *out = strdup(value);
    return *out != NULL;
}

static const char *get_set(aws_getenv_fn *get, const char *name)
{
    const char *value = get(name);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

enum status settings_init(struct settings *settings, aws_getenv_fn *get,
                          struct strbuf *faults)
{
    const char *bucket = get_set(get, "DYNDNS_BUCKET");
    const char *database = get_set(get, "DYNDNS_DATABASE");
    enum status status;

    *settings = (struct settings){.bucket = NULL};
    if (!take(&settings->bucket, "DYNDNS_BUCKET", bucket, bucket_fault(bucket),
              faults) ||
        !take(&settings->database, "DYNDNS_DATABASE", database,
              database_fault(database), faults))
        return STATUS_NOMEM;
    status = aws_config_init(&settings->aws, get, faults);
    if (status == STATUS_OK &&
        (settings->bucket == NULL || settings->database == NULL))
        return STATUS_INVALID;
    return status;
}

enum status settings_init_aws(struct settings *settings, aws_getenv_fn *get,
                              struct strbuf *faults)
{
    *settings = (struct settings){.bucket = NULL};
    return aws_config_init(&settings->aws, get, faults);
}

static void append_doubt(struct strbuf *doubts, const char *name,
                         const char *words)
{
    if (words != NULL)
        strbuf_printf(doubts, "%s%s %s", doubts->len > 0 ? "\n" : "", name,
                      words);
}

void settings_doubts(const struct settings *settings, struct strbuf *doubts)
{
    if (settings->bucket == NULL)
        return;
    if (settings->aws.s3_endpoint == NULL)
        append_doubt(doubts, "DYNDNS_BUCKET",
                     database_bucket_doubt(settings->bucket));
    append_doubt(doubts, "DYNDNS_DATABASE",
                 database_key_doubt(settings->database));
}

void settings_clear(struct settings *settings)
{
    aws_config_clear(&settings->aws);
    free(settings->bucket);
    free(settings->database);
    *settings = (struct settings){.bucket = NULL};
}
