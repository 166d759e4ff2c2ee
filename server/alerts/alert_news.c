#include "server/alerts/alert_news.h"

#include <stdlib.h>
#include <string.h>

void alert_news_clear(struct alert_news *news)
{
    for (size_t i = 0; i < news->count; i++)
        free(news->items[i].subject);
    free(news->items);
    *news = (struct alert_news){0};
}

static size_t count_news(const struct alert_ledger *ledger)
{
    size_t count = 0;

    for (size_t i = 0; i < ledger->count; i++)
        count += ledger->entries[i]->is_news;
    return count < ALERT_NEWS_MAX ? count : ALERT_NEWS_MAX;
}

static void add(struct alert_news *news, const struct alert_entry *entry)
{
    char *subject = strdup(entry->subject);

    if (subject == NULL)
        return;
    news->items[news->count++] = (struct alert_news_item){
        entry->kind, entry->since, entry->ended, subject};
}

void alert_news_keep(struct alert_news *news, const struct alert_ledger *ledger)
{
    size_t room = count_news(ledger);

    alert_news_clear(news);
    if (room == 0)
        return;
    news->items = calloc(room, sizeof *news->items);
    if (news->items == NULL)
        return;
    for (size_t i = 0; i < ledger->count && news->count < room; i++)
        if (ledger->entries[i]->is_news)
            add(news, ledger->entries[i]);
}

/* Its times tell it from what another copy has seen, and logged. */
static bool is_in(const struct alert_entry *entry,
                  const struct alert_news_item *item)
{
    return entry != NULL && entry->since == item->since &&
           entry->ended == item->ended;
}

void alert_news_tell(struct alert_news *news, const struct alert_ledger *ledger,
                     alert_news_fn *tell, void *arg)
{
    for (size_t i = 0; i < news->count; i++) {
        const struct alert_news_item *item = &news->items[i];
        const struct alert_entry *entry = alert_ledger_find(
            ledger, item->kind, span_from_string(item->subject));

        if (is_in(entry, item))
            tell(arg, entry);
    }
    alert_news_clear(news);
}
