#include "s3db/token_edit.h"

#include "s3db/token_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define RANDOM "b42b8ee408d165ba29588841a44edd96"
#define HASHED "sha256:0123456789abcdef:" HASH
#define BOM "\xef\xbb\xbf"

/* In what comes of it, {TOKEN} is a hash of TOKEN by sha256, [TOKEN] one by
 * scrypt. */
static const struct {
    const char *label, *before;
    enum token_kind kind;
    enum status status;
    const char *after; /* or the reason of STATUS_INVALID */
    size_t hashed_before;
} cases[] = {
    {"a random token", "a.b," RANDOM "\n", TOKEN_PLAIN, STATUS_OK,
     "a.b,{" RANDOM "}\n", 0},
    {"one that people chose", "a.b,secret\n", TOKEN_PLAIN, STATUS_OK,
     "a.b,[secret]\n", 0},
    {"each as it suits", "a.b,secret\nb.b," RANDOM "\n", TOKEN_PLAIN, STATUS_OK,
     "a.b,[secret]\nb.b,{" RANDOM "}\n", 0},
    {"all by sha256, on request", "a.b,secret\n", TOKEN_SHA256, STATUS_OK,
     "a.b,{secret}\n", 0},
    {"all by scrypt, on request", "a.b," RANDOM "\n", TOKEN_SCRYPT, STATUS_OK,
     "a.b,[" RANDOM "]\n", 0},
    {"what is hashed stays", "a.b," HASHED "\nb.b,t\n", TOKEN_SHA256, STATUS_OK,
     "a.b," HASHED "\nb.b,{t}\n", 1},
    {"in quotes as well", "a.b,\"" HASHED "\"\nb.b,t\n", TOKEN_SHA256,
     STATUS_OK, "a.b,\"" HASHED "\"\nb.b,{t}\n", 1},
    {"nothing is to be done", "a.b," HASHED "\n", TOKEN_SHA256,
     STATUS_UNCHANGED, NULL, 1},
    {"all else keeps every byte",
     BOM "HostName, TOKEN ,colour,COMMENT\r\n\r\n \tA.b.\t, t \t,red,\"x, "
         "\"\"y\"\"\"\r\nb.b,\"u,\"\"\" \r\n\r\nc.b,v",
     TOKEN_SHA256, STATUS_OK,
     BOM "HostName, TOKEN ,colour,COMMENT\r\n\r\n \tA.b.\t, {t} \t,red,\"x, "
         "\"\"y\"\"\"\r\nb.b,{u,\"} \r\n\r\nc.b,{v}",
     0},
    {"blanks in quotes are of the token", "a.b, \" t \" \n", TOKEN_SHA256,
     STATUS_OK, "a.b, { t } \n", 0},
    {"a header line has no token", "hostname,token\na.b,t\n", TOKEN_SHA256,
     STATUS_OK, "hostname,token\na.b,{t}\n", 0},
    {"by its other name neither", "hostname,shared_secret\na.b,t\n",
     TOKEN_SHA256, STATUS_OK, "hostname,shared_secret\na.b,{t}\n", 0},
    {"a token may be called token", "a.b,token\n", TOKEN_SHA256, STATUS_OK,
     "a.b,{token}\n", 0},
    {"a faulty row has a token, too", "nodot,t\na.b,u\na.b,w\n", TOKEN_SHA256,
     STATUS_OK, "nodot,{t}\na.b,{u}\na.b,{w}\n", 0},
    {"what can be no token stays", "a.b,t\nb.b,\nc.b\nd.b,sha256:x\n",
     TOKEN_SHA256, STATUS_OK, "a.b,{t}\nb.b,\nc.b\nd.b,sha256:x\n", 1},
    {"nor does one of two lines become one", "a.b,t\nb.b,\"u\nv\"\n",
     TOKEN_SHA256, STATUS_OK, "a.b,{t}\nb.b,\"u\nv\"\n", 0},
    {"no grammar", "a.b,\"t\n", TOKEN_SHA256, STATUS_INVALID,
     "a double quote is left open in the row that begins here", 0},
    {"no host", "hostname,token\n", TOKEN_SHA256, STATUS_INVALID,
     "there is no host in it", 0},
};

static void assert_hash(const char *label, struct span hashed,
                        struct span token, enum token_kind kind)
{
    struct token_form form;

    if (token_form_parse(hashed, &form) != NULL || form.kind != kind ||
        !token_hash_matches(&form, token))
        fail_msg("%s: %.*s", label, (int)hashed.len, hashed.ptr);
}

static void compare(const char *label, const char *is, const char *wanted)
{
    while (*wanted != '\0') {
        bool is_sha256 = *wanted == '{';
        size_t len;

        if (!is_sha256 && *wanted != '[') {
            if (*is++ != *wanted++)
                fail_msg("%s: at %s", label, is - 1);
            continue;
        }
        wanted++;
        len = strcspn(is, " ,\r\n");
        assert_hash(label, span_from(is, len),
                    span_from(wanted, strcspn(wanted, "}]")),
                    is_sha256 ? TOKEN_SHA256 : TOKEN_SCRYPT);
        is += len;
        wanted += strcspn(wanted, "}]") + 1;
    }
    if (*is != '\0')
        fail_msg("%s: more, %s", label, is);
}

static void test_plain_tokens_are_hashed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct token_edit edit;
        struct token_edit_result result;
        struct strbuf out;
        enum status status;

        strbuf_init(&out, 64 * 1024);
        assert_int_equal(token_edit_init(&edit, cases[i].kind), STATUS_OK);
        status = token_edit_apply(&edit, span_from_string(cases[i].before),
                                  &out, &result);
        if (status != cases[i].status ||
            result.hashed_before != cases[i].hashed_before)
            fail_msg("%s: status %d, %s", cases[i].label, (int)status,
                     result.reason);
        if (status == STATUS_OK)
            compare(cases[i].label, strbuf_string(&out), cases[i].after);
        else if (status == STATUS_INVALID)
            assert_string_equal(result.reason, cases[i].after);
        token_edit_clear(&edit);
        strbuf_clear(&out);
    }
}

/* The tokens of the rows, one behind the other, as what they are made of; to
 * be told apart where they differ. */
static size_t tokens_of(const char *text, struct span tokens[], size_t max)
{
    size_t count = 0;

    while ((text = strstr(text, "sha256:")) != NULL && count < max) {
        tokens[count++] = span_from(text, strcspn(text, ",\n"));
        text++;
    }
    return count;
}

static const struct {
    const char *label, *rows;
    bool equal; /* the tokens of both rows */
} pairs[] = {
    {"a user has one text", "a.b,t,,anne\nb.b,t,,anne\n", true},
    {"another user's is another", "a.b,t,,anne\nb.b,t,,paul\n", false},
    {"and that of a host without", "a.b,t,,anne\nb.b,t,,\n", false},
    {"two hosts have two", "a.b,t,,\nb.b,t,,\n", false},
    {"two rows of a host have one", "a.b,t,A,\nA.B.,t,AAAA,\n", true},
    {"unless it has two tokens", "a.b,t,A,\na.b,u,AAAA,\n", false},
    {"a host is no user of this name", "a.b,t,,\nb.b,t,,a.b\n", false},
};

static void test_which_rows_have_the_same_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct token_edit edit;
        struct token_edit_result result;
        struct strbuf before, out;
        struct span tokens[3] = {{NULL, 0}};

        strbuf_init(&before, 1024);
        strbuf_init(&out, 1024);
        strbuf_printf(&before, "hostname,token,record_type,user\n%s",
                      pairs[i].rows);
        assert_int_equal(token_edit_init(&edit, TOKEN_SHA256), STATUS_OK);
        assert_int_equal(
            token_edit_apply(&edit, strbuf_span(&before), &out, &result),
            STATUS_OK);
        assert_int_equal(result.made[TOKEN_SHA256], 2);
        assert_int_equal(tokens_of(strbuf_string(&out), tokens, 3), 2);
        if (span_equal(tokens[0], tokens[1]) != pairs[i].equal)
            fail_msg("%s", pairs[i].label);
        token_edit_clear(&edit);
        strbuf_clear(&before);
        strbuf_clear(&out);
    }
}

static void test_what_was_hashed_once_is_not_hashed_again(void **state)
{
    struct token_edit edit;
    struct token_edit_result result;
    struct strbuf first, second;
    struct span before[2], after[2];

    (void)state;
    strbuf_init(&first, 1024);
    strbuf_init(&second, 1024);
    assert_int_equal(token_edit_init(&edit, TOKEN_SHA256), STATUS_OK);
    assert_int_equal(
        token_edit_apply(&edit, span_from_string("a.b,t\n"), &first, &result),
        STATUS_OK);
    assert_int_equal(token_edit_apply(&edit, span_from_string("b.b,u\na.b,t\n"),
                                      &second, &result),
                     STATUS_OK);
    assert_int_equal(tokens_of(strbuf_string(&first), before, 2), 1);
    assert_int_equal(tokens_of(strbuf_string(&second), after, 2), 2);
    assert_true(span_equal(after[1], before[0]));
    assert_false(span_equal(after[0], before[0]));
    token_edit_clear(&edit);
    strbuf_clear(&first);
    strbuf_clear(&second);
}

static void test_groups_are_kept_unless_it_is_asked_for(void **state)
{
    static const char text[] = "hostname,token,read_privilege\n"
                               "a.b,t,yes\nb.b,t,yes\nc.b,t,no\n"
                               "d.b," HASHED ",yes\n";
    struct token_edit edit;
    struct token_edit_result result;
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1024);
    assert_int_equal(token_edit_init(&edit, TOKEN_SHA256), STATUS_OK);
    assert_int_equal(
        token_edit_apply(&edit, span_from_string(text), &out, &result),
        STATUS_DENIED);
    assert_int_equal(result.readable, 2);
    strbuf_rewind(&out);
    edit.includes_readable = true;
    assert_int_equal(
        token_edit_apply(&edit, span_from_string(text), &out, &result),
        STATUS_OK);
    assert_int_equal(result.made[TOKEN_SHA256], 3);
    token_edit_clear(&edit);
    strbuf_clear(&out);
}

static void test_a_text_that_finds_no_room(void **state)
{
    struct token_edit edit;
    struct token_edit_result result;
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 16);
    assert_int_equal(token_edit_init(&edit, TOKEN_SHA256), STATUS_OK);
    assert_int_equal(
        token_edit_apply(&edit, span_from_string("a.b,t\n"), &out, &result),
        STATUS_NOMEM);
    token_edit_clear(&edit);
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_tokens_are_hashed),
        cmocka_unit_test(test_which_rows_have_the_same_text),
        cmocka_unit_test(test_what_was_hashed_once_is_not_hashed_again),
        cmocka_unit_test(test_groups_are_kept_unless_it_is_asked_for),
        cmocka_unit_test(test_a_text_that_finds_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
