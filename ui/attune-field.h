/* attune-field.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-capabilities.h"
#include "attune-configuration.h"

G_BEGIN_DECLS

/* One setting as a form sees it: a row of the parameter table, or a custom parameter that a provider describes, with the limits,
 * words and default that hold at the chosen provider and model. Emits ::changed when these change. */
#define ATTUNE_TYPE_FIELD (attune_field_get_type ())
G_DECLARE_FINAL_TYPE (AttuneField, attune_field, ATTUNE, FIELD, GObject)

AttuneField         *attune_field_new                 (const AttuneParameter *parameter) G_GNUC_WARN_UNUSED_RESULT;
/* @definition: a{sv}, the mission's ParameterDefinition. The value lives in the configuration's metadata under @name. */
AttuneField         *attune_field_new_custom          (const char            *name,
                                                       GVariant              *definition) G_GNUC_WARN_UNUSED_RESULT;

const char          *attune_field_get_path            (AttuneField           *self); /* "schedule.epochs", "metadata.seed" */
AttuneParameterType  attune_field_get_parameter_type  (AttuneField           *self);
AttuneParameterGroup attune_field_get_group           (AttuneField           *self); /* ATTUNE_N_PARAMETER_GROUPS for custom ones */
AttuneParameterFlags attune_field_get_flags           (AttuneField           *self);
const char          *attune_field_get_title           (AttuneField           *self);
const char          *attune_field_get_help            (AttuneField           *self); /* (nullable) */
const char          *attune_field_get_unit            (AttuneField           *self); /* (nullable) */

/* @capabilities: those of the provider with the chosen model's laid over; NULL: only the table's limits. */
void                 attune_field_set_capabilities    (AttuneField           *self,
                                                       AttuneCapabilities    *capabilities);
gboolean             attune_field_is_supported        (AttuneField           *self);
/* Supported, and its condition holds with the values in force. */
gboolean             attune_field_is_visible          (AttuneField           *self,
                                                       AttuneConfiguration   *configuration);
/* FALSE where there are no limits. */
gboolean             attune_field_get_range           (AttuneField           *self,
                                                       double                *minimum,
                                                       double                *maximum);
/* The words that may be chosen here, in the order of the enumeration; of a text, those that the provider lists. (transfer none) */
const char * const  *attune_field_get_words           (AttuneField           *self);
/* (transfer full) */
char                *attune_field_dup_word_title      (AttuneField           *self,
                                                       const char            *word);
/* What choosing the word does; (nullable) */
const char          *attune_field_get_word_help       (AttuneField           *self,
                                                       const char            *word);
/* (transfer full) (nullable) */
GVariant            *attune_field_dup_default         (AttuneField           *self);
const GVariantType  *attune_field_get_variant_type    (AttuneField           *self);

/* What is set; NULL while unset. (transfer full) (nullable) */
GVariant            *attune_field_dup_value           (AttuneField           *self,
                                                       AttuneConfiguration   *configuration);
/* What is in force: the value set, else the default. (transfer full) (nullable) */
GVariant            *attune_field_dup_effective_value (AttuneField           *self,
                                                       AttuneConfiguration   *configuration);
/* Sinks @value; a value that equals the default, or NULL, unsets. */
void                 attune_field_set_value           (AttuneField           *self,
                                                       AttuneConfiguration   *configuration,
                                                       GVariant              *value);
/* Whether a value other than the default is set. */
gboolean             attune_field_is_changed          (AttuneField           *self,
                                                       AttuneConfiguration   *configuration);
/* What a value reads like in a row. (transfer full) */
char                *attune_field_format              (AttuneField           *self,
                                                       GVariant              *value);
/* Reads what a person typed: numbers with a point or a comma. (transfer full); NULL with a message for people. */
GVariant            *attune_field_parse               (AttuneField           *self,
                                                       const char            *text,
                                                       GError               **error);

G_END_DECLS
