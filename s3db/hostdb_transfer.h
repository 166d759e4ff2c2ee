/* hostdb_transfer -- the load that a hostdb_source has under way, and the ways
 * it can end: what the version that was found means. For hostdb_source.c,
 * which reads; nobody else includes this.
 */
#ifndef S3DB_HOSTDB_TRANSFER_H
#define S3DB_HOSTDB_TRANSFER_H

#include "s3db/file_reader.h"
#include "s3db/hostdb_csv.h"
#include "s3db/hostdb_source_report.h"

#include "aws/s3.h"

struct host_version {
    /* An ETag, or a file_reader's version; "": none. */
    char text[(size_t)S3_ETAG_MAX + 1 > FILE_VERSION_MAX ? S3_ETAG_MAX + 1
                                                         : FILE_VERSION_MAX];
};

/* Why a load failed. */
struct host_failure {
    enum status status;
    enum aws_condition condition; /* of S3 */
    struct retry_failure failure; /* of S3 */
    size_t line, faults;
    const char *advice;
    char reason[1024], code[64], request_id[64];
};

struct hostdb_source {
    struct aws_client *client;
    char *bucket, *database, *where;
    hostdb_csv_fault_fn *fault;
    void *fault_arg;

    struct host_version delivered, broken;
    struct host_failure broken_why;

    /* The load under way. */
    hostdb_source_done_fn *done; /* NULL: there is none */
    void *arg;
    struct hostdb_csv *csv;
    enum status csv_status;
    uint64_t bytes;
    size_t faults_told;
    struct file_reader *file; /* NULL until the first step */
};

/* The version that need not be fetched again: the last one looked at. */
struct span hostdb_transfer_known_version(const struct hostdb_source *source);

/* Every one of these ends the load with its one call of source->done, which
 * may begin the next: nothing of the source is to be touched afterwards. */

/* The version known is still the latest. */
void hostdb_transfer_end_not_modified(struct hostdb_source *source);

/* All of the text of this version has been fed to source->csv. */
void hostdb_transfer_end_complete(struct hostdb_source *source,
                                  struct span version);

/* The text broke off with source->csv_status. */
void hostdb_transfer_end_broken(struct hostdb_source *source,
                                struct span version);

/* The source could not be read, for reasons that may pass. */
void hostdb_transfer_end_failed(struct hostdb_source *source,
                                const struct host_failure *why);

#endif
