/* ticket_keys -- the keys under which TLS sessions are handed to clients as
 * tickets, so that who comes back needs no whole handshake.
 *
 * Whoever has such a key can read all sessions that were begun under it, so
 * none is kept for long and none leaves this process: a key makes tickets for
 * an hour, and opens those that it made for one more. All loops share them,
 * since the next connection may be anybody's. They outlive certificates.
 * Thread-safe; `now` is passed in, in milliseconds that never go back.
 */
#ifndef SERVER_HTTP_TICKET_KEYS_H
#define SERVER_HTTP_TICKET_KEYS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    TICKET_KEY_MS = 3600 * 1000,
    TICKET_NAME_BYTES = 16, /* as OpenSSL's callback has it */
    TICKET_SECRET_BYTES = 32,
};

struct ticket_key {
    unsigned char name[TICKET_NAME_BYTES]; /* tells it from others; no secret */
    unsigned char cipher[TICKET_SECRET_BYTES], mac[TICKET_SECRET_BYTES];
    int64_t made_at;
};

struct ticket_keys {
    pthread_mutex_t lock;
    struct ticket_key current, previous; /* made_at 0: there is none */
};

void ticket_keys_init(struct ticket_keys *keys);
void ticket_keys_clear(struct ticket_keys *keys);

/* The key for a new ticket, to be wiped after use. False when there is no
 * randomness. */
bool ticket_keys_for_new(struct ticket_keys *keys, int64_t now,
                         struct ticket_key *out);

enum ticket_key_use {
    TICKET_KEY_UNKNOWN, /* or too old */
    TICKET_KEY_IN_USE,
    TICKET_KEY_AGED, /* opens the ticket, and is not to make another */
};

/* The key of the ticket that bears this name. */
enum ticket_key_use ticket_keys_find(
    struct ticket_keys *keys, int64_t now,
    const unsigned char name[TICKET_NAME_BYTES], struct ticket_key *out);

#endif
