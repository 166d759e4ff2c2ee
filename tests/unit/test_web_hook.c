#include "aws/web_hook.h"

#include "tests/unit/loopback.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define REPLY(line) "HTTP/1.1 " line "\r\nContent-Length: 2\r\n\r\nok"

static const struct {
    const char *label, *url;
    bool sound;
} urls[] = {
    {"https", "https://hooks.example.org/services/T0/B0/key", true},
    {"a key in the query", "https://hooks.example.org/?key=x", true},
    {"http to this machine", "http://127.0.0.1:8080/hook", true},
    {"http to another one would show the message to others",
     "http://hooks.example.org/x", false},
    {"a password", "https://me:secret@hooks.example.org/", false},
    {"another scheme", "ftp://hooks.example.org/", false},
    {"a line feed", "https://hooks.example.org/\nX: y", false},
    {"nothing", "", false},
};

static void test_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        print_message("  %s\n", urls[i].label);
        assert_int_equal(web_hook_url_fault(urls[i].url) == NULL,
                         urls[i].sound);
    }
}

static void test_the_path_is_a_secret(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1000);
    web_hook_append_public_url(&out, "https://h.example.org:8443/T0/key?k=v");
    assert_string_equal(strbuf_string(&out), "https://h.example.org:8443");
    strbuf_rewind(&out);
    web_hook_append_public_url(&out, "https://h.example.org?k=v");
    assert_string_equal(strbuf_string(&out), "https://h.example.org");
    strbuf_clear(&out);
}

static atomic_bool abandoned;
static char fault[WEB_HOOK_FAULT_MAX];

static enum status post(struct loopback *server, const char *secret)
{
    char url[200];
    const struct web_hook hook = {.url = url,
                                  .secret = secret,
                                  .timeout_ms = PATIENCE_MS,
                                  .is_abandoned = &abandoned};

    snprintf(url, sizeof url, "%s/hook?k=v", loopback_url(server));
    return web_hook_post(&hook, span_from_string("{\"a\":1}"), fault);
}

static void test_what_is_posted(void **state)
{
    static const struct loopback_step steps[] = {{.reply = REPLY("200 OK")},
                                                 {.reply = REPLY("204 OK")}};
    struct loopback *server = loopback_start(steps, COUNT(steps));
    struct span request;

    (void)state;
    assert_int_equal(post(server, NULL), STATUS_OK);
    request = loopback_request(server, 0);
    assert_memory_equal(request.ptr, "POST /hook?k=v HTTP/1.1\r\n", 25);
    assert_memory_equal(request.ptr + request.len - 11, "\r\n\r\n{\"a\":1}",
                        11);
    assert_true(
        loopback_has_header(server, 0, "Content-Type: application/json"));
    assert_null(memmem(request.ptr, request.len, "X-Dyndns53-Signature", 20));
    /* printf '{"a":1}' | openssl dgst -sha256 -hmac secret */
    assert_int_equal(post(server, "secret"), STATUS_OK);
    assert_true(loopback_has_header(
        server, 1,
        "X-Dyndns53-Signature: "
        "sha256="
        "aa9e2e3575f5d7098b6caccd790888c36d5fdb63342a73bada2d6a51747a8494"));
    assert_string_equal(fault, "");
    loopback_stop(server);
}

static const struct {
    const char *label;
    struct loopback_step step;
    const char *words;
    enum status status;
} failures[] = {
    {"its own fault may pass",
     {.reply = REPLY("500 Oh")},
     "HTTP 500",
     STATUS_UNAVAILABLE},
    {"a refusal will not",
     {.reply = REPLY("404 No")},
     "HTTP 404",
     STATUS_INVALID},
    {"a redirect is not followed, since the message was not sent there",
     {.reply = "HTTP/1.1 307 There\r\nLocation: /x\r\nContent-Length: 0\r\n"
               "\r\n"},
     "redirects are not followed",
     STATUS_INVALID},
    {"no answer",
     {.reply = NULL, .end = LOOPBACK_CLOSE},
     "Empty reply",
     STATUS_UNAVAILABLE},
};

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        struct loopback *server = loopback_start(&failures[i].step, 1);

        print_message("  %s\n", failures[i].label);
        assert_int_equal(post(server, NULL), failures[i].status);
        assert_non_null(strstr(fault, failures[i].words));
        assert_int_equal(loopback_requests(server), 1);
        loopback_stop(server);
    }
}

static void test_who_stops_waits_for_no_answer(void **state)
{
    static const struct loopback_step silence = {.reply = NULL};
    struct loopback *server = loopback_start(&silence, 1);

    (void)state;
    atomic_store(&abandoned, true);
    assert_int_equal(post(server, NULL), STATUS_UNAVAILABLE);
    assert_string_not_equal(fault, "");
    atomic_store(&abandoned, false);
    loopback_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_the_path_is_a_secret),
        cmocka_unit_test(test_what_is_posted),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_who_stops_waits_for_no_answer),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
