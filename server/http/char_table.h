/* char_table -- which characters a grammar allows, as a text of 128 places in
 * the order of ASCII: a character that is allowed stands for itself, and a
 * blank stands for one that is not. So the blank itself never is, and neither
 * is what lies beyond ASCII.
 */
#ifndef SERVER_HTTP_CHAR_TABLE_H
#define SERVER_HTTP_CHAR_TABLE_H

#include <stdbool.h>

enum { CHAR_TABLE_LEN = 128 };

static inline bool char_table_has(const char table[CHAR_TABLE_LEN + 1], char c)
{
    unsigned char at = (unsigned char)c;

    return at < CHAR_TABLE_LEN && table[at] != ' ';
}

#endif
