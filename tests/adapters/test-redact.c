/* test-redact.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "attune-json.h"
#include "attune-redact.h"

#define X ATTUNE_REDACTED

static void
test_texts (void)
{
  static const struct {
    const char *text;
    const char *masked;
  } cases[] = {
    { "nothing here", "nothing here" },
    { "", "" },
    { "Authorization: Bearer abcdef123", "Authorization: " X },
    { "> authorization: Basic YXBpOmtleQ==\n> Host: x", "> authorization: " X "\n> Host: x" },
    { "with Bearer abcdefghij and more", "with Bearer " X " and more" },
    { "X-Api-Key: 12345678", "X-Api-Key: " X },
    { "Incorrect API key provided: sk-proj-abc_DEF-1234567890.", "Incorrect API key provided: " X "." },
    { "hf_AbCdEfGhIjKlMn and hf_api_token", X " and hf_api_token" },
    { "fw_3ZAbCdEfGhIjKlMnOp", X },
    { "tgp_v1_AbCdEf-GhIj_Kl", X },
    { "wandb_v1_AbCdEfGhIjKlMnOpQrSt", X },
    { "{\"wandb_api_key\": \"0123456789abcdef\", \"model\":\"m\"}", "{\"wandb_api_key\": \"" X "\", \"model\":\"m\"}" },
    { "{\"wandbConfig\":{\"apiKey\":\"a\\\"b\",\"project\":\"p\"}}", "{\"wandbConfig\":{\"apiKey\":\"" X "\",\"project\":\"p\"}}" },
    { "{\"hf_api_token\":\"x\"}", "{\"hf_api_token\":\"" X "\"}" },
    { "{\"secrets\":{\"HF_TOKEN\":\"x\",\"WANDB_API_KEY\":\"y\"},\"flavor\":\"t4\"}", "{\"secrets\":\"" X "\",\"flavor\":\"t4\"}" },
    { "{\"secrets\":{\"HF_TOKEN\":\"cut of", "{\"secrets\":\"" X "\"" },
    { "{\"api_key\":\"cut of", "{\"api_key\":\"" X "\"" },
    { "WANDB_API_KEY=0123456789 python", "WANDB_API_KEY=" X " python" },
    { "https://user:pass@host.example/x", "https://" X "@host.example/x" },
    { "GET https://s3.example/b/k?X-Amz-Algorithm=A&X-Amz-Signature=abc HTTP", "GET https://s3.example/b/k?" X " HTTP" },
    { "GET https://storage.example/b/k?GoogleAccessId=a&Expires=1&Signature=abc%2F HTTP", "GET https://storage.example/b/k?" X " HTTP" },
    { "at /b/k?sv=2020&sig=abc%3D, then", "at /b/k?" X " then" },
    { "https://api.example/v1/files?purpose=fine-tune&limit=10", "https://api.example/v1/files?purpose=fine-tune&limit=10" },
    { "tokens: 100, author: me, basically fine", "tokens: 100, author: me, basically fine" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *masked = attune_redact (cases[i].text);

      g_assert_cmpstr (masked, ==, cases[i].masked);
    }
}

/* A secret of no known shape that was sent once. */
static void
test_remembered (void)
{
  g_autofree char *before = attune_redact ("my own/key+of=mine");
  g_autofree char *masked = NULL;
  g_autofree char *word = NULL;

  g_assert_cmpstr (before, ==, "my own/key+of=mine");
  attune_redact_remember ("own/key+of=mine");
  attune_redact_remember ("own/key+of=mine");
  attune_redact_remember ("short");
  attune_redact_remember (NULL);
  masked = attune_redact ("my own/key+of=mine, or own%2Fkey%2Bof%3Dmine");
  g_assert_cmpstr (masked, ==, "my " X ", or " X);
  word = attune_redact ("a short one");
  g_assert_cmpstr (word, ==, "a short one");
}

static void
test_json (void)
{
  g_autoptr (JsonNode) node =
    attune_json_parse ("{\"a\":[{\"apiKey\":\"k\",\"n\":1}],\"secrets\":{\"T\":\"t\"},\"wandb_api_key\":null,\"token\":\"<s>\",\"hf_api_token\":\"h\"}", -1, NULL, NULL);
  g_autoptr (JsonNode) masked = attune_redact_json (node);
  g_autofree char *text = attune_json_write (masked, FALSE);
  g_autofree char *same = attune_json_write (node, FALSE);

  g_assert_cmpstr (text, ==, "{\"a\":[{\"apiKey\":\"" X "\",\"n\":1}],\"secrets\":{\"T\":\"" X "\"},\"wandb_api_key\":null,\"token\":\"<s>\",\"hf_api_token\":\"" X "\"}");
  /* The request itself keeps them. */
  g_assert_nonnull (strstr (same, "\"apiKey\":\"k\""));
}

/* In a process of its own: what it logs is read. */
static void
test_log (void)
{
  g_autofree char *output = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "all", TRUE);
  g_subprocess_launcher_setenv (launcher, "G_DEBUG", "", TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "--log", NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  g_assert_nonnull (strstr (output, "asked with Bearer " X));
  g_assert_nonnull (strstr (output, "key " X " was"));
  g_assert_nonnull (strstr (output, "structured " X));
  g_assert_null (strstr (output, "sk-live"));
  g_assert_null (strstr (output, "topsecretvalue"));
}

static int
write_log (void)
{
  setlocale (LC_ALL, "");
  attune_redact_install_log_writer ();
  attune_redact_install_log_writer ();
  attune_redact_remember ("topsecretvalue");
  g_message ("asked with Bearer sk-live-abcdefghijklmnop");
  g_warning ("the key topsecretvalue was refused");
  g_debug ("https://s3.example/x?X-Amz-Signature=topsecretvalue");
  g_log_structured ("attune", G_LOG_LEVEL_INFO, "ATTUNE_URL", "https://x/?sig=topsecretvalue", "MESSAGE", "structured %s", "sk-live-abcdefghijklmnop");
  return 0;
}

int
main (int    argc,
      char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--log"))
    return write_log ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redact/texts", test_texts);
  g_test_add_func ("/redact/remembered", test_remembered);
  g_test_add_func ("/redact/json", test_json);
  g_test_add_func ("/redact/log", test_log);

  return g_test_run ();
}
