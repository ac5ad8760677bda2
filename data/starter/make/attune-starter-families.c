/* attune-starter-families.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-starter-families.h"

#include <stdlib.h>
#include <string.h>

#include "attune-starter-topics.h"

#define WORDS(...) ((const char * const[]) { __VA_ARGS__, NULL })

void
attune_family_add (AttuneRow  *row,
                   const char *system,
                   const char *question,
                   const char *answer)
{
  if (system != NULL && row->messages->len == 0)
    attune_row_add_message (row, "system", system);
  attune_row_add_message (row, "user", question);
  attune_row_add_message (row, "assistant", answer);
}

static gboolean
make_sum (AttuneDice *dice,
          AttuneRow  *row)
{
  static const char * const plus[] = { "What is %s + %s?", "%s + %s = ?", "Add %s and %s.", "How much is %s plus %s?", "%s plus %s?", NULL };
  static const char * const minus[] = { "What is %s - %s?", "%s - %s = ?", "How much is %s minus %s?", "%s minus %s?", NULL };
  static const char * const times[] = { "What is %s x %s?", "%s times %s?", "How much is %s times %s?", "Multiply %s by %s.", NULL };
  static const struct { const char * const *questions; const char *sign; } kinds[] = {
    { plus, "+" }, { minus, "-" }, { times, "x" },
  };
  guint kind = attune_dice_below (dice, 8);
  guint a, b, result;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;

  kind = kind < 4 ? 0 : kind < 6 ? 1 : 2;
  if (kind == 2)
    {
      a = attune_dice_below (dice, 11);
      b = attune_dice_below (dice, 11);
      result = a * b;
    }
  else
    {
      a = attune_dice_below (dice, 31);
      b = attune_dice_below (dice, kind == 0 ? 31 : a + 1);
      result = kind == 0 ? a + b : a - b;
    }

  first = g_strdup_printf ("%u", a);
  second = g_strdup_printf ("%u", b);
  question = attune_dice_fill (dice, kinds[kind].questions, first, second);
  if (attune_dice_chance (dice, 25))
    answer = g_strdup_printf ("%u %s %u = %u", a, kinds[kind].sign, b, result);
  else
    answer = g_strdup_printf ("%u", result);
  /* Which of the two forms is wanted is said, so that there is one right answer. */
  if (strchr (answer, '=') != NULL)
    {
      g_autofree char *longer = g_strconcat (question, " Write the whole sum.", NULL);

      attune_family_add (row, NULL, longer, answer);
    }
  else
    attune_family_add (row, NULL, question, answer);

  return TRUE;
}

static gboolean
make_spelling (AttuneDice *dice,
               AttuneRow  *row)
{
  static const char * const questions[] = {
    "Spell the word %s.", "How do you spell %s?", "Please spell %s.", "Write %s letter by letter.", NULL,
  };
  const char *word = attune_dice_pick (dice, attune_words_get ("word"));
  g_autofree char *question = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);

  if (attune_dice_chance (dice, 25))
    word = attune_dice_pick (dice, attune_words_get ("name"));
  question = attune_dice_fill (dice, questions, word, NULL);
  for (const char *p = word; *p != '\0'; p++)
    g_string_append_printf (answer, "%s%c", p == word ? "" : "-", *p);

  attune_family_add (row, NULL, question, answer->str);
  return TRUE;
}

static int
compare_words (gconstpointer a,
               gconstpointer b)
{
  return g_ascii_strcasecmp (*(const char * const *) a, *(const char * const *) b);
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  return atoi (*(const char * const *) a) - atoi (*(const char * const *) b);
}

static char *
join_words (GPtrArray *words)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (words, i));

  return g_string_free_and_steal (g_steal_pointer (&text));
}

static gboolean
make_sorting (AttuneDice *dice,
              AttuneRow  *row)
{
  static const char * const for_words[] = { "Sort these words: %s", "Put these words in order: %s", "Sort: %s", "Alphabetical order, please: %s", NULL };
  static const char * const for_numbers[] = { "Sort these numbers: %s", "Put these numbers in order: %s", "Sort: %s", "From small to large: %s", NULL };
  gboolean numbers = attune_dice_chance (dice, 50);
  guint n = 3 + attune_dice_below (dice, 2);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *list = NULL;
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;

  while (words->len < n)
    {
      g_autofree char *word = numbers ? g_strdup_printf ("%u", attune_dice_below (dice, 60))
                                      : g_strdup (attune_dice_pick (dice, attune_words_get ("word")));

      if (!g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
        g_ptr_array_add (words, g_steal_pointer (&word));
    }

  list = join_words (words);
  question = attune_dice_fill (dice, numbers ? for_numbers : for_words, list, NULL);
  g_ptr_array_sort (words, numbers ? compare_numbers : compare_words);
  answer = join_words (words);

  attune_family_add (row, NULL, question, answer);
  return TRUE;
}

/* A word that nobody has heard before: what is learnt from it is to look at what was written, and every token gets its turn. */
static char *
make_strange_word (AttuneDice *dice)
{
  static const char * const starts[] = {
    "b", "br", "c", "ch", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r", "s", "sh", "st", "str", "t",
    "th", "tr", "v", "w", "y", "z", "", NULL,
  };
  static const char * const middles[] = { "a", "e", "i", "o", "u", "ai", "ea", "ee", "ie", "oo", "ou", "y", NULL };
  static const char * const ends[] = { "", "n", "r", "l", "s", "t", "ng", "ck", "m", "p", "nd", "st", "rk", "sh", "ll", "x", "d", "b", "g", "ff", NULL };
  g_autoptr (GString) word = g_string_new (NULL);

  for (guint n = 1 + attune_dice_below (dice, 3); n > 0; n--)
    g_string_append_printf (word, "%s%s%s", attune_dice_pick (dice, starts), attune_dice_pick (dice, middles),
                            n == 1 || attune_dice_chance (dice, 40) ? attune_dice_pick (dice, ends) : "");
  if (attune_dice_chance (dice, 15))
    word->str[0] = g_ascii_toupper (word->str[0]);

  return g_string_free_and_steal (g_steal_pointer (&word));
}

static char *
make_any_word (AttuneDice *dice)
{
  if (attune_dice_chance (dice, 45))
    return make_strange_word (dice);
  if (attune_dice_chance (dice, 15))
    return g_strdup_printf ("%u", attune_dice_below (dice, attune_dice_chance (dice, 50) ? 100 : 100000));
  return attune_dice_expand (dice, attune_dice_pick (dice, attune_words_get (attune_dice_chance (dice, 80) ? "word" : "product")));
}

static gboolean
make_copy (AttuneDice *dice,
           AttuneRow  *row)
{
  static const char * const questions[] = { "Repeat: %s", "Say it again: %s", "Copy this: %s", "Write \"%s\".", NULL };
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_autofree char *question = NULL;

  for (guint n = 1 + attune_dice_below (dice, 5); n > 0; n--)
    g_ptr_array_add (words, make_any_word (dice));
  g_ptr_array_add (words, NULL);
  text = g_strjoinv (attune_dice_chance (dice, 30) ? ", " : " ", (char **) words->pdata);

  question = attune_dice_fill (dice, questions, text, NULL);
  attune_family_add (row, NULL, question, text);
  return TRUE;
}

static gboolean
make_pairs (AttuneDice *dice,
            AttuneRow  *row)
{
  char *words[6];
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;
  guint asked = attune_dice_below (dice, 3);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    words[i] = make_any_word (dice);

  switch (attune_dice_below (dice, 4))
    {
    case 0:
      question = g_strdup_printf ("Write as JSON: %s is %s", words[0], words[1]);
      answer = g_strdup_printf ("{\"%s\": \"%s\"}", words[0], words[1]);
      break;
    case 1:
      question = g_strdup_printf ("Write as JSON: %s is %s and %s is %s", words[0], words[1], words[2], words[3]);
      answer = g_strdup_printf ("{\"%s\": \"%s\", \"%s\": \"%s\"}", words[0], words[1], words[2], words[3]);
      break;
    case 2:
      question = g_strdup_printf ("%s is %s, %s is %s, %s is %s. What is %s?", words[0], words[1], words[2], words[3], words[4], words[5],
                                  words[2 * asked]);
      answer = g_strdup (words[2 * asked + 1]);
      break;
    default:
      question = g_strdup_printf ("Write as JSON: %s is %s", words[0], asked == 0 ? "true" : asked == 1 ? "false" : "17");
      answer = g_strdup_printf ("{\"%s\": %s}", words[0], asked == 0 ? "true" : asked == 1 ? "false" : "17");
      break;
    }

  attune_family_add (row, NULL, question, answer);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_free (words[i]);
  return TRUE;
}

/* Sentences as people write them into a form: with a greeting, a second sentence, a name below. */
static char *
wrap_sentence (AttuneDice *dice,
               const char *sentence,
               guint       topic)
{
  static const char * const greetings[] = { "Hello,", "Hi,", "Good morning,", "Dear all,", "Hello {name},", "Hey,", NULL };
  static const char * const endings[] = { "Thanks, {name}", "Best wishes, {name} {family}", "Thank you.", "Bye, {name}", "{name}", "Regards, {name}", NULL };
  g_autoptr (GString) text = g_string_new (NULL);

  if (attune_dice_chance (dice, 35))
    {
      g_autofree char *greeting = attune_dice_expand (dice, attune_dice_pick (dice, greetings));

      g_string_append_printf (text, "%s ", greeting);
    }
  g_string_append (text, sentence);
  if (attune_dice_chance (dice, 35))
    {
      g_autofree char *more = attune_topics_make_sentence (dice, topic);

      g_string_append_printf (text, " %s", more);
    }
  if (attune_dice_chance (dice, 35))
    {
      g_autofree char *ending = attune_dice_expand (dice, attune_dice_pick (dice, endings));

      g_string_append_printf (text, " %s", ending);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

static gboolean
make_topic (AttuneDice *dice,
            AttuneRow  *row)
{
  const AttuneTopicScheme *scheme = &attune_topic_schemes[attune_dice_below (dice, attune_topic_n_schemes)];
  guint topic = attune_dice_below (dice, attune_topics_count);
  g_autofree char *sentence = NULL;
  g_autofree char *wrapped = NULL;
  g_autofree char *answer = NULL;

  if (row->messages->len > 0)
    return FALSE;
  /* The everyday matters of shops and services come more often. */
  if (attune_dice_chance (dice, 40))
    topic = attune_dice_below (dice, 5);
  while (scheme->labels[topic] == NULL)
    topic = attune_dice_below (dice, attune_topics_count);

  sentence = attune_topics_make_sentence (dice, topic);
  wrapped = wrap_sentence (dice, sentence, topic);
  answer = g_strdup_printf ("{\"%s\": \"%s\"}", scheme->key, scheme->labels[topic]);

  attune_family_add (row, scheme->prompt, wrapped, answer);
  return TRUE;
}

static gboolean
make_mood (AttuneDice *dice,
           AttuneRow  *row)
{
  guint mood = attune_dice_below (dice, attune_moods_count);
  guint topic = attune_dice_below (dice, attune_topics_count);
  g_autofree char *feeling = attune_moods_make_sentence (dice, mood);
  g_autofree char *matter = attune_topics_make_sentence (dice, topic);
  g_autofree char *both = g_strdup_printf ("%s %s", matter, feeling);
  g_autofree char *answer = NULL;

  switch (attune_dice_below (dice, 3))
    {
    case 0:
      if (row->messages->len > 0)
        return FALSE;
      answer = g_strdup_printf ("{\"mood\": \"%s\"}", attune_moods_get_name (mood));
      attune_family_add (row, "How does the writer feel? Answer as JSON.", attune_dice_chance (dice, 50) ? feeling : both, answer);
      return TRUE;
    case 1:
      if (row->messages->len > 0)
        return FALSE;
      answer = g_strdup_printf ("{\"topic\": \"%s\", \"mood\": \"%s\"}", attune_topics_get_name (topic), attune_moods_get_name (mood));
      attune_family_add (row, "Name the topic and the mood as JSON.", both, answer);
      return TRUE;
    default:
      {
        g_autofree char *question = g_strdup_printf ("Is the writer happy, sad, angry or calm? \"%s\"", feeling);

        attune_family_add (row, NULL, question, attune_moods_get_name (mood));
        return TRUE;
      }
    }
}

/* Two sentences in either order: what it is about, and whether it has to be quick. */
static gboolean
make_hurry (AttuneDice *dice,
            AttuneRow  *row)
{
  gboolean in_a_hurry = attune_dice_chance (dice, 50);
  gboolean says_so = in_a_hurry || attune_dice_chance (dice, 50);
  guint topic = attune_dice_below (dice, attune_dice_chance (dice, 50) ? 5 : attune_topics_count);
  g_autofree char *matter = attune_topics_make_sentence (dice, topic);
  g_autofree char *hurry = attune_topics_make_hurry (dice, in_a_hurry);
  g_autofree char *both = NULL;
  g_autofree char *wrapped = NULL;
  g_autofree char *answer = NULL;

  if (row->messages->len > 0)
    return FALSE;
  if (!says_so)
    both = g_strdup (matter);
  else if (attune_dice_chance (dice, 40))
    both = g_strdup_printf ("%s %s", hurry, matter);
  else
    both = g_strdup_printf ("%s %s", matter, hurry);
  wrapped = wrap_sentence (dice, both, topic);

  if (attune_dice_chance (dice, 50))
    {
      answer = g_strdup_printf ("{\"hurry\": %s}", in_a_hurry ? "true" : "false");
      attune_family_add (row, "Is the writer in a hurry? Answer as JSON.", wrapped, answer);
    }
  else
    {
      answer = g_strdup_printf ("{\"topic\": \"%s\", \"hurry\": %s}", attune_topics_get_name (topic), in_a_hurry ? "true" : "false");
      attune_family_add (row, "Name the topic, and say whether there is a hurry. Answer as JSON.", wrapped, answer);
    }
  return TRUE;
}

static gboolean
make_plain_topic (AttuneDice *dice,
                  AttuneRow  *row)
{
  static const char * const questions[] = { "What is this about? \"%s\"", "Name the topic: %s", "Which topic is it? %s", NULL };
  guint topic = attune_dice_below (dice, attune_topics_count);
  g_autofree char *sentence = attune_topics_make_sentence (dice, topic);
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;

  question = attune_dice_fill (dice, questions, sentence, NULL);
  answer = g_strdup_printf ("It is about %s.", attune_topics_get_name (topic));

  attune_family_add (row, NULL, question, answer);
  return TRUE;
}

static gboolean
make_choice (AttuneDice *dice,
             AttuneRow  *row)
{
  guint topic = attune_dice_below (dice, attune_topics_count);
  guint other = (topic + 1 + attune_dice_below (dice, attune_topics_count - 1)) % attune_topics_count;
  gboolean swapped = attune_dice_chance (dice, 50);
  g_autofree char *sentence = attune_topics_make_sentence (dice, topic);
  g_autofree char *question = g_strdup_printf ("Is this about %s or about %s? %s", attune_topics_get_name (swapped ? other : topic),
                                               attune_topics_get_name (swapped ? topic : other), sentence);

  attune_family_add (row, NULL, question, attune_topics_get_name (topic));
  return TRUE;
}

const AttuneFamily attune_families[] = {
  { "small sums", 10, make_sum },
  { "spelling", 7, make_spelling },
  { "sorting", 6, make_sorting },
  { "copying", 8, make_copy },
  { "pairs of words", 8, make_pairs },
  { "kinds of things", 8, attune_family_kinds },
  { "short facts", 9, attune_family_facts },
  { "finding a word in a sentence", 8, attune_family_extract },
  { "answers in JSON", 7, attune_family_json },
  { "topics in JSON", 20, make_topic },
  { "hurry", 6, make_hurry },
  { "topics in words", 5, make_plain_topic },
  { "one of two topics", 4, make_choice },
  { "moods", 5, make_mood },
  { "small talk", 4, attune_family_talk },
};
const guint attune_n_families = G_N_ELEMENTS (attune_families);
