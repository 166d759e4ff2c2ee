#include "cli/set_ip_report.h"
#include "cli/outage_file.h"
#include "cli/patient_call.h"
#include "cli/say.h"

#include "aws/sns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SUBJECT_MAX_BYTES = 400, MESSAGE_MAX_BYTES = 32 * 1024 };

static void write_now(char now[OUTAGE_SINCE_MAX + 1])
{
    time_t seconds = time(NULL);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(now, OUTAGE_SINCE_MAX + 1, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

/* ---- the topic ---- */

struct publish {
    struct patient_call call;
    const char *topic;
    struct strbuf subject, message;
};

static void published(void *arg, const struct aws_reply *reply)
{
    patient_call_done(arg, reply);
}

static enum status submit_publish(struct aws_client *client,
                                  struct patient_call *call)
{
    struct publish *publish = (struct publish *)(void *)call;

    return sns_publish(client, publish->topic, strbuf_span(&publish->subject),
                       strbuf_span(&publish->message), PATIENT_CALL_TIMEOUT_MS,
                       published, publish);
}

static void append_names(struct strbuf *out, const struct set_ip_plan *plan)
{
    for (size_t i = 0; i < plan->name_count; i++)
        strbuf_printf(out, "%s%.*s", i == 0 ? "" : ", ",
                      (int)plan->names[i].len, plan->names[i].ptr);
}

static void append_machine(struct strbuf *out)
{
    char name[256] = "";

    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0')
        strbuf_append_string(out, "this machine");
    else
        strbuf_append_string(out, name);
}

static void write_trouble(struct publish *publish, const struct outage *outage)
{
    strbuf_printf(&publish->message,
                  ", since %s:\n\n%s\n\nIt is tried again each time. You will "
                  "be told when it is over, and not before.\n",
                  outage->since, outage->trouble);
}

static void write_end(struct publish *publish, const struct outage *outage)
{
    strbuf_append_string(&publish->message, " was set again.\n");
    if (outage->since[0] != '\0')
        strbuf_printf(&publish->message,
                      "\nThere was trouble since %s:\n\n%s\n", outage->since,
                      outage->trouble);
}

static void write_alert(struct publish *publish, const struct set_ip_plan *plan,
                        const struct outage *outage)
{
    bool over = outage->phase == OUTAGE_OVER;

    strbuf_init(&publish->subject, SUBJECT_MAX_BYTES);
    strbuf_init(&publish->message, MESSAGE_MAX_BYTES);
    strbuf_printf(&publish->subject, "%s: %.*s",
                  over ? "DNS is set again" : "DNS cannot be set",
                  (int)plan->names[0].len, plan->names[0].ptr);
    strbuf_printf(&publish->message, "On ");
    append_machine(&publish->message);
    strbuf_append_string(&publish->message,
                         over ? ", dyndb set-ip says: the address of "
                              : ", dyndb set-ip could not set the address of ");
    append_names(&publish->message, plan);
    if (over)
        write_end(publish, outage);
    else
        write_trouble(publish, outage);
}

/* Once: where there is no network, a later run has to do it anyway. */
static void alert(const struct set_ip_plan *plan, struct aws_client *client,
                  struct outage *outage)
{
    struct publish publish = {
        .call = {.submit = submit_publish},
        .topic = plan->topic,
    };
    struct strbuf words;
    bool sent;

    write_alert(&publish, plan, outage);
    sent = patient_call_run(&publish.call, client, NULL) == STATUS_OK;
    if (outage_alerted(outage, sent)) {
        strbuf_init(&words, 4096);
        patient_call_describe(&publish.call.reply, &words);
        say("the alert could not be sent: %s\nit is tried again with the next "
            "run; the credentials need sns:Publish on %s",
            strbuf_string(&words), plan->topic);
        strbuf_clear(&words);
    }
    strbuf_clear(&publish.subject);
    strbuf_clear(&publish.message);
}

/* ---- the state file ---- */

static const char *get_variable(const char *name)
{
    return getenv(name);
}

static char *find_path(const struct set_ip_plan *plan)
{
    char name[DNS_NAME_MAX + 1];

    if (plan->state != NULL)
        return strdup(plan->state);
    snprintf(name, sizeof name, "%.*s", (int)plan->names[0].len,
             plan->names[0].ptr);
    return outage_file_usual_path(get_variable, name);
}

static void complain(const char *path, const char *what, enum status status)
{
    say("%s: cannot be %s: %s\nuntil it can, trouble is told each time; name "
        "another file with --state",
        path, what,
        status == STATUS_INVALID ? "it is no regular file" : strerror(errno));
}

static void load(struct outage *outage, const char *path)
{
    enum status status = outage_file_load(outage, path);

    if (status != STATUS_OK)
        complain(path, "read", status);
}

static void save(const struct outage *outage, const char *path)
{
    enum status status = outage_file_save(outage, path);

    if (status != STATUS_OK)
        complain(path, "written", status);
}

/* ---- the report ---- */

static void tell(const struct set_ip_plan *plan, const struct outage *outage,
                 struct outage_news news, const struct strbuf *trouble)
{
    bool once = plan->quiet || plan->every_seconds > 0;

    if (trouble->len > 0 && (news.begun || !once))
        say("%s", strbuf_string(trouble));
    if (news.ended && outage->since[0] != '\0')
        say("the trouble since %s is over", outage->since);
    else if (news.ended)
        say("the trouble is over");
}

static bool report(const struct set_ip_plan *plan, struct aws_client *client,
                   const struct strbuf *trouble, const char *path)
{
    const char *words = trouble->len > 0 ? strbuf_string(trouble) : NULL;
    char now[OUTAGE_SINCE_MAX + 1];
    struct outage_news news;
    struct outage outage;
    bool was_well;

    load(&outage, path);
    was_well = outage.phase == OUTAGE_NONE;
    write_now(now);
    news = outage_step(&outage, words, now, plan->topic != NULL);
    tell(plan, &outage, news, trouble);
    if (news.alert)
        alert(plan, client, &outage);
    if (!was_well || outage.phase != OUTAGE_NONE)
        save(&outage, path);
    return words == NULL && outage.phase == OUTAGE_NONE;
}

bool set_ip_report(const struct set_ip_plan *plan, struct aws_client *client,
                   const struct strbuf *trouble)
{
    char *path;
    bool well;

    if (plan->dry_run) {
        if (trouble->len > 0)
            say("%s", strbuf_string(trouble));
        return trouble->len == 0;
    }
    path = find_path(plan);
    if (path == NULL) {
        say("out of memory");
        return false;
    }
    well = report(plan, client, trouble, path);
    free(path);
    return well;
}
