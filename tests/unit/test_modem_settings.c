#include "cli/modem_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *label;
    struct modem_settings settings;
    const char *holds[4];
} cases[] = {
    {"all that a modem asks for",
     {"https://d.example", "a.b", "t0k", {"", 0}},
     {"  Update URL    https://d.example/register_ip\n"
      "    FRITZ!Box:  https://d.example/nic/update?hostname=<domain>&"
      "myip=<ipaddr>,<ip6addr>\n",
      "  Domain name   a.b\n  User name     a.b\n  Password      t0k\n",
      "  curl -fsS -u 'a.b:t0k' 'https://d.example/register_ip'\n"}},
    {"a slash at the URL's end is not written twice",
     {"https://d.example/x//", "a.b", "t", {"", 0}},
     {" https://d.example/x/nic/update?", "'https://d.example/x/register_ip'"}},
    {"a host that has an A record alone",
     {"https://d.example", "a.b", "t", SPAN_LITERAL("A")},
     {"&myip=<ipaddr>\n"}},
    {"a host that has an AAAA record alone",
     {"https://d.example", "a.b", "t", SPAN_LITERAL("AAAA")},
     {"&myip=<ip6addr>\n"}},
    {"a type in small letters is that type",
     {"https://d.example", "a.b", "t", SPAN_LITERAL("aaaa")},
     {"&myip=<ip6addr>\n"}},
    {"a quote for the shell",
     {"https://d.example", "a.b", "it's", {"", 0}},
     {"Password      it's\n", "'a.b:it'\\''s'"}},
    {"an example is called one",
     {"https://dyndns.example.org", "a.b", "t", {"", 0}},
     {"\nhttps://dyndns.example.org stands for your own service;"}},
    {"a token that is not to be shown: curl asks for it",
     {"https://d.example", "a.b", NULL, {"", 0}},
     {"Password      (the token)\n", "curl -fsS -u 'a.b' '"}},
};

static void test_what_is_typed(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strbuf_rewind(&text);
        modem_settings_write(&text, &cases[i].settings);
        for (size_t k = 0; cases[i].holds[k] != NULL; k++)
            if (strstr(strbuf_string(&text), cases[i].holds[k]) == NULL)
                fail_msg("%s: %s", cases[i].label, strbuf_string(&text));
    }
    strbuf_clear(&text);
}

static const struct command command = {
    .name = "example",
    .options = {OPTION_URL},
};

static const struct {
    const char *label, *given, *variable;
    const char *url; /* NULL: refused */
} urls[] = {
    {"an example, when nothing is known", NULL, NULL,
     "https://dyndns.example.org"},
    {"the variable", NULL, "http://d.example:8080", "http://d.example:8080"},
    {"an empty variable is none", NULL, "", "https://dyndns.example.org"},
    {"the option wins", "HTTPS://o.example/x", "http://d.example",
     "HTTPS://o.example/x"},
    {"another scheme", "ftp://d.example", NULL, NULL},
    {"no scheme", "d.example", NULL, NULL},
    {"no host", "https://", NULL, NULL},
    {"no host before a path", "https:///x", NULL, NULL},
    {"a blank", "https://d.example/a b", NULL, NULL},
    {"a quote", "https://d.example/'", NULL, NULL},
    {"a line feed in the variable", NULL, "https://d.example\n", NULL},
};

static void test_where_the_service_is(void **state)
{
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 1024);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct options options = {.command = &command};
        const char *url;

        options.given[0].option = &command.options[0];
        options.given[0].value = urls[i].given;
        options.given_count = urls[i].given != NULL;
        unsetenv("DYNDNS_URL");
        if (urls[i].variable != NULL)
            setenv("DYNDNS_URL", urls[i].variable, 1);
        strbuf_rewind(&fault);
        url = modem_settings_url(&options, &fault);
        if ((url == NULL) != (urls[i].url == NULL) ||
            (url == NULL) != (fault.len > 0) ||
            (url != NULL && strcmp(url, urls[i].url) != 0))
            fail_msg("%s", urls[i].label);
    }
    strbuf_clear(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_typed),
        cmocka_unit_test(test_where_the_service_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
