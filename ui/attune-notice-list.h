/* attune-notice-list.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What a provider tells today of itself, with dates: first what stops work, then what will, then the rest folded away. Hidden while
 * there is nothing. */
#define ATTUNE_TYPE_NOTICE_LIST (attune_notice_list_get_type ())
G_DECLARE_FINAL_TYPE (AttuneNoticeList, attune_notice_list, ATTUNE, NOTICE_LIST, AdwBin)

GtkWidget *attune_notice_list_new  (void) G_GNUC_WARN_UNUSED_RESULT;
/* @notices: aa{sv} as in capabilities, (nullable). @today: "2026-11-22", NULL for the day that it is. */
void       attune_notice_list_set  (AttuneNoticeList *self,
                                    const char       *provider,
                                    GVariant         *notices,
                                    const char       *today);

G_END_DECLS
