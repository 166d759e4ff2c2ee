/* web_page -- fetches one page of the web, which is not AWS's and needs no
 * signature: a reflector, which says where we come from.
 *
 * It stands on this floor because libcurl does. A page is asked for directly,
 * never through a proxy, whose address the reflector would see; redirects are
 * not followed; and all that a stranger's server may do is bounded.
 */
#ifndef AWS_WEB_PAGE_H
#define AWS_WEB_PAGE_H

#include "base/address.h"
#include "base/status.h"
#include "base/strbuf.h"

enum {
    WEB_PAGE_MAX_BYTES = 64 * 1024,
    WEB_PAGE_FAULT_MAX = 256,
    WEB_PAGE_URL_MAX = 2048,
};

struct web_page_request {
    const char *url;            /* without a fault */
    enum address_family family; /* which of our addresses shall call */
    const char *ca_bundle;      /* NULL: the system's certificates */
    long timeout_ms;            /* of the whole */
    bool (*is_stopped)(void);   /* asked every now and then; true: give up */
};

/* Whether a URL may be fetched: http or https, a host, no user, no fragment,
 * nothing but visible ASCII. Returns NULL when it may, else what is wrong. */
const char *web_page_url_fault(const char *url);

/* Whether what is said on the way to this URL can be read and changed there:
 * http, to any machine but this one. */
bool web_page_url_is_open(const char *url);

/* Appends the URL without its query, which may hold a key of its owner's. */
void web_page_append_public_url(struct strbuf *out, const char *url);

/* Fetches the page into *body, which must have room for WEB_PAGE_MAX_BYTES.
 * STATUS_NOT_FOUND: the host has no address of the family, as far as DNS can be
 * asked. STATUS_INVALID: it answered, but with no page that could be used: HTTP
 * 302 or 404, or one that is too long. STATUS_UNAVAILABLE: no connection, HTTP
 * 500 and above, or a page that was cut short. `fault` then says why. */
NODISCARD enum status web_page_get(const struct web_page_request *request,
                                   struct strbuf *body,
                                   char fault[WEB_PAGE_FAULT_MAX]);

#endif
