/* dyndb add-host -- adds a host, with a token that nobody can guess. */
#include "cli/commands.h"
#include "cli/database_text.h"
#include "cli/edit.h"
#include "cli/modem_settings.h"
#include "cli/say.h"
#include "cli/token.h"

/* The options that are columns, or fields, of the new row. */
static const struct column_option {
    const char *option;
    enum host_attribute attribute;
} column_options[] = {
    {"type", HOST_ATTRIBUTE_RECORD_TYPE},
    {"ttl", HOST_ATTRIBUTE_TTL},
    {"user", HOST_ATTRIBUTE_USER},
    {"mac-address", HOST_ATTRIBUTE_MAC_ADDRESS},
    {"ipv6-suffix", HOST_ATTRIBUTE_IPV6_SUFFIX},
    {"expect-within", HOST_ATTRIBUTE_EXPECT_WITHIN},
    {"expire-after", HOST_ATTRIBUTE_EXPIRE_AFTER},
    {"comment", HOST_ATTRIBUTE_COMMENT},
};

static const struct column_option flag_options[] = {
    {"allow-internal", HOST_ATTRIBUTE_ALLOW_INTERNAL},
    {"read-privilege", HOST_ATTRIBUTE_READ_PRIVILEGE},
};

enum {
    COLUMN_OPTIONS = sizeof column_options / sizeof column_options[0],
    FLAG_OPTIONS = sizeof flag_options / sizeof flag_options[0],
};

static void set_columns(struct edit *edit, const struct options *options)
{
    for (size_t i = 0; i < COLUMN_OPTIONS; i++) {
        const char *value = options_value(options, column_options[i].option);

        if (value != NULL)
            edit_set(edit, column_options[i].attribute, value);
    }
    for (size_t i = 0; i < FLAG_OPTIONS; i++)
        if (options_given(options, flag_options[i].option))
            edit_set(edit, flag_options[i].attribute, "true");
}

static bool columns_are_good(const struct options *options,
                             struct strbuf *fault)
{
    for (size_t i = 0; i < COLUMN_OPTIONS; i++) {
        const char *value = options_value(options, column_options[i].option);
        struct host_attributes ignored = {.len = 0};
        const char *reason =
            value == NULL
                ? NULL
                : host_attributes_add(&ignored, column_options[i].attribute,
                                      span_from_string(value));

        if (reason != NULL) {
            strbuf_printf(fault, "--%s: %s", column_options[i].option, reason);
            return false;
        }
    }
    return true;
}

static bool check(struct options *options, struct strbuf *fault)
{
    return edit_options_are_good(options, fault) &&
           token_option_is_good(options, fault) &&
           columns_are_good(options, fault) &&
           modem_settings_url(options, fault) != NULL;
}

static int add(const struct context *context, const struct options *options,
               struct edit *edit, const struct token *token)
{
    int result = edit_run(edit, context);

    if (result != EXIT_OK)
        return result;
    if (!options_given(options, "quiet"))
        say("%s is added to %s%s%s", edit->name, database_text_where(context),
            edit->created ? ", which is new" : "",
            edit->result.took_token ? "; its token is that of its user" : "");
    return modem_settings_print(
        options, edit->name,
        token->is_made && !edit->result.took_token ? token->text : NULL,
        edit->host.values[HOST_ATTRIBUTE_RECORD_TYPE]);
}

static int run(const struct context *context, const struct options *options)
{
    struct edit edit = {.host = {.kind = HOST_EDIT_ADD}};
    struct token token;
    int result;

    if (!token_get(&token, options) ||
        (options_given(options, "hashed") && !token_hash(&token)))
        return EXIT_FAILED;
    edit_begin(&edit, options);
    set_columns(&edit, options);
    edit.host.token = token_stored(&token);
    edit.host.takes_user_token = token.is_made;
    result = add(context, options, &edit, &token);
    token_wipe(&token);
    return result;
}

const struct command command_add_host = {
    .name = "add-host",
    .purpose = "add a host, and say what to type into the modem",
    .text =
        "Adds a host to the database, with a token of 128 random bits, and\n"
        "prints what to type into the modem. All other rows stay as they are,\n"
        "byte for byte, whoever else is editing the database. Where there is "
        "no\n"
        "database yet, it is made.\n",
    .options = {OPTION_TOKEN,
                OPTION_HASHED,
                {0, "type", "A|AAAA", "for this record of the host alone"},
                {0, "ttl", "SECONDS", "of the host's records"},
                {0, "user", "NAME",
                 "a login for several hosts, with one token"},
                {0, "allow-internal", NULL, "it may have internal addresses"},
                {0, "read-privilege", NULL,
                 "it may read the hosts that have its token"},
                {0, "mac-address", "ADDRESS", "its hardware address"},
                {0, "ipv6-suffix", "SUFFIX",
                 "the end of its IPv6 address, such as ::1:2"},
                {0, "expect-within", "TIME",
                 "it is missed after so long without a call"},
                {0, "expire-after", "TIME",
                 "its record is removed after so long without one"},
                {0, "comment", "TEXT", "for people"},
                OPTION_URL,
                OPTION_DATABASE_FILE,
                OPTION_QUIET},
    EDITS_ONE_HOST,
    .check = check,
    .run = run,
};
