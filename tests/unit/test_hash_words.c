#include "server/http/hash_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label;
    enum outcome outcome;
    enum refusal refusal;
    enum address_family family;
    const char *words;
} cases[] = {
    {"the other record", OUTCOME_REFUSED, REFUSAL_OTHER_TYPE, ADDRESS_IPV4,
     "There was an issue finding or reading the DyanmoDB config item for "
     "a.example.org.: A"},
    {"which is the one asked for", OUTCOME_REFUSED, REFUSAL_OTHER_TYPE,
     ADDRESS_IPV6,
     "There was an issue finding or reading the DyanmoDB config item for "
     "a.example.org.: AAAA"},
    {"locked", OUTCOME_REFUSED, REFUSAL_LOCKED, ADDRESS_IPV4,
     "The record for a.example.org. is locked, update denied."},
    {"internal", OUTCOME_REFUSED, REFUSAL_INTERNAL, ADDRESS_IPV4,
     "DDB Permissions for a.example.org. disallow internal IPs, update "
     "denied."},
    {"not the caller's own", OUTCOME_REFUSED, REFUSAL_NOT_OWN, ADDRESS_IPV4,
     "DDB Permissions for a.example.org. disallow internal IPs, update "
     "denied."},
    {"too often", OUTCOME_REFUSED, REFUSAL_TOO_OFTEN, ADDRESS_IPV4,
     "The record for a.example.org. changes too often, update denied."},
    {"refused by Route 53", OUTCOME_REFUSED, REFUSAL_NONE, ADDRESS_IPV4,
     "Route 53 does not take the record of a.example.org.."},
    {"without a zone", OUTCOME_NO_ZONE, REFUSAL_NONE, ADDRESS_IPV4,
     "No hosted zone holds a.example.org.."},
    {"out of reach", OUTCOME_UNAVAILABLE, REFUSAL_NONE, ADDRESS_IPV4,
     "The record of a.example.org. cannot be set now, try again later."},
    {"not in time", OUTCOME_EXPIRED, REFUSAL_NONE, ADDRESS_IPV4,
     "The record of a.example.org. cannot be set now, try again later."},
};

static void test_every_failure_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct protocol_result result = {
            .name = SPAN_LITERAL("a.example.org"),
            .refusal = cases[i].refusal,
            .outcome = cases[i].outcome,
            .address = {.family = cases[i].family},
        };
        char words[HASH_WORDS_MAX];

        hash_words_of_failure(&result, ".", words);
        if (strcmp(words, cases[i].words) != 0)
            fail_msg("%s: %s", cases[i].label, words);
        if (strstr(words, "success") != NULL)
            fail_msg("%s: it looks like success", cases[i].label);
    }
}

static void test_the_longest_words_fit(void **state)
{
    char name[DNS_NAME_MAX], words[HASH_WORDS_MAX];
    struct protocol_result result = {.name = {name, sizeof name},
                                     .outcome = OUTCOME_REFUSED,
                                     .refusal = REFUSAL_OTHER_TYPE};

    (void)state;
    memset(name, 'n', sizeof name);
    hash_words_of_failure(&result, ".", words);
    assert_true(strlen(words) < sizeof words - 1);
    assert_string_equal(words + strlen(words) - 7, ".: AAAA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_failure_has_its_words),
        cmocka_unit_test(test_the_longest_words_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
