/* list -- intrusive, doubly linked, circular: a node is a member of the thing
 * that is listed, so linking never allocates and unlinking needs no search.
 *
 * The head is a node too, and stands for no thing. A node that is linked
 * nowhere points to itself once list_init() has seen it.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

/* The thing of type `type` whose member `member` is this node. */
#define list_entry(node, type, member)                                         \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void list_init(struct list *node)
{
    node->next = node->prev = node;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

/* Links `node` so that it stands right before `place`; before the head is the
 * end of the list, before head->next is its front. */
static inline void list_insert_before(struct list *place, struct list *node)
{
    node->next = place;
    node->prev = place->prev;
    place->prev->next = node;
    place->prev = node;
}

static inline void list_append(struct list *head, struct list *node)
{
    list_insert_before(head, node);
}

/* Harmless for a node that is linked nowhere. */
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* Moves all nodes of `from` to the end of `to`; `from` ends empty. */
static inline void list_take_all(struct list *to, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#endif
