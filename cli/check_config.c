/* dyndb check-config -- whether all that the service needs is there. */
#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/database_check.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/zone_calls.h"

#include "base/clock.h"

#include <stdlib.h>

enum { WORDS_MAX_BYTES = 16 * 1024, NAMED_HOSTS = 10 };

struct check {
    const struct context *context;
    struct check_report report;
    struct hostdb *db; /* NULL: it could not be read */
    bool is_invalid;   /* the database breaks the rules */
    struct aws_client *client;
    struct retry_quota quota;
    struct zone_lookup *zones;
    bool in_use[ZONE_LOOKUP_MAX]; /* by their places: hosts are in them */
};

/* ---- the database ---- */

/* Whether they serve, the calls below will show. */
static void tell_source(const struct aws_config *config)
{
    struct strbuf source;

    strbuf_init(&source, WORDS_MAX_BYTES);
    aws_config_describe_credentials(config, &source);
    check_report_good("credentials: from %s%s", strbuf_string(&source),
                      config->access_key_id == NULL ? ""
                      : config->session_token == NULL
                          ? ", AWS_ACCESS_KEY_ID"
                          : ", AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN");
    strbuf_clear(&source);
}

static void ignore_fault(void *arg, const struct database_fault *fault)
{
    (void)arg;
    (void)fault;
}

static void check_hosts(struct check *check, struct span text)
{
    struct database_report found;
    enum status status =
        database_read(text, ignore_fault, NULL, &found, &check->db);

    if (status == STATUS_NOMEM) {
        check_report_fault(&check->report, "", "hosts: out of memory");
        return;
    }
    check->is_invalid = status != STATUS_OK;
    if (check->db == NULL)
        check_report_fault(&check->report,
                           "download it, and see what \"dyndb check-database\" "
                           "says; the server keeps the hosts that it has",
                           "hosts: the server would take none of the database");
    else if (found.faults > 0)
        check_report_fault(&check->report,
                           "download it, and see what \"dyndb check-database\" "
                           "says",
                           "hosts: %zu, and %zu row%s left out for breaking "
                           "the rules",
                           found.hosts, found.faults,
                           found.faults == 1 ? " is" : "s are");
    else
        check_report_good("hosts: %zu, and no fault", found.hosts);
}

static void report_refusal(struct check *check, const char *what,
                           const struct aws_reply *reply, const char *mend)
{
    check_report_fault(&check->report, mend, "%s: %s%s%s", what, reply->code,
                       reply->code[0] == '\0' ? "" : ": ",
                       reply->message[0] == '\0' ? "there was no answer"
                                                 : reply->message);
}

static void check_object(struct check *check, struct strbuf *text)
{
    struct database_object *object = check->context->object;
    struct database_object_reply reply;

    if (database_object_get(object, text, &reply) == STATUS_OK) {
        check_report_good("database: %s can be read",
                          database_object_where(object));
        check_hosts(check, strbuf_span(text));
    } else {
        report_refusal(check, "database", &reply.aws,
                       s3_advice(&reply.aws, S3_USE_READ));
    }
}

static void check_file(struct check *check, struct strbuf *text)
{
    const char *file = check->context->file;

    if (input_read(file, text)) {
        check_report_good("database: the local file %s can be read", file);
        check_hosts(check, strbuf_span(text));
    } else {
        check_report_fault(&check->report,
                           "DYNDNS_BUCKET is not set, so DYNDNS_DATABASE is "
                           "the path of a local file: mend it, or set both",
                           "database: %s cannot be read", file);
    }
}

static void check_database(struct check *check)
{
    struct strbuf text;

    strbuf_init(&text, DATABASE_MAX_BYTES);
    if (check->context->file != NULL)
        check_file(check, &text);
    else
        check_object(check, &text);
    strbuf_clear(&text);
}

/* ---- the hosted zones ---- */

static const char *zone_advice(const struct aws_reply *reply,
                               const char *permission)
{
    switch (reply->condition) {
    case AWS_DENIED:
        return permission;
    case AWS_CLOCK_SKEWED:
        return "set this machine's clock: AWS refuses signatures that are "
               "some minutes off";
    case AWS_UNREACHABLE:
        return "check the network, and AWS_ENDPOINT_URL_ROUTE_53 if it is set";
    default:
        return "";
    }
}

/* Those that DYNDNS_HOSTED_ZONES names, one by one. */
static bool read_named_zones(struct check *check, const char *ids)
{
    bool all = true;

    for (ids += strspn(ids, ", \t"); *ids != '\0'; ids += strspn(ids, ", \t")) {
        size_t len = strcspn(ids, ", \t");
        struct span id = hosted_zone_bare_id(span_from(ids, len));
        struct aws_reply reply;

        ids += len;
        if (zone_calls_get(check->client, &check->quota, id, check->zones,
                           &reply) == STATUS_OK)
            continue;
        all = false;
        report_refusal(check, "hosted zones", &reply,
                       reply.status == STATUS_NOT_FOUND
                           ? "see which ids DYNDNS_HOSTED_ZONES names"
                           : zone_advice(&reply,
                                         "the credentials need the permission "
                                         "route53:GetHostedZone"));
    }
    return all;
}

static bool read_all_zones(struct check *check)
{
    struct aws_reply reply;

    if (zone_calls_list(check->client, &check->quota, check->zones, &reply) ==
        STATUS_OK)
        return true;
    report_refusal(check, "hosted zones", &reply,
                   zone_advice(&reply, "the credentials need the permission "
                                       "route53:ListHostedZones, or with "
                                       "DYNDNS_HOSTED_ZONES "
                                       "route53:GetHostedZone"));
    return false;
}

static bool read_zones(struct check *check)
{
    struct listed_zone zone;
    size_t count = 0;
    const char *ids = getenv("DYNDNS_HOSTED_ZONES");
    bool read = ids != NULL && ids[0] != '\0' ? read_named_zones(check, ids)
                                              : read_all_zones(check);

    if (!read)
        return false;
    zone_lookup_commit(check->zones);
    while (zone_lookup_listed(check->zones, count, &zone))
        count++;
    check_report_good("hosted zones: %zu public one%s", count,
                      count == 1 ? "" : "s");
    return true;
}

static void find_zone_of_each_host(struct check *check)
{
    size_t lost = 0;

    for (uint32_t i = 0; i < hostdb_count(check->db); i++) {
        struct span name = hostdb_row(check->db, i).name;
        struct listed_zone zone;

        if (zone_lookup_nearest(check->zones, name, &zone)) {
            check->in_use[zone.place] = true;
            continue;
        }
        if (++lost > NAMED_HOSTS)
            continue;
        check_report_fault(&check->report,
                           "make a public hosted zone that holds it, name that "
                           "in DYNDNS_HOSTED_ZONES if it is set, or remove "
                           "the host",
                           "%.*s: no hosted zone is for this name",
                           (int)name.len, name.ptr);
    }
    if (lost > NAMED_HOSTS)
        check_report_note("and so it is with %zu more", lost - NAMED_HOSTS);
    if (lost == 0)
        check_report_good("every host has its hosted zone");
}

/* A zone that hosts are in. */
static void check_zone(struct check *check, const struct listed_zone *zone)
{
    struct aws_reply reply;
    char what[512];

    if (!zone->is_usable)
        check_report_fault(&check->report,
                           "set DYNDNS_HOSTED_ZONES to the ids to use",
                           "%.*s: two public hosted zones have this name",
                           (int)zone->name.len, zone->name.ptr);
    snprintf(what, sizeof what, "%.*s (%.*s)", (int)zone->name.len,
             zone->name.ptr, (int)zone->id.len, zone->id.ptr);
    if (zone_calls_look_into(check->client, &check->quota, zone->id, &reply) ==
        STATUS_OK)
        check_report_good("%s: its records can be read", what);
    else
        report_refusal(check, what, &reply,
                       zone_advice(&reply,
                                   "the credentials need the permission "
                                   "route53:ListResourceRecordSets"));
}

static void check_zones(struct check *check)
{
    struct listed_zone zone;

    if (!read_zones(check) || check->db == NULL)
        return;
    find_zone_of_each_host(check);
    for (size_t i = 0; zone_lookup_listed(check->zones, i, &zone); i++)
        if (check->in_use[i])
            check_zone(check, &zone);
    check_report_note("what only a change shows was not tried: "
                      "route53:ChangeResourceRecordSets, and for the commands "
                      "that write the database s3:PutObject");
}

/* ---- all of it ---- */

static int conclude(const struct check *check)
{
    if (fflush(stdout) != 0) {
        say("cannot write to standard output");
        return EXIT_FAILED;
    }
    if (check->report.faults == 0)
        return EXIT_OK;
    return check->is_invalid && check->report.faults == 1 ? EXIT_INVALID
                                                          : EXIT_FAILED;
}

static int run(const struct context *context, const struct options *options)
{
    const struct aws_config *config = &context->settings->aws;
    struct check check = {
        .context = context,
        .client = aws_client_new(config),
        .zones = zone_lookup_new(NULL, NULL),
    };
    int result;

    (void)options;
    retry_quota_init(&check.quota, config->max_attempts,
                     (uint64_t)clock_now_ms());
    tell_source(config);
    check_database(&check);
    if (check.client == NULL || check.zones == NULL)
        check_report_fault(&check.report, "", "hosted zones: out of memory");
    else
        check_zones(&check);
    result = conclude(&check);
    aws_client_free(check.client);
    zone_lookup_free(check.zones);
    hostdb_release(check.db);
    return result;
}

const struct command command_check_config = {
    .name = "check-config",
    .operands = "",
    .purpose = "see whether all that the service needs is there",
    .text =
        "Sees, with the variables that the server has, whether the "
        "credentials\n"
        "are good, the database can be read, the server takes it, and every\n"
        "host has a hosted zone whose records can be read. Says of each fault\n"
        "what mends it. Changes nothing.\n",
    .needs = NEEDS_SERVICE,
    .run = run,
};
