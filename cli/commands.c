#include "cli/commands.h"

#include "base/spelling.h"

#define ADDRESS_OF_COMMAND(name) &command_##name,
const struct command *const commands[] = {COMMANDS(ADDRESS_OF_COMMAND)};
const size_t commands_count = sizeof commands / sizeof commands[0];

/* The command that was perhaps meant: a slip in each four characters at the
 * most, or its first word alone. NULL: none is so near. */
static const struct command *nearest(const char *name)
{
    struct span given = span_from_string(name);
    unsigned least = (unsigned)given.len / 4 + 2;
    const struct command *found = NULL;

    for (size_t i = 0; i < commands_count; i++) {
        struct span known = span_from_string(commands[i]->name);
        unsigned distance = spelling_distance(given, known);

        if (distance < least) {
            least = distance;
            found = commands[i];
        }
    }
    for (size_t i = 0; found == NULL && i < commands_count; i++)
        if (given.len > 0 && strncmp(name, commands[i]->name, given.len) == 0 &&
            commands[i]->name[given.len] == '-')
            found = commands[i];
    return found;
}

const struct command *commands_find(const char *name, struct strbuf *fault)
{
    const struct command *meant;

    for (size_t i = 0; i < commands_count; i++)
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    meant = nearest(name);
    strbuf_printf(fault, "unknown command '%s'", name);
    if (meant != NULL)
        strbuf_printf(fault, "; did you mean '%s'?", meant->name);
    return NULL;
}
