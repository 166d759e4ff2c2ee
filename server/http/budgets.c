#include "server/http/budgets.h"

#include <pthread.h>
#include <stdlib.h>

enum { LOCKS = 64 };

struct purse {
    uint64_t key; /* 0: nobody */
    double spent; /* at `at_ms` */
    int64_t at_ms;
    bool closed; /* until no more than `rest` is spent */
    unsigned tag_count;
    uint16_t tags[];
};

struct budgets {
    struct budget_terms terms;
    size_t purse_bytes;
    pthread_mutex_t locks[LOCKS]; /* of the sets, in turn */
    char *purses;
};

struct budgets *budgets_new(const struct budget_terms *terms)
{
    struct budgets *budgets = calloc(1, sizeof *budgets);
    size_t bytes = sizeof(struct purse) + terms->memory * sizeof(uint16_t);

    if (budgets == NULL)
        return NULL;
    budgets->terms = *terms;
    budgets->purse_bytes = (bytes + 7) / 8 * 8;
    budgets->purses =
        calloc((size_t)terms->sets * BUDGETS_WAYS, budgets->purse_bytes);
    if (budgets->purses == NULL) {
        free(budgets);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&budgets->locks[i], NULL);
    return budgets;
}

void budgets_free(struct budgets *budgets)
{
    if (budgets == NULL)
        return;
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&budgets->locks[i]);
    free(budgets->purses);
    free(budgets);
}

/* --- purses, under their lock -------------------------------------------------
 */

static size_t set_of(const struct budgets *budgets, uint64_t key)
{
    return key & (budgets->terms.sets - 1);
}

static pthread_mutex_t *lock_of(struct budgets *budgets, uint64_t key)
{
    return &budgets->locks[set_of(budgets, key) % LOCKS];
}

static struct purse *purse_at(const struct budgets *budgets, size_t set,
                              size_t way)
{
    char *at =
        budgets->purses + (set * BUDGETS_WAYS + way) * budgets->purse_bytes;

    return (struct purse *)(void *)at;
}

static double a_ms_gives_back(const struct budgets *budgets)
{
    return budgets->terms.most / BUDGETS_HOUR_MS;
}

/* What is spent by now. Another thread's now may be a little later. */
static double spent_by(const struct budgets *budgets, const struct purse *purse,
                       int64_t now_ms)
{
    double back = 0;

    if (now_ms > purse->at_ms)
        back = (double)(now_ms - purse->at_ms) * a_ms_gives_back(budgets);
    return purse->spent > back ? purse->spent - back : 0;
}

static void catch_up(const struct budgets *budgets, struct purse *purse,
                     int64_t now_ms)
{
    purse->spent = spent_by(budgets, purse, now_ms);
    if (now_ms > purse->at_ms)
        purse->at_ms = now_ms;
    if (purse->spent <= budgets->terms.rest)
        purse->closed = false;
}

static struct purse *find(const struct budgets *budgets, uint64_t key)
{
    size_t set = set_of(budgets, key);

    for (size_t way = 0; way < BUDGETS_WAYS; way++) {
        struct purse *purse = purse_at(budgets, set, way);

        if (purse->key == key)
            return purse;
    }
    return NULL;
}

/* Where nobody is, or who has spent least. */
static struct purse *choose_place(const struct budgets *budgets, uint64_t key,
                                  int64_t now_ms)
{
    size_t set = set_of(budgets, key);
    struct purse *chosen = purse_at(budgets, set, 0);

    for (size_t way = 0; way < BUDGETS_WAYS; way++) {
        struct purse *purse = purse_at(budgets, set, way);

        if (purse->key == 0)
            return purse;
        if (spent_by(budgets, purse, now_ms) <
            spent_by(budgets, chosen, now_ms))
            chosen = purse;
    }
    return chosen;
}

static struct purse *find_or_open(const struct budgets *budgets, uint64_t key,
                                  int64_t now_ms)
{
    struct purse *purse = find(budgets, key);

    if (purse == NULL) {
        purse = choose_place(budgets, key, now_ms);
        *purse = (struct purse){.key = key, .at_ms = now_ms};
    }
    catch_up(budgets, purse, now_ms);
    return purse;
}

static bool remembers(const struct purse *purse, uint64_t tag)
{
    for (unsigned i = 0; i < purse->tag_count; i++)
        if (purse->tags[i] == (uint16_t)tag)
            return true;
    return false;
}

/* Where there is no room, any one makes some: were it the oldest, then one tag
 * more than there is room for, in turn, and none would ever be remembered. */
static void remember(const struct budgets *budgets, struct purse *purse,
                     uint64_t tag)
{
    unsigned at = (unsigned)((tag >> 16) % budgets->terms.memory);

    if (purse->tag_count < budgets->terms.memory)
        at = purse->tag_count++;
    purse->tags[at] = (uint16_t)tag;
}

static struct budget_spent spend(const struct budgets *budgets,
                                 struct purse *purse, uint64_t tag)
{
    const struct budget_terms *terms = &budgets->terms;
    bool is_repeat = remembers(purse, tag);
    double cost = is_repeat ? terms->repeat : 1;
    struct budget_spent result = {.granted = cost <= 0 || !purse->closed};

    if (result.granted) {
        if (!is_repeat)
            remember(budgets, purse, tag);
        purse->spent += cost;
        if (!purse->closed && purse->spent + 1 > terms->most)
            purse->closed = result.is_last = true;
    }
    result.spent = purse->spent;
    return result;
}

/* --- for everybody ----------------------------------------------------------------
 */

/* 0 is nobody's. */
static uint64_t key_from(uint64_t key)
{
    return key == 0 ? 1 : key;
}

static int64_t wait_of(const struct budgets *budgets, const struct purse *purse,
                       int64_t now_ms)
{
    double over;

    if (purse == NULL || !purse->closed)
        return 0;
    over = spent_by(budgets, purse, now_ms) - budgets->terms.rest;
    return over > 0 ? (int64_t)(over / a_ms_gives_back(budgets)) + 1 : 0;
}

int64_t budgets_wait_ms(struct budgets *budgets, uint64_t key, int64_t now_ms)
{
    pthread_mutex_t *lock;
    int64_t wait;

    key = key_from(key);
    lock = lock_of(budgets, key);
    pthread_mutex_lock(lock);
    wait = wait_of(budgets, find(budgets, key), now_ms);
    pthread_mutex_unlock(lock);
    return wait;
}

struct budget_spent budgets_spend(struct budgets *budgets, uint64_t key,
                                  uint64_t tag, int64_t now_ms)
{
    pthread_mutex_t *lock;
    struct budget_spent result;

    key = key_from(key);
    lock = lock_of(budgets, key);
    pthread_mutex_lock(lock);
    result = spend(budgets, find_or_open(budgets, key, now_ms), tag);
    pthread_mutex_unlock(lock);
    return result;
}
