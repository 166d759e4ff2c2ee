#include "server/http/http1.h"

#include <stdio.h>
#include <stdlib.h>

/* Not through the log, whose thread would not come to write it. */
void http1_abort(const char *who)
{
    fprintf(stderr,
            "dyndns53: %s relies on HTTP/1, and something else is spoken; this "
            "is a fault of the program: please report it\n",
            who);
    abort();
}
