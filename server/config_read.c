#include "server/config_read.h"

#include "server/config_source.h"
#include "server/variables.h"

enum status config_read(struct config *config, aws_getenv_fn *get,
                        unsigned cores, struct strbuf *faults)
{
    struct config_source source = {get, faults, false};
    enum status status;

    *config = (struct config){
        .http.threads = cores < HTTP_THREADS_MAX ? cores : HTTP_THREADS_MAX};
    status = aws_config_init(&config->aws, get, faults);
    for (size_t i = 0; i < variables_count; i++)
        if (variables[i].kind->read != NULL)
            variables[i].kind->read(&variables[i], config, &source);
    config->table.max_attempts = config->aws.max_attempts;
    config->dns.max_attempts = config->aws.max_attempts;
    if (source.out_of_memory)
        return STATUS_NOMEM;
    return faults->len > 0 || !strbuf_ok(faults) ? STATUS_INVALID : status;
}
