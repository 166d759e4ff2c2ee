#include "aws/credentials_plan.h"

#include "aws/container_url.h"
#include "aws/profile_files.h"
#include "base/decimal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ROLE_SECONDS = 3600, /* AWS's default, and what any role may be asked for */
    ROLE_SECONDS_MIN = 900,
    ROLE_SECONDS_MAX = 43200,
};

static const char default_session_name[] = "dyndns53";

/* What is looked at while a plan is made. */
struct search {
    struct credentials_plan *plan;
    const struct credentials_settings *settings;
    struct profile_files files;
    struct strbuf *fault;
    bool out_of_memory;
};

static void keep(struct search *search, char **out, struct span text)
{
    if (text.len == 0)
        return;
    *out = strndup(text.ptr, text.len);
    if (*out == NULL)
        search->out_of_memory = true;
}

static void pass_over(struct search *search, const char *source,
                      const char *why)
{
    struct strbuf *tried = &search->plan->tried;

    strbuf_printf(tried, "%s%s: %s", tried->len > 0 ? "; " : "", source, why);
}

static bool fail(struct search *search, struct span profile, const char *words)
{
    strbuf_printf(search->fault, "profile %.*s %s", (int)profile.len,
                  profile.ptr, words);
    return true;
}

static struct span get(const struct search *search, struct span profile,
                       const char *key)
{
    return profile_files_get(&search->files, profile, key);
}

static bool has(const struct search *search, struct span profile,
                const char *key)
{
    return get(search, profile, key).len > 0;
}

static void name_source(struct search *search, const char *before,
                        struct span profile, const char *path)
{
    strbuf_printf(&search->plan->source, "%sprofile %.*s of %s", before,
                  (int)profile.len, profile.ptr, path);
}

/* --- a profile by itself ---
 *
 * Each function looks for one source, and returns whether the search is over:
 * found, or failed with search->fault. */

static bool take_keys(struct search *search, int file, struct span profile)
{
    const struct profile_files *files = &search->files;
    struct span id =
        profile_file_get(files, file, profile, "aws_access_key_id");
    struct span secret =
        profile_file_get(files, file, profile, "aws_secret_access_key");
    struct span token =
        profile_file_get(files, file, profile, "aws_session_token");
    enum status status;

    if (id.len == 0 && secret.len == 0)
        return false;
    if (id.len == 0 || secret.len == 0)
        return fail(search, profile,
                    id.len == 0
                        ? "has aws_secret_access_key and no aws_access_key_id"
                        : "has aws_access_key_id and no aws_secret_access_key");
    status = aws_credentials_set(&search->plan->keys, id, secret, token, 0);
    if (status == STATUS_INVALID)
        return fail(search, profile, "has a key that holds a blank");
    search->out_of_memory = status != STATUS_OK;
    search->plan->origin = CREDENTIALS_KEYS;
    name_source(search, "", profile, files->files[file].path);
    return true;
}

static bool take_process(struct search *search, struct span profile)
{
    struct span command = get(search, profile, "credential_process");

    if (command.len == 0)
        return false;
    keep(search, &search->plan->command, command);
    search->plan->origin = CREDENTIALS_PROCESS;
    name_source(
        search, "credential_process of ", profile,
        profile_files_where(&search->files, profile, "credential_process"));
    return true;
}

static void set_web_role(struct search *search, struct span token_file,
                         struct span arn, struct span session_name)
{
    struct credentials_plan *plan = search->plan;

    if (session_name.len == 0)
        session_name = span_from_string(default_session_name);
    keep(search, &plan->token_file, token_file);
    keep(search, &plan->web_role.arn, arn);
    keep(search, &plan->web_role.session_name, session_name);
    plan->web_role.duration_seconds = ROLE_SECONDS;
    plan->origin = CREDENTIALS_WEB_IDENTITY;
    strbuf_printf(&plan->source, "web identity role %.*s", (int)arn.len,
                  arn.ptr);
}

static bool take_web_identity_of(struct search *search, struct span profile)
{
    struct span token_file = get(search, profile, "web_identity_token_file");
    struct span arn = get(search, profile, "role_arn");

    if (token_file.len == 0)
        return false;
    if (arn.len == 0)
        return fail(search, profile,
                    "has web_identity_token_file and no role_arn");
    set_web_role(search, token_file, arn,
                 get(search, profile, "role_session_name"));
    return true;
}

static bool refuse_sso(struct search *search, struct span profile)
{
    if (!has(search, profile, "sso_session") &&
        !has(search, profile, "sso_account_id"))
        return false;
    return fail(search, profile,
                "signs in by SSO, which wants a browser; have the AWS CLI do "
                "it, with credential_process = aws configure "
                "export-credentials --profile NAME in another profile");
}

static bool take_profile(struct search *search, struct span profile)
{
    return take_web_identity_of(search, profile) ||
           refuse_sso(search, profile) ||
           take_keys(search, PROFILE_KEYS_FILE, profile) ||
           take_process(search, profile) ||
           take_keys(search, PROFILE_CONFIG_FILE, profile);
}

/* --- roles that a profile assumes --- */

static bool read_duration(struct span text, unsigned *seconds)
{
    uint32_t number = ROLE_SECONDS;

    if (text.len > 0 && (!decimal_parse(text, ROLE_SECONDS_MAX, &number) ||
                         number < ROLE_SECONDS_MIN))
        return false;
    *seconds = number;
    return true;
}

/* Roles are found from ours down, and assumed from the last one up. */
static bool add_role(struct search *search, struct span profile)
{
    struct credentials_plan *plan = search->plan;
    struct span session_name = get(search, profile, "role_session_name");
    struct credentials_role role = {.arn = NULL};

    if (plan->role_count == CREDENTIALS_ROLES_MAX)
        return !fail(search, profile,
                     "is reached over too many roles: their source_profile "
                     "goes in a circle");
    if (has(search, profile, "mfa_serial"))
        return !fail(search, profile,
                     "has mfa_serial, and nobody is here to type a code");
    if (!read_duration(get(search, profile, "duration_seconds"),
                       &role.duration_seconds))
        return !fail(search, profile,
                     "has a duration_seconds that is no number from 900 to "
                     "43200");
    if (session_name.len == 0)
        session_name = span_from_string(default_session_name);
    keep(search, &role.arn, get(search, profile, "role_arn"));
    keep(search, &role.session_name, session_name);
    keep(search, &role.external_id, get(search, profile, "external_id"));
    memmove(plan->roles + 1, plan->roles,
            plan->role_count * sizeof plan->roles[0]);
    plan->roles[0] = role;
    plan->role_count++;
    strbuf_printf(&plan->source, "role %s, assumed by ",
                  role.arn == NULL ? "" : role.arn);
    return true;
}

static bool take_container(struct search *search)
{
    const char *relative =
        search->settings->values[CREDENTIALS_CONTAINER_RELATIVE_URI];
    const char *full = search->settings->values[CREDENTIALS_CONTAINER_FULL_URI];

    if (relative == NULL && full == NULL)
        return false;
    search->plan->origin = CREDENTIALS_CONTAINER;
    strbuf_append_string(&search->plan->source, "container");
    return true;
}

static bool take_instance(struct search *search)
{
    if (credentials_settings_metadata_is_disabled(search->settings))
        return false;
    search->plan->origin = CREDENTIALS_INSTANCE;
    strbuf_append_string(&search->plan->source, "instance role");
    return true;
}

static bool take_credential_source(struct search *search, struct span profile,
                                   struct span source)
{
    if (span_is(source, "EcsContainer"))
        return take_container(search) ||
               fail(search, profile,
                    "has credential_source = EcsContainer, but this is no "
                    "container of ECS or EKS");
    if (span_is(source, "Ec2InstanceMetadata"))
        return take_instance(search) ||
               fail(search, profile,
                    "has credential_source = Ec2InstanceMetadata, which "
                    "AWS_EC2_METADATA_DISABLED forbids");
    return fail(search, profile,
                span_is(source, "Environment")
                    ? "has credential_source = Environment, but "
                      "AWS_ACCESS_KEY_ID is not set"
                    : "has a credential_source that is none of Environment, "
                      "EcsContainer and Ec2InstanceMetadata");
}

static bool assumes_a_role(const struct search *search, struct span profile)
{
    return has(search, profile, "role_arn") &&
           (has(search, profile, "source_profile") ||
            has(search, profile, "credential_source"));
}

static bool take_source_profile(struct search *search, struct span profile)
{
    if (!profile_files_have(&search->files, profile))
        return fail(search, profile, "is a source_profile, and in no file");
    return take_profile(search, profile) ||
           fail(search, profile, "is a source_profile without credentials");
}

/* A profile may be its own source: then its keys assume its role. */
static bool take_roles(struct search *search, struct span profile)
{
    bool is_own_source = false;

    if (!assumes_a_role(search, profile))
        return false;
    while (!is_own_source && assumes_a_role(search, profile)) {
        struct span source = get(search, profile, "credential_source");
        struct span below = get(search, profile, "source_profile");

        if (source.len > 0 && below.len > 0)
            return fail(search, profile,
                        "has both source_profile and credential_source");
        if (!add_role(search, profile))
            return true;
        if (source.len > 0)
            return take_credential_source(search, profile, source);
        is_own_source = span_equal(below, profile);
        profile = below;
    }
    return take_source_profile(search, profile);
}

/* --- the chain --- */

static bool take_web_identity(struct search *search)
{
    char *const *values = search->settings->values;
    const char *token_file = values[CREDENTIALS_WEB_TOKEN_FILE];
    const char *arn = values[CREDENTIALS_ROLE_ARN];

    if (token_file == NULL) {
        pass_over(search, "web identity",
                  "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
        return false;
    }
    if (arn == NULL) {
        strbuf_append_string(search->fault, "AWS_WEB_IDENTITY_TOKEN_FILE is "
                                            "set, but AWS_ROLE_ARN is not");
        return true;
    }
    set_web_role(search, span_from_string(token_file), span_from_string(arn),
                 span_from_string(values[CREDENTIALS_ROLE_SESSION_NAME]));
    return true;
}

static struct span wanted_profile(const struct credentials_settings *settings)
{
    const char *variable;
    const char *name = credentials_settings_profile(settings, &variable);

    return span_from_string(name == NULL ? "default" : name);
}

/* A profile that was asked for by name must be there. */
static bool refuse_missing(struct search *search, struct span profile)
{
    const char *variable;
    const struct profile_file *files = search->files.files;

    if (credentials_settings_profile(search->settings, &variable) == NULL ||
        profile_files_have(&search->files, profile))
        return false;
    strbuf_printf(search->fault, "%s names the profile %.*s, which is in ",
                  variable, (int)profile.len, profile.ptr);
    if (files[0].path == NULL && files[1].path == NULL)
        strbuf_append_string(search->fault,
                             "no file: there is no HOME to look for .aws in");
    else
        strbuf_printf(search->fault, "neither %s nor %s",
                      files[0].path == NULL ? "~/.aws/credentials"
                                            : files[0].path,
                      files[1].path == NULL ? "~/.aws/config" : files[1].path);
    return true;
}

static void pass_over_profile(struct search *search, struct span profile)
{
    bool is_there = profile_files_have(&search->files, profile);
    char name[80];

    snprintf(name, sizeof name, "profile %.*s", (int)profile.len, profile.ptr);
    pass_over(search, name,
              is_there ? "holds no credentials" : "is in no file of AWS's");
}

static void pass_over_endpoints(struct search *search)
{
    if (search->plan->origin == CREDENTIALS_CONTAINER)
        return;
    pass_over(search, "container",
              "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
              "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set");
    if (search->plan->origin != CREDENTIALS_INSTANCE)
        pass_over(search, "instance role",
                  "AWS_EC2_METADATA_DISABLED forbids to ask for it");
}

static void decide(struct search *search)
{
    struct span profile = wanted_profile(search->settings);

    pass_over(search, "environment",
              "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
    if (refuse_missing(search, profile) || take_roles(search, profile) ||
        take_web_identity(search) || take_profile(search, profile))
        return;
    pass_over_profile(search, profile);
    if (!take_container(search))
        take_instance(search);
    pass_over_endpoints(search);
}

enum status credentials_plan_make(struct credentials_plan *plan,
                                  const struct credentials_settings *settings,
                                  struct strbuf *fault)
{
    struct search search = {plan, settings, .fault = fault};
    size_t before = fault->len;
    enum status status;

    *plan = (struct credentials_plan){.origin = CREDENTIALS_NOWHERE};
    strbuf_init(&plan->source, CREDENTIALS_WORDS_MAX_BYTES);
    strbuf_init(&plan->tried, CREDENTIALS_WORDS_MAX_BYTES);
    status = profile_files_read(&search.files, settings, fault);
    if (status == STATUS_OK)
        decide(&search);
    profile_files_clear(&search.files);
    if (search.out_of_memory || !strbuf_ok(&plan->source) ||
        !strbuf_ok(&plan->tried) || !strbuf_ok(fault))
        return STATUS_NOMEM;
    return fault->len > before ? STATUS_INVALID : status;
}

static void clear_role(struct credentials_role *role)
{
    free(role->arn);
    free(role->session_name);
    aws_credentials_free_secret(role->external_id);
}

void credentials_plan_clear(struct credentials_plan *plan)
{
    aws_credentials_clear(&plan->keys);
    aws_credentials_free_secret(plan->command); /* it may hold a password */
    free(plan->token_file);
    clear_role(&plan->web_role);
    for (size_t i = 0; i < plan->role_count; i++)
        clear_role(&plan->roles[i]);
    strbuf_clear(&plan->source);
    strbuf_clear(&plan->tried);
    *plan = (struct credentials_plan){.origin = CREDENTIALS_NOWHERE};
}

enum status credentials_plan_append_region(
    const struct credentials_settings *settings, struct strbuf *region)
{
    struct profile_files files;
    struct strbuf ignored;
    enum status status;

    strbuf_init(&ignored, CREDENTIALS_WORDS_MAX_BYTES);
    status = profile_files_read(&files, settings, &ignored);
    if (status == STATUS_OK)
        strbuf_append(region, profile_files_get(
                                  &files, wanted_profile(settings), "region"));
    profile_files_clear(&files);
    strbuf_clear(&ignored);
    return status == STATUS_NOMEM || !strbuf_ok(region) ? STATUS_NOMEM
                                                        : STATUS_OK;
}
