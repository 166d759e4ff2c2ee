#include "base/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The key 00 01 .. 0f of the reference implementation's vectors. */
static const struct siphash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

/* The vectors of the paper's appendix A and of the reference implementation:
 * the text is the bytes 00 01 02 ... */
static const struct {
    size_t len;
    uint64_t expected;
} vectors[] = {
    {0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd}, {2, 0x0d6c8009d9a94f5a},
    {3, 0x85676696d7fb7e2d},  {7, 0xab0200f58b01d137}, {8, 0x93f5f5799a932462},
    {15, 0xa129ca6149be45e5},
};

static void test_reference_vectors(void **state)
{
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        assert_int_equal(siphash(&key, span_from(text, vectors[i].len)),
                         vectors[i].expected);
}

static void test_another_key_is_another_hash(void **state)
{
    struct siphash_key a, b;
    struct span text = span_from_string("home.dyn.example.org");

    (void)state;
    assert_true(siphash_key_init(&a));
    assert_true(siphash_key_init(&b));
    assert_int_not_equal(siphash(&a, text), siphash(&b, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_vectors),
        cmocka_unit_test(test_another_key_is_another_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
