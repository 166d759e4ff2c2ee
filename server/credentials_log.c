#include "server/credentials_log.h"

#include "base/log.h"

void credentials_log_news(void *arg, const char *source, const char *why)
{
    (void)arg;
    if (source != NULL)
        log_event(LOG_LEVEL_INFO, "credentials_found",
                  log_str("source", source));
    else
        log_event(LOG_LEVEL_ERROR, "credentials_unavailable",
                  log_str("reason", why),
                  log_str("advice", "give keys in AWS_ACCESS_KEY_ID and "
                                    "AWS_SECRET_ACCESS_KEY, or mend the source "
                                    "that is named; it is asked again"));
}
