#include "server/http/tls_context.h"

#include "base/clock.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

/* The strong half of what Mozilla's "intermediate" configuration lists, without
 * the DHE suites: they are slow for us, and who has them has ECDHE too. AES-128
 * first, unless the client would rather have ChaCha20, as phones do. */
static const char ciphers_1_3[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
    "TLS_CHACHA20_POLY1305_SHA256";
static const char ciphers_1_2[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char groups[] = "X25519:P-256:P-384";

enum {
    SECURITY_LEVEL = 2,      /* 112 bits: RSA of 2048, no SHA-1 */
    TICKETS_A_HANDSHAKE = 1, /* clients of ours have one connection at a time */
};

/* --- which protocol is spoken within --------------------------------------------
 */

/* HTTP/1.1 alone (http1.h). A client that cannot speak it is told so, instead
 * of being answered in what it does not understand. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                   const unsigned char *offered, unsigned offered_len,
                   void *arg)
{
    static const char spoken[] = "http/1.1";
    const size_t spoken_len = sizeof spoken - 1;
    unsigned at = 0;

    (void)ssl;
    (void)arg;
    while (at < offered_len) {
        unsigned len = offered[at++];

        if (len > offered_len - at)
            break;
        if (len == spoken_len && memcmp(offered + at, spoken, len) == 0) {
            *out = offered + at;
            *out_len = (unsigned char)len;
            return SSL_TLSEXT_ERR_OK;
        }
        at += len;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* --- tickets ----------------------------------------------------------------------
 */

static bool use_mac(EVP_MAC_CTX *mac, const struct ticket_key *key)
{
    char digest[] = "SHA256";
    unsigned char secret[sizeof key->mac];
    const OSSL_PARAM with[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret,
                                          sizeof secret),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    bool used;

    memcpy(secret, key->mac, sizeof secret);
    used = EVP_MAC_CTX_set_params(mac, with) == 1;
    OPENSSL_cleanse(secret, sizeof secret);
    return used;
}

enum { TICKET_FAILED = -1, TICKET_IGNORED = 0, TICKET_DONE = 1, TICKET_RENEW };

static int seal(struct ticket_keys *keys, unsigned char *name,
                unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    struct ticket_key key;
    int result = TICKET_FAILED;

    if (!ticket_keys_for_new(keys, clock_now_ms(), &key))
        return TICKET_FAILED;
    memcpy(name, key.name, sizeof key.name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv) ==
            1 &&
        use_mac(mac, &key))
        result = TICKET_DONE;
    OPENSSL_cleanse(&key, sizeof key);
    return result;
}

static int open_sealed(struct ticket_keys *keys, const unsigned char *name,
                       const unsigned char *iv, EVP_CIPHER_CTX *cipher,
                       EVP_MAC_CTX *mac)
{
    struct ticket_key key;
    enum ticket_key_use use =
        ticket_keys_find(keys, clock_now_ms(), name, &key);
    int result = use == TICKET_KEY_AGED ? TICKET_RENEW : TICKET_DONE;

    if (use == TICKET_KEY_UNKNOWN)
        return TICKET_IGNORED;
    if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv) !=
            1 ||
        !use_mac(mac, &key))
        result = TICKET_FAILED;
    OPENSSL_cleanse(&key, sizeof key);
    return result;
}

static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv,
                     EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int is_new)
{
    struct ticket_keys *keys = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

    int result = is_new ? seal(keys, name, iv, cipher, mac)
                        : open_sealed(keys, name, iv, cipher, mac);

    /* A client of TLS 1.3 uses a ticket once, lest who watches knows him again
     * (RFC 8446 C.4), and could not resume the time after. */
    if (result == TICKET_DONE && !is_new && SSL_version(ssl) == TLS1_3_VERSION)
        return TICKET_RENEW;
    return result;
}

/* Were a cache there, sessions would pile up in it, and libh2o has one of its
 * own that waits for others. */
static void set_up_sessions(SSL_CTX *context, struct ticket_keys *tickets)
{
    static const unsigned char name[] = "dyndns53";

    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
    SSL_CTX_set_timeout(context, TICKET_KEY_MS / 1000);
    SSL_CTX_set_app_data(context, tickets);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
    SSL_CTX_set_num_tickets(context, TICKETS_A_HANDSHAKE);
    SSL_CTX_set_max_early_data(context, 0);
    SSL_CTX_set_recv_max_early_data(context, 0);
}

/* --- the whole --------------------------------------------------------------------
 */

static bool set_up_protocol(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_clear_options(context,
                          SSL_OP_LEGACY_SERVER_CONNECT |
                              SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    /* An idle connection needs none of its buffers. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_security_level(context, SECURITY_LEVEL);
    SSL_CTX_set_alpn_select_cb(context, on_alpn, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(context, ciphers_1_3) == 1 &&
           SSL_CTX_set_cipher_list(context, ciphers_1_2) == 1 &&
           SSL_CTX_set1_groups_list(context, groups) == 1;
}

static bool blame(struct tls_fault *fault, enum tls_file file)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    tls_fault_set(fault, file, "cannot be used: %s",
                  reason == NULL ? "OpenSSL does not say why" : reason);
    ERR_clear_error();
    return false;
}

static bool use(SSL_CTX *context, const struct tls_certificate *certificate,
                struct tls_fault *fault)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate(context, certificate->leaf) != 1 ||
        SSL_CTX_set1_chain(context, certificate->chain) != 1)
        return blame(fault, TLS_FILE_CERTIFICATE);
    if (SSL_CTX_use_PrivateKey(context, certificate->key) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
        return blame(fault, TLS_FILE_KEY);
    return true;
}

SSL_CTX *tls_context_new(const struct tls_certificate *certificate,
                         struct ticket_keys *tickets, struct tls_fault *fault)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context == NULL || !set_up_protocol(context)) {
        blame(fault, TLS_FILE_CERTIFICATE);
        SSL_CTX_free(context);
        return NULL;
    }
    set_up_sessions(context, tickets);
    if (!use(context, certificate, fault)) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}
