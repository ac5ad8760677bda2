/* attune-chart-palette.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define ATTUNE_CHART_N_COLORS 8

/* Every colour that a chart draws with. */
typedef struct {
  GdkRGBA  background;
  GdkRGBA  foreground;
  GdkRGBA  dim;           /* labels of axes */
  GdkRGBA  grid;
  GdkRGBA  card;          /* behind the readout */
  GdkRGBA  warning;       /* values that are not finite */
  GdkRGBA  series[ATTUNE_CHART_N_COLORS];
  gboolean high_contrast;
} AttuneChartPalette;

/* The colours of libadwaita for this appearance. @accent: the person's accent colour, which is the first curve's; NULL for blue.
 * Needs no display. */
void     attune_chart_palette_init       (AttuneChartPalette       *self,
                                          gboolean                  dark,
                                          gboolean                  high_contrast,
                                          const GdkRGBA            *accent);
/* From the style manager of @display. */
void     attune_chart_palette_init_for_display (AttuneChartPalette *self,
                                          GdkDisplay               *display);
gboolean attune_chart_palette_equal      (const AttuneChartPalette *a,
                                          const AttuneChartPalette *b);

G_END_DECLS
