/* outage_file -- keeps an outage in a file between two runs; while all is well
 * there is none.
 */
#ifndef CLI_OUTAGE_FILE_H
#define CLI_OUTAGE_FILE_H

#include "cli/outage.h"

#include "base/status.h"

typedef const char *outage_getenv_fn(const char *name);

/* The path for a host's outages where nobody names one, in a directory that
 * the environment names: STATE_DIRECTORY (systemd's), XDG_STATE_HOME/dyndb or
 * HOME/.local/state/dyndb; else /var/lib/dyndb. NULL: memory. */
char *outage_file_usual_path(outage_getenv_fn *get, const char *host);

/* Reads it; no file is no outage. STATUS_INVALID: what stands there is no
 * regular file. STATUS_UNAVAILABLE: errno says why; *outage is none. */
NODISCARD enum status outage_file_load(struct outage *outage, const char *path);

/* Writes it, and makes the directory if it is not there; removes the file when
 * there is no outage. STATUS_INVALID, STATUS_UNAVAILABLE as above. */
NODISCARD enum status outage_file_save(const struct outage *outage,
                                       const char *path);

#endif
