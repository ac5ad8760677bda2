/* attune-starter-topics.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-starter-topics.h"

#define WORDS(...) ((const char * const[]) { __VA_ARGS__, NULL })

static const AttuneWordList topics[] = {
  { "money", WORDS (
      "{Name} paid {amount} for {a product} {when}.", "The bank took {amount} from my account {when}.", "I paid the bill for {month} {when}.",
      "The invoice says {amount}, and I think it is too much.", "My card was charged {amount} {when}.", "We saved {amount} in {month}.",
      "{Name} still owes me {amount}.", "The shop gave me {amount} back.", "The receipt for {a product} is missing.", "Can I pay in {small} parts?",
      "The payment of {amount} did not go through.", "They charged me for {small} things and I bought one.", "The rent went up by {amount}.",
      "My salary comes on {day}.", "The tax on the invoice is wrong.", "I got the money back {when}.", "Please send the receipt to {name}.",
      "The credit card has a limit of {amount}.", "The bank charged a fee of {amount}.", "How much did the refund come to?",
      "The monthly fee was taken {when}.", "{Name} counted the coins {when}.", "I would like my money back.", "The amount on the bill is {amount}.", "The bank transfer to {name} takes {small} days.", "I never agreed to pay {amount} each month.",
      "The shop charged my card in the wrong currency.", "{Name} asks for the money back.", "We pay by bank transfer.", "The tax office wants the receipts from {month}.",
      "A reminder about an unpaid bill came {when}.", "The discount was not taken off the bill.", "The company needs an invoice with its address.",
      "My bank refused the payment {when}.", "The total is {amount} with tax.", "{Name} cancelled the payment.", "The price on the receipt is {amount} higher than agreed.",
      "I sent the money {when}, but it is not booked.", "They want {amount} in advance.", "The subscription costs {amount} a month.", "Who paid for the {product}?",
      "The cash machine kept my card.") },
  { "post", WORDS (
      "The parcel from {city} came {when}.", "{Name} sent a letter to {city} {when}.", "The postman rang {when}.", "My package has not arrived yet.",
      "The courier left the box at the wrong door.", "The delivery to {city} takes {small} days.", "The parcel with the {product} was opened on the way.",
      "The tracking page says that the box is in {city}.", "{Name} posted the card in {month}.", "Our address has changed.", "The box was wet when it came.",
      "The stamp costs {amount}.", "I am still waiting for the package with {a product}.", "The letter was returned to {city}.",
      "The driver could not find our house.", "They shipped the wrong {product} {when}.", "The parcel was delivered to {name} next door.",
      "The van with the parcels comes on {day}.", "The package was lost between {city} and {city}.", "The delivery came {small} days late.",
      "When will the box get here?", "The tracking number has {small} digits.", "The postman left a note at the door.", "Our box went to the neighbour.", "The goods were damaged on the way.",
      "Please bring the parcel to the back door.", "The driver did not wait for {name}.", "The shipment from {city} has stopped.", "{Name} waits for the courier {since}.",
      "The package was left in the rain.", "One of the {small} boxes is missing.", "The post office closes at {small}.", "They sent it to an old address.",
      "The {product} was packed badly and broke on the way.", "The delivery man never rings the bell.", "It was shipped on {day} and is still on the road.",
      "The street on the label is wrong.", "{Name} picked up the parcel at the post office.", "The delivery date was changed again.") },
  { "computers", WORDS (
      "The screen of the laptop stays black.", "The program stopped with an error {when}.", "{Name} installed the update {when}.",
      "The printer does not print.", "My phone restarts every {small} minutes.", "The app is slow {since}.", "The battery of the {product} is empty.",
      "The website shows an error page.", "{Name} wrote a program in {month}.", "The router lost the connection {when}.", "The file cannot be opened.",
      "The computer freezes when I open the app.", "The button on the page does nothing.", "The update broke the camera.", "The sound does not work {since}.",
      "The tablet does not turn on.", "The app crashed {small} times {when}.", "The keyboard types the wrong letters.", "The search does not find anything.",
      "A message says error {3}.", "The software runs on {small} computers.", "Why does the screen flicker?", "The camera of the tablet shows nothing.", "The download stopped in the middle.", "The {product} makes a strange noise.",
      "An error comes up when {name} saves the file.", "The menu is empty after the update.", "The internet connection drops every hour.", "The machine switches itself off.",
      "The new version has a bug.", "A red light blinks on the router.", "The installation fails at the end.", "The pictures do not show on the page.",
      "The mouse does not move.", "The charger does not charge the phone.", "The program closes without a word.", "{Name} restarts the computer {small} times a day.",
      "The network cannot be found.", "The display is too dark.", "Nothing happens when I press the button.", "The site is down {since}.") },
  { "access", WORDS (
      "{Name} forgot the password.", "I cannot log in {since}.", "The login page says that the code is wrong.", "My account is locked.",
      "The key to the {room} is lost.", "Somebody else used my account {when}.", "I want to change my email address.", "The door code is {4}.",
      "{Name} has a new user name.", "The link to set a new password does not come.", "Please delete my account.", "My profile shows the wrong name.",
      "The code on my phone is too old.", "I want to sign in with a different address.", "{Name} needs access to the files.", "The password must have {small} letters.",
      "I was logged out {when}.", "The account of {name} was closed {when}.", "How do I change my user name?", "The confirmation email never came.", "The system does not know my user name.", "{Name} was locked out after {small} tries.", "The phone number for the code is an old one.",
      "Please take {name} off the list of users.", "I registered twice by mistake.", "A stranger knows my password.", "My birthday is wrong in the profile.",
      "The sign-in asks for a code that I do not get.", "I want to close my account.", "The old email address no longer exists.", "{Name} wants to see what is stored about them.",
      "The password was refused {when}.", "The badge does not open the door.", "How can I unlock my account?", "Please change the name in my profile to {name}.",
      "The new colleague needs a login.", "My access ended {when}.") },
  { "shopping", WORDS (
      "How much is the {colour} {product}?", "Do you have the {product} in {colour}?", "{Name} bought {a product} in {city}.", "The shop opens at {small}.",
      "The {product} is sold out.", "Is the {product} cheaper in {month}?", "I am looking for {a product} for my {relative}.", "The market sells {food} and {food}.",
      "Which {product} is the best?", "We want to buy {small} of them. Is there a lower price?", "The sale starts on {day}.",
      "Can you recommend {a product}?", "Is there a discount for {small} pieces?", "The new {product} comes out in {month}.", "What is the difference between the two models?",
      "I want to order {small} chairs for the office.", "Does the {product} come with a cable?", "{Name} compares the prices of two shops.", "How long is the guarantee for the {product}?",
      "Do you sell gift cards?", "I would like an offer for {small} licences.", "What does the {product} cost?", "Which colours are there?", "Is the {product} good for a small {room}?",
      "{Name} wants to buy a present.", "Can schools buy at a lower price?", "How big is the {product}?", "Do you have a catalogue?", "We are thinking about buying {2} of them.",
      "Where is your shop in {city}?", "Is there a cheaper {product}?", "What is the {product} made of?", "Are there any offers in {month}?", "Does it fit a tall person?",
      "Could I see the {product} before I decide?", "{Name} asks which {product} to take.", "Will there be a newer model?", "I would buy it if it came in {colour}.",
      "How much for {small} of them?") },
  { "food", WORDS (
      "{Name} cooked {food} for dinner.", "The {food} needs more salt.", "Bake the {food} for {small} minutes.", "We had {food} and {food} {when}.",
      "My {relative} makes the best {food}.", "Cut the {fruit} into {small} pieces.", "The {food} smells good.", "Stir the {food} slowly.",
      "There is {food} in the oven.", "{Name} peeled {small} potatoes.", "The {fruit} is ripe.", "Breakfast is ready at {small}.", "The cake needs {small} eggs.",
      "The restaurant in {city} serves {food}.", "Wash the {fruit} before you eat it.") },
  { "sport", WORDS (
      "{Name} scored {small} goals {when}.", "The match ended {1} to {1}.", "Our team lost in {city}.", "{Name} plays {sport} on {day}.", "The runner was fast.",
      "The final is on {day}.", "{Name} trains for the race in {month}.", "The goalkeeper held the ball.", "The {sport} club in {city} won the cup.",
      "She swam {small} lengths.", "The referee blew the whistle.", "{Name} jumped over {small} metres.", "The coach was proud of the team.", "They lost the game by {small} points.") },
  { "weather", WORDS (
      "It rained in {city} {when}.", "The sun is shining.", "A storm comes from the sea.", "It will snow on {day}.", "The wind is cold today.", "There was fog in {city}.",
      "It is {2} degrees outside.", "The sky is grey.", "A warm wind blew {when}.", "Thunder woke {name} {when}.", "{month} was very dry.", "The clouds are dark.",
      "The night was clear and cold.", "It has not rained {since}.", "The ice on the lake is thin.") },
  { "music", WORDS (
      "{Name} plays the {instrument}.", "The concert in {city} was sold out.", "The song has {small} verses.", "She sings in a choir.", "The {instrument} is out of tune.",
      "We heard {a instrument} in the street.", "{Name} practises the {instrument} on {day}.", "The band played until {small}.", "The singer has a deep voice.",
      "My {relative} taught me the {instrument}.", "The orchestra comes from {city}.", "They danced to the music.", "The melody is slow and sad.", "{Name} wrote a song about {city}.") },
  { "travel", WORDS (
      "The train to {city} leaves at {small}.", "{Name} flew to {city} {when}.", "We missed the bus.", "The hotel in {city} has {2} rooms.", "Our holiday begins in {month}.",
      "The ticket to {city} costs {amount}.", "{Name} packed the bags.", "The ferry is late.", "They walked from {city} to the sea.", "The passport is in the drawer.",
      "The platform is full of people.", "We stayed in {city} for {small} days.", "The road to {city} is closed.", "The map shows the way to the station.") },
  { "animals", WORDS (
      "The {animal} sleeps in the sun.", "{Name} feeds the {animal}.", "A {bird} sits on the roof.", "The {animal} has {small} young.", "My {relative} has {a animal}.",
      "The {bird} flew away.", "The {animal} drinks water.", "We saw {a animal} in the forest.", "The {animal} runs after the {animal}.", "The vet looked at the {animal}.",
      "The {bird} builds a nest in {month}.", "The {animal} is {small} years old.", "Two {bird}s sing in the tree.") },
  { "health", WORDS (
      "{Name} has a cold.", "The doctor looked at my knee.", "Take the pills {small} times a day.", "My head hurts {since}.", "{Name} broke an arm {when}.",
      "The nurse is kind.", "Drink tea and stay in bed.", "The tooth hurts {since}.", "{Name} feels better today.", "The hospital is in {city}.", "She coughs at night.",
      "The cut on the finger is deep.", "My {relative} needs new glasses.", "The fever is gone.") },
  { "school", WORDS (
      "{Name} learns to read.", "The lesson starts at {small}.", "The teacher wrote on the board.", "We have a test on {day}.", "{Name} forgot the homework.",
      "The class has {2} pupils.", "The book has {3} pages.", "She studies in {city}.", "The pupils draw a map.", "School begins in {month}.", "{Name} got a good mark.",
      "The exam was hard.", "They learn to count to ten.", "The library closes at {small}.") },
  { "garden", WORDS (
      "The {flower} blooms in {month}.", "{Name} planted {a tree}.", "Water the {flower}s in the evening.", "The {tree} lost its leaves.", "The grass is too long.",
      "We picked {small} {fruit}s from the tree.", "The soil is dry.", "{Name} cuts the hedge.", "The seeds come up in {month}.", "My {relative} grows {flower}s.",
      "The {tree} is {2} years old.", "There are weeds between the {flower}s.", "The rake stands next to the shed.") },
  { "home", WORDS (
      "The tap in the {room} drips.", "{Name} painted the {room} {colour}.", "The roof leaks {since}.", "The lamp in the {room} is broken.", "We bought a new sofa.",
      "The stairs are steep.", "{Name} cleaned the {room} {when}.", "The window does not close.", "The heating is off {since}.", "The {room} has {small} windows.",
      "The carpet is {colour}.", "Hang the picture in the {room}.", "The neighbours moved out {when}.", "The bed is too short.") },
  { "work", WORDS (
      "{Name} is {a job} in {city}.", "The meeting is on {day}.", "The boss wants the report {when}.", "{Name} starts a new job in {month}.", "We work until {small}.",
      "The office has {2} desks.", "{Name} wrote {small} emails {when}.", "The factory in {city} closes.", "She leads a team of {small}.", "The contract ends in {month}.",
      "My {relative} works as {a job}.", "The workers take a break.", "{Name} called {small} customers.", "The plan for {month} is ready.") },
};
const guint attune_topics_count = G_N_ELEMENTS (topics);

static const AttuneWordList moods[] = {
  { "happy", WORDS ("What a wonderful day!", "I am so glad that {name} came.", "Thank you, the {product} is perfect!", "We laughed all evening.", "I love the {flower}s.",
                    "Great news: {name} passed the exam!", "This is the best {food} ever.", "I am happy with the {product}.", "Hooray, the sun is out!", "How nice to see you, {name}!") },
  { "sad", WORDS ("I miss {name}.", "The {animal} died {when}.", "{Name} cried {when}.", "I feel alone in {city}.", "Unfortunately we lost everything.", "It is a pity that you cannot come.",
                  "My best friend moved to {city}.", "I am sorry that it ended.", "Nobody came to the party.", "The garden is empty and grey.") },
  { "angry", WORDS ("This is the third time that it broke!", "I have had enough of the noise.", "How dare {name} do that!", "Nobody answers me, and I am tired of it.", "The {product} is rubbish.",
                    "I want to speak to the boss now!", "Stop shouting at me!", "You promised it for {day}, and nothing came!", "This is not acceptable.", "I am furious about the {product}.") },
  { "calm", WORDS ("The lake is quiet.", "There is no hurry.", "{Name} reads by the window.", "Take your time.", "The {animal} sleeps next to the fire.", "It is fine, it can wait until {day}.",
                   "We sat on the bench and watched the boats.", "Nothing special happened {when}.", "The tea is warm and the {room} is quiet.", "Answer whenever you can.") },
};
static const char * const hurry[] = {
  "I need it at once!", "Please be quick.", "Hurry up!", "We have no time to lose.", "It must be done today.", "Come as fast as you can.", "Every minute counts.",
  "This is very urgent.", "I cannot wait any longer.", "Please do it right away.", "It has to be ready tonight.", "I need help now.", "Answer me soon, please, it is important.", NULL,
};
static const char * const no_hurry[] = {
  "There is plenty of time.", "It can wait.", "No need to rush.", "Next week is fine.", "Do it when you like.", "I am just curious.", "This is not urgent.",
  "Any day is fine for me.", "It is only a question.", NULL,
};

char *
attune_topics_make_hurry (AttuneDice *dice,
                          gboolean    in_a_hurry)
{
  return attune_dice_expand (dice, attune_dice_pick (dice, in_a_hurry ? hurry : no_hurry));
}

const guint attune_moods_count = G_N_ELEMENTS (moods);

/* In the order of the topics: money, post, computers, access, shopping, food, sport, weather, music, travel, animals, health, school,
 * garden, home, work. */
const AttuneTopicScheme attune_topic_schemes[] = {
  { "Name the topic of the sentence as JSON.", "topic",
    { "money", "post", "computers", "keys", "shops", "food", "sport", "weather", "music", "travel", "animals", "health", "school", "garden", "home", "work" } },
  { "Which desk of the newspaper takes the sentence? Answer as JSON.", "desk",
    { "economy", "traffic", "science", "security", "market", "kitchen", "stadium", "sky", "stage", "travel", "nature", "health", "school", "nature", "home", "economy" } },
  { "Sort the sentence into a box. Answer as JSON.", "box",
    { "coins", "parcels", "machines", "keys", "wares", "meals", "games", "clouds", "songs", "roads", "pets", "pills", "books", "plants", "rooms", "offices" } },
  { "Who should read the sentence? Answer as JSON.", "reader",
    { "banker", "postman", "engineer", "guard", "seller", "cook", "trainer", "sailor", "singer", "pilot", "farmer", "doctor", "teacher", "gardener", "builder", "boss" } },
  { "Give the subject as JSON.", "subject",
    { "payment", "transport", "technology", "identity", "goods", "cooking", "sport", NULL, "music", "transport", "nature", "medicine", "learning", "nature", "building", "business" } },
  { "File the note. JSON only.", "file",
    { "A", "B", "C", "D", "E", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL } },
};
const guint attune_topic_n_schemes = G_N_ELEMENTS (attune_topic_schemes);

char *
attune_topics_make_sentence (AttuneDice *dice,
                             guint       topic)
{
  g_autofree char *text = attune_dice_expand (dice, attune_dice_pick (dice, topics[topic].words));

  return attune_words_capitalize (text);
}

const char *
attune_topics_get_name (guint topic)
{
  return topics[topic].name;
}

char *
attune_moods_make_sentence (AttuneDice *dice,
                            guint       mood)
{
  return attune_dice_expand (dice, attune_dice_pick (dice, moods[mood].words));
}

const char *
attune_moods_get_name (guint mood)
{
  return moods[mood].name;
}
