#include "base/spelling.h"

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static bool same(struct span a, size_t i, struct span b, size_t j)
{
    return upper(a.ptr[i]) == upper(b.ptr[j]);
}

/* Row by row of the table of distances between beginnings; a swap looks two
 * rows back. */
unsigned spelling_distance(struct span a, struct span b)
{
    unsigned rows[3][SPELLING_MAX_BYTES + 1];

    if (a.len > SPELLING_MAX_BYTES || b.len > SPELLING_MAX_BYTES)
        return SPELLING_FAR;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        const unsigned *before = rows[(i + 1) % 3], *above = rows[(i + 2) % 3];
        unsigned *row = rows[i % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1,
                           above[j - 1] + !same(a, i - 1, b, j - 1));
            if (i > 1 && j > 1 && same(a, i - 1, b, j - 2) &&
                same(a, i - 2, b, j - 1))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}
