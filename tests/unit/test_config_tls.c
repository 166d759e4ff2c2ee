#include "server/config_tls.h"

#include "server/config_read.h"
#include "tests/unit/made_certificate.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *listen_at, *certificate_path, *key_path;
static struct made ours, other, expired;

static int make(void **state)
{
    scratch_folder_set_up(state);
    ours = made_certificate((struct made_as){
        .names = "DNS:a.example.org", .from = 1000000000, .until = 4102444799});
    other = made_certificate((struct made_as){.common_name = "other"});
    expired = made_certificate(
        (struct made_as){.from = 1000000000, .until = 1000000001});
    return 0;
}

static int clean_up(void **state)
{
    made_free(&ours);
    made_free(&other);
    made_free(&expired);
    return scratch_folder_tear_down(state);
}

static const char *get(const char *name)
{
    const struct {
        const char *name, *value;
    } environment[] = {
        {"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"},
        {"AWS_SECRET_ACCESS_KEY", "x"},
        {"DYNDNS_DATABASE", "hosts.csv"},
        {"DYNDNS_LISTEN", listen_at},
        {"DYNDNS_TLS_CERTIFICATE", certificate_path},
        {"DYNDNS_TLS_KEY", key_path},
    };

    for (size_t i = 0; i < COUNT(environment); i++)
        if (strcmp(name, environment[i].name) == 0)
            return environment[i].value;
    return NULL;
}

static char *private(char *path)
{
    assert_int_equal(chmod(path, 0600), 0);
    return path;
}

/* Sets what is read next, and reads it. */
static enum status read_with(const char *listen, const char *certificate,
                             const char *key, struct config *config,
                             struct strbuf *faults)
{
    listen_at = listen;
    certificate_path = certificate;
    key_path = key;
    strbuf_init(faults, CONFIG_FAULTS_MAX_BYTES);
    return config_read(config, get, 1, faults);
}

static const char tls[] = "[::]:8080,tls:[::]:8443";

static void test_what_is_refused(void **state)
{
    const char *certificate = made_write_chain("c", &ours, NULL);
    const char *key = private(made_write_key("k", &ours, NULL));
    const struct {
        const char *label, *listen, *certificate, *key, *words, *others;
    } cases[] = {
        {"tls: without both", tls, NULL, NULL,
         "DYNDNS_TLS_CERTIFICATE is not set, and DYNDNS_LISTEN has an address "
         "with tls:",
         "DYNDNS_TLS_KEY is not set, and DYNDNS_LISTEN"},
        {"behind proxy: too", "proxy:tls:[::]:1", NULL, NULL,
         "DYNDNS_TLS_CERTIFICATE is not set", "DYNDNS_TLS_KEY is not set"},
        {"a certificate without a key", "[::]:1", certificate, NULL,
         "DYNDNS_TLS_KEY is not set, and DYNDNS_TLS_CERTIFICATE is: give", ""},
        {"a key without a certificate", "[::]:1", NULL, key,
         "DYNDNS_TLS_CERTIFICATE is not set, and DYNDNS_TLS_KEY is: give", ""},
        {"a certificate that is not there", tls, scratch_path("none"), key,
         "DYNDNS_TLS_CERTIFICATE=", "cannot be read: there is no such file"},
        {"the key of another", tls, certificate,
         made_write_key("o", &other, NULL),
         "DYNDNS_TLS_KEY=", "not the certificate's"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config config;
        struct strbuf faults;

        assert_int_equal(read_with(cases[i].listen, cases[i].certificate,
                                   cases[i].key, &config, &faults),
                         STATUS_INVALID);
        if (strstr(strbuf_string(&faults), cases[i].words) == NULL ||
            strstr(strbuf_string(&faults), cases[i].others) == NULL)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&faults));
        strbuf_clear(&faults);
        config_clear(&config);
    }
}

static struct config read_well(const char *listen, const char *certificate,
                               const char *key)
{
    struct config config;
    struct strbuf faults;

    if (read_with(listen, certificate, key, &config, &faults) != STATUS_OK)
        fail_msg("%s", strbuf_string(&faults));
    strbuf_clear(&faults);
    return config;
}

static void test_whose_it_is_and_until_when(void **state)
{
    const char *certificate = made_write_chain("c", &ours, NULL);
    const char *key = private(made_write_key("k", &ours, NULL));
    struct config config = read_well(tls, certificate, key);
    struct strbuf text;

    (void)state;
    strbuf_init(&text, CONFIG_FAULTS_MAX_BYTES);
    config_tls_describe(&config, &text);
    assert_string_equal(strbuf_string(&text),
                        "# certificate: for a.example.org, by dyn.example.org, "
                        "from 2001-09-09T01:46:40Z until "
                        "2099-12-31T23:59:59Z\n");
    assert_string_equal(config.http.tls_files[TLS_FILE_CERTIFICATE],
                        certificate);
    assert_string_equal(config.http.tls_files[TLS_FILE_KEY], key);
    config_clear(&config);
    strbuf_rewind(&text);
    config = read_well("[::]:80", NULL, NULL);
    config_tls_describe(&config, &text);
    assert_string_equal(strbuf_string(&text), "");
    config_clear(&config);
    strbuf_clear(&text);
}

static void tell(void *arg, const char *name, const char *words)
{
    strbuf_printf(arg, "%s %s\n", name, words);
}

static void test_what_is_doubtful(void **state)
{
    char *open_key = made_write_key("open", &ours, NULL);
    const char *certificate = made_write_chain("c", &ours, NULL);
    const char *key = private(made_write_key("k", &ours, NULL));
    const struct {
        const char *label, *listen, *certificate, *key;
        size_t count;
        const char *words;
    } cases[] = {
        {"nothing is", tls, certificate, key, 0, ""},
        {"no TLS at all", "[::]:80", NULL, NULL, 0, ""},
        {"a certificate that nobody uses", "[::]:80", certificate, key, 1,
         "DYNDNS_TLS_CERTIFICATE is used by nobody"},
        {"one that has expired", tls, made_write_chain("e", &expired, NULL),
         private(made_write_key("ek", &expired, NULL)), 1,
         "DYNDNS_TLS_CERTIFICATE holds a certificate that has expired"},
        {"a key that everybody can read", tls, certificate, open_key, 1,
         "DYNDNS_TLS_KEY is a file that everybody"},
    };

    (void)state;
    assert_int_equal(chmod(open_key, 0644), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config config =
            read_well(cases[i].listen, cases[i].certificate, cases[i].key);
        struct strbuf told;
        size_t count;

        strbuf_init(&told, CONFIG_FAULTS_MAX_BYTES);
        count = config_tls_advise(&config, tell, &told);
        if (count != cases[i].count ||
            strncmp(strbuf_string(&told), cases[i].words,
                    strlen(cases[i].words)) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&told));
        strbuf_clear(&told);
        config_clear(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_whose_it_is_and_until_when),
        cmocka_unit_test(test_what_is_doubtful),
    };

    return cmocka_run_group_tests(tests, make, clean_up);
}
