/* Whatever the line: it is no event, or one that is written again, and read from
 * that as it was. */
#include "journal/event.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What strangers send is harmless in a line, whatever it is. */
static void check_agent(struct span agent, struct strbuf *out,
                        struct strbuf *keep)
{
    struct event event = {.kind = EVENT_CALLS, .at = 1}, again;

    event.calls.host = span_from_string("a.example");
    event.calls.agent = agent;
    if (event_write(&event, out) != STATUS_OK ||
        memchr(out->ptr, '\n', out->len) != out->ptr + out->len - 1 ||
        event_read(strbuf_span(out), keep, &again) != STATUS_OK ||
        again.calls.agent.len > EVENT_AGENT_MAX_BYTES ||
        (agent.len > 0 && again.calls.agent.len == 0))
        abort();
}

static void check_line(struct span line, struct strbuf *out,
                       struct strbuf *keep)
{
    struct strbuf again;
    struct event event;

    strbuf_rewind(out);
    if (event_read(line, keep, &event) != STATUS_OK)
        return;
    strbuf_init(&again, EVENT_LINE_MAX_BYTES);
    if (event_write(&event, out) != STATUS_OK ||
        event_read(strbuf_span(out), keep, &event) != STATUS_OK ||
        event_write(&event, &again) != STATUS_OK ||
        !span_equal(strbuf_span(out), strbuf_span(&again)))
        abort();
    strbuf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    struct strbuf out, keep;

    strbuf_init(&out, EVENT_LINE_MAX_BYTES);
    strbuf_init(&keep, EVENT_LINE_MAX_BYTES);
    check_agent(text, &out, &keep);
    check_line(text, &out, &keep);
    strbuf_clear(&out);
    strbuf_clear(&keep);
    return 0;
}
