/* attune-bpe.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-bpe.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* Ids above this are not believed: they would only make a damaged file allocate without end. */
#define MAX_ID 8388607

/* Most words are short; below this many symbols looking at every pair each time is faster than keeping a heap. */
#define SHORT_PIECE 32

#define CACHE_SLOTS 16384
#define CACHE_KEY 27
#define CACHE_IDS 8

typedef struct {
  guint64 pair; /* left id in the upper half; G_MAXUINT64 in an empty slot */
  guint32 rank;
  gint32  id;
} Merge;

typedef struct {
  guint8 length;
  guint8 n_ids;
  char   key[CACHE_KEY];
  gint32 ids[CACHE_IDS];
} CacheSlot;

typedef struct {
  gint32  id;
  guint32 previous, next; /* G_MAXUINT32 at the ends; a symbol that was merged away has id -1 */
} Symbol;

typedef struct {
  guint32 rank;
  guint32 position;
  gint32  id;
} Candidate;

struct _AttuneBpe {
  GPtrArray  *tokens; /* spelling by id, NULL in gaps */
  GHashTable *ids;    /* spelling, borrowed → id + 1 */
  Merge      *merges;
  gsize       merge_mask;
  gint32      byte_ids[256]; /* -1 where the vocabulary has no token for a byte */
  gint32      unknown;       /* -1: unknown bytes vanish, as they do in the format's own implementation */
  gboolean    fuse_unknown;
  gboolean    ignore_merges;
  GMutex     *cache_lock;
  CacheSlot  *cache;
};

/* The format writes each byte as a character that can be seen: printable Latin-1 stands for itself, the other bytes
 * follow each other from U+0100 on. */
static gunichar
character_of_byte (guint byte)
{
  guint hidden = 0;

  if ((byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae)
    return byte;

  if (byte <= 0x20)
    hidden = byte;
  else if (byte <= 0xa0)
    hidden = 0x21 + (byte - 0x7f);
  else
    hidden = 0x21 + 0x22; /* the soft hyphen */

  return 0x100 + hidden;
}

static int
byte_of_character (gunichar character)
{
  if (character < 0x100)
    return character_of_byte (character) == character ? (int) character : -1;
  if (character <= 0x120)
    return character - 0x100;
  if (character <= 0x142)
    return 0x7f + (character - 0x121);
  if (character == 0x143)
    return 0xad;
  return -1;
}

static guint64
mix (guint64 value)
{
  value ^= value >> 32;
  value *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  value ^= value >> 29;
  return value;
}

static guint64
hash_bytes (const char *bytes,
            gsize       length)
{
  guint64 hash = length;

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);

  return mix (hash);
}

static const Merge *
find_merge (const AttuneBpe *self,
            gint32           left,
            gint32           right)
{
  guint64 pair = ((guint64) (guint32) left << 32) | (guint32) right;

  for (gsize slot = mix (pair) & self->merge_mask;; slot = (slot + 1) & self->merge_mask)
    {
      if (self->merges[slot].pair == pair)
        return &self->merges[slot];
      if (self->merges[slot].pair == G_MAXUINT64)
        return NULL;
    }
}

static void
set_merge (AttuneBpe *self,
           gint32     left,
           gint32     right,
           guint32    rank,
           gint32     id)
{
  guint64 pair = ((guint64) (guint32) left << 32) | (guint32) right;
  gsize slot = mix (pair) & self->merge_mask;

  while (self->merges[slot].pair != G_MAXUINT64 && self->merges[slot].pair != pair)
    slot = (slot + 1) & self->merge_mask;

  self->merges[slot] = (Merge) { pair, rank, id };
}

static gboolean
parse_vocabulary (AttuneBpe   *self,
                  yyjson_val  *vocabulary,
                  const char  *name,
                  GError     **error)
{
  yyjson_obj_iter iter = yyjson_obj_iter_with (vocabulary);
  yyjson_val *key;

  while ((key = yyjson_obj_iter_next (&iter)) != NULL)
    {
      yyjson_val *value = yyjson_obj_iter_get_val (key);
      const char *token = yyjson_get_str (key);
      guint64 id;

      if (!yyjson_is_uint (value) || yyjson_get_uint (value) > MAX_ID)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                       _("“%s” is damaged: the number of the token “%s” is not one"), name, token);
          return FALSE;
        }

      id = yyjson_get_uint (value);
      if (id >= self->tokens->len)
        g_ptr_array_set_size (self->tokens, id + 1);
      if (g_ptr_array_index (self->tokens, id) != NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                       _("“%s” is damaged: two tokens have the number %" G_GUINT64_FORMAT), name, id);
          return FALSE;
        }

      g_ptr_array_index (self->tokens, id) = g_strdup (token);
      g_hash_table_insert (self->ids, g_ptr_array_index (self->tokens, id), GINT_TO_POINTER ((int) id + 1));
    }

  return TRUE;
}

static gboolean
parse_merge (AttuneBpe   *self,
             yyjson_val  *merge,
             guint32      rank,
             const char  *name,
             GError     **error)
{
  g_autofree char *left = NULL;
  g_autofree char *joined = NULL;
  const char *right = NULL;
  gint32 left_id, right_id, id;

  if (yyjson_is_str (merge))
    {
      const char *text = yyjson_get_str (merge);
      const char *space = strchr (text, ' ');

      if (space != NULL && strchr (space + 1, ' ') == NULL)
        {
          left = g_strndup (text, space - text);
          right = space + 1;
        }
    }
  else if (yyjson_is_arr (merge) && yyjson_arr_size (merge) == 2 &&
           yyjson_is_str (yyjson_arr_get (merge, 0)) && yyjson_is_str (yyjson_arr_get (merge, 1)))
    {
      left = g_strdup (yyjson_get_str (yyjson_arr_get (merge, 0)));
      right = yyjson_get_str (yyjson_arr_get (merge, 1));
    }

  if (left == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is damaged: merge %u is not a pair of tokens"), name, rank + 1);
      return FALSE;
    }

  joined = g_strconcat (left, right, NULL);
  left_id = attune_bpe_lookup (self, left);
  right_id = attune_bpe_lookup (self, right);
  id = attune_bpe_lookup (self, joined);
  if (left_id < 0 || right_id < 0 || id < 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is damaged: merge %u (“%s” and “%s”) makes a token that is not in the vocabulary"),
                   name, rank + 1, left, right);
      return FALSE;
    }

  set_merge (self, left_id, right_id, rank, id);
  return TRUE;
}

static gboolean
parse_merges (AttuneBpe   *self,
              yyjson_val  *merges,
              const char  *name,
              GError     **error)
{
  gsize n_slots = 16;
  yyjson_val *merge;
  yyjson_arr_iter iter;
  guint32 rank = 0;

  while (n_slots < yyjson_arr_size (merges) * 2)
    n_slots *= 2;
  self->merges = g_new (Merge, n_slots);
  self->merge_mask = n_slots - 1;
  for (gsize i = 0; i < n_slots; i++)
    self->merges[i].pair = G_MAXUINT64;

  iter = yyjson_arr_iter_with (merges);
  while ((merge = yyjson_arr_iter_next (&iter)) != NULL)
    {
      if (!parse_merge (self, merge, rank++, name, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
refuse (const char  *name,
        const char  *part,
        GError     **error)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The tokenizer “%s” has %s, which is not supported; only byte-level BPE tokenizers are"), name, part);
  return FALSE;
}

static gboolean
check_options (yyjson_val  *model,
               const char  *name,
               GError     **error)
{
  static const char * const affixes[] = { "continuing_subword_prefix", "end_of_word_suffix" };
  yyjson_val *type = yyjson_obj_get (model, "type");
  yyjson_val *dropout = yyjson_obj_get (model, "dropout");

  /* Old files leave the type out; merges make it BPE. */
  if (type != NULL && !yyjson_equals_str (type, "BPE"))
    {
      g_autofree char *part = g_strdup_printf (_("a model of the type “%s”"),
                                               yyjson_is_str (type) ? yyjson_get_str (type) : "?");
      return refuse (name, part, error);
    }

  if (!yyjson_is_obj (yyjson_obj_get (model, "vocab")) || !yyjson_is_arr (yyjson_obj_get (model, "merges")))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is damaged: the model has no vocabulary or no merges"), name);
      return FALSE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (affixes); i++)
    {
      yyjson_val *affix = yyjson_obj_get (model, affixes[i]);

      if (yyjson_is_str (affix) && yyjson_get_len (affix) > 0)
        return refuse (name, affixes[i], error);
    }

  if (yyjson_is_num (dropout) && yyjson_get_num (dropout) > 0)
    return refuse (name, _("random merges (“dropout”)"), error);

  return TRUE;
}

AttuneBpe *
attune_bpe_parse (yyjson_val  *model,
                  const char  *name,
                  GError     **error)
{
  g_autoptr (AttuneBpe) self = NULL;
  yyjson_val *unknown;
  gboolean complete = TRUE;

  g_return_val_if_fail (name != NULL, NULL);

  if (!yyjson_is_obj (model))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("“%s” is damaged: it has no “model”"), name);
      return NULL;
    }
  if (!check_options (model, name, error))
    return NULL;

  self = g_new0 (AttuneBpe, 1);
  self->tokens = g_ptr_array_new_with_free_func (g_free);
  self->ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->unknown = -1;
  self->cache_lock = g_new0 (GMutex, 1);
  g_mutex_init (self->cache_lock);
  self->cache = g_new0 (CacheSlot, CACHE_SLOTS);

  if (!parse_vocabulary (self, yyjson_obj_get (model, "vocab"), name, error) ||
      !parse_merges (self, yyjson_obj_get (model, "merges"), name, error))
    return NULL;

  self->ignore_merges = yyjson_is_true (yyjson_obj_get (model, "ignore_merges"));
  self->fuse_unknown = yyjson_is_true (yyjson_obj_get (model, "fuse_unk"));

  unknown = yyjson_obj_get (model, "unk_token");
  if (yyjson_is_str (unknown))
    self->unknown = attune_bpe_lookup (self, yyjson_get_str (unknown));

  for (guint byte = 0; byte < 256; byte++)
    {
      char spelling[8] = { 0 };

      g_unichar_to_utf8 (character_of_byte (byte), spelling);
      self->byte_ids[byte] = attune_bpe_lookup (self, spelling);
      complete = complete && self->byte_ids[byte] >= 0;
    }

  /* With a token for every byte nothing is ever unknown, and the option has no effect. */
  if (!complete && yyjson_is_true (yyjson_obj_get (model, "byte_fallback")))
    {
      refuse (name, "byte_fallback", error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
attune_bpe_free (AttuneBpe *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  g_clear_pointer (&self->merges, g_free);
  g_clear_pointer (&self->cache, g_free);
  g_mutex_clear (self->cache_lock);
  g_clear_pointer (&self->cache_lock, g_free);
  g_free (self);
}

guint
attune_bpe_get_n_tokens (const AttuneBpe *self)
{
  return self->tokens->len;
}

gint32
attune_bpe_lookup (const AttuneBpe *self,
                   const char      *token)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->ids, token)) - 1;
}

const char *
attune_bpe_get_token (const AttuneBpe *self,
                      gint32           id)
{
  if (id < 0 || (guint) id >= self->tokens->len)
    return NULL;
  return g_ptr_array_index (self->tokens, id);
}

void
attune_bpe_append_bytes (const char *token,
                         GString    *bytes)
{
  gsize before = bytes->len;

  for (const char *p = token; *p != '\0'; p = g_utf8_next_char (p))
    {
      int byte = byte_of_character (g_utf8_get_char (p));

      if (byte < 0)
        {
          g_string_truncate (bytes, before);
          g_string_append (bytes, token);
          return;
        }
      g_string_append_c (bytes, (char) byte);
    }
}

/* Pairs of few symbols: the best one is looked for afresh after each merge. */
static void
merge_short (const AttuneBpe *self,
             gint32          *symbols,
             guint            n_symbols,
             GArray          *ids)
{
  const Merge *merges[SHORT_PIECE];

  for (guint i = 0; i + 1 < n_symbols; i++)
    merges[i] = find_merge (self, symbols[i], symbols[i + 1]);

  while (n_symbols > 1)
    {
      guint best = G_MAXUINT;

      for (guint i = 0; i + 1 < n_symbols; i++)
        {
          if (merges[i] != NULL && (best == G_MAXUINT || merges[i]->rank < merges[best]->rank))
            best = i;
        }
      if (best == G_MAXUINT)
        break;

      symbols[best] = merges[best]->id;
      n_symbols--;
      memmove (symbols + best + 1, symbols + best + 2, (n_symbols - best - 1) * sizeof *symbols);
      memmove (merges + best, merges + best + 1, (n_symbols - best - 1) * sizeof *merges);
      if (best > 0)
        merges[best - 1] = find_merge (self, symbols[best - 1], symbols[best]);
      if (best + 1 < n_symbols)
        merges[best] = find_merge (self, symbols[best], symbols[best + 1]);
    }

  g_array_append_vals (ids, symbols, n_symbols);
}

static gboolean
candidate_before (const Candidate *a,
                  const Candidate *b)
{
  return a->rank < b->rank || (a->rank == b->rank && a->position < b->position);
}

static void
push_candidate (const AttuneBpe *self,
                GArray          *heap,
                const Symbol    *symbols,
                guint32          left)
{
  guint32 right = symbols[left].next;
  const Merge *merge;
  Candidate candidate;
  guint child;

  if (right == G_MAXUINT32)
    return;
  merge = find_merge (self, symbols[left].id, symbols[right].id);
  if (merge == NULL)
    return;

  candidate = (Candidate) { merge->rank, left, merge->id };
  g_array_set_size (heap, heap->len + 1);
  child = heap->len - 1;
  while (child > 0)
    {
      guint parent = (child - 1) / 2;

      if (!candidate_before (&candidate, &g_array_index (heap, Candidate, parent)))
        break;
      g_array_index (heap, Candidate, child) = g_array_index (heap, Candidate, parent);
      child = parent;
    }
  g_array_index (heap, Candidate, child) = candidate;
}

static Candidate
pop_candidate (GArray *heap)
{
  Candidate top = g_array_index (heap, Candidate, 0);
  Candidate last = g_array_index (heap, Candidate, heap->len - 1);
  guint parent = 0;

  g_array_set_size (heap, heap->len - 1);
  if (heap->len == 0)
    return top;

  for (;;)
    {
      guint child = 2 * parent + 1;

      if (child >= heap->len)
        break;
      if (child + 1 < heap->len &&
          candidate_before (&g_array_index (heap, Candidate, child + 1), &g_array_index (heap, Candidate, child)))
        child++;
      if (!candidate_before (&g_array_index (heap, Candidate, child), &last))
        break;
      g_array_index (heap, Candidate, parent) = g_array_index (heap, Candidate, child);
      parent = child;
    }
  g_array_index (heap, Candidate, parent) = last;

  return top;
}

/* A linked list and a heap of candidates keep a word of a megabyte at n log n. */
static void
merge_long (const AttuneBpe *self,
            const gint32    *start,
            guint32          n_symbols,
            GArray          *ids)
{
  g_autofree Symbol *symbols = g_new (Symbol, n_symbols);
  g_autoptr (GArray) heap = g_array_sized_new (FALSE, FALSE, sizeof (Candidate), n_symbols);

  for (guint32 i = 0; i < n_symbols; i++)
    {
      symbols[i].id = start[i];
      symbols[i].previous = i == 0 ? G_MAXUINT32 : i - 1;
      symbols[i].next = i + 1 == n_symbols ? G_MAXUINT32 : i + 1;
    }
  for (guint32 i = 0; i < n_symbols; i++)
    push_candidate (self, heap, symbols, i);

  while (heap->len > 0)
    {
      Candidate best = pop_candidate (heap);
      Symbol *left = &symbols[best.position];
      const Merge *merge;
      Symbol *right;

      /* The pair may have changed since it was put into the heap. */
      if (left->id < 0 || left->next == G_MAXUINT32)
        continue;
      right = &symbols[left->next];
      merge = find_merge (self, left->id, right->id);
      if (merge == NULL || merge->id != best.id || merge->rank != best.rank)
        continue;

      left->id = best.id;
      left->next = right->next;
      right->id = -1;
      if (left->next != G_MAXUINT32)
        symbols[left->next].previous = best.position;
      if (left->previous != G_MAXUINT32)
        push_candidate (self, heap, symbols, left->previous);
      push_candidate (self, heap, symbols, best.position);
    }

  for (guint32 i = 0; i != G_MAXUINT32; i = symbols[i].next)
    g_array_append_val (ids, symbols[i].id);
}

static gint32
lookup_bytes (const AttuneBpe *self,
              const char      *bytes,
              gsize            length)
{
  g_autoptr (GString) spelling = g_string_sized_new (length * 2 + 1);

  for (gsize i = 0; i < length; i++)
    g_string_append_unichar (spelling, character_of_byte ((guint8) bytes[i]));

  return attune_bpe_lookup (self, spelling->str);
}

static void
encode_piece (const AttuneBpe *self,
              const char      *bytes,
              gsize            length,
              GArray          *ids)
{
  gint32 few[SHORT_PIECE];
  g_autofree gint32 *many = NULL;
  gint32 *symbols = few;
  guint32 n_symbols = 0;

  if (self->ignore_merges)
    {
      gint32 id = lookup_bytes (self, bytes, length);

      if (id >= 0)
        {
          g_array_append_val (ids, id);
          return;
        }
    }

  if (length > SHORT_PIECE)
    symbols = many = g_new (gint32, length);
  for (gsize i = 0; i < length; i++)
    {
      gint32 id = self->byte_ids[(guint8) bytes[i]];

      if (id < 0)
        id = self->unknown;
      if (id < 0)
        continue;
      if (self->fuse_unknown && id == self->unknown && n_symbols > 0 && symbols[n_symbols - 1] == id)
        continue;
      symbols[n_symbols++] = id;
    }
  if (n_symbols == 0)
    return;

  if (n_symbols <= SHORT_PIECE)
    merge_short (self, symbols, n_symbols, ids);
  else
    merge_long (self, symbols, n_symbols, ids);
}

void
attune_bpe_encode (const AttuneBpe *self,
                   const char      *bytes,
                   gsize            length,
                   gboolean         use_cache,
                   GArray          *ids)
{
  CacheSlot *slot;
  guint before = ids->len;

  if (length == 0)
    return;
  if (!use_cache || length > CACHE_KEY)
    {
      encode_piece (self, bytes, length, ids);
      return;
    }

  slot = &self->cache[hash_bytes (bytes, length) % CACHE_SLOTS];
  if (slot->length == length && memcmp (slot->key, bytes, length) == 0)
    {
      g_array_append_vals (ids, slot->ids, slot->n_ids);
      return;
    }

  encode_piece (self, bytes, length, ids);
  if (ids->len - before <= CACHE_IDS)
    {
      slot->length = (guint8) length;
      slot->n_ids = (guint8) (ids->len - before);
      memcpy (slot->key, bytes, length);
      memcpy (slot->ids, &g_array_index (ids, gint32, before), slot->n_ids * sizeof (gint32));
    }
}

gboolean
attune_bpe_try_lock (const AttuneBpe *self)
{
  return g_mutex_trylock (self->cache_lock);
}

void
attune_bpe_unlock (const AttuneBpe *self)
{
  g_mutex_unlock (self->cache_lock);
}
