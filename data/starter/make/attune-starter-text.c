/* attune-starter-text.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yyjson.h>

#include "attune-row.h"
#include "attune-starter-families.h"
#include "attune-starter-words.h"

/* Conversations whose last question falls into one of so many parts are never trained on: the held-out loss is measured on them. */
#define HELD_OUT_PARTS 25

static AttuneFamilyFunc
pick_family (AttuneDice *dice)
{
  guint total = 0, place;

  for (guint i = 0; i < attune_n_families; i++)
    total += attune_families[i].weight;
  place = attune_dice_below (dice, total);
  for (guint i = 0;; i++)
    {
      if (place < attune_families[i].weight)
        return attune_families[i].func;
      place -= attune_families[i].weight;
    }
}

static AttuneRow *
make_row (AttuneDice *dice)
{
  static const char * const prompts[] = {
    "You are a helpful assistant. Answer briefly.", "Answer in a few words.", "You are a helpful assistant.", "Be short and clear.", NULL,
  };
  AttuneRow *row = attune_row_new (0);
  guint n_turns = attune_dice_chance (dice, 88) ? 1 : 2 + attune_dice_below (dice, 2);

  /* A kind that brings its own system prompt needs an empty row, so a general one goes only before those that bring none. */
  if (attune_dice_chance (dice, 20))
    attune_row_add_message (row, "system", attune_dice_pick (dice, prompts));
  for (guint i = 0; i < n_turns;)
    i += pick_family (dice) (dice, row);

  return row;
}

static gboolean
is_held_out (const AttuneRow *row)
{
  const AttuneMessage *question = &g_array_index (row->messages, AttuneMessage, row->messages->len - 2);

  return g_str_hash (question->content) % HELD_OUT_PARTS == 0;
}

static void
print_row (const AttuneRow *row)
{
  yyjson_mut_doc *document = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *root = yyjson_mut_obj (document);
  yyjson_mut_val *messages = yyjson_mut_obj_add_arr (document, root, "messages");
  char *text;

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);
      yyjson_mut_val *object = yyjson_mut_arr_add_obj (document, messages);

      yyjson_mut_obj_add_str (document, object, "role", message->role);
      yyjson_mut_obj_add_str (document, object, "content", message->content);
    }
  yyjson_mut_doc_set_root (document, root);
  text = yyjson_mut_write (document, YYJSON_WRITE_NOFLAG, NULL);
  puts (text);

  free (text);
  yyjson_mut_doc_free (document);
}

/* attune-starter-text ROWS SEED train|held-out: conversations as JSON Lines. Equal arguments give equal text on every machine. */
int
main (int   argc,
      char *argv[])
{
  AttuneDice dice = { 0 };
  gboolean held_out;
  guint64 n_rows;

  setlocale (LC_ALL, "C.UTF-8");
  if (argc != 4 || (!g_str_equal (argv[3], "train") && !g_str_equal (argv[3], "held-out")))
    {
      g_printerr ("Usage: %s ROWS SEED train|held-out\n", argv[0]);
      return 2;
    }

  n_rows = g_ascii_strtoull (argv[1], NULL, 10);
  dice.state = g_ascii_strtoull (argv[2], NULL, 10);
  held_out = g_str_equal (argv[3], "held-out");

  while (n_rows > 0)
    {
      g_autoptr (AttuneRow) row = make_row (&dice);

      if (is_held_out (row) != held_out)
        continue;
      print_row (row);
      n_rows--;
    }

  return fflush (stdout) == 0 ? 0 : 1;
}
