#include "aws/web_hook.h"

#include "aws/web_page.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>

enum {
    CONNECT_TIMEOUT_MS = 5000,
    HASH_BYTES = 32,
    HEADER_MAX_BYTES = 128,
};

const char *web_hook_url_fault(const char *url)
{
    const char *fault = web_page_url_fault(url);

    if (fault == NULL && web_page_url_is_open(url))
        fault = "must begin with https://, since others could read and change "
                "on the way what is sent by http://";
    return fault;
}

void web_hook_append_public_url(struct strbuf *out, const char *url)
{
    const char *host = strstr(url, "://");

    if (host != NULL)
        strbuf_append(out, span_from(url, (size_t)(host + 3 - url) +
                                              strcspn(host + 3, "/?")));
}

/* --- the request ---------------------------------------------------------------
 */

struct post {
    const struct web_hook *hook;
    struct span document;
    CURL *easy;
    struct curl_slist *headers;
    char words[CURL_ERROR_SIZE];
};

/* What is answered does not matter. */
static size_t drop_body(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * count;
}

static int look_around(void *arg, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up)
{
    const struct post *post = arg;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return post->hook->is_abandoned != NULL &&
           atomic_load(post->hook->is_abandoned);
}

static bool add_header(struct post *post, const char *line)
{
    struct curl_slist *longer = curl_slist_append(post->headers, line);

    if (longer == NULL)
        return false;
    post->headers = longer;
    return true;
}

static bool sign(struct post *post)
{
    const char *secret = post->hook->secret;
    unsigned char hash[HASH_BYTES];
    char line[HEADER_MAX_BYTES];
    int len;

    if (secret == NULL)
        return true;
    if (HMAC(EVP_sha256(), secret, (int)strlen(secret),
             (const unsigned char *)post->document.ptr, post->document.len,
             hash, NULL) == NULL)
        return false;
    len = snprintf(line, sizeof line, "X-Dyndns53-Signature: sha256=");
    for (size_t i = 0; i < HASH_BYTES; i++)
        len += snprintf(line + len, sizeof line - (size_t)len, "%02x", hash[i]);
    return add_header(post, line);
}

static bool set_number(struct post *post, CURLoption option, long value)
{
    return curl_easy_setopt(post->easy, option, value) == CURLE_OK;
}

static bool set_pointer(struct post *post, CURLoption option, const void *value)
{
    return curl_easy_setopt(post->easy, option, value) == CURLE_OK;
}

static bool set_up_transport(struct post *post)
{
    long timeout = post->hook->timeout_ms;

    return set_number(post, CURLOPT_NOSIGNAL, 1) &&
           set_pointer(post, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_number(post, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) &&
           set_number(post, CURLOPT_TIMEOUT_MS, timeout) &&
           set_number(post, CURLOPT_CONNECTTIMEOUT_MS,
                      timeout < CONNECT_TIMEOUT_MS ? timeout
                                                   : CONNECT_TIMEOUT_MS) &&
           (post->hook->ca_bundle == NULL ||
            set_pointer(post, CURLOPT_CAINFO, post->hook->ca_bundle));
}

static bool set_up_document(struct post *post)
{
    return add_header(post, "Content-Type: application/json") &&
           add_header(post, "Expect:") && sign(post) &&
           set_pointer(post, CURLOPT_HTTPHEADER, post->headers) &&
           set_pointer(post, CURLOPT_POSTFIELDS, post->document.ptr) &&
           set_number(post, CURLOPT_POSTFIELDSIZE, (long)post->document.len);
}

static bool set_up(struct post *post)
{
    return set_up_transport(post) &&
           set_pointer(post, CURLOPT_URL, post->hook->url) &&
           set_pointer(post, CURLOPT_USERAGENT, "dyndns53/" DYNDNS53_VERSION) &&
           set_pointer(post, CURLOPT_ERRORBUFFER, post->words) &&
           curl_easy_setopt(post->easy, CURLOPT_WRITEFUNCTION, drop_body) ==
               CURLE_OK &&
           set_number(post, CURLOPT_NOPROGRESS, 0) &&
           curl_easy_setopt(post->easy, CURLOPT_XFERINFOFUNCTION,
                            look_around) == CURLE_OK &&
           set_pointer(post, CURLOPT_XFERINFODATA, post) &&
           set_up_document(post);
}

static enum status judge(const struct post *post, CURLcode result,
                         char fault[WEB_HOOK_FAULT_MAX])
{
    long http_status = 0;

    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &http_status);
    /* An answer that goes on for too long is an answer. */
    if (http_status >= 200 && http_status < 300)
        return STATUS_OK;
    if (http_status >= 300 && http_status < 400)
        snprintf(fault, WEB_HOOK_FAULT_MAX,
                 "it answered HTTP %ld: redirects are not followed, give the "
                 "URL that it leads to",
                 http_status);
    else if (http_status != 0)
        snprintf(fault, WEB_HOOK_FAULT_MAX, "it answered HTTP %ld",
                 http_status);
    else
        snprintf(fault, WEB_HOOK_FAULT_MAX, "%s",
                 post->words[0] != '\0' ? post->words
                                        : curl_easy_strerror(result));
    return http_status >= 300 && http_status < 500 ? STATUS_INVALID
                                                   : STATUS_UNAVAILABLE;
}

enum status web_hook_post(const struct web_hook *hook, struct span document,
                          char fault[WEB_HOOK_FAULT_MAX])
{
    struct post post = {hook, document, curl_easy_init(), NULL, ""};
    enum status status = STATUS_UNAVAILABLE;

    fault[0] = '\0';
    if (post.easy == NULL || !set_up(&post))
        snprintf(fault, WEB_HOOK_FAULT_MAX, "libcurl cannot be set up");
    else
        status = judge(&post, curl_easy_perform(post.easy), fault);
    curl_easy_cleanup(post.easy);
    curl_slist_free_all(post.headers);
    return status;
}
