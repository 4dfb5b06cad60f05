// Frames side by side, the time under each; a click enlarges one.
#include "figure/panels/parts.h"
#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kBetween = 4, kTime = 14;  ///< pt: between frames; height of the time
constexpr double kTallest = 112;            ///< pt, of a frame: a strip is no second player
constexpr double kOnly = 64;                ///< of the one frame of a still picture
constexpr double kFlat = 2.2;               ///< width / height from which on frames get more rows

struct Cells {
  int columns = 1, rows = 1;
  double width = 0, height = 0;  ///< of a frame
};

Cells cells_in(int frames, int rows, double aspect, double width, double height) {
  Cells cells{.columns = (frames + rows - 1) / rows, .rows = rows};
  const double room_x = (width - (cells.columns - 1) * kBetween) / cells.columns;
  const double room_y = (height - (rows - 1) * kBetween) / rows - kTime;
  cells.width = std::max(1.0, std::min(room_x, room_y * aspect));
  cells.height = cells.width / aspect;
  return cells;
}

/// One, two or four rows, whichever shows the frames largest.
Cells choose_cells(int frames, double aspect, double width, double height) {
  Cells best = cells_in(frames, 1, aspect, width, height);
  for (const int rows : {2, 4}) {
    const Cells cells = cells_in(frames, rows, aspect, width, height);
    if (rows <= frames && cells.width > best.width + 0.01) best = cells;
  }
  return best;
}

/// When frame `t` is; its number in films of no source, such as kernels.
std::string when_text(const FigureFilm& film, std::size_t t) {
  if (std::isfinite(film.times_s[t])) return format_duration(film.times_s[t]);
  return fmt::format("{} of {}", t + 1, film.times_s.size());
}

std::string time_text(const FigureFilm& film, std::size_t t, double width, const Letter& letter,
                      Pen& pen) {
  const std::string whole = when_text(film, t);
  return pen.width_of(whole, letter) <= width ? whole : whole.substr(0, whole.find(' '));
}

}  // namespace

std::vector<int> shown_frames(int frames) {
  const int count = std::min(frames, kMostStripFrames);
  std::vector<int> shown;
  for (int i = 0; i < count; ++i)
    shown.push_back(count == 1 ? 0
                               : static_cast<int>(std::lround(static_cast<double>(i) *
                                                              (frames - 1) / (count - 1))));
  return shown;
}

void draw_strip(const StripPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const FigureFilm& film = context.figure.films.at(static_cast<std::size_t>(panel.film));
  const int frames = static_cast<int>(film.pictures.size());
  const std::vector<int> shown = shown_frames(frames);
  const Cells cells =
      choose_cells(static_cast<int>(shown.size()), aspect_of_film(context.figure, panel.film),
                   box.width, box.height);
  Letter small = small_letter(look);
  small.anchor = Anchor::kCenter;
  if (cells.width < 36) small.size = 7;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const int column = static_cast<int>(i) % cells.columns,
              row = static_cast<int>(i) / cells.columns;
    const Box place{box.x + column * (cells.width + kBetween),
                    box.y + row * (cells.height + kTime + kBetween), cells.width, cells.height};
    const auto t = static_cast<std::size_t>(shown[i]);
    const FilmFrame frame{panel.film, panel.map, panel.view, shown[i]};
    const bool is_padding = t < film.is_padding.size() && film.is_padding[t];
    pen.film_frame(frame, place);
    // Padding is no moment of its own: it repeats a frame so that the network has enough.
    if (is_padding) pen.fill(place, {look.paper.r, look.paper.g, look.paper.b, 0.55});
    const Box label{place.x, place.bottom() + 1, place.width, kTime - 2};
    const std::string time = time_text(film, t, label.width, small, pen);
    pen.text(is_padding ? "repeated" : time, label, small);
    pen.link(place, frame,
             fmt::format("{}, frame {} of {}, {}{}: enlarge", film.name, shown[i] + 1, frames,
                         when_text(film, t), is_padding ? ", padding" : ""));
  }
}

WantedHeight wanted_strip(const StripPanel& panel, double width, const PanelContext& context,
                          double tallest) {
  const FigureFilm& film = context.figure.films.at(static_cast<std::size_t>(panel.film));
  const double aspect = aspect_of_film(context.figure, panel.film);
  const int shown = static_cast<int>(shown_frames(static_cast<int>(film.pictures.size())).size());
  const auto height_in = [&](int rows) { return cells_in(shown, rows, aspect, width, 1e9).height; };
  if (tallest <= 0) tallest = shown == 1 ? kOnly : kTallest;
  // Two rows for more than 8 frames, unless they are so tall that one is high enough.
  int rows = shown > kMostStripFrames / 2 && height_in(1) < 0.6 * tallest ? 2 : 1;
  if (rows == 2 && aspect > kFlat) rows = 4;
  const double height = std::min(tallest, height_in(rows));
  const double rest = rows * kTime + (rows - 1) * kBetween;
  return {rows * height + rest, false, 0.6 * rows * height + rest};
}

}  // namespace praxiscope::figure
