#include "server/http/account.h"

static bool is_login_of(const struct account *account, const struct host *row)
{
    return span_equal(row->name, span_from(account->name, account->name_len)) ||
           (account->login.len > 0 &&
            span_equal(host_user(row), account->login));
}

/* The rows that bear the name of the login. A name that is not there costs a
 * comparison too. */
static bool opens_as_name(const struct account *account)
{
    struct host row, other;
    bool found = hostdb_lookup(account->hosts, account->login, &row);
    bool opens = host_token_matches(found ? &row : NULL, account->password);

    if (found && hostdb_other_row(account->hosts, &row, &other))
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
    account->name_len = dns_name_normalize(login, account->name);
    as_name = opens_as_name(account);
    as_user = opens_as_user(account);
    return as_name | as_user;
}

struct span account_claimed(const struct account *account)
{
    struct host row;

    return hostdb_lookup(account->hosts, account->login, &row)
               ? row.name
               : span_from("", 0);
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

    if (!hostdb_lookup(account->hosts, name, &first))
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
    struct span name = account_claimed(account);
    struct host first;
    bool is_sole;

    if (name.len > 0)
        return name;
    return hostdb_lookup_user(account->hosts, account->login, &first,
                              &is_sole) &&
                   is_sole
               ? first.name
               : span_from("", 0);
}
