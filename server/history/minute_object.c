#include "server/history/minute_object.h"

#include "journal/gzip.h"

struct packing {
    struct gzip_packer *packer;
    struct strbuf line;
    enum status status;
};

static bool add(void *arg, const struct event *event)
{
    struct packing *packing = arg;

    strbuf_rewind(&packing->line);
    packing->status = event_write(event, &packing->line);
    if (packing->status == STATUS_OK)
        gzip_packer_add(packing->packer, strbuf_span(&packing->line));
    return packing->status == STATUS_OK;
}

enum status minute_object_pack(const struct event *self,
                               const struct tally *tally, struct strbuf *out)
{
    struct packing packing = {.packer = gzip_packer_new(out)};

    if (packing.packer == NULL)
        return STATUS_NOMEM;
    strbuf_init(&packing.line, EVENT_LINE_MAX_BYTES);
    if (add(&packing, self))
        tally_each(tally, add, &packing);
    strbuf_clear(&packing.line);
    if (packing.status == STATUS_OK)
        return gzip_packer_finish(packing.packer);
    gzip_packer_free(packing.packer);
    return packing.status;
}
