/* dyndb hash-tokens -- hashes all plain tokens of the database. */
#include "cli/commands.h"
#include "cli/database_text.h"
#include "cli/edit.h"
#include "cli/options.h"
#include "cli/say.h"

#include "s3db/token_edit.h"

struct hashing {
    const char *where;
    struct token_edit tokens;
    struct token_edit_result result;
};

static bool check(struct options *options, struct strbuf *fault)
{
    if (!options_given(options, "sha256") || !options_given(options, "scrypt"))
        return true;
    strbuf_append_string(fault, "--sha256 and --scrypt exclude each other");
    return false;
}

/* ---- the text ---- */

static void explain(const struct hashing *hashing, enum status status)
{
    switch (status) {
    case STATUS_INVALID:
        say("%s: %s\n"
            "nothing is changed; check-database tells all that is wrong with a "
            "database",
            hashing->where, hashing->result.reason);
        break;
    case STATUS_DENIED:
        say("%s: %zu rows have read_privilege, which is for the hash "
            "protocols: these need plain tokens\n"
            "nothing is changed; --all hashes their tokens all the same",
            hashing->where, hashing->result.readable);
        break;
    case STATUS_UNAVAILABLE:
        say("the kernel gives no random numbers");
        break;
    default:
        say("out of memory");
    }
}

static enum status rewrite(void *arg, struct span text, struct strbuf *out)
{
    struct hashing *hashing = arg;
    enum status status =
        token_edit_apply(&hashing->tokens, text, out, &hashing->result);

    if (status != STATUS_OK && status != STATUS_UNCHANGED)
        explain(hashing, status);
    return status;
}

/* ---- the command ---- */

static void tell(const struct hashing *hashing, bool unchanged)
{
    const size_t *made = hashing->result.made;

    if (unchanged) {
        say("%s: no token is plain", hashing->where);
        return;
    }
    say("%s: the tokens of %zu rows are hashed, %zu by sha256 and %zu by "
        "scrypt\n"
        "hosts go on sending what they send, but by the hash protocols they "
        "cannot call any more; rotate-token --plain gives such a host another "
        "token",
        hashing->where, made[TOKEN_SHA256] + made[TOKEN_SCRYPT],
        made[TOKEN_SHA256], made[TOKEN_SCRYPT]);
}

static enum token_kind kind_of(const struct options *options)
{
    if (options_given(options, "sha256"))
        return TOKEN_SHA256;
    return options_given(options, "scrypt") ? TOKEN_SCRYPT : TOKEN_PLAIN;
}

static int run(const struct context *context, const struct options *options)
{
    struct edit edit = {.host = {.kind = HOST_EDIT_CHANGE}};
    struct hashing hashing = {.where = database_text_where(context)};
    int result;

    if (token_edit_init(&hashing.tokens, kind_of(options)) != STATUS_OK) {
        say("out of memory");
        return EXIT_FAILED;
    }
    hashing.tokens.includes_readable = options_given(options, "all");
    edit.rewrite = rewrite;
    edit.arg = &hashing;
    result = edit_run(&edit, context);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        tell(&hashing, edit.unchanged);
    token_edit_clear(&hashing.tokens);
    return result;
}

const struct command command_hash_tokens = {
    .name = "hash-tokens",
    .operands = "",
    .purpose = "put hashes in the place of all plain tokens",
    .text =
        "Hashes all plain tokens of the database, so that who reads it cannot\n"
        "use them: random ones by sha256, and by scrypt those that people may\n"
        "have chosen, since what people choose can be guessed. Hosts go on\n"
        "sending what they send. All else stays as it is, byte for byte. A "
        "hash\n"
        "cannot be undone: keep the tokens where you may need them.\n",
    .options =
        {{0, "sha256", NULL, "hash all of them by sha256"},
         {0, "scrypt", NULL, "hash all of them by scrypt"},
         {0, "all", NULL,
          "even if there are rows with read_privilege, which is for the\n"
          "hash protocols; these need plain tokens"},
         OPTION_DATABASE_FILE,
         OPTION_QUIET},
    .operand = OPERAND_NONE,
    .needs = NEEDS_DATABASE,
    .edits = true,
    .check = check,
    .run = run,
};
