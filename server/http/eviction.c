#include "server/http/eviction.h"

void eviction_init(struct eviction *eviction)
{
    list_init(&eviction->idle);
    list_init(&eviction->half_sent);
    eviction->leaving = 0;
}

static void leave_state(struct eviction *eviction, struct evictable *connection)
{
    list_remove(&connection->node);
    if (connection->state == EVICTABLE_LEAVING)
        eviction->leaving--;
}

void eviction_add(struct eviction *eviction, struct evictable *connection,
                  int64_t now)
{
    *connection = (struct evictable){.state = EVICTABLE_IDLE, .since = now};
    list_append(&eviction->idle, &connection->node);
}

void eviction_remove(struct eviction *eviction, struct evictable *connection)
{
    leave_state(eviction, connection);
}

void eviction_request_begins(struct eviction *eviction,
                             struct evictable *connection)
{
    leave_state(eviction, connection);
    connection->state = EVICTABLE_IN_HAND;
}

void eviction_request_ends(struct eviction *eviction,
                           struct evictable *connection, int64_t now)
{
    leave_state(eviction, connection);
    connection->state = EVICTABLE_IDLE;
    connection->since = now;
    list_append(&eviction->idle, &connection->node);
}

void eviction_note_half_sent(struct eviction *eviction,
                             struct evictable *connection, int64_t now)
{
    if (connection->state != EVICTABLE_IDLE)
        return;
    leave_state(eviction, connection);
    connection->state = EVICTABLE_HALF_SENT;
    connection->since = now;
    list_append(&eviction->half_sent, &connection->node);
}

static struct evictable *front_of(const struct list *list)
{
    return list_is_empty(list) ? NULL
                               : list_entry(list->next, struct evictable, node);
}

/* So that the front of the list of idle ones is none of which half a request
 * has come. */
static void pass_over_half_sent(
    struct eviction *eviction, int64_t now,
    bool (*is_half_sent)(const struct evictable *connection))
{
    struct evictable *front;

    while ((front = front_of(&eviction->idle)) != NULL && is_half_sent(front))
        eviction_note_half_sent(eviction, front, now);
}

static bool may_go(const struct evictable *connection, int64_t now)
{
    return connection != NULL && now - connection->since >= EVICTION_SPARED_MS;
}

struct evictable *eviction_choose(
    struct eviction *eviction, int64_t now,
    bool (*is_half_sent)(const struct evictable *connection))
{
    struct evictable *chosen;

    pass_over_half_sent(eviction, now, is_half_sent);
    chosen = front_of(&eviction->idle);
    if (!may_go(chosen, now))
        chosen = front_of(&eviction->half_sent);
    if (!may_go(chosen, now))
        return NULL;
    leave_state(eviction, chosen);
    chosen->state = EVICTABLE_LEAVING;
    eviction->leaving++;
    return chosen;
}
