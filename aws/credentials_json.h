/* credentials_json -- the documents in which credentials come as JSON: from the
 * metadata of an EC2 instance, from a container's endpoint, and from a
 * credential_process. Pure; private to this floor.
 */
#ifndef AWS_CREDENTIALS_JSON_H
#define AWS_CREDENTIALS_JSON_H

#include "aws/aws_credentials.h"
#include "base/strbuf.h"

/* Ours take some 2 KB; a token may be longer. */
enum { CREDENTIALS_JSON_MAX_BYTES = 64 * 1024 };

enum credentials_json_form {
    CREDENTIALS_JSON_ENDPOINT, /* Code, AccessKeyId, ..., Token, Expiration */
    CREDENTIALS_JSON_PROCESS,  /* Version, AccessKeyId, ..., SessionToken */
};

/* Makes the JSON library wipe what it frees. Before its first use. */
void credentials_json_init(void);

/* Reads a whole document into *out. STATUS_INVALID: it is no such document,
 * lacks a part, or says that there are none; STATUS_NOMEM. `why` then says so,
 * in words that hold no credential; *out is empty. */
NODISCARD enum status credentials_json_read(struct span text,
                                            enum credentials_json_form form,
                                            struct aws_credentials *out,
                                            struct strbuf *why);

/* Appends what a refusal says of itself ("Code: Message"), if it is a document
 * that does; appends nothing else. */
void credentials_json_read_refusal(struct span text, struct strbuf *why);

#endif
