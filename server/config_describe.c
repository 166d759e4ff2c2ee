#include "server/config_describe.h"

#include "aws/endpoint.h"
#include "server/config_alerts.h"
#include "server/config_tls.h"
#include "server/variables.h"

#include <limits.h>
#include <unistd.h>

static void describe_file(const char *path, struct strbuf *out)
{
    char folder[PATH_MAX];

    strbuf_printf(out, "# database: the file %s", path);
    if (path[0] != '/' && getcwd(folder, sizeof folder) != NULL)
        strbuf_printf(out, " in %s", folder);
    strbuf_append_string(out, "\n# S3: not used\n");
}

static void describe_object(const struct config *config, struct strbuf *out)
{
    const struct aws_config *aws = &config->aws;
    struct endpoint_choice s3 = aws_config_s3(aws);

    strbuf_printf(out, "# database: the object %s in the bucket %s\n# S3: ",
                  config->table.database, config->table.bucket);
    endpoint_append_s3_object(out, &s3, aws->region, config->table.bucket,
                              config->table.database);
    strbuf_printf(out, ", signed for %s\n", aws->region);
}

/* What follows from the variables, for a person's eyes; as comments, so that
 * the whole may serve as a file of variables. */
static void describe_places(const struct config *config, struct strbuf *out)
{
    const struct aws_config *aws = &config->aws;
    struct endpoint_choice route53 = aws_config_route53(aws);

    if (config->table.bucket == NULL)
        describe_file(config->table.database, out);
    else
        describe_object(config, out);
    strbuf_append_string(out, "# Route 53: ");
    endpoint_append_route53(out, &route53, aws->region);
    strbuf_printf(out, ", signed for %s\n",
                  endpoint_route53_region(aws->region));
}

static void describe_key(const char *name, const char *key, struct strbuf *out)
{
    strbuf_printf(out, "# %s: %s\n", name,
                  key == NULL ? "none" : "given, and not shown");
}

void config_describe(const struct config *config, struct strbuf *out)
{
    for (size_t i = 0; i < variables_count; i++) {
        const struct variable *variable = &variables[i];

        if (variable->kind->describe == NULL)
            continue;
        strbuf_printf(out, "%s=", variable->name);
        variable->kind->describe(variable, config, out);
        strbuf_append_char(out, '\n');
    }
    config_tls_describe(config, out);
    describe_places(config, out);
    strbuf_append_string(out, "# credentials: ");
    aws_config_describe_credentials(&config->aws, out);
    strbuf_append_char(out, '\n');
    describe_key("DYNDNS_API_KEY", config->http.api_key, out);
    describe_key("DYNDNS_REFLECT_KEY", config->http.reflect_key, out);
    describe_key("DYNDNS_ADMIN_TOKEN", config->http.admin_token, out);
    config_alerts_describe(config, out);
}
