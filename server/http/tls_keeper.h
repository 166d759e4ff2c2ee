/* tls_keeper -- keeps the certificate in service up to date: reads it, reads it
 * again when its files change, and keeps the one before when the new one is no
 * good. Everything that it finds is told in the log.
 *
 * Who renews a certificate writes two files, one after the other. Between them
 * the key is not the certificate's: that is not told before it has lasted for
 * TLS_KEEPER_QUIET_SECONDS, unless somebody asked for the files to be read.
 *
 * Has no thread and no clock: `now` is the date. One thread at a time.
 */
#ifndef SERVER_HTTP_TLS_KEEPER_H
#define SERVER_HTTP_TLS_KEEPER_H

#include "s3db/file_reader.h"
#include "server/http/tls_context.h"

enum {
    TLS_KEEPER_QUIET_SECONDS = 30,
    TLS_KEEPER_WARNING_DAYS = 14,
};

struct tls_keeper {
    const char *const *paths; /* of TLS_FILES; borrowed */
    struct ticket_keys *tickets;
    SSL_CTX *context; /* in service */
    time_t not_before, not_after;
    time_t warned_at;                       /* of its end; 0: not yet */
    char seen[TLS_FILES][FILE_VERSION_MAX]; /* the files when last read */
    bool is_bad, is_told;                   /* what was read then */
    time_t bad_since, tried_at;
    struct tls_fault fault;
};

/* Reads the files for the first time. STATUS_INVALID: they are no good, and the
 * log says why; nothing is to be cleared then. Paths and keys are borrowed. */
NODISCARD enum status tls_keeper_init(struct tls_keeper *keeper,
                                      const char *const paths[TLS_FILES],
                                      struct ticket_keys *tickets, time_t now);
void tls_keeper_clear(struct tls_keeper *keeper);

/* Looks whether the files have changed; `asked`: reads them anyhow, and tells at
 * once what is wrong. Files that were no good are read again every
 * TLS_KEEPER_QUIET_SECONDS. Returns whether keeper->context is another one now.
 * About once a second. */
bool tls_keeper_look(struct tls_keeper *keeper, bool asked, time_t now);

#endif
