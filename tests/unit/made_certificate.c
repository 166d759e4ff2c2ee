#include "tests/unit/made_certificate.h"

#include "tests/unit/scratch_folder.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { YEAR_SECONDS = 365 * 86400 };

static void set_validity(X509 *x509, const struct made_as *as)
{
    time_t now = time(NULL);

    assert_non_null(
        X509_time_adj(X509_getm_notBefore(x509), 0,
                      &(time_t){as->from != 0 ? as->from : now - 3600}));
    assert_non_null(X509_time_adj(
        X509_getm_notAfter(x509), 0,
        &(time_t){as->until != 0 ? as->until : now + YEAR_SECONDS}));
}

static void set_names(X509 *x509, const struct made_as *as)
{
    const char *common_name =
        as->common_name == NULL ? "dyn.example.org" : as->common_name;
    X509_EXTENSION *extension;

    assert_int_equal(X509_NAME_add_entry_by_txt(
                         X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                         (const unsigned char *)common_name, -1, -1, 0),
                     1);
    if (as->names == NULL)
        return;
    extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, as->names);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

struct made made_certificate(struct made_as as)
{
    struct made made = {X509_new(), as.rsa_bits == 0
                                        ? EVP_EC_gen("P-256")
                                        : EVP_RSA_gen(as.rsa_bits)};
    const X509 *issuer;

    assert_non_null(made.certificate);
    assert_non_null(made.key);
    X509_set_version(made.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 1);
    set_validity(made.certificate, &as);
    set_names(made.certificate, &as);
    issuer = as.issuer == NULL ? made.certificate : as.issuer->certificate;
    X509_set_issuer_name(made.certificate, X509_get_subject_name(issuer));
    X509_set_pubkey(made.certificate, made.key);
    assert_int_not_equal(
        X509_sign(made.certificate,
                  as.issuer == NULL ? made.key : as.issuer->key,
                  as.digest == NULL ? EVP_sha256() : as.digest),
        0);
    return made;
}

void made_free(struct made *made)
{
    X509_free(made->certificate);
    EVP_PKEY_free(made->key);
    *made = (struct made){NULL, NULL};
}

static char *write_bio(const char *file, BIO *bio)
{
    char *bytes, *path;
    long len = BIO_get_mem_data(bio, &bytes);

    path = scratch_write(file, span_from(bytes, (size_t)len));
    BIO_free(bio);
    return path;
}

char *made_write_chain(const char *file, const struct made *first,
                       const struct made *second)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_X509(bio, first->certificate), 1);
    if (second != NULL)
        assert_int_equal(PEM_write_bio_X509(bio, second->certificate), 1);
    return write_bio(file, bio);
}

char *made_write_key(const char *file, const struct made *whose,
                     const char *passphrase)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(
        PEM_write_bio_PKCS8PrivateKey(
            bio, whose->key, passphrase == NULL ? NULL : EVP_aes_128_cbc(),
            passphrase, passphrase == NULL ? 0 : (int)strlen(passphrase), NULL,
            NULL),
        1);
    return write_bio(file, bio);
}
