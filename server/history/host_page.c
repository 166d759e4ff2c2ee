#include "server/history/host_page.h"

#include <ctype.h>
#include <stdlib.h>

/* A host that matches; the least key comes first. */
struct item {
    uint64_t key;
    uint32_t row;
};

struct page {
    struct history_query *query;
    int64_t now;
    char needle[HISTORY_SEARCH_MAX_BYTES + 1]; /* in lower case */
    size_t needle_len;
    bool may_be_address;
    struct item *items;
    size_t count, room;
    uint32_t random;
};

bool host_page_is_silent(const struct host *host,
                         const struct host_state *state, int64_t in_touch_since,
                         int64_t now)
{
    int64_t since = in_touch_since / 1000;
    uint32_t seconds;

    if (in_touch_since == 0 || !host_expect_within(host, &seconds) ||
        seconds == 0)
        return false;
    if (state->accessed_at > since)
        since = state->accessed_at;
    return since + seconds < now / 1000;
}

/* --- who matches ------------------------------------------------------------------
 */

static void read_needle(struct page *page)
{
    const char *search = page->query->search;
    size_t len = 0;

    for (; search[len] != '\0'; len++)
        page->needle[len] = (char)tolower((unsigned char)search[len]);
    page->needle[len] = '\0';
    page->needle_len = len;
    page->may_be_address = strspn(page->needle, "0123456789abcdef.:") == len;
}

static bool is_in(const struct page *page, struct span text)
{
    return memmem(text.ptr, text.len, page->needle, page->needle_len) != NULL;
}

static bool is_in_address(const struct page *page,
                          const struct address *address)
{
    char text[ADDRESS_TEXT_MAX];

    return address->family != ADDRESS_NONE &&
           is_in(page, span_from(text, address_format(address, text)));
}

static bool is_in_user(const struct page *page, const struct host *host)
{
    struct span user = host_user(host);
    char lower[HOST_USER_MAX_BYTES];

    if (user.len == 0)
        return false;
    for (size_t i = 0; i < user.len; i++)
        lower[i] = (char)tolower((unsigned char)user.ptr[i]);
    return is_in(page, span_from(lower, user.len));
}

/* To write an address takes longer than to look at a name. */
static bool matches(const struct page *page, const struct host *host,
                    const struct host_state *state)
{
    if (page->needle_len == 0 || is_in(page, host->name) ||
        is_in_user(page, host))
        return true;
    return page->may_be_address && (is_in_address(page, &state->addresses[0]) ||
                                    is_in_address(page, &state->addresses[1]) ||
                                    is_in_address(page, &state->client));
}

/* --- in which order ---------------------------------------------------------------
 */

static uint64_t beginning_of(struct span name)
{
    uint64_t key = 0;

    for (size_t i = 0; i < sizeof key; i++)
        key = key << 8 | (i < name.len ? (unsigned char)name.ptr[i] : 0);
    return key;
}

static uint32_t last_change(const struct host_state *state)
{
    return state->updated_at[0] > state->updated_at[1] ? state->updated_at[0]
                                                       : state->updated_at[1];
}

static bool is_silent(const struct page *page, const struct host *host,
                      const struct host_state *state)
{
    return host_page_is_silent(host, state, page->query->in_touch_since,
                               page->now);
}

static uint64_t key_of(const struct page *page, const struct host *host,
                       const struct host_state *state)
{
    switch (page->query->order) {
    case HISTORY_BY_NAME:
        return beginning_of(host->name);
    case HISTORY_BY_CALL:
        return UINT32_MAX - state->called_at;
    case HISTORY_BY_CHANGE:
        return UINT32_MAX - last_change(state);
    case HISTORY_BY_REFUSALS:
        return UINT32_MAX - state->refusals;
    case HISTORY_BY_SILENCE:
        break;
    }
    return (is_silent(page, host, state) ? 0 : UINT64_C(1) << 32) |
           state->accessed_at;
}

static int compare_names(struct span a, struct span b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool comes_before(const struct page *page, const struct item *a,
                         const struct item *b)
{
    const struct hostdb *hosts = page->query->table->hosts;
    int order = (a->key > b->key) - (a->key < b->key);

    if (order == 0 && page->query->order == HISTORY_BY_NAME)
        order = compare_names(hostdb_row(hosts, a->row).name,
                              hostdb_row(hosts, b->row).name);
    if (order == 0)
        order = (a->row > b->row) - (a->row < b->row);
    return page->query->is_descending ? order > 0 : order < 0;
}

static void swap(struct item *a, struct item *b)
{
    struct item kept = *a;

    *a = *b;
    *b = kept;
}

/* Numerical Recipes' generator: no order that hosts may have is worst for long. */
static size_t choose(struct page *page, size_t count)
{
    page->random = page->random * 1664525 + 1013904223;
    return (page->random >> 8) % count;
}

/* Puts one item where it belongs, what comes before it there, and the rest
 * behind; returns its place. */
static size_t partition(struct page *page, size_t begin, size_t end)
{
    struct item *items = page->items;
    size_t place = begin;

    swap(&items[begin + choose(page, end - begin)], &items[end - 1]);
    for (size_t i = begin; i + 1 < end; i++)
        if (comes_before(page, &items[i], &items[end - 1]))
            swap(&items[i], &items[place++]);
    swap(&items[place], &items[end - 1]);
    return place;
}

/* A quicksort that leaves alone what does not reach into [from, to). */
static void sort_page(struct page *page, size_t from, size_t to)
{
    size_t begin = 0, end = page->count;
    struct {
        size_t begin, end;
    } later[64];
    size_t waiting = 0;

    for (;;) {
        while (end - begin < 2 || end <= from || begin >= to) {
            if (waiting == 0)
                return;
            begin = later[--waiting].begin;
            end = later[waiting].end;
        }
        size_t place = partition(page, begin, end);

        /* The larger part waits, so that few do. */
        if (place - begin > end - place - 1) {
            later[waiting].begin = begin;
            later[waiting++].end = place;
            begin = place + 1;
        } else {
            later[waiting].begin = place + 1;
            later[waiting++].end = end;
            end = place;
        }
    }
}

/* --- the whole --------------------------------------------------------------------
 */

static bool add_item(struct page *page, struct item item)
{
    if (page->count == page->room) {
        size_t room = page->room == 0 ? 1024 : page->room * 2;
        struct item *larger = realloc(page->items, room * sizeof *larger);

        if (larger == NULL)
            return false;
        page->items = larger;
        page->room = room;
    }
    page->items[page->count++] = item;
    return true;
}

static bool note(void *arg, const struct host *host,
                 const struct host_state *state)
{
    struct page *page = arg;
    struct history_query *query = page->query;

    query->hosts_in_all++;
    query->never_called += state->accessed_at == 0;
    query->silent += is_silent(page, host, state);
    query->refused += state->refusals > 0;
    if (!matches(page, host, state))
        return true;
    if (add_item(page, (struct item){key_of(page, host, state), host->index}))
        return true;
    query->status = STATUS_NOMEM;
    return false;
}

static void copy_host(struct page *page, struct shared_knowledge *shared,
                      const struct item *item)
{
    struct history_query *query = page->query;
    struct history_host *to = &query->hosts[query->host_count];

    if (!host_rows_get(&shared->rows, shared->known->states, item->row,
                       &to->host, &to->state))
        return;
    to->is_silent = is_silent(page, &to->host, &to->state);
    history_query_keep_state(query, &to->state);
    query->host_count++;
}

/* False: the table was replaced. */
static bool copy_page(struct page *page, struct shared_knowledge *shared,
                      size_t from, size_t to)
{
    bool is_same;

    pthread_mutex_lock(&shared->lock);
    is_same = shared->rows.table == page->query->table;
    for (size_t i = from; is_same && i < to; i++)
        copy_host(page, shared, &page->items[i]);
    pthread_mutex_unlock(&shared->lock);
    return is_same;
}

/* Whether the rows that were walked are those of the query's table. */
static bool is_of_table(const struct page *page,
                        struct shared_knowledge *shared)
{
    bool is_same;

    pthread_mutex_lock(&shared->lock);
    is_same = shared->rows.table == page->query->table;
    pthread_mutex_unlock(&shared->lock);
    return is_same;
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool make(struct page *page, struct shared_knowledge *shared)
{
    struct history_query *query = page->query;
    size_t from, to;

    if (!shared_knowledge_walk(shared, note, page) ||
        !is_of_table(page, shared))
        return false;
    query->matching = page->count;
    from = lesser(query->offset, page->count);
    to = from +
         lesser(lesser(query->count, HISTORY_PAGE_MAX), page->count - from);
    if (query->status != STATUS_OK || from == to)
        return true;
    query->hosts =
        history_query_alloc(query, (to - from) * sizeof *query->hosts);
    if (query->hosts == NULL)
        return true;
    sort_page(page, from, to);
    return copy_page(page, shared, from, to);
}

bool host_page_make(struct shared_knowledge *shared,
                    struct history_query *query, int64_t now)
{
    struct page page = {.query = query, .now = now, .random = (uint32_t)now};
    bool is_made;

    if (query->table == NULL)
        return true;
    query->hosts_in_all = query->never_called = query->silent = 0;
    query->refused = query->host_count = 0;
    read_needle(&page);
    is_made = make(&page, shared);
    free(page.items);
    return is_made;
}
