// A canvas for tests: a page or panel of a figure as pixels, and a pen that remembers what it drew.
#pragma once

#include "figure/cairo_pen.h"
#include "figure/page_layout.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope::test {

/// What a panel asked its pen for, with the boxes.
struct Drawn {
  struct Text {
    std::string words;
    figure::Box box;
    figure::Letter letter;
    double width = 0;  ///< on one line
    /// What the letters cover, roughly: one line by its width, several by their box.
    figure::Box extent() const;
  };
  struct Link {
    figure::Box box;
    StateId state = -1;
    int frame = -1;  ///< t, when it leads to an enlarged frame
    std::string alt;
  };
  struct Shape {
    figure::Box box;
    figure::Ink ink;
  };
  std::vector<Text> texts;
  std::vector<Link> links;
  std::vector<Shape> fills;
  std::vector<figure::Box> frames, pictures, players, ramps;
  std::vector<std::vector<figure::Point>> lines;
  std::vector<figure::Point> dots;

  bool has_text(const std::string& words) const;
  /// Pairs of texts that cover each other: "a | b".
  std::vector<std::string> overlapping_texts() const;
};

/// Draws on an image of `scale` px a point and writes down every call.
class Canvas : public figure::CairoPen {
 public:
  Canvas(const Figure& figure, double width, double height, double scale = 1);
  ~Canvas() override;

  Drawn drawn;
  /// Inks at a point of the page, 0..255.
  std::vector<int> pixel(double x, double y) const;
  /// Writes a PNG when the environment variable PRAXISCOPE_FIGURE_LOOK names a folder: for eyes.
  void look(const std::string& name) const;

  void fill(const figure::Box& box, const figure::Ink& ink, double radius = 0) override;
  void line(const std::vector<figure::Point>& points, const figure::Ink& ink,
            double width) override;
  void dot(const figure::Point& center, double radius, const figure::Ink& ink) override;
  void ramp(const figure::Box& box, const FigureScale& scale) override;
  void text(std::string_view text, const figure::Box& box, const figure::Letter& letter) override;
  void picture(PictureId picture, const figure::Box& box) override;
  void film_frame(const figure::FilmFrame& frame, const figure::Box& box) override;
  void player(const PlayerPanel& panel, const figure::Box& box) override;
  void link(const figure::Box& box, StateId state, std::string_view alt) override;
  void link(const figure::Box& box, const figure::FilmFrame& frame, std::string_view alt) override;

 private:
  Canvas(cairo_surface_t* surface, const Figure& figure, double scale);
  cairo_surface_t* surface_;
  double scale_;
};

/// One panel alone in a box of this size with a margin of 8 points around it, on paper.
std::unique_ptr<Canvas> draw_alone(const Figure& figure, const FigurePanel& panel, double width,
                                   double height, bool is_dark = false);

/// draw_alone() with the corner of the box at (8, 8), written for eyes as "panel_NAME"; a failed
/// expectation where texts cover each other or where texts and links leave the box.
std::unique_ptr<Canvas> draw_tidy(const Figure& figure, const PanelContent& content, double width,
                                  double height, const std::string& name);

/// What the panel wants at this width, points.
double wanted_height(const Figure& figure, const PanelContent& content, double width);

/// A whole page.
std::unique_ptr<Canvas> draw_page(const Figure& figure, StateId state, bool is_dark = false);

bool overlap(const figure::Box& a, const figure::Box& b);
std::string words_of(const figure::Box& box);

/// Writes a picture as draw_alone() does.
void look_at(const Picture& picture, const std::string& name);

}  // namespace praxiscope::test
