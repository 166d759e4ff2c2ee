/* protocol -- what a protocol adapter is: one file that turns a request into
 * the changes that it asks for, and what became of them into the protocol's
 * own words. The one to copy is dyndns2_update.c.
 *
 *     request -> parse() -> changes wanted, or a reply at once
 *                               | protocol_call.c: the cache, the updater
 *     reply <- format() <- outcomes
 *
 * An adapter is pure: it knows neither libh2o nor the updater, and neither
 * waits nor logs. Where the call came from was found out before it is asked;
 * whether its credentials open the host that it names is the protocol's own
 * rule (account.h has that of a login and a password).
 */
#ifndef SERVER_HTTP_PROTOCOL_H
#define SERVER_HTTP_PROTOCOL_H

#include "s3db/hostdb.h"
#include "server/dns/outcome.h"
#include "server/http/answer.h"
#include "server/http/http_settings.h"
#include "server/http/login_gate.h"
#include "server/http/refusal.h"
#include "server/http/token_verdicts.h"

enum {
    PROTOCOL_HOSTS_MAX = 20,                       /* of one request */
    PROTOCOL_CHANGES_MAX = PROTOCOL_HOSTS_MAX * 2, /* both families */
    PROTOCOL_TEXT_MAX = 4096,
};

struct protocol_request {
    struct span query, form; /* parameters (query.h); form: of a POST */
    struct span body;        /* of a POST, whatever its type */
    struct span authorization, api_key; /* headers; empty: none */
    struct address client; /* ADDRESS_NONE: a trusted proxy did not say */
    const struct hostdb *hosts;
    const struct http_settings *settings;
    struct token_verdicts *verdicts; /* NULL: none is known, nor asked for */
    struct login_gate *gate; /* to be asked before credentials are looked at */
};

/* What one rrset is to say. */
struct protocol_change {
    struct host host;       /* not set if `refusal` is because there is none */
    struct address address; /* its family decides between A and AAAA; of
                               ADDRESS_NONE: nothing is to be written, and
                               `outcome` or `refusal` is set */
    unsigned line;          /* which of the hosts asked for, from 0 */
    enum refusal refusal;   /* why it is not even tried; REFUSAL_NONE: it is */
    enum outcome outcome;   /* OUTCOME_OPEN, or known from the start */
};

struct protocol_changes {
    size_t count;
    struct protocol_change list[PROTOCOL_CHANGES_MAX];
};

/* What became of one, in the order of the changes. */
struct protocol_result {
    struct span name; /* of the host, normalised; empty: there is none */
    unsigned line;
    enum refusal refusal;
    enum outcome outcome;   /* never OUTCOME_OPEN; with a refusal
                               OUTCOME_REFUSED */
    struct address address; /* what the rrset says, with OUTCOME_ACCEPTED (it
                               may be newer than what was asked for) and
                               OUTCOME_UNCHANGED; else what was asked for */
};

/* Which credentials a challenge asks for. */
enum http_realm {
    HTTP_REALM_HOSTS,  /* those of hosts */
    HTTP_REALM_STATUS, /* DYNDNS_ADMIN_TOKEN */
};

struct protocol_reply {
    int status;
    const char *reason;    /* HTTP's phrase, a literal */
    const char *type;      /* of the text, a literal; NULL: text/plain */
    enum answer answer;    /* for the metrics; ANSWER_BY_STATUS */
    bool challenge;        /* WWW-Authenticate goes with it, */
    enum http_realm realm; /* for these credentials */
    bool is_page; /* HTML for a browser, which is told what a page may do */
    unsigned retry_after_seconds; /* 0: no Retry-After */
    char *long_text; /* instead of `text`, NUL-terminated; from malloc(3), and
                        freed by who sends the reply. NULL: `text` */
    char *location;  /* with 303: where the browser is to go; likewise */
    size_t text_len;
    char text[PROTOCOL_TEXT_MAX];
};

/* All of it but the text is zeroed: a reply is made for every request. */
static inline void protocol_reply_init(struct protocol_reply *reply)
{
    memset(reply, 0, offsetof(struct protocol_reply, text));
}

/* What parse() made of a request. */
enum protocol_verdict {
    PROTOCOL_CHANGES,         /* `changes` holds one or more */
    PROTOCOL_ANSWERED,        /* `reply` is filled in: there is no more to do */
    PROTOCOL_UNAUTHENTICATED, /* likewise: the caller showed no credentials */
    PROTOCOL_DENIED,          /* likewise: they open nothing, to be logged */
    PROTOCOL_TURNED_AWAY,     /* likewise: the gate does not admit them. The
                                 status is 429, and when to try again is added */
    PROTOCOL_VERIFY,          /* request->verdicts asks for one: parse again
                                 when it is answered; nothing else is filled
                                 in to be used */
    PROTOCOL_ADMITTED,        /* the credentials are right, and admitted() goes
                                 on: nothing is to be changed */
};

struct http_context;
struct st_h2o_req_t;

struct protocol {
    /* Fills in `changes`, which holds none, or `reply`, which is as made. With
     * PROTOCOL_DENIED, *claimed is the name of the host that the credentials
     * were for, if it is in the table; else it stays empty. */
    enum protocol_verdict (*parse)(const struct protocol_request *request,
                                   struct protocol_changes *changes,
                                   struct span *claimed,
                                   struct protocol_reply *reply);

    /* Fill in `reply`, which is as made: with what became of the changes, and
     * that there is no host table, or no memory. */
    void (*format)(const struct protocol_result *results, size_t count,
                   struct protocol_reply *reply);
    void (*unavailable)(struct protocol_reply *reply);

    /* Whether it needs hosts' tokens themselves, so that a host whose token is
     * hashed cannot use it. */
    bool needs_plain_tokens;

    /* Whether parse() does without a host table: then request->hosts may be
     * NULL. */
    bool needs_no_table;

    /* What the log says of a caller who is denied, a literal; NULL: the login
     * or the token is wrong. */
    const char *denial;

    /* What a guess is counted for where it is for no host, a literal that is the
     * name of none; NULL: for nothing. */
    const char *guessed_at;

    /* Answers a request with PROTOCOL_ADMITTED, by libh2o; NULL: there is no
     * such verdict. `request` goes away with the call. */
    void (*admitted)(struct http_context *context, struct st_h2o_req_t *req,
                     const struct protocol_request *request);
};

#endif
