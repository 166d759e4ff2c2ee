#include "cli/ip_consensus.h"

enum ip_verdict ip_consensus(const struct ip_answer *answers, size_t count,
                             size_t *first, size_t *second)
{
    size_t able = 0, said = 0;

    for (size_t i = 0; i < count; i++) {
        if (answers[i].kind == IP_ANSWER_NONE)
            continue;
        able++;
        if (answers[i].kind == IP_ANSWER_FAILED)
            continue;
        if (said++ == 0) {
            *first = i;
        } else if (!address_equal(&answers[*first].address,
                                  &answers[i].address)) {
            *second = i;
            return IP_VERDICT_CONFLICT;
        }
    }
    if (able == 0)
        return IP_VERDICT_NONE;
    if (said == 0)
        return IP_VERDICT_SILENCE;
    return said == 1 && able > 1 ? IP_VERDICT_TOO_FEW : IP_VERDICT_AGREED;
}
