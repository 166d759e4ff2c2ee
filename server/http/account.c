#include "server/http/account.h"

static bool is_login_of(const struct account *account, const struct host *row)
{
    return (account->is_host && span_equal(row->name, account->host.name)) ||
           (account->login.len > 0 &&
            span_equal(host_user(row), account->login));
}

/* The rows that bear the name of the login. A name that is not there costs a
 * comparison too. */
static bool opens_as_name(const struct account *account)
{
    const struct host *row = account->is_host ? &account->host : NULL;
    bool opens = host_token_matches(row, account->password);
    struct host other;

    if (row != NULL && hostdb_other_row(account->hosts, row, &other))
        opens |= host_token_matches(&other, account->password);
    return opens;
}

/* All rows of one user have one token. */
static bool opens_as_user(const struct account *account)
{
    struct host first;
    bool is_sole;

    return account->login.len > 0 &&
           hostdb_lookup_user(account->hosts, account->login, &first,
                              &is_sole) &&
           host_token_matches(&first, account->password);
}

bool account_open(struct account *account, const struct hostdb *hosts,
                  struct span login, struct span password)
{
    bool as_name, as_user;

    account->hosts = hosts;
    account->login = login;
    account->password = password;
    account->is_host = hostdb_lookup(hosts, login, &account->host);
    as_name = opens_as_name(account);
    as_user = opens_as_user(account);
    return as_name | as_user;
}

struct span account_claimed(const struct account *account)
{
    return account->is_host ? account->host.name : span_from("", 0);
}

static bool is_opened(const struct account *account, const struct host *row)
{
    return is_login_of(account, row) &&
           host_token_matches(row, account->password);
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
