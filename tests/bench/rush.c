/* rush -- many callers at once: each on a connection of its own, all asking at
 * the same time for an address that is new. Prints one line of JSON.
 *
 * Host i of the table is "h<i>.example.org" with the token "secret-of-h<i>"
 * (see hosts.py), and asks for FIRST-ADDRESS plus i; of IPv6, for that behind
 * 2001:db8::/96.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 60000, /* for all replies together */
    SPARE_FDS = 32,
    CALLERS_AN_ADDRESS = 5000, /* Linux searches long for the last ports */
    HOSTS_MAX = 10000000,
    AGAIN_MAX_SECONDS = 3600,
    EVENTS_AT_ONCE = 512,
    REPLY_MAX = 511,
    REQUEST_MAX = 511,
    TARGET_MAX = 127,
};

static const char usage[] =
    "Usage: rush [OPTION]... PORT HOSTS FIRST-ADDRESS\n"
    "\n"
    "Opens HOSTS connections to 127.0.0.1, then sends a /register_ip on each,\n"
    "then collects the replies.\n"
    "\n"
    "  --first N         the hosts from h<N> on, instead of h0\n"
    "  --nic-update      a /nic/update that names the host, instead\n"
    "  --both-families   ask for an IPv6 address too\n"
    "  --again SECONDS   for so long, whoever is answered asks at once for "
    "another\n"
    "                    address, on the same connection\n"
    "  --wait-only       once all is sent print \"waiting\", keep the callers\n"
    "                    waiting until standard input ends, and tell how many\n"
    "                    are waiting still\n";

struct caller {
    int fd;
    int64_t sent_at, replied_at; /* ns; 0: not yet */
    size_t reply_len;
    unsigned round; /* how often it has asked before */
    char reply[REPLY_MAX + 1];
};

struct rush {
    struct caller *callers;
    size_t first, count, open;
    uint32_t first_address; /* host order */
    uint16_t port;
    bool nic_update, both_families, wait_only;
    int epoll_fd;
    int64_t first_sent_at, last_sent_at, ended_at;
    unsigned long again_seconds;
    size_t granted; /* in these seconds */
};

static void die(const char *what)
{
    fprintf(stderr, "rush: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- a connection each ----------------------------------------------------- */

static void raise_open_files(size_t callers)
{
    rlim_t wanted = callers + SPARE_FDS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        die("getrlimit");
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted;
    if (limit.rlim_max < wanted)
        limit.rlim_max = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        die("cannot raise the limit of open files");
}

/* Connections are reset in the end: thousands in TIME_WAIT would eat up the
 * ports of the next run. */
static int connect_to(uint16_t port, size_t caller)
{
    struct sockaddr_in self = {
        .sin_family = AF_INET,
        .sin_addr.s_addr =
            htonl(INADDR_LOOPBACK + (uint32_t)(caller / CALLERS_AN_ADDRESS)),
    };
    struct sockaddr_in server = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        die("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0)
        die("SO_LINGER");
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1},
                   sizeof(int)) != 0 ||
        bind(fd, (struct sockaddr *)&self, sizeof self) != 0)
        die("bind");
    if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0)
        die("connect");
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        die("O_NONBLOCK");
    return fd;
}

static void open_connections(struct rush *rush)
{
    rush->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (rush->epoll_fd < 0)
        die("epoll_create1");
    for (size_t i = 0; i < rush->count; i++) {
        struct caller *caller = &rush->callers[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = caller};

        caller->fd = connect_to(rush->port, i);
        if (epoll_ctl(rush->epoll_fd, EPOLL_CTL_ADD, caller->fd, &event) != 0)
            die("epoll_ctl");
    }
    rush->open = rush->count;
}

/* --- a request each -------------------------------------------------------- */

static size_t encode_base64(const char *text, size_t len, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t written = 0;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = 0;

        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < len ? (unsigned char)text[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            out[written++] =
                i + k > len ? '=' : digits[bits >> (18 - 6 * k) & 63];
    }
    out[written] = '\0';
    return written;
}

static void write_target(const struct rush *rush, size_t host, unsigned round,
                         char out[TARGET_MAX + 1])
{
    uint32_t number =
        rush->first_address + (uint32_t)host + (round % 2 == 0 ? 0 : HOSTS_MAX);
    struct in_addr ipv4 = {htonl(number)};
    char path[64] = "/register_ip?", address[INET_ADDRSTRLEN], more[32] = "";

    if (rush->nic_update)
        snprintf(path, sizeof path, "/nic/update?hostname=h%zu.example.org&",
                 host);
    inet_ntop(AF_INET, &ipv4, address, sizeof address);
    if (rush->both_families)
        snprintf(more, sizeof more, ",2001:db8::%x:%x", number >> 16,
                 number & 0xffff);
    snprintf(out, TARGET_MAX + 1, "%smyip=%s%s", path, address, more);
}

static size_t write_request(const struct rush *rush, size_t i,
                            char out[REQUEST_MAX + 1])
{
    size_t host = rush->first + i;
    char credentials[80], encoded[120], target[TARGET_MAX + 1];
    int len = snprintf(credentials, sizeof credentials,
                       "h%zu.example.org:secret-of-h%zu", host, host);

    encode_base64(credentials, (size_t)len, encoded);
    write_target(rush, host, rush->callers[i].round, target);
    len = snprintf(out, REQUEST_MAX + 1,
                   "GET %s HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Authorization: Basic %s\r\n"
                   "\r\n",
                   target, encoded);
    return (size_t)len;
}

static void send_request(struct rush *rush, size_t i)
{
    char request[REQUEST_MAX + 1];
    size_t len = write_request(rush, i, request);

    rush->callers[i].sent_at = now_ns();
    if (send(rush->callers[i].fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
        die("send");
}

static void send_requests(struct rush *rush)
{
    rush->first_sent_at = now_ns();
    for (size_t i = 0; i < rush->count; i++)
        send_request(rush, i);
    rush->last_sent_at = now_ns();
}

/* --- a reply each ---------------------------------------------------------- */

/* The body, which is one line; NULL while it has not come wholly. */
static const char *body_of(const struct caller *caller)
{
    const char *body = strstr(caller->reply, "\r\n\r\n");

    return body == NULL || strchr(body + 4, '\n') == NULL ? NULL : body + 4;
}

static void hang_up(struct rush *rush, struct caller *caller)
{
    close(caller->fd);
    caller->fd = -1;
    rush->open--;
}

static bool says(const struct caller *caller, const char *word)
{
    const char *body = body_of(caller);

    return body != NULL && strncmp(body, word, strlen(word)) == 0;
}

/* Whether it asked once more. */
static bool ask_again(struct rush *rush, struct caller *caller)
{
    int64_t until =
        rush->first_sent_at + (int64_t)rush->again_seconds * 1000000000;

    if (rush->again_seconds == 0 || now_ns() > until)
        return false;
    rush->granted += says(caller, "good ");
    caller->round++;
    caller->reply_len = 0;
    memset(caller->reply, 0, sizeof caller->reply);
    send_request(rush, (size_t)(caller - rush->callers));
    return true;
}

static void read_reply(struct rush *rush, struct caller *caller)
{
    ssize_t got = recv(caller->fd, caller->reply + caller->reply_len,
                       REPLY_MAX - caller->reply_len, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0) {
        caller->reply_len += (size_t)got;
        if (body_of(caller) == NULL && caller->reply_len < REPLY_MAX)
            return;
        if (ask_again(rush, caller))
            return;
        caller->replied_at = now_ns();
    }
    hang_up(rush, caller);
}

static void collect_replies(struct rush *rush)
{
    int64_t give_up_at = now_ns() + (int64_t)PATIENCE_MS * 1000000 +
                         (int64_t)rush->again_seconds * 1000000000;
    struct epoll_event events[EVENTS_AT_ONCE];

    while (rush->open > 0) {
        int64_t left_ms = (give_up_at - now_ns()) / 1000000;
        int count;

        if (left_ms <= 0)
            break;
        count =
            epoll_wait(rush->epoll_fd, events, EVENTS_AT_ONCE, (int)left_ms);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++)
            read_reply(rush, events[i].data.ptr);
    }
    rush->ended_at = now_ns();
}

/* Whoever has something to read did not wait to the end. */
static void keep_waiting(const struct rush *rush)
{
    char ignored[64];
    size_t waiting = 0;

    puts("waiting");
    fflush(stdout);
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0)
        ;
    for (size_t i = 0; i < rush->count; i++)
        waiting += recv(rush->callers[i].fd, ignored, 1, MSG_PEEK) < 0 &&
                   errno == EAGAIN;
    printf("{\"waiting\": %zu}\n", waiting);
}

/* --- what came of it ------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double ms_between(int64_t from, int64_t to)
{
    return (double)(to - from) / 1e6;
}

/* A caller without a reply counts as one that waited until the end. */
static void print_result(const struct rush *rush)
{
    double *waits = calloc(rush->count, sizeof *waits);
    size_t good = 0, known = 0, n = rush->count;

    if (waits == NULL)
        die("calloc");
    for (size_t i = 0; i < n; i++) {
        const struct caller *caller = &rush->callers[i];
        bool replied = caller->replied_at > 0;

        good += says(caller, "good ");
        known += says(caller, "nochg ");
        waits[i] = ms_between(caller->sent_at,
                              replied ? caller->replied_at : rush->ended_at);
    }
    qsort(waits, n, sizeof *waits, compare);
    printf("{\"hosts\": %zu, \"good\": %zu, \"nochg\": %zu, \"other\": %zu, "
           "\"sending_ms\": %.1f, \"seconds\": %.4f, "
           "\"p50_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f, "
           "\"granted\": %zu}\n",
           n, good, known, n - good - known,
           ms_between(rush->first_sent_at, rush->last_sent_at),
           ms_between(rush->first_sent_at, rush->ended_at) / 1000,
           waits[(n - 1) / 2], waits[(n - 1) * 99 / 100], waits[n - 1],
           rush->granted);
    free(waits);
}

static unsigned long parse_number(const char *text, unsigned long max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0' || value < 1 || value > max) {
        fprintf(stderr, "rush: not a number from 1 to %lu: %s\n", max, text);
        exit(EXIT_FAILURE);
    }
    return value;
}

static bool take_option(struct rush *rush, int option)
{
    switch (option) {
    case 'f':
        rush->first = parse_number(optarg, HOSTS_MAX);
        return true;
    case 'n':
        rush->nic_update = true;
        return true;
    case 'b':
        rush->both_families = true;
        return true;
    case 'a':
        rush->again_seconds = parse_number(optarg, AGAIN_MAX_SECONDS);
        return true;
    case 'w':
        rush->wait_only = true;
        return true;
    default:
        return false;
    }
}

static bool parse_options(int argc, char **argv, struct rush *rush)
{
    static const struct option options[] = {
        {"first", required_argument, NULL, 'f'},
        {"nic-update", no_argument, NULL, 'n'},
        {"both-families", no_argument, NULL, 'b'},
        {"again", required_argument, NULL, 'a'},
        {"wait-only", no_argument, NULL, 'w'},
        {NULL, 0, NULL, 0},
    };
    struct in_addr first;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!take_option(rush, option))
            return false;
    if (argc - optind != 3 || inet_pton(AF_INET, argv[optind + 2], &first) != 1)
        return false;
    rush->port = (uint16_t)parse_number(argv[optind], UINT16_MAX);
    rush->count = parse_number(argv[optind + 1], HOSTS_MAX);
    rush->first_address = ntohl(first.s_addr);
    return true;
}

int main(int argc, char **argv)
{
    struct rush rush = {.epoll_fd = -1};

    if (!parse_options(argc, argv, &rush)) {
        fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    rush.callers = calloc(rush.count, sizeof *rush.callers);
    if (rush.callers == NULL)
        die("calloc");
    raise_open_files(rush.count);
    open_connections(&rush);
    send_requests(&rush);
    if (rush.wait_only) {
        keep_waiting(&rush);
    } else {
        collect_replies(&rush);
        print_result(&rush);
    }
    free(rush.callers);
    return EXIT_SUCCESS;
}
