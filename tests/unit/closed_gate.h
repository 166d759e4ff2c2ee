/* closed_gate -- the gate of an address that was wrong too often, for tests of
 * what a protocol says then.
 */
#ifndef TESTS_UNIT_CLOSED_GATE_H
#define TESTS_UNIT_CLOSED_GATE_H

#include "server/http/login_gate.h"

/* For calls from this address; no host's record says it. Its `limit` is to be
 * freed. Ends the test when memory is short. */
struct login_gate closed_gate(const struct hostdb *hosts,
                              const struct address *client);

#endif
