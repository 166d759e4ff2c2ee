#include "server/http/parking.h"

#include "server/http/http1.h"

#include <stdlib.h>

/* h2o consumes the request from this buffer once the reply is sent, so it must
 * go on holding all bytes; it need not have room for 4,096 of them. A buffer
 * whose capacity is not the prototype's is freed, not recycled, and grows by
 * itself when more is read. */
static void shrink_input(h2o_socket_t *sock)
{
    h2o_buffer_t *old = sock->input, *small;

    if (old->bytes == NULL || old->_fd != -1 || old->size == 0 ||
        old->size * 2 > old->capacity)
        return;
    small = malloc(offsetof(h2o_buffer_t, _buf) + old->size);
    if (small == NULL)
        return;
    small->capacity = old->size;
    small->size = old->size;
    small->bytes = small->_buf;
    small->_prototype = old->_prototype;
    small->_fd = -1;
    memcpy(small->_buf, old->bytes, old->size);
    sock->input = small;
    h2o_buffer_dispose(&old);
}

void parking_shrink(h2o_req_t *req)
{
    h2o_socket_t *sock;

    http1_require(req, "making a request small");
    sock = req->conn->callbacks->get_socket(req->conn);
    if (sock == NULL)
        return;
    /* Everything below points into the buffer or the pool. h2o itself looks
     * only at the method again, for whether it was HEAD: it was not. */
    req->input.method = req->method = h2o_iovec_init(H2O_STRLIT("GET"));
    req->input.path = req->path = req->path_normalized = (h2o_iovec_t){NULL, 0};
    req->input.authority = req->authority = (h2o_iovec_t){NULL, 0};
    req->upgrade = req->entity = (h2o_iovec_t){NULL, 0};
    req->query_at = SIZE_MAX;
    req->norm_indexes = NULL;
    req->processed_at.str = NULL;
    memset(&req->headers, 0, sizeof req->headers);
    memset(&req->res.headers, 0, sizeof req->res.headers);
    h2o_mem_clear_pool(&req->pool);
    shrink_input(sock);
}
