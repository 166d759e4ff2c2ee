#include "server/http/tls_context.h"

#include "base/clock.h"
#include "tests/unit/made_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { START = 1000, HOUR = TICKET_KEY_MS };

int64_t __wrap_clock_now_ms(void);

static int64_t now;
static struct ticket_keys tickets;
static struct made made;

int64_t __wrap_clock_now_ms(void)
{
    return now;
}

static int set_up(void **state)
{
    (void)state;
    now = START;
    ticket_keys_init(&tickets);
    made = made_certificate((struct made_as){.names = "DNS:a.example.org"});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ticket_keys_clear(&tickets);
    made_free(&made);
    return 0;
}

static SSL_CTX *context_of(const struct made *of, struct tls_fault *fault)
{
    const struct tls_certificate certificate = {
        .leaf = of->certificate, .chain = NULL, .key = of->key};

    return tls_context_new(&certificate, &tickets, fault);
}

static SSL_CTX *server_context(void)
{
    struct tls_fault fault;
    SSL_CTX *context = context_of(&made, &fault);

    if (context == NULL)
        fail_msg("%s", fault.words);
    return context;
}

/* --- a client and a server, and what is between them -----------------------------
 */

struct pair {
    SSL *client, *server;
};

static struct pair pair_of(SSL_CTX *client, SSL_CTX *server)
{
    struct pair pair = {SSL_new(client), SSL_new(server)};
    BIO *client_end, *server_end;

    assert_int_equal(BIO_new_bio_pair(&client_end, 0, &server_end, 0), 1);
    SSL_set_bio(pair.client, client_end, client_end);
    SSL_set_bio(pair.server, server_end, server_end);
    SSL_set_connect_state(pair.client);
    SSL_set_accept_state(pair.server);
    return pair;
}

/* OpenSSL resumes no session of a connection that broke off. */
static void free_pair(struct pair *pair)
{
    SSL_set_shutdown(pair->client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_set_shutdown(pair->server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(pair->client);
    SSL_free(pair->server);
}

static bool shake_hands(const struct pair *pair)
{
    for (int i = 0; i < 10; i++)
        if (SSL_do_handshake(pair->client) == 1 &&
            SSL_do_handshake(pair->server) == 1)
            return true;
        else
            SSL_do_handshake(pair->server);
    return false;
}

/* With the ticket, which in TLS 1.3 comes behind the handshake. */
static SSL_SESSION *session_of(const struct pair *pair)
{
    char byte;

    SSL_read(pair->client, &byte, 1);
    return SSL_get1_session(pair->client);
}

/* Connects with the session, if there is one; returns the next. */
static SSL_SESSION *connect_with(SSL_CTX *server, int version,
                                 SSL_SESSION *session, bool *resumed)
{
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    struct pair pair;
    SSL_SESSION *next;

    SSL_CTX_set_min_proto_version(client, version);
    SSL_CTX_set_max_proto_version(client, version);
    pair = pair_of(client, server);
    if (session != NULL)
        SSL_set_session(pair.client, session);
    assert_true(shake_hands(&pair));
    *resumed = SSL_session_reused(pair.server) == 1;
    next = session_of(&pair);
    free_pair(&pair);
    SSL_CTX_free(client);
    return next;
}

/* --- sessions ---------------------------------------------------------------------
 */

static const struct {
    const char *label;
    int64_t after;
    bool resumed;
} returns[] = {
    {"at once", 0, true},
    {"within the hour", HOUR - 1, true},
    {"after the keys have changed", HOUR, true},
    {"before they have changed again", 2 * HOUR - 1, true},
    {"after that", 2 * HOUR, false},
    {"a day later", 24 * (int64_t)HOUR, false},
};

static void test_who_comes_back_resumes_while_the_keys_are_known(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    SSL_CTX *server = server_context();

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        for (size_t i = 0; i < sizeof returns / sizeof returns[0]; i++) {
            bool resumed;
            SSL_SESSION *session, *next;

            now += 10 * (int64_t)HOUR;
            session = connect_with(server, versions[v], NULL, &resumed);
            assert_false(resumed);
            assert_int_equal(SSL_SESSION_has_ticket(session), 1);
            now += returns[i].after;
            next = connect_with(server, versions[v], session, &resumed);
            if (resumed != returns[i].resumed)
                fail_msg("%s: %d", returns[i].label, resumed);
            SSL_SESSION_free(session);
            SSL_SESSION_free(next);
        }
    }
    SSL_CTX_free(server);
}

/* In TLS 1.3 a client uses none twice. */
static void test_who_comes_back_by_tls_1_3_gets_another_ticket(void **state)
{
    SSL_CTX *server = server_context();
    bool resumed;
    SSL_SESSION *session = connect_with(server, TLS1_3_VERSION, NULL, &resumed);

    (void)state;
    for (int times = 0; times < 5; times++) {
        SSL_SESSION *next =
            connect_with(server, TLS1_3_VERSION, session, &resumed);

        assert_true(resumed);
        assert_ptr_not_equal(next, session);
        assert_int_equal(SSL_SESSION_is_resumable(next), 1);
        SSL_SESSION_free(session);
        session = next;
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
}

/* Whoever comes back often never needs a whole handshake. */
static void test_an_old_ticket_is_replaced(void **state)
{
    SSL_CTX *server = server_context();
    bool resumed;
    SSL_SESSION *session = connect_with(server, TLS1_2_VERSION, NULL, &resumed);

    (void)state;
    for (int hours = 0; hours < 5; hours++) {
        SSL_SESSION *next;

        now += HOUR;
        next = connect_with(server, TLS1_2_VERSION, session, &resumed);
        assert_true(resumed);
        SSL_SESSION_free(session);
        session = next;
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
}

static void test_sessions_outlive_the_context(void **state)
{
    SSL_CTX *before = server_context(), *after = server_context();
    bool resumed;
    SSL_SESSION *session = connect_with(before, TLS1_3_VERSION, NULL, &resumed);
    SSL_SESSION *next;

    (void)state;
    SSL_CTX_free(before);
    next = connect_with(after, TLS1_3_VERSION, session, &resumed);
    assert_true(resumed);
    SSL_SESSION_free(session);
    SSL_SESSION_free(next);
    SSL_CTX_free(after);
}

static void test_nobody_elses_ticket_is_believed(void **state)
{
    SSL_CTX *server = server_context();
    bool resumed;
    SSL_SESSION *session = connect_with(server, TLS1_3_VERSION, NULL, &resumed);
    SSL_SESSION *next;

    (void)state;
    ticket_keys_clear(&tickets);
    ticket_keys_init(&tickets);
    next = connect_with(server, TLS1_3_VERSION, session, &resumed);
    assert_false(resumed);
    SSL_SESSION_free(session);
    SSL_SESSION_free(next);
    SSL_CTX_free(server);
}

/* --- what is refused ------------------------------------------------------------
 */

static void test_weak_certificates_are_refused_in_words(void **state)
{
    static const struct {
        const char *label;
        struct made_as as;
        const char *words;
    } cases[] = {
        {"a key of 1024 bits", {.rsa_bits = 1024}, "key too small"},
        {"a signature of SHA-1", {.rsa_bits = 2048}, "md too weak"},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct made_as as = cases[i].as;
        struct made issuer = made_certificate((struct made_as){.rsa_bits = 0});
        struct made weak;
        struct tls_fault fault;

        as.issuer = &issuer; /* its own signature matters to nobody */
        as.digest = as.rsa_bits == 2048 ? EVP_sha1() : NULL;
        weak = made_certificate(as);
        assert_null(context_of(&weak, &fault));
        assert_int_equal(fault.file, TLS_FILE_CERTIFICATE);
        if (strstr(fault.words, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].label, fault.words);
        made_free(&weak);
        made_free(&issuer);
    }
}

static void test_rsa_serves_too(void **state)
{
    struct made rsa = made_certificate((struct made_as){.rsa_bits = 2048});
    struct tls_fault fault;
    SSL_CTX *server = context_of(&rsa, &fault);
    bool resumed;

    (void)state;
    assert_non_null(server);
    SSL_SESSION_free(connect_with(server, TLS1_2_VERSION, NULL, &resumed));
    SSL_SESSION_free(connect_with(server, TLS1_3_VERSION, NULL, &resumed));
    SSL_CTX_free(server);
    made_free(&rsa);
}

int main(void)
{
#define CONTEXT_TEST(function)                                                 \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CONTEXT_TEST(test_who_comes_back_resumes_while_the_keys_are_known),
        CONTEXT_TEST(test_who_comes_back_by_tls_1_3_gets_another_ticket),
        CONTEXT_TEST(test_an_old_ticket_is_replaced),
        CONTEXT_TEST(test_sessions_outlive_the_context),
        CONTEXT_TEST(test_nobody_elses_ticket_is_believed),
        CONTEXT_TEST(test_weak_certificates_are_refused_in_words),
        CONTEXT_TEST(test_rsa_serves_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
