/* request -- one signed exchange with AWS, as s3.c and route53.c describe it
 * and aws_client.c carries it out. Private to this floor.
 *
 * Make one, add headers, say where the answer goes, submit it. From then on it
 * is the client's: its done() is called once from aws_client_poll(), and the
 * request is freed when that returns. Whatever the caller wants to find again
 * there stands in one block of memory, `context`, that is freed with the
 * request, unless done() took it over and left NULL.
 */
#ifndef AWS_REQUEST_H
#define AWS_REQUEST_H

#include "aws/aws_config.h"
#include "aws/aws_credentials.h"
#include "aws/aws_metrics.h"
#include "aws/aws_progress.h"
#include "aws/endpoint.h"
#include "aws/response.h"
#include "base/strbuf.h"

enum aws_method { AWS_GET, AWS_HEAD, AWS_POST, AWS_PUT };

/* Whose credentials a request is signed with. */
enum aws_signer {
    AWS_SIGN_AS_CLIENT = 0, /* the client's, for which it waits */
    AWS_SIGN_AS_OWNER,      /* its own, by which others are asked for */
    AWS_SIGN_NOT,
};

struct aws_request;
struct curl_slist;

/* Takes the next bytes of a 200's body; anything but STATUS_OK ends the
 * exchange and becomes the response's `transport`. */
typedef enum status aws_body_fn(void *context, struct span bytes);

typedef void aws_done_fn(struct aws_request *request,
                         const struct aws_response *response);

struct aws_request {
    const struct aws_config
        *config; /* borrowed: who signs, and how to connect */
    enum aws_service service;
    enum aws_method method;
    enum aws_signer signer;
    enum aws_operation operation;         /* for the metrics */
    struct aws_credentials own_keys;      /* AWS_SIGN_AS_OWNER */
    char *url;                            /* owned, in canonical form */
    char region[ENDPOINT_REGION_MAX + 1]; /* to sign for */
    struct curl_slist *headers;           /* owned */
    char *body;                           /* owned; POST and PUT only */
    size_t body_len;
    char payload_sha256[65]; /* once the standard headers are added */
    long timeout_ms;         /* of the whole; never 0 */
    size_t reply_max_bytes;  /* of a body that is not handed on in pieces */
    aws_body_fn *on_body;    /* NULL: the body is collected */
    aws_done_fn *done;
    void *context; /* owned: one block from malloc(3) */

    /* The client's own. */
    aws_progress_fn *tell_progress; /* NULL: nobody wants to know */
    void *tell_progress_arg;
    struct aws_request *next, **link; /* link: what points here */
    void *easy;                       /* CURL *, while under way */
    int64_t deadline_at, started_at;
    unsigned keys_version; /* credentials_keeper.h */
    bool sent_again;       /* since its credentials were refused */
    char curl_error[256];  /* CURL_ERROR_SIZE */
    struct strbuf reply;
    struct s3_md5 md5; /* of what was handed on */
    struct aws_response response;
    int64_t clock_offset; /* what the signature adds to this machine's time */
    bool signed_again;    /* with another one */
};

/* Takes `url` and `context`, which are freed on failure too. NULL: memory. */
struct aws_request *aws_request_new(const struct aws_config *config,
                                    enum aws_service service,
                                    enum aws_method method, char *url,
                                    const char *region, void *context);
/* Headers, body and reply are wiped: they may hold tokens. NULL is allowed. */
void aws_request_free(struct aws_request *request);

/* Adds "name: value". Empty values are not sent: libcurl signs an empty header
 * wrongly. False: memory. */
NODISCARD bool aws_request_add_header(struct aws_request *request,
                                      const char *name, struct span value);

/* Adds what every request to AWS carries besides its signature and the session
 * token: the hash of the body, without which S3 refuses and libcurl would sign
 * a wrong one. To be called once the body is set. */
NODISCARD bool aws_request_add_standard_headers(struct aws_request *request);

/* Takes away the first header of this name, if there is one. */
void aws_request_drop_header(struct aws_request *request, const char *name);

/* Forgets the answer, so that the request can be submitted once more. */
void aws_request_rewind(struct aws_request *request);

#endif
