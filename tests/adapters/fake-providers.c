/* fake-providers.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake-fireworks.h"
#include "fake-huggingface.h"
#include "fake-mistral.h"
#include "fake-openai.h"
#include "fake-together.h"

/* All the fakes as one program, for tests of attunectl and of the window: prints the environment in which these find them, one NAME=VALUE a line,
 * and an empty line. Then it does what comes on its standard input, and answers each line with one:
 *
 *   fault PROVIDER METHOD PATTERN NUMBER TIMES    FakeFault by its number
 *   clear PROVIDER                                no more faults
 *   count PROVIDER METHOD PATTERN                 how many such requests came
 *   jobs PROVIDER                                 how many jobs there are
 *   endless PROVIDER                              jobs never end by themselves
 *   ending PROVIDER                               and they do
 *   withdrawn mistral                             there are no jobs any more
 *
 * It ends with its input. */

typedef struct {
  FakeOpenai      *openai;
  FakeTogether    *together;
  FakeFireworks   *fireworks;
  FakeHuggingface *huggingface;
  FakeMistral     *mistral;    /* a deployment of what it once was */
  GMainLoop       *loop;
  GDataInputStream *input;
} Fakes;

static void
tell (const char *name,
      const char *value)
{
  printf ("%s=%s\n", name, value);
}

static void
tell_environment (const Fakes *self)
{
  tell ("OPENAI_BASE_URL", fake_openai_get_url (self->openai));
  tell ("OPENAI_API_KEY", FAKE_OPENAI_KEY);
  tell ("TOGETHER_BASE_URL", fake_together_get_url (self->together));
  tell ("TOGETHER_API_KEY", FAKE_TOGETHER_KEY);
  tell ("FIREWORKS_BASE_URL", fake_fireworks_get_url (self->fireworks));
  tell ("FIREWORKS_API_KEY", FAKE_FIREWORKS_KEY);
  tell ("MISTRAL_BASE_URL", fake_mistral_get_url (self->mistral));
  tell ("MISTRAL_API_KEY", FAKE_MISTRAL_KEY);
  tell ("HF_ENDPOINT", fake_huggingface_get_url (self->huggingface));
  tell ("HF_TOKEN", FAKE_HUGGINGFACE_TOKEN);
  tell ("ATTUNE_MONITOR_HASTE", "0.002");
  printf ("\n");
  fflush (stdout);
}

static FakeServer *
find_server (const Fakes *self,
             const char  *provider)
{
  if (g_str_equal (provider, "openai"))
    return fake_openai_get_server (self->openai);
  if (g_str_equal (provider, "together"))
    return fake_together_get_server (self->together);
  if (g_str_equal (provider, "fireworks"))
    return fake_fireworks_get_server (self->fireworks);
  if (g_str_equal (provider, "huggingface") || g_str_equal (provider, "deepseek"))
    return fake_huggingface_get_server (self->huggingface);
  if (g_str_equal (provider, "mistral"))
    return fake_mistral_get_server (self->mistral);

  return NULL;
}

static guint
count_jobs (const Fakes *self,
            const char  *provider)
{
  if (g_str_equal (provider, "openai"))
    return fake_openai_get_n_jobs (self->openai);
  if (g_str_equal (provider, "together"))
    return fake_together_get_n_jobs (self->together);
  if (g_str_equal (provider, "fireworks"))
    return fake_fireworks_get_n_jobs (self->fireworks);
  if (g_str_equal (provider, "huggingface") || g_str_equal (provider, "deepseek"))
    return fake_huggingface_get_n_jobs (self->huggingface);
  if (g_str_equal (provider, "mistral"))
    return fake_mistral_get_n_jobs (self->mistral);

  return 0;
}

static void
set_endless (const Fakes *self,
             const char  *provider,
             gboolean     is_endless)
{
  if (g_str_equal (provider, "openai"))
    fake_openai_set_end (self->openai, is_endless ? "running" : "succeeded", NULL, NULL);
  else if (g_str_equal (provider, "together"))
    fake_together_set_end (self->together, is_endless ? "running" : "completed", 8, NULL);
  else if (g_str_equal (provider, "fireworks"))
    fake_fireworks_set_end (self->fireworks, is_endless ? "RUNNING" : "COMPLETED", NULL, NULL);
  else if (g_str_equal (provider, "mistral"))
    fake_mistral_set_end (self->mistral, is_endless ? "RUNNING" : "SUCCESS", NULL);
  else
    fake_huggingface_set_end (self->huggingface, is_endless ? "RUNNING" : "COMPLETED", 8, 4, NULL);
}

static void
obey (const Fakes *self,
      const char  *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);
  FakeServer *server = n >= 2 ? find_server (self, words[1]) : NULL;
  guint answer = 0;

  if (server == NULL)
    {
      fprintf (stderr, "fake-providers: what is “%s”?\n", line);
      exit (1);
    }
  if (g_str_equal (words[0], "fault") && n == 6)
    fake_server_set_fault (server, g_str_equal (words[2], "*") ? NULL : words[2], words[3], (FakeFault) atoi (words[4]), atoi (words[5]));
  else if (g_str_equal (words[0], "clear"))
    fake_server_clear_faults (server);
  else if (g_str_equal (words[0], "count") && n == 4)
    answer = fake_server_count (server, g_str_equal (words[2], "*") ? NULL : words[2], words[3]);
  else if (g_str_equal (words[0], "jobs"))
    answer = count_jobs (self, words[1]);
  else if (g_str_equal (words[0], "endless") || g_str_equal (words[0], "ending"))
    set_endless (self, words[1], g_str_equal (words[0], "endless"));
  else if (g_str_equal (words[0], "withdrawn"))
    fake_mistral_set_withdrawn (self->mistral, 410);
  else
    {
      fprintf (stderr, "fake-providers: what is “%s”?\n", line);
      exit (1);
    }
  printf ("%u\n", answer);
  fflush (stdout);
}

static void read_next (Fakes *self);

static void
line_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Fakes *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }

  obey (self, line);
  read_next (self);
}

static void
read_next (Fakes *self)
{
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, line_cb, self);
}

int
main (int    argc,
      char **argv)
{
  Fakes self = { NULL };
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  self.loop = g_main_loop_new (NULL, FALSE);
  self.input = g_data_input_stream_new (stream);
  self.openai = fake_openai_new ();
  self.together = fake_together_new ();
  fake_together_set_looks (self.together, 0, NULL);
  self.fireworks = fake_fireworks_new ();
  fake_fireworks_set_looks (self.fireworks, 0, 0);
  self.huggingface = fake_huggingface_new ();
  fake_huggingface_set_following (self.huggingface, FALSE);
  self.mistral = fake_mistral_new ();

  tell_environment (&self);
  read_next (&self);
  g_main_loop_run (self.loop);

  fake_mistral_free (self.mistral);
  fake_huggingface_free (self.huggingface);
  fake_fireworks_free (self.fireworks);
  fake_together_free (self.together);
  fake_openai_free (self.openai);
  g_object_unref (self.input);
  g_main_loop_unref (self.loop);

  return 0;
}
