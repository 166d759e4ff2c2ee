#include "aws/rrset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_type_of_an_address(void **state)
{
    struct address address;

    (void)state;
    assert_true(address_parse(span_from_string("192.0.2.1"), &address));
    assert_int_equal(rrset_type_for(&address), RRSET_A);
    assert_true(address_parse(span_from_string("2001:db8::1"), &address));
    assert_int_equal(rrset_type_for(&address), RRSET_AAAA);
}

static void test_names_of_types(void **state)
{
    (void)state;
    assert_string_equal(rrset_type_name(RRSET_A), "A");
    assert_string_equal(rrset_type_name(RRSET_AAAA), "AAAA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_of_an_address),
        cmocka_unit_test(test_names_of_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
