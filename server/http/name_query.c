#include "server/http/name_query.h"

enum {
    HEADER_BYTES = 12,
    TYPE_A = 1,
    TYPE_AAAA = 28,
    CLASS_IN = 1,
    LABEL_MAX_BYTES = 63,
    NAME_MAX_BYTES = 255,
    FLAG_RECURSION_DESIRED = 0x01, /* of the third byte */
    FLAG_RESPONSE = 0x80,
    FLAG_TRUNCATED = 0x02,
    RCODE = 0x0f, /* of the fourth */
    RCODE_NXDOMAIN = 3,
    POINTER = 0xc0,
};

/* --- the question --------------------------------------------------------------
 */

static void put16(unsigned char *out, unsigned value)
{
    out[0] = (unsigned char)(value >> 8);
    out[1] = (unsigned char)value;
}

/* Returns the length with its end; 0: a label is empty or too long, or all is. */
static size_t write_name(struct span name, unsigned char *out)
{
    size_t len = 0;
    struct span label;

    if (name.len == 0 || name.len + 2 > NAME_MAX_BYTES ||
        name.ptr[name.len - 1] == '.')
        return 0;
    while (span_split(&name, '.', &label)) {
        if (label.len == 0 || label.len > LABEL_MAX_BYTES)
            return 0;
        out[len++] = (unsigned char)label.len;
        memcpy(out + len, label.ptr, label.len);
        len += label.len;
    }
    out[len++] = 0;
    return len;
}

size_t name_query_write(struct span name, enum address_family family,
                        uint16_t id, unsigned char out[NAME_QUERY_MAX_BYTES])
{
    size_t len = write_name(name, out + HEADER_BYTES);

    if (len == 0)
        return 0;
    memset(out, 0, HEADER_BYTES);
    put16(out, id);
    out[2] = FLAG_RECURSION_DESIRED;
    out[5] = 1; /* one question */
    len += HEADER_BYTES;
    put16(out + len, family == ADDRESS_IPV4 ? TYPE_A : TYPE_AAAA);
    put16(out + len + 2, CLASS_IN);
    return len + 4;
}

/* --- the answer ----------------------------------------------------------------
 */

struct reader {
    const unsigned char *at;
    size_t left;
};

static bool skip(struct reader *reader, size_t count)
{
    if (reader->left < count)
        return false;
    reader->at += count;
    reader->left -= count;
    return true;
}

static bool read16(struct reader *reader, unsigned *out)
{
    const unsigned char *at = reader->at;

    if (!skip(reader, 2))
        return false;
    *out = (unsigned)at[0] << 8 | at[1];
    return true;
}

/* Whose name it is matters not: it is that which was asked for, or what that
 * stands for. So a pointer is passed over, not followed. */
static bool skip_name(struct reader *reader)
{
    while (reader->left > 0) {
        unsigned char len = reader->at[0];

        if ((len & POINTER) == POINTER)
            return skip(reader, 2);
        if (len > LABEL_MAX_BYTES || !skip(reader, 1u + len))
            return false;
        if (len == 0)
            return true;
    }
    return false;
}

static void keep(struct name_answer *answer, unsigned type,
                 const unsigned char *bytes)
{
    struct address *address = &answer->addresses[answer->count];

    if (answer->count == NAME_ADDRESSES_MAX)
        return;
    *address = (struct address){.family = type == TYPE_A ? ADDRESS_IPV4
                                                         : ADDRESS_IPV6};
    memcpy(address->bytes, bytes, type == TYPE_A ? 4 : 16);
    answer->count++;
}

/* One record; those of the type that was asked for are kept. */
static bool read_record(struct reader *reader, unsigned wanted,
                        struct name_answer *answer)
{
    unsigned type, class, len;
    const unsigned char *data;

    if (!skip_name(reader) || !read16(reader, &type) ||
        !read16(reader, &class) || !skip(reader, 4) || !read16(reader, &len))
        return false;
    data = reader->at;
    if (!skip(reader, len))
        return false;
    if (type != wanted || class != CLASS_IN)
        return true;
    if (len != (type == TYPE_A ? 4u : 16u))
        return false;
    keep(answer, type, data);
    return true;
}

static enum name_result judge(const unsigned char *packet, bool is_whole,
                              const struct name_answer *answer)
{
    unsigned rcode = packet[3] & RCODE;

    if (rcode == RCODE_NXDOMAIN)
        return NAME_ABSENT;
    if (rcode != 0 || !is_whole)
        return NAME_FAILED;
    if (answer->count > 0)
        return NAME_FOUND;
    return packet[2] & FLAG_TRUNCATED ? NAME_FAILED : NAME_ABSENT;
}

static bool equal_nocase(const unsigned char *a, const unsigned char *b,
                         size_t len)
{
    return strncasecmp((const char *)a, (const char *)b, len) == 0;
}

/* Labels hold no NUL, so that a comparison of texts goes label by label: the
 * length of the first one is a byte like others. */
static bool is_question_of(const unsigned char *query, size_t query_len,
                           const unsigned char *packet, size_t len)
{
    size_t name_len = query_len - HEADER_BYTES - 5;

    return len >= query_len && memcmp(packet, query, 2) == 0 &&
           packet[2] & FLAG_RESPONSE && packet[4] == 0 && packet[5] == 1 &&
           equal_nocase(packet + HEADER_BYTES, query + HEADER_BYTES,
                        name_len) &&
           memcmp(packet + query_len - 5, query + query_len - 5, 5) == 0;
}

bool name_query_read(const unsigned char *query, size_t query_len,
                     const unsigned char *packet, size_t len,
                     struct name_answer *answer)
{
    struct reader reader;
    struct name_answer found = {.count = 0};
    unsigned type = (unsigned)query[query_len - 4] << 8 | query[query_len - 3];
    bool is_whole = true;
    unsigned records;

    if (!is_question_of(query, query_len, packet, len))
        return false;
    reader = (struct reader){packet + query_len, len - query_len};
    records = (unsigned)packet[6] << 8 | packet[7];
    while (is_whole && records-- > 0)
        is_whole = read_record(&reader, type, &found);
    found.result = judge(packet, is_whole, &found);
    *answer = found;
    return true;
}
