#include "server/http/connection_limit.h"

#include "base/hash_table.h"
#include "base/siphash.h"

#include <pthread.h>
#include <stdlib.h>

enum { PARTS = 16 }; /* each with a lock, so that loops seldom wait */

/* The connections of one address. */
struct crowd {
    struct hash_link link;
    struct address network;
    unsigned count;
    bool told; /* that there are too many */
};

struct part {
    pthread_mutex_t lock;
    struct hash_table crowds;
};

struct connection_limit {
    unsigned most;
    struct siphash_key key; /* addresses are strangers' to choose */
    struct part parts[PARTS];
};

struct connection_limit *connection_limit_new(unsigned most)
{
    struct connection_limit *limit = calloc(1, sizeof *limit);
    bool is_made = limit != NULL && siphash_key_init(&limit->key);

    if (limit == NULL)
        return NULL;
    limit->most = most;
    for (size_t i = 0; i < PARTS; i++) {
        pthread_mutex_init(&limit->parts[i].lock, NULL);
        is_made &= hash_table_init(&limit->parts[i].crowds) == STATUS_OK;
    }
    if (is_made)
        return limit;
    connection_limit_free(limit);
    return NULL;
}

void connection_limit_free(struct connection_limit *limit)
{
    if (limit == NULL)
        return;
    for (size_t i = 0; i < PARTS; i++) {
        hash_table_clear(&limit->parts[i].crowds);
        pthread_mutex_destroy(&limit->parts[i].lock);
    }
    free(limit);
}

static uint64_t hash_of(const struct connection_limit *limit,
                        const struct address *network)
{
    return siphash(&limit->key, span_from((const char *)network->bytes,
                                          sizeof network->bytes)) ^
           (uint64_t)network->family;
}

/* By other bits than those that hash_table takes. */
static struct part *part_of(struct connection_limit *limit, uint64_t hash)
{
    return &limit->parts[(hash >> 60) % PARTS];
}

static struct crowd *find(const struct part *part, uint64_t hash,
                          const struct address *network)
{
    struct hash_link *link;

    for (link = hash_table_first(&part->crowds, hash); link != NULL;
         link = hash_table_next(link)) {
        struct crowd *crowd = hash_entry(link, struct crowd, link);

        if (address_equal(&crowd->network, network))
            return crowd;
    }
    return NULL;
}

/* NULL when memory is short. */
static struct crowd *find_or_make(struct part *part, uint64_t hash,
                                  const struct address *network)
{
    struct crowd *crowd = find(part, hash, network);

    if (crowd != NULL)
        return crowd;
    crowd = calloc(1, sizeof *crowd);
    if (crowd == NULL)
        return NULL;
    crowd->network = *network;
    hash_table_add(&part->crowds, &crowd->link, hash);
    return crowd;
}

/* Of a crowd that may be NULL. */
static enum connection_verdict join(struct crowd *crowd, unsigned most)
{
    bool is_news;

    if (crowd == NULL)
        return CONNECTION_WELCOME;
    if (crowd->count < most) {
        crowd->count++;
        return CONNECTION_WELCOME;
    }
    is_news = !crowd->told;
    crowd->told = true;
    return is_news ? CONNECTION_ONE_TOO_MANY : CONNECTION_REFUSED;
}

enum connection_verdict connection_limit_take(struct connection_limit *limit,
                                              const struct address *address,
                                              struct connection_share *share)
{
    struct address network = address_network(address);
    uint64_t hash = hash_of(limit, &network);
    struct part *part = part_of(limit, hash);
    enum connection_verdict verdict;
    struct crowd *crowd;

    if (limit->most == 0)
        return CONNECTION_WELCOME;
    pthread_mutex_lock(&part->lock);
    crowd = find_or_make(part, hash, &network);
    verdict = join(crowd, limit->most);
    pthread_mutex_unlock(&part->lock);
    if (verdict == CONNECTION_WELCOME)
        *share = (struct connection_share){limit, crowd};
    return verdict;
}

static void leave(struct part *part, struct crowd *crowd, unsigned most)
{
    crowd->count--;
    if (crowd->count <= most / 2)
        crowd->told = false;
    if (crowd->count > 0)
        return;
    hash_table_remove(&part->crowds, &crowd->link);
    free(crowd);
}

void connection_limit_give_back(struct connection_share *share)
{
    struct part *part;

    if (share->crowd == NULL)
        return;
    /* Nobody changes the hash while there is a share. */
    part = part_of(share->limit, share->crowd->link.hash);
    pthread_mutex_lock(&part->lock);
    leave(part, share->crowd, share->limit->most);
    pthread_mutex_unlock(&part->lock);
    share->crowd = NULL;
}
