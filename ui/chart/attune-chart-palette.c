/* attune-chart-palette.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-palette.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

/* Neighbours differ in hue and in lightness, so that they can be told apart by people who see few colours, too. */
static const AdwAccentColor order[] = {
  ADW_ACCENT_COLOR_BLUE,
  ADW_ACCENT_COLOR_ORANGE,
  ADW_ACCENT_COLOR_PURPLE,
  ADW_ACCENT_COLOR_GREEN,
  ADW_ACCENT_COLOR_RED,
  ADW_ACCENT_COLOR_TEAL,
  ADW_ACCENT_COLOR_PINK,
  ADW_ACCENT_COLOR_YELLOW,
  ADW_ACCENT_COLOR_SLATE,
};

static GdkRGBA
mix (const GdkRGBA *a,
     const GdkRGBA *b,
     float          part)
{
  return (GdkRGBA) {
    a->red + (b->red - a->red) * part,
    a->green + (b->green - a->green) * part,
    a->blue + (b->blue - a->blue) * part,
    a->alpha + (b->alpha - a->alpha) * part,
  };
}

static float
distance (const GdkRGBA *a,
          const GdkRGBA *b)
{
  return fabsf (a->red - b->red) + fabsf (a->green - b->green) + fabsf (a->blue - b->blue);
}

static GdkRGBA
with_alpha (GdkRGBA color,
            float   alpha)
{
  color.alpha = alpha;

  return color;
}

void
attune_chart_palette_init (AttuneChartPalette *self,
                           gboolean            dark,
                           gboolean            high_contrast,
                           const GdkRGBA      *accent)
{
  const GdkRGBA black = { 0.0f, 0.0f, 0.0f, 1.0f };
  const GdkRGBA white = { 1.0f, 1.0f, 1.0f, 1.0f };
  GdkRGBA candidates[G_N_ELEMENTS (order)];
  guint accent_index = 0;
  guint n = 0;

  g_return_if_fail (self != NULL);

  memset (self, 0, sizeof *self);
  self->high_contrast = high_contrast;

  self->background = dark ? (GdkRGBA) { 0.133f, 0.133f, 0.149f, 1.0f } : white;
  self->card = dark ? (GdkRGBA) { 0.212f, 0.212f, 0.227f, 1.0f } : white;
  self->foreground = with_alpha (dark ? white : black, high_contrast ? 1.0f : dark ? 0.95f : 0.85f);
  self->dim = with_alpha (dark ? white : black, high_contrast ? 0.95f : dark ? 0.65f : 0.6f);
  self->grid = with_alpha (dark ? white : black, high_contrast ? 0.45f : 0.12f);
  self->warning = dark ? (GdkRGBA) { 1.0f, 0.47f, 0.42f, 1.0f } : (GdkRGBA) { 0.75f, 0.0f, 0.14f, 1.0f };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    adw_accent_color_to_standalone_rgba (order[i], dark, &candidates[i]);

  /* The person's colour comes first and its nearest relative is left out, or it would stand there twice. */
  if (accent != NULL)
    {
      for (guint i = 1; i < G_N_ELEMENTS (order); i++)
        if (distance (&candidates[i], accent) < distance (&candidates[accent_index], accent))
          accent_index = i;
      candidates[accent_index] = *accent;
    }

  self->series[n++] = candidates[accent_index];
  for (guint i = 0; i < G_N_ELEMENTS (order) && n < ATTUNE_CHART_N_COLORS; i++)
    if (i != accent_index)
      self->series[n++] = candidates[i];

  if (high_contrast)
    for (guint i = 0; i < ATTUNE_CHART_N_COLORS; i++)
      self->series[i] = mix (&self->series[i], dark ? &white : &black, 0.3f);
}

void
attune_chart_palette_init_for_display (AttuneChartPalette *self,
                                       GdkDisplay         *display)
{
  AdwStyleManager *manager;
  g_autoptr (GdkRGBA) accent = NULL;
  GdkRGBA standalone;
  gboolean dark;

  g_return_if_fail (self != NULL);
  g_return_if_fail (GDK_IS_DISPLAY (display));

  manager = adw_style_manager_get_for_display (display);
  dark = adw_style_manager_get_dark (manager);
  accent = adw_style_manager_get_accent_color_rgba (manager);
  adw_rgba_to_standalone (accent, dark, &standalone);

  attune_chart_palette_init (self, dark, adw_style_manager_get_high_contrast (manager), &standalone);
}

gboolean
attune_chart_palette_equal (const AttuneChartPalette *a,
                            const AttuneChartPalette *b)
{
  gboolean equal;

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  equal = a->high_contrast == b->high_contrast &&
          gdk_rgba_equal (&a->background, &b->background) &&
          gdk_rgba_equal (&a->foreground, &b->foreground) &&
          gdk_rgba_equal (&a->dim, &b->dim) &&
          gdk_rgba_equal (&a->grid, &b->grid) &&
          gdk_rgba_equal (&a->card, &b->card) &&
          gdk_rgba_equal (&a->warning, &b->warning);
  for (guint i = 0; equal && i < ATTUNE_CHART_N_COLORS; i++)
    equal = gdk_rgba_equal (&a->series[i], &b->series[i]);

  return equal;
}
