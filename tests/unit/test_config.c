#include "server/config.h"

#include "server/config_describe.h"
#include "server/config_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { VARIABLES_MAX = 8, CORES = 3 };

struct variable {
    const char *name, *value;
};

/* A row's own variables come before these. */
static const struct variable least[] = {
    {"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"},
    {"AWS_SECRET_ACCESS_KEY", "s3cr3t/key"},
    {"DYNDNS_DATABASE", "hosts.csv"},
    {NULL, NULL},
};

static const struct variable *environment;
static bool with_least;

static const char *look(const struct variable *from, const char *name,
                        bool *found)
{
    for (const struct variable *v = from; v->name != NULL; v++) {
        if (strcmp(v->name, name) == 0) {
            *found = true;
            return v->value;
        }
    }
    return NULL;
}

static const char *get(const char *name)
{
    bool found = false;
    const char *value = look(environment, name, &found);

    return found || !with_least ? value : look(least, name, &found);
}

static enum status init(struct config *config, const struct variable *from,
                        struct strbuf *faults)
{
    environment = from;
    strbuf_init(faults, CONFIG_FAULTS_MAX_BYTES);
    return config_read(config, get, CORES, faults);
}

static int with_the_least(void **state)
{
    (void)state;
    with_least = true;
    return 0;
}

static int with_nothing(void **state)
{
    (void)state;
    with_least = false;
    return 0;
}

/* Whether `line` is a whole line of text. */
static bool has_line(const char *text, const char *line)
{
    size_t len = strlen(line);
    const char *at = text;

    while ((at = strstr(at, line)) != NULL) {
        if ((at == text || at[-1] == '\n') && at[len] == '\n')
            return true;
        at++;
    }
    return false;
}

/* --- what is taken, as config_describe() shows it -------------------------- */

static const struct {
    const char *label;
    struct variable environment[VARIABLES_MAX];
    const char *line;
} good[] = {
    {"by default every address, port 8080",
     {{NULL, NULL}},
     "DYNDNS_LISTEN=[::]:8080"},
    {"PORT moves that", {{"PORT", "5000"}}, "DYNDNS_LISTEN=[::]:5000"},
    {"port 0 lets the kernel choose", {{"PORT", "0"}}, "DYNDNS_LISTEN=[::]:0"},
    {"the highest port", {{"PORT", "65535"}}, "DYNDNS_LISTEN=[::]:65535"},
    {"an empty PORT is none", {{"PORT", ""}}, "DYNDNS_LISTEN=[::]:8080"},
    {"one address",
     {{"DYNDNS_LISTEN", "127.0.0.1:80"}},
     "DYNDNS_LISTEN=127.0.0.1:80"},
    {"both families, blanks at will",
     {{"DYNDNS_LISTEN", " 127.0.0.1:80 ,\t[2001:DB8::1]:81 "}},
     "DYNDNS_LISTEN=127.0.0.1:80,[2001:db8::1]:81"},
    {"empty items are passed over",
     {{"DYNDNS_LISTEN", ",127.0.0.1:80,,"}},
     "DYNDNS_LISTEN=127.0.0.1:80"},
    {"sixteen addresses",
     {{"DYNDNS_LISTEN", "[::]:1,[::]:2,[::]:3,[::]:4,[::]:5,[::]:6,[::]:7,"
                        "[::]:8,[::]:9,[::]:10,[::]:11,[::]:12,[::]:13,"
                        "[::]:14,[::]:15,[::]:16"}},
     "DYNDNS_LISTEN=[::]:1,[::]:2,[::]:3,[::]:4,[::]:5,[::]:6,[::]:7,"
     "[::]:8,[::]:9,[::]:10,[::]:11,[::]:12,[::]:13,[::]:14,[::]:15,[::]:16"},
    {"what comes before HTTP stands before the address",
     {{"DYNDNS_LISTEN", "proxy:127.0.0.1:81,[::1]:82"},
      {"DYNDNS_TRUSTED_PROXIES", "192.0.2.1"}},
     "DYNDNS_LISTEN=proxy:127.0.0.1:81,[::1]:82"},
    {"what is counted has listeners of its own",
     {{"DYNDNS_METRICS_LISTEN", "127.0.0.1:9153,[::1]:9154"}},
     "DYNDNS_METRICS_LISTEN=127.0.0.1:9153,[::1]:9154"},
    {"which are no listeners of callers",
     {{"DYNDNS_LISTEN", "127.0.0.1:80"},
      {"DYNDNS_METRICS_LISTEN", "127.0.0.1:9153"}},
     "DYNDNS_LISTEN=127.0.0.1:80"},
    {"and has none unless they are asked for",
     {{"PORT", "80"}},
     "DYNDNS_METRICS_LISTEN="},
    {"DYNDNS_LISTEN comes before PORT",
     {{"PORT", "5000"}, {"DYNDNS_LISTEN", "127.0.0.1:80"}},
     "DYNDNS_LISTEN=127.0.0.1:80"},

    {"a loop for each core", {{NULL, NULL}}, "DYNDNS_THREADS=3"},
    {"or as many as are asked for",
     {{"DYNDNS_THREADS", "1"}},
     "DYNDNS_THREADS=1"},
    {"at most 64", {{"DYNDNS_THREADS", "64"}}, "DYNDNS_THREADS=64"},

    {"without a bucket the database is a file",
     {{NULL, NULL}},
     "DYNDNS_BUCKET="},
    {"an empty bucket is none", {{"DYNDNS_BUCKET", ""}}, "DYNDNS_BUCKET="},
    {"a bucket",
     {{"DYNDNS_BUCKET", "hosts.example.org"}},
     "DYNDNS_BUCKET=hosts.example.org"},
    {"a key",
     {{"DYNDNS_DATABASE", "dir/hosts v2.csv"}},
     "DYNDNS_DATABASE=dir/hosts v2.csv"},
    {"the table is read again every minute",
     {{NULL, NULL}},
     "DYNDNS_REFRESH_SECONDS=60"},
    {"or only on SIGHUP",
     {{"DYNDNS_REFRESH_SECONDS", "0"}},
     "DYNDNS_REFRESH_SECONDS=0"},
    {"at most a day later",
     {{"DYNDNS_REFRESH_SECONDS", "86400"}},
     "DYNDNS_REFRESH_SECONDS=86400"},

    {"nobody is trusted", {{NULL, NULL}}, "DYNDNS_TRUSTED_PROXIES="},
    {"blocks and addresses",
     {{"DYNDNS_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,2001:db8::/32"}},
     "DYNDNS_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.1/32,2001:db8::/32"},
    {"on Heroku the private ranges are",
     {{"DYNO", "web.1"}},
     "DYNDNS_TRUSTED_PROXIES=10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,"
     "fc00::/7"},
    {"an empty DYNO is not Heroku", {{"DYNO", ""}}, "DYNDNS_TRUSTED_PROXIES="},
    {"what is set holds on Heroku too",
     {{"DYNO", "web.1"}, {"DYNDNS_TRUSTED_PROXIES", "10.0.0.0/8"}},
     "DYNDNS_TRUSTED_PROXIES=10.0.0.0/8"},
    {"set but empty trusts nobody, on Heroku too",
     {{"DYNO", "web.1"}, {"DYNDNS_TRUSTED_PROXIES", ""}},
     "DYNDNS_TRUSTED_PROXIES="},

    {"internal addresses are refused",
     {{NULL, NULL}},
     "DYNDNS_ALLOW_INTERNAL=false"},
    {"unless allowed",
     {{"DYNDNS_ALLOW_INTERNAL", "true"}},
     "DYNDNS_ALLOW_INTERNAL=true"},
    {"in any letter case",
     {{"DYNDNS_ALLOW_INTERNAL", "True"}},
     "DYNDNS_ALLOW_INTERNAL=true"},
    {"or as a number",
     {{"DYNDNS_ALLOW_INTERNAL", "1"}},
     "DYNDNS_ALLOW_INTERNAL=true"},
    {"false is false",
     {{"DYNDNS_ALLOW_INTERNAL", "FALSE"}},
     "DYNDNS_ALLOW_INTERNAL=false"},
    {"zero is false",
     {{"DYNDNS_ALLOW_INTERNAL", "0"}},
     "DYNDNS_ALLOW_INTERNAL=false"},
    {"empty is false",
     {{"DYNDNS_ALLOW_INTERNAL", ""}},
     "DYNDNS_ALLOW_INTERNAL=false"},

    {"credentials stand in a header",
     {{NULL, NULL}},
     "DYNDNS_QUERY_AUTH=false"},
    {"or in the query",
     {{"DYNDNS_QUERY_AUTH", "true"}},
     "DYNDNS_QUERY_AUTH=true"},
    {"no key is asked for", {{NULL, NULL}}, "# DYNDNS_API_KEY: none"},
    {"an empty key is none",
     {{"DYNDNS_API_KEY", ""}},
     "# DYNDNS_API_KEY: none"},
    {"a key is not shown",
     {{"DYNDNS_API_KEY", "s3cret!~"}},
     "# DYNDNS_API_KEY: given, and not shown"},
    {"nor is the reflector's",
     {{"DYNDNS_REFLECT_KEY", "s3cret"}},
     "# DYNDNS_REFLECT_KEY: given, and not shown"},
    {"the operator's page is off",
     {{NULL, NULL}},
     "# DYNDNS_ADMIN_TOKEN: none"},
    {"or on, and what opens it is not shown",
     {{"DYNDNS_ADMIN_TOKEN", "0123456789abcdef"}},
     "# DYNDNS_ADMIN_TOKEN: given, and not shown"},
    {"the system's name servers are asked", {{NULL, NULL}}, "DYNDNS_RESOLVER="},
    {"or this one",
     {{"DYNDNS_RESOLVER", "127.0.0.1:53"}},
     "DYNDNS_RESOLVER=127.0.0.1:53"},
    {"of either family",
     {{"DYNDNS_RESOLVER", "[::1]:5353"}},
     "DYNDNS_RESOLVER=[::1]:5353"},

    {"nothing outlives the server", {{NULL, NULL}}, "DYNDNS_STATE="},
    {"unless there is a place for it",
     {{"DYNDNS_STATE", "s3://bucket/state"}},
     "DYNDNS_STATE=s3://bucket/state"},
    {"which may be a directory",
     {{"DYNDNS_STATE", "/var/lib/dyndns53/state"}},
     "DYNDNS_STATE=/var/lib/dyndns53/state"},
    {"an object a minute", {{NULL, NULL}}, "DYNDNS_STATE_SECONDS=60"},
    {"so much waits", {{NULL, NULL}}, "DYNDNS_STATE_WAITING_MB=64"},

    {"records stay", {{NULL, NULL}}, "DYNDNS_EXPIRE_AFTER=never"},
    {"unless it is said after how long they go",
     {{"DYNDNS_EXPIRE_AFTER", "720h"}, {"DYNDNS_STATE", "s3://bucket/state"}},
     "DYNDNS_EXPIRE_AFTER=30d"},
    {"a word for it",
     {{"DYNDNS_EXPIRE_AFTER", "Never"}},
     "DYNDNS_EXPIRE_AFTER=never"},
    {"they really go", {{NULL, NULL}}, "DYNDNS_EXPIRE_DRY_RUN=false"},
    {"or are shown first",
     {{"DYNDNS_EXPIRE_DRY_RUN", "true"}},
     "DYNDNS_EXPIRE_DRY_RUN=true"},

    {"TTL", {{NULL, NULL}}, "DYNDNS_TTL=300"},
    {"TTL of zero", {{"DYNDNS_TTL", "0"}}, "DYNDNS_TTL=0"},
    {"the longest TTL of DNS",
     {{"DYNDNS_TTL", "2147483647"}},
     "DYNDNS_TTL=2147483647"},
    {"nochg", {{NULL, NULL}}, "DYNDNS_NOCHG_SECONDS=300"},
    {"never nochg", {{"DYNDNS_NOCHG_SECONDS", "0"}}, "DYNDNS_NOCHG_SECONDS=0"},
    {"nochg for a day",
     {{"DYNDNS_NOCHG_SECONDS", "86400"}},
     "DYNDNS_NOCHG_SECONDS=86400"},
    {"deadline", {{NULL, NULL}}, "DYNDNS_DEADLINE_SECONDS=20"},
    {"the shortest deadline",
     {{"DYNDNS_DEADLINE_SECONDS", "1"}},
     "DYNDNS_DEADLINE_SECONDS=1"},
    {"the longest: a stop waits no longer",
     {{"DYNDNS_DEADLINE_SECONDS", "25"}},
     "DYNDNS_DEADLINE_SECONDS=25"},
    {"Route 53's rate", {{NULL, NULL}}, "DYNDNS_ROUTE53_RATE=5"},
    {"a fraction of it",
     {{"DYNDNS_ROUTE53_RATE", "2.5"}},
     "DYNDNS_ROUTE53_RATE=2.5"},
    {"the slowest",
     {{"DYNDNS_ROUTE53_RATE", "0.1"}},
     "DYNDNS_ROUTE53_RATE=0.1"},
    {"the fastest",
     {{"DYNDNS_ROUTE53_RATE", "1000"}},
     "DYNDNS_ROUTE53_RATE=1000"},
    {"zeros at the end",
     {{"DYNDNS_ROUTE53_RATE", "2.50"}},
     "DYNDNS_ROUTE53_RATE=2.5"},
    {"less than one",
     {{"DYNDNS_ROUTE53_RATE", "0.5"}},
     "DYNDNS_ROUTE53_RATE=0.5"},

    {"zones are discovered", {{NULL, NULL}}, "DYNDNS_HOSTED_ZONES="},
    {"or named",
     {{"DYNDNS_HOSTED_ZONES", "Z1, Z2"}},
     "DYNDNS_HOSTED_ZONES=Z1,Z2"},
    {"as the console and the API spell them",
     {{"DYNDNS_HOSTED_ZONES", "/hostedzone/Z0123456789ABCDEFGHIJ"}},
     "DYNDNS_HOSTED_ZONES=Z0123456789ABCDEFGHIJ"},
    {"an id of 32 characters",
     {{"DYNDNS_HOSTED_ZONES", "Z1234567890123456789012345678901"}},
     "DYNDNS_HOSTED_ZONES=Z1234567890123456789012345678901"},

    {"the log", {{NULL, NULL}}, "DYNDNS_LOG=stderr"},
    {"the log to stderr", {{"DYNDNS_LOG", "stderr"}}, "DYNDNS_LOG=stderr"},
    {"the log to syslog", {{"DYNDNS_LOG", "syslog"}}, "DYNDNS_LOG=syslog"},
    {"its level", {{NULL, NULL}}, "DYNDNS_LOG_LEVEL=info"},
    {"every level", {{"DYNDNS_LOG_LEVEL", "error"}}, "DYNDNS_LOG_LEVEL=error"},
    {"every level", {{"DYNDNS_LOG_LEVEL", "warn"}}, "DYNDNS_LOG_LEVEL=warn"},
    {"every level", {{"DYNDNS_LOG_LEVEL", "debug"}}, "DYNDNS_LOG_LEVEL=debug"},
    {"the region", {{"AWS_REGION", "eu-west-1"}}, "AWS_REGION=eu-west-1"},

    {"which file is meant",
     {{"DYNDNS_DATABASE", "/etc/hosts v2.csv"}},
     "# database: the file /etc/hosts v2.csv"},
    {"then S3 is not used", {{NULL, NULL}}, "# S3: not used"},
    {"which object is meant",
     {{"DYNDNS_BUCKET", "b.example"}, {"DYNDNS_DATABASE", "dir/h.csv"}},
     "# database: the object dir/h.csv in the bucket b.example"},
    {"where S3 is",
     {{"DYNDNS_BUCKET", "dyndns"}, {"AWS_REGION", "eu-west-1"}},
     "# S3: https://dyndns.s3.eu-west-1.amazonaws.com/hosts.csv, signed for "
     "eu-west-1"},
    {"where another store is",
     {{"DYNDNS_BUCKET", "dyndns"},
      {"AWS_REGION", "garage"},
      {"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:3900/"}},
     "# S3: http://127.0.0.1:3900/dyndns/hosts.csv, signed for garage"},
    {"where Route 53 is",
     {{"AWS_REGION", "eu-west-1"}},
     "# Route 53: https://route53.amazonaws.com, signed for us-east-1"},
    {"in another partition",
     {{"AWS_REGION", "cn-north-1"}},
     "# Route 53: https://route53.amazonaws.com.cn, signed for "
     "cn-northwest-1"},
    {"where S3 is, with FIPS and IPv6",
     {{"DYNDNS_BUCKET", "dyndns"},
      {"AWS_REGION", "us-west-2"},
      {"AWS_USE_FIPS_ENDPOINT", "true"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "true"}},
     "# S3: "
     "https://dyndns.s3-fips.dualstack.us-west-2.amazonaws.com/hosts.csv, "
     "signed for us-west-2"},
    {"where Route 53 is, with FIPS and IPv6",
     {{"AWS_USE_FIPS_ENDPOINT", "true"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "true"}},
     "# Route 53: https://route53-fips.global.api.aws, signed for us-east-1"},
    {"AWS's own after all",
     {{"AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:1/r53"},
      {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
     "# Route 53: https://route53.amazonaws.com, signed for us-east-1"},
    {"another service in its place",
     {{"AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:1/r53"}},
     "# Route 53: http://127.0.0.1:1/r53, signed for us-east-1"},
};

static void test_what_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct config config;
        struct strbuf faults, text;

        if (init(&config, good[i].environment, &faults) != STATUS_OK)
            fail_msg("%s: %s", good[i].label, strbuf_string(&faults));
        if (faults.len > 0)
            fail_msg("%s: %s", good[i].label, strbuf_string(&faults));
        strbuf_init(&text, CONFIG_FAULTS_MAX_BYTES);
        config_describe(&config, &text);
        if (!strbuf_ok(&text) || !has_line(strbuf_string(&text), good[i].line))
            fail_msg("%s: got\n%s", good[i].label, strbuf_string(&text));
        strbuf_clear(&text);
        strbuf_clear(&faults);
        config_clear(&config);
    }
}

static void test_only_the_default_listens_to_either_family(void **state)
{
    static const struct variable none[] = {{NULL, NULL}};
    static const struct variable named[] = {{"DYNDNS_LISTEN", "[::]:80"},
                                            {NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_int_equal(init(&config, none, &faults), STATUS_OK);
    assert_int_equal(config.http.listen_count, 1);
    assert_true(config.http.listen[0].any_family);
    config_clear(&config);
    assert_int_equal(init(&config, named, &faults), STATUS_OK);
    assert_false(config.http.listen[0].any_family);
    config_clear(&config);
}

static void test_more_cores_than_threads_are_allowed(void **state)
{
    static const struct variable none[] = {{NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    environment = none;
    strbuf_init(&faults, CONFIG_FAULTS_MAX_BYTES);
    assert_int_equal(config_read(&config, get, 1000, &faults), STATUS_OK);
    assert_int_equal(config.http.threads, HTTP_THREADS_MAX);
    config_clear(&config);
}

/* --- what is refused -------------------------------------------------------- */

static const struct {
    const char *label, *name, *value, *words;
} bad[] = {
    {"a port beyond the last", "PORT", "65536", "0 to 65535"},
    {"a port in words", "PORT", "http", "0 to 65535"},
    {"a port with a sign", "PORT", "-1", "0 to 65535"},
    {"a port with a blank", "PORT", " 80", "0 to 65535"},
    {"a port of many digits", "PORT", "0000080", "0 to 65535"},

    {"metrics without a port", "DYNDNS_METRICS_LISTEN", "127.0.0.1", "as in"},
    {"metrics everywhere, by no address", "DYNDNS_METRICS_LISTEN", ":9153",
     "as in"},
    {"an address without a port", "DYNDNS_LISTEN", "127.0.0.1", "as in"},
    {"no kind of listener", "DYNDNS_LISTEN", "quic:127.0.0.1:1", "proxy:tls:"},
    {"TLS before PROXY", "DYNDNS_LISTEN", "tls:proxy:[::]:1", "proxy:tls:"},
    {"a kind twice", "DYNDNS_LISTEN", "tls:tls:[::]:1", "proxy:tls:"},
    {"a kind without an address", "DYNDNS_LISTEN", "tls:", "proxy:tls:"},
    {"a port without an address", "DYNDNS_LISTEN", ":80", "as in"},
    {"only a port", "DYNDNS_LISTEN", "80", "as in"},
    {"an empty port", "DYNDNS_LISTEN", "127.0.0.1:", "as in"},
    {"a port beyond the last", "DYNDNS_LISTEN", "127.0.0.1:65536", "as in"},
    {"IPv6 without brackets", "DYNDNS_LISTEN", "2001:db8::1:80", "as in"},
    {"one bracket", "DYNDNS_LISTEN", "[::1:80", "as in"},
    {"brackets without a port", "DYNDNS_LISTEN", "[::1]", "as in"},
    {"empty brackets", "DYNDNS_LISTEN", "[]:80", "as in"},
    {"a name", "DYNDNS_LISTEN", "localhost:80", "as in"},
    {"a star", "DYNDNS_LISTEN", "*:80", "as in"},
    {"a good one before a bad one", "DYNDNS_LISTEN", "127.0.0.1:80,x", "as in"},
    {"a port in hexadecimal", "DYNDNS_LISTEN", "127.0.0.1:0x50", "as in"},
    {"a port with a sign", "DYNDNS_LISTEN", "127.0.0.1:+80", "as in"},
    {"a port with a blank", "DYNDNS_LISTEN", "127.0.0.1: 80", "as in"},
    {"nothing but commas", "DYNDNS_LISTEN", " , ,", "at least one"},
    {"seventeen addresses", "DYNDNS_LISTEN",
     "[::]:1,[::]:2,[::]:3,[::]:4,[::]:5,[::]:6,[::]:7,[::]:8,[::]:9,"
     "[::]:10,[::]:11,[::]:12,[::]:13,[::]:14,[::]:15,[::]:16,[::]:17",
     "at most 16"},

    {"a listener of proxies, and no proxy", "DYNDNS_LISTEN",
     "127.0.0.1:80,proxy:127.0.0.1:81", "name your proxies"},

    {"no thread", "DYNDNS_THREADS", "0", "1 to 64"},
    {"too many threads", "DYNDNS_THREADS", "65", "1 to 64"},
    {"half a thread", "DYNDNS_THREADS", "1.5", "1 to 64"},
    {"a number with a tail", "DYNDNS_THREADS", "4x", "1 to 64"},
    {"no database", "DYNDNS_DATABASE", "", "DYNDNS_DATABASE is not set: "},
    {"a line break in the database", "DYNDNS_DATABASE", "hosts.csv\n",
     "control character"},
    {"a URL for a bucket", "DYNDNS_BUCKET", "s3://x/y", "without s3://"},
    {"an ARN for a bucket", "DYNDNS_BUCKET", "arn:aws:s3:::x", "ARN"},
    {"no region of AWS", "AWS_REGION", "europe", "AWS's regions"},
    {"a zone for a region", "AWS_REGION", "eu-west-1a", "AWS's regions"},
    {"more than a day", "DYNDNS_REFRESH_SECONDS", "86401", "0 to 86400"},
    {"a negative time", "DYNDNS_REFRESH_SECONDS", "-1", "0 to 86400"},
    {"a number that would wrap around", "DYNDNS_REFRESH_SECONDS", "4294967297",
     "0 to 86400"},
    {"a number beyond any", "DYNDNS_REFRESH_SECONDS", "99999999999999999999999",
     "0 to 86400"},
    {"hexadecimal", "DYNDNS_REFRESH_SECONDS", "0x10", "0 to 86400"},
    {"a unit", "DYNDNS_REFRESH_SECONDS", "60s", "0 to 86400"},

    {"a proxy's name", "DYNDNS_TRUSTED_PROXIES", "proxy.example.org",
     "no bits beyond"},
    {"bits beyond the prefix", "DYNDNS_TRUSTED_PROXIES", "10.1.2.3/8",
     "no bits beyond"},
    {"a good block before a bad one", "DYNDNS_TRUSTED_PROXIES",
     "10.0.0.0/8,192.0.2.300", "no bits beyond"},
    {"blanks in place of commas", "DYNDNS_TRUSTED_PROXIES",
     "10.0.0.0/8 192.0.2.1", "no bits beyond"},
    {"neither yes nor no", "DYNDNS_ALLOW_INTERNAL", "yes", "true or false"},
    {"two", "DYNDNS_ALLOW_INTERNAL", "2", "true or false"},

    {"no switch", "DYNDNS_QUERY_AUTH", "on", "true or false"},
    {"a key with a blank", "DYNDNS_API_KEY", "a b", "printable ASCII"},
    {"a key with an umlaut", "DYNDNS_REFLECT_KEY", "\xc3\xa4",
     "printable ASCII"},
    {"a key without end", "DYNDNS_API_KEY",
     "0123456789012345678901234567890123456789012345678901234567890123"
     "0123456789012345678901234567890123456789012345678901234567890123"
     "0123456789012345678901234567890123456789012345678901234567890123"
     "0123456789012345678901234567890123456789012345678901234567890123"
     "4",
     "256 characters"},

    {"an admin's token that can be guessed", "DYNDNS_ADMIN_TOKEN",
     "0123456789abcde", "shorter than 16"},
    {"one that no browser sends", "DYNDNS_ADMIN_TOKEN", "0123456789 abcdef",
     "printable ASCII"},
    {"a resolver without a port", "DYNDNS_RESOLVER", "127.0.0.1",
     "address:port"},
    {"with none that could be asked", "DYNDNS_RESOLVER", "127.0.0.1:0",
     "address:port"},
    {"by its name", "DYNDNS_RESOLVER", "localhost:53", "address:port"},

    {"what is no bucket", "DYNDNS_STATE", "s3://", "DYNDNS_STATE"},
    {"no time at all between two objects", "DYNDNS_STATE_SECONDS", "0",
     "1 to 3600"},
    {"so little that nothing could wait", "DYNDNS_STATE_WAITING_MB", "0",
     "1 to 4096"},

    {"silence without a unit", "DYNDNS_EXPIRE_AFTER", "30", "from 1s to 3650d"},
    {"no silence at all", "DYNDNS_EXPIRE_AFTER", "0s", "from 1s to 3650d"},
    {"silence that nobody hears", "DYNDNS_EXPIRE_AFTER", "30d",
     "needs DYNDNS_STATE"},

    {"a TTL beyond DNS", "DYNDNS_TTL", "2147483648", "0 to 2147483647"},
    {"nochg for more than a day", "DYNDNS_NOCHG_SECONDS", "86401",
     "0 to 86400"},
    {"no time at all", "DYNDNS_DEADLINE_SECONDS", "0", "1 to 25"},
    {"more than a stop waits for", "DYNDNS_DEADLINE_SECONDS", "26", "1 to 25"},
    {"no calls", "DYNDNS_ROUTE53_RATE", "0", "0.1 to 1000"},
    {"too slow", "DYNDNS_ROUTE53_RATE", "0.09", "0.1 to 1000"},
    {"too fast", "DYNDNS_ROUTE53_RATE", "1000.5", "0.1 to 1000"},
    {"backwards", "DYNDNS_ROUTE53_RATE", "-5", "0.1 to 1000"},
    {"infinite", "DYNDNS_ROUTE53_RATE", "inf", "0.1 to 1000"},
    {"not a number", "DYNDNS_ROUTE53_RATE", "nan", "0.1 to 1000"},
    {"a rate with a unit", "DYNDNS_ROUTE53_RATE", "5/s", "0.1 to 1000"},
    {"a hexadecimal rate", "DYNDNS_ROUTE53_RATE", "0x1p3", "0.1 to 1000"},
    {"a rate with a blank", "DYNDNS_ROUTE53_RATE", " 5", "0.1 to 1000"},
    {"a rate with a blank behind", "DYNDNS_ROUTE53_RATE", "5 ", "0.1 to 1000"},
    {"a rate with an exponent", "DYNDNS_ROUTE53_RATE", "1e2", "0.1 to 1000"},
    {"a rate with a sign", "DYNDNS_ROUTE53_RATE", "+5", "0.1 to 1000"},
    {"a comma for the point", "DYNDNS_ROUTE53_RATE", "2,5", "0.1 to 1000"},
    {"half a fraction", "DYNDNS_ROUTE53_RATE", "5.", "0.1 to 1000"},
    {"a number with a sign", "DYNDNS_TTL", "+5", "0 to 2147483647"},
    {"a number with a blank", "DYNDNS_TTL", " 5", "0 to 2147483647"},
    {"a leading zero", "DYNDNS_TTL", "010", "0 to 2147483647"},

    {"a zone's name", "DYNDNS_HOSTED_ZONES", "example.org", "zone ids"},
    {"an id in lower case", "DYNDNS_HOSTED_ZONES", "z1", "zone ids"},
    {"a good id before a bad one", "DYNDNS_HOSTED_ZONES", "Z1,z2", "zone ids"},
    {"the prefix alone", "DYNDNS_HOSTED_ZONES", "/hostedzone/", "zone ids"},
    {"an id of 33 characters", "DYNDNS_HOSTED_ZONES",
     "Z12345678901234567890123456789012", "zone ids"},
    {"a path in an id", "DYNDNS_HOSTED_ZONES", "Z1/rrset", "zone ids"},

    {"a log file", "DYNDNS_LOG", "/var/log/dyndns53", "stderr or syslog"},
    {"a level of another program", "DYNDNS_LOG_LEVEL", "warning",
     "error, warn, info or debug"},
    {"a level in upper case", "DYNDNS_LOG_LEVEL", "INFO",
     "error, warn, info or debug"},
    {"a fault of the AWS variables", "AWS_ENDPOINT_URL", "ftp://example.org",
     "AWS_ENDPOINT_URL"},
};

static void test_what_is_refused_names_the_variable(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct variable row[] = {{bad[i].name, bad[i].value},
                                       {NULL, NULL}};
        struct config config;
        struct strbuf faults;
        const char *text;

        if (init(&config, row, &faults) != STATUS_INVALID)
            fail_msg("%s: taken: %s=%s", bad[i].label, bad[i].name,
                     bad[i].value);
        text = strbuf_string(&faults);
        if (strncmp(text, bad[i].name, strlen(bad[i].name)) != 0 ||
            strstr(text, bad[i].words) == NULL ||
            text[strlen(text) - 1] != '\n')
            fail_msg("%s: got %s", bad[i].label, text);
        strbuf_clear(&faults);
        config_clear(&config);
    }
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void test_all_faults_are_told_at_once(void **state)
{
    static const struct variable row[] = {
        {"AWS_SECRET_ACCESS_KEY", ""}, {"PORT", "x"},
        {"DYNDNS_THREADS", "0"},       {"DYNDNS_DATABASE", ""},
        {"DYNDNS_TTL", "x"},           {"DYNDNS_LOG", "x"},
        {"DYNDNS_LOG_LEVEL", "x"},     {NULL, NULL},
    };
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_int_equal(init(&config, row, &faults), STATUS_INVALID);
    for (const struct variable *v = row; v->name != NULL; v++)
        if (strstr(strbuf_string(&faults), v->name) == NULL)
            fail_msg("%s is not named", v->name);
    assert_int_equal(count_lines(strbuf_string(&faults)), COUNT(row) - 1);
    strbuf_clear(&faults);
    config_clear(&config);
}

static void test_each_wrong_item_of_a_list_is_named(void **state)
{
    static const struct variable row[] = {
        {"DYNDNS_LISTEN", "127.0.0.1,127.0.0.1:80, [::1]"},
        {"DYNDNS_TRUSTED_PROXIES", "10.0.0.0/8,10.1.2.3/8,proxy"},
        {"DYNDNS_HOSTED_ZONES", "Z1,example.org,/hostedzone/z2"},
        {NULL, NULL},
    };
    static const char *const lines[] = {
        "DYNDNS_LISTEN: \"127.0.0.1\": give ",
        "DYNDNS_LISTEN: \"[::1]\": give ",
        "DYNDNS_TRUSTED_PROXIES: \"10.1.2.3/8\": give ",
        "DYNDNS_TRUSTED_PROXIES: \"proxy\": give ",
        "DYNDNS_HOSTED_ZONES: \"example.org\": give ",
        "DYNDNS_HOSTED_ZONES: \"/hostedzone/z2\": give ",
    };
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_int_equal(init(&config, row, &faults), STATUS_INVALID);
    for (size_t i = 0; i < COUNT(lines); i++)
        if (strstr(strbuf_string(&faults), lines[i]) == NULL)
            fail_msg("no %s in %s", lines[i], strbuf_string(&faults));
    assert_int_equal(count_lines(strbuf_string(&faults)), COUNT(lines));
    strbuf_clear(&faults);
    config_clear(&config);
}

/* A long list must leave room for the faults of the others. */
static void test_of_many_wrong_items_the_first_are_named(void **state)
{
    char many[2 * 1000 * (sizeof "wrong-item")] = "";
    struct variable row[] = {
        {"DYNDNS_TRUSTED_PROXIES", many}, {"DYNDNS_LOG", "x"}, {NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        strcpy(many + i * (sizeof "wrong-item,,," - 1), "wrong-item,,,");
    assert_int_equal(init(&config, row, &faults), STATUS_INVALID);
    assert_true(strbuf_ok(&faults));
    assert_int_equal(count_lines(strbuf_string(&faults)), 8 + 1 + 1);
    assert_non_null(
        strstr(strbuf_string(&faults), "DYNDNS_TRUSTED_PROXIES: and 992 more"));
    assert_non_null(strstr(strbuf_string(&faults), "DYNDNS_LOG=x: "));
    strbuf_clear(&faults);
    config_clear(&config);
}

static void test_a_path_may_be_longer_than_a_key(void **state)
{
    char path[1024 + 2] = "";
    const struct variable file[] = {{"DYNDNS_DATABASE", path}, {NULL, NULL}};
    const struct variable object[] = {
        {"DYNDNS_DATABASE", path}, {"DYNDNS_BUCKET", "dyndns"}, {NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    memset(path, 'x', sizeof path - 1);
    assert_int_equal(init(&config, file, &faults), STATUS_OK);
    config_clear(&config);
    assert_int_equal(init(&config, object, &faults), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&faults), "DYNDNS_DATABASE is longer "
                                                   "than the 1024 bytes"));
    strbuf_clear(&faults);
    config_clear(&config);
}

static void test_a_line_break_makes_no_second_fault(void **state)
{
    static const struct variable row[] = {
        {"DYNDNS_LOG", "x\nPORT=80"}, {"DYNDNS_LISTEN", "a\nb"}, {NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_int_equal(init(&config, row, &faults), STATUS_INVALID);
    assert_int_equal(count_lines(strbuf_string(&faults)), 2);
    strbuf_clear(&faults);
    config_clear(&config);
}

/* Keys may come from elsewhere. */
static void test_an_empty_environment_lacks_the_database(void **state)
{
    static const struct variable none[] = {{NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_int_equal(init(&config, none, &faults), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&faults), "DYNDNS_DATABASE"));
    assert_int_equal(count_lines(strbuf_string(&faults)), 1);
    strbuf_clear(&faults);
    config_clear(&config);
}

/* A fault is a fault even when there is no room to print the value. */
static void test_a_huge_value_is_refused_and_named(void **state)
{
    size_t len = 2 * (size_t)CONFIG_FAULTS_MAX_BYTES;
    char *huge = malloc(len + 1);
    struct variable row[] = {{"DYNDNS_LOG", huge}, {NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', len);
    huge[len] = '\0';
    assert_int_equal(init(&config, row, &faults), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&faults), "DYNDNS_LOG="));
    assert_non_null(strstr(strbuf_string(&faults), "stderr or syslog"));
    strbuf_clear(&faults);
    config_clear(&config);
    free(huge);
}

static void test_more_faults_than_there_is_room_for_are_still_faults(
    void **state)
{
    static const struct variable row[] = {{"DYNDNS_LOG", "x"}, {NULL, NULL}};
    struct config config;
    struct strbuf faults;

    (void)state;
    environment = row;
    strbuf_init(&faults, 4);
    assert_int_equal(config_read(&config, get, CORES, &faults), STATUS_INVALID);
    strbuf_clear(&faults);
    config_clear(&config);
}

static void test_the_description_tells_no_secret(void **state)
{
    static const struct variable row[] = {{"AWS_SESSION_TOKEN", "t0ken"},
                                          {NULL, NULL}};
    struct config config;
    struct strbuf faults, text;

    (void)state;
    assert_int_equal(init(&config, row, &faults), STATUS_OK);
    strbuf_init(&text, CONFIG_FAULTS_MAX_BYTES);
    config_describe(&config, &text);
    assert_null(strstr(strbuf_string(&text), "s3cr3t/key"));
    assert_null(strstr(strbuf_string(&text), "AKIAEXAMPLE"));
    assert_null(strstr(strbuf_string(&text), "t0ken"));
    strbuf_clear(&text);
    config_clear(&config);
}

static void test_clear_may_come_twice(void **state)
{
    static const struct variable row[] = {
        {"DYNDNS_HOSTED_ZONES", "Z1,Z2"},
        {"DYNDNS_TRUSTED_PROXIES", "10.0.0.0/8"},
        {NULL, NULL},
    };
    struct config config;
    struct strbuf faults;

    (void)state;
    assert_int_equal(init(&config, row, &faults), STATUS_OK);
    config_clear(&config);
    config_clear(&config);
    assert_null(config.dns.hosted_zones);
    assert_null(config.http.trusted_proxies.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_taken, with_the_least),
        cmocka_unit_test_setup(test_only_the_default_listens_to_either_family,
                               with_the_least),
        cmocka_unit_test_setup(test_more_cores_than_threads_are_allowed,
                               with_the_least),
        cmocka_unit_test_setup(test_what_is_refused_names_the_variable,
                               with_the_least),
        cmocka_unit_test_setup(test_all_faults_are_told_at_once,
                               with_the_least),
        cmocka_unit_test_setup(test_each_wrong_item_of_a_list_is_named,
                               with_the_least),
        cmocka_unit_test_setup(test_of_many_wrong_items_the_first_are_named,
                               with_the_least),
        cmocka_unit_test_setup(test_a_path_may_be_longer_than_a_key,
                               with_the_least),
        cmocka_unit_test_setup(test_a_line_break_makes_no_second_fault,
                               with_the_least),
        cmocka_unit_test_setup(test_an_empty_environment_lacks_the_database,
                               with_nothing),
        cmocka_unit_test_setup(test_a_huge_value_is_refused_and_named,
                               with_the_least),
        cmocka_unit_test_setup(
            test_more_faults_than_there_is_room_for_are_still_faults,
            with_the_least),
        cmocka_unit_test_setup(test_the_description_tells_no_secret,
                               with_the_least),
        cmocka_unit_test_setup(test_clear_may_come_twice, with_the_least),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
