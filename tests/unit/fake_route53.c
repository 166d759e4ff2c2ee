#include "tests/unit/fake_route53.h"

#include "base/clock.h"
#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CALLS_MAX = 64, ZONES_MAX = 256, TEXT_MAX_BYTES = 64 * 1024 };

struct call {
    struct strbuf text;
    route53_done_fn *done;
    route53_zones_fn *zones_done;
    route53_rrsets_fn *rrsets_done;
    void *arg;
};

int64_t fake_now;
enum status fake_refuse;
bool fake_lists_records;

static struct call calls[CALLS_MAX]; /* the oldest first */
static size_t call_count;
static struct strbuf log_text, log_given;

void fake_reset(void)
{
    while (call_count > 0)
        strbuf_clear(&calls[--call_count].text);
    strbuf_clear(&log_text);
    strbuf_clear(&log_given);
    strbuf_init(&log_text, TEXT_MAX_BYTES);
    strbuf_init(&log_given, TEXT_MAX_BYTES);
    fake_now = 1000000;
    fake_refuse = STATUS_OK;
    fake_lists_records = false;
}

/* --- what the code under test calls ----------------------------------------- */

int64_t __wrap_clock_now_ms(void);
void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
enum status __wrap_route53_upsert(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg);
enum status __wrap_route53_delete(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg);
enum status __wrap_route53_list_hosted_zones(struct aws_client *client,
                                             struct span marker,
                                             long timeout_ms,
                                             route53_zones_fn *done, void *arg);
enum status __wrap_route53_get_hosted_zone(struct aws_client *client,
                                           struct span zone_id, long timeout_ms,
                                           route53_zones_fn *done, void *arg);

enum status __wrap_route53_list_rrsets(struct aws_client *client,
                                       struct span zone_id,
                                       const struct rrset_cursor *from,
                                       long timeout_ms, route53_rrsets_fn *done,
                                       void *arg);

int64_t __wrap_clock_now_ms(void)
{
    return fake_now;
}

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    static const char *const levels[] = {"error ", "warn ", "info ", "debug "};
    char line[LOG_LINE_MAX_BYTES];

    log_format(line, levels[level], event, fields, count);
    strbuf_printf(&log_text, "%s\n", line);
}

static struct call *new_call(void *arg)
{
    struct call *call = &calls[call_count++];

    assert_true(call_count <= CALLS_MAX);
    *call = (struct call){.arg = arg};
    strbuf_init(&call->text, TEXT_MAX_BYTES);
    return call;
}

static enum status change_call(const char *verb, struct span zone_id,
                               const struct rrset *rrsets, size_t count,
                               long timeout_ms, route53_done_fn *done,
                               void *arg)
{
    struct call *call;

    assert_in_range(timeout_ms, 1, 20000);
    if (fake_refuse != STATUS_OK)
        return fake_refuse;
    call = new_call(arg);
    call->done = done;
    strbuf_printf(&call->text, "%s %.*s", verb, (int)zone_id.len, zone_id.ptr);
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&call->text, " %.*s=%.*s/%u", (int)rrsets[i].name.len,
                      rrsets[i].name.ptr, (int)rrsets[i].value.len,
                      rrsets[i].value.ptr, rrsets[i].ttl);
    return STATUS_OK;
}

enum status __wrap_route53_upsert(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg)
{
    (void)client;
    return change_call("upsert", zone_id, rrsets, count, timeout_ms, done, arg);
}

enum status __wrap_route53_delete(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg)
{
    (void)client;
    return change_call("delete", zone_id, rrsets, count, timeout_ms, done, arg);
}

static enum status read_call(const char *verb, struct span what,
                             long timeout_ms, route53_zones_fn *done, void *arg)
{
    struct call *call;

    assert_in_range(timeout_ms, 1, 20000);
    if (fake_refuse != STATUS_OK)
        return fake_refuse;
    call = new_call(arg);
    call->zones_done = done;
    strbuf_printf(&call->text, "%s %.*s", verb, (int)what.len, what.ptr);
    return STATUS_OK;
}

enum status __wrap_route53_list_hosted_zones(struct aws_client *client,
                                             struct span marker,
                                             long timeout_ms,
                                             route53_zones_fn *done, void *arg)
{
    (void)client;
    return read_call("list", marker, timeout_ms, done, arg);
}

enum status __wrap_route53_get_hosted_zone(struct aws_client *client,
                                           struct span zone_id, long timeout_ms,
                                           route53_zones_fn *done, void *arg)
{
    (void)client;
    return read_call("get", zone_id, timeout_ms, done, arg);
}

enum status __wrap_route53_list_rrsets(struct aws_client *client,
                                       struct span zone_id,
                                       const struct rrset_cursor *from,
                                       long timeout_ms, route53_rrsets_fn *done,
                                       void *arg)
{
    struct call *call;

    (void)client;
    assert_in_range(timeout_ms, 1, 20000);
    if (!fake_lists_records)
        return STATUS_NOMEM;
    call = new_call(arg);
    call->rrsets_done = done;
    strbuf_printf(&call->text, "records %.*s %.*s", (int)zone_id.len,
                  zone_id.ptr, (int)from->name.len, from->name.ptr);
    return STATUS_OK;
}

/* --- what the test calls -------------------------------------------------------- */

size_t fake_waiting(void)
{
    return call_count;
}

const char *fake_oldest(void)
{
    return call_count == 0 ? "" : strbuf_string(&calls[0].text);
}

/* The answer may lead to new calls, so the call is taken out first. */
static struct call take_oldest(void)
{
    struct call call = calls[0];

    assert_true(call_count > 0);
    call_count--;
    memmove(&calls[0], &calls[1], call_count * sizeof calls[0]);
    strbuf_clear(&call.text);
    return call;
}

static void answer(const struct aws_reply *reply,
                   const struct hosted_zone *zones, size_t count,
                   const char *next_marker)
{
    static const struct rrset_cursor nowhere = {.name = {NULL, 0}};
    struct call call = take_oldest();

    if (call.done != NULL)
        call.done(call.arg, reply);
    else if (call.rrsets_done != NULL)
        call.rrsets_done(call.arg, reply, NULL, 0, &nowhere);
    else
        call.zones_done(call.arg, reply, zones, count,
                        span_from_string(next_marker));
}

/* As aws_error.c has it, of an answer without further details. */
static enum aws_condition condition_of(enum status status)
{
    switch (status) {
    case STATUS_DENIED:
        return AWS_DENIED;
    case STATUS_THROTTLED:
        return AWS_THROTTLED;
    case STATUS_UNAVAILABLE:
        return AWS_UNREACHABLE;
    default:
        return AWS_WELL;
    }
}

void fake_answer(enum status status, const char *message)
{
    struct aws_reply reply = {.status = status,
                              .condition = condition_of(status),
                              .request_id = "r3qu3st"};

    snprintf(reply.message, sizeof reply.message, "%s",
             message == NULL ? "" : message);
    answer(&reply, NULL, 0, "");
}

void fake_answer_second(enum status status)
{
    struct call oldest = calls[0];

    assert_true(call_count > 1);
    calls[0] = calls[1];
    calls[1] = oldest;
    fake_answer(status, NULL);
}

void fake_answer_zones(const struct fake_zone *zones, const char *next_marker)
{
    const struct aws_reply reply = {.status = STATUS_OK, .condition = AWS_WELL};
    struct hosted_zone listed[ZONES_MAX];
    size_t count = 0;

    for (; zones[count].id != NULL; count++) {
        assert_true(count < ZONES_MAX);
        listed[count] = (struct hosted_zone){
            span_from_string(zones[count].id),
            span_from_string(zones[count].name), zones[count].is_private};
    }
    answer(&reply, listed, count, next_marker);
}

void fake_answer_rrsets(const struct rrset *rrsets, size_t count,
                        const char *next_name)
{
    const struct aws_reply reply = {.status = STATUS_OK, .condition = AWS_WELL};
    struct rrset_cursor next = {.name = span_from_string(next_name)};
    struct call call = take_oldest();

    assert_true(call.rrsets_done != NULL);
    call.rrsets_done(call.arg, &reply, rrsets, count, &next);
}

const char *fake_log(void)
{
    assert_true(strbuf_ok(&log_text));
    strbuf_rewind(&log_given);
    strbuf_append(&log_given, strbuf_span(&log_text));
    strbuf_rewind(&log_text);
    return strbuf_string(&log_given);
}

bool fake_logged(const char *text)
{
    return strstr(strbuf_string(&log_text), text) != NULL;
}
