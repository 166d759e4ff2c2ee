#include "s3db/host_edit_apply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BOM "\xef\xbb\xbf"

struct value {
    enum host_attribute which;
    const char *text; /* NULL: the end */
};

enum { VALUES_MAX = 4 };

static const struct edit_case {
    const char *label, *before;
    enum host_edit_kind kind;
    const char *name, *type, *user, *token;
    struct value values[VALUES_MAX];
    bool takes_user_token;
    enum status status;
    const char *after; /* or the reason of STATUS_INVALID */
    size_t rows;       /* 0: one */
} cases[] = {
    /* A host that is new. */
    {"the first host of all comes with a header line", "", HOST_EDIT_ADD, "a.b",
     .token = "t", .after = "hostname,token\na.b,t\n"},
    {"a byte order mark alone is an empty database", BOM, HOST_EDIT_ADD, "a.b",
     .token = "t", .after = BOM "hostname,token\na.b,t\n"},
    {"a new host stands last", "b.b,u\n", HOST_EDIT_ADD, "a.b", .token = "t",
     .after = "b.b,u\na.b,t\n"},
    {"the last line gets its end, of the kind that the others have",
     "b.b,u\r\nc.b,u", HOST_EDIT_ADD, "a.b", .token = "t",
     .after = "b.b,u\r\nc.b,u\r\na.b,t\r\n"},
    {"a token in quotes if it must", "b.b,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t,\"", .after = "b.b,u\na.b,\"t,\"\"\"\n"},
    {"a value stands in its column, wherever that is",
     "hostname,token,colour,ttl,comment\nb.b,u,red\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .values = {{HOST_ATTRIBUTE_TTL, "60"}},
     .after = "hostname,token,colour,ttl,comment\nb.b,u,red\na.b,t,,60\n"},
    {"a column that nobody had is added to the header line alone",
     "HostName, TOKEN ,comment \r\nb.b,u,\"x, y\"\r\n", HOST_EDIT_ADD, "a.b",
     .token = "t",
     .values = {{HOST_ATTRIBUTE_TTL, "60"}, {HOST_ATTRIBUTE_COMMENT, "c"}},
     .after = "HostName, TOKEN ,comment ,ttl\r\nb.b,u,\"x, y\"\r\n"
              "a.b,t,c,60\r\n"},
    {"a header line is made where there is none", BOM "\nb.b,u\n",
     HOST_EDIT_ADD, "a.b", .token = "t", .values = {{HOST_ATTRIBUTE_TTL, "60"}},
     .after = BOM "hostname,token,ttl\n\nb.b,u\na.b,t,60\n"},
    {"an empty value needs no column", "b.b,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .values = {{HOST_ATTRIBUTE_TTL, ""}},
     .after = "b.b,u\na.b,t\n"},
    {"the name is taken already", "A.b.,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .status = STATUS_CONFLICT},
    {"the other record of a name may have a row of its own",
     "hostname,token,record_type\na.b,u,AAAA\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .values = {{HOST_ATTRIBUTE_RECORD_TYPE, "A"}},
     .after = "hostname,token,record_type\na.b,u,AAAA\na.b,t,A\n"},
    {"but not the same record", "hostname,token,record_type\na.b,u,A\n",
     HOST_EDIT_ADD, "a.b", .token = "t",
     .values = {{HOST_ATTRIBUTE_RECORD_TYPE, "a"}}, .status = STATUS_CONFLICT},
    {"nor both", "hostname,token,record_type\na.b,u,A\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .status = STATUS_CONFLICT},
    {"nor one where a row is for both", "a.b,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .values = {{HOST_ATTRIBUTE_RECORD_TYPE, "A"}},
     .status = STATUS_CONFLICT},
    {"another token than that of its user", "hostname,token,user\nb.b,u,anne\n",
     HOST_EDIT_ADD, "a.b", .token = "t",
     .values = {{HOST_ATTRIBUTE_USER, "anne"}}, .status = STATUS_INVALID,
     .after = "an earlier row has the same user and another token"},
    {"the token of its user, on request",
     "hostname,token,user\nb.b,\"u,\",anne\nc.b,v,paul\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .values = {{HOST_ATTRIBUTE_USER, "anne"}},
     .takes_user_token = true,
     .after = "hostname,token,user\nb.b,\"u,\",anne\nc.b,v,paul\n"
              "a.b,\"u,\",anne\n"},
    {"its own, when the user is new", "hostname,token,user\nc.b,v,paul\n",
     HOST_EDIT_ADD, "a.b", .token = "t",
     .values = {{HOST_ATTRIBUTE_USER, "anne"}}, .takes_user_token = true,
     .after = "hostname,token,user\nc.b,v,paul\na.b,t,anne\n"},
    {"a value that the server would refuse", "b.b,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .values = {{HOST_ATTRIBUTE_TTL, "1h"}},
     .status = STATUS_INVALID,
     .after = "the ttl is no number of seconds from 0 to 2147483647, in digits "
              "alone"},
    {"a control character in the token", "b.b,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t\x01", .status = STATUS_INVALID,
     .after = "the token holds a control character, which no client can send"},
    {"a text whose grammar is broken", "b.b,u\nc.b,\"x\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .status = STATUS_INVALID,
     .after = "a double quote is left open in the row that begins here"},
    {"a row at fault stays as it is", "nodot,u\nb.b,u\n", HOST_EDIT_ADD, "a.b",
     .token = "t", .after = "nodot,u\nb.b,u\na.b,t\n"},
    {"a header line would make a host of a row at fault", "c.b,u,60\nb.b,u\n",
     HOST_EDIT_ADD, "a.b", .token = "t", .values = {{HOST_ATTRIBUTE_TTL, "60"}},
     .status = STATUS_INVALID,
     .after = "other hosts would be changed with it, since there are rows that "
              "break the rules"},

    /* A change. */
    {"a token alone", " B.b , u , x\na.b,t\n", HOST_EDIT_CHANGE, "a.b",
     .token = "v", .after = " B.b , u , x\na.b,v\n"},
    {"what stands around a field stays",
     "hostname,token,note\r\n"
     "\"A.B.\" , \"t\"\t,\"x\"\r\n",
     HOST_EDIT_CHANGE, "a.b", .token = "v",
     .after = "hostname,token,note\r\n\"A.B.\" , v\t,\"x\"\r\n"},
    {"both rows of a name",
     "hostname,token,record_type\na.b,t,A\n"
     "b.b,u\na.b,w,AAAA\n",
     HOST_EDIT_CHANGE, "a.b", .values = {{HOST_ATTRIBUTE_LOCK_RECORD, "true"}},
     .rows = 2,
     .after = "hostname,token,record_type,lock_record\na.b,t,A,true\n"
              "b.b,u\na.b,w,AAAA,true\n"},
    {"one of them", "hostname,token,record_type\na.b,t,A\na.b,w,aaaa\n",
     HOST_EDIT_CHANGE, "a.b", "AAAA", .token = "v",
     .after = "hostname,token,record_type\na.b,t,A\na.b,v,aaaa\n"},
    {"all rows of a user",
     "hostname,token,user\na.b,t,anne\nb.b,t\n"
     "c.b,t,anne\n",
     HOST_EDIT_CHANGE, "a.b", .user = "anne", .token = "v", .rows = 2,
     .after = "hostname,token,user\na.b,v,anne\nb.b,t\nc.b,v,anne\n"},
    {"one row of a user alone may not get another token",
     "hostname,token,user\na.b,t,anne\nc.b,t,anne\n", HOST_EDIT_CHANGE, "a.b",
     .token = "v", .status = STATUS_INVALID,
     .after = "an earlier row has the same user and another token"},
    {"a row that is shorter than its new value needs",
     "hostname,token,x,y,lock_record,z\na.b,t\nb.b,u,1,2,no,3\n",
     HOST_EDIT_CHANGE, "a.b", .values = {{HOST_ATTRIBUTE_LOCK_RECORD, "true"}},
     .after = "hostname,token,x,y,lock_record,z\na.b,t,,,true\n"
              "b.b,u,1,2,no,3\n"},
    {"a value that is taken away leaves an empty field",
     "hostname,token,lock_record,x\na.b,t,yes,1\n", HOST_EDIT_CHANGE, "a.b",
     .values = {{HOST_ATTRIBUTE_LOCK_RECORD, ""}},
     .after = "hostname,token,lock_record,x\na.b,t,,1\n"},
    {"a column that is named twice: the first one counts",
     "hostname,token,ttl,ttl\na.b,t,1,2\n", HOST_EDIT_CHANGE, "a.b",
     .values = {{HOST_ATTRIBUTE_TTL, "9"}},
     .after = "hostname,token,ttl,ttl\na.b,t,9,2\n"},
    {"a column without a name stays where it is", "hostname,token,\na.b,t\n",
     HOST_EDIT_CHANGE, "a.b", .values = {{HOST_ATTRIBUTE_TTL, "9"}},
     .after = "hostname,token,,ttl\na.b,t,,9\n"},
    {"all is so already", "hostname,token,ttl\na.b,t,9\n", HOST_EDIT_CHANGE,
     "a.b", .token = "t", .values = {{HOST_ATTRIBUTE_TTL, "9"}},
     .status = STATUS_UNCHANGED},
    {"in other words", "hostname,token,lock_record\na.b,t,YES\n",
     HOST_EDIT_CHANGE, "a.b", .values = {{HOST_ATTRIBUTE_LOCK_RECORD, "true"}},
     .status = STATUS_UNCHANGED},
    {"nothing to take away, and no column for it", "a.b,t\n", HOST_EDIT_CHANGE,
     "a.b", .values = {{HOST_ATTRIBUTE_LOCK_RECORD, ""}},
     .status = STATUS_UNCHANGED},
    {"no such host", "b.b,u\n", HOST_EDIT_CHANGE, "a.b", .token = "v",
     .status = STATUS_NOT_FOUND},
    {"no such record", "hostname,token,record_type\na.b,t,A\n",
     HOST_EDIT_CHANGE, "a.b", "AAAA", .token = "v", .status = STATUS_NOT_FOUND},
    {"the header line is no host", "hostname,token\nb.b,u\n", HOST_EDIT_CHANGE,
     "hostname", .token = "v", .status = STATUS_NOT_FOUND},
    {"a change needs a database", "", HOST_EDIT_CHANGE, "a.b", .token = "v",
     .status = STATUS_INVALID, .after = "there is no host in it"},
    {"another header line's names", "hostname,shared_secret\na.b,t\n",
     HOST_EDIT_CHANGE, "a.b", .token = "v",
     .after = "hostname,shared_secret\na.b,v\n"},

    /* A removal. */
    {"what is no byte order mark does not become one",
     "a.b,t\n" BOM "b.b,u\nc.b,v\n", HOST_EDIT_REMOVE, "a.b",
     .after = BOM BOM "b.b,u\nc.b,v\n"},
    {"a row and its line", BOM "a.b,t\r\nb.b,u\r\n", HOST_EDIT_REMOVE, "a.b",
     .after = BOM "b.b,u\r\n"},
    {"the last row", "b.b,u\na.b,\"t\nx\"", HOST_EDIT_REMOVE, "a.b",
     .status = STATUS_OK, .after = "b.b,u\n"},
    {"each row of the name, those at fault too", "a.b,t\n\nb.b,u\na.b,v\n",
     HOST_EDIT_REMOVE, "a.b", .rows = 2, .after = "\nb.b,u\n"},
    {"one record of two", "hostname,token,record_type\na.b,t,A\na.b,w,AAAA\n",
     HOST_EDIT_REMOVE, "a.b", "A",
     .after = "hostname,token,record_type\na.b,w,AAAA\n"},
    {"the last host stays, for the server takes no empty database",
     "hostname,token\na.b,t\n", HOST_EDIT_REMOVE, "a.b",
     .status = STATUS_INVALID, .after = "there is no host in it"},
    {"no such host to remove", "b.b,u\n", HOST_EDIT_REMOVE, "a.b",
     .status = STATUS_NOT_FOUND},
    {"a row at fault, found by its type",
     "hostname,token,record_type\na.b,t,A\nb.b,u\nb.b,u,A\nb.b,w\n",
     HOST_EDIT_REMOVE, "b.b", "A", .status = STATUS_OK,
     .after = "hostname,token,record_type\na.b,t,A\nb.b,u\nb.b,w\n"},
    {"a row at fault would become a host",
     "hostname,token,user\na.b,t,anne\nc.b,v,anne\n", HOST_EDIT_REMOVE, "a.b",
     .status = STATUS_INVALID,
     .after = "other hosts would be changed with it, since there are rows that "
              "break the rules"},
};

static struct host_edit make(const struct edit_case *c)
{
    struct host_edit edit = {
        .kind = c->kind,
        .name = span_from_string(c->name),
        .of_one_type = c->type != NULL,
        .type = span_from_string(c->type),
        .user = span_from_string(c->user),
        .token = span_from_string(c->token),
        .takes_user_token = c->takes_user_token,
    };

    for (size_t i = 0; i < VALUES_MAX && c->values[i].text != NULL; i++) {
        edit.sets[c->values[i].which] = true;
        edit.values[c->values[i].which] = span_from_string(c->values[i].text);
    }
    return edit;
}

static void check(const struct edit_case *c)
{
    struct host_edit edit = make(c);
    struct host_edit_result result;
    struct strbuf out;
    enum status status;

    strbuf_init(&out, 64 * 1024);
    status = host_edit_apply(&edit, span_from_string(c->before), &out, &result);
    if (status != c->status)
        fail_msg("%s: %s (%s), %s", c->label, status_name(status),
                 status == STATUS_INVALID ? result.reason : "",
                 strbuf_string(&out));
    if (status == STATUS_OK && strcmp(strbuf_string(&out), c->after) != 0)
        fail_msg("%s: %s", c->label, strbuf_string(&out));
    if (status == STATUS_OK)
        assert_int_equal(result.rows, c->rows == 0 ? 1 : c->rows);
    if (status == STATUS_INVALID && strcmp(result.reason, c->after) != 0)
        fail_msg("%s: %s", c->label, result.reason);
    strbuf_clear(&out);
}

static void test_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void test_whose_token_it_is(void **state)
{
    static const char *const text = "hostname,token,user\nb.b,u,anne\n";
    struct host_edit edit = {
        .kind = HOST_EDIT_ADD,
        .name = SPAN_LITERAL("a.b"),
        .token = SPAN_LITERAL("t"),
        .takes_user_token = true,
        .sets = {[HOST_ATTRIBUTE_USER] = true},
        .values = {[HOST_ATTRIBUTE_USER] = SPAN_LITERAL("anne")},
    };
    struct host_edit_result result;
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1024);
    assert_int_equal(
        host_edit_apply(&edit, span_from_string(text), &out, &result),
        STATUS_OK);
    assert_true(result.took_token);
    strbuf_rewind(&out);
    edit.values[HOST_ATTRIBUTE_USER] = span_from_string("paul");
    assert_int_equal(
        host_edit_apply(&edit, span_from_string(text), &out, &result),
        STATUS_OK);
    assert_false(result.took_token);
    strbuf_clear(&out);
}

static void test_a_text_that_finds_no_room(void **state)
{
    struct host_edit edit = {.kind = HOST_EDIT_ADD,
                             .name = SPAN_LITERAL("a.b"),
                             .token = SPAN_LITERAL("t")};
    struct host_edit_result result;
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 8);
    assert_int_equal(
        host_edit_apply(&edit, span_from_string("b.b,u\n"), &out, &result),
        STATUS_NOMEM);
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_whose_token_it_is),
        cmocka_unit_test(test_a_text_that_finds_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
