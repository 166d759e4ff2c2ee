/* check_report -- what a check found, line by line: well or not, and each fault
 * with its mend.
 */
#ifndef CLI_CHECK_REPORT_H
#define CLI_CHECK_REPORT_H

#include <stddef.h>

struct check_report {
    size_t faults;
};

/* A line on standard output that says what is well, or what could not be seen.
 * Control characters become '?'. */
void check_report_good(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void check_report_note(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* One that says what is wrong, and what to do; `mend` "": nobody knows. */
void check_report_fault(struct check_report *report, const char *mend,
                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
