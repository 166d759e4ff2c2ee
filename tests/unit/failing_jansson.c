#include "tests/unit/failing_jansson.h"

#include <jansson.h>
#include <stdlib.h>

static int allocations_left;

static void *allocate(size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return malloc(size);
}

void failing_jansson_after(int count)
{
    allocations_left = count;
    json_set_alloc_funcs(allocate, free);
}
