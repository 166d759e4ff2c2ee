#include "cli/edit_record.h"
#include "cli/say.h"

#include "base/dns_name.h"
#include "journal/event.h"
#include "journal/gzip.h"
#include "journal/object_name.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    /* Of three effects, with as many names as are told, each as long as can be:
     * about 8 MiB. A reader takes more (journal_reader.h). */
    OBJECT_MAX_BYTES = 16 * 1024 * 1024,
    PASSWD_MAX_BYTES = 16 * 1024,
};

static const char content_type[] = "application/gzip";

_Static_assert(3 * HOST_DIFF_NAMES_MAX * (DNS_NAME_MAX + 3) <
                   OBJECT_MAX_BYTES / 2,
               "an object has room for all names of a difference");

struct edit_record {
    struct state_store *store;
    const char *action;
    bool failed;
};

/* Some hosts, to which the same was done. */
struct effect {
    const char *word;
    const struct span *hosts;
    size_t named, in_all;
};

struct edit_record *edit_record_new(struct state_store *store,
                                    const char *action)
{
    struct edit_record *record = calloc(1, sizeof *record);

    if (record == NULL)
        return NULL;
    record->store = store;
    record->action = action;
    return record;
}

void edit_record_free(struct edit_record *record)
{
    free(record);
}

bool edit_record_failed(const struct edit_record *record)
{
    return record->failed;
}

/* ---- who ---- */

static void append_user(struct strbuf *out)
{
    char *room = malloc(PASSWD_MAX_BYTES);
    struct passwd entry, *found = NULL;

    if (room != NULL &&
        getpwuid_r(getuid(), &entry, room, PASSWD_MAX_BYTES, &found) == 0 &&
        found != NULL)
        strbuf_append_string(out, found->pw_name);
    else
        strbuf_printf(out, "%lu", (unsigned long)getuid());
    free(room);
}

static void append_who(struct strbuf *out)
{
    char machine[EVENT_MACHINE_MAX_BYTES + 1] = "";

    append_user(out);
    if (gethostname(machine, sizeof machine - 1) == 0 && machine[0] != '\0')
        strbuf_printf(out, "@%s", machine);
}

/* ---- what ---- */

/* Takes the next names; returns how many have been taken. */
static size_t take_names(struct event_edit *edit, const struct effect *effect,
                         size_t taken)
{
    edit->hosts_before = taken;
    edit->named = 0;
    while (taken < effect->named && edit->named < EVENT_EDIT_HOSTS_MAX)
        edit->hosts[edit->named++] = effect->hosts[taken++];
    return taken;
}

static enum status write_effect(const struct effect *effect,
                                struct event *event, struct strbuf *out)
{
    enum status status;
    size_t taken = 0;

    event->edit.effect = span_from_string(effect->word);
    event->edit.hosts_in_all = effect->in_all;
    do {
        taken = take_names(&event->edit, effect, taken);
        status = event_write(event, out);
    } while (status == STATUS_OK && taken < effect->named);
    return status;
}

/* Of each effect that has hosts; one without hosts if none has any. */
static enum status write_events(struct event *event,
                                const struct effect *effects, size_t count,
                                struct strbuf *out)
{
    static const struct effect none = {.word = ""};
    enum status status = STATUS_OK;
    size_t written = 0;

    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (effects[i].in_all == 0)
            continue;
        status = write_effect(&effects[i], event, out);
        written++;
    }
    return written > 0 ? status : write_effect(&none, event, out);
}

/* ---- where ---- */

static enum status put(struct state_store *store, int64_t at, struct span lines)
{
    struct object_name name = {.made_at = at, .number = 1};
    char key[OBJECT_NAME_MAX];
    struct strbuf packed;
    enum status status;

    if (!copy_name_draw(name.copy))
        return STATUS_NOMEM;
    object_name_write(&name, key);
    strbuf_init(&packed, OBJECT_MAX_BYTES);
    status = gzip_pack(lines, &packed);
    if (status == STATUS_OK)
        status =
            state_store_put_new(store, key, strbuf_span(&packed), content_type);
    strbuf_clear(&packed);
    return status;
}

static void warn(const struct state_store *store, enum status status)
{
    const char *reason = state_store_reason(store),
               *advice = state_store_advice(store, status);

    say("warning: the database is changed, but %s does not tell of it: %s%s%s",
        state_store_where(store),
        reason[0] == '\0' ? status_name(status) : reason,
        advice[0] == '\0' ? "" : "\n", advice);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put_effects(struct edit_record *record,
                        const struct effect *effects, size_t count,
                        const char *version)
{
    struct event event = {
        .kind = EVENT_EDIT,
        .at = now_ms(),
        .edit = {.action = span_from_string(record->action),
                 .table_version = span_from_string(version)},
    };
    struct strbuf who, lines;
    enum status status;

    strbuf_init(&who, PASSWD_MAX_BYTES);
    strbuf_init(&lines, OBJECT_MAX_BYTES);
    append_who(&who);
    event.edit.by = strbuf_span(&who);
    status = write_events(&event, effects, count, &lines);
    if (status == STATUS_OK)
        status = put(record->store, event.at, strbuf_span(&lines));
    if (status != STATUS_OK) {
        warn(record->store, status);
        record->failed = true;
    }
    strbuf_clear(&who);
    strbuf_clear(&lines);
}

static struct effect effect_of(const char *word,
                               const struct host_diff_group *group)
{
    return (struct effect){
        .word = word,
        .hosts = group->names,
        .named = group->named,
        .in_all = group->count,
    };
}

void edit_record_put(struct edit_record *record, const struct host_diff *diff,
                     const char *version)
{
    struct effect effects[3];
    size_t count = 0;

    if (record == NULL)
        return;
    if (diff != NULL) {
        effects[count++] = effect_of("added", &diff->added);
        effects[count++] = effect_of("changed", &diff->changed);
        effects[count++] = effect_of("removed", &diff->removed);
    }
    put_effects(record, effects, count, version);
}

void edit_record_put_host(struct edit_record *record, const char *effect,
                          struct span host, const char *version)
{
    struct effect only = {effect, &host, 1, 1};

    if (record != NULL)
        put_effects(record, &only, 1, version);
}
