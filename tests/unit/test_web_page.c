#include "aws/web_page.h"

#include "tests/unit/loopback.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *url;
    bool sound, open;
} urls[] = {
    {"https", "https://checkip.amazonaws.com/", true, false},
    {"a port and a key", "https://r.example.org:8443/reflect?apikey=x", true,
     false},
    {"http to elsewhere is open", "http://r.example.org/check_ip", true, true},
    {"http to this machine is not", "http://127.0.0.1:8080/check_ip", true,
     false},
    {"nor over IPv6", "http://[::1]:8080/check_ip", true, false},
    {"a name that only begins like this machine",
     "http://127.0.0.1.example.org/", true, true},
    {"letter case of the scheme", "HTTPS://r.example.org/", true, false},
    {"another scheme", "ftp://r.example.org/", false, false},
    {"a file", "file:///etc/passwd", false, false},
    {"no scheme", "r.example.org/check_ip", false, false},
    {"a user", "https://me@r.example.org/", false, false},
    {"a password", "https://me:secret@r.example.org/", false, false},
    {"a fragment", "https://r.example.org/#x", false, false},
    {"no host", "https://", false, false},
    {"a blank", "https://r.example.org/a b", false, false},
    {"a line feed", "https://r.example.org/\n", false, false},
    {"no ASCII", "https://r.example.org/\xc3\xa9", false, false},
    {"nothing", "", false, false},
};

static void test_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        print_message("  %s\n", urls[i].label);
        assert_int_equal(web_page_url_fault(urls[i].url) == NULL,
                         urls[i].sound);
        if (urls[i].sound)
            assert_int_equal(web_page_url_is_open(urls[i].url), urls[i].open);
    }
}

static void test_a_key_is_not_shown(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1000);
    web_page_append_public_url(&out, "https://r.example.org/r?apikey=secret");
    assert_string_equal(strbuf_string(&out), "https://r.example.org/r");
    strbuf_clear(&out);
}

/* One page, fetched from a server that plays these steps. */
struct fixture {
    struct loopback *server;
    struct strbuf body;
    char url[200], fault[WEB_PAGE_FAULT_MAX];
    enum status status;
};

static bool stopped_at_once(void)
{
    return true;
}

static void fetch(struct fixture *f, const struct loopback_step *step,
                  enum address_family family, bool (*is_stopped)(void))
{
    struct web_page_request request = {
        .url = f->url,
        .family = family,
        .timeout_ms = PATIENCE_MS,
        .is_stopped = is_stopped,
    };

    f->server = loopback_start(step, 1);
    snprintf(f->url, sizeof f->url, "%s/check_ip?k=v", loopback_url(f->server));
    strbuf_init(&f->body, WEB_PAGE_MAX_BYTES);
    f->status = web_page_get(&request, &f->body, f->fault);
}

static void tear_down(struct fixture *f)
{
    loopback_stop(f->server);
    strbuf_clear(&f->body);
}

static void test_a_page(void **state)
{
    static const struct loopback_step step = {
        .reply = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n192.0.2.1\n"};
    struct fixture f;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* would answer nobody */
    fetch(&f, &step, ADDRESS_IPV4, NULL);
    unsetenv("http_proxy");
    assert_int_equal(f.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.body), "192.0.2.1\n");
    assert_memory_equal(loopback_request(f.server, 0).ptr,
                        "GET /check_ip?k=v HTTP/1.1\r\n", 28);
    assert_false(loopback_has_header(f.server, 0, "Authorization:"));
    tear_down(&f);
}

static const struct {
    const char *label;
    struct loopback_step step;
    const char *words;
    enum status status;
} failures[] = {
    {"an error is no page",
     {.reply = "HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\n192.0.2.1\n"},
     "HTTP 500",
     STATUS_UNAVAILABLE},
    {"nor is 401",
     {.reply = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"},
     "HTTP 401",
     STATUS_INVALID},
    {"a redirect is not followed",
     {.reply = "HTTP/1.1 302 There\r\nLocation: /x\r\nContent-Length: 0\r\n"
               "\r\n"},
     "redirects are not followed",
     STATUS_INVALID},
    {"cut short",
     {.reply = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n192.0.2.1\n",
      .end = LOOPBACK_CLOSE},
     "transfer closed",
     STATUS_UNAVAILABLE},
    {"no answer",
     {.reply = NULL, .end = LOOPBACK_CLOSE},
     "Empty reply",
     STATUS_UNAVAILABLE},
};

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        struct fixture f;

        print_message("  %s\n", failures[i].label);
        fetch(&f, &failures[i].step, ADDRESS_IPV4, NULL);
        assert_int_equal(f.status, failures[i].status);
        assert_non_null(strstr(f.fault, failures[i].words));
        assert_int_equal(loopback_requests(f.server), 1);
        tear_down(&f);
    }
}

static void test_a_page_has_a_ceiling(void **state)
{
    struct loopback_step step = {.reply = NULL};
    struct strbuf reply;
    struct fixture f;

    (void)state;
    for (int over = 0; over < 2; over++) {
        strbuf_init(&reply, 2 * WEB_PAGE_MAX_BYTES);
        strbuf_printf(&reply, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                      WEB_PAGE_MAX_BYTES + over);
        for (int i = 0; i < WEB_PAGE_MAX_BYTES + over; i++)
            strbuf_append_char(&reply, 'x');
        step.reply = strbuf_string(&reply);
        fetch(&f, &step, ADDRESS_IPV4, NULL);
        assert_int_equal(f.status, over ? STATUS_INVALID : STATUS_OK);
        assert_string_equal(f.fault, over ? "the page is too long" : "");
        tear_down(&f);
        strbuf_clear(&reply);
    }
}

/* The server has IPv4 alone. */
static void test_the_family_is_the_one_that_is_asked_for(void **state)
{
    static const struct loopback_step step = {.reply = NULL};
    struct fixture f;

    (void)state;
    fetch(&f, &step, ADDRESS_IPV6, NULL);
    assert_int_equal(f.status, STATUS_NOT_FOUND);
    assert_string_equal(f.fault, "its host is an IPv4 address");
    assert_int_equal(loopback_connections(f.server), 0);
    tear_down(&f);
}

/* Its answer never comes, and its time is not up for long. */
static void test_who_is_stopped_waits_no_longer(void **state)
{
    static const struct loopback_step step = {.reply = NULL};
    struct fixture f;

    (void)state;
    fetch(&f, &step, ADDRESS_IPV4, stopped_at_once);
    assert_int_equal(f.status, STATUS_UNAVAILABLE);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_a_key_is_not_shown),
        cmocka_unit_test(test_a_page),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_a_page_has_a_ceiling),
        cmocka_unit_test(test_the_family_is_the_one_that_is_asked_for),
        cmocka_unit_test(test_who_is_stopped_waits_no_longer),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
