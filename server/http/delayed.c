#include "server/http/delayed.h"

#include "server/http/http1.h"

#include <stdlib.h>

struct delayed_reply {
    struct list link;
    h2o_timeout_entry_t timer;
    struct delayed *delayed;
    h2o_req_t *req;
    delayed_fn *send;
    void *arg;
    struct protocol_reply reply;
};

void delayed_init(struct delayed *delayed, h2o_loop_t *loop)
{
    delayed->loop = loop;
    delayed->count = 0;
    delayed->is_over = false;
    list_init(&delayed->all);
    h2o_timeout_init(loop, &delayed->interval, DELAYED_MS);
}

void delayed_dispose(struct delayed *delayed)
{
    h2o_timeout_dispose(delayed->loop, &delayed->interval);
}

static void send_now(struct delayed_reply *late)
{
    list_remove(&late->link);
    late->delayed->count--;
    late->send(late->arg, late->req, &late->reply);
    free(late);
}

static void on_time(h2o_timeout_entry_t *entry)
{
    send_now(H2O_STRUCT_FROM_MEMBER(struct delayed_reply, timer, entry));
}

bool delayed_begin(struct delayed *delayed, h2o_req_t *req,
                   const struct protocol_reply *reply, delayed_fn *send,
                   void *arg)
{
    struct delayed_reply *late;

    if (delayed->is_over || delayed->count == DELAYED_MAX)
        return false;
    http1_require(req, "a request whose reply is delayed");
    late = malloc(sizeof *late);
    if (late == NULL)
        return false;
    late->delayed = delayed;
    late->timer = (h2o_timeout_entry_t){.cb = on_time};
    late->req = req;
    late->send = send;
    late->arg = arg;
    late->reply = *reply;
    list_append(&delayed->all, &late->link);
    delayed->count++;
    h2o_timeout_link(delayed->loop, &delayed->interval, &late->timer);
    return true;
}

void delayed_end(struct delayed *delayed)
{
    delayed->is_over = true;
    while (!list_is_empty(&delayed->all)) {
        struct delayed_reply *late =
            list_entry(delayed->all.next, struct delayed_reply, link);

        h2o_timeout_unlink(&late->timer);
        send_now(late);
    }
}
