#include "cli/print.h"

#include "cli/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool print(struct span text)
{
    if (fwrite(text.ptr, 1, text.len, stdout) == text.len &&
        fflush(stdout) == 0)
        return true;
    if (errno != EPIPE) /* the reader closed the pipe */
        say("cannot write to standard output: %s", strerror(errno));
    return false;
}
