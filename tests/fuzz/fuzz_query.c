/* Whatever the query: what is found fits in the room given, and is what a
 * larger room gives too. The first byte is the room. */
#include "server/http/query.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span query = {(const char *)data + 1, size - 1}, found, whole;
    char *room, *large;
    enum query_result result;

    if (size == 0)
        return 0;
    room = malloc(data[0] + (size_t)1);
    large = malloc(size);
    if (room == NULL || large == NULL)
        abort();
    result = query_find(query, "myip", room, data[0], &found);
    if (query_find(query, "myip", large, size, &whole) == QUERY_TOO_LONG ||
        (result == QUERY_FOUND &&
         (found.len > data[0] || !span_equal(found, whole))) ||
        (result == QUERY_TOO_LONG && whole.len <= data[0]))
        abort();
    free(room);
    free(large);
    return 0;
}
