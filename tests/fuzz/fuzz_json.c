/* Whatever the text: what is read is an object, no deeper than may be, and is
 * read again from what is written of it. */
#include "server/http/json_text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned depth_of(json_t *value)
{
    unsigned deepest = 0, depth;
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, name,
                            member) if ((depth = depth_of(member)) > deepest)
            deepest = depth;
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, member) if ((depth = depth_of(member)) >
                                                 deepest) deepest = depth;
    } else {
        return 0;
    }
    return deepest + 1;
}

/* Escapes make a text longer, and a second one may be too long to be read. */
static void check_round_trip(json_t *object, enum json_text_style style)
{
    char *text = json_text_write_long(json_incref(object), style);
    struct span written = span_from_string(text);
    json_t *again = json_text_read(written);

    if (text == NULL || (again == NULL && written.len <= JSON_TEXT_MAX_BYTES) ||
        (again != NULL && !json_equal(again, object)))
        abort();
    json_decref(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = json_text_read(span_from((const char *)data, size));

    if (object == NULL)
        return 0;
    if (!json_is_object(object) || depth_of(object) > JSON_TEXT_MAX_DEPTH)
        abort();
    check_round_trip(object, JSON_TEXT_SPACED);
    check_round_trip(object, JSON_TEXT_COMPACT);
    json_decref(object);
    return 0;
}
