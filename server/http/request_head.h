/* request_head -- the head of a request, read a second time and strictly.
 *
 * libh2o 2.2 takes heads that a proxy before us may read otherwise: of two
 * Content-Length headers it believes the first, it lets Transfer-Encoding
 * stand beside Content-Length and in HTTP/1.0, it joins no folded line to its
 * header, and a bare line feed ends its lines. Where two readers disagree on
 * where a request ends, the rest of one caller's request becomes the beginning
 * of the next caller's ("request smuggling"). So nothing of a request is
 * believed before its head has passed here, and after one that has not, the
 * connection ends: what stands behind it is never read as a request. Pure.
 *
 * What is not told apart here, since every reader agrees on it: how many
 * headers there may be, and what other headers say.
 */
#ifndef SERVER_HTTP_REQUEST_HEAD_H
#define SERVER_HTTP_REQUEST_HEAD_H

#include "base/span.h"

struct request_head {
    struct span method;
    struct span target; /* see request_target.h */
    struct span host;   /* the Host header's value; empty without one */
    /* The request is sound, and yet it must be the last of its connection:
     * where its body ends, and how many answers it gets, is a matter on which
     * implementations have differed. So it is with every chunked body, whose
     * lines we have not read ourselves, and with Expect. */
    bool is_last;
};

/* Reads the head that stands at the beginning of `bytes`, up to its empty line;
 * what follows is not looked at. Returns NULL, or in words for a person what is
 * wrong with it; *head is then undefined. */
const char *request_head_read(struct span bytes, struct request_head *head);

#endif
