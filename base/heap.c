#include "base/heap.h"

#include <stdlib.h>

void heap_clear(struct heap *heap)
{
    free(heap->nodes);
    *heap = (struct heap){.nodes = NULL};
}

enum status heap_reserve(struct heap *heap, size_t capacity)
{
    size_t larger = heap->capacity == 0 ? 16 : heap->capacity;
    struct heap_node **grown;

    if (capacity <= heap->capacity)
        return STATUS_OK;
    while (larger < capacity)
        larger *= 2;
    grown = realloc(heap->nodes, larger * sizeof(struct heap_node *));
    if (grown == NULL)
        return STATUS_NOMEM;
    heap->nodes = grown;
    heap->capacity = larger;
    return STATUS_OK;
}

static void set(struct heap *heap, size_t place, struct heap_node *node)
{
    heap->nodes[place - 1] = node;
    node->place = place;
}

static bool comes_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->key != b->key ? a->key < b->key : a->turn < b->turn;
}

/* The parent of place n is n / 2, its children are 2n and 2n + 1. */
static void rise(struct heap *heap, struct heap_node *node)
{
    size_t place = node->place;

    while (place > 1 && comes_before(node, heap->nodes[place / 2 - 1])) {
        set(heap, place, heap->nodes[place / 2 - 1]);
        place /= 2;
    }
    set(heap, place, node);
}

static void sink(struct heap *heap, struct heap_node *node)
{
    size_t place = node->place, child;

    while ((child = place * 2) <= heap->count) {
        if (child < heap->count &&
            comes_before(heap->nodes[child], heap->nodes[child - 1]))
            child++;
        if (comes_before(node, heap->nodes[child - 1]))
            break;
        set(heap, place, heap->nodes[child - 1]);
        place = child;
    }
    set(heap, place, node);
}

void heap_put(struct heap *heap, struct heap_node *node, int64_t key)
{
    if (heap_holds(node) && node->key == key)
        return;
    if (!heap_holds(node))
        set(heap, ++heap->count, node);
    node->key = key;
    node->turn = ++heap->turns;
    rise(heap, node);
    sink(heap, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    struct heap_node *last;

    if (!heap_holds(node))
        return;
    last = heap->nodes[--heap->count];
    if (last != node) {
        set(heap, node->place, last);
        rise(heap, last);
        sink(heap, last);
    }
    node->place = 0;
}
