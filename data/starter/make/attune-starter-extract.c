/* attune-starter-extract.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-starter-families.h"

/* Sentences that say several things of a person, a purchase or a journey, and questions about them. */

typedef struct {
  const char *member;   /* in JSON */
  const char *question;
  char       *value;
  gboolean    is_number;
} Fact;

typedef struct {
  char *sentence;
  Fact  facts[4];
  guint n_facts;
} Scene;

static void
scene_clear (Scene *scene)
{
  g_clear_pointer (&scene->sentence, g_free);
  for (guint i = 0; i < scene->n_facts; i++)
    g_clear_pointer (&scene->facts[i].value, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static const char *
add_fact (Scene      *scene,
          const char *member,
          const char *question,
          char       *value,
          gboolean    is_number)
{
  scene->facts[scene->n_facts++] = (Fact) { member, question, value, is_number };
  return value;
}

static char *
pick (AttuneDice *dice,
      const char *list)
{
  return attune_dice_expand (dice, attune_dice_pick (dice, attune_words_get (list)));
}

static void
make_person (AttuneDice *dice,
             Scene      *scene)
{
  const char *name = add_fact (scene, "name", "Who is it?", pick (dice, "name"), FALSE);
  const char *age = add_fact (scene, "age", "How old is the person?", g_strdup_printf ("%u", 18 + attune_dice_below (dice, 60)), TRUE);
  const char *job = add_fact (scene, "job", "What is the person's job?", pick (dice, "job"), FALSE);
  const char *city = add_fact (scene, "city", "Which city is it?", pick (dice, "city"), FALSE);
  g_autofree char *with_article = attune_words_with_article (job);

  switch (attune_dice_below (dice, 4))
    {
    case 0:
      scene->sentence = g_strdup_printf ("%s is %s years old and works as %s in %s.", name, age, with_article, city);
      break;
    case 1:
      scene->sentence = g_strdup_printf ("My name is %s, I am %s, I live in %s and I am %s.", name, age, city, with_article);
      break;
    case 2:
      scene->sentence = g_strdup_printf ("In %s lives %s, %s of %s years.", city, name, with_article, age);
      break;
    default:
      scene->sentence = g_strdup_printf ("%s, %s, comes from %s and is %s.", name, age, city, with_article);
      break;
    }
}

static void
make_purchase (AttuneDice *dice,
               Scene      *scene)
{
  const char *name = add_fact (scene, "customer", "Who bought it?", pick (dice, "name"), FALSE);
  const char *product = add_fact (scene, "product", "What was bought?", pick (dice, "product"), FALSE);
  const char *price = add_fact (scene, "price", "How much was it?", g_strdup_printf ("%u", 5 + attune_dice_below (dice, 195)), TRUE);
  const char *day = add_fact (scene, "day", "On which day?", pick (dice, "day"), FALSE);
  g_autofree char *with_article = attune_words_with_article (product);

  switch (attune_dice_below (dice, 3))
    {
    case 0:
      scene->sentence = g_strdup_printf ("On %s %s bought %s for %s euros.", day, name, with_article, price);
      break;
    case 1:
      scene->sentence = g_strdup_printf ("%s paid %s euros for %s on %s.", name, price, with_article, day);
      break;
    default:
      scene->sentence = g_strdup_printf ("The %s that %s ordered on %s costs %s euros.", product, name, day, price);
      break;
    }
}

static void
make_journey (AttuneDice *dice,
              Scene      *scene)
{
  const char *name = add_fact (scene, "traveller", "Who travels?", pick (dice, "name"), FALSE);
  const char *city = add_fact (scene, "city", "Where does the journey go?", pick (dice, "city"), FALSE);
  const char *month = add_fact (scene, "month", "In which month?", pick (dice, "month"), FALSE);
  const char *days = add_fact (scene, "days", "For how many days?", g_strdup_printf ("%u", 2 + attune_dice_below (dice, 19)), TRUE);

  switch (attune_dice_below (dice, 3))
    {
    case 0:
      scene->sentence = g_strdup_printf ("In %s %s goes to %s for %s days.", month, name, city, days);
      break;
    case 1:
      scene->sentence = g_strdup_printf ("%s flies to %s in %s and stays %s days.", name, city, month, days);
      break;
    default:
      scene->sentence = g_strdup_printf ("For %s days in %s, %s visits %s.", days, month, name, city);
      break;
    }
}

static void
make_scene (AttuneDice *dice,
            Scene      *scene)
{
  static void (* const makers[]) (AttuneDice *, Scene *) = { make_person, make_purchase, make_journey };

  makers[attune_dice_below (dice, G_N_ELEMENTS (makers))] (dice, scene);
}

gboolean
attune_family_extract (AttuneDice *dice,
                       AttuneRow  *row)
{
  g_auto (Scene) scene = { 0 };
  const Fact *fact;
  g_autofree char *question = NULL;

  make_scene (dice, &scene);
  fact = &scene.facts[attune_dice_below (dice, scene.n_facts)];
  if (attune_dice_chance (dice, 60))
    question = g_strdup_printf ("%s %s", scene.sentence, fact->question);
  else if (attune_dice_chance (dice, 50))
    question = g_strdup_printf ("%s \"%s\"", fact->question, scene.sentence);
  else
    question = g_strdup_printf ("Find the %s: %s", fact->member, scene.sentence);

  attune_family_add (row, NULL, question, fact->value);
  return TRUE;
}

gboolean
attune_family_json (AttuneDice *dice,
                    AttuneRow  *row)
{
  g_auto (Scene) scene = { 0 };
  guint first, second;
  g_autofree char *wish = NULL;
  g_autofree char *question = NULL;
  g_autoptr (GString) answer = g_string_new ("{");

  make_scene (dice, &scene);
  first = attune_dice_below (dice, scene.n_facts);
  second = (first + 1 + attune_dice_below (dice, scene.n_facts - 1)) % scene.n_facts;

  for (guint i = 0; i < 2; i++)
    {
      const Fact *fact = &scene.facts[i == 0 ? first : second];

      g_string_append_printf (answer, "%s\"%s\": ", i > 0 ? ", " : "", fact->member);
      g_string_append_printf (answer, fact->is_number ? "%s" : "\"%s\"", fact->value);
    }
  g_string_append_c (answer, '}');

  wish = g_strdup_printf ("Give the %s and the %s as JSON.", scene.facts[first].member, scene.facts[second].member);
  if (row->messages->len == 0 && attune_dice_chance (dice, 50))
    attune_family_add (row, wish, scene.sentence, answer->str);
  else
    {
      question = g_strdup_printf ("%s %s", wish, scene.sentence);
      attune_family_add (row, NULL, question, answer->str);
    }

  return TRUE;
}
