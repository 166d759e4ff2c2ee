#include "server/http/ticket_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

void ticket_keys_init(struct ticket_keys *keys)
{
    memset(keys, 0, sizeof *keys);
    pthread_mutex_init(&keys->lock, NULL);
}

void ticket_keys_clear(struct ticket_keys *keys)
{
    pthread_mutex_destroy(&keys->lock);
    OPENSSL_cleanse(keys, sizeof *keys);
}

static bool make(struct ticket_key *key, int64_t now)
{
    if (RAND_bytes(key->name, sizeof key->name) != 1 ||
        RAND_priv_bytes(key->cipher, sizeof key->cipher) != 1 ||
        RAND_priv_bytes(key->mac, sizeof key->mac) != 1)
        return false;
    key->made_at = now;
    return true;
}

static bool makes_tickets(const struct ticket_key *key, int64_t now)
{
    return key->made_at != 0 && now - key->made_at < TICKET_KEY_MS;
}

static bool opens_tickets(const struct ticket_key *key, int64_t now)
{
    return key->made_at != 0 && now - key->made_at < 2 * TICKET_KEY_MS;
}

/* Also keys that nobody has asked for since are not kept. */
static bool renew(struct ticket_keys *keys, int64_t now)
{
    struct ticket_key next;
    bool made;

    if (makes_tickets(&keys->current, now))
        return true;
    made = make(&next, now);
    if (made) {
        keys->previous = keys->current;
        keys->current = next;
    }
    OPENSSL_cleanse(&next, sizeof next);
    if (!opens_tickets(&keys->previous, now))
        OPENSSL_cleanse(&keys->previous, sizeof keys->previous);
    return made;
}

bool ticket_keys_for_new(struct ticket_keys *keys, int64_t now,
                         struct ticket_key *out)
{
    bool made;

    pthread_mutex_lock(&keys->lock);
    made = renew(keys, now);
    if (made)
        *out = keys->current;
    pthread_mutex_unlock(&keys->lock);
    return made;
}

static bool has_name(const struct ticket_key *key, const unsigned char *name)
{
    return memcmp(key->name, name, TICKET_NAME_BYTES) == 0;
}

enum ticket_key_use ticket_keys_find(
    struct ticket_keys *keys, int64_t now,
    const unsigned char name[TICKET_NAME_BYTES], struct ticket_key *out)
{
    enum ticket_key_use use = TICKET_KEY_UNKNOWN;
    const struct ticket_key *found = NULL;

    pthread_mutex_lock(&keys->lock);
    if (has_name(&keys->current, name))
        found = &keys->current;
    else if (has_name(&keys->previous, name))
        found = &keys->previous;
    if (found != NULL && opens_tickets(found, now)) {
        use = makes_tickets(found, now) ? TICKET_KEY_IN_USE : TICKET_KEY_AGED;
        *out = *found;
    }
    pthread_mutex_unlock(&keys->lock);
    return use;
}
