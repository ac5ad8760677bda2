/* prism-server.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A Prism of its own, serving one description on the loopback interface. */
typedef struct _PrismServer PrismServer;

/* The program, fetched where need be; NULL with the reason why it cannot be had. To be called before g_test_init(), which takes away the
 * home folder, where npm has its settings. (transfer full) */
char        *prism_server_find_program (char        **reason);
/* Waits until it answers. */
PrismServer *prism_server_new          (const char   *program,
                                        const char   *provider,
                                        JsonNode     *description);
void         prism_server_free         (PrismServer  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrismServer, prism_server_free)
const char  *prism_server_get_url      (PrismServer  *self);
/* What it has said so far. (transfer full) */
char        *prism_server_dup_log      (PrismServer  *self);
/* Every request so far as "post /fine-tunes". (transfer full) */
GStrv        prism_server_list_requests(PrismServer  *self);
/* Lines of the log in which a request or an answer is not as described; NULL where there are none. (transfer full) */
char        *prism_server_dup_violations (PrismServer *self);

G_END_DECLS
