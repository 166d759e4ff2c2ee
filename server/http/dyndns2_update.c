#include "server/http/dyndns2_update.h"

#include "base/address_scope.h"
#include "base/dns_name.h"
#include "server/http/dyndns2.h"
#include "server/http/query.h"
#include "server/http/sign_in.h"
#include "server/http/wanted_addresses.h"

/* A name, its dot and its comma, with some blanks. */
enum { HOSTNAMES_MAX_BYTES = PROTOCOL_HOSTS_MAX * (DNS_NAME_MAX + 3) };

/* What is said of all hosts of a call. */
struct call {
    const struct protocol_request *request;
    struct account account;
    struct wanted_addresses wanted;
};

/* --- one host -----------------------------------------------------------------
 */

/* What is wanted for the host's record of this family, or why not. */
static enum refusal choose(const struct call *call, enum address_family family,
                           const struct host *row, struct address *address)
{
    enum refusal refusal = REFUSAL_NONE;

    if (family == ADDRESS_IPV4)
        *address = call->wanted.ipv4;
    else
        refusal = wanted_addresses_ipv6(&call->wanted, row, address);
    if (refusal != REFUSAL_NONE || address->family == ADDRESS_NONE)
        return refusal;
    if (!host_holds(row, family))
        return REFUSAL_OTHER_TYPE;
    if (host_is_locked(row))
        return REFUSAL_LOCKED;
    return address_is_internal(address) &&
                   !host_allows_internal(
                       row, call->request->settings->allow_internal)
               ? REFUSAL_INTERNAL
               : REFUSAL_NONE;
}

/* The one that holds the record of this family; else any. */
static const struct host *row_for(const struct host *rows, size_t count,
                                  enum address_family family)
{
    return count > 1 && host_holds(&rows[1], family) ? &rows[1] : &rows[0];
}

static struct protocol_change *add(struct protocol_changes *changes,
                                   unsigned line)
{
    struct protocol_change *change = &changes->list[changes->count++];

    memset(change, 0, sizeof *change);
    change->line = line;
    return change;
}

static void add_refusal(struct protocol_changes *changes, unsigned line,
                        const struct host *row, enum refusal refusal)
{
    struct protocol_change *change = add(changes, line);

    if (row != NULL)
        change->host = *row;
    change->refusal = refusal;
}

static void add_changes(const struct call *call,
                        struct protocol_changes *changes, unsigned line,
                        const struct host *rows, size_t count)
{
    static const enum address_family families[] = {ADDRESS_IPV4, ADDRESS_IPV6};
    size_t before = changes->count;

    for (size_t i = 0; i < 2; i++) {
        const struct host *row = row_for(rows, count, families[i]);
        struct address address;
        enum refusal refusal = choose(call, families[i], row, &address);
        struct protocol_change *change;

        if (refusal == REFUSAL_NONE && address.family == ADDRESS_NONE)
            continue;
        change = add(changes, line);
        change->host = *row;
        change->address = address;
        change->refusal = refusal;
    }
    if (changes->count > before)
        return;
    /* The caller wants all to be kept as it is, and so it is. */
    *add(changes, line) = (struct protocol_change){
        .host = rows[0], .line = line, .outcome = OUTCOME_UNCHANGED};
}

static void add_host(const struct call *call, struct protocol_changes *changes,
                     unsigned line, struct span text)
{
    char normal[DNS_NAME_MAX];
    struct span name =
        span_from(normal, dns_name_normalize(span_trim(text), normal));
    struct host rows[ACCOUNT_ROWS_OF_HOST_MAX];
    size_t count;

    if (dns_name_fault(name) != NULL) {
        add_refusal(changes, line, NULL, REFUSAL_NOT_A_NAME);
        return;
    }
    count = account_find(&call->account, name, rows);
    if (count == 0)
        add_refusal(changes, line, NULL, REFUSAL_NOT_LISTED);
    else if (call->wanted.refusal != REFUSAL_NONE)
        add_refusal(changes, line, &rows[0], call->wanted.refusal);
    else
        add_changes(call, changes, line, rows, count);
}

/* --- all hosts ------------------------------------------------------------------
 */

/* False when there are too many. */
static bool add_hosts(const struct call *call, struct protocol_changes *changes,
                      struct span names)
{
    unsigned line = 0;
    struct span name;

    while (span_split(&names, ',', &name)) {
        if (line == PROTOCOL_HOSTS_MAX)
            return false;
        add_host(call, changes, line++, name);
    }
    return true;
}

static bool add_named(const struct call *call, struct protocol_changes *changes)
{
    const struct protocol_request *request = call->request;
    char text[HOSTNAMES_MAX_BYTES];
    struct span names = {NULL, 0};

    if (query_find_either(request->query, request->form, "hostname", text,
                          sizeof text, &names) == QUERY_TOO_LONG)
        return false;
    names = span_trim(names);
    if (names.len > 0)
        return add_hosts(call, changes, names);
    /* An empty name is none: "notfqdn". */
    add_host(call, changes, 0, account_own_host(&call->account));
    return true;
}

/* --- the protocols ----------------------------------------------------------------
 */

static enum protocol_verdict answer(struct protocol_reply *reply,
                                    enum dyndns2_word word,
                                    enum protocol_verdict verdict)
{
    dyndns2_reply_word(reply, word, DYNDNS2_911_IS_200);
    return verdict;
}

static enum protocol_verdict turn_away(struct protocol_reply *reply)
{
    dyndns2_reply_turned_away(reply);
    return PROTOCOL_TURNED_AWAY;
}

static enum protocol_verdict parse(const struct protocol_request *request,
                                   struct protocol_changes *changes,
                                   struct span *claimed,
                                   struct protocol_reply *reply)
{
    struct credentials credentials;
    struct call call = {.request = request};
    enum protocol_verdict verdict =
        sign_in(request, &credentials, &call.account, claimed);

    switch (verdict) {
    case PROTOCOL_ADMITTED:
        break;
    case PROTOCOL_TURNED_AWAY:
        return turn_away(reply);
    case PROTOCOL_VERIFY:
        return verdict;
    default:
        return answer(reply, DYNDNS2_BADAUTH, verdict);
    }
    wanted_addresses_read(&call.wanted, request->query, request->form,
                          &request->client);
    return add_named(&call, changes)
               ? PROTOCOL_CHANGES
               : answer(reply, DYNDNS2_NUMHOST, PROTOCOL_ANSWERED);
}

static void format_with_200(const struct protocol_result *results, size_t count,
                            struct protocol_reply *reply)
{
    dyndns2_reply_lines(reply, results, count, DYNDNS2_911_IS_200);
}

static void format_with_503(const struct protocol_result *results, size_t count,
                            struct protocol_reply *reply)
{
    dyndns2_reply_lines(reply, results, count, DYNDNS2_911_IS_503);
}

static void unavailable_with_200(struct protocol_reply *reply)
{
    dyndns2_reply_word(reply, DYNDNS2_911, DYNDNS2_911_IS_200);
}

static void unavailable_with_503(struct protocol_reply *reply)
{
    dyndns2_reply_word(reply, DYNDNS2_911, DYNDNS2_911_IS_503);
}

const struct protocol nic_update_protocol = {
    .parse = parse,
    .format = format_with_200,
    .unavailable = unavailable_with_200,
};
const struct protocol register_ip_protocol = {
    .parse = parse,
    .format = format_with_503,
    .unavailable = unavailable_with_503,
};
