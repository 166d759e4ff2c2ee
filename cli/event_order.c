#include "cli/event_order.h"

#include "base/heap.h"

#include <stdlib.h>

struct kept {
    struct heap_node node; /* by time */
    size_t len;
    char text[];
};

struct event_order {
    struct heap kept;
    size_t bytes, max_bytes;
    event_order_fn *hand_on;
    void *arg;
};

struct event_order *event_order_new(size_t max_bytes, event_order_fn *hand_on,
                                    void *arg)
{
    struct event_order *order = calloc(1, sizeof *order);

    if (order == NULL)
        return NULL;
    order->max_bytes = max_bytes;
    order->hand_on = hand_on;
    order->arg = arg;
    return order;
}

static size_t size_of(const struct kept *kept)
{
    return sizeof *kept + kept->len;
}

static struct kept *first(const struct event_order *order)
{
    struct heap_node *node = heap_first(&order->kept);

    return node == NULL ? NULL : heap_entry(node, struct kept, node);
}

static void drop(struct event_order *order, struct kept *kept)
{
    heap_remove(&order->kept, &kept->node);
    order->bytes -= size_of(kept);
    free(kept);
}

void event_order_free(struct event_order *order)
{
    if (order == NULL)
        return;
    for (struct kept *kept; (kept = first(order)) != NULL;)
        drop(order, kept);
    heap_clear(&order->kept);
    free(order);
}

static enum status hand_on_first(struct event_order *order)
{
    struct kept *kept = first(order);
    bool goes_on = order->hand_on(order->arg, kept->node.key,
                                  span_from(kept->text, kept->len));

    drop(order, kept);
    return goes_on ? STATUS_OK : STATUS_UNAVAILABLE;
}

static enum status reserve(struct event_order *order)
{
    size_t capacity = order->kept.capacity;

    if (order->kept.count < capacity)
        return STATUS_OK;
    return heap_reserve(&order->kept, capacity == 0 ? 64 : 2 * capacity);
}

enum status event_order_add(struct event_order *order, int64_t at,
                            struct span text)
{
    struct kept *kept = malloc(sizeof *kept + text.len);
    enum status status = STATUS_OK;

    if (kept == NULL || reserve(order) != STATUS_OK) {
        free(kept);
        return STATUS_NOMEM;
    }
    kept->node = (struct heap_node){0};
    kept->len = text.len;
    if (text.len > 0)
        memcpy(kept->text, text.ptr, text.len);
    heap_put(&order->kept, &kept->node, at);
    order->bytes += size_of(kept);
    while (order->bytes > order->max_bytes && status == STATUS_OK)
        status = hand_on_first(order);
    return status;
}

enum status event_order_pass(struct event_order *order, int64_t at)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && first(order) != NULL &&
           first(order)->node.key < at)
        status = hand_on_first(order);
    return status;
}
