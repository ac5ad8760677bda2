/* attune-configuration.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

#include "attune-parameters.h"

G_BEGIN_DECLS

#define ATTUNE_CONFIGURATION_VERSION 1

#define ATTUNE_TYPE_CONFIGURATION (attune_configuration_get_type ())
G_DECLARE_FINAL_TYPE (AttuneConfiguration, attune_configuration, ATTUNE, CONFIGURATION, GObject)

/* The mission's JobConfiguration. Holds only values that were set: unset is not zero. A value is a GVariant of its parameter's
 * variant type, at its path. Members that are not in the table are kept and written back; attune_configuration_list_unknown()
 * names them. Emits ::changed (path, or NULL for many) after each real change. */

typedef enum {
  ATTUNE_SECRETS_OMIT,        /* for files: secrets are left out */
  ATTUNE_SECRETS_PLACEHOLDER, /* for previews: "<W&B API key>" in their place */
} AttuneSecretsPolicy;

AttuneConfiguration *attune_configuration_new            (void) G_GNUC_WARN_UNUSED_RESULT;
AttuneConfiguration *attune_configuration_copy           (AttuneConfiguration  *self) G_GNUC_WARN_UNUSED_RESULT;
/* Accepts the configuration document, and the old `hyperparameters` and flat `genome/train` forms (see attune-migration.h).
 * A wrong JSON type is ATTUNE_ERROR_INVALID with the path; ranges are attune_validation's business. */
AttuneConfiguration *attune_configuration_new_from_json  (JsonNode             *node,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* @name stands in messages for the place that @data came from. */
AttuneConfiguration *attune_configuration_new_from_data  (const char           *data,
                                                          gssize                length,
                                                          const char           *name,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneConfiguration *attune_configuration_new_from_variant (GVariant           *variant,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode            *attune_configuration_to_json        (AttuneConfiguration  *self,
                                                          AttuneSecretsPolicy   secrets) G_GNUC_WARN_UNUSED_RESULT;
/* a{sv}: path → value, and "metadata" → a{sv}; "unknown" → a{sv} holds the members that the table does not know, where there are any.
 * Secrets are left out. Reading also takes the groups nested as in JSON, and any integer type. */
GVariant            *attune_configuration_to_variant     (AttuneConfiguration  *self) G_GNUC_WARN_UNUSED_RESULT;

gboolean             attune_configuration_is_set         (AttuneConfiguration  *self,
                                                          const char           *path);
/* (transfer full) (nullable): NULL while unset. */
GVariant            *attune_configuration_dup_value      (AttuneConfiguration  *self,
                                                          const char           *path);
/* Sinks @value, which has to be of the parameter's type; NULL unsets, and so does an empty text. The words of a set are put in the
 * order of their enumeration, each once. */
void                 attune_configuration_set_value      (AttuneConfiguration  *self,
                                                          const char           *path,
                                                          GVariant             *value);
/* --set PATH=VALUE, also `metadata.NAME=JSON`, where what is no JSON is a text. Nothing behind the equals sign unsets. */
gboolean             attune_configuration_set_from_text  (AttuneConfiguration  *self,
                                                          const char           *assignment,
                                                          GError              **error);
/* The value that is in force: the one set, else the table's default, else 0, FALSE, the first word or NULL. */
gint64               attune_configuration_get_integer    (AttuneConfiguration  *self,
                                                          const char           *path);
double               attune_configuration_get_double     (AttuneConfiguration  *self,
                                                          const char           *path);
int                  attune_configuration_get_enum       (AttuneConfiguration  *self,
                                                          const char           *path);
/* (transfer full) (nullable) */
char                *attune_configuration_dup_text       (AttuneConfiguration  *self,
                                                          const char           *path);
gboolean             attune_configuration_has_feature    (AttuneConfiguration  *self,
                                                          AttuneOptimizationFeature feature);
/* Whether the row's condition holds with the values in force. */
gboolean             attune_configuration_applies        (AttuneConfiguration  *self,
                                                          const AttuneParameter *parameter);

/* metadata: provider-specific overrides. Borrowed until the next change; never NULL. */
JsonObject          *attune_configuration_get_metadata   (AttuneConfiguration  *self);
/* @value NULL removes. (transfer none) */
void                 attune_configuration_set_metadata   (AttuneConfiguration  *self,
                                                          const char           *name,
                                                          JsonNode             *value);

gboolean             attune_configuration_equal          (AttuneConfiguration  *a,
                                                          AttuneConfiguration  *b);
/* Paths whose set values differ; of metadata and unknown members too. (transfer full) */
GStrv                attune_configuration_diff           (AttuneConfiguration  *a,
                                                          AttuneConfiguration  *b) G_GNUC_WARN_UNUSED_RESULT;
/* JSON paths that the table does not know. (transfer full) */
GStrv                attune_configuration_list_unknown   (AttuneConfiguration  *self) G_GNUC_WARN_UNUSED_RESULT;

/* The JSON Schema (draft 2020-12) of the document. (transfer full) */
JsonNode            *attune_configuration_build_schema   (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
