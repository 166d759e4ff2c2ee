#include "cli/modem_settings.h"

#include "cli/command.h"
#include "cli/print.h"
#include "cli/say.h"

#include <stdlib.h>

enum { TEXT_MAX_BYTES = 16 * 1024 };

static const char example_url[] = "https://dyndns.example.org";

/* Characters that RFC 3986 allows in a URL, but for the quotes of shells. */
static bool is_url(const char *text)
{
    size_t scheme = strncasecmp(text, "https://", 8) == 0  ? 8
                    : strncasecmp(text, "http://", 7) == 0 ? 7
                                                           : 0;

    if (scheme == 0 || text[scheme] == '\0' || text[scheme] == '/')
        return false;
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text == 0x7f || strchr("'\"<>\\^`{|}", *text))
            return false;
    return true;
}

const char *modem_settings_url(const struct options *options,
                               struct strbuf *fault)
{
    const char *given = options_value(options, "url"),
               *variable = getenv("DYNDNS_URL");

    if (given != NULL && !is_url(given)) {
        strbuf_printf(fault, "--url: '%s' is no URL of a service, such as %s",
                      given, example_url);
        return NULL;
    }
    if (given != NULL)
        return given;
    if (variable == NULL || variable[0] == '\0')
        return example_url;
    if (is_url(variable))
        return variable;
    strbuf_printf(fault, "DYNDNS_URL is no URL of a service, such as %s",
                  example_url);
    return NULL;
}

/* In single quotes for a shell. */
static void append_quoted(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            strbuf_append_string(out, "'\\''");
        else
            strbuf_append_char(out, *text);
}

static const char *addresses_of(struct span type)
{
    if (span_is_nocase(type, "A"))
        return "<ipaddr>";
    return span_is_nocase(type, "AAAA") ? "<ip6addr>" : "<ipaddr>,<ip6addr>";
}

void modem_settings_write(struct strbuf *out,
                          const struct modem_settings *settings)
{
    size_t url_len = strlen(settings->url);

    while (url_len > 0 && settings->url[url_len - 1] == '/')
        url_len--;
    strbuf_printf(out,
                  "In the modem, under DynDNS or dynamic DNS, as a "
                  "user-defined provider:\n\n"
                  "  Update URL    %.*s/register_ip\n"
                  "    FRITZ!Box:  %.*s/nic/update?hostname=<domain>&myip=%s\n"
                  "  Domain name   %s\n"
                  "  User name     %s\n"
                  "  Password      %s\n\n",
                  (int)url_len, settings->url, (int)url_len, settings->url,
                  addresses_of(settings->type), settings->host, settings->host,
                  settings->token == NULL ? "(the token)" : settings->token);
    strbuf_printf(out, "Or from any machine behind it:\n\n  curl -fsS -u '");
    append_quoted(out, settings->host);
    if (settings->token != NULL) {
        strbuf_append_char(out, ':');
        append_quoted(out, settings->token);
    }
    strbuf_printf(out, "' '%.*s/register_ip'\n", (int)url_len, settings->url);
    if (strcmp(settings->url, example_url) == 0)
        strbuf_printf(out,
                      "\n%s stands for your own service; --url or\n"
                      "DYNDNS_URL names it.\n",
                      example_url);
}

int modem_settings_print(const struct options *options, const char *host,
                         const char *token, struct span type)
{
    struct strbuf text;
    bool printed;

    strbuf_init(&text, TEXT_MAX_BYTES);
    modem_settings_write(&text, &(struct modem_settings){
                                    .url = modem_settings_url(options, &text),
                                    .host = host,
                                    .token = token,
                                    .type = type,
                                });
    if (!strbuf_ok(&text))
        say("out of memory");
    printed = strbuf_ok(&text) && print(strbuf_span(&text));
    strbuf_clear(&text);
    return printed ? EXIT_OK : EXIT_FAILED;
}
