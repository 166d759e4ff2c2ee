#include "base/log_quota.h"

#include "base/log.h"

bool log_quota_allows(struct log_quota *quota, uint32_t now_s)
{
    if (now_s != quota->second) {
        if (quota->left_out > 0)
            log_event(LOG_LEVEL_WARN, "refusals_not_logged",
                      log_uint("count", quota->left_out));
        *quota = (struct log_quota){.second = now_s};
    }
    if (quota->written == LOG_QUOTA_LINES_PER_SECOND) {
        quota->left_out++;
        return false;
    }
    quota->written++;
    return true;
}
