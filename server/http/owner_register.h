/* owner_register -- /register: the button of a host's owner, by which he
 * registers the address that he calls from. An update as any other, but that it
 * comes from the form of a page, and is answered by sending the browser back
 * there, with what came of it.
 */
#ifndef SERVER_HTTP_OWNER_REGISTER_H
#define SERVER_HTTP_OWNER_REGISTER_H

#include "server/http/protocol.h"

extern const struct protocol owner_register_protocol;

/* What came of it, for the page to which the browser was sent, by the word that
 * stands in its URL; a literal. NULL: there is no such word. *is_good: whether
 * the address is registered now. */
const char *owner_register_told(struct span word, bool *is_good);

#endif
