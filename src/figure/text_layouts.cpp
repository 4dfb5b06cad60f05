#include "figure/text_layouts.h"

#include "figure/whole_text.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr const char* kFonts = "DejaVu Sans, Noto Sans, Sans";
constexpr std::size_t kKeptLayouts = 2000;  // some kB each

}  // namespace

TextLayouts::TextLayouts() {
  context_.reset(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  // No hinting: a page measures and looks the same at every scale and on every surface.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context_.get(), false);
  pango_context_set_base_dir(context_.get(), PANGO_DIRECTION_LTR);
}

PangoLayout* TextLayouts::find(std::string_view text, const Letter& letter, int width, int lines) {
  const bool is_centered = letter.anchor == Anchor::kCenter && width >= 0;
  Key key{std::string(text), letter.size, letter.is_bold, is_centered, width, lines};
  const auto known = layouts_.find(key);
  if (known != layouts_.end()) return known->second.get();

  Layout layout(pango_layout_new(context_.get()));
  pango_layout_set_single_paragraph_mode(layout.get(), true);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  PangoFontDescription* font = pango_font_description_from_string(kFonts);
  pango_font_description_set_absolute_size(font, letter.size * PANGO_SCALE);
  pango_font_description_set_weight(font, letter.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  const std::string safe = printable_whole(text);
  pango_layout_set_text(layout.get(), safe.data(), static_cast<int>(safe.size()));
  if (width >= 0) {
    pango_layout_set_width(layout.get(), width);
    pango_layout_set_height(layout.get(), -lines);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment(layout.get(), is_centered ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  }
  if (layouts_.size() >= kKeptLayouts) layouts_.clear();
  return layouts_.emplace(std::move(key), std::move(layout)).first->second.get();
}

double TextLayouts::width_of(std::string_view text, const Letter& letter) {
  PangoRectangle logical;
  pango_layout_get_extents(find(text, letter, -1, 1), nullptr, &logical);
  return static_cast<double>(logical.width) / PANGO_SCALE;
}

PangoLayout* TextLayouts::lay_out(std::string_view text, const Letter& letter, double width,
                                  int lines) {
  // Rounded up, so that a text in a box of its own width keeps its last letter.
  return find(text, letter, static_cast<int>(std::ceil(width * PANGO_SCALE)) + 1,
              std::max(1, lines));
}

}  // namespace praxiscope::figure
