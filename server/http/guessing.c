#include "server/http/guessing.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/caller.h"

struct login_gate guessing_gate(const struct http_context *context,
                                const struct address *client, bool is_in)
{
    struct guess_limit *limit = context->shared->guesses;
    const struct host_table *table = context->host_table;

    return (struct login_gate){
        .limit = limit,
        .hosts = table == NULL ? NULL : table->hosts,
        .known = table == NULL ? NULL : table->known,
        .client = *client,
        .now_ms = guess_limit_is_quiet(limit) ? 0 : clock_now_ms(),
        .is_in = is_in,
    };
}

/* An IPv6 address stands for its network. */
static void log_turned_away(struct http_context *context, const h2o_req_t *req,
                            const struct address *client)
{
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->guessers, clock_now_s()))
        return;
    address_format(client, text);
    log_event(LOG_LEVEL_WARN, "address_turned_away", log_str("client", text),
              log_str("reason", "more different wrong credentials came from it "
                                "than DYNDNS_MAX_FAILURES allows in an hour"),
              log_str("advice", "the badauth lines say for which hosts; if "
                                "these are honest callers, correct their "
                                "tokens, or raise the number"),
              log_span_if_any("trace", caller_trace(req)));
}

static void watch_attacks(const struct http_shared *shared, struct span claimed,
                          const struct span *texts, size_t count,
                          enum guess_verdict verdict)
{
    static const struct address anybody = {.family = ADDRESS_NONE};
    int64_t date = clock_date_ms() / 1000;
    uint64_t key;

    if (verdict == GUESS_LAST)
        login_attacks_note(shared->attacks, span_from("", 0), date);
    if (claimed.len == 0)
        return;
    key = guess_limit_key(shared->login_guesses, &anybody, claimed);
    if (guess_limit_count(shared->login_guesses, key, texts, count,
                          clock_now_ms()) == GUESS_LAST)
        login_attacks_note(shared->attacks, claimed, date);
}

enum guess_verdict guessing_count(struct http_context *context,
                                  const h2o_req_t *req,
                                  const struct login_gate *gate,
                                  struct span claimed, const struct span *texts,
                                  size_t count)
{
    enum guess_verdict verdict =
        login_gate_count(gate, texts, count, clock_now_ms());

    if (verdict == GUESS_LAST)
        log_turned_away(context, req, &gate->client);
    if (context->shared->attacks != NULL)
        watch_attacks(context->shared, claimed, texts, count, verdict);
    return verdict;
}
