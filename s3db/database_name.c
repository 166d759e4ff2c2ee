#include "s3db/database_name.h"

#include "base/span.h"

enum {
    BUCKET_MIN_BYTES = 3,
    BUCKET_MAX_BYTES = 63,
    KEY_MAX_BYTES = 1024,
};

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text), suffix_len = strlen(suffix);

    return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

const char *database_bucket_fault(const char *bucket)
{
    if (strchr(bucket, '/') != NULL)
        return "is no bucket's name: give it alone, without s3:// and "
               "slashes; the key goes into DYNDNS_DATABASE";
    if (starts_with(bucket, "arn:"))
        return "is no bucket's name but an ARN: give what follows its last "
               "colon";
    if (has_control_character(bucket))
        return "is no bucket's name: it holds a control character, perhaps a "
               "line break at its end; set it again";
    return NULL;
}

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool has_bucket_characters(const char *bucket)
{
    size_t len = strlen(bucket);

    if (!is_lower_alnum(bucket[0]) || !is_lower_alnum(bucket[len - 1]) ||
        strstr(bucket, "..") != NULL)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_lower_alnum(bucket[i]) && strchr("-.", bucket[i]) == NULL)
            return false;
    return true;
}

/* "192.168.5.4" would pass for a host's address in the URL. */
static bool looks_like_ipv4(const char *bucket)
{
    size_t dots = 0;

    if (strspn(bucket, "0123456789.") != strlen(bucket))
        return false;
    for (; *bucket != '\0'; bucket++)
        dots += *bucket == '.';
    return dots == 3;
}

static bool is_reserved(const char *bucket)
{
    static const char *const prefixes[] = {"xn--", "sthree-", "amzn-s3-demo-"};
    static const char *const suffixes[] = {"-s3alias", "--ol-s3", ".mrap",
                                           "--x-s3", "--table-s3"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (starts_with(bucket, prefixes[i]))
            return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (ends_with(bucket, suffixes[i]))
            return true;
    return false;
}

const char *database_bucket_doubt(const char *bucket)
{
    size_t len = strlen(bucket);

    if (len < BUCKET_MIN_BYTES || len > BUCKET_MAX_BYTES)
        return "is no name for a bucket of S3: it has 3 to 63 characters";
    if (!has_bucket_characters(bucket))
        return "is no name for a bucket of S3: it has lower-case letters, "
               "digits, hyphens and single dots, and begins and ends with a "
               "letter or a digit";
    if (looks_like_ipv4(bucket))
        return "is no name for a bucket of S3: it looks like an IP address";
    if (is_reserved(bucket))
        return "is no name for a bucket of S3: AWS keeps such names to itself";
    return NULL;
}

const char *database_path_fault(const char *path)
{
    return has_control_character(path)
               ? "holds a control character, perhaps a line break at its end; "
                 "set it again"
               : NULL;
}

const char *database_key_fault(const char *key)
{
    if (strlen(key) > KEY_MAX_BYTES)
        return "is longer than the 1024 bytes of an object's key";
    return database_path_fault(key);
}

const char *database_key_doubt(const char *key)
{
    if (starts_with(key, "s3://"))
        return "should be the key alone, without s3:// and the bucket";
    if (key[0] == '/')
        return "begins with a slash, which is a part of the key: in a bucket, "
               "/hosts.csv is not hosts.csv";
    return NULL;
}
