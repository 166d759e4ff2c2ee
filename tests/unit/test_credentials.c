#include "server/http/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static char long_login[2000];

static const struct {
    const char *label, *authorization, *query, *form;
    bool query_auth;
    enum credentials_result result;
    const char *login, *password;
} cases[] = {
    {"nothing", "", "", "", true, CREDENTIALS_ABSENT, NULL, NULL},
    /* printf 'home.example.org:s3cret' | base64 */
    {"a header", "Basic aG9tZS5leGFtcGxlLm9yZzpzM2NyZXQ=", "", "", false,
     CREDENTIALS_GIVEN, "home.example.org", "s3cret"},
    {"a header that holds none", "Basic rubbish", "", "", false,
     CREDENTIALS_BROKEN, NULL, NULL},
    {"parameters count for nothing", "", "username=a&password=b", "", false,
     CREDENTIALS_ABSENT, NULL, NULL},
    {"unless they may", "", "username=a&password=b", "", true,
     CREDENTIALS_GIVEN, "a", "b"},
    {"in a form, too", "", "", "username=a&password=b", true, CREDENTIALS_GIVEN,
     "a", "b"},
    {"one here, one there", "", "username=a", "password=b", true,
     CREDENTIALS_GIVEN, "a", "b"},
    {"escapes are read", "", "username=a%2eb&password=%26+c", "", true,
     CREDENTIALS_GIVEN, "a.b", "& c"},
    {"a header counts more", "Basic YTpi", "username=c&password=d", "", true,
     CREDENTIALS_GIVEN, "a", "b"},
    {"also a broken one", "Bearer x", "username=c&password=d", "", true,
     CREDENTIALS_BROKEN, NULL, NULL},
    {"a login alone", "", "username=a", "", true, CREDENTIALS_BROKEN, NULL,
     NULL},
    {"a password alone", "", "password=b", "", true, CREDENTIALS_BROKEN, NULL,
     NULL},
    {"a login that is too long", "", long_login, "", true, CREDENTIALS_BROKEN,
     NULL, NULL},
};

static void test_credentials(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_settings settings = {.query_auth = cases[i].query_auth};
        struct protocol_request request = {
            .authorization = span_from_string(cases[i].authorization),
            .query = span_from_string(cases[i].query),
            .form = span_from_string(cases[i].form),
            .settings = &settings,
        };
        struct credentials credentials;

        if (credentials_read(&request, &credentials) != cases[i].result)
            fail_msg("%s: another result", cases[i].label);
        if (cases[i].result == CREDENTIALS_GIVEN &&
            (!span_is(credentials.login, cases[i].login) ||
             !span_is(credentials.password, cases[i].password)))
            fail_msg("%s: others", cases[i].label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credentials),
    };
    char *end = stpcpy(long_login, "password=b&username=");

    memset(end, 'x', BASIC_AUTH_LOGIN_MAX + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
