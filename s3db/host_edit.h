/* host_edit -- one change of the host database, as it is wanted: a host that is
 * added, changed or removed.
 */
#ifndef S3DB_HOST_EDIT_H
#define S3DB_HOST_EDIT_H

#include "s3db/host_attributes.h"

#include "base/address.h"

enum host_edit_kind { HOST_EDIT_ADD, HOST_EDIT_CHANGE, HOST_EDIT_REMOVE };

/* Texts are borrowed. Zeroed: nothing is edited in any row. */
struct host_edit {
    enum host_edit_kind kind;
    struct span name; /* normalised, and without a fault (dns_name.h) */

    /* If `of_one_type`: only the row with this record_type, in upper case. */
    bool of_one_type;
    struct span type;

    /* HOST_EDIT_CHANGE: instead, all rows of this user. Empty: as above. */
    struct span user;

    /* The new values. `token` empty: it stays as it is. A value may be empty:
     * the host is to have none. */
    struct span token;
    bool takes_user_token; /* a new row: the token of the `user` among its
                            * values, if that user has a row already */
    bool sets[HOST_ATTRIBUTE_COUNT];
    struct span values[HOST_ATTRIBUTE_COUNT];
};

#endif
