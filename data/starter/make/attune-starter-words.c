/* attune-starter-words.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-starter-words.h"

#include <string.h>

#include "attune-random.h"

#define WORDS(...) ((const char * const[]) { __VA_ARGS__, NULL })

/* This file is a table and is longer than others for that reason. */

const AttuneWordList attune_words_kinds[] = {
  { "fruit", WORDS ("apple", "pear", "plum", "cherry", "grape", "peach", "lemon", "orange", "banana", "melon", "fig", "mango", "kiwi", "apricot") },
  { "vegetable", WORDS ("carrot", "onion", "potato", "leek", "cabbage", "pea", "bean", "spinach", "beetroot", "pumpkin", "celery", "turnip") },
  { "animal", WORDS ("dog", "cat", "horse", "cow", "goat", "sheep", "lion", "tiger", "bear", "fox", "wolf", "rabbit", "mouse", "otter", "deer", "camel") },
  { "bird", WORDS ("robin", "swan", "eagle", "owl", "crow", "duck", "goose", "sparrow", "stork", "parrot", "heron", "swallow") },
  { "fish", WORDS ("trout", "salmon", "carp", "eel", "tuna", "herring", "cod", "pike", "perch", "shark") },
  { "insect", WORDS ("bee", "ant", "wasp", "beetle", "moth", "fly", "cricket", "butterfly", "ladybird", "mosquito") },
  { "tree", WORDS ("oak", "birch", "pine", "maple", "willow", "ash", "elm", "cedar", "beech", "poplar") },
  { "flower", WORDS ("rose", "tulip", "daisy", "lily", "poppy", "violet", "orchid", "sunflower", "crocus", "iris") },
  { "tool", WORDS ("hammer", "saw", "drill", "wrench", "screwdriver", "axe", "shovel", "rake", "chisel", "pliers") },
  { "garment", WORDS ("shirt", "coat", "scarf", "hat", "glove", "sock", "skirt", "jacket", "sweater", "belt", "dress", "boot") },
  { "piece of furniture", WORDS ("table", "chair", "sofa", "desk", "shelf", "wardrobe", "bench", "stool", "cupboard", "armchair") },
  { "vehicle", WORDS ("car", "bus", "train", "bicycle", "truck", "ship", "plane", "tram", "van", "boat", "tractor", "scooter") },
  { "instrument", WORDS ("piano", "guitar", "violin", "flute", "trumpet", "drum", "harp", "cello", "clarinet", "organ") },
  { "drink", WORDS ("water", "tea", "coffee", "milk", "juice", "lemonade", "cocoa", "cider") },
  { "colour", WORDS ("red", "blue", "green", "yellow", "black", "white", "brown", "purple", "pink", "grey") },
  { "country", WORDS ("France", "Spain", "Italy", "Norway", "Poland", "Greece", "Japan", "Brazil", "Canada", "Egypt", "Kenya", "India") },
  { "job", WORDS ("doctor", "teacher", "baker", "farmer", "painter", "pilot", "nurse", "lawyer", "cook", "gardener", "plumber", "writer") },
  { "sport", WORDS ("football", "tennis", "rowing", "swimming", "boxing", "chess", "golf", "skiing", "hockey", "judo") },
  { "device", WORDS ("phone", "laptop", "tablet", "printer", "camera", "keyboard", "monitor", "router", "speaker", "charger") },
};
const guint attune_words_n_kinds = G_N_ELEMENTS (attune_words_kinds);

static const AttuneWordList lists[] = {
  { "name", WORDS ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karin", "Leo", "Maria", "Nora", "Oscar",
                   "Paula", "Quentin", "Rosa", "Simon", "Tara", "Ursula", "Victor", "Wanda", "Yusuf", "Zoe", "Amir", "Bianca", "Carlos", "Dina",
                   "Erik", "Fatima", "Georg", "Helen", "Ivan", "Julia", "Kofi", "Lena", "Marco", "Nina", "Omar") },
  { "family", WORDS ("Adler", "Berger", "Costa", "Duarte", "Evans", "Fischer", "Grant", "Hansen", "Ito", "Jensen", "Keller", "Lopez", "Moreau",
                     "Novak", "Olsen", "Petrov", "Quinn", "Rossi", "Silva", "Turner", "Ueda", "Vogel", "Walker", "Young", "Zeller") },
  { "city", WORDS ("Lisbon", "Oslo", "Vienna", "Prague", "Dublin", "Athens", "Madrid", "Berlin", "Paris", "Rome", "Warsaw", "Helsinki", "London",
                   "Geneva", "Porto", "Hamburg", "Milan", "Krakow", "Bergen", "Cairo", "Tokyo", "Nairobi", "Toronto", "Lima") },
  { "job", WORDS ("doctor", "teacher", "baker", "farmer", "painter", "pilot", "nurse", "lawyer", "cook", "gardener", "plumber", "writer",
                  "driver", "singer", "tailor", "carpenter") },
  { "day", WORDS ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday") },
  { "month", WORDS ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December") },
  { "product", WORDS ("lamp", "kettle", "backpack", "blanket", "desk", "jacket", "toaster", "headphones", "phone case", "charger", "tablet", "camera",
                      "printer", "keyboard", "chair", "bicycle helmet", "coffee machine", "tent", "water bottle", "speaker", "mixer", "router",
                      "monitor", "watch", "pair of boots", "cookbook", "puzzle", "vacuum cleaner", "drill", "raincoat") },
  { "room", WORDS ("kitchen", "bathroom", "garden", "cellar", "attic", "garage", "bedroom", "hall", "balcony") },
  { "food", WORDS ("soup", "bread", "cheese", "pasta", "rice", "cake", "salad", "pie", "stew", "pancakes", "porridge", "dumplings") },
  { "fruit", WORDS ("apple", "pear", "plum", "cherry", "peach", "lemon", "orange", "banana", "melon", "fig") },
  { "animal", WORDS ("dog", "cat", "horse", "cow", "goat", "fox", "rabbit", "mouse", "otter", "deer") },
  { "bird", WORDS ("robin", "swan", "owl", "crow", "duck", "goose", "sparrow", "stork") },
  { "tree", WORDS ("oak", "birch", "pine", "maple", "willow", "elm") },
  { "flower", WORDS ("rose", "tulip", "daisy", "lily", "poppy", "violet") },
  { "instrument", WORDS ("piano", "guitar", "violin", "flute", "trumpet", "drum", "cello") },
  { "sport", WORDS ("football", "tennis", "rowing", "boxing", "golf", "hockey") },
  { "colour", WORDS ("red", "blue", "green", "yellow", "black", "white", "brown", "grey") },
  { "relative", WORDS ("mother", "father", "sister", "brother", "aunt", "uncle", "cousin", "neighbour", "friend", "daughter", "son") },
  { "small", WORDS ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten") },
  { "amount", WORDS ("{1} euros", "{2} euros", "{2} dollars", "{2}.{2} euros", "{2} pounds", "{3} euros") },
  { "when", WORDS ("yesterday", "today", "this morning", "last week", "last night", "on {day}", "in {month}", "two days ago", "an hour ago") },
  { "since", WORDS ("since yesterday", "since {day}", "since the update", "since last week", "since this morning", "for three days", "for an hour") },
  { "adjective", WORDS ("old", "new", "small", "large", "quiet", "bright", "heavy", "light", "narrow", "wide", "warm", "cold", "clean", "broken") },
  { "word", WORDS ("river", "lamp", "garden", "engine", "window", "letter", "bridge", "market", "train", "winter", "apple", "station", "morning",
                   "music", "harbour", "forest", "kitchen", "ticket", "painter", "silver", "button", "candle", "dinner", "farmer", "gate", "hammer",
                   "island", "jacket", "kettle", "ladder", "mirror", "needle", "ocean", "paper", "queen", "rabbit", "summer", "table", "umbrella",
                   "village", "water", "yellow", "zebra", "bread", "cloud", "dream", "earth", "fruit", "grass", "house", "knife", "light", "mouse",
                   "night", "orange", "pencil", "road", "stone", "tower", "uncle", "valley", "wheel", "answer", "bottle", "corner", "desert",
                   "evening", "finger", "glass", "honey", "insect", "jungle", "lemon", "metal", "number", "owner", "planet", "rain", "school",
                   "tree", "voice", "wind", "basket", "castle", "doctor", "field", "gold", "horse", "ice", "key", "lake", "moon", "nest", "oak",
                   "pond", "rose", "sand", "tea", "wall", "zoo", "parcel", "payment", "screen", "invoice", "account", "password", "order", "price",
                   "actor", "basic", "carpet", "danger", "effort", "flight", "guard", "handle", "invite", "jewel", "kindness", "lesson", "method",
                   "normal", "office", "public", "quality", "record", "signal", "technical", "urgent", "vacant", "weather", "young", "shipping",
                   "billing", "sales", "team", "support", "message", "customer", "service", "delivery", "refund", "receipt", "login", "profile",
                   "error", "update", "device", "battery", "cable", "offer", "discount", "product", "question", "problem", "reason", "result",
                   "return", "review", "safety", "season", "secret", "shadow", "shoulder", "simple", "single", "sister", "size", "skill", "smile",
                   "soldier", "space", "speed", "spirit", "spring", "square", "start", "state", "steam", "step", "storm", "story", "stream",
                   "street", "strong", "sugar", "supply", "surface", "system", "tailor", "target", "teacher", "temple", "theory", "thing", "thought",
                   "thunder", "timber", "title", "today", "tomorrow", "tongue", "tooth", "topic", "total", "touch", "travel", "trouble", "trust",
                   "truth", "tunnel", "turn", "twelve", "typical", "under", "union", "unit", "until", "upper", "useful", "usual", "value", "various",
                   "vessel", "victory", "visit", "volume", "walk", "warm", "watch", "welcome", "west", "whisper", "white", "wild", "winner", "wish",
                   "wonder", "wood", "work", "world", "worth", "write", "wrong", "year", "yesterday", "zero", "about", "above", "accept", "across",
                   "action", "active", "address", "advice", "afraid", "after", "again", "agree", "allow", "almost", "alone", "along", "already",
                   "always", "among", "anger", "animal", "another", "appear", "area", "argue", "around", "arrive", "article", "attack", "autumn",
                   "avoid", "balance", "band", "bank", "beauty", "become", "before", "begin", "behind", "believe", "below", "beside", "better",
                   "between", "beyond", "birth", "black", "blind", "block", "blood", "board", "body", "bone", "border", "borrow", "branch", "brave",
                   "break", "breath", "brick", "bright", "bring", "broken", "brother", "brown", "brush", "build", "burn", "business", "busy", "calm",
                   "camera", "camp", "cancel", "card", "care", "carry", "case", "catch", "cause", "centre", "certain", "chain", "chance", "change",
                   "charge", "cheap", "check", "cheese", "child", "choice", "circle", "city", "claim", "class", "clean", "clear", "clever", "climb",
                   "clock", "close", "cloth", "coast", "coffee", "collect", "colour", "comfort", "common", "company", "compare", "complete",
                   "computer", "condition", "connect", "contain", "content", "control", "cook", "copy", "cost", "cotton", "country", "courage",
                   "course", "cover", "create", "credit", "cross", "crowd", "current", "curtain", "cycle", "damage", "dance", "dark", "date",
                   "daughter", "debt", "decide", "deep", "degree", "deliver", "demand", "depend", "describe", "design", "detail", "develop",
                   "direct", "distance", "divide", "double", "doubt", "dress", "drink", "drive", "during", "dust", "duty", "early", "east", "easy",
                   "edge", "education", "effect", "eight", "either", "electric", "empty", "energy", "enough", "enter", "entire", "envelope", "equal",
                   "escape", "event", "every", "exact", "example", "except", "excuse", "exercise", "expect", "expert", "explain", "extra", "fail",
                   "faith", "fall", "false", "family", "famous", "fast", "fault", "favour", "fear", "feed", "female", "fever", "fight", "figure",
                   "final", "find", "fire", "first", "fish", "fix", "flat", "flood", "floor", "flow", "fold", "follow", "food", "foot", "force",
                   "foreign", "forget", "forgive", "form", "forward", "four", "frame", "free", "fresh", "friend", "front", "full", "future",
                   "general", "gentle", "gift", "give", "goal", "good", "govern", "grand", "grateful", "great", "green", "ground", "group", "grow",
                   "guess", "guest", "guide", "habit", "half", "happen", "harvest", "hat", "head", "health", "heart", "heat", "heavy", "height",
                   "help", "hidden", "high", "hill", "history", "hold", "hole", "holiday", "home", "honest", "hope", "hospital", "hotel", "hour",
                   "human", "hundred", "hunger", "hurry", "idea", "image", "important", "improve", "include", "increase", "indeed", "industry",
                   "inform", "inside", "instead", "interest", "iron", "join", "journey", "judge", "juice", "jump", "justice", "keep", "kind", "king",
                   "know", "labour", "language", "large", "last", "late", "laugh", "lead", "leaf", "learn", "leave", "left", "length", "level",
                   "library", "life", "limit", "liquid", "list", "listen", "little", "local", "lonely", "long", "lose", "love", "lucky", "lunch",
                   "machine", "manage", "manner", "many", "mark", "marriage", "master", "match", "matter", "meal", "measure", "meet", "member",
                   "memory", "middle", "milk", "mind", "minute", "miss", "mistake", "mix", "modern", "moment", "money", "month", "moral", "motion",
                   "mountain", "mouth", "move", "narrow", "nation", "natural", "near", "neck", "neighbour", "neither", "never", "newspaper", "next",
                   "noise", "none", "north", "nothing", "notice", "object") },
};

const char * const *
attune_words_get (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      if (g_str_equal (lists[i].name, name))
        return lists[i].words;
    }

  g_error ("There is no list of words with the name “%s”", name);
}

guint
attune_words_count (const char * const *words)
{
  guint n = 0;

  while (words[n] != NULL)
    n++;
  return n;
}

guint
attune_dice_below (AttuneDice *dice,
                   guint       n)
{
  return attune_random_below (&dice->state, n);
}

gboolean
attune_dice_chance (AttuneDice *dice,
                    guint       percent)
{
  return attune_dice_below (dice, 100) < percent;
}

const char *
attune_dice_pick (AttuneDice         *dice,
                  const char * const *words)
{
  return words[attune_dice_below (dice, attune_words_count (words))];
}

char *
attune_dice_fill (AttuneDice         *dice,
                  const char * const *patterns,
                  const char         *first,
                  const char         *second)
{
  const char *pattern = attune_dice_pick (dice, patterns);
  const char *place = strstr (pattern, "%s");
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *word = first; place != NULL && word != NULL; word = word == first ? second : NULL)
    {
      g_string_append_len (text, pattern, place - pattern);
      g_string_append (text, word);
      pattern = place + strlen ("%s");
      place = strstr (pattern, "%s");
    }
  g_string_append (text, pattern);

  return g_string_free_and_steal (g_steal_pointer (&text));
}

char *
attune_words_capitalize (const char *text)
{
  char *copy = g_strdup (text);

  copy[0] = g_ascii_toupper (copy[0]);
  return copy;
}

char *
attune_words_with_article (const char *word)
{
  if (g_str_has_prefix (word, "pair") || strchr ("aeiouAEIOU", word[0]) == NULL)
    return g_strconcat ("a ", word, NULL);
  return g_strconcat ("an ", word, NULL);
}

/* The text of one slot. */
static char *
expand_slot (AttuneDice *dice,
             const char *slot)
{
  g_autofree char *name = g_ascii_strdown (slot, -1);
  g_autofree char *word = NULL;

  if (g_ascii_isdigit (slot[0]))
    {
      GString *digits = g_string_new (NULL);

      for (int i = 0; i < slot[0] - '0'; i++)
        g_string_append_c (digits, (char) ('0' + (i == 0 ? 1 + attune_dice_below (dice, 9) : attune_dice_below (dice, 10))));
      return g_string_free_and_steal (digits);
    }

  if (g_str_has_prefix (name, "a "))
    {
      g_autofree char *bare = attune_dice_expand (dice, attune_dice_pick (dice, attune_words_get (name + 2)));

      word = attune_words_with_article (bare);
    }
  else
    word = attune_dice_expand (dice, attune_dice_pick (dice, attune_words_get (name)));

  return g_ascii_isupper (slot[0]) ? attune_words_capitalize (word) : g_steal_pointer (&word);
}

char *
attune_dice_expand (AttuneDice *dice,
                    const char *text)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      const char *end = *p == '{' ? strchr (p, '}') : NULL;
      g_autofree char *slot = NULL;
      g_autofree char *word = NULL;

      if (end == NULL)
        {
          g_string_append_c (result, *p);
          continue;
        }
      slot = g_strndup (p + 1, end - p - 1);
      word = expand_slot (dice, slot);
      g_string_append (result, word);
      p = end;
    }

  return g_string_free_and_steal (g_steal_pointer (&result));
}
