// Contact sheet: an overview and the states that show an overlay, one below the other, as one
// picture.
#include "figure/sheet.h"

#include "figure/cairo_pen.h"
#include "figure/page_layout.h"
#include "figure/panels/parts.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace praxiscope {
namespace figure {
namespace {

constexpr int kLeastPx = 600, kMostPx = 8000;
constexpr double kMostHeightPx = 32000;  ///< what Cairo can draw on
constexpr double kMostPixels = 120e6;    ///< of a sheet: 480 MB while it is drawn
constexpr double kPageShape = 1.5;       ///< height / width of a printed page
constexpr double kRule = 16;             ///< pt between two blocks
constexpr double kTallestFrame = 220;    ///< pt: no player stands above, few frames may be large
constexpr double kPage = 1200;           ///< pt: width of lay_out_page()
constexpr double kPlotRow = 112;         ///< pt: bars, profile and scale

/// The panels of a state that a sheet shows; null where the state has none.
struct Parts {
  const StripPanel* strip = nullptr;
  const BarsPanel* bars = nullptr;
  const LinesPanel* when = nullptr;
  const ScalePanel* scale = nullptr;
};

Parts parts_of(const Figure& figure, StateId state) {
  Parts parts;
  for (const PanelId id : figure.states.at(static_cast<std::size_t>(state)).panels) {
    const PanelContent& content = figure.panels.at(static_cast<std::size_t>(id)).content;
    if (const auto* strip = std::get_if<StripPanel>(&content); strip && !parts.strip)
      parts.strip = strip;
    if (const auto* bars = std::get_if<BarsPanel>(&content); bars && !parts.bars) parts.bars = bars;
    if (const auto* scale = std::get_if<ScalePanel>(&content); scale && !parts.scale)
      parts.scale = scale;
    const auto* lines = std::get_if<LinesPanel>(&content);
    if (lines != nullptr && lines->follows_player && !parts.when) parts.when = lines;
  }
  return parts;
}

bool shows_overlay(const Figure& figure, StateId state) {
  const Parts parts = parts_of(figure, state);
  return parts.strip != nullptr && parts.strip->view == FilmView::kOverlay && parts.strip->map >= 0;
}

/// An overview shows no clip: neither in motion nor its frames.
bool shows_clip(const Figure& figure, StateId state) {
  const std::vector<PanelId>& panels = figure.states.at(static_cast<std::size_t>(state)).panels;
  return std::any_of(panels.begin(), panels.end(), [&](PanelId id) {
    const PanelContent& content = figure.panels.at(static_cast<std::size_t>(id)).content;
    return std::holds_alternative<PlayerPanel>(content) ||
           std::holds_alternative<StripPanel>(content);
  });
}

/// "cello, bowed · Grad-CAM · layer4": what the states differ in.
std::string name_of(const Figure& figure, StateId state) {
  std::string name;
  for (std::size_t a = 0; a < figure.axes.size(); ++a) {
    const FigureAxis& axis = figure.axes[a];
    if (axis.id == "view") continue;  // a sheet shows the overlay alone
    if (axis.id == "clip" && !shows_clip(figure, state)) continue;
    const int choice = figure.states[static_cast<std::size_t>(state)].choice.at(a);
    name += (name.empty() ? "" : " \xC2\xB7 ") + axis.values.at(static_cast<std::size_t>(choice));
  }
  return name;
}

/// Draws, or with no pen of its own only measures, the blocks of a sheet from top to bottom.
class SheetDrawing {
 public:
  SheetDrawing(const PanelContext& context, Pen& pen, double width, bool is_drawn)
      : context_(context), pen_(pen), width_(width), is_drawn_(is_drawn) {}

  /// Height of the whole, points. Once for each drawing.
  double run(std::span<const StateId> states, std::size_t all_states);

 private:
  Box take(double height) {
    const Box box{kMargin, y_, width_ - 2 * kMargin, height};
    y_ += height;
    return box;
  }
  void text(const std::string& words, double height, const Letter& letter) {
    const Box box = take(height);
    if (is_drawn_) pen_.text(words, box, letter);
  }
  void head();
  void block(StateId state);
  void plots(const Parts& parts, const Box& box);
  void page(StateId state);
  void whole_page(StateId state);
  void foot(std::size_t shown, std::size_t all);

  const PanelContext& context_;
  Pen& pen_;
  double width_;
  bool is_drawn_;
  double y_ = kMargin;
};

void SheetDrawing::head() {
  const Theme& look = theme(context_.is_dark);
  if (!context_.figure.title.empty()) text(context_.figure.title, 28, title_letter(look));
  Letter soft = body_letter(look);
  soft.ink = look.soft_text;
  if (!context_.figure.subtitle.empty()) text(context_.figure.subtitle, 20, soft);
}

/// Bars, profile and scale side by side; those that are there share the width.
void SheetDrawing::plots(const Parts& parts, const Box& box) {
  const int count = (parts.bars ? 1 : 0) + (parts.when ? 1 : 0) + (parts.scale ? 1 : 0);
  if (count == 0 || !is_drawn_) return;
  const double gap = 6 * kGrid;
  const double width = (box.width - (count - 1) * gap) / count;
  Box place{box.x, box.y, width, box.height};
  const auto next = [&] { place.x += width + gap; };
  if (parts.bars) draw_bars(*parts.bars, place, context_, pen_), next();
  if (parts.when) draw_lines(*parts.when, place, context_, pen_), next();
  if (parts.scale) draw_scale(*parts.scale, place, context_, pen_);
}

void SheetDrawing::block(StateId state) {
  const Theme& look = theme(context_.is_dark);
  const FigureState& shown = context_.figure.states[static_cast<std::size_t>(state)];
  y_ += kRule / 2;
  if (is_drawn_) pen_.line({{kMargin, y_}, {width_ - kMargin, y_}}, look.faint, 1);
  y_ += kRule / 2;
  Letter name = heading_letter(look);
  name.size = 13;
  if (const std::string words = name_of(context_.figure, state); !words.empty())
    text(words, 20, name);
  Letter caption = body_letter(look);
  caption.lines = 2;
  if (!shown.caption.empty())
    text(shown.caption, pen_.width_of(shown.caption, caption) > width_ - 2 * kMargin ? 36 : 20,
         caption);
  const Parts parts = parts_of(context_.figure, state);
  if (!shows_overlay(context_.figure, state)) return page(state);
  y_ += kGrid;
  const double width = width_ - 2 * kMargin;
  const Box strip = take(wanted_strip(*parts.strip, width, context_, kTallestFrame).height);
  if (is_drawn_) draw_strip(*parts.strip, strip, context_, pen_);
  y_ += 2 * kGrid;
  if (parts.bars || parts.when || parts.scale) plots(parts, take(kPlotRow));
}

/// A state without an overlay: its page where there is room, else its panels one below the other.
void SheetDrawing::page(StateId state) {
  if (width_ >= kPage) return whole_page(state);
  const double width = width_ - 2 * kMargin;
  for (const PanelId id : context_.figure.states[static_cast<std::size_t>(state)].panels) {
    const FigurePanel& panel = context_.figure.panels.at(static_cast<std::size_t>(id));
    y_ += kGap / 2;
    const Box box = take(wanted_height(panel, width, context_, pen_).height);
    if (is_drawn_) draw_panel(panel, box, context_, pen_);
    y_ += kGap / 2;
  }
}

void SheetDrawing::whole_page(StateId state) {
  const PageLayout layout = lay_out_page(context_, pen_);
  const std::vector<PanelId>& panels =
      context_.figure.states[static_cast<std::size_t>(state)].panels;
  double top = layout.height, bottom = 0;
  for (const Box& box : layout.panels)
    top = std::min(top, box.y), bottom = std::max(bottom, box.bottom());
  for (std::size_t k = 0; is_drawn_ && k < panels.size(); ++k) {
    Box box = layout.panels[k];
    box.y += y_ + kGap / 2 - top;
    draw_panel(context_.figure.panels[static_cast<std::size_t>(panels[k])], box, context_, pen_);
  }
  y_ += kGap + std::max(0.0, bottom - top);
}

void SheetDrawing::foot(std::size_t shown, std::size_t all) {
  const Theme& look = theme(context_.is_dark);
  Letter letter = small_letter(look);
  y_ += kRule / 2;
  std::string words = context_.figure.footnote;
  if (shown < all)
    words += fmt::format("{}{} of {} combinations are shown", words.empty() ? "" : " \xC2\xB7 ",
                         shown, all);
  if (!words.empty()) text(words, 16, letter);
  y_ += kMargin / 2;
}

double SheetDrawing::run(std::span<const StateId> states, std::size_t all_states) {
  head();
  for (const StateId state : states) block(state);
  foot(states.size(), all_states);
  return y_;
}

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Surface = std::unique_ptr<cairo_surface_t, Release>;
using Cairo = std::unique_ptr<cairo_t, Release>;

Surface make_surface(int width, int height) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  if (const cairo_status_t status = cairo_surface_status(surface.get());
      status != CAIRO_STATUS_SUCCESS)
    throw Error(ErrorKind::kInternal, fmt::format("cannot draw a sheet of {}x{} px: {}", width,
                                                  height, cairo_status_to_string(status)));
  return surface;
}

/// Width of the sheet in points: letters of 11 points shall be at least 11 px high, and 18 px from
/// where there is room on.
double points_of(int width, bool has_strips) {
  if (!has_strips && width >= kPage) return kPage;
  return std::clamp(width / 1.6, 600.0, 1000.0);
}

Picture picture_of(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  Picture picture{.width = cairo_image_surface_get_width(surface),
                  .height = cairo_image_surface_get_height(surface),
                  .rgb = {}};
  picture.rgb.reserve(static_cast<std::size_t>(picture.width) *
                      static_cast<std::size_t>(picture.height) * 3);
  const unsigned char* data = cairo_image_surface_get_data(surface);
  for (int y = 0; y < picture.height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(
        data + static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface));
    for (int x = 0; x < picture.width; ++x) {
      for (const int shift : {16, 8, 0})
        picture.rgb.push_back(static_cast<std::uint8_t>(row[x] >> shift));
    }
  }
  return picture;
}

}  // namespace

std::vector<StateId> sheet_states(const Figure& figure) {
  std::vector<StateId> states, all;
  std::optional<StateId> overview;
  for (int state = 0; state < static_cast<int>(figure.states.size()); ++state) {
    all.push_back(state);
    if (shows_overlay(figure, state)) states.push_back(state);
    if (!overview && !shows_clip(figure, state)) overview = state;
  }
  if (states.empty()) return all;
  if (overview) states.insert(states.begin(), *overview);
  return states;
}

std::vector<StateId> in_order_of_tabs(const Figure& figure, std::vector<StateId> states) {
  if (states.empty() || !shows_overlay(figure, states.back())) return states;
  const auto begin = states.begin() + (shows_clip(figure, states.front()) ? 0 : 1);
  std::stable_sort(begin, states.end(), [&](StateId a, StateId b) {
    return figure.states[static_cast<std::size_t>(a)].choice <
           figure.states[static_cast<std::size_t>(b)].choice;
  });
  return states;
}

}  // namespace figure

Picture make_sheet(const Figure& shown, int width, std::optional<int> most_states) {
  using namespace figure;
  if (width < kLeastPx || width > kMostPx)
    throw Error(ErrorKind::kUsage, fmt::format("width of a sheet: found {} px, expected {} to {}",
                                               width, kLeastPx, kMostPx));
  check_figure(shown);
  const std::vector<StateId> states = sheet_states(shown);
  const double points = points_of(width, shows_overlay(shown, states.front()));
  const double scale = width / points;
  const PanelContext context{shown};
  const Surface probe = make_surface(1, 1);
  const Cairo probe_cairo(cairo_create(probe.get()));
  CairoPen measure(probe_cairo.get(), shown);
  const double most = std::min(kMostHeightPx, kMostPixels / width) / scale;
  const auto height_of = [&](std::size_t count) {
    const std::span first(states.data(), count);
    return SheetDrawing(context, measure, points, false).run(first, states.size());
  };
  const double fits = most_states ? most : std::min(most, kPageShape * points);
  const std::size_t wanted =
      most_states ? static_cast<std::size_t>(std::max(1, *most_states)) : states.size();
  std::size_t count = 1;
  double height = height_of(count);
  for (; count < std::min(wanted, states.size()); ++count) {
    const double more = height_of(count + 1);
    if (more > fits) break;
    height = more;
  }
  const Surface surface =
      make_surface(width, static_cast<int>(std::ceil(std::min(height, most) * scale)));
  const Cairo cairo(cairo_create(surface.get()));
  cairo_scale(cairo.get(), scale, scale);
  CairoPen pen(cairo.get(), shown);
  pen.fill({0, 0, points, height + 1}, theme(false).paper);
  const std::vector<StateId> drawn = in_order_of_tabs(
      shown, {states.begin(), states.begin() + static_cast<std::ptrdiff_t>(count)});
  SheetDrawing(context, pen, points, true).run(drawn, states.size());
  return picture_of(surface.get());
}

}  // namespace praxiscope
