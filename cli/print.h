/* print -- results, on standard output.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/span.h"

/* Writes all of it, flushed. False: it could not be written, which was said,
 * unless the reader of a pipe closed it. */
bool print(struct span text);

#endif
