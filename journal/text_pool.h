/* text_pool -- short texts that many records share: each is kept once, has a
 * number of 16 bits, and is forgotten when nobody uses it any more.
 *
 * There are so many different ones as the pool may hold. What is one too many, or
 * finds no memory, is "other": so strangers who invent texts can fill neither
 * memory nor, once their records have other texts, the pool.
 */
#ifndef JOURNAL_TEXT_POOL_H
#define JOURNAL_TEXT_POOL_H

#include "base/span.h"

#include <stdint.h>

struct text_pool;

enum {
    TEXT_POOL_EMPTY = 0, /* the number of the text without bytes */
    TEXT_POOL_OTHER = 1,
    TEXT_POOL_MAX_TEXTS = UINT16_MAX - 2,
    TEXT_POOL_TEXT_MAX_BYTES = 255, /* what is more is cut */
};

/* NULL: memory or the kernel's randomness is short. */
struct text_pool *text_pool_new(size_t max_texts);
void text_pool_free(struct text_pool *pool); /* NULL is allowed */

/* The number of a text, which is used once more. */
uint16_t text_pool_hold(struct text_pool *pool, struct span text);

/* It is used once less. */
void text_pool_drop(struct text_pool *pool, uint16_t number);

/* Borrowed, until it is dropped. */
struct span text_pool_get(const struct text_pool *pool, uint16_t number);

size_t text_pool_count(const struct text_pool *pool);
size_t text_pool_bytes(const struct text_pool *pool);

#endif
