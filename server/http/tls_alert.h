/* tls_alert -- tells a client why its TLS handshake failed, and the log.
 *
 * libh2o 2.2 closes such a connection and drops what OpenSSL has written for
 * it, so that a client could not tell an old protocol from a broken line. The
 * alerts that matter come before anything else is written, and in the clear;
 * they are sent from here.
 */
#ifndef SERVER_HTTP_TLS_ALERT_H
#define SERVER_HTTP_TLS_ALERT_H

#include <openssl/ssl.h>

/* To be called before any connection uses the context, all of which must be
 * libh2o's. */
void tls_alert_install(SSL_CTX *context);

#endif
