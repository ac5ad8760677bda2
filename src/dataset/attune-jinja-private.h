/* attune-jinja-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-jinja.h"

G_BEGIN_DECLS

/* The tree of a parsed template. */

/* How deep the running of a template may go. */
#define JINJA_MAX_CALLS 400

typedef struct _JinjaNode JinjaNode;

typedef enum {
  /* expressions */
  NODE_STRING,      /* text */
  NODE_INTEGER,     /* integer */
  NODE_FLOAT,       /* real */
  NODE_TRUE,
  NODE_FALSE,
  NODE_NONE,
  NODE_NAME,        /* text */
  NODE_LIST,        /* list */
  NODE_DICT,        /* list: keys and values in turn */
  NODE_ATTRIBUTE,   /* a, text */
  NODE_ITEM,        /* a, b */
  NODE_SLICE,       /* a, b, c, d; b to d may be NULL */
  NODE_CALL,        /* a, list, names */
  NODE_FILTER,      /* a, text, list, names */
  NODE_TEST,        /* a, text, list */
  NODE_NOT,         /* a */
  NODE_NEGATE,      /* a */
  NODE_AND,         /* a, b */
  NODE_OR,          /* a, b */
  NODE_OPERATION,   /* a, b, operation */
  NODE_COMPARISON,  /* a, b, operation */
  NODE_CONDITION,   /* a if b else c; c may be NULL */
  /* statements */
  NODE_TEXT,        /* text */
  NODE_OUTPUT,      /* a */
  NODE_IF,          /* a, list, other */
  NODE_FOR,         /* names: targets; a: over; b: only if, or NULL; list; other */
  NODE_SET,         /* a: target; b: value, or NULL with list */
  NODE_MACRO,       /* text; names: parameters; defaults, NULL in it for none; list */
  NODE_BLOCK,       /* list: a {% generation %} */
  NODE_BREAK,
  NODE_CONTINUE,
} JinjaNodeKind;

typedef enum {
  OPERATION_ADD,
  OPERATION_SUBTRACT,
  OPERATION_MULTIPLY,
  OPERATION_DIVIDE,
  OPERATION_FLOOR_DIVIDE,
  OPERATION_MODULO,
  OPERATION_JOIN,
  OPERATION_EQUAL,
  OPERATION_UNEQUAL,
  OPERATION_LESS,
  OPERATION_LESS_EQUAL,
  OPERATION_GREATER,
  OPERATION_GREATER_EQUAL,
  OPERATION_IN,
  OPERATION_NOT_IN,
} JinjaOperation;

struct _JinjaNode {
  JinjaNodeKind   kind;
  guint           line;
  guint           height;   /* of the expression below it */
  JinjaOperation  operation;
  char           *text;
  gint64          integer;
  double          real;
  JinjaNode      *a, *b, *c, *d;
  GPtrArray      *list;     /* JinjaNode */
  GPtrArray      *other;    /* JinjaNode */
  GPtrArray      *defaults; /* JinjaNode, also NULL */
  GPtrArray      *names;    /* char *; in a call NULL for an argument without a name */
};

void       jinja_node_free   (JinjaNode   *node);
/* The statements of a template. */
GPtrArray *jinja_parse       (const char  *source,
                              GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Tokens of a template. */

typedef enum {
  TOKEN_TEXT,         /* outside of braces */
  TOKEN_OPEN_OUTPUT,  /* {{ */
  TOKEN_CLOSE_OUTPUT,
  TOKEN_OPEN_BLOCK,   /* {% */
  TOKEN_CLOSE_BLOCK,
  TOKEN_NAME,
  TOKEN_STRING,
  TOKEN_INTEGER,
  TOKEN_FLOAT,
  TOKEN_SIGN,         /* text: one of the operators */
  TOKEN_END,
} JinjaTokenKind;

typedef struct {
  JinjaTokenKind  kind;
  guint           line;
  char           *text;
} JinjaToken;

/* Element-type JinjaToken, ends with TOKEN_END. */
GArray    *jinja_tokenize    (const char  *source,
                              GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Values. They all belong to the context and live until it ends. */

typedef enum {
  VALUE_UNDEFINED, /* name: what was looked for */
  VALUE_NONE,
  VALUE_BOOLEAN,
  VALUE_INTEGER,
  VALUE_FLOAT,
  VALUE_STRING,
  VALUE_LIST,
  VALUE_DICT,      /* also what namespace() makes, and loop */
  VALUE_FUNCTION,  /* name */
  VALUE_MACRO,     /* node */
} JinjaValueKind;

typedef struct _JinjaValue JinjaValue;

struct _JinjaValue {
  JinjaValueKind     kind;
  gboolean           boolean;
  gboolean           is_namespace;
  gint64             integer;
  double             real;
  AttuneMarkedText  *string;
  GPtrArray         *items; /* JinjaValue: of a list, or the values of a dict */
  GPtrArray         *keys;  /* char * */
  char              *name;
  const JinjaNode   *node;
};

typedef struct {
  GPtrArray *values; /* all of them */
  GPtrArray *scopes; /* GHashTable: name → value */
  guint64    work;   /* what may still be done */
  guint      depth;
  gboolean   broken, continued; /* a break or continue on its way to the loop */
  GError    *error;
} JinjaContext;

/* @length: of all messages together; longer ones make more work. */
void        jinja_context_init        (JinjaContext       *context,
                                       guint64             length);
void        jinja_context_clear       (JinjaContext       *context);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (JinjaContext, jinja_context_clear)
/* Sets the error, where none is set yet, and returns an undefined value. */
JinjaValue *jinja_fail                (JinjaContext       *context,
                                       int                 code,
                                       const char         *format,
                                       ...) G_GNUC_PRINTF (3, 4);
/* FALSE, with the error set, where the template has worked too long. */
gboolean    jinja_work                (JinjaContext       *context,
                                       guint64             amount);

JinjaValue *jinja_undefined           (JinjaContext       *context,
                                       const char         *name);
JinjaValue *jinja_none                (JinjaContext       *context);
JinjaValue *jinja_boolean             (JinjaContext       *context,
                                       gboolean            value);
JinjaValue *jinja_integer             (JinjaContext       *context,
                                       gint64              value);
JinjaValue *jinja_float               (JinjaContext       *context,
                                       double              value);
/* Empty, to be filled. */
JinjaValue *jinja_string              (JinjaContext       *context);
JinjaValue *jinja_string_from         (JinjaContext       *context,
                                       const char         *text,
                                       gboolean            foreign);
JinjaValue *jinja_string_part         (JinjaContext       *context,
                                       const JinjaValue   *string,
                                       gsize               start,
                                       gsize               length);
JinjaValue *jinja_list                (JinjaContext       *context);
JinjaValue *jinja_dict                (JinjaContext       *context);
JinjaValue *jinja_function            (JinjaContext       *context,
                                       const char         *name);
void        jinja_dict_set            (JinjaValue         *dict,
                                       const char         *key,
                                       JinjaValue         *value);
/* NULL where there is none. */
JinjaValue *jinja_dict_get            (const JinjaValue   *dict,
                                       const char         *key);

gboolean    jinja_is_true             (const JinjaValue   *value);
gboolean    jinja_equal               (const JinjaValue   *a,
                                       const JinjaValue   *b);
gboolean    jinja_contains            (JinjaContext       *context,
                                       const JinjaValue   *container,
                                       const JinjaValue   *item);
/* As {{ }} writes it. */
void        jinja_append              (const JinjaValue   *value,
                                       AttuneMarkedText   *text);
/* "string", "list"…, for messages. */
const char *jinja_kind_to_word        (const JinjaValue   *value);

/* Variables: the innermost scope first. */
void        jinja_push_scope          (JinjaContext       *context);
void        jinja_pop_scope           (JinjaContext       *context);
void        jinja_set_variable        (JinjaContext       *context,
                                       const char         *name,
                                       JinjaValue         *value);
JinjaValue *jinja_get_variable        (JinjaContext       *context,
                                       const char         *name);

JinjaValue *jinja_evaluate            (JinjaContext       *context,
                                       const JinjaNode    *node);
void        jinja_run                 (JinjaContext       *context,
                                       GPtrArray          *body,
                                       AttuneMarkedText   *output);

/* The words that templates use. @names is NULL for an argument without a name. */
JinjaValue *jinja_apply_filter        (JinjaContext       *context,
                                       const char         *name,
                                       JinjaValue         *value,
                                       GPtrArray          *arguments,
                                       GPtrArray          *names);
gboolean    jinja_apply_test          (JinjaContext       *context,
                                       const char         *name,
                                       JinjaValue         *value,
                                       GPtrArray          *arguments);
JinjaValue *jinja_call_method         (JinjaContext       *context,
                                       JinjaValue         *value,
                                       const char         *name,
                                       GPtrArray          *arguments);
JinjaValue *jinja_call_function       (JinjaContext       *context,
                                       const char         *name,
                                       GPtrArray          *arguments,
                                       GPtrArray          *names);

G_END_DECLS
