#include "server/alerts/alert_ledger_json.h"

#include <jansson.h>
#include <stdio.h>

enum { TOPIC_NAME_MAX = 64 };

/* --- writing: texts hold printable ASCII alone (alert_ledger.c) ---------------- */

static void append_text(struct strbuf *out, const char *text)
{
    strbuf_append_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            strbuf_append_char(out, '\\');
        strbuf_append_char(out, *text);
    }
    strbuf_append_char(out, '"');
}

static void append_senders(struct strbuf *out, const char *name, unsigned told)
{
    const char *comma = "";

    strbuf_printf(out, ",\"%s\":[", name);
    for (unsigned i = 0; i < ALERT_SENDERS; i++) {
        if ((told >> i & 1U) == 0)
            continue;
        strbuf_printf(out, "%s\"%s\"", comma,
                      alert_sender_word((enum alert_sender)i));
        comma = ",";
    }
    strbuf_append_char(out, ']');
}

static void append_witnesses(struct strbuf *out,
                             const struct alert_entry *entry)
{
    if (entry->witness_count == 0)
        return;
    strbuf_append_string(out, ",\"seen_by\":{");
    for (size_t i = 0; i < entry->witness_count; i++)
        strbuf_printf(out, "%s\"%s\":%lld", i == 0 ? "" : ",",
                      entry->witnesses[i].copy,
                      (long long)entry->witnesses[i].at);
    strbuf_append_char(out, '}');
}

static void append_entry(struct strbuf *out, const struct alert_entry *entry)
{
    strbuf_printf(
        out, "{\"kind\":\"%s\",\"subject\":", alert_kind_word(entry->kind));
    append_text(out, entry->subject);
    strbuf_append_string(out, ",\"detail\":");
    append_text(out, entry->detail);
    strbuf_printf(out, ",\"since\":%lld,\"ended\":%lld,\"evidence\":%lld",
                  (long long)entry->since, (long long)entry->ended,
                  (long long)entry->evidence);
    append_senders(out, "told_begun", entry->told[ALERT_BEGUN]);
    append_senders(out, "told_ended", entry->told[ALERT_ENDED]);
    append_witnesses(out, entry);
    strbuf_append_char(out, '}');
}

static void append_told_at(struct strbuf *out,
                           const struct alert_ledger *ledger)
{
    const char *comma = "";

    strbuf_append_string(out, "],\n\"told_at\":{");
    for (unsigned i = 0; i < ALERT_SENDERS * ALERT_KINDS * ALERT_PHASES; i++) {
        unsigned sender = i % ALERT_SENDERS;
        unsigned kind = i / ALERT_SENDERS % ALERT_KINDS;
        unsigned phase = i / ALERT_SENDERS / ALERT_KINDS;
        int64_t at = ledger->told_at[sender][kind][phase];

        if (at == 0)
            continue;
        strbuf_printf(out, "%s\"%s %s %s\":%lld", comma,
                      alert_sender_word((enum alert_sender)sender),
                      alert_kind_word((enum alert_kind)kind),
                      alert_phase_word((enum alert_phase)phase), (long long)at);
        comma = ",";
    }
    strbuf_append_char(out, '}');
}

bool alert_ledger_write(const struct alert_ledger *ledger, struct strbuf *out)
{
    strbuf_append_string(out, "{\"alerts\":[");
    for (size_t i = 0; i < ledger->count; i++) {
        strbuf_append_string(out, i == 0 ? "\n" : ",\n");
        append_entry(out, ledger->entries[i]);
    }
    append_told_at(out, ledger);
    if (ledger->teller[0] != '\0')
        strbuf_printf(out, ",\n\"teller\":{\"copy\":\"%s\",\"since\":%lld}",
                      ledger->teller, (long long)ledger->teller_since);
    strbuf_append_string(out, "}\n");
    return strbuf_ok(out);
}

/* --- reading ---------------------------------------------------------------------
 */

static struct span text_of(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    return json_is_string(member) ? span_from(json_string_value(member),
                                              json_string_length(member))
                                  : span_from("", 0);
}

static int64_t time_of(const json_t *object, const char *name)
{
    int64_t value = json_integer_value(json_object_get(object, name));

    return value > 0 ? value : 0;
}

static unsigned senders_of(const json_t *object, const char *name)
{
    const json_t *list = json_object_get(object, name);
    unsigned told = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        for (unsigned sender = 0; sender < ALERT_SENDERS; sender++)
            if (span_is(span_from_string(
                            json_string_value(json_array_get(list, i))),
                        alert_sender_word((enum alert_sender)sender)))
                told |= 1U << sender;
    return told;
}

static bool is_copy(const char *name)
{
    return strlen(name) == ALERT_COPY_LEN &&
           strspn(name, "0123456789abcdef") == ALERT_COPY_LEN;
}

static enum status read_witnesses(struct alert_ledger *ledger,
                                  struct alert_entry *entry, json_t *seen_by)
{
    const char *copy;
    json_t *at;

    json_object_foreach(seen_by, copy, at)
    {
        if (!is_copy(copy) || json_integer_value(at) <= 0)
            continue;
        alert_ledger_witness(ledger, entry, copy, json_integer_value(at), 0);
        if (entry->witness_count == 0)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}

/* What this version does not know, or stands there twice, is passed over. */
static enum status read_entry(struct alert_ledger *ledger, const json_t *object)
{
    struct alert_sight sight = {
        .subject = text_of(object, "subject"),
        .detail = text_of(object, "detail"),
        .since = time_of(object, "since"),
        .evidence = time_of(object, "evidence"),
    };
    struct alert_entry *entry;

    if (!alert_kind_of(text_of(object, "kind"), &sight.kind) ||
        alert_ledger_find(ledger, sight.kind, sight.subject) != NULL)
        return STATUS_OK;
    entry = alert_ledger_restore(ledger, &sight, time_of(object, "ended"));
    if (entry == NULL)
        return STATUS_NOMEM;
    entry->told[ALERT_BEGUN] = senders_of(object, "told_begun");
    entry->told[ALERT_ENDED] = senders_of(object, "told_ended");
    return read_witnesses(ledger, entry, json_object_get(object, "seen_by"));
}

static enum status read_alerts(struct alert_ledger *ledger, const json_t *root)
{
    const json_t *alerts = json_object_get(root, "alerts");
    enum status status = STATUS_OK;

    if (!json_is_array(alerts))
        return STATUS_INVALID;
    for (size_t i = 0; i < json_array_size(alerts) &&
                       ledger->count < ALERT_ENTRIES_MAX && status == STATUS_OK;
         i++)
        status = read_entry(ledger, json_array_get(alerts, i));
    return status;
}

static void read_teller(struct alert_ledger *ledger, const json_t *root)
{
    const json_t *teller = json_object_get(root, "teller");
    const char *copy = json_string_value(json_object_get(teller, "copy"));

    if (copy == NULL || !is_copy(copy))
        return;
    memcpy(ledger->teller, copy, sizeof ledger->teller);
    ledger->teller_since = time_of(teller, "since");
}

static void read_told_at(struct alert_ledger *ledger, const json_t *root)
{
    const json_t *told_at = json_object_get(root, "told_at");
    char name[TOPIC_NAME_MAX];

    for (unsigned i = 0; i < ALERT_SENDERS * ALERT_KINDS * ALERT_PHASES; i++) {
        unsigned sender = i % ALERT_SENDERS;
        unsigned kind = i / ALERT_SENDERS % ALERT_KINDS;
        unsigned phase = i / ALERT_SENDERS / ALERT_KINDS;

        snprintf(name, sizeof name, "%s %s %s",
                 alert_sender_word((enum alert_sender)sender),
                 alert_kind_word((enum alert_kind)kind),
                 alert_phase_word((enum alert_phase)phase));
        ledger->told_at[sender][kind][phase] = time_of(told_at, name);
    }
}

/* Jansson has words for what is no JSON; for this, but for one case that looks like
 * a fault of syntax, none. */
static bool is_out_of_memory(const json_error_t *fault)
{
    return fault->text[0] == '\0';
}

enum status alert_ledger_read(struct alert_ledger *ledger, struct span text)
{
    json_error_t fault;
    json_t *root = json_loadb(text.len == 0 ? "" : text.ptr, text.len,
                              JSON_REJECT_DUPLICATES, &fault);
    enum status status = root == NULL && is_out_of_memory(&fault)
                             ? STATUS_NOMEM
                             : read_alerts(ledger, root);

    read_told_at(ledger, root);
    read_teller(ledger, root);
    json_decref(root);
    ledger->is_changed = false;
    return status;
}
