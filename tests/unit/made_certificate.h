/* made_certificate -- certificates and keys made within the test, and written
 * into its scratch folder as PEM.
 */
#ifndef TESTS_UNIT_MADE_CERTIFICATE_H
#define TESTS_UNIT_MADE_CERTIFICATE_H

#include <openssl/x509.h>
#include <time.h>

struct made {
    X509 *certificate;
    EVP_PKEY *key;
};

/* What is left out has a value that serves. */
struct made_as {
    const char *common_name;
    const char *names; /* as in openssl.cnf: "DNS:a.example.org,IP:192.0.2.1" */
    time_t from, until;
    const struct made *issuer; /* NULL: itself */
    unsigned rsa_bits;         /* 0: the key is elliptic */
    const EVP_MD *digest;
};

/* Ends the test on any failure. */
struct made made_certificate(struct made_as as);
void made_free(struct made *made);

/* Each returns the file's path, as scratch_write() does. */
char *made_write_chain(const char *file, const struct made *first,
                       const struct made *second);
char *made_write_key(const char *file, const struct made *whose,
                     const char *passphrase);

#endif
