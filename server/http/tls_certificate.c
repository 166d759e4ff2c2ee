#include "server/http/tls_certificate.h"

#include "base/address.h"
#include "s3db/file_reader.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAMES_SHOWN = 8 };

enum status tls_fault_set(struct tls_fault *fault, enum tls_file file,
                          const char *format, ...)
{
    va_list arguments;

    fault->file = file;
    va_start(arguments, format);
    vsnprintf(fault->words, sizeof fault->words, format, arguments);
    va_end(arguments);
    return STATUS_INVALID;
}

/* --- the files ------------------------------------------------------------------
 */

/* A file read whole; it may be a key. */
struct pem {
    size_t len;
    struct file_reader reader;
    char text[TLS_FILE_MAX_BYTES];
};

static void free_pem(struct pem *pem)
{
    OPENSSL_cleanse(pem, sizeof *pem);
    free(pem);
}

static enum status read_pem(struct pem *pem, enum tls_file file,
                            const char *path, struct tls_fault *fault)
{
    enum status status = file_reader_open(&pem->reader, path, span_from("", 0));
    struct span chunk = {"", 0};

    pem->len = 0;
    while (status == STATUS_OK) {
        status = file_reader_next(&pem->reader, &chunk);
        if (status != STATUS_OK || chunk.len == 0)
            break;
        if (chunk.len > sizeof pem->text - pem->len) {
            file_reader_close(&pem->reader);
            return tls_fault_set(fault, file,
                                 "has more than 64 KiB: is it the right file?");
        }
        memcpy(pem->text + pem->len, chunk.ptr, chunk.len);
        pem->len += chunk.len;
    }
    file_reader_close(&pem->reader);
    if (status == STATUS_OK)
        return STATUS_OK;
    return tls_fault_set(
        fault, file, "cannot be read: %s%s", pem->reader.fault,
        status == STATUS_DENIED
            ? "; the user as whom the server runs must be able to read it"
            : "");
}

/* --- what stands in them --------------------------------------------------------
 */

/* OpenSSL would ask at the terminal. */
static int note_passphrase(char *out, int size, int writing, void *arg)
{
    (void)out;
    (void)size;
    (void)writing;
    if (arg != NULL)
        *(bool *)arg = true;
    return -1;
}

/* Whether OpenSSL came to the end of the file, rather than to something that
 * it could not read. */
static bool ended_well(void)
{
    unsigned long code = ERR_peek_last_error();

    ERR_clear_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM &&
           ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

static enum status parse_chain(struct tls_certificate *certificate, BIO *bio,
                               struct tls_fault *fault)
{
    X509 *next;

    certificate->chain = sk_X509_new_null();
    if (certificate->chain == NULL)
        return STATUS_NOMEM;
    while ((next = PEM_read_bio_X509(bio, NULL, note_passphrase, NULL)) !=
           NULL) {
        if (certificate->leaf == NULL) {
            certificate->leaf = next;
        } else if (sk_X509_push(certificate->chain, next) == 0) {
            X509_free(next);
            return STATUS_NOMEM;
        }
    }
    if (!ended_well())
        return tls_fault_set(fault, TLS_FILE_CERTIFICATE,
                             "holds a certificate that is broken");
    if (certificate->leaf == NULL)
        return tls_fault_set(fault, TLS_FILE_CERTIFICATE,
                             "holds no certificate: give a PEM file, with "
                             "-----BEGIN CERTIFICATE-----");
    return STATUS_OK;
}

/* Of any kind. OpenSSL's decoders do not say that they have found none. */
static bool has_key(BIO *bio)
{
    static const char word[] = "PRIVATE KEY-----";
    char *text;
    long len;

    ERR_clear_error();
    (void)BIO_reset(bio);
    len = BIO_get_mem_data(bio, &text);
    return memmem(text, (size_t)len, word, sizeof word - 1) != NULL;
}

static enum status parse_key(struct tls_certificate *certificate, BIO *bio,
                             struct tls_fault *fault)
{
    bool is_encrypted = false;

    certificate->key =
        PEM_read_bio_PrivateKey(bio, NULL, note_passphrase, &is_encrypted);
    if (certificate->key != NULL)
        return STATUS_OK;
    if (is_encrypted)
        return tls_fault_set(fault, TLS_FILE_KEY,
                             "holds a key with a passphrase, which nobody can "
                             "type here: give it without one");
    if (!has_key(bio))
        return tls_fault_set(fault, TLS_FILE_KEY,
                             "holds no private key: give a PEM file, with "
                             "-----BEGIN PRIVATE KEY-----");
    return tls_fault_set(fault, TLS_FILE_KEY,
                         "holds a private key that is broken");
}

typedef enum status parse_fn(struct tls_certificate *certificate, BIO *bio,
                             struct tls_fault *fault);

static enum status read_and_parse(struct tls_certificate *certificate,
                                  enum tls_file file, const char *path,
                                  parse_fn *parse, struct tls_fault *fault)
{
    struct pem *pem = malloc(sizeof *pem);
    enum status status;
    BIO *bio;

    if (pem == NULL)
        return STATUS_NOMEM;
    status = read_pem(pem, file, path, fault);
    if (status == STATUS_OK) {
        bio = BIO_new_mem_buf(pem->text, (int)pem->len);
        ERR_clear_error();
        status = bio == NULL ? STATUS_NOMEM : parse(certificate, bio, fault);
        BIO_free(bio);
    }
    free_pem(pem);
    return status;
}

static bool is_key_of(const struct tls_certificate *certificate, X509 *whose)
{
    bool is = X509_check_private_key(whose, certificate->key) == 1;

    ERR_clear_error();
    return is;
}

static enum status check_match(const struct tls_certificate *certificate,
                               struct tls_fault *fault)
{
    if (is_key_of(certificate, certificate->leaf))
        return STATUS_OK;
    for (int i = 0; i < sk_X509_num(certificate->chain); i++)
        if (is_key_of(certificate, sk_X509_value(certificate->chain, i)))
            return tls_fault_set(fault, TLS_FILE_CERTIFICATE,
                                 "has the certificate of the key behind "
                                 "another: let it stand first");
    return tls_fault_set(fault, TLS_FILE_KEY,
                         "holds a key that is not the certificate's: give the "
                         "two that were made together");
}

static time_t time_of(const ASN1_TIME *at)
{
    struct tm utc;

    return ASN1_TIME_to_tm(at, &utc) == 1 ? timegm(&utc) : 0;
}

enum status tls_certificate_read(struct tls_certificate *certificate,
                                 const char *const paths[TLS_FILES],
                                 struct tls_fault *fault)
{
    enum status status;

    *certificate = (struct tls_certificate){.leaf = NULL};
    tls_fault_set(fault, TLS_FILE_CERTIFICATE, "needs more memory");
    status = read_and_parse(certificate, TLS_FILE_CERTIFICATE,
                            paths[TLS_FILE_CERTIFICATE], parse_chain, fault);
    if (status == STATUS_OK)
        status = read_and_parse(certificate, TLS_FILE_KEY, paths[TLS_FILE_KEY],
                                parse_key, fault);
    if (status == STATUS_OK)
        status = check_match(certificate, fault);
    if (status != STATUS_OK) {
        tls_certificate_clear(certificate);
        return status;
    }
    certificate->not_before = time_of(X509_get0_notBefore(certificate->leaf));
    certificate->not_after = time_of(X509_get0_notAfter(certificate->leaf));
    return STATUS_OK;
}

void tls_certificate_clear(struct tls_certificate *certificate)
{
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    EVP_PKEY_free(certificate->key);
    *certificate = (struct tls_certificate){.leaf = NULL};
}

/* --- what a person should know ----------------------------------------------------
 */

/* Each must have issued the one before it. */
static bool is_in_order(const struct tls_certificate *certificate)
{
    X509 *below = certificate->leaf;

    for (int i = 0; i < sk_X509_num(certificate->chain); i++) {
        X509 *issuer = sk_X509_value(certificate->chain, i);

        if (X509_check_issued(issuer, below) != X509_V_OK)
            return false;
        below = issuer;
    }
    return true;
}

const char *tls_certificate_doubt(const struct tls_certificate *certificate,
                                  time_t now)
{
    if (now > certificate->not_after)
        return "holds a certificate that has expired: renew it, or set this "
               "machine's clock";
    if (now < certificate->not_before)
        return "holds a certificate that is not valid yet: set this machine's "
               "clock";
    if (!is_in_order(certificate))
        return "has certificates out of order, so that some clients will not "
               "believe the first: let each stand before the one of its "
               "issuer";
    if (sk_X509_num(certificate->chain) == 0 &&
        X509_check_issued(certificate->leaf, certificate->leaf) != X509_V_OK)
        return "holds one certificate alone, and clients believe it only if "
               "they know its issuer: most authorities give a file with the "
               "whole chain, such as fullchain.pem";
    return NULL;
}

static void append_printable(struct strbuf *out, const unsigned char *text,
                             size_t len)
{
    for (size_t i = 0; i < len; i++)
        strbuf_append_char(out, text[i] >= ' ' && text[i] <= '~' ? (char)text[i]
                                                                 : '?');
}

static void append_address(struct strbuf *out, const ASN1_OCTET_STRING *bytes)
{
    struct address address = {
        .family = ASN1_STRING_length(bytes) == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6};
    char text[ADDRESS_TEXT_MAX];

    if (ASN1_STRING_length(bytes) != 4 && ASN1_STRING_length(bytes) != 16)
        return;
    memcpy(address.bytes, ASN1_STRING_get0_data(bytes),
           (size_t)ASN1_STRING_length(bytes));
    address_format(&address, text);
    strbuf_append_string(out, text);
}

static void append_name(struct strbuf *out, const GENERAL_NAME *name)
{
    if (name->type == GEN_DNS)
        append_printable(out, ASN1_STRING_get0_data(name->d.dNSName),
                         (size_t)ASN1_STRING_length(name->d.dNSName));
    else if (name->type == GEN_IPADD)
        append_address(out, name->d.iPAddress);
    else
        strbuf_append_char(out, '?');
}

static void append_entry(struct strbuf *out, const X509_NAME *name, int nid)
{
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    const ASN1_STRING *value;

    if (at < 0)
        return;
    value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    append_printable(out, ASN1_STRING_get0_data(value),
                     (size_t)ASN1_STRING_length(value));
}

void tls_certificate_names(const struct tls_certificate *certificate,
                           struct strbuf *out)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(certificate->leaf, NID_subject_alt_name, NULL, NULL);
    int count = sk_GENERAL_NAME_num(names); /* of none, -1 */

    for (int i = 0; i < count && i < NAMES_SHOWN; i++) {
        strbuf_append_string(out, i > 0 ? ", " : "");
        append_name(out, sk_GENERAL_NAME_value(names, i));
    }
    if (count > NAMES_SHOWN)
        strbuf_printf(out, " and %d more", count - NAMES_SHOWN);
    if (count <= 0)
        append_entry(out, X509_get_subject_name(certificate->leaf),
                     NID_commonName);
    GENERAL_NAMES_free(names);
}

void tls_certificate_issuer(const struct tls_certificate *certificate,
                            struct strbuf *out)
{
    const X509_NAME *issuer = X509_get_issuer_name(certificate->leaf);
    size_t before = out->len;

    append_entry(out, issuer, NID_organizationName);
    if (out->len > before)
        strbuf_append_char(out, ' ');
    append_entry(out, issuer, NID_commonName);
}
