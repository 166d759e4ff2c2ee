/* outage -- what is told of trouble that goes on: that it began, once, and
 * that it is over. Pure; who keeps it between two runs is outage_file.
 *
 * An outage begins with the first run that fails, and ends with the first that
 * does not. A person is told at both ends. So are the subscribers of a topic;
 * what could not be sent to them is owed, and sent with a later run.
 */
#ifndef CLI_OUTAGE_H
#define CLI_OUTAGE_H

#include "base/strbuf.h"

enum outage_phase {
    OUTAGE_NONE,
    OUTAGE_ON,
    OUTAGE_OVER, /* but the subscribers were not told yet */
};

enum {
    OUTAGE_TROUBLE_MAX = 2000,
    OUTAGE_SINCE_MAX = 32,
};

struct outage {
    enum outage_phase phase;
    bool owes_alert;
    bool alert_failed; /* and that was told */
    char since[OUTAGE_SINCE_MAX + 1];
    char trouble[OUTAGE_TROUBLE_MAX + 1]; /* "": not known */
};

/* What is to be told now. */
struct outage_news {
    bool begun, ended;
    bool alert; /* the topic is to be told what the phase is */
};

/* A run has ended, well (`trouble` NULL) or not; `now` is the time in words;
 * `alerts`: there is a topic. */
struct outage_news outage_step(struct outage *outage, const char *trouble,
                               const char *now, bool alerts);

/* The topic was told, or it was not. Returns whether a person should hear of
 * that now. */
bool outage_alerted(struct outage *outage, bool sent);

/* As text for a file, and back. What is no such text is the lock of autodns,
 * which says that there is trouble and that somebody was told of it. */
void outage_write(const struct outage *outage, struct strbuf *out);
void outage_read(struct outage *outage, struct span text);

#endif
