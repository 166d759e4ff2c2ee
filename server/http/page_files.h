/* page_files -- the files of server/http/pages/, as they were when this program
 * was built: templates (template.h), the pages' style and their script.
 * cmake/embed.cmake makes the C file.
 */
#ifndef SERVER_HTTP_PAGE_FILES_H
#define SERVER_HTTP_PAGE_FILES_H

#include "base/span.h"

struct page_file {
    const char *name; /* without a folder */
    const unsigned char *bytes;
    size_t len;       /* at least 1 */
    const char *etag; /* in its quotes */
};

extern const struct page_file page_files[];
extern const size_t page_files_count;

/* NULL: there is none of this name. */
static inline const struct page_file *page_files_find(const char *name)
{
    for (size_t i = 0; i < page_files_count; i++)
        if (strcmp(page_files[i].name, name) == 0)
            return &page_files[i];
    return NULL;
}

static inline struct span page_file_text(const struct page_file *file)
{
    return span_from((const char *)file->bytes, file->len);
}

#endif
