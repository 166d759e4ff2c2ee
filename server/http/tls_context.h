/* tls_context -- how TLS is spoken: OpenSSL's SSL_CTX, from a certificate.
 *
 * TLS 1.2 and 1.3; of the ciphers of 1.2 those alone that authenticate what they
 * encrypt and whose keys nobody can compute later from the private key (AEAD,
 * ECDHE), which every client since about 2014 has. No compression, no
 * renegotiation, no early data, which could be replayed. Sessions are resumed
 * by tickets alone (ticket_keys.h), so nothing is kept here for a client that
 * has gone.
 */
#ifndef SERVER_HTTP_TLS_CONTEXT_H
#define SERVER_HTTP_TLS_CONTEXT_H

#include "server/http/ticket_keys.h"
#include "server/http/tls_certificate.h"

#include <openssl/ssl.h>

/* To be freed with SSL_CTX_free(); `tickets` is borrowed and must outlive all
 * that comes of it. NULL, with what is wrong in *fault: the certificate or its
 * key is too weak, or memory is short. */
SSL_CTX *tls_context_new(const struct tls_certificate *certificate,
                         struct ticket_keys *tickets, struct tls_fault *fault);

#endif
