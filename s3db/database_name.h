/* database_name -- what the name of the database's bucket, and its key in the
 * bucket, may be.
 *
 * A fault can be nothing but a mistake. A doubt is most likely one: AWS would
 * refuse the bucket today, but has old ones; the key is legal, but nobody
 * writes it so. Each is returned as words to stand behind the variable's name,
 * literals; NULL means there is none. Pure.
 */
#ifndef S3DB_DATABASE_NAME_H
#define S3DB_DATABASE_NAME_H

/* No store has such a bucket: a URL, an ARN, a path, a control character. */
const char *database_bucket_fault(const char *bucket);

/* S3 User Guide, "General purpose bucket naming rules". Other stores than
 * AWS's have rules of their own. */
const char *database_bucket_doubt(const char *bucket);

/* Of a local file in the bucket's place: a control character could end a line
 * of what is printed. */
const char *database_path_fault(const char *path);

/* S3 User Guide, "Naming Amazon S3 objects": the same, and at most 1024 bytes. */
const char *database_key_fault(const char *key);
const char *database_key_doubt(const char *key);

#endif
