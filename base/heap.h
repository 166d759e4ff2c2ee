/* heap -- an intrusive binary min-heap: a node is a member of the thing that
 * is kept, so that it can be moved or taken out without a search.
 *
 *     heap_reserve(&due, things + 1)      once for each new thing
 *     heap_put(&due, &thing->due, at)     O(log n); moves it if it is there
 *     heap_first(&due)                    the node with the least key, or NULL
 *
 * Room is reserved when a thing is made, so that putting it never fails. Of
 * several nodes with the least key that comes first which was put first.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: in no heap. A node is in one heap at a time. */
struct heap_node {
    int64_t key;
    uint64_t turn; /* tells equal keys apart */
    size_t place;  /* from 1 on; 0: in no heap */
};

/* All zero is an empty heap without room. */
struct heap {
    struct heap_node **nodes; /* nodes[0] is place 1 */
    size_t count, capacity;
    uint64_t turns; /* that were given out */
};

/* The thing of type `type` whose member `member` is this node. */
#define heap_entry(node, type, member)                                         \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Frees the room; every node must have been removed. */
void heap_clear(struct heap *heap);

/* Makes room for `capacity` nodes in all. STATUS_NOMEM leaves the heap as it
 * was. */
NODISCARD enum status heap_reserve(struct heap *heap, size_t capacity);

/* Puts a node in, or gives it another key; with the key that it has it keeps
 * its turn. There must be room for it. */
void heap_put(struct heap *heap, struct heap_node *node, int64_t key);

/* Takes a node out; harmless for one that is in no heap. */
void heap_remove(struct heap *heap, struct heap_node *node);

static inline bool heap_holds(const struct heap_node *node)
{
    return node->place != 0;
}

static inline struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->nodes[0];
}

#endif
