/* alert_ledger_json -- the alerts' ledger as JSON, as it lies in the store, and
 * back:
 *
 *     {"alerts": [{"kind": "host_silent", "subject": "a.example.org",
 *         "detail": "...", "since": 1795270380, "ended": 0, "evidence": 0,
 *         "told_begun": ["sns"], "told_ended": [],
 *         "seen_by": {"0123456789abcdef": 1795270380}}],
 *      "told_at": {"sns host_silent begun": 1795270380},
 *      "teller": {"copy": "0123456789abcdef", "since": 1795270380}}
 *
 * A newer version's kinds, senders and members are passed over. Pure.
 */
#ifndef SERVER_ALERTS_ALERT_LEDGER_JSON_H
#define SERVER_ALERTS_ALERT_LEDGER_JSON_H

#include "server/alerts/alert_ledger.h"

/* Of ALERT_ENTRIES_MAX alerts, each as long as it may be. */
enum { ALERT_LEDGER_MAX_BYTES = 80 * 1024 * 1024 };

/* Appends it. False: memory. */
bool alert_ledger_write(const struct alert_ledger *ledger, struct strbuf *out);

/* Reads it into a ledger that is empty, which stays to be cleared.
 * STATUS_INVALID: the text is no ledger (or memory is short, which jansson does
 * not tell apart). */
NODISCARD enum status alert_ledger_read(struct alert_ledger *ledger,
                                        struct span text);

#endif
