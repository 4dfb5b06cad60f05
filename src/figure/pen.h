// Pen: what panels draw with. Panels know boxes, colours and texts; whether the sheet is a PDF
// page, an SVG element or a picture is the pen's affair. Lengths are points on the page (1/72 inch;
// CSS px in HTML), y downwards.
#pragma once

#include "praxiscope/figure.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praxiscope::figure {

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

using Point = std::pair<double, double>;

/// sRGB 0..1.
struct Ink {
  double r = 0, g = 0, b = 0, a = 1;
};

enum class Anchor { kLeft, kCenter, kRight };

struct Letter {
  double size = 11;  ///< of the font, in points
  bool is_bold = false;
  Ink ink{};
  Anchor anchor = Anchor::kLeft;
  int lines = 1;  ///< wraps up to this many lines, then an ellipsis
};

/// Which frame of which film, with which map over it.
struct FilmFrame {
  FilmId film = -1;
  MapId map = -1;
  FilmView view = FilmView::kOverlay;
  int index = 0;  ///< t
};

class Pen {
 public:
  virtual ~Pen() = default;

  virtual void fill(const Box& box, const Ink& ink, double radius = 0) = 0;
  virtual void outline(const Box& box, const Ink& ink, double width, double radius = 0) = 0;
  virtual void line(const std::vector<Point>& points, const Ink& ink, double width) = 0;
  virtual void polygon(const std::vector<Point>& points, const Ink& ink) = 0;
  virtual void dot(const Point& center, double radius, const Ink& ink) = 0;
  /// Colours of a scale from left to right; opacity is that of a map with this scale.
  virtual void ramp(const Box& box, const FigureScale& scale) = 0;

  /// Vertically centred in the box; what does not fit is ellipsized, never drawn outside.
  virtual void text(std::string_view text, const Box& box, const Letter& letter) = 0;
  /// Width of the text on one line.
  virtual double width_of(std::string_view text, const Letter& letter) = 0;

  /// The whole picture, stretched onto the box: its aspect is the caller's affair.
  virtual void picture(PictureId picture, const Box& box) = 0;
  virtual void film_frame(const FilmFrame& frame, const Box& box) = 0;
  /// The film in motion where the sheet can move, else its most telling frame.
  virtual void player(const PlayerPanel& panel, const Box& box) = 0;

  /// A click on the box leads to a state, or to the enlarged frame. Sheets that cannot be clicked
  /// ignore it. `alt`: told instead of drawn.
  virtual void link(const Box& box, StateId state, std::string_view alt) = 0;
  virtual void link(const Box& box, const FilmFrame& frame, std::string_view alt) = 0;
};

}  // namespace praxiscope::figure
