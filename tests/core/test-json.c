/* test-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-json.h"

#include <float.h>
#include <glib/gstdio.h>

#include "core-helpers.h"

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  node = attune_json_parse (" {\"a\" : [1, -2, 3.5, 1e2, true,false , null, \"\\u00e9\\ud83c\\udf88\\n\\/\\\"\"], \"b\":{}, \"\":[]}\n ", -1,
                            NULL, &error);
  g_assert_no_error (error);
  text = attune_json_write (node, FALSE);
  g_assert_cmpstr (text, ==, "{\"a\":[1,-2,3.5,100.0,true,false,null,\"é🎈\\n/\\\"\"],\"b\":{},\"\":[]}");
}

static void
test_numbers (void)
{
  static const struct {
    const char *text;
    GType       type;
    double      value;
  } cases[] = {
    { "0", G_TYPE_INT64, 0 },
    { "-1", G_TYPE_INT64, -1 },
    { "9223372036854775807", G_TYPE_INT64, 9223372036854775807.0 },
    { "-9223372036854775808", G_TYPE_INT64, -9223372036854775808.0 },
    { "9223372036854775808", G_TYPE_DOUBLE, 9223372036854775808.0 },
    { "18446744073709551615", G_TYPE_DOUBLE, 18446744073709551615.0 },
    { "-0", G_TYPE_DOUBLE, -0.0 },
    { "1.0", G_TYPE_DOUBLE, 1 },
    { "1E+2", G_TYPE_DOUBLE, 100 },
    { "5e-324", G_TYPE_DOUBLE, 5e-324 },
    { "1e-400", G_TYPE_DOUBLE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = attune_json_parse (cases[i].text, -1, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (json_node_get_value_type (node) == cases[i].type);
      g_assert_cmpfloat (cases[i].type == G_TYPE_INT64 ? (double) json_node_get_int (node) : json_node_get_double (node), ==, cases[i].value);
      if (cases[i].type == G_TYPE_DOUBLE)
        g_assert_true (signbit (json_node_get_double (node)) == signbit (cases[i].value));
    }
}

static void
test_refuse (void)
{
  static const struct {
    const char *text;
    const char *message; /* a part of it; the place in front counts */
  } cases[] = {
    { "", "f.json, line 1, column 1: there is no JSON in it: it is empty" },
    { " \n\t ", "f.json, line 1, column 1: there is no JSON in it: it is empty" },
    { "\xef\xbb\xbf{}", "line 1, column 1: the text starts with a byte order mark" },
    { "\xff\xfe{", "the text is UTF-16" },
    { "\xfe\xff", "the text is UTF-16" },
    { "{\"a\":1,\n \"b\":2,\n  \"a\":3}", "f.json, line 3, column 3: the member “a” comes twice" },
    { "{\"a\":1,}", "line 1, column 7: a comma stands before a closing bracket or brace" },
    { "[1,]", "line 1, column 3: a comma stands before a closing bracket or brace" },
    { "[1 2]", "line 1, column 4: “2” cannot stand here. Look for a comma" },
    { "{\"a\" 1}", "line 1, column 6: “1” cannot stand here" },
    { "{\"a\":1 \"b\":2}", "line 1, column 8: “\"” cannot stand here" },
    { "{a:1}", "line 1, column 2: “a” cannot stand here" },
    { "{'a':1}", "line 1, column 2: “'” cannot stand here" },
    { "// no\n{}", "line 1, column 1: “/” cannot stand here" },
    { "{}\n// no", "line 2, column 1: the document is complete before this" },
    { "[1,\n // no\n 2]", "line 2, column 2: “/” cannot stand here" },
    { "{} {}", "line 1, column 4: the document is complete before this" },
    { "[", "line 1, column 2: the text ends before the document is complete" },
    { "{\"a\":", "line 1, column 6: the text ends" },
    { "{\"a\"", "line 1, column 5: the text ends" },
    { "]", "line 1, column 1: “]” cannot stand here" },
    { "NaN", "line 1, column 1: “N” cannot stand here" },
    { "-Infinity", "line 1, column 2: this is not a number as JSON writes it" },
    { "Infinity", "line 1, column 1: “I” cannot stand here" },
    { "True", "line 1, column 1: “T” cannot stand here" },
    { "nul", "line 1, column 4: the text ends" },
    { "[\n 1, nul]", "line 2, column 5: only true, false, null and numbers stand without double quotation marks" },
    { "01", "line 1, column 1: this is not a number as JSON writes it" },
    { "1.", "line 1, column 3: the text ends" },
    { "[1.]", "line 1, column 4: this is not a number as JSON writes it" },
    { ".5", "line 1, column 1: “.” cannot stand here" },
    { "1e", "line 1, column 3: the text ends" },
    { "[1e]", "line 1, column 4: this is not a number as JSON writes it" },
    { "1e+", "line 1, column 4: the text ends" },
    { "1x", "line 1, column 2: the document is complete before this" },
    { "[1x]", "line 1, column 3: “x” cannot stand here" },
    { "-", "line 1, column 2: the text ends" },
    { "[-]", "line 1, column 3: this is not a number as JSON writes it" },
    { "1e999", "line 1, column 1: this is not a number as JSON writes it, or it is too large" },
    { "\"é\xff\"", "line 1, column 3: a text is wrong here. It has to be UTF-8" },
    { "\"\xed\xa0\x80\"", "line 1, column 2: a text is wrong here. It has to be UTF-8" },
    { "\"abc", "line 1, column 5: the text ends" },
    { "\"abc\n\"", "line 1, column 5: a text is wrong here. It has to be UTF-8, line breaks and control characters" },
    { "\"a\tb\"", "line 1, column 3: a text is wrong here" },
    { "\"a\\x\"", "line 1, column 4: a text is wrong here" },
    { "\"\\u12g4\"", "line 1, column 2: a text is wrong here" },
    { "\"\\ud800\"", "line 1, column 8: a text is wrong here" },
    { "\"\\ud800\\u0041\"", "line 1, column 8: a text is wrong here" },
    { "\"\\udc00\"", "line 1, column 2: a text is wrong here" },
    { "\"\\u0000\"", "line 1, column 1: a text must not hold the character U+0000" },
    { "[\"é\",\n {\"a\\u0000\": 1}]", "line 2, column 3: a text must not hold the character U+0000" },
    { "\"\\", "line 1, column 3: the text ends" },
    { "@", "line 1, column 1: “@” cannot stand here" },
    { "ß", "line 1, column 1: “ß” cannot stand here" },
    { "[\"é漢🎈\", \xc3]", "line 1, column 9: “\357\277\275” cannot stand here" },
    { "[\"é\\n\", {\"é\":1, \"\\u00e9\":2}]", "line 1, column 17: the member “é” comes twice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (attune_json_parse (cases[i].text, -1, "f.json", &error));
      assert_message (error, ATTUNE_ERROR_INVALID, cases[i].message);
      g_assert_true (g_str_has_prefix (error->message, "f.json, line "));
    }
}

static void
test_refuse_zero (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (attune_json_parse ("{\0}", 3, NULL, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "line 1, column 2: there is a zero byte");
  g_clear_error (&error);

  g_assert_null (attune_json_parse ("[1]\0", 4, NULL, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "line 1, column 4: there is a zero byte");
  g_clear_error (&error);

  g_assert_null (attune_json_parse (NULL, 0, NULL, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "it is empty");
}

static void
test_depth (void)
{
  static const guint depths[] = { ATTUNE_JSON_MAX_DEPTH, ATTUNE_JSON_MAX_DEPTH + 1, 2000000 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      for (guint j = 0; j < depths[i]; j++)
        g_string_append (text, j % 2 == 0 ? "[" : "{\"a\":");
      for (guint j = depths[i]; j > 0; j--)
        g_string_append_c (text, j % 2 == 1 ? ']' : '}');
      /* The innermost object needs a value. */
      if (depths[i] % 2 == 0)
        g_string_insert (text, (gssize) (strchr (text->str, '}') - text->str), "1");

      node = attune_json_parse (text->str, (gssize) text->len, "f.json", &error);
      if (depths[i] <= ATTUNE_JSON_MAX_DEPTH)
        g_assert_no_error (error);
      else
        assert_message (error, ATTUNE_ERROR_INVALID, "f.json: objects and lists are nested more than 256 deep");
    }
}

static void
test_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "document.json", NULL);
  g_autofree char *place = g_strconcat (path, ", line 2, column 1: ", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_null (attune_json_parse_file (path, &error));
  assert_message (error, ATTUNE_ERROR_NOT_FOUND, path);
  g_clear_error (&error);

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_cache_dir (), 0700));
  g_assert_true (g_file_set_contents (path, "{\n", -1, &error));
  g_assert_null (attune_json_parse_file (path, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, place);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "{}\n", -1, &error));
  node = attune_json_parse_file (path, &error);
  g_assert_no_error (error);
  assert_json (node, "{}");
}

static void
test_doubles (void)
{
  static const struct {
    double      value;
    const char *written;
    const char *formatted;
  } cases[] = {
    { 0.00001, "1e-05", "1e-05" },
    { 0.1, "0.1", "0.1" },
    { 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004" },
    { 3, "3.0", "3" },
    { 0, "0.0", "0" },
    { -0.0, "-0.0", "-0" },
    { 1e20, "1e+20", "1e+20" },
    { 123456789012345.0, "123456789012345.0", "123456789012345" },
    { 0x1p53, "9007199254740992.0", "9007199254740992" },
    { DBL_MAX, "1.7976931348623157e+308", "1.7976931348623157e+308" },
    { DBL_MIN, "2.2250738585072014e-308", "2.2250738585072014e-308" },
    { 5e-324, "5e-324", "5e-324" },
    { (double) NAN, "null", "nan" },
    { (double) INFINITY, "null", "inf" },
    { (double) -INFINITY, "null", "-inf" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) written = g_string_new (NULL);
      g_autofree char *formatted = attune_json_format_double (cases[i].value);

      attune_json_append_double (written, cases[i].value);
      g_assert_cmpstr (written->str, ==, cases[i].written);
      g_assert_cmpstr (formatted, ==, cases[i].formatted);
    }
}

/* Bit by bit the same double, and still a double. */
static void
test_double_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 50000; i++)
    {
      double value = random_double (rand);
      double again;
      g_autoptr (GString) written = g_string_new (NULL);
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (GError) error = NULL;

      attune_json_append_double (written, value);
      node = attune_json_parse (written->str, -1, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (json_node_get_value_type (node) == G_TYPE_DOUBLE);
      again = json_node_get_double (node);
      g_assert_cmpmem (&value, sizeof value, &again, sizeof again);
    }
}

static void
test_write (void)
{
  g_autoptr (JsonNode) node = parse_quoted ("{'a':{'b':[1,2.0,'x'],'c':[{'d':null},[]],'e':{},'f':[]},'g':true}");
  g_autofree char *pretty = attune_json_write (node, TRUE);

  g_assert_cmpstr (pretty, ==,
                   "{\n"
                   "  \"a\": {\n"
                   "    \"b\": [1, 2.0, \"x\"],\n"
                   "    \"c\": [\n"
                   "      {\n"
                   "        \"d\": null\n"
                   "      },\n"
                   "      []\n"
                   "    ],\n"
                   "    \"e\": {},\n"
                   "    \"f\": []\n"
                   "  },\n"
                   "  \"g\": true\n"
                   "}");
}

static void
test_write_hostile (void)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  json_object_set_double_member (object, "nan", (double) NAN);
  json_object_set_double_member (object, "inf", (double) INFINITY);
  json_object_set_string_member (object, "bytes", "a\xff\x62\x01\x1f\x7f");
  json_object_set_string_member (object, "nothing", NULL);
  node = json_node_init_object (json_node_alloc (), object);
  text = attune_json_write (node, FALSE);
  g_assert_cmpstr (text, ==, "{\"nan\":null,\"inf\":null,\"bytes\":\"a\357\277\275b\\u0001\\u001f\x7f\",\"nothing\":null}");
}

/* Whatever is written is read as the same thing, pretty or not, and through a variant as well. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (JsonNode) node = random_json (rand, 0);
      g_autofree char *text = attune_json_write (node, i % 2 == 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) again = attune_json_parse (text, -1, NULL, &error);
      g_autoptr (JsonNode) copy = attune_json_copy (node);
      g_autoptr (GVariant) variant = g_variant_ref_sink (attune_json_to_variant (node));
      g_autoptr (JsonNode) back = attune_json_from_variant (variant);

      g_assert_no_error (error);
      g_assert_true (json_node_equal (node, again));
      g_assert_true (json_node_equal (node, copy));
      g_assert_true (json_node_equal (node, back));
    }
}

static void
test_copy_shares_nothing (void)
{
  g_autoptr (JsonNode) node = parse_quoted ("{'a':{'b':[1]}}");
  g_autoptr (JsonNode) copy = attune_json_copy (node);

  json_array_add_int_element (json_node_get_array (attune_json_lookup (node, "a.b")), 2);
  json_object_set_int_member (json_node_get_object (attune_json_lookup (node, "a")), "c", 3);
  assert_json (copy, "{'a':{'b':[1]}}");
}

static void
test_lookup (void)
{
  g_autoptr (JsonNode) node = parse_quoted ("{'a':{'b':[{'c':1},{'c':2}],'n':null},'0':'zero'}");

  g_assert_true (attune_json_lookup (node, "") == node);
  g_assert_cmpint (attune_json_peek_int (node, "a.b.1.c", -1), ==, 2);
  g_assert_cmpstr (attune_json_peek_string (node, "0", NULL), ==, "zero");
  g_assert_null (attune_json_lookup (node, "a.b.2"));
  g_assert_null (attune_json_lookup (node, "a.b.-1"));
  g_assert_null (attune_json_lookup (node, "a.b.x"));
  g_assert_null (attune_json_lookup (node, "a.b.1.c.d"));
  g_assert_null (attune_json_lookup (node, "z"));
  g_assert_true (JSON_NODE_HOLDS_NULL (attune_json_lookup (node, "a.n")));
  g_assert_null (attune_json_lookup (NULL, "a"));
}

static void
test_typed (void)
{
  g_autoptr (JsonNode) node = parse_quoted ("{'s':'text','i':3,'whole':3.0,'d':3.5,'b':true,'o':{},'l':[],'n':null,'huge':1e300}");
  g_autoptr (GError) error = NULL;
  const char *text = "before";
  gint64 integer = -1;
  double number = -1;
  gboolean boolean = FALSE;
  JsonObject *object = NULL;
  JsonArray *array = NULL;

  g_assert_true (attune_json_get_string (node, "s", ATTUNE_JSON_REQUIRED, &text, &error));
  g_assert_cmpstr (text, ==, "text");
  g_assert_true (attune_json_get_int (node, "i", ATTUNE_JSON_REQUIRED, &integer, &error));
  g_assert_cmpint (integer, ==, 3);
  integer = -1;
  g_assert_true (attune_json_get_int (node, "whole", ATTUNE_JSON_REQUIRED, &integer, &error));
  g_assert_cmpint (integer, ==, 3);
  g_assert_true (attune_json_get_double (node, "d", ATTUNE_JSON_REQUIRED, &number, &error));
  g_assert_cmpfloat (number, ==, 3.5);
  g_assert_true (attune_json_get_double (node, "i", ATTUNE_JSON_REQUIRED, &number, &error));
  g_assert_cmpfloat (number, ==, 3);
  g_assert_true (attune_json_get_boolean (node, "b", ATTUNE_JSON_REQUIRED, &boolean, &error));
  g_assert_true (boolean);
  g_assert_true (attune_json_get_object (node, "o", ATTUNE_JSON_REQUIRED, &object, &error));
  g_assert_nonnull (object);
  g_assert_true (attune_json_get_array (node, "l", ATTUNE_JSON_REQUIRED, &array, &error));
  g_assert_nonnull (array);
  g_assert_no_error (error);

  /* Absent and null leave the value alone, unless it has to be there. */
  integer = 42;
  g_assert_true (attune_json_get_int (node, "absent", ATTUNE_JSON_OPTIONAL, &integer, &error));
  g_assert_true (attune_json_get_int (node, "n", ATTUNE_JSON_OPTIONAL, &integer, &error));
  g_assert_cmpint (integer, ==, 42);
  g_assert_false (attune_json_get_int (node, "absent", ATTUNE_JSON_REQUIRED, &integer, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "absent is missing");
  g_clear_error (&error);
  g_assert_false (attune_json_get_string (node, "n", ATTUNE_JSON_REQUIRED, &text, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "n is missing");
  g_clear_error (&error);

  g_assert_false (attune_json_get_int (node, "d", ATTUNE_JSON_OPTIONAL, &integer, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "d has to be a whole number, not a number");
  g_clear_error (&error);
  g_assert_false (attune_json_get_int (node, "huge", ATTUNE_JSON_OPTIONAL, &integer, &error));
  g_clear_error (&error);
  g_assert_false (attune_json_get_double (node, "s", ATTUNE_JSON_OPTIONAL, &number, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "s has to be a number, not a text");
  g_clear_error (&error);
  g_assert_false (attune_json_get_boolean (node, "i", ATTUNE_JSON_OPTIONAL, &boolean, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "i has to be true or false, not a number");
  g_clear_error (&error);
  g_assert_false (attune_json_get_string (node, "o", ATTUNE_JSON_OPTIONAL, &text, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "o has to be a text, not an object");
  g_clear_error (&error);
  g_assert_false (attune_json_get_object (node, "l", ATTUNE_JSON_OPTIONAL, &object, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "l has to be an object, not a list");
  g_clear_error (&error);
  g_assert_false (attune_json_get_array (node, "b", ATTUNE_JSON_OPTIONAL, &array, &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "b has to be a list, not true or false");
  g_assert_cmpint (integer, ==, 42);
}

static void
test_tolerant (void)
{
  g_autoptr (JsonNode) node = parse_quoted ("{'s':'text','i':3,'d':3.5,'b':true}");

  g_assert_cmpstr (attune_json_peek_string (node, "i", "else"), ==, "else");
  g_assert_cmpstr (attune_json_peek_string (node, "s", "else"), ==, "text");
  g_assert_cmpint (attune_json_peek_int (node, "d", 7), ==, 7);
  g_assert_cmpfloat (attune_json_peek_double (node, "i", 7), ==, 3);
  g_assert_cmpfloat (attune_json_peek_double (node, "x", 7), ==, 7);
  g_assert_true (attune_json_peek_boolean (node, "b", FALSE));
  g_assert_true (attune_json_peek_boolean (node, "s", TRUE));
}

static void
test_variants (void)
{
  static const struct {
    const char *variant;
    const char *json; /* NULL: cannot be said */
  } cases[] = {
    { "{'a': <1>, 'b': <uint64 2>}", "{'a':1,'b':2}" },
    { "(1, 'x', 2.5)", "[1,'x',2.5]" },
    { "[byte 1, 2]", "[1,2]" },
    { "{'a': ['x', 'y']}", "{'a':['x','y']}" },
    { "<<true>>", "true" },
    { "signature ''", "null" },
    { "signature 'as'", "'as'" },
    { "objectpath '/a'", "'/a'" },
    { "int16 -3", "-3" },
    { "@a{sv} {}", "{}" },
    { "@as []", "[]" },
    { "uint64 18446744073709551615", "18446744073709551616.0" },
    { "just 1", NULL },
    { "handle 1", NULL },
    { "{1: 2}", NULL },
    { "[<just 1>]", NULL },
    { "{'a': <just 1>}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) variant = g_variant_parse (NULL, cases[i].variant, NULL, NULL, &error);
      g_autoptr (JsonNode) node = NULL;

      g_assert_no_error (error);
      node = attune_json_from_variant (variant);
      if (cases[i].json != NULL)
        assert_json (node, cases[i].json);
      else
        g_assert_null (node);
    }
}

/* What the bus carries: no maybe anywhere. */
static void
test_variant_for_bus (void)
{
  g_autoptr (JsonNode) node = parse_quoted ("{'n':null,'l':[null,{'x':null}]}");
  g_autoptr (GVariant) variant = g_variant_ref_sink (attune_json_to_variant (node));
  g_autofree char *printed = g_variant_print (variant, TRUE);

  g_assert_cmpstr (g_variant_get_type_string (variant), ==, "a{sv}");
  g_assert_null (strstr (printed, "nothing"));
  g_assert_nonnull (strstr (printed, "signature ''"));
}

static const char * const seeds[] = {
  "{\"version\":1,\"model\":{\"baseModel\":\"smollm2\",\"precision\":\"bf16\"},\"datasets\":{\"trainingFileId\":\"a\",\"validationFileId\":null},"
  "\"method\":{\"type\":\"lora\",\"loraConfig\":{\"rank\":8,\"alpha\":16,\"dropout\":0.1,\"trainableModules\":\"all-linear\"}},"
  "\"schedule\":{\"epochs\":3,\"batchSize\":4.0},\"optimizer\":{\"learningRate\":1e-05,\"scheduler\":{\"type\":\"cosine\",\"cycles\":0.5}},"
  "\"optimizations\":{\"enabled\":[\"flash_attention\",\"fused_kernels\"]},\"metadata\":{\"seed\":7,\"x\":[1,{\"y\":null}]}}",
  "{\"personaId\":\"p\",\"provider\":\"local\",\"baseModel\":\"m\",\"datasetPath\":\"/a\",\"rank\":32,\"alpha\":\"32\",\"quantize\":true,"
  "\"quantizeBits\":4,\"learning_rate\":1e-4,\"targetModules\":[\"q_proj\",\"v_proj\"],\"traitType\":\"x\"}",
  "{\"hyperparameters\":{\"n_epochs\":\"auto\",\"batch_size\":8,\"learning_rate_multiplier\":1.8},\"baseModel\":\"m\",\"suffix\":null}",
  "[\"\\u00e9\\ud83c\\udf88\", -0.5e-7, [[[{}]]], true, false, null]",
};

static const char * const splices[] = {
  "{", "}", "[", "]", "\"", ":", ",", "null", "true", "-", "1e400", "\\", "\\u", "\\ud800", "\xff", "\xef\xbb\xbf", "\n", "{\"a\":", "[[[[[[[[",
  "9999999999999999999999", "0.0000001", "\"version\":2,", "\"metadata\":[],", "\"configuration\":{", "-0", "1.", "\t",
};

/* Bytes changed, removed, doubled and spliced in at random: whatever it becomes, it is read or refused with a place, and what was read is
 * written in a form that reads the same. */
static void
test_mutations (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260101);
  guint n_read = 0;
  guint n_configurations = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      const char *seed = seeds[g_rand_int_range (rand, 0, G_N_ELEMENTS (seeds))];
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      g_byte_array_append (bytes, (const guint8 *) seed, (guint) strlen (seed));
      for (gint n = g_rand_int_range (rand, 1, 5); n > 0 && bytes->len > 0; n--)
        {
          guint at = (guint) g_rand_int_range (rand, 0, (gint) bytes->len);
          guint wanted = (guint) g_rand_int_range (rand, 1, 20);
          guint length = MIN (bytes->len - at, wanted);
          const char *splice = splices[g_rand_int_range (rand, 0, G_N_ELEMENTS (splices))];

          switch (g_rand_int_range (rand, 0, 5))
            {
            case 0:
              bytes->data[at] = (guint8) g_rand_int (rand);
              break;
            case 1:
              g_byte_array_remove_range (bytes, at, length);
              break;
            case 2:
              g_byte_array_set_size (bytes, at);
              break;
            case 3:
              {
                g_autoptr (GByteArray) tail = g_byte_array_new ();

                g_byte_array_append (tail, bytes->data + at, bytes->len - at);
                g_byte_array_append (bytes, tail->data, tail->len);
                break;
              }
            default:
              {
                g_autoptr (GByteArray) tail = g_byte_array_new ();

                g_byte_array_append (tail, bytes->data + at, bytes->len - at);
                g_byte_array_set_size (bytes, at);
                g_byte_array_append (bytes, (const guint8 *) splice, (guint) strlen (splice));
                g_byte_array_append (bytes, tail->data, tail->len);
                break;
              }
            }
        }

      /* Its own block without an end: a byte read too far is found by the sanitizer. */
      g_autofree char *exact = g_memdup2 (bytes->data, bytes->len);

      node = attune_json_parse (exact, bytes->len, "mutant", &error);
      if (node == NULL)
        {
          assert_message (error, ATTUNE_ERROR_INVALID, "mutant, line ");
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
        }
      else
        {
          g_autofree char *text = attune_json_write (node, FALSE);
          g_autoptr (JsonNode) again = attune_json_parse (text, -1, NULL, &error);
          g_autoptr (AttuneConfiguration) configuration = NULL;

          n_read++;
          g_assert_no_error (error);
          g_assert_true (json_node_equal (node, again));

          configuration = attune_configuration_new_from_json (node, &error);
          if (configuration == NULL)
            g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
          else
            {
              g_autoptr (JsonNode) written = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
              g_autoptr (AttuneConfiguration) reread = attune_configuration_new_from_json (written, &error);

              n_configurations++;
              g_assert_no_error (error);
              g_assert_true (attune_configuration_equal (configuration, reread));
            }
        }
    }

  g_test_message ("%u of 20000 mutants were JSON, %u of them configurations", n_read, n_configurations);
  g_assert_cmpuint (n_read, >, 500);
  g_assert_cmpuint (n_configurations, >, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("One strict reader that names the place, and one writer whose output anybody can read");

  g_test_add_func ("/json/read", test_read);
  g_test_add_func ("/json/numbers", test_numbers);
  g_test_add_func ("/json/refuse", test_refuse);
  g_test_add_func ("/json/refuse-zero", test_refuse_zero);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/file", test_file);
  g_test_add_func ("/json/doubles", test_doubles);
  g_test_add_func ("/json/double-round-trip", test_double_round_trip);
  g_test_add_func ("/json/write", test_write);
  g_test_add_func ("/json/write-hostile", test_write_hostile);
  g_test_add_func ("/json/random", test_random);
  g_test_add_func ("/json/copy-shares-nothing", test_copy_shares_nothing);
  g_test_add_func ("/json/lookup", test_lookup);
  g_test_add_func ("/json/typed", test_typed);
  g_test_add_func ("/json/tolerant", test_tolerant);
  g_test_add_func ("/json/variants", test_variants);
  g_test_add_func ("/json/variant-for-bus", test_variant_for_bus);
  g_test_add_func ("/json/mutations", test_mutations);

  return g_test_run ();
}
