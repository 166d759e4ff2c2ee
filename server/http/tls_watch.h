/* tls_watch -- a thread that looks after the certificate (tls_keeper.h), once a
 * second and when it is asked to, so that no loop waits for a disk.
 */
#ifndef SERVER_HTTP_TLS_WATCH_H
#define SERVER_HTTP_TLS_WATCH_H

#include "server/http/tls_keeper.h"

struct tls_watch {
    struct tls_keeper keeper; /* the thread's, while there is one */
    struct ticket_keys tickets;
    /* Another context is in service; the callee takes its own share
     * (SSL_CTX_up_ref). On the thread. */
    void (*use)(void *arg, const struct tls_keeper *keeper);
    void *arg;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t asked_for;
    bool asked, stopping;
};

/* Reads the files; keeper.context serves from now on. STATUS_INVALID, with the
 * reason in the log: there is nothing to clear then. `paths` is borrowed. */
NODISCARD enum status tls_watch_init(struct tls_watch *watch,
                                     const char *const paths[TLS_FILES]);

/* Not before all sessions have ended, since they use the tickets. */
void tls_watch_clear(struct tls_watch *watch);

/* Starts the thread. */
NODISCARD enum status tls_watch_start(
    struct tls_watch *watch,
    void (*use)(void *arg, const struct tls_keeper *keeper), void *arg);

/* Asks for the files to be read again. Thread-safe. */
void tls_watch_reload(struct tls_watch *watch);

/* Ends the thread and waits for its end; harmless without one. */
void tls_watch_stop(struct tls_watch *watch);

#endif
