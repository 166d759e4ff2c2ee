/* web_hook -- posts a JSON document to a URL that somebody gave us, as chat rooms
 * and pagers have them. No AWS is in it: it stands on this floor because libcurl
 * does.
 *
 * The URL may hold a key, so it is never shown whole. Redirects are not followed:
 * the message would go where nobody has sent it. The proxies that the environment
 * names (https_proxy) are used, as for AWS.
 */
#ifndef AWS_WEB_HOOK_H
#define AWS_WEB_HOOK_H

#include "base/status.h"
#include "base/strbuf.h"

#include <stdatomic.h>

enum { WEB_HOOK_FAULT_MAX = 256 };

struct web_hook {
    const char *url;                 /* without a fault */
    const char *secret;              /* NULL: the document is not signed */
    const char *ca_bundle;           /* NULL: the system's certificates */
    long timeout_ms;                 /* of the whole */
    const atomic_bool *is_abandoned; /* NULL, or true: give up at once */
};

/* What is wrong with a URL: as web_page_url_fault(), and it must be https unless
 * it leads to this machine. NULL: nothing. */
const char *web_hook_url_fault(const char *url);

/* Appends scheme, host and port of the URL; what is behind them is often the key. */
void web_hook_append_public_url(struct strbuf *out, const char *url);

/* Posts the document, of the type application/json. With a secret, the header
 * "X-Dyndns53-Signature: sha256=..." has the HMAC-SHA256 of the document by that
 * key, in hex. STATUS_OK: it was answered HTTP 200 to 299. STATUS_INVALID: with
 * anything else below 500; STATUS_UNAVAILABLE: HTTP 500 and above, or no answer.
 * `fault` then says why, and has nothing of what a stranger's server wrote. */
NODISCARD enum status web_hook_post(const struct web_hook *hook,
                                    struct span document,
                                    char fault[WEB_HOOK_FAULT_MAX]);

#endif
