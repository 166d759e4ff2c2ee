/* Whatever a name server sends: it is read within its bounds, and is an answer to
 * the question only if it repeats it. */
#include "server/http/name_query.h"

#include <stdint.h>
#include <stdlib.h>

enum { ID = 0x1234 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct name_answer answer = {.result = NAME_UNANSWERED};
    unsigned char query[NAME_QUERY_MAX_BYTES], *packet;
    size_t len = name_query_write(span_from_string("a.example.org"),
                                  ADDRESS_IPV4, ID, query);

    packet = malloc(size + 1); /* of just this size, for the sanitizer */
    if (len == 0 || packet == NULL)
        abort();
    memcpy(packet, data, size);
    packet = realloc(packet, size > 0 ? size : 1);
    if (packet == NULL)
        abort();
    if (name_query_read(query, len, packet, size, &answer)
            ? size < len || answer.count > NAME_ADDRESSES_MAX ||
                  (answer.result == NAME_FOUND && answer.count == 0)
            : answer.result != NAME_UNANSWERED)
        abort();
    free(packet);
    return 0;
}
