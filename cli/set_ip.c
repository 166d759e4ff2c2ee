/* dyndb set-ip: the machine itself keeps its record true, where no router can
 * call a server. */
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/say.h"
#include "cli/set_ip_report.h"
#include "cli/set_ip_round.h"
#include "cli/stop.h"

#include "base/backoff.h"
#include "base/clock.h"

#include <unistd.h>

enum { TROUBLE_MAX_BYTES = 64 * 1024 };

struct tool {
    struct set_ip_plan plan;
    const struct aws_config *config;
    struct aws_client *client;
    struct dns_records *records;
};

static bool run_round(struct tool *tool)
{
    const struct set_ip_plan *plan = &tool->plan;
    struct set_ip_round round = {
        .plan = plan,
        .records = tool->records,
        .ca_bundle = tool->config->ca_bundle,
        .tells_all = !plan->quiet && plan->every_seconds == 0,
    };
    struct strbuf trouble;
    bool well;

    strbuf_init(&trouble, TROUBLE_MAX_BYTES);
    set_ip_round_run(&round, &trouble);
    /* What was broken off by a signal is no trouble. */
    well = stop_is_asked() || set_ip_report(plan, tool->client, &trouble);
    strbuf_clear(&trouble);
    return well;
}

/* Until it is told to stop; by a tenth earlier or later each time, so that
 * machines that were switched on together do not ask together. */
static void run_rounds(struct tool *tool)
{
    int64_t every_ms = (int64_t)tool->plan.every_seconds * 1000;
    struct jitter jitter = {(uint64_t)clock_now_ms() ^ (uint64_t)getpid()
                                                           << 32};

    stop_watch();
    while (!stop_is_asked()) {
        run_round(tool);
        stop_wait_ms(every_ms * 9 / 10 + jitter_up_to(&jitter, every_ms / 5));
    }
}

static int run_plan(struct tool *tool)
{
    if (tool->plan.every_seconds == 0)
        return run_round(tool) ? EXIT_OK : EXIT_FAILED;
    run_rounds(tool);
    return EXIT_OK;
}

static int set_up_and_run(struct tool *tool)
{
    int result = EXIT_FAILED;

    tool->client = aws_client_new(tool->config);
    if (tool->client != NULL)
        tool->records =
            dns_records_new(tool->client, tool->config->max_attempts);
    if (tool->records == NULL)
        say("cannot set up a client of AWS: out of memory, or libcurl "
            "refuses");
    else
        result = run_plan(tool);
    dns_records_free(tool->records);
    aws_client_free(tool->client);
    return result;
}

static int run(const struct context *context, const struct options *options)
{
    struct tool tool = {.config = &context->settings->aws};
    struct strbuf fault;
    int result = EXIT_USAGE;

    strbuf_init(&fault, 4096);
    switch (set_ip_plan_init(&tool.plan, options, &fault)) {
    case STATUS_OK:
        result = set_up_and_run(&tool);
        break;
    case STATUS_INVALID:
        say("%s", strbuf_string(&fault));
        break;
    default:
        say("out of memory");
        result = EXIT_FAILED;
    }
    set_ip_plan_clear(&tool.plan);
    strbuf_clear(&fault);
    return result;
}

static bool check(struct options *options, struct strbuf *fault)
{
    struct set_ip_plan plan;
    enum status status = set_ip_plan_init(&plan, options, fault);

    if (status == STATUS_NOMEM)
        strbuf_append_string(fault, "out of memory");
    set_ip_plan_clear(&plan);
    return status == STATUS_OK;
}

const struct command command_set_ip = {
    .name = "set-ip",
    .operands = "[NAME]...",
    .purpose = "make records say where this machine is",
    .text =
        "Finds out which address this machine's connection has, and makes the\n"
        "A and AAAA records of each NAME in Route 53 say so, where they do\n"
        "not yet. For machines behind a modem that can call no server. Run it\n"
        "by hand, from cron (with -q), or as a service (with --every).\n",
    .options =
        {
            {0, "ip-from", "SOURCE",
             "who tells the address: an https:// page,\n"
             "interface:NAME, or the address itself; of\n"
             "several two must answer, and all who do must\n"
             "agree (" IP_SOURCE_USUAL ")"},
            {'4', "ipv4", NULL, "set A records alone (with -6: both)"},
            {'6', "ipv6", NULL, "set AAAA records alone"},
            {0, "zone", "ID", "the hosted zone, instead of looking for it"},
            {0, "ttl", "SECONDS", "default: what the record has, or 300"},
            {'n', "dry-run", NULL, "say what would be changed, no more"},
            {0, "wait", NULL,
             "wait until all of Route 53 has the change, for\n"
             "up to five minutes"},
            {0, "wait-seconds", "N", "the same for up to so long"},
            {0, "every", "TIME", "go on, and look every 5m, say"},
            {0, "alert-topic", "ARN",
             "tell a topic of Amazon SNS of trouble, and of\n"
             "its end"},
            {0, "state", "FILE", "keeps that trouble was told"},
            {0, "config", "FILE", "read a configuration of autodns"},
            {0, "insecure-ip", NULL,
             "allow pages by http:, which others could forge"},
            {'q', "quiet", NULL, "tell nothing but trouble, once, and its end"},
        },
    .operand = OPERAND_HOST,
    .operands_min = 0,
    .operands_max = COMMAND_OPERANDS_MANY,
    .needs = NEEDS_AWS,
    .check = check,
    .run = run,
};
