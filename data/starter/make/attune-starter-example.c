/* attune-starter-example.c
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

#include "attune-starter-words.h"

/* The example data set: messages to the support of a small shop, and where each has to go. What is wrong is said in sentences written by
 * hand; every fifth of them is kept for validation and never trained on, so that the right-answer rate measures more than memory. */

#define HELD_OUT 5

#define WORDS(...) ((const char * const[]) { __VA_ARGS__, NULL })

static const char system_prompt[] = "Send the support message to the right team and say how urgent it is. Answer as JSON.";

static const AttuneWordList teams[] = {
  { "billing", WORDS (
      "I was charged twice for the {product}.", "The invoice for {month} shows {amount} instead of {amount}.", "My card was charged {amount}, but I bought nothing.",
      "Can I pay the bill in {small} parts?", "The refund of {amount} has not reached my bank.",
      "Please send me the receipt for the {product}.", "Why is there a fee of {amount} on my bill?", "I paid {amount} {when}, and the invoice still says unpaid.",
      "The tax number on the invoice is wrong.", "You took {amount} too much from my card.",
      "My payment did not go through {when}.", "I returned the {product} and want my money back.", "The amount on the receipt is not what I paid.",
      "I need an invoice with the name of our company.", "The bank says that the payment of {amount} was refused.",
      "The monthly fee was taken twice in {month}.", "Can you change the invoice to {amount}?", "I would like to pay by bank transfer and not by card.",
      "There is a mistake of {amount} in the bill.", "When do I get the money for the {product} back?",
      "I did not get a receipt for the payment {when}.", "The credit card was charged in dollars and not in euros.", "The reminder says that I owe {amount}, but I paid.",
      "Please cancel the payment of {amount}.", "Who can explain the {amount} on my card to me?",
      "The discount is missing on the invoice.", "My bank account was charged on {day} and again on {day}.", "The bill for the {product} came to the wrong company.",
      "I want a refund for the {product}.", "The receipt shows the wrong tax.") },
  { "shipping", WORDS (
      "My parcel has not arrived yet.", "The package with the {product} is late.", "The tracking page says that the parcel is in {city}.",
      "The courier left the box at the wrong door.", "The delivery should have come on {day}.",
      "Where is the {product} that I ordered {when}?", "The box was open when it came, and the {product} was gone.", "Can you send the parcel to {city} and not to {city}?",
      "The tracking number does not work.", "I was at home, but the driver did not ring.",
      "You sent me {a product}, but I ordered {a product}.", "The parcel was returned to you.", "How many days does the delivery to {city} take?",
      "My neighbour got the package, but I did not.", "The package has been in {city} {since}.",
      "Only {small} of the boxes were delivered.", "The {product} was broken when the parcel came.", "Please deliver the package after {small}.",
      "The courier says that the address is not complete.", "I have been waiting for the box {since}.",
      "The parcel was delivered to the wrong street.", "When does the van with the {product} come?", "The delivery was moved from {day} to {day}.",
      "I need to change the delivery address.", "The package is lost, says the post in {city}.",
      "The parcel is wet and torn.", "The shipment stopped in {city} {when}.", "Nobody knows where my package is.",
      "Can I pick up the parcel at the post office?", "The driver put the {product} in the rain.") },
  { "technical", WORDS (
      "The app crashes when I open it.", "The screen of the {product} stays black.", "I get error {3} on the website.",
      "The {product} does not turn on.", "The page does not load {since}.",
      "The update broke the search.", "The button to save does nothing.", "The {product} loses the connection every {small} minutes.",
      "The app is very slow {since}.", "The sound of the {product} does not work.",
      "A message says that the file cannot be opened.", "The program stops with an error {since}.", "The battery of the {product} is empty after {small} hours.",
      "The website shows an empty page.", "The app freezes when I search for {a product}.",
      "The printer does not find the network.", "The new version does not start on my laptop.", "The pictures on the page do not load.",
      "My phone restarts when the app is open.", "The software does not install on my computer.",
      "The camera shows only grey.", "The keyboard types the wrong letters {since}.", "The export to a file fails with error {2}.",
      "The display flickers {since}.", "The router restarts by itself.",
      "The app closes by itself {small} times a day.", "The light on the {product} blinks red and it does not work.", "The download stops at {2} percent.",
      "The menu on the website is broken.", "The {product} makes a strange noise and switches off.") },
  { "account", WORDS (
      "I forgot my password.", "I cannot log in {since}.", "My account is locked.",
      "The link to set a new password does not come.", "I want to change my email address.",
      "Please delete my account.", "Somebody else used my account {when}.", "The login code never arrives on my phone.",
      "My user name is wrong and should be {name}.", "I have a new phone number, and the login asks for the old one.",
      "I have two accounts and want only one.", "The confirmation email did not come.", "How do I change my name in the profile?",
      "I was logged out and the password is refused.", "Please unlock the account of {name}.",
      "The login page says that my email is unknown.", "I no longer have the email address of my account.", "Can I give {name} access to my account?",
      "The password is not accepted {since}.", "My profile shows the birthday of somebody else.",
      "I want to sign in with another email address.", "Please close my account at the end of {month}.", "The security code is too old when it comes.",
      "A stranger has changed my password.", "I would like to get all data of my profile.",
      "My account disappeared {when}.", "I want to remove my phone number from the profile.", "{Name} left our company, please take the access away.",
      "The login does not accept my user name.", "I typed the wrong password {small} times and now I am locked out.") },
  { "sales", WORDS (
      "How much is the {colour} {product}?", "Do you have the {product} in {colour}?", "Is there a discount for {small} pieces?",
      "I am looking for {a product} for my {relative}.", "When will the {product} be in stock again?",
      "Can you recommend {a product}?", "I would like an offer for {small} licences.", "Which {product} is the best for beginners?",
      "Do you sell gift cards?", "What is the difference between the two models of the {product}?",
      "Is the {product} cheaper in {month}?", "Does the {product} come with a cable?", "How long is the guarantee for the {product}?",
      "We want to order {2} chairs for our office.", "Will you have a sale in {month}?",
      "Is the {product} made of wood?", "I want to buy {small} of them. What is the price?", "Do you have a shop in {city}?",
      "Which size of the {product} should I buy?", "Can I try the {product} before I buy it?",
      "Is the new {product} better than the old one?", "Do you sell to schools, and at what price?", "I would like to see your catalogue.",
      "Are there {product}s for children?", "Could you make us an offer for {2} pieces of the {product}?",
      "What colours does the {product} come in?", "How heavy is the {product}?", "Do you also sell used things?",
      "I need {a product} that fits into a small {room}.", "When does the new model of the {product} come out?") },
};

static const char * const greetings[] = {
  "Hello,", "Hi,", "Good morning,", "Dear team,", "Hello team,", "Good evening,", "Hey,", "To whom it may concern,", NULL,
};
static const char * const details[] = {
  "My order number is {6}.", "It is about order {5}.", "I am a customer {since}.", "I have written to you before.", "My name is {name} {family}.",
  "I live in {city}.", "I already asked {when}.", "The number is {6}.", "I bought from you in {month}.", NULL,
};
static const char * const urgent[] = {
  "This is urgent.", "Please hurry.", "I need an answer today.", "Please help me right now.", "It cannot wait.", "I need it solved within the hour.",
  "Please answer as soon as possible.", "Our work stands still until this is solved.", "I need this before tonight.", "This is very important and urgent.", NULL,
};
static const char * const relaxed[] = {
  "There is no hurry.", "Answer whenever you have time.", "It is not urgent.", "Take your time.", "It can wait until next week.", NULL,
};
static const char * const endings[] = {
  "Thank you.", "Thanks, {name}", "Best regards, {name} {family}", "Kind regards, {name}", "{name} {family}", "Thanks in advance!", "Regards, {name}", NULL,
};

static void
append (AttuneDice         *dice,
        GString            *text,
        guint               percent,
        const char * const *sentences)
{
  g_autofree char *sentence = NULL;

  if (!attune_dice_chance (dice, percent))
    return;
  sentence = attune_dice_expand (dice, attune_dice_pick (dice, sentences));
  g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", sentence);
}

static char *
make_message (AttuneDice *dice,
              guint       team,
              gboolean    is_urgent,
              gboolean    validation)
{
  const char * const *problems = teams[team].words;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean first = attune_dice_chance (dice, 30);
  g_autofree char *problem = NULL;
  guint i;

  do
    i = attune_dice_below (dice, attune_words_count (problems));
  while ((i % HELD_OUT == HELD_OUT - 1) != validation);
  problem = attune_dice_expand (dice, problems[i]);
  problem[0] = g_ascii_toupper (problem[0]);

  append (dice, text, 40, greetings);
  if (is_urgent && first)
    append (dice, text, 100, urgent);
  append (dice, text, first ? 30 : 0, details);
  g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", problem);
  append (dice, text, first ? 0 : 35, details);
  if (is_urgent && !first)
    append (dice, text, 100, urgent);
  else if (!is_urgent)
    append (dice, text, 30, relaxed);
  append (dice, text, 45, endings);

  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
print_row (const char *message,
           const char *team,
           gboolean    is_urgent)
{
  g_autofree char *answer = g_strdup_printf ("{\"team\": \"%s\", \"urgent\": %s}", team, is_urgent ? "true" : "false");
  const struct { const char *role, *content; } messages[] = {
    { "system", system_prompt }, { "user", message }, { "assistant", answer },
  };
  yyjson_mut_doc *document = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *root = yyjson_mut_obj (document);
  yyjson_mut_val *list = yyjson_mut_obj_add_arr (document, root, "messages");
  char *text;

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      yyjson_mut_val *object = yyjson_mut_arr_add_obj (document, list);

      yyjson_mut_obj_add_str (document, object, "role", messages[i].role);
      yyjson_mut_obj_add_str (document, object, "content", messages[i].content);
    }
  yyjson_mut_doc_set_root (document, root);
  text = yyjson_mut_write (document, YYJSON_WRITE_NOFLAG, NULL);
  puts (text);

  free (text);
  yyjson_mut_doc_free (document);
}

/* attune-starter-example ROWS SEED train|validation: rows as JSON Lines, no two of them the same. */
int
main (int   argc,
      char *argv[])
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  AttuneDice dice = { 0 };
  gboolean validation;
  guint n_rows;

  setlocale (LC_ALL, "C.UTF-8");
  if (argc != 4 || (!g_str_equal (argv[3], "train") && !g_str_equal (argv[3], "validation")))
    {
      g_printerr ("Usage: %s ROWS SEED train|validation\n", argv[0]);
      return 2;
    }
  n_rows = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  dice.state = g_ascii_strtoull (argv[2], NULL, 10);
  validation = g_str_equal (argv[3], "validation");

  for (guint row = 0; row < n_rows;)
    {
      guint team = row % G_N_ELEMENTS (teams);
      gboolean is_urgent = attune_dice_chance (&dice, 40);
      g_autofree char *message = make_message (&dice, team, is_urgent, validation);

      if (g_hash_table_contains (seen, message))
        continue;
      print_row (message, teams[team].name, is_urgent);
      g_hash_table_add (seen, g_steal_pointer (&message));
      row++;
    }

  return fflush (stdout) == 0 ? 0 : 1;
}
