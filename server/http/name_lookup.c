#include "server/http/name_lookup.h"

#include "base/clock.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    SERVERS_MAX = MAXNS,
    ATTEMPT_MS = 1000, /* before the next server is asked, or the same again */
};

struct name_lookups {
    struct name_server server;
    pthread_t thread;
    bool is_started;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    struct list queue;
    size_t count; /* in the queue */
    bool stopping;
};

struct server_list {
    struct sockaddr_storage all[SERVERS_MAX];
    size_t count;
};

/* The two questions of one attempt. */
struct attempt {
    int fd;
    unsigned char packets[NAME_LOOKUP_TYPES][NAME_QUERY_MAX_BYTES];
    size_t lengths[NAME_LOOKUP_TYPES];
};

/* --- whom to ask -----------------------------------------------------------------
 */

static void add_server(struct server_list *list, const void *address,
                       size_t size)
{
    memcpy(&list->all[list->count++], address, size);
}

static void list_own(const struct name_server *server, struct server_list *list)
{
    const struct address *address = &server->address;
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons(server->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons(server->port)};

    memcpy(&v4.sin_addr, address->bytes, sizeof v4.sin_addr);
    memcpy(&v6.sin6_addr, address->bytes, sizeof v6.sin6_addr);
    if (address->family == ADDRESS_IPV4)
        add_server(list, &v4, sizeof v4);
    else
        add_server(list, &v6, sizeof v6);
}

/* As resolv.conf(5) is now. Of a server of IPv6, glibc keeps the address beside
 * the list. */
static void list_of_system(struct server_list *list)
{
    struct __res_state state;

    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0)
        return;
    for (int i = 0; i < state.nscount && list->count < SERVERS_MAX; i++) {
        const struct sockaddr_in6 *v6 = state._u._ext.nsaddrs[i];

        if (state.nsaddr_list[i].sin_family == AF_INET)
            add_server(list, &state.nsaddr_list[i],
                       sizeof state.nsaddr_list[i]);
        else if (v6 != NULL)
            add_server(list, v6, sizeof *v6);
    }
    res_nclose(&state);
}

/* --- one attempt -----------------------------------------------------------------
 */

static bool is_answered(const struct name_lookup *lookup)
{
    return lookup->answers[NAME_LOOKUP_A].result != NAME_UNANSWERED &&
           lookup->answers[NAME_LOOKUP_AAAA].result != NAME_UNANSWERED;
}

/* From a port and with numbers that nobody can foretell; a socket that is
 * connected hears nobody else. */
static bool ask(struct attempt *attempt, const struct name_lookup *lookup,
                const struct sockaddr_storage *server)
{
    static const enum address_family families[] = {
        [NAME_LOOKUP_A] = ADDRESS_IPV4, [NAME_LOOKUP_AAAA] = ADDRESS_IPV6};
    socklen_t size = server->ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                                  : sizeof(struct sockaddr_in6);

    attempt->fd =
        socket(server->ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (attempt->fd == -1 ||
        connect(attempt->fd, (const struct sockaddr *)server, size) != 0)
        return false;
    for (size_t i = 0; i < NAME_LOOKUP_TYPES; i++) {
        uint16_t id;

        if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
            return false;
        attempt->lengths[i] =
            name_query_write(span_from(lookup->name, lookup->name_len),
                             families[i], id, attempt->packets[i]);
        if (attempt->lengths[i] == 0 ||
            send(attempt->fd, attempt->packets[i], attempt->lengths[i], 0) < 0)
            return false;
    }
    return true;
}

static void hear(const struct attempt *attempt, struct name_lookup *lookup,
                 const unsigned char *packet, size_t len)
{
    for (size_t i = 0; i < NAME_LOOKUP_TYPES; i++)
        if (lookup->answers[i].result == NAME_UNANSWERED &&
            name_query_read(attempt->packets[i], attempt->lengths[i], packet,
                            len, &lookup->answers[i]))
            return;
}

static void wait_for_answers(const struct attempt *attempt,
                             struct name_lookup *lookup, int64_t until)
{
    unsigned char packet[NAME_ANSWER_MAX_BYTES];
    int64_t left;

    while (!is_answered(lookup) && (left = until - clock_now_ms()) > 0) {
        struct pollfd ready = {.fd = attempt->fd, .events = POLLIN};
        ssize_t len;

        if (poll(&ready, 1, (int)left) <= 0)
            continue;
        len = recv(attempt->fd, packet, sizeof packet, 0);
        if (len < 0)
            return; /* nobody is there */
        hear(attempt, lookup, packet, (size_t)len);
    }
}

static void look_up_at(struct name_lookup *lookup,
                       const struct sockaddr_storage *server)
{
    int64_t until = clock_now_ms() + ATTEMPT_MS;
    struct attempt attempt;

    if (ask(&attempt, lookup, server))
        wait_for_answers(&attempt, lookup,
                         until < lookup->until ? until : lookup->until);
    if (attempt.fd != -1)
        close(attempt.fd);
}

/* --- on the thread ---------------------------------------------------------------
 */

/* Each server in turn, and all of them again: a packet may be lost. */
static void look_up(const struct name_lookups *lookups,
                    struct name_lookup *lookup)
{
    struct server_list list = {.count = 0};

    if (lookups->server.address.family != ADDRESS_NONE)
        list_own(&lookups->server, &list);
    else
        list_of_system(&list);
    for (size_t i = 0; i < 2 * list.count; i++)
        if (!is_answered(lookup) && clock_now_ms() < lookup->until)
            look_up_at(lookup, &list.all[i % list.count]);
}

/* Holds the lock, but while it is looked up and handed back. */
static void do_next(struct name_lookups *lookups)
{
    struct name_lookup *lookup =
        list_entry(lookups->queue.next, struct name_lookup, in_queue);
    bool stopping = lookups->stopping;

    list_remove(&lookup->in_queue);
    lookups->count--;
    pthread_mutex_unlock(&lookups->lock);
    if (!stopping)
        look_up(lookups, lookup);
    lookup->done(lookup);
    pthread_mutex_lock(&lookups->lock);
}

static void *run(void *arg)
{
    struct name_lookups *lookups = arg;

    pthread_setname_np(pthread_self(), "names");
    pthread_mutex_lock(&lookups->lock);
    for (;;) {
        if (!list_is_empty(&lookups->queue))
            do_next(lookups);
        else if (lookups->stopping)
            break;
        else
            pthread_cond_wait(&lookups->changed, &lookups->lock);
    }
    pthread_mutex_unlock(&lookups->lock);
    return NULL;
}

/* --- from other threads ------------------------------------------------------------
 */

struct name_lookups *name_lookups_new(const struct name_server *server)
{
    struct name_lookups *lookups = calloc(1, sizeof *lookups);

    if (lookups == NULL)
        return NULL;
    lookups->server = *server;
    list_init(&lookups->queue);
    pthread_mutex_init(&lookups->lock, NULL);
    pthread_cond_init(&lookups->changed, NULL);
    return lookups;
}

void name_lookups_free(struct name_lookups *lookups)
{
    if (lookups == NULL)
        return;
    pthread_cond_destroy(&lookups->changed);
    pthread_mutex_destroy(&lookups->lock);
    free(lookups);
}

enum status name_lookups_start(struct name_lookups *lookups)
{
    if (pthread_create(&lookups->thread, NULL, run, lookups) != 0)
        return STATUS_UNAVAILABLE;
    lookups->is_started = true;
    return STATUS_OK;
}

bool name_lookups_post(struct name_lookups *lookups, struct name_lookup *lookup)
{
    bool has_room;

    memset(lookup->answers, 0, sizeof lookup->answers);
    lookup->until = clock_now_ms() + NAME_LOOKUP_MS;
    pthread_mutex_lock(&lookups->lock);
    has_room = !lookups->stopping && lookups->count < NAME_LOOKUPS_MAX;
    if (has_room) {
        list_append(&lookups->queue, &lookup->in_queue);
        lookups->count++;
    }
    pthread_mutex_unlock(&lookups->lock);
    if (has_room)
        pthread_cond_signal(&lookups->changed);
    return has_room;
}

void name_lookups_stop(struct name_lookups *lookups)
{
    pthread_mutex_lock(&lookups->lock);
    lookups->stopping = true;
    pthread_mutex_unlock(&lookups->lock);
    pthread_cond_signal(&lookups->changed);
    if (lookups->is_started)
        pthread_join(lookups->thread, NULL);
    lookups->is_started = false;
}
