#include "tests/unit/failing_calloc.h"

#include <stddef.h>

static unsigned left; /* calls until the one that fails; 0: none will */
static int failed;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    if (left > 0 && --left == 0) {
        failed = 1;
        return NULL;
    }
    return __real_calloc(count, size);
}

void calloc_fail_after(unsigned successes)
{
    left = successes + 1;
    failed = 0;
}

int calloc_fail_never(void)
{
    left = 0;
    return failed;
}
