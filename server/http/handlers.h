/* handlers -- what each URL does: /check_ip, /register_ip, /healthz.
 */
#ifndef SERVER_HTTP_HANDLERS_H
#define SERVER_HTTP_HANDLERS_H

#include "server/http/loop.h"

/* Registers the one handler that serves them all. */
void handlers_register(h2o_hostconf_t *host);

/* Receives the updater's answers on a loop (h2o_multithread_receiver_cb). */
void handlers_on_answers(h2o_multithread_receiver_t *receiver,
                         h2o_linklist_t *messages);

#endif
