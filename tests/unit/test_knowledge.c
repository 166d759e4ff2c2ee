#include "server/history/knowledge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define SELF "00000000000000aa"
#define HOST "a.example.org"
#define NOW INT64_C(1700000000000)

/* The letters are events of a host, a second later each: (c)all, cha(n)ge, (A)dded,
 * (E)dited; (O)ther is an addition of another host. */
static struct event event_of(char letter, int64_t at)
{
    struct event event = {.at = at};
    struct span host = span_from_string(HOST);

    if (letter == 'c') {
        event.kind = EVENT_CALLS;
        event.calls.host = host;
        event.calls.outcome = span_from_string("nochg");
        event.calls.calls = 1;
    } else if (letter == 'n') {
        event.kind = EVENT_CHANGE;
        event.change.host = host;
        event.change.family = ADDRESS_IPV4;
        event.change.why = span_from_string("call");
    } else {
        event.kind = EVENT_EDIT;
        event.edit.action = span_from_string("upload");
        event.edit.effect =
            span_from_string(letter == 'E' ? "changed" : "added");
        event.edit.hosts[0] = span_from_string("b.example.org");
        event.edit.hosts[1] = host;
        event.edit.named = letter == 'O' ? 1 : 2;
    }
    return event;
}

/* How many seconds after the first event it was added; -1: that is not known. */
static int added_at(const struct knowledge *known)
{
    struct host_state state;
    uint32_t index;

    if (!host_states_find(known->states, span_from_string(HOST), &index))
        return -1;
    host_states_get(known->states, index, &state);
    return state.added_at == 0 ? -1 : (int)(state.added_at - NOW / 1000);
}

static int heard_in_order(const char *letters, bool is_backwards)
{
    struct knowledge *known = knowledge_new(SELF, 60000);
    size_t count = strlen(letters);
    int found;

    assert_non_null(known);
    for (size_t i = 0; i < count; i++) {
        size_t which = is_backwards ? count - 1 - i : i;
        struct event event =
            event_of(letters[which], NOW + (int64_t)which * 1000);

        assert_int_equal(knowledge_add(known, NOW, &event), STATUS_OK);
    }
    found = added_at(known);
    knowledge_free(known);
    return found;
}

/* Objects of several copies, and dyndb's, are heard in any order. */
static void test_a_host_is_added_whatever_is_heard_first(void **state)
{
    static const struct {
        const char *label, *letters;
        int added_at;
    } cases[] = {
        {"a call alone", "c", -1},
        {"an addition before the first call", "Ac", 0},
        {"after it", "cA", 1},
        {"before the first change", "An", 0},
        {"two additions", "AcA", 2},
        {"two before all calls", "AAc", 1},
        {"another edit behind it", "AEc", 0},
        {"no addition, but other edits", "EcE", -1},
        {"another host's", "cO", -1},
        {"another host's, before", "Oc", -1},
        {"who never called has no past", "A", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (heard_in_order(cases[i].letters, false) != cases[i].added_at ||
            heard_in_order(cases[i].letters, true) != cases[i].added_at)
            fail_msg("%s", cases[i].label);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_host_is_added_whatever_is_heard_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
