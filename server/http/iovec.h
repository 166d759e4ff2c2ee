/* iovec -- libh2o's runs of bytes as ours, and ours as libh2o's. Neither owns
 * what it points to.
 */
#ifndef SERVER_HTTP_IOVEC_H
#define SERVER_HTTP_IOVEC_H

#include "base/span.h"

#include <h2o.h>

static inline struct span iovec_span(h2o_iovec_t text)
{
    return span_from(text.base, text.len);
}

static inline h2o_iovec_t iovec_from_span(struct span text)
{
    return h2o_iovec_init(text.ptr, text.len);
}

#endif
