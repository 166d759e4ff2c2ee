/* modem_settings -- what to type into a modem, or a shell, so that it keeps a
 * host's address up to date.
 */
#ifndef CLI_MODEM_SETTINGS_H
#define CLI_MODEM_SETTINGS_H

#include "cli/options.h"

#include "base/span.h"

struct modem_settings {
    const char *url; /* of the service, without a slash at its end */
    const char *host;
    const char *token; /* NULL: it is not to be shown */
    struct span type;  /* "A" or "AAAA"; empty: both */
};

#define OPTION_URL                                                             \
    {                                                                          \
        0, "url", "URL",                                                       \
            "of the service, for the settings that are\n"                      \
            "printed, in place of DYNDNS_URL"                                  \
    }

/* The URL of the option, of DYNDNS_URL, or an example. For a command's check:
 * NULL with a line in `fault` when it is none. */
const char *modem_settings_url(const struct options *options,
                               struct strbuf *fault);

void modem_settings_write(struct strbuf *out,
                          const struct modem_settings *settings);

/* Prints them, with the URL that the options say, which were checked. `token`
 * and `type` as above. Returns an exit status. */
int modem_settings_print(const struct options *options, const char *host,
                         const char *token, struct span type);

#endif
