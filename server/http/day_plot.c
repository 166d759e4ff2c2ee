#include "server/http/day_plot.h"

enum { LEAST_HEIGHT = 1 };

static uint64_t largest(const uint64_t *numbers, size_t count)
{
    uint64_t most = 0;

    for (size_t i = 0; i < count; i++)
        most = numbers[i] > most ? numbers[i] : most;
    return most;
}

/* From the top, in tenths. */
static unsigned place_of(uint64_t number, uint64_t most)
{
    double height = (double)number / (double)most * DAY_PLOT_HEIGHT;

    if (number > 0 && height < LEAST_HEIGHT)
        height = LEAST_HEIGHT;
    return (unsigned)((DAY_PLOT_HEIGHT - height) * 10 + 0.5);
}

void day_plot_append(struct strbuf *out, const uint64_t *numbers, size_t count)
{
    uint64_t most = largest(numbers, count);

    if (most == 0)
        return;
    strbuf_printf(out, "M0 %d", DAY_PLOT_HEIGHT);
    for (size_t i = 0; i < count; i++) {
        unsigned place = place_of(numbers[i], most);

        strbuf_printf(out, "V%u.%uH%zu", place / 10, place % 10, i + 1);
    }
    strbuf_printf(out, "V%dZ", DAY_PLOT_HEIGHT);
}
