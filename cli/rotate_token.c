/* dyndb rotate-token -- gives a host another token. */
#include "cli/commands.h"
#include "cli/edit.h"
#include "cli/modem_settings.h"
#include "cli/say.h"
#include "cli/token.h"

struct rotation {
    const struct edit *edit;
    struct token *token;
    bool hashed, plain; /* --hashed, --plain; neither: as it was before */
    bool whole_user;    /* --whole-user was given */
    char user[HOST_USER_MAX_BYTES + 1];
};

static bool check(struct options *options, struct strbuf *fault)
{
    if (options_given(options, "hashed") && options_given(options, "plain")) {
        strbuf_append_string(fault, "--hashed and --plain exclude each other");
        return false;
    }
    return edit_options_are_good(options, fault) &&
           token_option_is_good(options, fault) &&
           modem_settings_url(options, fault) != NULL;
}

/* ---- whose token it is ---- */

/* How many rows a user has. */
static size_t rows_of(const struct hostdb *db, struct span user)
{
    size_t rows = 0;

    for (uint32_t i = 0; i < hostdb_count(db); i++) {
        struct host host = hostdb_row(db, i);

        rows += span_equal(host_user(&host), user);
    }
    return rows;
}

/* All rows of a user have one token, so they get another one together. */
static int rotate_user(struct rotation *rotation, const struct hostdb *db,
                       struct span user, struct host_edit *edit)
{
    size_t rows = rows_of(db, user);

    memcpy(rotation->user, user.ptr, user.len);
    rotation->user[user.len] = '\0';
    if (rows > 1 && !rotation->whole_user) {
        say("the token of %s is that of all %zu rows of the user %s; "
            "--whole-user gives all of them another one",
            rotation->edit->name, rows, rotation->user);
        return EXIT_FAILED;
    }
    edit->user = span_from_string(rotation->user);
    return EXIT_OK;
}

static bool have_two_tokens(const struct hostdb *db, const struct host *first)
{
    struct host other;

    return hostdb_other_row(db, first, &other) &&
           !span_equal(first->token, other.token);
}

static bool set_token(struct rotation *rotation, const struct host *host,
                      struct host_edit *edit)
{
    struct token *token = rotation->token;
    bool hashed =
        rotation->hashed || (!rotation->plain && !host_token_is_plain(host));

    if (hashed && !token_hash(token))
        return false;
    edit->token = hashed ? token_stored(token) : span_from_string(token->text);
    return true;
}

static int prepare(void *arg, const struct hostdb *db, struct host_edit *edit)
{
    struct rotation *rotation = arg;
    struct host host;
    bool found;

    edit->user = span_from("", 0);
    if (db == NULL)
        return EXIT_OK; /* the edit says why */
    found = edit->of_one_type
                ? hostdb_lookup_type(db, edit->name,
                                     span_is(edit->type, "A") ? ADDRESS_IPV4
                                                              : ADDRESS_IPV6,
                                     &host)
                : hostdb_lookup(db, edit->name, &host);
    if (!found)
        return EXIT_OK;
    if (!edit->of_one_type && have_two_tokens(db, &host)) {
        say("%s has a token for each of its two records; say which one with "
            "--type A or --type AAAA",
            rotation->edit->name);
        return EXIT_FAILED;
    }
    if (!set_token(rotation, &host, edit))
        return EXIT_FAILED;
    if (host_user(&host).len > 0)
        return rotate_user(rotation, db, host_user(&host), edit);
    return EXIT_OK;
}

/* ---- the outcome ---- */

static int rotate(const struct context *context, const struct options *options,
                  struct edit *edit, struct token *token)
{
    struct rotation rotation = {
        .edit = edit,
        .token = token,
        .hashed = options_given(options, "hashed"),
        .plain = options_given(options, "plain"),
        .whole_user = options_given(options, "whole-user"),
    };
    int result;

    edit->prepare = prepare;
    edit->arg = &rotation;
    result = edit_run(edit, context);
    if (result != EXIT_OK)
        return result;
    if (!options_given(options, "quiet"))
        say("%s has another token%s; the old one is refused once the servers "
            "look for the database again",
            edit->name,
            edit->result.rows > 1 ? ", and so have the rows that share it"
                                  : "");
    return modem_settings_print(options, edit->name,
                                token->is_made ? token->text : NULL,
                                edit->host.type);
}

static int run(const struct context *context, const struct options *options)
{
    struct edit edit = {.host = {.kind = HOST_EDIT_CHANGE}};
    struct token token;
    int result;

    if (!token_get(&token, options))
        return EXIT_FAILED;
    edit_begin(&edit, options);
    edit.host.token = span_from_string(token.text);
    result = rotate(context, options, &edit, &token);
    token_wipe(&token);
    return result;
}

const struct command command_rotate_token = {
    .name = "rotate-token",
    .purpose = "give a host another token",
    .text =
        "Gives a host another token, of 128 random bits, and prints what to\n"
        "type into the modem. All other rows of the database stay as they "
        "are,\n"
        "byte for byte. Once the servers have looked for the database again,\n"
        "the old token is worth nothing.\n",
    .options = {OPTION_TOKEN,
                OPTION_HASHED,
                {0, "plain", NULL,
                 "put the token itself there; with neither of these\n"
                 "it stands as the old one did"},
                OPTION_TYPE,
                {0, "whole-user", NULL,
                 "give it to all hosts of the same user, which share one"},
                OPTION_URL,
                OPTION_DATABASE_FILE,
                OPTION_QUIET},
    EDITS_ONE_HOST,
    .check = check,
    .run = run,
};
