// Text: plain strings onto a Cairo surface by Pango. Everything is literal: no markup, no control
// characters, whatever the bytes are.
#pragma once

#include "render/layout.h"

#include <cairo.h>
#include <pango/pango.h>

#include <memory>
#include <string>
#include <string_view>

namespace praxiscope {

/// Valid UTF-8 that draws harmlessly: broken bytes become U+FFFD, control characters their visible
/// symbols (U+2400...), line and paragraph separators spaces, direction overrides U+FFFD; at most
/// 400 characters, then an ellipsis.
std::string printable(std::string_view text);

/// At most `digits` significant digits; "1.23×10⁻⁵" for
/// magnitudes outside 0.001..9999; a true minus sign; "-0" is "0"; "not a number", "∞".
std::string format_number(double value, int digits = 3);

/// "59.96 s", then in minutes: "1:00.0 min", "61:05.3 min". Rounded before it is split, so that no
/// "1:60.0" comes out.
std::string format_duration(double seconds);

/// "12.3 %", "<0.1 %", "100 %"; a dash where there is no number. At most kPercentEm wide.
std::string format_percent(float share);

struct Color {
  double r = 1, g = 1, b = 1, a = 1;
};

enum class Align { kLeft, kRight, kCenter };
enum class Ellipsis { kEnd, kMiddle };

struct TextStyle {
  double font_px = 12;
  bool is_bold = false;
  Color color{};
  Align align = Align::kLeft;
  Ellipsis ellipsis = Ellipsis::kEnd;
  int lines = 1;  ///< wraps up to this many lines
};

/// Draws and measures. Fonts are loaded once a thread; not thread-safe, make one per draw.
class TextPainter {
 public:
  TextPainter();

  /// Draws printable(text) into `box`, vertically centred; what does not fit is ellipsized, never
  /// drawn outside.
  void draw(cairo_t* cairo, std::string_view text, const Rect& box, const TextStyle& style);
  /// Width in px of the widest line when laid out on one line.
  int width_of(std::string_view text, const TextStyle& style);

 private:
  struct Unref {
    void operator()(PangoContext* context) const;
    void operator()(PangoLayout* layout) const;
    void operator()(PangoFontDescription* font) const;
  };
  void prepare(std::string_view text, const TextStyle& style);

  std::unique_ptr<PangoContext, Unref> context_;
  std::unique_ptr<PangoLayout, Unref> layout_;  // holds a reference to the context
  std::unique_ptr<PangoFontDescription, Unref> font_;
};

}  // namespace praxiscope
