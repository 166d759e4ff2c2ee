#include "server/alerts/alert_store.h"

#include "server/alerts/alert_ledger_json.h"

enum status alert_store_init(struct alert_store *kept,
                             struct object_store *store)
{
    *kept = (struct alert_store){.store = store};
    return alert_ledger_init(&kept->ledger);
}

void alert_store_clear(struct alert_store *kept)
{
    alert_ledger_clear(&kept->ledger);
}

/* Half a ledger is none: it is read again, whole, the next time. */
static enum status take(struct alert_store *kept, struct span text)
{
    enum status status;

    alert_ledger_clear(&kept->ledger);
    status = alert_ledger_init(&kept->ledger);
    if (status == STATUS_OK && text.len > 0)
        status = alert_ledger_read(&kept->ledger, text);
    if (status == STATUS_NOMEM)
        kept->ledger.is_changed = true;
    return status;
}

enum status alert_store_load(struct alert_store *kept)
{
    enum status status;
    struct strbuf text;

    if (kept->ledger.is_changed)
        kept->tag.text[0] = '\0';
    strbuf_init(&text, ALERT_LEDGER_MAX_BYTES);
    status = object_store_get(kept->store, ALERT_STORE_KEY, &kept->tag, &text);
    if (status == STATUS_OK) {
        status = take(kept, strbuf_span(&text));
    } else if (status == STATUS_NOT_FOUND) {
        kept->tag.text[0] = '\0';
        status = take(kept, span_from("", 0));
    } else if (status == STATUS_UNCHANGED) {
        status = STATUS_OK;
    } else {
        kept->ledger.is_changed = true; /* and so it is read whole next time */
    }
    strbuf_clear(&text);
    return status;
}

enum status alert_store_save(struct alert_store *kept)
{
    enum object_condition condition =
        kept->tag.text[0] == '\0' ? OBJECT_IF_ABSENT : OBJECT_IF_UNCHANGED;
    enum status status = STATUS_NOMEM;
    struct strbuf text;

    strbuf_init(&text, ALERT_LEDGER_MAX_BYTES);
    if (alert_ledger_write(&kept->ledger, &text))
        status =
            object_store_put(kept->store, ALERT_STORE_KEY, strbuf_span(&text),
                             "application/json", condition, &kept->tag);
    strbuf_clear(&text);
    kept->ledger.is_changed = status != STATUS_OK;
    return status;
}
