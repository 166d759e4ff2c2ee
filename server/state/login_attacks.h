/* login_attacks -- the logins at which somebody guesses lately: written by the
 * loops, when more different wrong credentials came than may (guess_limit.h), read
 * by whoever tells of it. Few are kept, the latest; any thread.
 */
#ifndef SERVER_STATE_LOGIN_ATTACKS_H
#define SERVER_STATE_LOGIN_ATTACKS_H

#include "base/span.h"

#include <pthread.h>
#include <stdint.h>

enum { LOGIN_ATTACKS_MAX = 32, LOGIN_ATTACKS_NAME_MAX = 255 };

struct login_attack {
    char name[LOGIN_ATTACKS_NAME_MAX + 1]; /* the host, or "/status"; "": any */
    int64_t at; /* the last sign of it, in seconds since 1970 */
};

struct login_attacks {
    pthread_mutex_t lock;
    struct login_attack attacks[LOGIN_ATTACKS_MAX];
    size_t count;
};

void login_attacks_init(struct login_attacks *attacks);
void login_attacks_clear(struct login_attacks *attacks);

/* Somebody guesses at this host, or at the operator's page; empty: at any. Where there is no room the oldest
 * is forgotten. */
void login_attacks_note(struct login_attacks *attacks, struct span host,
                        int64_t now);

/* Copies all of them to out[LOGIN_ATTACKS_MAX]; returns how many. */
size_t login_attacks_read(struct login_attacks *attacks,
                          struct login_attack *out);

#endif
