/* loaded_credentials -- variables that stand in files: those of the folder
 * CREDENTIALS_DIRECTORY, which systemd makes by LoadCredential= and its like. A file
 * that has the name of a variable stands for that variable, so that a secret need be
 * in no list of settings.
 */
#ifndef SERVER_LOADED_CREDENTIALS_H
#define SERVER_LOADED_CREDENTIALS_H

#include "base/status.h"
#include "base/strbuf.h"

enum {
    LOADED_CREDENTIAL_MAX_BYTES = 16 * 1024,
};

/* Puts each into the environment, unless the variable is set there, without the line
 * feed at its end. Files of other names, such as "aws", are left alone: somebody is
 * told their paths. STATUS_INVALID: a file cannot be read, is too long, or is no
 * text; `faults` has a line for each. Before the second thread. */
NODISCARD enum status loaded_credentials_set(struct strbuf *faults);

#endif
