#include "server/state/login_attacks.h"

void login_attacks_init(struct login_attacks *attacks)
{
    memset(attacks, 0, sizeof *attacks);
    pthread_mutex_init(&attacks->lock, NULL);
}

void login_attacks_clear(struct login_attacks *attacks)
{
    pthread_mutex_destroy(&attacks->lock);
}

/* Its own place, or a free one, or that of the oldest. */
static struct login_attack *place_for(struct login_attacks *attacks,
                                      struct span host)
{
    struct login_attack *oldest = &attacks->attacks[0];

    for (size_t i = 0; i < attacks->count; i++) {
        struct login_attack *attack = &attacks->attacks[i];

        if (span_is(host, attack->name))
            return attack;
        if (attack->at < oldest->at)
            oldest = attack;
    }
    return attacks->count < LOGIN_ATTACKS_MAX
               ? &attacks->attacks[attacks->count++]
               : oldest;
}

void login_attacks_note(struct login_attacks *attacks, struct span host,
                        int64_t now)
{
    struct login_attack *attack;

    if (host.len > LOGIN_ATTACKS_NAME_MAX)
        host.len = LOGIN_ATTACKS_NAME_MAX;
    pthread_mutex_lock(&attacks->lock);
    attack = place_for(attacks, host);
    if (host.len > 0)
        memcpy(attack->name, host.ptr, host.len);
    attack->name[host.len] = '\0';
    attack->at = now;
    pthread_mutex_unlock(&attacks->lock);
}

size_t login_attacks_read(struct login_attacks *attacks,
                          struct login_attack *out)
{
    size_t count;

    pthread_mutex_lock(&attacks->lock);
    count = attacks->count;
    memcpy(out, attacks->attacks, count * sizeof *out);
    pthread_mutex_unlock(&attacks->lock);
    return count;
}
