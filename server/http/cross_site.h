/* cross_site -- whether a browser says that another site made it send a
 * request.
 *
 * A browser that knows the credentials of a host sends them along with every
 * request to this server, also with one that a page of somebody else's wants:
 * an image whose address is /register_ip?myip=... is enough. Browsers say
 * where a request comes from in two headers that no page can set:
 *
 * - Sec-Fetch-Site (W3C Fetch Metadata): "none" is a person's own doing, an
 *   address typed in or a bookmark, and "same-origin" a page of this server;
 *   all else is foreign, also a value that is not known here. It is sent over
 *   HTTPS, and to the own machine.
 * - Origin (RFC 6454; the Fetch standard): host and port of the page. It comes
 *   with POST, and with what a script asks for.
 *
 * Either is enough to refuse. Where both are there and Sec-Fetch-Site alone is
 * content, a proxy may have exchanged the Host; or one of the two was not
 * written by a browser. We cannot tell which, and refusing does no harm.
 *
 * Modems, curl and cron send neither, and are none of this module's business.
 * Neither is a browser on plain HTTP that follows a foreign page's GET: it
 * says nothing. Pure.
 */
#ifndef SERVER_HTTP_CROSS_SITE_H
#define SERVER_HTTP_CROSS_SITE_H

#include "base/span.h"

/* Of the value of a Sec-Fetch-Site header. */
bool cross_site_fetch_is_foreign(struct span value);

/* Of the value of an Origin header, to a request for `authority` (the Host
 * header's value). Schemes are not compared: behind a proxy that ends TLS, the
 * page is at https, and the request came over HTTP. A port that is not written
 * is the scheme's own, 80 or 443, in Host too. */
bool cross_site_origin_is_foreign(struct span value, struct span authority);

#endif
