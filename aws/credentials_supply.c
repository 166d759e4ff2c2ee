#include "aws/credentials_supply.h"

#include "base/clock.h"

#include <sys/random.h>
#include <time.h>

static struct credentials_now now(void)
{
    return (struct credentials_now){clock_now_ms(), (int64_t)time(NULL)};
}

static void start_fetch(void *arg)
{
    struct credentials_supply *supply = arg;

    credentials_fetch_start(&supply->fetch, clock_now_ms());
}

static void on_fetched(void *arg, const struct aws_credentials *found,
                       const char *words)
{
    struct credentials_supply *supply = arg;

    if (found == NULL)
        credentials_keeper_fail(&supply->keeper, now(), words);
    else
        credentials_keeper_take(&supply->keeper, now(), found, words,
                                supply->fetch.is_of_instance);
}

static uint64_t random_seed(void)
{
    uint64_t seed;

    /* Jitter needs no secret. */
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = (uint64_t)clock_now_ms();
    return seed;
}

void credentials_supply_init(struct credentials_supply *supply,
                             const struct aws_config *config,
                             credentials_submit_fn *submit, void *submit_arg)
{
    supply->config = config;
    credentials_keeper_init(&supply->keeper, random_seed(), start_fetch,
                            supply);
    credentials_fetch_init(&supply->fetch, config, submit, submit_arg,
                           on_fetched, supply);
}

void credentials_supply_clear(struct credentials_supply *supply)
{
    credentials_fetch_clear(&supply->fetch);
    credentials_keeper_clear(&supply->keeper);
}

bool credentials_supply_is_fetched(const struct credentials_supply *supply)
{
    return supply->config->access_key_id == NULL;
}

static const struct aws_credentials *use_given(
    struct credentials_supply *supply)
{
    const struct aws_config *config = supply->config;

    supply->given = (struct aws_credentials){
        .access_key_id = config->access_key_id,
        .secret_access_key = config->secret_access_key,
        .session_token = config->session_token,
    };
    if (!supply->was_told && supply->keeper.news != NULL)
        supply->keeper.news(supply->keeper.news_arg, "environment", NULL);
    supply->was_told = true;
    return &supply->given;
}

const struct aws_credentials *credentials_supply_run(
    struct credentials_supply *supply, bool wanted)
{
    if (!credentials_supply_is_fetched(supply))
        return use_given(supply);
    credentials_keeper_run(&supply->keeper, now(), wanted);
    credentials_fetch_step(&supply->fetch, clock_now_ms());
    return credentials_keeper_keys(&supply->keeper, now().unix);
}

int credentials_supply_fd(const struct credentials_supply *supply)
{
    return credentials_fetch_fd(&supply->fetch);
}

int64_t credentials_supply_wait_ms(const struct credentials_supply *supply,
                                   bool wanted)
{
    struct credentials_now at = now();
    int64_t fetch, keeper;

    if (!credentials_supply_is_fetched(supply))
        return -1;
    fetch = credentials_fetch_wait_ms(&supply->fetch, at.ms);
    keeper = credentials_keeper_wait_ms(&supply->keeper, at, wanted);
    return keeper < 0 || (fetch >= 0 && fetch < keeper) ? fetch : keeper;
}

const char *credentials_supply_why(const struct credentials_supply *supply)
{
    return supply->keeper.why.len > 0
               ? strbuf_string(&supply->keeper.why)
               : "those who were asked for credentials have not answered yet";
}
