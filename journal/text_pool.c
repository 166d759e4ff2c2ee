#include "journal/text_pool.h"

#include "base/hash_table.h"
#include "base/siphash.h"

#include <stdlib.h>

enum { FIRST_NUMBER = TEXT_POOL_OTHER + 1 };

struct text {
    struct hash_link by_text;
    uint32_t uses;
    uint16_t number;
    unsigned char len;
    char bytes[];
};

struct text_pool {
    struct siphash_key key; /* strangers choose texts */
    struct hash_table index;
    struct text **texts;    /* by number, less FIRST_NUMBER */
    uint16_t *free_numbers; /* a stack */
    size_t free_count, max_texts, bytes;
};

struct text_pool *text_pool_new(size_t max_texts)
{
    struct text_pool *pool = calloc(1, sizeof *pool);

    if (pool == NULL)
        return NULL;
    pool->max_texts =
        max_texts < TEXT_POOL_MAX_TEXTS ? max_texts : TEXT_POOL_MAX_TEXTS;
    pool->texts = calloc(pool->max_texts + 1, sizeof *pool->texts);
    pool->free_numbers =
        calloc(pool->max_texts + 1, sizeof *pool->free_numbers);
    if (pool->texts == NULL || pool->free_numbers == NULL ||
        !siphash_key_init(&pool->key) ||
        hash_table_init(&pool->index) != STATUS_OK) {
        text_pool_free(pool);
        return NULL;
    }
    while (pool->free_count < pool->max_texts) {
        size_t number = FIRST_NUMBER + pool->max_texts - 1 - pool->free_count;

        pool->free_numbers[pool->free_count++] = (uint16_t)number;
    }
    return pool;
}

void text_pool_free(struct text_pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; pool->texts != NULL && i < pool->max_texts; i++)
        free(pool->texts[i]);
    hash_table_clear(&pool->index);
    free(pool->texts);
    free(pool->free_numbers);
    free(pool);
}

static struct text *find(const struct text_pool *pool, struct span wanted,
                         uint64_t hash)
{
    struct hash_link *link;

    for (link = hash_table_first(&pool->index, hash); link != NULL;
         link = hash_table_next(link)) {
        struct text *text = hash_entry(link, struct text, by_text);

        if (span_equal(span_from(text->bytes, text->len), wanted))
            return text;
    }
    return NULL;
}

static struct text *add(struct text_pool *pool, struct span wanted,
                        uint64_t hash)
{
    struct text *text;

    if (pool->free_count == 0)
        return NULL;
    text = malloc(sizeof *text + wanted.len);
    if (text == NULL)
        return NULL;
    text->uses = 0;
    text->number = pool->free_numbers[--pool->free_count];
    text->len = (unsigned char)wanted.len;
    memcpy(text->bytes, wanted.ptr, wanted.len);
    hash_table_add(&pool->index, &text->by_text, hash);
    pool->texts[text->number - FIRST_NUMBER] = text;
    pool->bytes += sizeof *text + wanted.len;
    return text;
}

uint16_t text_pool_hold(struct text_pool *pool, struct span wanted)
{
    struct text *text;
    uint64_t hash;

    if (wanted.len == 0)
        return TEXT_POOL_EMPTY;
    if (wanted.len > TEXT_POOL_TEXT_MAX_BYTES)
        wanted.len = TEXT_POOL_TEXT_MAX_BYTES;
    hash = siphash(&pool->key, wanted);
    text = find(pool, wanted, hash);
    if (text == NULL)
        text = add(pool, wanted, hash);
    if (text == NULL)
        return TEXT_POOL_OTHER;
    text->uses++;
    return text->number;
}

void text_pool_drop(struct text_pool *pool, uint16_t number)
{
    struct text *text;

    if (number < FIRST_NUMBER)
        return;
    text = pool->texts[number - FIRST_NUMBER];
    if (--text->uses > 0)
        return;
    hash_table_remove(&pool->index, &text->by_text);
    pool->texts[number - FIRST_NUMBER] = NULL;
    pool->free_numbers[pool->free_count++] = number;
    pool->bytes -= sizeof *text + text->len;
    free(text);
}

struct span text_pool_get(const struct text_pool *pool, uint16_t number)
{
    const struct text *text;

    if (number == TEXT_POOL_EMPTY)
        return span_from("", 0);
    if (number == TEXT_POOL_OTHER)
        return span_from_string("other");
    text = pool->texts[number - FIRST_NUMBER];
    return span_from(text->bytes, text->len);
}

size_t text_pool_count(const struct text_pool *pool)
{
    return pool->index.count;
}

size_t text_pool_bytes(const struct text_pool *pool)
{
    return sizeof *pool + pool->bytes + hash_table_bytes(&pool->index) +
           (pool->max_texts + 1) *
               (sizeof *pool->texts + sizeof *pool->free_numbers);
}
