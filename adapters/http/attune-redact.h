/* attune-redact.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What stands in the place of a secret: "•••". */
#define ATTUNE_REDACTED "\342\200\242\342\200\242\342\200\242"

/* @text without what must never be read by others: bearers and Authorization headers, keys that look like a provider's
 * (sk-…, hf_…, fw_…, tgp_v1_…, wandb_v1_…), members of JSON that hold secrets (wandb_api_key, apiKey, hf_api_token, everything in
 * "secrets"), the query of a signed URL, a password in a URL, and every secret that attune_redact_remember() was told. (transfer full) */
char     *attune_redact                    (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The same in a document: a copy in which the values of secret members are ATTUNE_REDACTED; for the previews of requests. (transfer full) */
JsonNode *attune_redact_json               (JsonNode   *node) G_GNUC_WARN_UNUSED_RESULT;
/* From here on this very text is masked wherever it appears. The client does it with each key that it sends; shorter ones than
 * eight characters are not taken, since they would mask words. Held for the life of the process. */
void      attune_redact_remember           (const char *secret);
/* Every message that GLib logs in this process passes through attune_redact() and then to GLib's default writer. Once in each main(). */
void      attune_redact_install_log_writer (void);
GLogWriterOutput attune_redact_log_writer  (GLogLevelFlags   level,
                                            const GLogField *fields,
                                            gsize            n_fields,
                                            gpointer         user_data);

G_END_DECLS
