/* tls_certificate -- a certificate, those that lead from it to an authority, and
 * its private key, as two PEM files hold them; and what a person should know of
 * them.
 */
#ifndef SERVER_HTTP_TLS_CERTIFICATE_H
#define SERVER_HTTP_TLS_CERTIFICATE_H

#include "base/status.h"
#include "base/strbuf.h"
#include "server/http/http_settings.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <time.h>

enum {
    /* A chain of ten certificates has a quarter of it. */
    TLS_FILE_MAX_BYTES = 64 * 1024,
    TLS_WORDS_MAX_BYTES = 256,
};

/* What is wrong, and with which of the two. The words follow the name of the
 * file or of its variable, as in "holds no certificate". */
struct tls_fault {
    enum tls_file file;
    char words[TLS_WORDS_MAX_BYTES];
};

/* Writes the fault like printf(3). Returns STATUS_INVALID. */
enum status tls_fault_set(struct tls_fault *fault, enum tls_file file,
                          const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct tls_certificate {
    X509 *leaf;
    STACK_OF(X509) * chain; /* behind the leaf */
    EVP_PKEY *key;
    time_t not_before, not_after; /* the leaf's */
};

/* Reads both, and sees that they belong together; whether the certificate is
 * valid now is not asked. STATUS_INVALID, with what is wrong in *fault. Nothing
 * is to be cleared then. */
NODISCARD enum status tls_certificate_read(struct tls_certificate *certificate,
                                           const char *const paths[TLS_FILES],
                                           struct tls_fault *fault);
void tls_certificate_clear(struct tls_certificate *certificate);

/* Why clients will not believe it now, or may not, in words as above; NULL. */
const char *tls_certificate_doubt(const struct tls_certificate *certificate,
                                  time_t now);

static inline bool tls_certificate_is_valid(time_t not_before, time_t not_after,
                                            time_t now)
{
    return not_before <= now && now <= not_after;
}

/* Appends whose certificate it is: "dyndns.example.org, 192.0.2.7". Printable
 * ASCII, whatever the certificate holds. */
void tls_certificate_names(const struct tls_certificate *certificate,
                           struct strbuf *out);
/* Likewise, who says so: its issuer. */
void tls_certificate_issuer(const struct tls_certificate *certificate,
                            struct strbuf *out);

#endif
