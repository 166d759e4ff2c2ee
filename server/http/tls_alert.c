#include "server/http/tls_alert.h"

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/log_quota.h"

#include <h2o.h>

enum {
    ALERT_RECORD_BYTES = 7, /* RFC 8446 5.1 and 6: a header of 5, and 2 */
    ALERT_RECORD_TYPE = 21,
};

static void log_refused(h2o_socket_t *sock, int alert)
{
    static _Thread_local struct log_quota refusals; /* of this loop */
    union {
        struct sockaddr any;
        struct sockaddr_storage storage;
    } peer;
    struct address address;
    char text[ADDRESS_TEXT_MAX] = "";

    if (!log_enabled(LOG_LEVEL_DEBUG))
        return;
    if (!log_quota_allows(&refusals, clock_now_s()))
        return;
    if (h2o_socket_getpeername(sock, &peer.any) != 0) {
        address = address_from_sockaddr(&peer.any);
        address_format(&address, text);
    }
    log_event(LOG_LEVEL_DEBUG, "tls_refused", log_str("peer", text),
              log_str("alert", SSL_alert_desc_string_long(alert)));
}

/* What OpenSSL has handed to libh2o so far is this alert alone. */
static bool is_alone(const SSL *ssl)
{
    return BIO_number_written(SSL_get_wbio(ssl)) == ALERT_RECORD_BYTES;
}

/* libh2o's BIOs know their sockets. Should there be no room in the kernel, the
 * client does without. */
static void on_event(const SSL *ssl, int where, int value)
{
    const unsigned char record[ALERT_RECORD_BYTES] = {
        ALERT_RECORD_TYPE, 3, 3, 0, 2, SSL3_AL_FATAL, (unsigned char)(value)};
    h2o_socket_t *sock;

    if ((where & SSL_CB_WRITE_ALERT) != SSL_CB_WRITE_ALERT ||
        value >> 8 != SSL3_AL_FATAL)
        return;
    sock = BIO_get_data(SSL_get_rbio(ssl));
    log_refused(sock, value);
    if (is_alone(ssl))
        (void)!send(h2o_socket_get_fd(sock), record, sizeof record,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
}

void tls_alert_install(SSL_CTX *context)
{
    SSL_CTX_set_info_callback(context, on_event);
}
