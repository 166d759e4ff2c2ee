#include "aws/credentials_plan.h"
#include "tests/unit/home_folder.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { VARIABLES_MAX = 5 };

#define KEYS "aws_access_key_id=AKIA\naws_secret_access_key=hush-hush\n"
#define PROFILE(name) "[profile " name "]\n"
#define ROLE "role_arn=arn:aws:iam::1:role/r\n"
#define DEV                                                                    \
    {                                                                          \
        "AWS_PROFILE", "dev"                                                   \
    }

static const struct {
    const char *label;
    struct home_variable variables[VARIABLES_MAX];
    const char *credentials, *config;
    enum credentials_origin origin;
    const char *source; /* @ is the home */
} good[] = {
    {"nothing is configured: the instance is asked",
     {{NULL, NULL}},
     NULL,
     NULL,
     CREDENTIALS_INSTANCE,
     "instance role"},
    {"unless that is forbidden",
     {{"AWS_EC2_METADATA_DISABLED", "true"}},
     NULL,
     NULL,
     CREDENTIALS_NOWHERE,
     ""},
    {"the default profile needs no variable",
     {{NULL, NULL}},
     "[default]\n" KEYS,
     NULL,
     CREDENTIALS_KEYS,
     "profile default of @/.aws/credentials"},
    {"a profile that is asked for",
     {DEV},
     "[default]\n" KEYS "[dev]\n" KEYS,
     NULL,
     CREDENTIALS_KEYS,
     "profile dev of @/.aws/credentials"},
    {"keys in config",
     {DEV},
     NULL,
     PROFILE("dev") KEYS,
     CREDENTIALS_KEYS,
     "profile dev of @/.aws/config"},
    {"a program comes after the keys of credentials",
     {DEV},
     "[dev]\n" KEYS,
     PROFILE("dev") "credential_process=x\n",
     CREDENTIALS_KEYS,
     "profile dev of @/.aws/credentials"},
    {"and before those of config",
     {DEV},
     NULL,
     PROFILE("dev") KEYS "credential_process=x\n",
     CREDENTIALS_PROCESS,
     "credential_process of profile dev of @/.aws/config"},
    {"web identity comes before keys",
     {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn:w"}},
     "[default]\n" KEYS,
     NULL,
     CREDENTIALS_WEB_IDENTITY,
     "web identity role arn:w"},
    {"and after a role of the profile",
     {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn:w"}, DEV},
     "[base]\n" KEYS,
     PROFILE("dev") ROLE "source_profile=base\n",
     CREDENTIALS_KEYS,
     "role arn:aws:iam::1:role/r, assumed by profile base of "
     "@/.aws/credentials"},
    {"web identity of a profile",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "web_identity_token_file=/t\n",
     CREDENTIALS_WEB_IDENTITY,
     "web identity role arn:aws:iam::1:role/r"},
    {"a profile's own keys may assume its role",
     {DEV},
     "[dev]\n" KEYS,
     PROFILE("dev") ROLE "source_profile=dev\n",
     CREDENTIALS_KEYS,
     "role arn:aws:iam::1:role/r, assumed by profile dev of "
     "@/.aws/credentials"},
    {"a role by way of a role",
     {DEV},
     "[base]\n" KEYS,
     PROFILE("dev") "role_arn=arn:2\nsource_profile=mid\n" PROFILE(
         "mid") "role_arn=arn:1\nsource_profile=base\n",
     CREDENTIALS_KEYS,
     "role arn:2, assumed by role arn:1, assumed by profile base of "
     "@/.aws/credentials"},
    {"a role by way of a program",
     {DEV},
     NULL,
     PROFILE("dev") ROLE
     "source_profile=base\n" PROFILE("base") "credential_process=x\n",
     CREDENTIALS_PROCESS,
     "role arn:aws:iam::1:role/r, assumed by credential_process of profile "
     "base of @/.aws/config"},
    {"a role by way of the instance's",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "credential_source=Ec2InstanceMetadata\n",
     CREDENTIALS_INSTANCE,
     "role arn:aws:iam::1:role/r, assumed by instance role"},
    {"a role by way of a container's",
     {DEV, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}},
     NULL,
     PROFILE("dev") ROLE "credential_source=EcsContainer\n",
     CREDENTIALS_CONTAINER,
     "role arn:aws:iam::1:role/r, assumed by container"},
    {"a container comes before the instance",
     {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"}},
     NULL,
     NULL,
     CREDENTIALS_CONTAINER,
     "container"},
    {"and after a profile's keys",
     {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"}},
     "[default]\n" KEYS,
     NULL,
     CREDENTIALS_KEYS,
     "profile default of @/.aws/credentials"},
    {"a profile that only names a region leaves the rest to the others",
     {DEV},
     NULL,
     PROFILE("dev") "region=eu-west-1\n",
     CREDENTIALS_INSTANCE,
     "instance role"},
    {"a role without a way to it is none",
     {DEV},
     "[dev]\n" KEYS,
     PROFILE("dev") ROLE,
     CREDENTIALS_KEYS,
     "profile dev of @/.aws/credentials"},
    {"no home",
     {{"HOME", ""}},
     "[default]\n" KEYS,
     NULL,
     CREDENTIALS_INSTANCE,
     "instance role"},
};

static enum status make(struct credentials_plan *plan,
                        const struct home_variable *variables,
                        struct strbuf *fault)
{
    struct credentials_settings settings;
    enum status status;

    home_folder_set_variables(variables);
    assert_int_equal(credentials_settings_init(&settings, home_folder_getenv),
                     STATUS_OK);
    strbuf_init(fault, CREDENTIALS_WORDS_MAX_BYTES);
    status = credentials_plan_make(plan, &settings, fault);
    credentials_settings_clear(&settings);
    return status;
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct credentials_plan plan;
        struct strbuf fault;
        const char *rest;

        print_message("  %s\n", good[i].label);
        home_folder_write(good[i].credentials, good[i].config);
        assert_int_equal(make(&plan, good[i].variables, &fault), STATUS_OK);
        assert_int_equal(plan.origin, good[i].origin);
        rest = home_folder_after(strbuf_string(&plan.source), good[i].source);
        if (rest == NULL || *rest != '\0')
            fail_msg("it is from %s", strbuf_string(&plan.source));
        assert_int_equal(plan.keys.access_key_id != NULL,
                         plan.origin == CREDENTIALS_KEYS);
        assert_int_equal(fault.len, 0);
        credentials_plan_clear(&plan);
        strbuf_clear(&fault);
    }
}

static const struct {
    const char *label;
    struct home_variable variables[VARIABLES_MAX];
    const char *credentials, *config, *fault;
} bad[] = {
    {"a profile that is in no file",
     {DEV},
     "[default]\n" KEYS,
     NULL,
     "AWS_PROFILE names the profile dev, which is in neither @/.aws/"},
    {"the variable that asked for it is named",
     {{"AWS_DEFAULT_PROFILE", "dev"}},
     NULL,
     NULL,
     "AWS_DEFAULT_PROFILE names the profile dev"},
    {"a profile, and no files at all",
     {DEV, {"HOME", ""}},
     NULL,
     NULL,
     "AWS_PROFILE names the profile dev, which is in no file"},
    {"a file that breaks its grammar",
     {{NULL, NULL}},
     "hush-hush\n",
     NULL,
     "line 1 of @/.aws/credentials"},
    {"half a key",
     {DEV},
     "[dev]\naws_access_key_id=AKIA\n",
     NULL,
     "profile dev has aws_access_key_id and no aws_secret_access_key"},
    {"the other half",
     {DEV},
     "[dev]\naws_secret_access_key=hush-hush\n",
     NULL,
     "profile dev has aws_secret_access_key and no"},
    {"a blank in a key",
     {DEV},
     "[dev]\naws_access_key_id=A\naws_secret_access_key=hush-hush x\n",
     NULL,
     "profile dev has a key that holds a blank"},
    {"web identity without a role",
     {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}},
     NULL,
     NULL,
     "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not"},
    {"web identity of a profile without a role",
     {DEV},
     NULL,
     PROFILE("dev") "web_identity_token_file=/t\n",
     "profile dev has web_identity_token_file and no role_arn"},
    {"single sign-on",
     {DEV},
     NULL,
     PROFILE("dev") "sso_session=s\nsso_account_id=1\n",
     "profile dev signs in by SSO"},
    {"a source that is in no file",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "source_profile=base\n",
     "profile base is a source_profile, and in no file"},
    {"a source without credentials",
     {DEV},
     "[base]\n",
     PROFILE("dev") ROLE "source_profile=base\n",
     "profile base is a source_profile without credentials"},
    {"a source of its own without keys",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "source_profile=dev\n",
     "profile dev is a source_profile without credentials"},
    {"roles in a circle",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "source_profile=b\n" PROFILE("b") ROLE
     "source_profile=dev\n",
     "profile b is reached over too many roles"},
    {"two sources",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "source_profile=b\ncredential_source=Environment\n",
     "profile dev has both source_profile and credential_source"},
    {"a role that wants a code",
     {DEV},
     "[b]\n" KEYS,
     PROFILE("dev") ROLE "source_profile=b\nmfa_serial=x\n",
     "profile dev has mfa_serial"},
    {"a duration that is too short",
     {DEV},
     "[b]\n" KEYS,
     PROFILE("dev") ROLE "source_profile=b\nduration_seconds=899\n",
     "profile dev has a duration_seconds that is no number"},
    {"a duration that is too long",
     {DEV},
     "[b]\n" KEYS,
     PROFILE("dev") ROLE "source_profile=b\nduration_seconds=43201\n",
     "profile dev has a duration_seconds that is no number"},
    {"the environment as a source, and it has none",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "credential_source=Environment\n",
     "profile dev has credential_source = Environment"},
    {"a container as a source, and this is none",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "credential_source=EcsContainer\n",
     "profile dev has credential_source = EcsContainer, but"},
    {"an instance as a source, and it is forbidden",
     {DEV, {"AWS_EC2_METADATA_DISABLED", "true"}},
     NULL,
     PROFILE("dev") ROLE "credential_source=Ec2InstanceMetadata\n",
     "profile dev has credential_source = Ec2InstanceMetadata, which"},
    {"a source that nobody knows",
     {DEV},
     NULL,
     PROFILE("dev") ROLE "credential_source=ecs\n",
     "profile dev has a credential_source that is none of"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct credentials_plan plan;
        struct strbuf fault;

        print_message("  %s\n", bad[i].label);
        home_folder_write(bad[i].credentials, bad[i].config);
        assert_int_equal(make(&plan, bad[i].variables, &fault), STATUS_INVALID);
        if (home_folder_after(strbuf_string(&fault), bad[i].fault) == NULL)
            fail_msg("it says: %s", strbuf_string(&fault));
        assert_null(strstr(strbuf_string(&fault), "hush-hush"));
        credentials_plan_clear(&plan);
        strbuf_clear(&fault);
    }
}

static void test_roles_in_the_order_of_assuming(void **state)
{
    static const struct home_variable dev[] = {DEV, {NULL, NULL}};
    struct credentials_plan plan;
    struct strbuf fault;

    (void)state;
    home_folder_write("[base]\n" KEYS "aws_session_token=t\n",
                      PROFILE("dev") "role_arn=arn:2\nsource_profile=mid\n"
                                     "role_session_name=me\nexternal_id=e\n"
                                     "duration_seconds=900\n" PROFILE(
                                         "mid") "role_arn=arn:1\n"
                                                "source_profile=base\n");
    assert_int_equal(make(&plan, dev, &fault), STATUS_OK);
    assert_int_equal(plan.role_count, 2);
    assert_string_equal(plan.roles[0].arn, "arn:1");
    assert_string_equal(plan.roles[0].session_name, "dyndns53");
    assert_null(plan.roles[0].external_id);
    assert_int_equal(plan.roles[0].duration_seconds, 3600);
    assert_string_equal(plan.roles[1].arn, "arn:2");
    assert_string_equal(plan.roles[1].session_name, "me");
    assert_string_equal(plan.roles[1].external_id, "e");
    assert_int_equal(plan.roles[1].duration_seconds, 900);
    assert_string_equal(plan.keys.session_token, "t");
    credentials_plan_clear(&plan);
    strbuf_clear(&fault);
}

static void test_what_was_passed_over_is_told(void **state)
{
    static const struct home_variable none[] = {
        {"AWS_EC2_METADATA_DISABLED", "true"}, {NULL, NULL}};
    struct credentials_plan plan;
    struct strbuf fault;

    (void)state;
    home_folder_write(NULL, NULL);
    assert_int_equal(make(&plan, none, &fault), STATUS_OK);
    assert_string_equal(
        strbuf_string(&plan.tried),
        "environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; "
        "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; profile "
        "default: is in no file of AWS's; container: "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
        "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set; instance role: "
        "AWS_EC2_METADATA_DISABLED forbids to ask for it");
    credentials_plan_clear(&plan);
    strbuf_clear(&fault);
}

static const struct {
    const char *label;
    struct home_variable variables[VARIABLES_MAX];
    const char *config, *region;
} regions[] = {
    {"no file", {{NULL, NULL}}, NULL, ""},
    {"of the default profile",
     {{NULL, NULL}},
     "[default]\nregion=eu-west-1\n",
     "eu-west-1"},
    {"of the one that is asked for",
     {DEV},
     "[default]\nregion=a\n" PROFILE("dev") "region=b\n",
     "b"},
    {"not of another", {DEV}, "[default]\nregion=a\n", ""},
    {"not of a broken file", {{NULL, NULL}}, "[default]\nregion=a\n?\n", ""},
};

static void test_region(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(regions); i++) {
        struct credentials_settings settings;
        struct strbuf region;

        print_message("  %s\n", regions[i].label);
        home_folder_write(NULL, regions[i].config);
        home_folder_set_variables(regions[i].variables);
        assert_int_equal(
            credentials_settings_init(&settings, home_folder_getenv),
            STATUS_OK);
        strbuf_init(&region, 100);
        assert_int_equal(credentials_plan_append_region(&settings, &region),
                         STATUS_OK);
        assert_string_equal(strbuf_string(&region), regions[i].region);
        strbuf_clear(&region);
        credentials_settings_clear(&settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_roles_in_the_order_of_assuming),
        cmocka_unit_test(test_what_was_passed_over_is_told),
        cmocka_unit_test(test_region),
    };

    return cmocka_run_group_tests(tests, home_folder_set_up,
                                  scratch_folder_tear_down);
}
