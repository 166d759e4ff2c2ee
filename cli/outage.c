#include "cli/outage.h"

#include <stdio.h>

static const char heading[] = "dyndb outage 1";

static void begin(struct outage *outage, const char *trouble, const char *now,
                  bool alerts)
{
    *outage = (struct outage){.phase = OUTAGE_ON, .owes_alert = alerts};
    snprintf(outage->since, sizeof outage->since, "%s", now);
    snprintf(outage->trouble, sizeof outage->trouble, "%s", trouble);
}

static void end(struct outage *outage, bool alerts)
{
    outage->phase = alerts ? OUTAGE_OVER : OUTAGE_NONE;
    outage->owes_alert = alerts;
    outage->alert_failed = false;
}

struct outage_news outage_step(struct outage *outage, const char *trouble,
                               const char *now, bool alerts)
{
    struct outage_news news = {.begun = false};

    if (trouble != NULL && outage->phase != OUTAGE_ON) {
        begin(outage, trouble, now, alerts);
        news.begun = true;
    } else if (trouble == NULL && outage->phase == OUTAGE_ON) {
        end(outage, alerts);
        news.ended = true;
    } else if (outage->phase == OUTAGE_OVER && !alerts) {
        outage->phase = OUTAGE_NONE;
    }
    news.alert = alerts && outage->owes_alert;
    return news;
}

bool outage_alerted(struct outage *outage, bool sent)
{
    bool told = outage->alert_failed;

    outage->alert_failed = !sent;
    if (!sent)
        return !told;
    outage->owes_alert = false;
    if (outage->phase == OUTAGE_OVER)
        *outage = (struct outage){.phase = OUTAGE_NONE};
    return false;
}

/* ---- as text ---- */

static const char *yes_or_no(bool value)
{
    return value ? "yes" : "no";
}

/* In one line. */
static void append_trouble(struct strbuf *out, const char *trouble)
{
    for (; *trouble != '\0'; trouble++)
        strbuf_append_char(out, *trouble == '\n' ? '\t' : *trouble);
}

void outage_write(const struct outage *outage, struct strbuf *out)
{
    strbuf_printf(out, "%s\nover: %s\nowed: %s\nfailed: %s\nsince: %s\n",
                  heading, yes_or_no(outage->phase == OUTAGE_OVER),
                  yes_or_no(outage->owes_alert),
                  yes_or_no(outage->alert_failed), outage->since);
    strbuf_append_string(out, "trouble: ");
    append_trouble(out, outage->trouble);
    strbuf_append_char(out, '\n');
}

/* Cuts the line `label: value` off the text. */
static bool take_line(struct span *text, const char *label, struct span *value)
{
    size_t len = strlen(label);
    struct span line;

    if (!span_split(text, '\n', &line) || line.len < len ||
        memcmp(line.ptr, label, len) != 0)
        return false;
    *value = span_from(line.ptr + len, line.len - len);
    return true;
}

static bool take_flag(struct span *text, const char *label, bool *flag)
{
    struct span value;

    if (!take_line(text, label, &value))
        return false;
    *flag = span_is(value, "yes");
    return *flag || span_is(value, "no");
}

static void copy(char *out, size_t size, struct span text)
{
    snprintf(out, size, "%.*s", (int)text.len, text.ptr);
    for (; *out != '\0'; out++)
        if (*out == '\t')
            *out = '\n';
}

static bool read_text(struct outage *outage, struct span text)
{
    struct span line, since, trouble;
    bool over = false;

    if (!span_split(&text, '\n', &line) || !span_is(line, heading) ||
        !take_flag(&text, "over: ", &over) ||
        !take_flag(&text, "owed: ", &outage->owes_alert) ||
        !take_flag(&text, "failed: ", &outage->alert_failed) ||
        !take_line(&text, "since: ", &since) ||
        !take_line(&text, "trouble: ", &trouble))
        return false;
    outage->phase = over ? OUTAGE_OVER : OUTAGE_ON;
    copy(outage->since, sizeof outage->since, since);
    copy(outage->trouble, sizeof outage->trouble, trouble);
    return true;
}

void outage_read(struct outage *outage, struct span text)
{
    *outage = (struct outage){.phase = OUTAGE_ON};
    if (!read_text(outage, text))
        *outage = (struct outage){.phase = OUTAGE_ON};
}
