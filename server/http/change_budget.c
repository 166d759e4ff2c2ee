#include "server/http/change_budget.h"

#include "base/siphash.h"
#include "server/http/budgets.h"

#include <stdlib.h>

struct change_budget {
    struct siphash_key key;
    struct budgets *budgets; /* NULL: no limit */
};

static bool set_up(struct change_budget *budget, unsigned most)
{
    struct budget_terms terms = {
        .most = most,
        .rest = most - 1,
        .repeat = 0,
        .memory = 1,
        .sets = CHANGE_BUDGET_RECORDS / BUDGETS_WAYS,
    };

    if (most == 0)
        return true;
    budget->budgets = budgets_new(&terms);
    return budget->budgets != NULL && siphash_key_init(&budget->key);
}

struct change_budget *change_budget_new(unsigned most)
{
    struct change_budget *budget = calloc(1, sizeof *budget);

    if (budget == NULL)
        return NULL;
    if (set_up(budget, most))
        return budget;
    change_budget_free(budget);
    return NULL;
}

void change_budget_free(struct change_budget *budget)
{
    if (budget == NULL)
        return;
    budgets_free(budget->budgets);
    free(budget);
}

/* Neighbours in the table have nothing to do with each other, so that the two
 * records of a name may be. */
static uint64_t record_of(const struct change_budget *budget, struct span name,
                          enum address_family family)
{
    return siphash(&budget->key, name) ^ (family == ADDRESS_IPV6);
}

bool change_budget_grants(struct change_budget *budget, struct span name,
                          const struct address *address, int64_t now_ms)
{
    struct span bytes =
        span_from((const char *)address->bytes,
                  address->family == ADDRESS_IPV6 ? sizeof address->bytes : 4);

    return budget->budgets == NULL ||
           budgets_spend(budget->budgets,
                         record_of(budget, name, address->family),
                         siphash(&budget->key, bytes), now_ms)
               .granted;
}
