#include "journal/json_fields.h"

#include "base/address.h"
#include "journal/json_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

struct thing {
    struct span text, host;
    int64_t moment;
    struct address address;
    uint32_t count32;
    uint64_t count64;
    bool flag;
};

static const struct json_field rows[] = {
    FIELD(struct thing, text, FIELD_TEXT, 8),
    FIELD(struct thing, host, FIELD_HOST, 253),
    FIELD(struct thing, moment, FIELD_MOMENT, 0),
    FIELD(struct thing, address, FIELD_ADDRESS, 0),
    FIELD(struct thing, count32, FIELD_COUNT32, 0),
    FIELD(struct thing, count64, FIELD_COUNT64, 0),
    FIELD(struct thing, flag, FIELD_FLAG, 0),
};

static const struct json_fields fields = {rows, COUNT(rows)};

static void write_thing(const struct thing *thing, struct strbuf *out)
{
    strbuf_rewind(out);
    json_writer_begin(out);
    json_fields_write(&fields, thing, out);
    json_writer_end(out);
}

static enum status read_thing(struct span line, char *copy, struct thing *thing)
{
    struct json_reader reader;
    struct json_member member;
    enum status status = STATUS_OK;
    size_t next = 0;

    *thing = (struct thing){0};
    memcpy(copy, line.ptr, line.len);
    json_reader_init(&reader, copy, line.len);
    while (status == STATUS_OK && json_reader_next(&reader, &member))
        status = json_fields_read(&fields, &member, &next, thing);
    return status;
}

static void test_a_struct_is_written_and_read(void **state)
{
    struct thing thing = {span_from_string("a \"b\""),
                          span_from_string("a.example"),
                          1234,
                          {ADDRESS_IPV4, {192, 0, 2, 1}},
                          UINT32_MAX,
                          UINT64_MAX,
                          true};
    struct thing again;
    struct strbuf out;
    char copy[1024];

    (void)state;
    strbuf_init(&out, sizeof copy);
    write_thing(&thing, &out);
    assert_string_equal(
        strbuf_string(&out),
        "{\"text\":\"a \\\"b\\\"\",\"host\":\"a.example\","
        "\"moment\":\"1970-01-01T00:00:01.234Z\",\"address\":\"192.0.2.1\","
        "\"count32\":4294967295,\"count64\":18446744073709551615,"
        "\"flag\":true}\n");
    assert_int_equal(read_thing(strbuf_span(&out), copy, &again), STATUS_OK);
    assert_true(span_equal(again.text, thing.text));
    assert_true(span_equal(again.host, thing.host));
    assert_int_equal(again.moment, thing.moment);
    assert_true(address_equal(&again.address, &thing.address));
    assert_int_equal(again.count32, thing.count32);
    assert_true(again.count64 == thing.count64);
    assert_true(again.flag);
    strbuf_clear(&out);
}

static void test_the_unknown_is_not_written_but_what_is_counted(void **state)
{
    struct thing thing = {0}, again;
    struct strbuf out;
    char copy[1024];

    (void)state;
    strbuf_init(&out, sizeof copy);
    write_thing(&thing, &out);
    assert_string_equal(strbuf_string(&out),
                        "{\"count32\":0,\"count64\":0,\"flag\":false}\n");
    assert_int_equal(read_thing(strbuf_span(&out), copy, &again), STATUS_OK);
    assert_int_equal(again.text.len + again.host.len, 0);
    assert_int_equal(again.moment, 0);
    assert_int_equal(again.address.family, ADDRESS_NONE);
    strbuf_clear(&out);
}

static const struct {
    const char *label, *line;
    enum status status;
} lines[] = {
    {"what is unknown is passed over",
     "{\"new\":1,\"newer\":[\"x\"],\"flag\":true}", STATUS_OK},
    {"any order", "{\"flag\":true,\"text\":\"a\",\"host\":\"a.b\"}", STATUS_OK},
    {"a text where a number is meant", "{\"count32\":\"1\"}", STATUS_INVALID},
    {"a number where a text is meant", "{\"text\":1}", STATUS_INVALID},
    {"a number where a flag is meant", "{\"flag\":1}", STATUS_INVALID},
    {"a text where a flag is meant", "{\"flag\":\"true\"}", STATUS_INVALID},
    {"a flag where a number is meant", "{\"count64\":true}", STATUS_INVALID},
    {"a flag where a text is meant", "{\"host\":true}", STATUS_INVALID},
    {"a negative number", "{\"count32\":-1}", STATUS_INVALID},
    {"a list where a text is meant", "{\"text\":[\"a\"]}", STATUS_INVALID},
    {"null where a text is meant", "{\"text\":null}", STATUS_INVALID},
    {"no moment", "{\"moment\":\"yesterday\"}", STATUS_INVALID},
    {"a moment as a number", "{\"moment\":5}", STATUS_INVALID},
    {"no address", "{\"address\":\"192.0.2\"}", STATUS_INVALID},
    {"an address that is none", "{\"address\":\"-\"}", STATUS_INVALID},
    {"a host without a dot", "{\"host\":\"localhost\"}", STATUS_INVALID},
    {"a host that carries markup", "{\"host\":\"<b>.example\"}",
     STATUS_INVALID},
    {"a host in upper case", "{\"host\":\"A.example\"}", STATUS_INVALID},
    {"a host without a name", "{\"host\":\"\"}", STATUS_INVALID},
};

static void test_what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct thing thing;
        char copy[1024];

        if (read_thing(span_from_string(lines[i].line), copy, &thing) !=
            lines[i].status)
            fail_msg("%s", lines[i].label);
    }
}

static void test_a_host_longer_than_dns_has_is_refused(void **state)
{
    char copy[1024], line[512] = "{\"host\":\"";
    struct thing thing;

    (void)state;
    for (int i = 0; i < 63; i++)
        strcat(line, "a.bc");
    strcat(line, "d\"}");
    assert_int_equal(read_thing(span_from_string(line), copy, &thing),
                     STATUS_OK);
    assert_int_equal(thing.host.len, 253);
    line[strlen(line) - 2] = 'd';
    line[strlen(line) - 1] = '"';
    strcat(line, "}");
    assert_int_equal(read_thing(span_from_string(line), copy, &thing),
                     STATUS_INVALID);
}

static void test_what_is_too_much_is_cut(void **state)
{
    struct thing thing;
    char copy[1024];

    (void)state;
    assert_int_equal(
        read_thing(span_from_string("{\"text\":\"123456789\"}"), copy, &thing),
        STATUS_OK);
    assert_true(span_is(thing.text, "12345678"));
    assert_int_equal(
        read_thing(span_from_string("{\"text\":\"123456\xe2\x82\xac\"}"), copy,
                   &thing),
        STATUS_OK);
    assert_true(span_is(thing.text, "123456"));
    assert_int_equal(
        read_thing(span_from_string("{\"count32\":4294967296}"), copy, &thing),
        STATUS_OK);
    assert_int_equal(thing.count32, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_struct_is_written_and_read),
        cmocka_unit_test(test_the_unknown_is_not_written_but_what_is_counted),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_host_longer_than_dns_has_is_refused),
        cmocka_unit_test(test_what_is_too_much_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
