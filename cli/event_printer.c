#include "cli/event_printer.h"
#include "cli/print.h"
#include "cli/say.h"

#include "base/utc.h"

enum { BATCH_BYTES = 64 * 1024, MAX_BYTES = 1024 * 1024, MS = 1000 };

void event_printer_init(struct event_printer *printer, bool as_json)
{
    *printer = (struct event_printer){.as_json = as_json};
    strbuf_init(&printer->text, MAX_BYTES);
}

void event_printer_clear(struct event_printer *printer)
{
    strbuf_clear(&printer->text);
}

static bool print_batch(struct event_printer *printer)
{
    bool done = strbuf_ok(&printer->text);

    if (!done)
        say("out of memory");
    done = done && print(strbuf_span(&printer->text));
    strbuf_rewind(&printer->text);
    return done;
}

bool event_printer_put(void *arg, int64_t at, struct span event)
{
    struct event_printer *printer = arg;
    struct strbuf *text = &printer->text;
    char moment[UTC_TEXT_MAX];

    if (printer->as_json)
        strbuf_append_string(text, printer->count == 0 ? "[\n  " : ",\n  ");
    else
        strbuf_printf(text, "%s  ", utc_format((time_t)(at / MS), moment));
    strbuf_append(text, event);
    if (!printer->as_json)
        strbuf_append_char(text, '\n');
    printer->count++;
    return text->len < BATCH_BYTES || print_batch(printer);
}

bool event_printer_end(struct event_printer *printer)
{
    if (printer->as_json)
        strbuf_append_string(&printer->text,
                             printer->count == 0 ? "[]\n" : "\n]\n");
    return print_batch(printer);
}
