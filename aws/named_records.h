/* named_records -- which records Route 53 names in the words of a refusal.
 *
 * A batch of 500 changes may be refused with a sentence about each of them. The
 * words are read once, in time that grows with their length; what they name is
 * then looked up.
 *
 * A record is named where its name stands as a whole in the form that Route 53
 * writes it (\052 for "*", with or without the last dot), not as the zone, and
 * not beside the other type. Pure.
 */
#ifndef AWS_NAMED_RECORDS_H
#define AWS_NAMED_RECORDS_H

#include "aws/rrset.h"

struct named_records;

/* Reads the words, which it does not keep. NULL: memory. */
struct named_records *named_records_new(struct span words);
void named_records_free(struct named_records *named); /* NULL is allowed */

/* Whether the words name this record, whose name is normalised and has two
 * labels at least. NULL names none. */
bool named_records_has(const struct named_records *named, struct span name,
                       enum rrset_type type);

#endif
