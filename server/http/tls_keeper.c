#include "server/http/tls_keeper.h"

#include "base/log.h"
#include "base/utc.h"

enum {
    DAY_SECONDS = 86400,
    NAMES_MAX_BYTES = 1024,
};

/* --- what is told ---------------------------------------------------------------
 */

static void tell_loaded(const struct tls_certificate *certificate)
{
    struct strbuf names, issuer;
    char until[UTC_TEXT_MAX];

    strbuf_init(&names, NAMES_MAX_BYTES);
    strbuf_init(&issuer, NAMES_MAX_BYTES);
    tls_certificate_names(certificate, &names);
    tls_certificate_issuer(certificate, &issuer);
    log_event(LOG_LEVEL_INFO, "certificate_loaded",
              log_span("names", strbuf_span(&names)),
              log_span("issuer", strbuf_span(&issuer)),
              log_str("not_after", utc_format(certificate->not_after, until)));
    strbuf_clear(&names);
    strbuf_clear(&issuer);
}

static void tell_bad(struct tls_keeper *keeper)
{
    bool serves = keeper->context != NULL;

    keeper->is_told = true;
    log_event(
        LOG_LEVEL_ERROR, "certificate_not_used",
        log_str("file", keeper->paths[keeper->fault.file]),
        log_str("reason", keeper->fault.words),
        log_str("advice", serves ? "the one before stays in service; mend the "
                                   "file, and it is read again by itself"
                                 : "mend the file, and start again"));
}

static void tell_end(struct tls_keeper *keeper, time_t now)
{
    bool has_expired = now > keeper->not_after;
    char until[UTC_TEXT_MAX];

    keeper->warned_at = now;
    log_event(has_expired ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
              "certificate_expires",
              log_str("not_after", utc_format(keeper->not_after, until)),
              log_int("days", (keeper->not_after - now) / DAY_SECONDS),
              log_str("advice",
                      has_expired
                          ? "it has: clients that look at it do not come in; "
                            "renew it"
                          : "renew it, or see why that is not done by itself"));
}

/* Once a day while it is true; a clock that was set back begins a new day. */
static void tell_end_if_near(struct tls_keeper *keeper, time_t now)
{
    bool is_near =
        keeper->not_after - now < TLS_KEEPER_WARNING_DAYS * DAY_SECONDS;
    bool is_told = keeper->warned_at != 0 && now >= keeper->warned_at &&
                   now - keeper->warned_at < DAY_SECONDS;

    if (keeper->context != NULL && is_near && !is_told)
        tell_end(keeper, now);
}

/* --- the files --------------------------------------------------------------------
 */

/* Whether one of them is another than when this was last asked. One that is not
 * there has a version too, the empty one. */
static bool have_changed(struct tls_keeper *keeper)
{
    struct file_reader reader;
    bool changed = false;

    for (size_t i = 0; i < TLS_FILES; i++) {
        if (file_reader_open(&reader, keeper->paths[i],
                             span_from_string(keeper->seen[i])) ==
            STATUS_UNCHANGED)
            continue;
        file_reader_close(&reader);
        if (strcmp(reader.version, keeper->seen[i]) == 0)
            continue;
        memcpy(keeper->seen[i], reader.version, sizeof keeper->seen[i]);
        changed = true;
    }
    return changed;
}

/* A certificate that nobody believes must not take the place of one that is
 * believed; at the start, and when the clock is wrong, there is none. */
static bool is_worse(const struct tls_keeper *keeper,
                     const struct tls_certificate *certificate, time_t now)
{
    return keeper->context != NULL &&
           tls_certificate_is_valid(keeper->not_before, keeper->not_after,
                                    now) &&
           !tls_certificate_is_valid(certificate->not_before,
                                     certificate->not_after, now);
}

static void put_in_service(struct tls_keeper *keeper, SSL_CTX *context,
                           const struct tls_certificate *certificate)
{
    SSL_CTX_free(keeper->context);
    keeper->context = context;
    keeper->not_before = certificate->not_before;
    keeper->not_after = certificate->not_after;
    keeper->warned_at = 0;
    tell_loaded(certificate);
}

static enum status read_and_use(struct tls_keeper *keeper, time_t now)
{
    struct tls_certificate certificate;
    enum status status =
        tls_certificate_read(&certificate, keeper->paths, &keeper->fault);
    SSL_CTX *context = NULL;

    if (status != STATUS_OK)
        return status;
    if (is_worse(keeper, &certificate, now))
        tls_fault_set(&keeper->fault, TLS_FILE_CERTIFICATE, "%s",
                      tls_certificate_doubt(&certificate, now));
    else
        context =
            tls_context_new(&certificate, keeper->tickets, &keeper->fault);
    if (context != NULL)
        put_in_service(keeper, context, &certificate);
    tls_certificate_clear(&certificate);
    return context == NULL ? STATUS_INVALID : STATUS_OK;
}

/* --- when they are read -----------------------------------------------------------
 */

static void note_bad(struct tls_keeper *keeper, time_t now)
{
    if (!keeper->is_bad)
        keeper->bad_since = now;
    keeper->is_bad = true;
    keeper->is_told = false;
}

/* In a renewal that takes long, each file that comes may be bad in its way. */
static void tell_bad_if_it_lasts(struct tls_keeper *keeper, time_t now)
{
    if (keeper->is_bad && !keeper->is_told &&
        (now - keeper->bad_since >= TLS_KEEPER_QUIET_SECONDS ||
         now < keeper->bad_since))
        tell_bad(keeper);
}

/* What was wrong may be over though no file has changed: its time has come, the
 * clock was set, there is memory again. */
static bool is_to_be_tried_again(const struct tls_keeper *keeper, time_t now)
{
    return keeper->is_bad &&
           (now - keeper->tried_at >= TLS_KEEPER_QUIET_SECONDS ||
            now < keeper->tried_at);
}

bool tls_keeper_look(struct tls_keeper *keeper, bool asked, time_t now)
{
    bool is_other = have_changed(keeper) || asked;
    bool is_new = false;

    if (is_other || is_to_be_tried_again(keeper, now)) {
        keeper->tried_at = now;
        is_new = read_and_use(keeper, now) == STATUS_OK;
        if (is_new)
            keeper->is_bad = false;
        else if (is_other)
            note_bad(keeper, now);
    }
    if (asked && keeper->is_bad)
        tell_bad(keeper);
    tell_bad_if_it_lasts(keeper, now);
    tell_end_if_near(keeper, now);
    return is_new;
}

enum status tls_keeper_init(struct tls_keeper *keeper,
                            const char *const paths[TLS_FILES],
                            struct ticket_keys *tickets, time_t now)
{
    *keeper = (struct tls_keeper){.paths = paths, .tickets = tickets};
    return tls_keeper_look(keeper, true, now) ? STATUS_OK : STATUS_INVALID;
}

void tls_keeper_clear(struct tls_keeper *keeper)
{
    SSL_CTX_free(keeper->context);
    keeper->context = NULL;
}
