/* token_verdicts -- what is known, while a request is judged, of its password
 * and of the tokens that scrypt hashes.
 *
 * To find that out takes too long to be done where a request is judged. Whoever
 * judges asks for one verdict (account.h), and is called again with it:
 *
 *     judge() -> TOKEN_UNKNOWN, token_verdicts_ask()
 *                  | elsewhere, and later: token_verdicts_answer()
 *     judge() -> TOKEN_RIGHT or TOKEN_WRONG
 *
 * A question may be a decoy: one whose answer opens nothing, so that a login
 * without such a token takes as long to be refused as one with it. Pure.
 */
#ifndef SERVER_HTTP_TOKEN_VERDICTS_H
#define SERVER_HTTP_TOKEN_VERDICTS_H

#include "s3db/host.h"

enum {
    /* A login has two rows of its name, and one token of its user. One more is
     * for a table that is replaced meanwhile. */
    TOKEN_VERDICTS_MAX = 4,
    TOKEN_LOGIN_MAX_BYTES = HOST_USER_MAX_BYTES + 1, /* a name and its dot */
};

/* Copies, since the table may be gone before the answer comes. */
struct token_question {
    bool is_decoy;
    size_t token_len, password_len, login_len;
    char token[TOKEN_HASHED_MAX_BYTES]; /* as the row has it */
    char password[HOSTDB_TOKEN_MAX_BYTES];
    char login[TOKEN_LOGIN_MAX_BYTES]; /* whose guesses these are */
};

enum token_verdict { TOKEN_UNKNOWN, TOKEN_WRONG, TOKEN_RIGHT };

/* Of one request, and so of one password. */
struct token_verdicts {
    size_t count;
    bool decoy_made;
    struct {
        bool is_right;
        size_t len;
        char token[TOKEN_HASHED_MAX_BYTES];
    } known[TOKEN_VERDICTS_MAX];
    struct token_question question; /* the last one asked */
};

/* Nothing is known. */
void token_verdicts_init(struct token_verdicts *verdicts);

/* What is known of the password and a row's token. */
enum token_verdict token_verdicts_of(const struct token_verdicts *verdicts,
                                     struct span token);

/* Asks for the verdict on a row's token and the password, which comes with
 * this login. */
void token_verdicts_ask(struct token_verdicts *verdicts, bool is_decoy,
                        struct span token, struct span login,
                        struct span password);

/* Whether there is no room for one more. */
bool token_verdicts_is_full(const struct token_verdicts *verdicts);

/* Answers what was asked last; there is room. */
void token_verdicts_answer(struct token_verdicts *verdicts, bool is_right);

/* Wipes the password, once nobody judges by these any more. */
void token_verdicts_clear(struct token_verdicts *verdicts);

#endif
