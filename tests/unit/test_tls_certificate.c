#include "server/http/tls_certificate.h"

#include "tests/unit/made_certificate.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct made root, leaf, other;

static int make(void **state)
{
    scratch_folder_set_up(state);
    root = made_certificate((struct made_as){.common_name = "Root"});
    leaf = made_certificate(
        (struct made_as){.issuer = &root,
                         .names = "DNS:a.example.org,DNS:b.example.org,"
                                  "IP:192.0.2.1,IP:2001:db8::1"});
    other = made_certificate((struct made_as){.common_name = "other"});
    return 0;
}

static int clean_up(void **state)
{
    made_free(&root);
    made_free(&leaf);
    made_free(&other);
    return scratch_folder_tear_down(state);
}

static enum status read_two(char *certificate, char *key,
                            struct tls_certificate *out,
                            struct tls_fault *fault)
{
    const char *const paths[TLS_FILES] = {certificate, key};

    return tls_certificate_read(out, paths, fault);
}

static struct tls_certificate read_well(char *certificate, char *key)
{
    struct tls_certificate read;
    struct tls_fault fault;

    if (read_two(certificate, key, &read, &fault) != STATUS_OK)
        fail_msg("%d %s", fault.file, fault.words);
    return read;
}

/* --- what is taken --------------------------------------------------------------
 */

static void test_a_chain_and_its_key(void **state)
{
    struct tls_certificate read =
        read_well(made_write_chain("chain", &leaf, &root),
                  made_write_key("key", &leaf, NULL));

    (void)state;
    assert_int_equal(X509_cmp(read.leaf, leaf.certificate), 0);
    assert_int_equal(sk_X509_num(read.chain), 1);
    assert_int_equal(X509_cmp(sk_X509_value(read.chain, 0), root.certificate),
                     0);
    assert_int_equal(EVP_PKEY_eq(read.key, leaf.key), 1);
    assert_null(tls_certificate_doubt(&read, time(NULL)));
    tls_certificate_clear(&read);
    assert_null(read.leaf);
}

static void test_both_may_stand_in_one_file(void **state)
{
    char both[8192];
    const char *const parts[] = {made_write_key("key", &leaf, NULL),
                                 made_write_chain("chain", &leaf, &root)};
    size_t len = 0;
    char *path;
    struct tls_certificate read;

    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        FILE *file = fopen(parts[i], "r");

        assert_non_null(file);
        len += fread(both + len, 1, sizeof both - len, file);
        fclose(file);
    }
    path = scratch_write("both", span_from(both, len));
    read = read_well(path, path);
    assert_int_equal(sk_X509_num(read.chain), 1);
    tls_certificate_clear(&read);
}

static void test_it_tells_names_issuer_and_dates(void **state)
{
    struct made made = made_certificate((struct made_as){
        .common_name = "x\ny", .from = 1000000000, .until = 4102444799});
    struct tls_certificate read = read_well(made_write_chain("c", &leaf, NULL),
                                            made_write_key("k", &leaf, NULL));
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1024);
    tls_certificate_names(&read, &text);
    assert_string_equal(strbuf_string(&text), "a.example.org, b.example.org, "
                                              "192.0.2.1, 2001:db8::1");
    strbuf_rewind(&text);
    tls_certificate_issuer(&read, &text);
    assert_string_equal(strbuf_string(&text), "Root");
    tls_certificate_clear(&read);

    read = read_well(made_write_chain("c", &made, NULL),
                     made_write_key("k", &made, NULL));
    strbuf_rewind(&text);
    tls_certificate_names(&read, &text); /* no line of its own */
    assert_string_equal(strbuf_string(&text), "x?y");
    assert_int_equal(read.not_before, 1000000000);
    assert_int_equal(read.not_after, 4102444799);
    tls_certificate_clear(&read);
    strbuf_clear(&text);
    made_free(&made);
}

/* --- what is refused ------------------------------------------------------------
 */

static char *text_file(const char *text)
{
    return scratch_write("text", span_from_string(text));
}

static char *large_file(void)
{
    static char blank[TLS_FILE_MAX_BYTES + 1];

    memset(blank, '\n', sizeof blank);
    return scratch_write("large", span_from(blank, sizeof blank));
}

static char *cut_file(char *path)
{
    assert_int_equal(truncate(path, 300), 0);
    return path;
}

static void test_what_is_refused(void **state)
{
    char *chain = made_write_chain("chain", &leaf, &root);
    char *key = made_write_key("key", &leaf, NULL);
    struct made large = made_certificate((struct made_as){.rsa_bits = 2048});
    const struct {
        const char *label;
        char *certificate, *key;
        enum tls_file file;
        const char *words;
    } cases[] = {
        {"no file", scratch_path("none"), key, TLS_FILE_CERTIFICATE,
         "cannot be read: there is no such file"},
        {"a folder", (char *)scratch_folder(), key, TLS_FILE_CERTIFICATE,
         "cannot be read: it is not a regular file"},
        {"an empty file", text_file(""), key, TLS_FILE_CERTIFICATE,
         "holds no certificate"},
        {"a key in the certificate's place", key, key, TLS_FILE_CERTIFICATE,
         "holds no certificate"},
        {"half a certificate", cut_file(made_write_chain("cut", &leaf, NULL)),
         key, TLS_FILE_CERTIFICATE, "broken"},
        {"a file that is too large", large_file(), key, TLS_FILE_CERTIFICATE,
         "more than 64 KiB"},
        {"no key", chain, scratch_path("none"), TLS_FILE_KEY,
         "cannot be read: there is no such file"},
        {"a certificate in the key's place", chain, chain, TLS_FILE_KEY,
         "holds no private key"},
        {"half a key", chain, cut_file(made_write_key("cutkey", &large, NULL)),
         TLS_FILE_KEY, "broken"},
        {"a key with a passphrase", chain,
         made_write_key("locked", &leaf, "secret"), TLS_FILE_KEY, "passphrase"},
        {"the key of another", chain, made_write_key("other", &other, NULL),
         TLS_FILE_KEY, "not the certificate's"},
        {"a chain upside down", made_write_chain("upside", &root, &leaf), key,
         TLS_FILE_CERTIFICATE, "let it stand first"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tls_certificate read;
        struct tls_fault fault;
        enum status status =
            read_two(cases[i].certificate, cases[i].key, &read, &fault);

        if (status != STATUS_INVALID || fault.file != cases[i].file ||
            strstr(fault.words, cases[i].words) == NULL)
            fail_msg("%s: %d: %d %s", cases[i].label, status, fault.file,
                     fault.words);
        assert_null(read.leaf);
        assert_null(read.key);
    }
    made_free(&large);
}

static void test_who_may_not_read_it_is_told_who_must(void **state)
{
    char *key = made_write_key("closed", &leaf, NULL);
    struct tls_certificate read;
    struct tls_fault fault;

    (void)state;
    if (geteuid() == 0)
        skip(); /* root may read everything */
    assert_int_equal(chmod(key, 0), 0);
    assert_int_equal(
        read_two(made_write_chain("chain", &leaf, NULL), key, &read, &fault),
        STATUS_INVALID);
    assert_int_equal(fault.file, TLS_FILE_KEY);
    assert_non_null(strstr(fault.words, "the user as whom the server runs"));
}

/* --- what is doubtful -------------------------------------------------------------
 */

static void test_what_is_doubtful(void **state)
{
    const time_t now = 1800000000;
    struct made alone =
        made_certificate((struct made_as){.from = now - 10, .until = now + 10});
    const struct {
        const char *label;
        const struct made *first, *second;
        time_t at;
        const char *words;
    } cases[] = {
        {"one's own in its time", &alone, NULL, now, NULL},
        {"its last second", &alone, NULL, now + 10, NULL},
        {"past its end", &alone, NULL, now + 11, "has expired"},
        {"before its beginning", &alone, NULL, now - 11, "not valid yet"},
        {"no chain", &leaf, NULL, time(NULL), "fullchain.pem"},
        {"a chain to somebody else", &leaf, &other, time(NULL), "out of order"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tls_certificate read =
            read_well(made_write_chain("c", cases[i].first, cases[i].second),
                      made_write_key("k", cases[i].first, NULL));
        const char *doubt = tls_certificate_doubt(&read, cases[i].at);

        if (cases[i].words == NULL
                ? doubt != NULL
                : doubt == NULL || strstr(doubt, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].label, doubt == NULL ? "-" : doubt);
        tls_certificate_clear(&read);
    }
    made_free(&alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_chain_and_its_key),
        cmocka_unit_test(test_both_may_stand_in_one_file),
        cmocka_unit_test(test_it_tells_names_issuer_and_dates),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_who_may_not_read_it_is_told_who_must),
        cmocka_unit_test(test_what_is_doubtful),
    };

    return cmocka_run_group_tests(tests, make, clean_up);
}
