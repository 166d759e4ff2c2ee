/* metric_lines -- what is told of a struct of metrics, for tests to look at.
 */
#ifndef TESTS_UNIT_METRIC_LINES_H
#define TESTS_UNIT_METRIC_LINES_H

#include "base/metric_text.h"

/* Fails the test unless the line, without its line feed, is told of `owner`. */
void assert_told(const struct metric_table *table, const void *owner,
                 const char *line);

/* Unless no line begins so. */
void assert_not_told(const struct metric_table *table, const void *owner,
                     const char *beginning);

#endif
