#include "server/history/outbox.h"

#include "base/list.h"

#include <pthread.h>
#include <stdlib.h>

struct waiting_object {
    struct list in_outbox;
    struct object_name name;
    struct strbuf body;
};

struct outbox {
    size_t max_bytes;
    pthread_mutex_t lock; /* guards the rest */
    struct list objects;
    struct waiting_object *lent; /* the first of them; NULL: none is */
    struct outbox_state state;
};

struct outbox *outbox_new(size_t max_bytes)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);

    if (outbox == NULL)
        return NULL;
    outbox->max_bytes = max_bytes;
    list_init(&outbox->objects);
    pthread_mutex_init(&outbox->lock, NULL);
    return outbox;
}

static void take_out(struct outbox *outbox, struct waiting_object *object)
{
    list_remove(&object->in_outbox);
    outbox->state.objects--;
    outbox->state.bytes -= object->body.len;
    strbuf_clear(&object->body);
    free(object);
}

static struct waiting_object *first(const struct outbox *outbox)
{
    return list_is_empty(&outbox->objects)
               ? NULL
               : list_entry(outbox->objects.next, struct waiting_object,
                            in_outbox);
}

void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    while (first(outbox) != NULL)
        take_out(outbox, first(outbox));
    pthread_mutex_destroy(&outbox->lock);
    free(outbox);
}

/* The oldest that is not lent. */
static struct waiting_object *oldest(const struct outbox *outbox)
{
    struct waiting_object *object = first(outbox);

    if (object == NULL || object != outbox->lent)
        return object;
    return object->in_outbox.next == &outbox->objects
               ? NULL
               : list_entry(object->in_outbox.next, struct waiting_object,
                            in_outbox);
}

static void make_room(struct outbox *outbox)
{
    struct waiting_object *object;

    while (outbox->state.bytes > outbox->max_bytes &&
           (object = oldest(outbox)) != NULL) {
        take_out(outbox, object);
        outbox->state.dropped++;
    }
}

/* A buffer that grows by doubling may be twice as large as its text. */
static void give_back_room(struct strbuf *body)
{
    char *exact = realloc(body->ptr, body->len + 1);

    if (exact == NULL)
        return;
    body->ptr = exact;
    body->capacity = body->len + 1;
}

void outbox_add(struct outbox *outbox, const struct object_name *name,
                struct strbuf *body)
{
    struct waiting_object *object = malloc(sizeof *object);

    pthread_mutex_lock(&outbox->lock);
    if (object == NULL) {
        outbox->state.dropped++;
        strbuf_clear(body);
    } else {
        object->name = *name;
        object->body = *body;
        strbuf_init(body, body->max_bytes);
        give_back_room(&object->body);
        list_append(&outbox->objects, &object->in_outbox);
        outbox->state.objects++;
        outbox->state.bytes += object->body.len;
        make_room(outbox);
    }
    pthread_mutex_unlock(&outbox->lock);
}

bool outbox_borrow(struct outbox *outbox, struct object_name *name,
                   struct span *body)
{
    struct waiting_object *object;

    pthread_mutex_lock(&outbox->lock);
    object = first(outbox);
    if (object != NULL) {
        outbox->lent = object;
        *name = object->name;
        *body = strbuf_span(&object->body);
    }
    pthread_mutex_unlock(&outbox->lock);
    return object != NULL;
}

void outbox_return(struct outbox *outbox, bool is_done)
{
    struct waiting_object *object;

    pthread_mutex_lock(&outbox->lock);
    object = outbox->lent;
    outbox->lent = NULL;
    if (is_done)
        take_out(outbox, object);
    make_room(outbox);
    pthread_mutex_unlock(&outbox->lock);
}

struct outbox_state outbox_look(struct outbox *outbox)
{
    struct outbox_state state;
    const struct waiting_object *object;

    pthread_mutex_lock(&outbox->lock);
    state = outbox->state;
    object = first(outbox);
    state.oldest_at = object == NULL ? 0 : object->name.made_at;
    pthread_mutex_unlock(&outbox->lock);
    return state;
}
