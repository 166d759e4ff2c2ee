#include "cli/token.h"
#include "cli/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

bool token_option_is_good(const struct options *options, struct strbuf *fault)
{
    const char *value = options_value(options, "token");

    if (value == NULL || strcmp(value, "-") == 0)
        return true;
    strbuf_append_string(fault,
                         "a token is not taken from the command line, where "
                         "others can read it; use --token - and the standard "
                         "input");
    return false;
}

static bool make(struct token *token)
{
    unsigned char bytes[TOKEN_RANDOM_BYTES];
    ssize_t len = getrandom(bytes, sizeof bytes, 0);

    if (len != (ssize_t)sizeof bytes) {
        say("the kernel gives no random numbers: %s", strerror(errno));
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(token->text + 2 * i, 3, "%02x", bytes[i]);
    explicit_bzero(bytes, sizeof bytes);
    token->is_made = true;
    return true;
}

/* ---- from standard input ---- */

/* Reads up to the end of the line and not beyond. False with errno; *len is
 * more than `max` when the line is. */
static bool read_line(char *line, size_t max, size_t *len)
{
    char c;
    ssize_t got;

    *len = 0;
    for (;;) {
        got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0 || c == '\n')
            return true;
        if (*len < max)
            line[*len] = c;
        ++*len;
        if (*len > max)
            return true;
    }
}

/* What is typed is not shown. */
static bool read_hidden(char *line, size_t max, size_t *len)
{
    struct termios before, hidden;
    bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0, complete;

    if (is_terminal) {
        hidden = before;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fputs("Token: ", stderr);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    complete = read_line(line, max, len);
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return complete;
}

static const char *fault_of(const char *text, size_t len)
{
    if (len == 0)
        return "it is empty";
    if (len > HOSTDB_TOKEN_MAX_BYTES)
        return "it is longer than 1024 bytes";
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return "it holds a control character, which no client can send";
    return NULL;
}

static bool read_token(struct token *token)
{
    const char *fault;
    size_t len;

    if (!read_hidden(token->text, HOSTDB_TOKEN_MAX_BYTES, &len)) {
        say("the standard input cannot be read: %s", strerror(errno));
        return false;
    }
    if (len > 0 && len <= HOSTDB_TOKEN_MAX_BYTES &&
        token->text[len - 1] == '\r')
        len--;
    fault = fault_of(token->text, len);
    if (fault != NULL) {
        say("the token from standard input cannot be used: %s", fault);
        return false;
    }
    token->text[len] = '\0';
    return true;
}

bool token_get(struct token *token, const struct options *options)
{
    token->is_made = false;
    token->hashed.len = 0;
    return options_value(options, "token") == NULL ? make(token)
                                                   : read_token(token);
}

bool token_hash(struct token *token)
{
    struct span text = span_from_string(token->text);
    enum token_kind kind =
        token->is_made ? TOKEN_SHA256 : token_make_kind(text);

    if (token->hashed.len > 0 ||
        token_make(kind, text, &token->hashed) == STATUS_OK)
        return true;
    say("the token cannot be hashed: memory is short, or the kernel gives no "
        "random numbers");
    return false;
}

struct span token_stored(const struct token *token)
{
    return token->hashed.len > 0
               ? span_from(token->hashed.bytes, token->hashed.len)
               : span_from_string(token->text);
}

void token_wipe(struct token *token)
{
    explicit_bzero(token, sizeof *token);
}
