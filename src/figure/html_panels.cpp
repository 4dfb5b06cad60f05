#include "figure/html_panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace praxiscope::figure {
namespace {

/// Height of each panel at one width; 0: not drawn at it.
class Heights {
 public:
  Heights(const Figure& figure, int width) : figure_(figure), width_(width) {
    std::vector<double> wanted(figure.panels.size(), 0);
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = wanted_of(figure.panels[i]);
    std::vector<double> tallest;  // at each position, of all states
    for (const FigureState& state : figure.states) {
      tallest.resize(std::max(tallest.size(), state.panels.size()), 0);
      for (std::size_t k = 0; k < state.panels.size(); ++k)
        tallest[k] = std::max(tallest[k], wanted[static_cast<std::size_t>(state.panels[k])]);
    }
    heights_.resize(figure.panels.size(), 0);
    for (const FigureState& state : figure.states) {
      for (std::size_t k = 0; k < state.panels.size(); ++k) {
        double& height = heights_[static_cast<std::size_t>(state.panels[k])];
        height = std::max(height, tallest[k]);
      }
    }
  }
  double of(std::size_t panel) const { return heights_[panel]; }

 private:
  double wanted_of(const FigurePanel& panel) {
    const std::vector<int> widths = drawn_widths(panel.place);
    if (is_drawn_by_script(panel.content) ||
        std::find(widths.begin(), widths.end(), width_) == widths.end())
      return 0;
    SvgPen pen(unused_);
    const WantedHeight wanted = wanted_height(panel, width_, {.figure = figure_}, pen);
    // What can stretch gets a shape that reads well: plots low and wide, point clouds square.
    if (std::holds_alternative<LinesPanel>(panel.content))
      return std::max(wanted.height, 96 + 0.09 * width_);
    if (std::holds_alternative<ScatterPanel>(panel.content))
      return std::max(wanted.height, std::min(0.9 * width_, 560.0));
    return wanted.height;
  }

  const Figure& figure_;
  int width_;
  InkPairs unused_;
  std::vector<double> heights_;
};

}  // namespace

bool is_drawn_by_script(const PanelContent& content) {
  return std::holds_alternative<PlayerPanel>(content) ||
         std::holds_alternative<StripPanel>(content) ||
         std::holds_alternative<TablePanel>(content) || std::holds_alternative<TextPanel>(content);
}

std::vector<int> drawn_widths(PanelPlace place) {
  switch (place) {
    case PanelPlace::kSide:
      return {330};
    case PanelPlace::kMain:
    case PanelPlace::kUnder:
      return {330, 720};
    case PanelPlace::kWide:
      return {330, 720, 1152};
  }
  return {330};
}

Drawings draw_panels(const Figure& figure, InkPairs& inks) {
  Drawings out;
  out.of_panels.resize(figure.panels.size());
  std::map<std::string, int> ids;  // states often show the same curves
  for (const int width : drawn_widths(PanelPlace::kWide)) {
    const Heights heights(figure, width);
    for (std::size_t i = 0; i < figure.panels.size(); ++i) {
      if (heights.of(i) <= 0) continue;
      std::string svg = draw_svg(figure.panels[i], width, heights.of(i), figure, inks);
      const auto [at, is_new] = ids.try_emplace(std::move(svg), static_cast<int>(ids.size()));
      if (is_new)
        out.templates +=
            fmt::format("<template id=\"drawing-{}\">{}</template>\n", at->second, at->first);
      out.of_panels[i].push_back({width, at->second});
    }
  }
  return out;
}

}  // namespace praxiscope::figure
