#include "aws/request.h"

#include <curl/curl.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>

struct aws_request *aws_request_new(const struct aws_config *config,
                                    enum aws_service service,
                                    enum aws_method method, char *url,
                                    const char *region, void *context)
{
    struct aws_request *request = calloc(1, sizeof *request);

    if (request == NULL || url == NULL || context == NULL) {
        free(request);
        free(url);
        free(context);
        return NULL;
    }
    request->config = config;
    request->service = service;
    request->method = method;
    request->url = url;
    request->context = context;
    request->response.service = service;
    snprintf(request->region, sizeof request->region, "%s", region);
    return request;
}

void aws_request_free(struct aws_request *request)
{
    if (request == NULL)
        return;
    curl_slist_free_all(request->headers);
    strbuf_clear(&request->reply);
    free(request->url);
    free(request->body);
    free(request->context);
    free(request);
}

bool aws_request_add_header(struct aws_request *request, const char *name,
                            struct span value)
{
    struct curl_slist *longer;
    char *line;

    if (value.len == 0)
        return true;
    if (asprintf(&line, "%s: %.*s", name, (int)value.len, value.ptr) < 0)
        return false;
    longer = curl_slist_append(request->headers, line);
    explicit_bzero(line, strlen(line)); /* it may be the session token */
    free(line);
    if (longer == NULL)
        return false;
    request->headers = longer;
    return true;
}

static bool sha256_hex(const void *data, size_t len, char hex[65])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;

    if (EVP_Digest(data, len, hash, &hash_len, EVP_sha256(), NULL) != 1)
        return false;
    for (unsigned i = 0; i < hash_len; i++)
        snprintf(hex + (size_t)i * 2, 3, "%02x", hash[i]);
    return true;
}

bool aws_request_add_standard_headers(struct aws_request *request)
{
    const char *body = request->body == NULL ? "" : request->body;
    char hex[65] = "";

    return sha256_hex(body, request->body_len, hex) &&
           aws_request_add_header(request, "x-amz-content-sha256",
                                  span_from_string(hex)) &&
           aws_request_add_header(
               request, "x-amz-security-token",
               span_from_string(request->config->session_token));
}
