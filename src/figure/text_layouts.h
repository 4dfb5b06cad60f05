// Texts laid out by Pango, alike for all pens. Pages repeat most of their words, and to shape them
// costs more than to draw them, so layouts are kept.
#pragma once

#include "figure/pen.h"

#include <pango/pango.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

namespace praxiscope::figure {

/// Not thread-safe.
class TextLayouts {
 public:
  TextLayouts();

  /// Of the text on one line.
  double width_of(std::string_view text, const Letter& letter);

  /// `text` (made printable) wrapped into `width` points on at most `lines` lines; what does not
  /// fit is ellipsized. Valid until the next call.
  PangoLayout* lay_out(std::string_view text, const Letter& letter, double width, int lines);

 private:
  struct Unref {
    void operator()(PangoContext* context) const { g_object_unref(context); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  };
  using Layout = std::unique_ptr<PangoLayout, Unref>;
  /// Text, size, weight, centred; width in Pango's units (-1: one line of any width), lines.
  using Key = std::tuple<std::string, double, bool, bool, int, int>;

  PangoLayout* find(std::string_view text, const Letter& letter, int width, int lines);

  std::unique_ptr<PangoContext, Unref> context_;
  std::map<Key, Layout> layouts_;
};

}  // namespace praxiscope::figure
