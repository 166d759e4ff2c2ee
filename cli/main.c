/* dyndb -- keeps the host database of dyndns53; see dyndb(1). */
#include "cli/context.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/say.h"

#include "base/core_files.h"

#include <signal.h>

static const struct span version =
    SPAN_LITERAL("dyndb (dyndns53) " DYNDNS53_VERSION "\n");

static int refuse_usage(const struct command *topic, const struct strbuf *fault)
{
    say("%s\ntry: dyndb help%s%s", strbuf_string(fault),
        topic == NULL ? "" : " ", topic == NULL ? "" : topic->name);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct options options;
    struct strbuf fault;
    int result;

    core_files_forbid();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2) */
    strbuf_init(&fault, 4096);
    if (options_parse(&options, argc, argv, &fault) != STATUS_OK)
        result = refuse_usage(options.topic, &fault);
    else if (options.command == NULL)
        result = print(version) ? EXIT_OK : EXIT_FAILED;
    else
        result = context_run(&options);
    strbuf_clear(&fault);
    return result;
}
