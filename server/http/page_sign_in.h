/* page_sign_in -- who may see a page: parse() of the protocols whose answers are
 * pages (protocol.h), and the replies to who may not. Pure.
 */
#ifndef SERVER_HTTP_PAGE_SIGN_IN_H
#define SERVER_HTTP_PAGE_SIGN_IN_H

#include "server/http/protocol.h"

/* A reply that is a page of a title and one or two sentences (`advice` may be
 * ""). All are literals. */
void page_sign_in_reply(struct protocol_reply *reply, int status,
                        const char *reason, const char *title,
                        const char *words, const char *advice);

/* The reply to a verdict that lets nobody in: PROTOCOL_UNAUTHENTICATED,
 * PROTOCOL_DENIED, PROTOCOL_TURNED_AWAY. Returns the verdict. */
enum protocol_verdict page_sign_in_refuse(struct protocol_reply *reply,
                                          enum protocol_verdict verdict);

/* The owner of a host or of several, as for an update. */
enum protocol_verdict page_sign_in_owner(const struct protocol_request *request,
                                         struct protocol_changes *changes,
                                         struct span *claimed,
                                         struct protocol_reply *reply);

/* The operator, by DYNDNS_ADMIN_TOKEN, which is set, under any user name. */
enum protocol_verdict page_sign_in_operator(
    const struct protocol_request *request, struct protocol_changes *changes,
    struct span *claimed, struct protocol_reply *reply);

/* That there is no host table, or no memory. */
void page_sign_in_unavailable(struct protocol_reply *reply);

#endif
