/* alert_settings -- what can be set about alerts: the DYNDNS_ALERT_ variables of
 * dyndns53(8).
 */
#ifndef SERVER_ALERTS_ALERT_SETTINGS_H
#define SERVER_ALERTS_ALERT_SETTINGS_H

struct alert_settings {
    char *topic;            /* ARN; NULL: none, like the others */
    char *webhook;          /* URL */
    char *webhook_secret;   /* what messages to it are signed with */
    char *command;          /* the path of a program */
    unsigned refusals;      /* in a row, that are told; 0: none are */
    unsigned after_seconds; /* what comes and goes is told after so long */
};

#endif
