/* main.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include <glib/gi18n-lib.h>

#include "attune-adapters.h"
#include "attune-application.h"
#include "attune-hub-source.h"
#include "attune-local-adapter.h"
#include "attune-redact.h"

int
main (int   argc,
      char *argv[])
{
  g_autoptr (AttuneRegistry) registry = NULL;
  g_autoptr (AttuneCredentials) credentials = NULL;
  g_autoptr (AttuneApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, ATTUNE_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  attune_redact_install_log_writer ();
  registry = attune_registry_new ();
  credentials = attune_credentials_new ();
  attune_adapters_add_all (registry, credentials);
  application = attune_application_new (registry);
  attune_application_set_model_import (application, attune_local_model_import);
  attune_application_set_model_source (application, attune_hub_source_get ());

  return g_application_run (G_APPLICATION (application), argc, argv);
}
