#include "server/alerts/alert.h"

/* In the titles '@' is the subject, '#' how many there are. */
struct words {
    const char *word;
    /* About one, about several, and about those that are not named. Of a kind
     * that is about no more than one thing all are the same. */
    const char *one[ALERT_PHASES], *several[ALERT_PHASES], *many[ALERT_PHASES];
    const char *advice, *chapter;
};

/* For what is about one thing alone. */
#define ALIKE(begun, ended)                                                    \
    {begun, ended}, {begun, ended},                                            \
    {                                                                          \
        begun, ended                                                           \
    }

static const struct words kinds[ALERT_KINDS] = {
    [ALERT_HOST_SILENT] =
        {
            "host_silent",
            {"@ is silent", "@ is no longer silent"},
            {"# hosts are silent", "# hosts are no longer silent"},
            {"more hosts are silent than are named",
             "no more hosts are silent than are named"},
            "No call with the right credentials came for longer than "
            "expect_within in the host's row allows. Look whether the machine "
            "is there and has a network, and whether its client still runs. "
            "Many at once are a provider's outage, or callers that do not "
            "reach this server: try its address from outside.",
            "#host_silent",
        },
    [ALERT_HOST_REFUSED] =
        {
            "host_refused",
            {"@ is refused again and again", "@ is no longer refused"},
            {"# hosts are refused again and again",
             "# hosts are no longer refused"},
            {"more hosts are refused than are named",
             "no more hosts are refused than are named"},
            "Each of its last calls was refused, so its record is not kept. "
            "Usually its client has an old token, or is set up for another "
            "host; a host that is locked, or changes too often, is refused as "
            "well.",
            "#host_refused",
        },
    [ALERT_TABLE_NOT_LOADED] =
        {
            "table_not_loaded",
            ALIKE("the table of hosts cannot be loaded",
                  "the table of hosts is loaded again"),
            "The server goes on with the hosts that it has, and does not know "
            "of later changes. If the last upload broke it, dyndb "
            "check-database says where, and dyndb upload-database --previous "
            "takes it back.",
            "#table_not_loaded",
        },
    [ALERT_ROWS_LEFT_OUT] =
        {
            "rows_left_out",
            ALIKE("rows of the table of hosts are left out",
                  "no row of the table of hosts is left out any more"),
            "Their hosts are not known, and their calls are refused. dyndb "
            "check-database lists the rows and what is wrong with them.",
            "#rows_left_out",
        },
    [ALERT_ROUTE53_UNREACHABLE] =
        {
            "route53_unreachable",
            ALIKE("Route 53 cannot be used", "Route 53 can be used again"),
            "No record can be changed until it can; the changes are tried "
            "again by themselves. /healthz says what is wrong. If it is "
            "denied, look at the credentials and their policy; else at the "
            "network, and at AWS's own page of health.",
            "#route53_unreachable",
        },
    [ALERT_ROUTE53_THROTTLED] =
        {
            "route53_throttled",
            ALIKE("Route 53 throttles this service",
                  "Route 53 no longer throttles this service"),
            "All of an AWS account share five calls a second. Changes still go "
            "out, later. Look in CloudTrail who else calls, and lower "
            "DYNDNS_ROUTE53_RATE where others need their share.",
            "#route53_throttled",
        },
    [ALERT_CERTIFICATE_EXPIRES] =
        {
            "certificate_expires",
            {"the certificate expires on @",
             "the certificate that expires on @ is no longer in use"},
            {"# certificates expire soon",
             "# certificates that expire soon are no longer in use"},
            {"certificates expire soon",
             "certificates that expire soon are no longer in use"},
            "Whatever renews it has not done so; from that day on clients turn "
            "away. A renewed file is read by itself.",
            "#certificate_expires",
        },
    [ALERT_LOGIN_ATTACKED] =
        {
            "login_attacked",
            {"somebody guesses at the token of @",
             "nobody guesses at the token of @ any more"},
            {"somebody guesses at the tokens of # hosts",
             "nobody guesses at the tokens of # hosts any more"},
            {"somebody guesses at tokens", "nobody guesses at tokens any more"},
            "So many different wrong credentials came within an hour as "
            "DYNDNS_MAX_FAILURES says. Who guesses from one address is turned "
            "away by himself. Give a host that may have a weak token a new "
            "one: dyndb rotate-token.",
            "#login_attacked",
        },
};

const char *alert_phase_word(enum alert_phase phase)
{
    return phase == ALERT_BEGUN ? "begun" : "ended";
}

const char *alert_sender_word(enum alert_sender sender)
{
    static const char *const words[] = {"sns", "webhook", "command"};

    return words[sender];
}

const char *alert_kind_word(enum alert_kind kind)
{
    return kinds[kind].word;
}

bool alert_kind_of(struct span word, enum alert_kind *kind)
{
    for (size_t i = 0; i < ALERT_KINDS; i++) {
        if (span_is(word, kinds[i].word)) {
            *kind = (enum alert_kind)i;
            return true;
        }
    }
    return false;
}

void alert_append_title(struct strbuf *out, enum alert_kind kind,
                        enum alert_phase phase, struct span subject,
                        size_t count)
{
    const struct words *words = &kinds[kind];
    const char *title = words->several[phase];

    if (count == 1)
        title = span_is(subject, ALERT_MANY) ? words->many[phase]
                                             : words->one[phase];
    for (; *title != '\0'; title++) {
        if (*title == '@')
            strbuf_append(out, subject);
        else if (*title == '#')
            strbuf_printf(out, "%zu", count);
        else
            strbuf_append_char(out, *title);
    }
}

const char *alert_advice(enum alert_kind kind)
{
    return kinds[kind].advice;
}

const char *alert_chapter(enum alert_kind kind)
{
    return kinds[kind].chapter;
}
