#include "cli/ip_source.h"

#include "aws/web_page.h"

#include <net/if.h>

static const char interface_prefix[] = "interface:";

static bool begins_with(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* The kernel's rule: no slash, no blank, and less than IFNAMSIZ. */
static bool is_interface_name(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
            return false;
    return len > 0 && len < IFNAMSIZ;
}

static bool parse_url(struct ip_source *source, const char *text, bool insecure,
                      struct strbuf *fault)
{
    const char *words = web_page_url_fault(text);

    *source = (struct ip_source){.kind = IP_SOURCE_URL, .text = text};
    if (words != NULL) {
        ip_source_append_name(fault, source);
        strbuf_printf(fault, " %s", words);
        return false;
    }
    if (!web_page_url_is_open(text) || insecure)
        return true;
    ip_source_append_name(fault, source);
    strbuf_append_string(fault, " is not https: anybody on the way could "
                                "choose what your record says; to use it all "
                                "the same, add --insecure-ip");
    return false;
}

bool ip_source_parse(struct ip_source *source, const char *text, bool insecure,
                     struct strbuf *fault)
{
    if (strstr(text, "://") != NULL)
        return parse_url(source, text, insecure, fault);
    if (begins_with(text, interface_prefix)) {
        *source = (struct ip_source){.kind = IP_SOURCE_INTERFACE,
                                     .text = text + strlen(interface_prefix)};
        if (is_interface_name(source->text))
            return true;
        strbuf_append_string(fault, "interface: must be followed by an "
                                    "interface's name, as in interface:eth0");
        return false;
    }
    *source = (struct ip_source){.kind = IP_SOURCE_ADDRESS, .text = text};
    if (address_parse(span_from_string(text), &source->address))
        return true;
    strbuf_printf(fault,
                  "'%s' is no source of an address: it takes an https:// URL, "
                  "interface:NAME, or an address",
                  text);
    return false;
}

void ip_source_append_name(struct strbuf *out, const struct ip_source *source)
{
    if (source->kind == IP_SOURCE_URL)
        web_page_append_public_url(out, source->text);
    else if (source->kind == IP_SOURCE_INTERFACE)
        strbuf_printf(out, "%s%s", interface_prefix, source->text);
    else
        strbuf_append_string(out, "what was given");
}
