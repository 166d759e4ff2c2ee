#include "aws/route53.h"

#include "aws/aws_error.h"
#include "aws/request.h"
#include "aws/route53_changes.h"
#include "aws/route53_xml.h"
#include "aws/uri.h"
#include "aws/xml.h"
#include "base/dns_name.h"

#include <stdlib.h>

enum { URL_MAX_BYTES = 8192 };

/* As many as a page can hold: API Reference, "ListHostedZones" and
 * "ListResourceRecordSets", MaxItems. */
static const struct span zones_per_page = SPAN_LITERAL("100");
static const struct span rrsets_per_page = SPAN_LITERAL("300");

/* The completion: one of these, by the kind of the call. */
struct route53_call {
    route53_done_fn *changed;
    route53_change_fn *progress;
    route53_zones_fn *zones;
    route53_rrsets_fn *rrsets;
    route53_found_fn *found;
    void *arg;
    struct { /* what route53_find_rrset() looks for */
        enum rrset_type type;
        size_t len;
        char name[DNS_NAME_MAX];
    } wanted;
};

/* BASE/2013-04-01/KIND[/ID][TAIL][?QUERY]; NULL: memory. */
static char *make_url_of(const struct aws_client *client, const char *kind,
                         struct span id, const char *tail,
                         struct uri_param *params, size_t count)
{
    const struct aws_config *config = aws_client_config(client);
    struct endpoint_choice choice = aws_config_route53(config);
    struct strbuf url;

    strbuf_init(&url, URL_MAX_BYTES);
    endpoint_append_route53(&url, &choice, config->region);
    strbuf_printf(&url, "/2013-04-01/%s%s", kind, id.len > 0 ? "/" : "");
    uri_append_encoded(&url, id);
    strbuf_append_string(&url, tail);
    uri_append_query(&url, params, count);
    return strbuf_take(&url);
}

static char *make_url(const struct aws_client *client, struct span zone_id,
                      const char *tail, struct uri_param *params, size_t count)
{
    return make_url_of(client, "hostedzone", zone_id, tail, params, count);
}

/* Takes url. NULL: memory. */
static struct aws_request *make_request(const struct aws_client *client,
                                        enum aws_method method, char *url,
                                        struct route53_call call,
                                        long timeout_ms)
{
    const struct aws_config *config = aws_client_config(client);
    struct route53_call *context = malloc(sizeof *context);
    struct aws_request *request =
        aws_request_new(config, AWS_ROUTE53, method, url,
                        endpoint_route53_region(config->region), context);

    if (request == NULL)
        return NULL;
    *context = call;
    request->timeout_ms = timeout_ms;
    request->reply_max_bytes = XML_MAX_BYTES;
    return request;
}

/* Adds the last headers and submits; takes the request, NULL included. */
static enum status submit(struct aws_client *client,
                          struct aws_request *request,
                          enum aws_operation operation, aws_done_fn *done)
{
    if (request == NULL || !aws_request_add_standard_headers(request)) {
        aws_request_free(request);
        return STATUS_NOMEM;
    }
    request->operation = operation;
    request->done = done;
    aws_client_submit(client, request);
    return STATUS_OK;
}

/* What a reader said of a 200's body. */
static void judge_body(struct aws_reply *reply, enum status status)
{
    if (status != STATUS_OK)
        aws_reply_distrust(reply,
                           status == STATUS_NOMEM
                               ? "out of memory"
                               : "the reply is not the document to expect");
}

static void change_done(struct aws_request *request,
                        const struct aws_response *response)
{
    const struct route53_call *call = request->context;
    struct route53_change change = {.in_sync = false};
    struct aws_reply reply;
    struct strbuf words;

    strbuf_init(&words, AWS_REPLY_WORDS_MAX_BYTES);
    aws_reply_read(&reply, response, &words);
    if (reply.status == STATUS_OK &&
        !route53_xml_read_accepted(&change, response->body))
        judge_body(&reply, STATUS_INVALID);
    memcpy(reply.change_id, change.id, sizeof change.id);
    call->changed(call->arg, &reply);
    strbuf_clear(&words);
}

static enum status change_rrsets(struct aws_client *client, struct span zone_id,
                                 enum rrset_action action,
                                 const struct rrset *rrsets, size_t count,
                                 long timeout_ms, struct route53_call call)
{
    struct aws_request *request;
    enum status status;
    char *body;
    size_t len;

    if (!hosted_zone_id_is_valid(zone_id))
        return STATUS_INVALID;
    status = route53_changes_write(action, rrsets, count, &body, &len);
    if (status != STATUS_OK)
        return status;
    request = make_request(client, AWS_POST,
                           make_url(client, zone_id, "/rrset/", NULL, 0), call,
                           timeout_ms);
    if (request == NULL) {
        free(body);
        return STATUS_NOMEM;
    }
    request->body = body;
    request->body_len = len;
    if (!aws_request_add_header(request, "Content-Type",
                                span_from_string("application/xml"))) {
        aws_request_free(request);
        return STATUS_NOMEM;
    }
    return submit(client, request, AWS_CHANGE_RECORDS, change_done);
}

enum status route53_upsert(struct aws_client *client, struct span zone_id,
                           const struct rrset *rrsets, size_t count,
                           long timeout_ms, route53_done_fn *done, void *arg)
{
    return change_rrsets(client, zone_id, RRSET_UPSERT, rrsets, count,
                         timeout_ms,
                         (struct route53_call){.changed = done, .arg = arg});
}

enum status route53_delete(struct aws_client *client, struct span zone_id,
                           const struct rrset *rrsets, size_t count,
                           long timeout_ms, route53_done_fn *done, void *arg)
{
    return change_rrsets(client, zone_id, RRSET_DELETE, rrsets, count,
                         timeout_ms,
                         (struct route53_call){.changed = done, .arg = arg});
}

static void progress_done(struct aws_request *request,
                          const struct aws_response *response)
{
    const struct route53_call *call = request->context;
    struct route53_change change = {.in_sync = false};
    struct aws_reply reply;

    aws_reply_read(&reply, response, NULL);
    if (reply.status == STATUS_OK &&
        !route53_xml_read_progress(&change, response->body))
        judge_body(&reply, STATUS_INVALID);
    call->progress(call->arg, &reply,
                   reply.status == STATUS_OK && change.in_sync);
}

enum status route53_get_change(struct aws_client *client, struct span change_id,
                               long timeout_ms, route53_change_fn *done,
                               void *arg)
{
    struct route53_call call = {.progress = done, .arg = arg};
    char *url;

    if (!hosted_zone_id_is_valid(change_id)) /* the rule of both is one */
        return STATUS_INVALID;
    url = make_url_of(client, "change", change_id, "", NULL, 0);
    return submit(client, make_request(client, AWS_GET, url, call, timeout_ms),
                  AWS_GET_CHANGE, progress_done);
}

static void zones_done(struct aws_request *request,
                       const struct aws_response *response)
{
    const struct route53_call *call = request->context;
    struct route53_zones page = {.count = 0};
    struct aws_reply reply;

    aws_reply_read(&reply, response, NULL);
    if (reply.status == STATUS_OK)
        judge_body(&reply, route53_xml_read_zones(&page, response->body));
    call->zones(call->arg, &reply, page.zones, page.count, page.next_marker);
    route53_xml_clear_zones(&page);
}

enum status route53_list_hosted_zones(struct aws_client *client,
                                      struct span marker, long timeout_ms,
                                      route53_zones_fn *done, void *arg)
{
    struct route53_call call = {.zones = done, .arg = arg};
    struct uri_param params[] = {
        {"maxitems", zones_per_page},
        {"marker", marker},
    };
    char *url =
        make_url(client, span_from("", 0), "", params, marker.len > 0 ? 2 : 1);

    return submit(client, make_request(client, AWS_GET, url, call, timeout_ms),
                  AWS_LIST_ZONES, zones_done);
}

enum status route53_get_hosted_zone(struct aws_client *client,
                                    struct span zone_id, long timeout_ms,
                                    route53_zones_fn *done, void *arg)
{
    struct route53_call call = {.zones = done, .arg = arg};
    char *url;

    if (!hosted_zone_id_is_valid(zone_id))
        return STATUS_INVALID;
    url = make_url(client, zone_id, "", NULL, 0);
    return submit(client, make_request(client, AWS_GET, url, call, timeout_ms),
                  AWS_LIST_ZONES, zones_done);
}

static void rrsets_done(struct aws_request *request,
                        const struct aws_response *response)
{
    const struct route53_call *call = request->context;
    struct route53_rrsets page = {.count = 0};
    struct aws_reply reply;

    aws_reply_read(&reply, response, NULL);
    if (reply.status == STATUS_OK)
        judge_body(&reply, route53_xml_read_rrsets(&page, response->body));
    call->rrsets(call->arg, &reply, page.rrsets, page.count, &page.next);
    route53_xml_clear_rrsets(&page);
}

/* The name first: Route 53 refuses a type without one, an identifier without
 * both. */
static size_t cursor_params(const struct rrset_cursor *from,
                            struct uri_param *params)
{
    size_t count = 0;

    params[count++] = (struct uri_param){"maxitems", rrsets_per_page};
    if (from->name.len > 0)
        params[count++] = (struct uri_param){"name", from->name};
    if (from->type.len > 0)
        params[count++] = (struct uri_param){"type", from->type};
    if (from->identifier.len > 0)
        params[count++] = (struct uri_param){"identifier", from->identifier};
    return count;
}

enum status route53_list_rrsets(struct aws_client *client, struct span zone_id,
                                const struct rrset_cursor *from,
                                long timeout_ms, route53_rrsets_fn *done,
                                void *arg)
{
    struct route53_call call = {.rrsets = done, .arg = arg};
    struct uri_param params[4];
    size_t count = cursor_params(from, params);
    char *url;

    if (!hosted_zone_id_is_valid(zone_id))
        return STATUS_INVALID;
    url = make_url(client, zone_id, "/rrset", params, count);
    return submit(client, make_request(client, AWS_GET, url, call, timeout_ms),
                  AWS_LIST_RECORDS, rrsets_done);
}

static void found_done(struct aws_request *request,
                       const struct aws_response *response)
{
    const struct route53_call *call = request->context;
    struct rrset_found found = {.presence = RRSET_ABSENT};
    struct aws_reply reply;

    aws_reply_read(&reply, response, NULL);
    if (reply.status == STATUS_OK)
        judge_body(&reply, route53_xml_find_rrset(
                               &found, response->body,
                               span_from(call->wanted.name, call->wanted.len),
                               call->wanted.type));
    if (reply.status != STATUS_OK)
        found = (struct rrset_found){.presence = RRSET_ABSENT};
    call->found(call->arg, &reply, &found);
}

enum status route53_find_rrset(struct aws_client *client, struct span zone_id,
                               struct span name, enum rrset_type type,
                               long timeout_ms, route53_found_fn *done,
                               void *arg)
{
    struct uri_param params[] = {
        {"maxitems", span_from_string("1")},
        {"name", name},
        {"type", span_from_string(rrset_type_name(type))},
    };
    struct route53_call call = {
        .found = done,
        .arg = arg,
        .wanted = {.type = type, .len = name.len},
    };
    char *url;

    if (!hosted_zone_id_is_valid(zone_id) || name.len == 0 ||
        name.len > DNS_NAME_MAX)
        return STATUS_INVALID;
    memcpy(call.wanted.name, name.ptr, name.len);
    url = make_url(client, zone_id, "/rrset", params, 3);
    return submit(client, make_request(client, AWS_GET, url, call, timeout_ms),
                  AWS_LIST_RECORDS, found_done);
}
