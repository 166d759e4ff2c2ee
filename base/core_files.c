#include "base/core_files.h"

#include <sys/resource.h>

/* One byte, not none: no core file is that small, and 1 is also the limit at
 * which Linux pipes no core to a program (do_coredump() in fs/coredump.c),
 * while it would with 0. Where the limit is 0 already and may not be raised, it
 * stays 0. */
void core_files_forbid(void)
{
    struct rlimit limit = {1, 1};

    setrlimit(RLIMIT_CORE, &limit);
}
