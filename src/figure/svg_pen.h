// SvgPen: draws a panel as one inline <svg> of a page. Texts stay texts; inks that depend on the
// theme become custom properties, so that one drawing serves light and dark. Pictures and frames
// are only named: the page's script puts them in.
#pragma once

#include "figure/panels.h"
#include "figure/pen.h"
#include "figure/text_layouts.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praxiscope::figure {

/// Inks of a page in both themes. Those that differ get a custom property: --ink0, --ink1, ...
class InkPairs {
 public:
  /// A CSS colour: "#rrggbb", "#rrggbbaa" or "var(--ink3)".
  std::string css(const Ink& light, const Ink& dark);
  /// "--ink0:#0b0b0b;--ink1:..." of all pairs so far.
  std::string declarations(bool is_dark) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;  // light, dark
};

/// As the page's script knows it: "overlay", "map", "frame".
const char* view_name(FilmView view);

/// "#rrggbb", with "aa" where it is not opaque.
std::string css_color(const Ink& ink);

/// Text for HTML and XML: in elements and in quoted attributes.
std::string escape_markup(std::string_view text);

/// Not thread-safe.
class SvgPen final : public Pen {
 public:
  /// `dark`: inks() of the same drawing in the dark theme; empty: there is none.
  explicit SvgPen(InkPairs& pairs, std::vector<Ink> dark = {});

  /// All inks in the order they were drawn with.
  const std::vector<Ink>& inks() const { return inks_; }
  /// Something in it can be clicked.
  bool has_links() const { return has_links_; }
  /// The elements drawn so far.
  const std::string& body() const { return body_; }

  void fill(const Box& box, const Ink& ink, double radius) override;
  void outline(const Box& box, const Ink& ink, double width, double radius) override;
  void line(const std::vector<Point>& points, const Ink& ink, double width) override;
  void polygon(const std::vector<Point>& points, const Ink& ink) override;
  void dot(const Point& center, double radius, const Ink& ink) override;
  /// <image class="ramp" data-colormap data-lo data-hi data-signed>.
  void ramp(const Box& box, const FigureScale& scale) override;
  /// One <text> a line; data-most says how wide it may be in the fonts of the reader.
  void text(std::string_view text, const Box& box, const Letter& letter) override;
  double width_of(std::string_view text, const Letter& letter) override;
  /// <image data-picture>.
  void picture(PictureId picture, const Box& box) override;
  /// <image class="film" data-film data-map data-view data-frame>.
  void film_frame(const FilmFrame& frame, const Box& box) override;
  void player(const PlayerPanel& panel, const Box& box) override;
  /// <a data-state>.
  void link(const Box& box, StateId state, std::string_view alt) override;
  /// <a data-frame>.
  void link(const Box& box, const FilmFrame& frame, std::string_view alt) override;

 private:
  std::string paint(const Ink& ink);
  void link_to(const Box& box, const std::string& target, std::string_view alt);

  InkPairs& pairs_;
  std::vector<Ink> dark_, inks_;
  std::string body_;
  bool has_links_ = false;
  TextLayouts texts_;
};

/// The panel as an <svg> of this many CSS px, whose <title> is the panel's alternate text.
std::string draw_svg(const FigurePanel& panel, double width, double height, const Figure& figure,
                     InkPairs& pairs);

}  // namespace praxiscope::figure
