/* owner_page -- the page of a host's owner: its records and what DNS says of
 * them, its calls, the settings to type into a router. Begun when it is known who
 * asks, and ended when what it asks for has come. Pure.
 */
#ifndef SERVER_HTTP_OWNER_PAGE_H
#define SERVER_HTTP_OWNER_PAGE_H

#include "server/history/history_query.h"
#include "server/http/account.h"
#include "server/http/name_lookup.h"
#include "server/http/page_values.h"
#include "server/table/rrset_cache.h"

enum {
    OWNER_HOSTS_MAX = 200, /* of one account, that are listed */
    OWNER_EVENTS = 50,     /* of a host, that are shown */
    OWNER_PAGE_MAX_BYTES = 1024 * 1024,
};

/* Who asks for what. */
struct owner_view {
    const struct account *account;   /* open */
    const struct rrset_cache *known; /* what records say; NULL: not known */
    struct span query;               /* of the URL */
    struct address client;
    bool is_https;         /* how the browser came here, as far as is known */
    struct span authority; /* the Host; may be empty */
};

/* The host that the page is about. */
struct owner_host {
    size_t count; /* 0: the account has no such host */
    struct host rows[ACCOUNT_ROWS_OF_HOST_MAX];
};

/* The one that the query names, or else the account's first. */
void owner_page_choose(const struct owner_view *view, struct owner_host *host);

/* What stands fast of the page of a host that there is. NULL: memory is short. */
json_t *owner_page_begin(const struct owner_view *view,
                         const struct owner_host *host);

/* What came: of the history (NULL: none is kept; else HISTORY_HOST, of which it
 * takes out what is not the owner's to see), and of DNS (NULL: it was not asked, as
 * too many ask now). Releases `page`, and appends what becomes of it. Statuses as of
 * page_fill(). */
NODISCARD enum status owner_page_end(json_t *page, struct history_query *answer,
                                     const struct name_lookup *dns, int64_t now,
                                     struct strbuf *out);

#endif
