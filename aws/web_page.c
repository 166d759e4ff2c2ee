#include "aws/web_page.h"

#include "aws/endpoint.h"

#include <curl/curl.h>

#include <stdio.h>

enum { CONNECT_TIMEOUT_MS = 5000 };

static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool found = curl_url_get(url, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return found;
}

static const char *parsed_fault(CURLU *parsed, const char *url)
{
    if (curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK)
        return "is no URL";
    if (has_part(parsed, CURLUPART_USER) ||
        has_part(parsed, CURLUPART_PASSWORD))
        return "must name no user and no password";
    if (has_part(parsed, CURLUPART_FRAGMENT))
        return "must have no fragment (#)";
    return NULL;
}

const char *web_page_url_fault(const char *url)
{
    const char *fault;
    CURLU *parsed;

    if (strncasecmp(url, "https://", 8) != 0 &&
        strncasecmp(url, "http://", 7) != 0)
        return "must begin with https:// or http://";
    if (strlen(url) > WEB_PAGE_URL_MAX)
        return "is too long";
    if (!is_visible(url))
        return "holds a blank, or a character that is not ASCII: encode it as "
               "%20";
    parsed = curl_url();
    fault = parsed == NULL ? "cannot be read: out of memory"
                           : parsed_fault(parsed, url);
    curl_url_cleanup(parsed);
    return fault;
}

bool web_page_url_is_open(const char *url)
{
    return strncasecmp(url, "https://", 8) != 0 && !endpoint_is_loopback(url);
}

void web_page_append_public_url(struct strbuf *out, const char *url)
{
    strbuf_append(out, span_from(url, strcspn(url, "?")));
}

/* ---- fetching ---- */

struct fetch {
    const struct web_page_request *request;
    struct strbuf *body;
    char *fault;
    CURL *easy;
};

static void set_fault(struct fetch *fetch, const char *words)
{
    snprintf(fetch->fault, WEB_PAGE_FAULT_MAX, "%s", words);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct fetch *fetch = arg;
    size_t len = size * count;

    if (len > WEB_PAGE_MAX_BYTES - fetch->body->len) {
        set_fault(fetch, "the page is too long");
        return 0;
    }
    strbuf_append(fetch->body, span_from(bytes, len));
    if (strbuf_ok(fetch->body))
        return len;
    set_fault(fetch, "out of memory");
    return 0;
}

static int look_around(void *arg, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up)
{
    const struct fetch *fetch = arg;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return fetch->request->is_stopped != NULL && fetch->request->is_stopped();
}

static bool set_up_transport(const struct fetch *fetch)
{
    const struct web_page_request *request = fetch->request;
    long timeout = request->timeout_ms;
    CURL *easy = fetch->easy;

    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                            (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
                            request->family == ADDRESS_IPV6
                                ? (long)CURL_IPRESOLVE_V6
                                : (long)CURL_IPRESOLVE_V4) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            timeout < CONNECT_TIMEOUT_MS
                                ? timeout
                                : (long)CONNECT_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK &&
           (request->ca_bundle == NULL ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_bundle) ==
                CURLE_OK);
}

static bool set_up(struct fetch *fetch, char words[CURL_ERROR_SIZE])
{
    CURL *easy = fetch->easy;

    return set_up_transport(fetch) &&
           curl_easy_setopt(easy, CURLOPT_URL, fetch->request->url) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT,
                            "dyndb/" DYNDNS53_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_around) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, fetch) == CURLE_OK;
}

static enum status judge(struct fetch *fetch, CURLcode result,
                         const char *words)
{
    long http_status = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &http_status);
    if (result != CURLE_OK && fetch->fault[0] == '\0')
        set_fault(fetch, words[0] != '\0' ? words : curl_easy_strerror(result));
    if (result == CURLE_COULDNT_RESOLVE_HOST)
        return STATUS_NOT_FOUND;
    if (result == CURLE_WRITE_ERROR)
        return STATUS_INVALID;
    if (result != CURLE_OK)
        return STATUS_UNAVAILABLE;
    if (http_status == 200)
        return STATUS_OK;
    snprintf(fetch->fault, WEB_PAGE_FAULT_MAX,
             http_status >= 300 && http_status < 400
                 ? "it answered HTTP %ld: redirects are not followed, name the "
                   "page that it leads to"
                 : "it answered HTTP %ld",
             http_status);
    return http_status >= 500 ? STATUS_UNAVAILABLE : STATUS_INVALID;
}

/* Of a URL whose host is an address; else ADDRESS_NONE. */
static enum address_family host_family(const char *url)
{
    struct address address = {.family = ADDRESS_NONE};
    CURLU *parsed = curl_url();
    struct span host;
    char *text = NULL;

    if (parsed != NULL &&
        curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_HOST, &text, 0) == CURLUE_OK) {
        host = span_from_string(text);
        if (host.len > 2 && host.ptr[0] == '[')
            host = span_from(host.ptr + 1, host.len - 2);
        address_parse(host, &address);
    }
    curl_free(text);
    curl_url_cleanup(parsed);
    return address.family;
}

static bool can_be_asked(const struct web_page_request *request,
                         char fault[WEB_PAGE_FAULT_MAX])
{
    enum address_family family = host_family(request->url);

    if (family == ADDRESS_NONE || family == request->family)
        return true;
    snprintf(fault, WEB_PAGE_FAULT_MAX, "its host is an IPv%d address",
             (int)family);
    return false;
}

enum status web_page_get(const struct web_page_request *request,
                         struct strbuf *body, char fault[WEB_PAGE_FAULT_MAX])
{
    struct fetch fetch = {request, body, fault, curl_easy_init()};
    enum status status = STATUS_UNAVAILABLE;
    char words[CURL_ERROR_SIZE] = "";

    fault[0] = '\0';
    strbuf_rewind(body);
    if (!can_be_asked(request, fault))
        status = STATUS_NOT_FOUND;
    else if (fetch.easy == NULL || !set_up(&fetch, words))
        set_fault(&fetch, "libcurl cannot be set up");
    else
        status = judge(&fetch, curl_easy_perform(fetch.easy), words);
    curl_easy_cleanup(fetch.easy);
    return status;
}
