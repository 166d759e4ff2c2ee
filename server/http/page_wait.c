#include "server/http/page_wait.h"

#include "server/http/http1.h"

static void on_answered(h2o_multithread_receiver_t *receiver,
                        h2o_linklist_t *messages)
{
    struct page_waits *waits =
        H2O_STRUCT_FROM_MEMBER(struct page_waits, answered, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        struct page_wait *wait = H2O_STRUCT_FROM_MEMBER(
            struct page_wait, message.link, messages->next);

        h2o_linklist_unlink(&wait->message.link);
        waits->count--;
        wait->go_on(wait);
    }
}

void page_waits_init(struct page_waits *waits, h2o_multithread_queue_t *queue)
{
    waits->count = 0;
    h2o_multithread_register_receiver(queue, &waits->answered, on_answered);
}

void page_waits_dispose(struct page_waits *waits,
                        h2o_multithread_queue_t *queue)
{
    h2o_multithread_unregister_receiver(queue, &waits->answered);
}

bool page_wait_begin(struct page_waits *waits, enum page_waiter waiter,
                     struct page_wait *wait, h2o_req_t *req, unsigned questions,
                     page_wait_fn *go_on)
{
    size_t places = PAGE_WAITS_MAX;

    if (waiter == PAGE_WAITER_OWNER)
        places -= PAGE_WAITS_KEPT;
    if (waits->count >= places)
        return false;
    http1_require(req, "a request that waits for a page");
    waits->count++;
    *wait = (struct page_wait){.waits = waits, .req = req, .go_on = go_on};
    atomic_init(&wait->open, questions);
    return true;
}

void page_wait_answered(struct page_wait *wait)
{
    if (atomic_fetch_sub(&wait->open, 1) == 1)
        h2o_multithread_send_message(&wait->waits->answered, &wait->message);
}
