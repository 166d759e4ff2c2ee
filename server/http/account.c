#include "server/http/account.h"

static bool is_login_of(const struct account *account, const struct host *row)
{
    return (account->is_host && span_equal(row->name, account->host.name)) ||
           (account->login.len > 0 &&
            span_equal(host_user(row), account->login));
}

/* Whether the password is the row's token. What scrypt hashes is judged by what
 * is known of it; of an empty password all is known. `row` may be NULL, and
 * costs a comparison too. */
static enum token_verdict judge(const struct account *account,
                                const struct host *row)
{
    if (row == NULL || host_token_kind(row) != TOKEN_SCRYPT)
        return host_token_matches(row, account->password) ? TOKEN_RIGHT
                                                          : TOKEN_WRONG;
    if (account->verdicts == NULL || account->password.len == 0)
        return TOKEN_WRONG;
    return token_verdicts_of(account->verdicts, row->token);
}

static bool opens(struct account *account, const struct host *row)
{
    enum token_verdict verdict = judge(account, row);

    account->tried[row == NULL ? TOKEN_PLAIN : host_token_kind(row)] = true;
    if (verdict == TOKEN_UNKNOWN)
        account->undecided = row->token;
    if (verdict == TOKEN_RIGHT)
        account->right = row->token;
    return verdict == TOKEN_RIGHT;
}

/* The rows that bear the name of the login. */
static bool opens_as_name(struct account *account)
{
    const struct host *row = account->is_host ? &account->host : NULL;
    bool opened = opens(account, row);
    struct host other;

    if (row != NULL && hostdb_other_row(account->hosts, row, &other))
        opened |= opens(account, &other);
    return opened;
}

/* All rows of one user have one token. */
static bool opens_as_user(struct account *account)
{
    struct host first;
    bool is_sole;

    return account->login.len > 0 &&
           hostdb_lookup_user(account->hosts, account->login, &first,
                              &is_sole) &&
           opens(account, &first);
}

/* What a refused login would have cost with a token of another kind. */
static void try_decoys(struct account *account)
{
    struct host row;

    if (!account->tried[TOKEN_SHA256] &&
        hostdb_first_of_kind(account->hosts, TOKEN_SHA256, &row))
        (void)host_token_matches(&row, account->password);
    if (!account->tried[TOKEN_SCRYPT] && account->verdicts != NULL &&
        !account->verdicts->decoy_made && account->password.len > 0 &&
        hostdb_first_of_kind(account->hosts, TOKEN_SCRYPT, &row))
        account->undecided = row.token;
}

enum account_state account_open(struct account *account,
                                const struct hostdb *hosts, struct span login,
                                struct span password,
                                struct token_verdicts *verdicts)
{
    bool as_name, as_user;

    *account = (struct account){
        .hosts = hosts,
        .verdicts = verdicts,
        .login = login,
        .password = password,
    };
    account->is_host = hostdb_lookup(hosts, login, &account->host);
    as_name = opens_as_name(account);
    as_user = opens_as_user(account);
    if (!as_name && !as_user)
        try_decoys(account);
    if (account->undecided.len == 0)
        return as_name || as_user ? ACCOUNT_OPEN : ACCOUNT_CLOSED;
    token_verdicts_ask(verdicts, !account->tried[TOKEN_SCRYPT],
                       account->undecided, login, password);
    return ACCOUNT_UNDECIDED;
}

struct span account_claimed(const struct account *account)
{
    return account->is_host ? account->host.name : span_from("", 0);
}

/* Most often the token is the one that has been found right. */
static bool is_opened(const struct account *account, const struct host *row)
{
    bool is_right =
        account->right.len > 0 && span_equal(row->token, account->right);

    return is_login_of(account, row) &&
           (is_right || judge(account, row) == TOKEN_RIGHT);
}

size_t account_find(const struct account *account, struct span name,
                    struct host rows[ACCOUNT_ROWS_OF_HOST_MAX])
{
    size_t count = 0;
    struct host first;

    /* Most often it is the login's own. */
    if (account->is_host && span_equal(name, account->host.name))
        first = account->host;
    else if (!hostdb_lookup(account->hosts, name, &first))
        return 0;
    if (is_opened(account, &first))
        rows[count++] = first;
    if (hostdb_other_row(account->hosts, &first, &rows[count]) &&
        is_opened(account, &rows[count]))
        count++;
    return count;
}

struct span account_own_host(const struct account *account)
{
    struct host first;
    bool is_sole;

    if (account->is_host)
        return account->host.name;
    return hostdb_lookup_user(account->hosts, account->login, &first,
                              &is_sole) &&
                   is_sole
               ? first.name
               : span_from("", 0);
}
