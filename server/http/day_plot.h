/* day_plot -- numbers of a day as the outline of an area in an SVG. Pure.
 */
#ifndef SERVER_HTTP_DAY_PLOT_H
#define SERVER_HTTP_DAY_PLOT_H

#include "base/strbuf.h"

#include <stdint.h>

enum { DAY_PLOT_HEIGHT = 40 };

/* Appends the data of a path ("M0 40V...Z"), a step for each number, of width 1
 * from 0 on; the largest is as high as the plot, DAY_PLOT_HEIGHT, whose ground is
 * at the bottom. What is not 0 can be seen, however small. Nothing is drawn of a
 * day without any. */
void day_plot_append(struct strbuf *out, const uint64_t *numbers, size_t count);

#endif
