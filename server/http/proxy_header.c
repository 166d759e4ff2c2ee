#include "server/http/proxy_header.h"

#include "base/decimal.h"

#include <netinet/in.h>

static const struct span LINE_OPENING = SPAN_LITERAL("PROXY ");
static const struct span SIGNATURE = SPAN_LITERAL("\r\n\r\n\0\r\nQUIT\n");

static struct proxy_header malformed(const char *fault)
{
    return (struct proxy_header){.kind = PROXY_HEADER_MALFORMED,
                                 .fault = fault};
}

static struct proxy_header incomplete(void)
{
    return (struct proxy_header){.kind = PROXY_HEADER_INCOMPLETE};
}

static struct proxy_header sourceless(enum proxy_header_kind kind, size_t len)
{
    return (struct proxy_header){.kind = kind, .len = len};
}

/* --- version 1, a line of text ------------------------------------------------
 */

/* A mapped address is written as one of IPv6, and is one of IPv4. */
static bool read_address(struct span text, bool is_ipv6, struct address *out)
{
    bool has_colon = text.len > 0 && memchr(text.ptr, ':', text.len) != NULL;

    return has_colon == is_ipv6 && address_parse(text, out);
}

static bool read_port(struct span text, uint16_t *out)
{
    uint32_t port;

    if (!decimal_parse(text, UINT16_MAX, &port))
        return false;
    *out = (uint16_t)port;
    return true;
}

/* What follows "PROXY TCP4 " or "PROXY TCP6 ". */
static struct proxy_header read_ends(struct span rest, bool is_ipv6, size_t len)
{
    struct proxy_header header = {.kind = PROXY_HEADER_SOURCE, .len = len};
    struct address destination;
    struct span word;
    uint16_t port;

    if (!span_split(&rest, ' ', &word) ||
        !read_address(word, is_ipv6, &header.source))
        return malformed("its source is no address of its family");
    if (!span_split(&rest, ' ', &word) ||
        !read_address(word, is_ipv6, &destination))
        return malformed("its destination is no address of its family");
    if (!span_split(&rest, ' ', &word) || !read_port(word, &header.port))
        return malformed("its source has no port");
    if (!span_split(&rest, ' ', &word) || !read_port(word, &port))
        return malformed("its destination has no port");
    if (rest.ptr != NULL)
        return malformed("its line goes on behind the ports");
    return header;
}

/* `line` is without its beginning and its end; `len` is with both. */
static struct proxy_header read_line(struct span line, size_t len)
{
    struct span family = {NULL, 0};

    span_split(&line, ' ', &family);
    if (span_is(family, "UNKNOWN"))
        return sourceless(PROXY_HEADER_UNKNOWN, len);
    if (span_is(family, "TCP4"))
        return read_ends(line, false, len);
    if (span_is(family, "TCP6"))
        return read_ends(line, true, len);
    return malformed("its line is neither for TCP4 nor TCP6 nor UNKNOWN");
}

/* Of what can belong to the line, finds the CR of its end. A bare one is no
 * end, and neither is a bare LF; *is_bare tells then. */
static const char *find_end(struct span bytes, bool *is_bare)
{
    *is_bare = false;
    for (size_t i = 0; i < bytes.len; i++) {
        bool is_last = i + 1 == bytes.len;

        if (bytes.ptr[i] == '\r' && !is_last && bytes.ptr[i + 1] == '\n')
            return bytes.ptr + i;
        *is_bare = bytes.ptr[i] == '\n' || (bytes.ptr[i] == '\r' && !is_last);
        if (*is_bare)
            return NULL;
    }
    return NULL;
}

static struct proxy_header read_version_1(struct span bytes)
{
    const char *end;
    size_t len;
    bool is_bare;

    if (bytes.len > PROXY_HEADER_LINE_MAX_BYTES)
        bytes.len = PROXY_HEADER_LINE_MAX_BYTES;
    end = find_end(bytes, &is_bare);
    if (is_bare)
        return malformed("its line has a bare CR or LF");
    if (end == NULL)
        return bytes.len == PROXY_HEADER_LINE_MAX_BYTES
                   ? malformed("its line has no end")
                   : incomplete();
    len = (size_t)(end - bytes.ptr);
    return read_line(
        span_from(bytes.ptr + LINE_OPENING.len, len - LINE_OPENING.len),
        len + 2);
}

/* --- version 2, binary ----------------------------------------------------------
 */

enum {
    HEAD_BYTES = 16,
    COMMAND_AT = 12,
    FAMILY_AT = 13,
    LENGTH_AT = 14,
    VERSION_2 = 0x20,
    COMMAND_LOCAL = 0x0,
    COMMAND_PROXY = 0x1,
    EXTENSION_CRC32C = 0x03,
    EXTENSION_HEAD_BYTES = 3,
    CRC32C_BYTES = 4,
};

/* A family and a protocol, and what stands first in their block. */
struct v2_family {
    unsigned char code;
    unsigned char address_bytes; /* of both ends, with their ports; 0: nobody
                                    can tell */
    sa_family_t source;          /* AF_UNSPEC: it is of no use to us */
};

static const struct v2_family FAMILIES[] = {
    {0x00, 0, AF_UNSPEC},   {0x11, 12, AF_INET},   {0x12, 12, AF_UNSPEC},
    {0x21, 36, AF_INET6},   {0x22, 36, AF_UNSPEC}, {0x31, 216, AF_UNSPEC},
    {0x32, 216, AF_UNSPEC},
};

static unsigned char byte_at(struct span bytes, size_t at)
{
    return (unsigned char)bytes.ptr[at];
}

static uint16_t big_endian_16(struct span bytes, size_t at)
{
    return (uint16_t)(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

static const struct v2_family *find_family(unsigned char code)
{
    for (size_t i = 0; i < sizeof FAMILIES / sizeof FAMILIES[0]; i++)
        if (FAMILIES[i].code == code)
            return &FAMILIES[i];
    return NULL;
}

/* Bit by bit: such a header is short, and comes once a connection. */
static uint32_t crc32c_add(uint32_t crc, unsigned char byte)
{
    static const uint32_t castagnoli = 0x82f63b78; /* bits in reverse */

    crc ^= byte;
    for (int i = 0; i < 8; i++)
        crc = (crc >> 1) ^ ((crc & 1) != 0 ? castagnoli : 0);
    return crc;
}

/* The checksum at `at` counts as zeros. */
static bool crc32c_matches(struct span header, size_t at)
{
    uint32_t crc = UINT32_MAX;
    uint32_t told = (uint32_t)big_endian_16(header, at) << 16 |
                    big_endian_16(header, at + 2);

    for (size_t i = 0; i < header.len; i++)
        crc = crc32c_add(
            crc, i >= at && i < at + CRC32C_BYTES ? 0 : byte_at(header, i));
    return ~crc == told;
}

/* Returns what is wrong with the extensions from `at` on; NULL: nothing. */
static const char *extensions_fault(struct span header, size_t at)
{
    bool has_checksum = false;
    size_t len;

    for (; at < header.len; at += len) {
        if (header.len - at < EXTENSION_HEAD_BYTES)
            return "its last extension is cut off";
        len = big_endian_16(header, at + 1);
        if (header.len - at - EXTENSION_HEAD_BYTES < len)
            return "an extension is longer than the header";
        at += EXTENSION_HEAD_BYTES;
        if (byte_at(header, at - EXTENSION_HEAD_BYTES) != EXTENSION_CRC32C)
            continue;
        if (has_checksum || len != CRC32C_BYTES || !crc32c_matches(header, at))
            return "its checksum is wrong";
        has_checksum = true;
    }
    return NULL;
}

/* The source stands first, then the destination, then their ports. */
static void read_source(struct span block, sa_family_t family,
                        struct proxy_header *header)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (family == AF_INET) {
        memcpy(&v4.sin_addr, block.ptr, sizeof v4.sin_addr);
        header->source = address_from_sockaddr((struct sockaddr *)&v4);
        header->port = big_endian_16(block, 2 * sizeof v4.sin_addr);
    } else {
        memcpy(&v6.sin6_addr, block.ptr, sizeof v6.sin6_addr);
        header->source = address_from_sockaddr((struct sockaddr *)&v6);
        header->port = big_endian_16(block, 2 * sizeof v6.sin6_addr);
    }
}

/* Of a whole header for somebody else. */
static struct proxy_header read_passed_on(struct span header)
{
    const struct v2_family *family = find_family(byte_at(header, FAMILY_AT));
    struct proxy_header result = sourceless(PROXY_HEADER_UNKNOWN, header.len);
    struct span block =
        span_from(header.ptr + HEAD_BYTES, header.len - HEAD_BYTES);
    const char *fault;

    if (family->address_bytes == 0)
        return result;
    if (block.len < family->address_bytes)
        return malformed("it is too short for its addresses");
    fault = extensions_fault(header, HEAD_BYTES + family->address_bytes);
    if (fault != NULL)
        return malformed(fault);
    if (family->source == AF_UNSPEC)
        return result;
    result.kind = PROXY_HEADER_SOURCE;
    read_source(block, family->source, &result);
    return result;
}

/* What is local has a block that means nothing, its family included. Faults
 * show as early as they can, so that who speaks something else need not wait. */
static struct proxy_header read_version_2(struct span bytes)
{
    bool is_local;
    size_t len;

    if (bytes.len <= COMMAND_AT)
        return incomplete();
    is_local = byte_at(bytes, COMMAND_AT) == (VERSION_2 | COMMAND_LOCAL);
    if (!is_local && byte_at(bytes, COMMAND_AT) != (VERSION_2 | COMMAND_PROXY))
        return malformed("its version or its command is unknown");
    if (bytes.len <= FAMILY_AT)
        return incomplete();
    if (!is_local && find_family(byte_at(bytes, FAMILY_AT)) == NULL)
        return malformed("its family or its protocol is unknown");
    if (bytes.len < HEAD_BYTES)
        return incomplete();
    len = big_endian_16(bytes, LENGTH_AT);
    if (len > PROXY_HEADER_BLOCK_MAX_BYTES)
        return malformed("it is too long");
    if (bytes.len < HEAD_BYTES + len)
        return incomplete();
    return is_local ? sourceless(PROXY_HEADER_LOCAL, HEAD_BYTES + len)
                    : read_passed_on(span_from(bytes.ptr, HEAD_BYTES + len));
}

/* --- either ---------------------------------------------------------------------
 */

/* Whether as much of `opening` as can stand there does. */
static bool begins_with(struct span bytes, struct span opening)
{
    size_t len = bytes.len < opening.len ? bytes.len : opening.len;

    return memcmp(bytes.ptr, opening.ptr, len) == 0;
}

struct proxy_header proxy_header_read(struct span bytes)
{
    if (bytes.len == 0)
        return incomplete();
    if (begins_with(bytes, SIGNATURE))
        return read_version_2(bytes);
    if (!begins_with(bytes, LINE_OPENING))
        return malformed("there is none");
    return bytes.len < LINE_OPENING.len ? incomplete() : read_version_1(bytes);
}
