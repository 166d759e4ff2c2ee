#include "server/config_source.h"

#include <stdlib.h>

enum {
    VALUE_SHOWN_MAX_BYTES = 200, /* of a value that is wrong */
    ITEMS_SHOWN_MAX = 8,         /* of one list */
};

const char *config_source_get(const struct config_source *source,
                              const char *name)
{
    const char *value = source->get(name);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* The beginning of a value as it may be printed: a line break would make two
 * faults of one. */
static void append_shown(struct strbuf *out, struct span value)
{
    for (size_t i = 0; i < value.len && i < VALUE_SHOWN_MAX_BYTES; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        strbuf_append_char(out, c < ' ' || c == 0x7f ? '?' : (char)c);
    }
    if (value.len > VALUE_SHOWN_MAX_BYTES)
        strbuf_append_string(out, "...");
}

void config_source_fault(struct config_source *source, const char *name,
                         const char *value, const char *wanted)
{
    strbuf_printf(source->faults, "%s=", name);
    append_shown(source->faults, span_from_string(value));
    strbuf_printf(source->faults, ": %s\n", wanted);
}

void config_source_fault_words(struct config_source *source, const char *name,
                               const char *words)
{
    strbuf_printf(source->faults, "%s %s\n", name, words);
}

void config_source_fault_item(struct config_source *source,
                              struct config_list_faults *list, struct span item,
                              const char *wanted)
{
    if (list->count++ >= ITEMS_SHOWN_MAX)
        return;
    strbuf_printf(source->faults, "%s: \"", list->name);
    append_shown(source->faults, item);
    strbuf_printf(source->faults, "\": %s\n", wanted);
}

void config_source_end_list(struct config_source *source,
                            const struct config_list_faults *list)
{
    if (list->count > ITEMS_SHOWN_MAX)
        strbuf_printf(source->faults, "%s: and %zu more that are wrong\n",
                      list->name, list->count - ITEMS_SHOWN_MAX);
}

char *config_source_copy(struct config_source *source, struct span text)
{
    char *copied = strndup(text.ptr, text.len);

    if (copied == NULL)
        source->out_of_memory = true;
    return copied;
}

bool config_source_next_item(struct span *rest, struct span *item)
{
    while (span_split(rest, ',', item)) {
        *item = span_trim(*item);
        if (item->len > 0)
            return true;
    }
    return false;
}
