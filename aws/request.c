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

/* One of them may be the session token. */
static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *each = headers; each != NULL; each = each->next)
        explicit_bzero(each->data, strlen(each->data));
    curl_slist_free_all(headers);
}

/* A refused signature is explained with what was signed. */
static void clear_reply(struct strbuf *reply)
{
    if (reply->ptr != NULL)
        explicit_bzero(reply->ptr, reply->len);
    strbuf_clear(reply);
}

/* The tokens of hosts, when it is their table. */
static void free_body(struct aws_request *request)
{
    if (request->body != NULL)
        explicit_bzero(request->body, request->body_len);
    free(request->body);
}

void aws_request_free(struct aws_request *request)
{
    if (request == NULL)
        return;
    aws_credentials_clear(&request->own_keys);
    free_headers(request->headers);
    clear_reply(&request->reply);
    s3_md5_clear(&request->md5);
    free(request->url);
    free_body(request);
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
    char *hex = request->payload_sha256;

    return sha256_hex(body, request->body_len, hex) &&
           aws_request_add_header(request, "x-amz-content-sha256",
                                  span_from_string(hex));
}

void aws_request_drop_header(struct aws_request *request, const char *name)
{
    struct curl_slist **link = &request->headers, *header;
    size_t len = strlen(name);

    while (*link != NULL && (strncasecmp((*link)->data, name, len) != 0 ||
                             (*link)->data[len] != ':'))
        link = &(*link)->next;
    header = *link;
    if (header == NULL)
        return;
    *link = header->next;
    header->next = NULL;
    free_headers(header);
}

void aws_request_rewind(struct aws_request *request)
{
    request->response =
        (struct aws_response){.service = request->response.service};
    request->curl_error[0] = '\0';
    clear_reply(&request->reply);
}
