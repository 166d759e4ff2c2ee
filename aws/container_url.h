/* container_url -- where a container's credentials may be asked for. Pure;
 * private to this floor.
 *
 * The request carries a token and the answer holds keys, in plain text over
 * http: so only hosts that no stranger can be are spoken to that way (AWS SDKs
 * and Tools Reference Guide, "Container credential provider").
 */
#ifndef AWS_CONTAINER_URL_H
#define AWS_CONTAINER_URL_H

#include <stddef.h>

/* What is wrong with a path or a URL, in words that follow the variable's name;
 * NULL when it may be asked. */
const char *container_url_relative_fault(const char *path);
const char *container_url_full_fault(const char *url);

#endif
