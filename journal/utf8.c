#include "journal/utf8.h"

/* What may follow a first byte: so many bytes, the next of them within these
 * bounds, the others within 80 to BF. */
struct lead {
    unsigned char first, last;
    unsigned char more, low, high;
};

static const struct lead leads[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f},
    {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct lead *lead_of(unsigned char byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

size_t utf8_length(struct span text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    const struct lead *lead;

    if (text.len == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    lead = lead_of(bytes[0]);
    if (lead == NULL || text.len <= lead->more || bytes[1] < lead->low ||
        bytes[1] > lead->high)
        return 0;
    for (size_t i = 2; i <= lead->more; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return 1 + (size_t)lead->more;
}

bool utf8_is_control(struct span character)
{
    const unsigned char *bytes = (const unsigned char *)character.ptr;

    if (character.len == 1)
        return bytes[0] < 0x20 || bytes[0] == 0x7f;
    return character.len == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0;
}

size_t utf8_write(unsigned code, char out[4])
{
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0x00, 0xc0, 0xe0, 0xf0};

    for (size_t i = more; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(marks[more] | code);
    return more + 1;
}
