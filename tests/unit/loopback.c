#include "tests/unit/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 64,
    REQUESTS_MAX = 256,
    READ_BYTES = 65536,
    TRICKLE_MS = 20,
};

struct connection {
    int fd;
    char *bytes; /* of the request under way */
    size_t len;
    bool continued, answered;
};

struct loopback {
    const struct loopback_step *steps;
    size_t step_count, next_step;
    int listener, stop[2];
    char url[64];
    pthread_t thread;
    struct connection connections[CONNECTIONS_MAX];
    size_t open;

    pthread_mutex_t lock; /* over what follows */
    char *requests[REQUESTS_MAX];
    size_t lengths[REQUESTS_MAX], request_count, connection_count;
};

static const struct loopback_step silence = {NULL, LOOPBACK_KEEP,
                                             LOOPBACK_AWAITS_BODY};

static const struct loopback_step *step(const struct loopback *server)
{
    return server->next_step < server->step_count
               ? &server->steps[server->next_step]
               : &silence;
}

static void record(struct loopback *server, const char *bytes, size_t len)
{
    pthread_mutex_lock(&server->lock);
    if (server->request_count == REQUESTS_MAX)
        abort(); /* cmocka's asserts belong to the test's own thread */
    server->requests[server->request_count] = malloc(len + 1);
    memcpy(server->requests[server->request_count], bytes, len);
    server->lengths[server->request_count++] = len;
    pthread_mutex_unlock(&server->lock);
}

/* Where the body begins; 0: the headers are not whole yet. */
static size_t headers_len(const struct connection *c)
{
    const char *end =
        c->len == 0 ? NULL : memmem(c->bytes, c->len, "\r\n\r\n", 4);

    return end == NULL ? 0 : (size_t)(end - c->bytes) + 4;
}

static size_t content_length(const struct connection *c, size_t headers)
{
    static const char name[] = "\r\nContent-Length: ";
    const char *at = memmem(c->bytes, headers, name, sizeof name - 1);

    return at == NULL ? 0 : strtoul(at + sizeof name - 1, NULL, 10);
}

/* False: nobody is there to take it. */
static bool send_bytes(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static void send_all(int fd, const char *bytes)
{
    send_bytes(fd, bytes, strlen(bytes));
}

static void trickle(const struct loopback *server, int fd, const char *reply)
{
    struct pollfd stop = {server->stop[0], POLLIN, 0};
    const char *body = strstr(reply, "\r\n\r\n") + 4;

    if (!send_bytes(fd, reply, (size_t)(body - reply)))
        return;
    while (*body != '\0' && poll(&stop, 1, TRICKLE_MS) == 0 &&
           send_bytes(fd, body, 1))
        body++;
}

static void close_connection(struct loopback *server, struct connection *c)
{
    close(c->fd);
    free(c->bytes);
    *c = server->connections[--server->open];
}

/* Plays the next step. False: the connection is gone. */
static bool play(struct loopback *server, struct connection *c)
{
    const struct loopback_step *now = step(server);
    struct linger linger = {1, 0};

    server->next_step++;
    if (now->end == LOOPBACK_TRICKLE)
        trickle(server, c->fd, now->reply);
    else if (now->reply != NULL)
        send_all(c->fd, now->reply);
    if (now->end == LOOPBACK_KEEP)
        return true;
    if (now->end == LOOPBACK_RESET)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close_connection(server, c);
    return false;
}

/* Looks at what came; false: the connection is gone. */
static bool handle(struct loopback *server, struct connection *c)
{
    size_t headers = headers_len(c);
    size_t whole = headers == 0 ? 0 : headers + content_length(c, headers);
    enum loopback_body body = step(server)->body;

    if (headers == 0)
        return true;
    if (body == LOOPBACK_SAYS_CONTINUE && !c->continued) {
        c->continued = true;
        send_all(c->fd, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (body == LOOPBACK_NEEDS_NO_BODY && !c->answered) {
        c->answered = true;
        record(server, c->bytes, headers);
        return play(server, c);
    }
    if (c->len < whole)
        return true;
    if (!c->answered)
        record(server, c->bytes, whole);
    memmove(c->bytes, c->bytes + whole, c->len - whole);
    c->len -= whole;
    if (c->answered) {
        c->answered = false;
        return true;
    }
    c->continued = false;
    return play(server, c);
}

/* False: the connection is gone. */
static bool receive(struct loopback *server, struct connection *c)
{
    ssize_t got;

    c->bytes = realloc(c->bytes, c->len + READ_BYTES);
    got = recv(c->fd, c->bytes + c->len, READ_BYTES, 0);
    if (got <= 0) {
        close_connection(server, c);
        return false;
    }
    c->len += (size_t)got;
    return handle(server, c);
}

static void accept_one(struct loopback *server)
{
    int fd = accept(server->listener, NULL, NULL);

    if (fd < 0 || server->open == CONNECTIONS_MAX)
        abort();
    server->connections[server->open++] = (struct connection){.fd = fd};
    pthread_mutex_lock(&server->lock);
    server->connection_count++;
    pthread_mutex_unlock(&server->lock);
}

static void *serve(void *arg)
{
    struct loopback *server = arg;

    for (;;) {
        struct pollfd fds[CONNECTIONS_MAX + 2];
        size_t open = server->open;

        fds[0] = (struct pollfd){server->stop[0], POLLIN, 0};
        fds[1] = (struct pollfd){server->listener, POLLIN, 0};
        for (size_t i = 0; i < open; i++)
            fds[i + 2] = (struct pollfd){server->connections[i].fd, POLLIN, 0};
        poll(fds, open + 2, -1);
        if (fds[0].revents != 0)
            return NULL;
        /* From the back: a closed one is replaced by the last. */
        for (size_t i = open; i-- > 0;)
            if (fds[i + 2].revents != 0)
                receive(server, &server->connections[i]);
        if (fds[1].revents != 0)
            accept_one(server);
    }
}

struct loopback *loopback_start(const struct loopback_step *steps, size_t count)
{
    struct loopback *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    assert_non_null(server);
    server->steps = steps;
    server->step_count = count;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, len),
                     0);
    assert_int_equal(listen(server->listener, 64), 0);
    assert_int_equal(
        getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d",
             ntohs(address.sin_port));
    assert_int_equal(pipe(server->stop), 0);
    pthread_mutex_init(&server->lock, NULL);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    return server;
}

void loopback_stop(struct loopback *server)
{
    assert_int_equal(write(server->stop[1], "", 1), 1);
    pthread_join(server->thread, NULL);
    while (server->open > 0)
        close_connection(server, &server->connections[0]);
    for (size_t i = 0; i < server->request_count; i++)
        free(server->requests[i]);
    close(server->listener);
    close(server->stop[0]);
    close(server->stop[1]);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *loopback_url(const struct loopback *server)
{
    return server->url;
}

size_t loopback_requests(struct loopback *server)
{
    size_t count;

    pthread_mutex_lock(&server->lock);
    count = server->request_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

size_t loopback_connections(struct loopback *server)
{
    size_t count;

    pthread_mutex_lock(&server->lock);
    count = server->connection_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

struct span loopback_request(struct loopback *server, size_t i)
{
    struct span request;

    assert_true(i < loopback_requests(server));
    pthread_mutex_lock(&server->lock);
    request = span_from(server->requests[i], server->lengths[i]);
    pthread_mutex_unlock(&server->lock);
    return request;
}

bool loopback_has_header(struct loopback *server, size_t i, const char *line)
{
    struct span rest = loopback_request(server, i), found;

    while (span_split(&rest, '\n', &found) && found.len > 1)
        if (span_is(span_from(found.ptr, found.len - 1), line))
            return true;
    return false;
}
