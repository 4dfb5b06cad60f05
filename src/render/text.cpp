#include "render/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace praxiscope {
namespace {

constexpr std::size_t kMostCharacters = 400;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Length in bytes and value of the UTF-8 character at the start of `text`; length 1 and U+FFFD for
/// a broken one.
struct Decoded {
  std::size_t length = 1;
  std::uint32_t code = 0xFFFD;
};

Decoded decode(std::string_view text) {
  const gunichar code = g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
  if (code == static_cast<gunichar>(-1) || code == static_cast<gunichar>(-2)) return {};
  // GLib calls an embedded NUL broken; it is a control character like the others.
  return {static_cast<std::size_t>(g_unichar_to_utf8(code, nullptr)), code};
}

void append_code(std::string& out, std::uint32_t code) {
  char bytes[6];
  out.append(bytes, static_cast<std::size_t>(g_unichar_to_utf8(code, bytes)));
}

bool is_direction_override(std::uint32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  std::size_t count = 0;
  while (!text.empty()) {
    if (++count > kMostCharacters) return out + "\xE2\x80\xA6";
    const auto byte = static_cast<unsigned char>(text.front());
    const Decoded next = byte == 0 ? Decoded{1, 0} : decode(text);
    if (next.code < 0x20) {
      append_code(out, 0x2400 + next.code);
    } else if (next.code == 0x7F) {
      append_code(out, 0x2421);
    } else if (next.code == 0x2028 || next.code == 0x2029) {
      out += ' ';
    } else if ((next.code >= 0x80 && next.code < 0xA0) || is_direction_override(next.code)) {
      out += kReplacement;
    } else {
      append_code(out, next.code);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

std::string format_number(double value, int digits) {
  if (std::isnan(value)) return "not a number";
  const std::string sign = value < 0 ? "\xE2\x88\x92" : "";
  if (std::isinf(value)) return sign + "\xE2\x88\x9E";
  if (value == 0) return "0";
  // Rounding first decides the notation: 0.0009996 is 0.001.
  const std::string rounded = fmt::format("{:.{}e}", std::abs(value), digits - 1);
  const std::size_t e = rounded.find('e');
  const int exponent = std::stoi(rounded.substr(e + 1));
  const auto trim = [](std::string text) {
    if (text.find('.') == std::string::npos) return text;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
  };
  if (exponent >= -3 && exponent <= 3) {
    const double exact = std::stod(rounded);
    return sign + trim(fmt::format("{:.{}f}", exact, std::max(0, digits - 1 - exponent)));
  }
  static constexpr std::array<const char*, 10> kSuperscripts{
      "\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",     "\xE2\x81\xB4",
      "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
  std::string out = sign + trim(rounded.substr(0, e)) + "\xC3\x97" + "10";
  if (exponent < 0) out += "\xE2\x81\xBB";
  for (const char digit : std::to_string(std::abs(exponent))) out += kSuperscripts[digit - '0'];
  return out;
}

std::string format_duration(double seconds) {
  const double hundredths = std::round(seconds * 100);
  // Beyond any video, and beyond what a whole number of tenths can hold.
  if (!(hundredths >= 6000) || hundredths > 1e15) return fmt::format("{:.2f} s", seconds);
  const auto tenths = static_cast<std::int64_t>(std::llround(seconds * 10));
  return fmt::format("{}:{:02}.{} min", tenths / 600, tenths / 10 % 60, tenths % 10);
}

std::string format_percent(float share) {
  if (!std::isfinite(share)) return "\xE2\x80\x93";
  const double percent = 100.0 * share;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  if (percent >= 99.95) return fmt::format("{:.0f} %", percent);
  return fmt::format("{:.1f} %", percent);
}

void TextPainter::Unref::operator()(PangoContext* context) const { g_object_unref(context); }
void TextPainter::Unref::operator()(PangoLayout* layout) const { g_object_unref(layout); }
void TextPainter::Unref::operator()(PangoFontDescription* font) const {
  pango_font_description_free(font);
}

TextPainter::TextPainter() {
  // Pango keeps one default font map per thread.
  context_.reset(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_base_dir(context_.get(), PANGO_DIRECTION_LTR);
  layout_.reset(pango_layout_new(context_.get()));
  pango_layout_set_single_paragraph_mode(layout_.get(), true);
  font_.reset(pango_font_description_new());
  pango_font_description_set_family_static(font_.get(), "DejaVu Sans, Noto Sans, Sans");
}

void TextPainter::prepare(std::string_view text, const TextStyle& style) {
  pango_font_description_set_absolute_size(font_.get(), style.font_px * PANGO_SCALE);
  pango_font_description_set_weight(font_.get(),
                                    style.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout_.get(), font_.get());
  const std::string safe = printable(text);
  pango_layout_set_text(layout_.get(), safe.data(), static_cast<int>(safe.size()));
}

int TextPainter::width_of(std::string_view text, const TextStyle& style) {
  prepare(text, style);
  pango_layout_set_width(layout_.get(), -1);
  pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_NONE);
  PangoRectangle logical;
  pango_layout_get_pixel_extents(layout_.get(), nullptr, &logical);
  return logical.width;
}

void TextPainter::draw(cairo_t* cairo, std::string_view text, const Rect& box,
                       const TextStyle& style) {
  if (box.width <= 0 || box.height <= 0) return;
  prepare(text, style);
  PangoLayout* layout = layout_.get();
  pango_layout_set_width(layout, box.width * PANGO_SCALE);
  pango_layout_set_height(layout, -style.lines);
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(
      layout, style.ellipsis == Ellipsis::kEnd ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  PangoRectangle logical;
  pango_layout_get_pixel_extents(layout, nullptr, &logical);
  // Aligned by hand: Pango swaps sides for right-to-left text, columns here must not.
  int x = box.x - logical.x;
  if (style.align == Align::kRight) x = box.right() - logical.x - logical.width;
  if (style.align == Align::kCenter) x = box.x - logical.x + (box.width - logical.width) / 2;
  const int y = box.y - logical.y + (box.height - logical.height) / 2;
  cairo_save(cairo);
  cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
  cairo_clip(cairo);
  cairo_set_source_rgba(cairo, style.color.r, style.color.g, style.color.b, style.color.a);
  cairo_move_to(cairo, x, y);
  pango_cairo_show_layout(cairo, layout);
  cairo_restore(cairo);
}

}  // namespace praxiscope
