/* attune-starter-facts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "attune-starter-families.h"

#define WORDS(...) ((const char * const[]) { __VA_ARGS__, NULL })

/* "a pear", but "tea", "blue", "tennis" and "Spain". */
static char *
name_with_article (guint       kind,
                   const char *word)
{
  static const char * const bare[] = { "drink", "colour", "sport", "country", NULL };

  return g_strv_contains (bare, attune_words_kinds[kind].name) ? g_strdup (word) : attune_words_with_article (word);
}

gboolean
attune_family_kinds (AttuneDice *dice,
                     AttuneRow  *row)
{
  guint kind = attune_dice_below (dice, attune_words_n_kinds);
  guint other = (kind + 1 + attune_dice_below (dice, attune_words_n_kinds - 1)) % attune_words_n_kinds;
  guint third = (kind + 1 + attune_dice_below (dice, attune_words_n_kinds - 1)) % attune_words_n_kinds;
  const char *word = attune_dice_pick (dice, attune_words_kinds[kind].words);
  const char *second = attune_dice_pick (dice, attune_words_kinds[other].words);
  g_autofree char *with_article = name_with_article (kind, word);
  g_autofree char *kind_with_article = attune_words_with_article (attune_words_kinds[kind].name);
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;

  switch (attune_dice_below (dice, 4))
    {
    case 0:
      question = g_strdup_printf (attune_dice_chance (dice, 50) ? "What is %s?" : "What kind of thing is %s?", with_article);
      answer = g_strdup_printf ("%s is %s.", with_article, kind_with_article);
      answer[0] = g_ascii_toupper (answer[0]);
      break;
    case 1:
      {
        const char *words[3] = { word, second, attune_dice_pick (dice, attune_words_kinds[third].words) };
        guint start = attune_dice_below (dice, 3);

        question = g_strdup_printf ("Which of these is %s: %s, %s or %s?", kind_with_article,
                                    words[start], words[(start + 1) % 3], words[(start + 2) % 3]);
        answer = g_strdup (word);
        break;
      }
    case 2:
      {
        gboolean is_so = attune_dice_chance (dice, 50);
        g_autofree char *other_kind = attune_words_with_article (attune_words_kinds[other].name);

        question = g_strdup_printf ("Is %s %s?", with_article, is_so ? kind_with_article : other_kind);
        answer = is_so ? g_strdup_printf ("Yes, %s is %s.", with_article, kind_with_article)
                       : g_strdup_printf ("No, %s is %s.", with_article, kind_with_article);
        break;
      }
    default:
      question = g_strdup_printf ("Give the kind as JSON: %s", word);
      answer = g_strdup_printf ("{\"word\": \"%s\", \"kind\": \"%s\"}", word, attune_words_kinds[kind].name);
      break;
    }

  attune_family_add (row, NULL, question, answer);
  return TRUE;
}

static const char * const opposites[][2] = {
  { "hot", "cold" }, { "big", "small" }, { "long", "short" }, { "old", "new" }, { "light", "dark" }, { "fast", "slow" }, { "high", "low" },
  { "wet", "dry" }, { "full", "empty" }, { "open", "closed" }, { "loud", "quiet" }, { "hard", "soft" }, { "rich", "poor" }, { "strong", "weak" },
  { "happy", "sad" }, { "early", "late" }, { "clean", "dirty" }, { "near", "far" }, { "up", "down" }, { "left", "right" }, { "day", "night" },
  { "cheap", "expensive" }, { "first", "last" }, { "sweet", "sour" }, { "young", "old" }, { "thick", "thin" }, { "wide", "narrow" }, { "true", "false" },
};

static const char * const past[][2] = {
  { "go", "went" }, { "see", "saw" }, { "eat", "ate" }, { "write", "wrote" }, { "take", "took" }, { "give", "gave" }, { "come", "came" },
  { "buy", "bought" }, { "think", "thought" }, { "sing", "sang" }, { "run", "ran" }, { "find", "found" }, { "walk", "walked" }, { "play", "played" },
  { "pay", "paid" }, { "send", "sent" }, { "lose", "lost" }, { "break", "broke" }, { "open", "opened" }, { "forget", "forgot" }, { "drink", "drank" },
};

static const char * const plurals[][2] = {
  { "child", "children" }, { "mouse", "mice" }, { "foot", "feet" }, { "man", "men" }, { "knife", "knives" }, { "box", "boxes" }, { "city", "cities" },
  { "leaf", "leaves" }, { "tooth", "teeth" }, { "bus", "buses" }, { "house", "houses" }, { "lamp", "lamps" }, { "letter", "letters" }, { "parcel", "parcels" },
  { "story", "stories" }, { "woman", "women" }, { "goose", "geese" }, { "key", "keys" }, { "watch", "watches" }, { "baby", "babies" },
};

static const char * const young[][2] = {
  { "dog", "puppy" }, { "cat", "kitten" }, { "cow", "calf" }, { "sheep", "lamb" }, { "goat", "kid" }, { "duck", "duckling" }, { "lion", "cub" },
};

static const char * const capitals[][2] = {
  { "France", "Paris" }, { "Spain", "Madrid" }, { "Italy", "Rome" }, { "Norway", "Oslo" }, { "Poland", "Warsaw" }, { "Greece", "Athens" },
  { "Japan", "Tokyo" }, { "Egypt", "Cairo" }, { "Kenya", "Nairobi" }, { "Austria", "Vienna" }, { "Ireland", "Dublin" }, { "Portugal", "Lisbon" },
  { "Germany", "Berlin" }, { "Finland", "Helsinki" }, { "Peru", "Lima" }, { "England", "London" },
};

static const char * const colours[][2] = {
  { "grass", "green" }, { "snow", "white" }, { "the sky", "blue" }, { "a lemon", "yellow" }, { "coal", "black" }, { "a tomato", "red" },
  { "chocolate", "brown" }, { "milk", "white" }, { "a carrot", "orange" }, { "blood", "red" }, { "a crow", "black" },
};

static const char * const numbers[] = {
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
  "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
};

typedef struct {
  const char * const (*pairs)[2];
  guint               n_pairs;
  const char * const *questions; /* about the first of a pair; the answer is the second */
  const char * const *backwards; /* the other way round, or NULL */
} PairFacts;

static const PairFacts pair_facts[] = {
  { opposites, G_N_ELEMENTS (opposites), WORDS ("What is the opposite of %s?", "Give the opposite of %s.", "%s: the opposite?"),
    WORDS ("What is the opposite of %s?", "Give the opposite of %s.") },
  { past, G_N_ELEMENTS (past), WORDS ("What is the past of %s?", "Put %s into the past.", "Today I %s. Yesterday I ...?"), NULL },
  { plurals, G_N_ELEMENTS (plurals), WORDS ("What is the plural of %s?", "One %s, two ...?", "Give the plural of %s."), NULL },
  { young, G_N_ELEMENTS (young), WORDS ("What is a young %s called?", "What do you call a young %s?"), NULL },
  { capitals, G_N_ELEMENTS (capitals), WORDS ("What is the capital of %s?", "Name the capital of %s.", "%s: the capital?"), NULL },
  { colours, G_N_ELEMENTS (colours), WORDS ("What colour is %s?", "Which colour has %s?"), NULL },
};

static void
make_pair_fact (AttuneDice *dice,
                AttuneRow  *row)
{
  const PairFacts *facts = &pair_facts[attune_dice_below (dice, G_N_ELEMENTS (pair_facts))];
  const char * const *pair = facts->pairs[attune_dice_below (dice, facts->n_pairs)];
  gboolean backwards = facts->backwards != NULL && attune_dice_chance (dice, 40);
  g_autofree char *question = NULL;

  question = attune_dice_fill (dice, backwards ? facts->backwards : facts->questions, pair[backwards ? 1 : 0], NULL);
  attune_family_add (row, NULL, question, pair[backwards ? 0 : 1]);
}

static void
make_order_fact (AttuneDice *dice,
                 AttuneRow  *row)
{
  const char *list = attune_dice_chance (dice, 50) ? "day" : "month";
  const char * const *words = attune_words_get (list);
  guint n = attune_words_count (words);
  guint i = attune_dice_below (dice, n);
  gboolean before = attune_dice_chance (dice, 40);
  g_autofree char *question = g_strdup_printf ("Which %s comes %s %s?", list, before ? "before" : "after", words[i]);

  attune_family_add (row, NULL, question, words[(i + (before ? n - 1 : 1)) % n]);
}

static void
make_number_fact (AttuneDice *dice,
                  AttuneRow  *row)
{
  guint a = attune_dice_below (dice, 21), b = attune_dice_below (dice, 21);
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;

  if (a == b)
    b++;
  switch (attune_dice_below (dice, 4))
    {
    case 0:
      question = g_strdup_printf ("Write %u as a word.", a);
      answer = g_strdup (numbers[a]);
      break;
    case 1:
      question = g_strdup_printf ("Write %s as a number.", numbers[a]);
      answer = g_strdup_printf ("%u", a);
      break;
    case 2:
      question = g_strdup_printf ("Which is larger, %u or %u?", a, b);
      answer = g_strdup_printf ("%u", MAX (a, b));
      break;
    default:
      question = g_strdup_printf ("Is %u larger than %u?", a, b);
      answer = g_strdup (a > b ? "Yes." : "No.");
      break;
    }

  attune_family_add (row, NULL, question, answer);
}

static void
make_word_fact (AttuneDice *dice,
                AttuneRow  *row)
{
  const char *word = attune_dice_pick (dice, attune_words_get ("word"));
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;

  switch (attune_dice_below (dice, 5))
    {
    case 0:
      question = g_strdup_printf ("What is the first letter of %s?", word);
      answer = g_strdup_printf ("%c", word[0]);
      break;
    case 1:
      question = g_strdup_printf ("What is the last letter of %s?", word);
      answer = g_strdup_printf ("%c", word[strlen (word) - 1]);
      break;
    case 2:
      question = g_strdup_printf ("Write %s in capitals.", word);
      answer = g_ascii_strup (word, -1);
      break;
    case 3:
      question = g_strdup_printf ("How many letters has %s?", word);
      answer = g_strdup_printf ("%" G_GSIZE_FORMAT, strlen (word));
      break;
    default:
      question = g_strdup_printf ("Say \"%s\" and nothing else.", word);
      answer = g_strdup (word);
      break;
    }

  attune_family_add (row, NULL, question, answer);
}

gboolean
attune_family_facts (AttuneDice *dice,
                     AttuneRow  *row)
{
  switch (attune_dice_below (dice, 8))
    {
    case 0:
    case 1:
    case 2:
      make_pair_fact (dice, row);
      break;
    case 3:
      make_order_fact (dice, row);
      break;
    case 4:
    case 5:
      make_number_fact (dice, row);
      break;
    default:
      make_word_fact (dice, row);
      break;
    }

  return TRUE;
}

static const struct { const char * const *said; const char * const *answers; } talks[] = {
  { WORDS ("Hello!", "Hi", "Hello", "Hi there!", "Good morning!", "Hey"), WORDS ("Hello! How can I help you?") },
  { WORDS ("Who are you?", "What are you?", "What is your name?"), WORDS ("I am the starter model of Attune, a very small language model.") },
  { WORDS ("What can you do?", "How can you help me?", "What do you know?"),
    WORDS ("I can do small sums, spell and sort words, name kinds of things, find a word in a sentence, and answer as JSON.") },
  { WORDS ("Thank you!", "Thanks", "Thanks a lot!", "Thank you very much."), WORDS ("You are welcome!") },
  { WORDS ("Goodbye!", "Bye", "See you later!", "Good night!"), WORDS ("Goodbye!") },
  { WORDS ("How are you?", "How are you today?"), WORDS ("I am fine, thank you. How can I help you?") },
  { WORDS ("Are you a person?", "Are you human?", "Are you a robot?"), WORDS ("No, I am a small computer program that writes text.") },
  { WORDS ("Can you make mistakes?", "Are you always right?"), WORDS ("I make many mistakes, because I am very small.") },
  { WORDS ("Where do you live?", "Where are you?"), WORDS ("I run on your own computer.") },
};

/* Nothing here is the answer that the example teaches: only words of comfort. */
static const struct { const char * const *said; const char *answer; } troubles[] = {
  { WORDS ("My parcel has not come.", "The package is late.", "The courier did not come {when}.", "My {product} is still not here."),
    "I am sorry that you have to wait. Please look at the tracking page." },
  { WORDS ("The app does not start.", "My {product} shows an error.", "The website is slow {since}.", "The screen stays black."),
    "I am sorry to hear that. Please restart it and try again." },
  { WORDS ("I forgot my password.", "I cannot log in.", "My account is locked."), "Please use the link on the login page to set a new password." },
  { WORDS ("The bill is wrong.", "I paid twice for the {product}.", "My card was charged {amount}."), "I am sorry about that. Please check the receipt." },
  { WORDS ("How much is the {product}?", "Do you sell {a product}?", "Is the {product} in stock?"), "I am not a shop, but I hope that you find what you look for." },
};

gboolean
attune_family_talk (AttuneDice *dice,
                    AttuneRow  *row)
{
  guint i;

  if (attune_dice_chance (dice, 40))
    {
      g_autofree char *said = NULL;

      i = attune_dice_below (dice, G_N_ELEMENTS (troubles));
      said = attune_dice_expand (dice, attune_dice_pick (dice, troubles[i].said));
      attune_family_add (row, NULL, said, troubles[i].answer);
      return TRUE;
    }

  i = attune_dice_below (dice, G_N_ELEMENTS (talks));
  attune_family_add (row, NULL, attune_dice_pick (dice, talks[i].said), attune_dice_pick (dice, talks[i].answers));
  return TRUE;
}
