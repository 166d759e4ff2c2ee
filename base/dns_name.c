#include "base/dns_name.h"

size_t dns_name_normalize(struct span name, char out[DNS_NAME_MAX])
{
    if (name.len > 0 && name.ptr[name.len - 1] == '.')
        name.len--;
    if (name.len > DNS_NAME_MAX)
        return 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return name.len;
}

static bool is_label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

static const char *label_fault(struct span label)
{
    if (label.len == 0)
        return "a label is empty";
    if (label.len > DNS_LABEL_MAX)
        return "a label is longer than 63 characters";
    if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return "a label begins or ends with a hyphen";
    for (size_t i = 0; i < label.len; i++)
        if (!is_label_char(label.ptr[i]))
            return "a character is not a letter, digit, '-' or '_'";
    return NULL;
}

const char *dns_name_fault(struct span name)
{
    struct span rest = name, label;
    size_t labels = 0;
    const char *fault;

    if (name.len == 0)
        return "the name is empty";
    if (name.len > DNS_NAME_MAX)
        return "the name is longer than 253 characters";
    if (name.ptr[name.len - 1] == '.')
        return "a label is empty";
    while (span_split(&rest, '.', &label)) {
        bool wildcard = labels == 0 && span_is(label, "*");

        fault = wildcard ? NULL : label_fault(label);
        if (fault != NULL)
            return fault;
        labels++;
    }
    return labels < 2 ? "the name is not fully qualified" : NULL;
}
