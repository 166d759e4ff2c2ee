/* journal_cost -- what a server pays for knowing what happened: memory and time
 * for so many hosts.
 *
 *     journal_cost HOSTS
 *
 * Every host calls and changes its record once, as one server tells it in minutes
 * of LINES_A_MINUTE lines; each minute is written, packed, unpacked, read and
 * applied. Of what is known then, of the hosts and of what happened lately, a
 * snapshot is written, and read again as by a server that starts. What is told as JSON is times on a core in seconds, and
 * sizes in bytes.
 */
#include "base/strbuf.h"
#include "journal/gzip.h"
#include "journal/gzip_lines.h"
#include "journal/recent_events.h"
#include "journal/snapshot.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LINES_A_MINUTE = 200000, AGENTS = 200, MINUTE_MS = 60000 };

static const int64_t start_ms = INT64_C(1795257300000);

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t resident_bytes(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    malloc_trim(0);
    if (file == NULL || fscanf(file, "%*s %zu", &pages) != 1)
        exit(1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void need(bool is_so)
{
    if (!is_so) {
        fprintf(stderr, "journal_cost: something failed\n");
        exit(1);
    }
}

/* --- what happens ---------------------------------------------------------- */

/* Addresses, times and agents that do not pack better than real ones. */
static uint64_t scatter(uint64_t number)
{
    number = (number ^ number >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    return number ^ number >> 29;
}

static struct address ipv4_of(uint64_t host)
{
    uint64_t bits = scatter(host);
    struct address address = {.family = ADDRESS_IPV4};

    memcpy(address.bytes, &bits, 4);
    return address;
}

static struct span name_of(uint64_t host, char name[64])
{
    return span_from(
        name, (size_t)snprintf(name, 64, "customer-%" PRIu64 ".dyn.example.org",
                               host));
}

/* Line 2n is the call of host n, line 2n + 1 the change that came of it. */
static struct event event_of(uint64_t line, char name[64], char agent[64])
{
    uint64_t host = line / 2;
    struct event event = {
        .kind = line % 2 == 0 ? EVENT_CALLS : EVENT_CHANGE,
        .at = start_ms + (int64_t)(line / LINES_A_MINUTE) * MINUTE_MS +
              (int64_t)(scatter(line) % MINUTE_MS),
    };

    if (event.kind == EVENT_CHANGE) {
        event.change = (struct event_change){
            .host = name_of(host, name),
            .family = ADDRESS_IPV4,
            .before = ipv4_of(host + 1),
            .after = ipv4_of(host),
            .client = ipv4_of(host),
            .why = SPAN_LITERAL("call"),
        };
        return event;
    }
    event.calls = (struct event_calls){
        .host = name_of(host, name),
        .client = ipv4_of(host),
        .agent = span_from(
            agent, (size_t)snprintf(agent, 64, "router/%u firmware/1.2.%u",
                                    (unsigned)(scatter(host) % AGENTS),
                                    (unsigned)(scatter(host) % AGENTS))),
        .outcome = SPAN_LITERAL("good"),
        .accessed_at = event.at,
        .checked_at = event.at,
        .ipv4 = ipv4_of(host),
        .succeeded_at = event.at,
        .calls = 1,
    };
    return event;
}

/* --- a minute -------------------------------------------------------------- */

struct minute {
    struct host_states *states;
    struct recent_events *recent;
    struct strbuf keep;
    size_t lines, line_bytes, packed_bytes;
    double write, pack, apply; /* seconds */
};

static void write_lines(uint64_t first, uint64_t count, struct strbuf *out)
{
    char name[64], agent[64];

    for (uint64_t i = first; i < first + count; i++) {
        struct event event = event_of(i, name, agent);

        need(event_write(&event, out) == STATUS_OK);
    }
}

static enum status apply_line(void *arg, struct span line)
{
    struct minute *minute = arg;
    static struct event event;

    need(event_read(line, &minute->keep, &event) == STATUS_OK);
    need(host_states_apply(minute->states, &event) == STATUS_OK);
    need(recent_events_add(minute->recent, &event) == STATUS_OK);
    return STATUS_OK;
}

static void live_through(struct minute *minute, uint64_t first, uint64_t count)
{
    struct strbuf lines, packed;
    double began = seconds();

    strbuf_init(&lines, SIZE_MAX);
    strbuf_init(&packed, SIZE_MAX);
    write_lines(first, count, &lines);
    minute->write += seconds() - began;

    began = seconds();
    need(gzip_pack(strbuf_span(&lines), &packed) == STATUS_OK);
    minute->pack += seconds() - began;
    minute->lines += count;
    minute->line_bytes += lines.len;
    minute->packed_bytes += packed.len;
    strbuf_clear(&lines);

    began = seconds();
    need(gzip_lines_each(strbuf_span(&packed), SIZE_MAX, EVENT_LINE_MAX_BYTES,
                         apply_line, minute) == STATUS_OK);
    minute->apply += seconds() - began;
    strbuf_clear(&packed);
}

/* --- a snapshot ------------------------------------------------------------ */

static bool write_event(void *writer, const struct event *event)
{
    snapshot_writer_event(writer, event);
    return true;
}

static double write_snapshot(const struct minute *minute, struct strbuf *packed)
{
    double began = seconds();
    struct snapshot_writer *writer = snapshot_writer_new(packed, start_ms);
    struct host_state state;

    need(writer != NULL);
    for (uint32_t i = 0; i < host_states_count(minute->states); i++) {
        host_states_get(minute->states, i, &state);
        snapshot_writer_host(writer, &state);
    }
    need(recent_events_replay(minute->recent, write_event, writer) ==
         STATUS_OK);
    need(snapshot_writer_finish(writer) == STATUS_OK);
    return seconds() - began;
}

static enum status restore_host(void *arg, const struct host_state *state)
{
    const struct minute *minute = arg;

    return host_states_restore(minute->states, state);
}

static enum status restore_event(void *arg, const struct event *event)
{
    const struct minute *minute = arg;

    return recent_events_add(minute->recent, event);
}

static size_t recent_count(const struct recent_events *recent)
{
    return recent_events_count(recent,
                               &(struct recent_query){.kinds = RECENT_ALL});
}

static double read_snapshot(const struct strbuf *packed,
                            const struct minute *written)
{
    struct minute again = {.states = host_states_new(),
                           .recent = recent_events_new(RECENT_EVENTS_BYTES)};
    struct snapshot_listener listener = {
        .host = restore_host, .event = restore_event, .arg = &again};
    double began = seconds();
    const char *reason;

    need(again.states != NULL && again.recent != NULL);
    need(snapshot_read(strbuf_span(packed), &listener, &reason) == STATUS_OK);
    began = seconds() - began;
    need(host_states_count(again.states) == host_states_count(written->states));
    need(recent_count(again.recent) == recent_count(written->recent));
    recent_events_free(again.recent);
    host_states_free(again.states);
    return began;
}

int main(int argc, char **argv)
{
    uint64_t hosts = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    size_t before = resident_bytes(), with_hosts;
    struct minute minute = {.states = host_states_new(),
                            .recent = recent_events_new(RECENT_EVENTS_BYTES)};
    struct strbuf packed;
    double write, read;

    if (hosts == 0)
        return fprintf(stderr, "usage: journal_cost HOSTS\n"), 2;
    need(minute.states != NULL && minute.recent != NULL);
    strbuf_init(&minute.keep, EVENT_LINE_MAX_BYTES);
    strbuf_init(&packed, SNAPSHOT_MAX_BYTES);
    for (uint64_t first = 0; first < 2 * hosts; first += LINES_A_MINUTE)
        live_through(&minute, first,
                     2 * hosts - first < LINES_A_MINUTE ? 2 * hosts - first
                                                        : LINES_A_MINUTE);
    with_hosts = resident_bytes();
    write = write_snapshot(&minute, &packed);
    read = read_snapshot(&packed, &minute);
    printf("{\"hosts\": %" PRIu64 ", \"lines\": %zu, \"line_bytes\": %zu, "
           "\"packed_bytes\": %zu, \"write_seconds\": %.3f, "
           "\"pack_seconds\": %.3f, \"apply_seconds\": %.3f, "
           "\"state_bytes\": %zu, \"recent\": %zu, \"recent_bytes\": %zu, "
           "\"resident_bytes\": %zu, \"snapshot_bytes\": %zu, "
           "\"snapshot_write_seconds\": %.3f, "
           "\"snapshot_read_seconds\": %.3f}\n",
           hosts, minute.lines, minute.line_bytes, minute.packed_bytes,
           minute.write, minute.pack, minute.apply,
           host_states_bytes(minute.states), recent_count(minute.recent),
           recent_events_bytes(minute.recent), with_hosts - before, packed.len,
           write, read);
    strbuf_clear(&minute.keep);
    strbuf_clear(&packed);
    recent_events_free(minute.recent);
    host_states_free(minute.states);
    return 0;
}
