#include "server/health.h"

enum { AWS_NOT_ASKED = -1 };

void health_init(struct health *health)
{
    atomic_init(&health->table_loaded, false);
    atomic_init(&health->table_stale, false);
    atomic_init(&health->hosts, 0);
    atomic_init(&health->aws, AWS_NOT_ASKED);
}

void health_note_aws(struct health *health, enum status status)
{
    bool bad = status == STATUS_UNAVAILABLE || status == STATUS_DENIED;

    atomic_store(&health->aws, bad ? (int)status : STATUS_OK);
}

void health_note_table(struct health *health, size_t hosts)
{
    atomic_store(&health->hosts, hosts);
    atomic_store(&health->table_stale, false);
    atomic_store(&health->table_loaded, true);
}

void health_note_reload_failed(struct health *health)
{
    atomic_store(&health->table_stale, true);
}

/* NULL when all is well. */
static const char *reason_of(const struct health *health)
{
    if (!atomic_load(&health->table_loaded))
        return "no host table is in service yet";
    switch (atomic_load(&health->aws)) {
    case AWS_NOT_ASKED:
        return "AWS has not been reached yet";
    case STATUS_UNAVAILABLE:
        return "AWS was not reached at the last attempt";
    case STATUS_DENIED:
        return "AWS refused our credentials at the last attempt";
    default:
        return NULL;
    }
}

bool health_write_json(const struct health *health, struct strbuf *out)
{
    const char *reason = reason_of(health);

    strbuf_printf(out, "{\"status\":\"%s\",",
                  reason == NULL ? "ok" : "unavailable");
    if (reason != NULL)
        strbuf_printf(out, "\"reason\":\"%s\",", reason);
    strbuf_printf(out, "\"hosts\":%zu,\"table\":\"%s\"}\n",
                  atomic_load(&health->hosts),
                  !atomic_load(&health->table_loaded) ? "none"
                  : atomic_load(&health->table_stale) ? "stale"
                                                      : "current");
    return reason == NULL;
}
