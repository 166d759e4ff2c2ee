/* config_source -- the environment while it is read, and the list of what is
 * wrong with it. Between the files of config; nobody else includes this.
 *
 * A fault is a line that begins with the variable's name. A wrong item of a
 * list is a fault of its own, since the list may be long.
 */
#ifndef SERVER_CONFIG_SOURCE_H
#define SERVER_CONFIG_SOURCE_H

#include "aws/aws_config.h"
#include "base/span.h"

struct config_source {
    aws_getenv_fn *get;
    struct strbuf *faults;
    bool out_of_memory;
};

/* The value; NULL when it is unset or empty, which is the same nearly
 * everywhere. */
const char *config_source_get(const struct config_source *source,
                              const char *name);

/* "NAME=value: wanted" */
void config_source_fault(struct config_source *source, const char *name,
                         const char *value, const char *wanted);

/* "NAME words" */
void config_source_fault_words(struct config_source *source, const char *name,
                               const char *words);

/* "NAME: "item": wanted", for each of the first few wrong items of a list. Of
 * the rest the list's end gives the number. */
struct config_list_faults {
    const char *name;
    size_t count;
};
void config_source_fault_item(struct config_source *source,
                              struct config_list_faults *list, struct span item,
                              const char *wanted);
void config_source_end_list(struct config_source *source,
                            const struct config_list_faults *list);

/* NULL, noted in the source, when memory is short. */
char *config_source_copy(struct config_source *source, struct span text);

/* Cuts the next item off a list that is separated by commas, with blanks at
 * will; empty items are passed over. False at the end. */
bool config_source_next_item(struct span *rest, struct span *item);

#endif
