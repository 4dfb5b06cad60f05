// Duty: the rules of the figure model that every writer relies on. See praxiscope/figure.h.
#include "praxiscope/figure.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace praxiscope {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::kInternal, "figure: " + what);
}

void check_id(int id, std::size_t count, const std::string& what) {
  if (id < 0 || static_cast<std::size_t>(id) >= count)
    refuse(fmt::format("{}: found {}, expected 0 to {}", what, id, static_cast<int>(count) - 1));
}

void check_optional(int id, std::size_t count, const std::string& what) {
  if (id != -1) check_id(id, count, what);
}

/// Looks at the references and lengths of one kind of panel each.
struct PanelCheck {
  const Figure& figure;

  void film(FilmId film, MapId map) const {
    check_id(film, figure.films.size(), "film of a panel");
    check_optional(map, figure.maps.size(), "map of a panel");
    if (map >= 0 &&
        figure.maps[static_cast<std::size_t>(map)].frames !=
            static_cast<int>(figure.films[static_cast<std::size_t>(film)].pictures.size()))
      refuse("a map and its film differ in length");
  }
  void operator()(const PlayerPanel& panel) const { film(panel.film, panel.map); }
  void operator()(const StripPanel& panel) const { film(panel.film, panel.map); }
  void operator()(const LinesPanel& panel) const {
    for (const LinesPanel::Line& line : panel.lines) {
      if (line.x.size() != line.y.size()) refuse("a line has unequal numbers of x and y");
    }
  }
  void operator()(const BarsPanel& panel) const {
    for (const BarsPanel::Bar& bar : panel.bars)
      check_optional(bar.state, figure.states.size(), "state of a bar");
  }
  void operator()(const MatrixPanel& panel) const {
    const std::size_t cells = panel.rows.size() * panel.columns.size();
    if (panel.values.size() != cells || (!panel.states.empty() && panel.states.size() != cells))
      refuse("a matrix has another number of cells than rows times columns");
    for (const StateId state : panel.states)
      check_optional(state, figure.states.size(), "state of a cell");
  }
  void operator()(const ScatterPanel& panel) const {
    for (const ScatterPanel::Point& point : panel.points)
      check_optional(point.state, figure.states.size(), "state of a point");
  }
  void operator()(const PlatesPanel& panel) const {
    if (panel.columns < 1) refuse("plates need at least one column");
    for (const PlatesPanel::Plate& plate : panel.plates) {
      check_optional(plate.picture, figure.pictures.size(), "picture of a plate");
      check_optional(plate.state, figure.states.size(), "state of a plate");
    }
  }
  void operator()(const TablePanel& panel) const {
    for (const auto& row : panel.rows) {
      if (row.size() != panel.columns.size()) refuse("a table's row has another number of columns");
    }
  }
  void operator()(const TextPanel&) const {}
  void operator()(const ScalePanel&) const {}
};

void check_state(const Figure& figure, const FigureState& state) {
  if (state.choice.size() != figure.axes.size())
    refuse("a state has another number of choices than the figure axes");
  for (std::size_t axis = 0; axis < figure.axes.size(); ++axis)
    check_id(state.choice[axis], figure.axes[axis].values.size(),
             "choice on axis " + figure.axes[axis].id);
  for (const PanelId panel : state.panels)
    check_id(panel, figure.panels.size(), "panel of a state");
}

}  // namespace

std::optional<StateId> find_state(const Figure& figure, const std::vector<int>& choice) {
  for (std::size_t i = 0; i < figure.states.size(); ++i) {
    if (figure.states[i].choice == choice) return static_cast<StateId>(i);
  }
  return std::nullopt;
}

std::optional<StateId> find_neighbour(const Figure& figure, StateId from, int axis, int value) {
  const std::vector<int>& here = figure.states.at(static_cast<std::size_t>(from)).choice;
  std::optional<StateId> best;
  int most_kept = -1;
  for (std::size_t i = 0; i < figure.states.size(); ++i) {
    const std::vector<int>& there = figure.states[i].choice;
    if (there.at(static_cast<std::size_t>(axis)) != value) continue;
    int kept = 0;
    for (std::size_t k = 0; k < here.size(); ++k) kept += here[k] == there[k] ? 1 : 0;
    if (kept > most_kept) {
      most_kept = kept;
      best = static_cast<StateId>(i);
    }
  }
  return best;
}

void check_figure(const Figure& figure) {
  if (figure.states.empty()) refuse("it has no states");
  for (const FigureState& state : figure.states) check_state(figure, state);
  for (const FigureFilm& film : figure.films) {
    const std::size_t frames = film.pictures.size();
    if (frames == 0 || film.times_s.size() != frames || film.source_frames.size() != frames ||
        (!film.is_padding.empty() && film.is_padding.size() != frames))
      refuse("a film's lists differ in length, or it has no frames");
    for (const PictureId picture : film.pictures)
      check_id(picture, figure.pictures.size(), "picture of a film");
  }
  for (const FigureMap& map : figure.maps) {
    if (map.frames < 1 || map.height < 1 || map.width < 1 ||
        map.values.size() != static_cast<std::size_t>(map.frames) *
                                 static_cast<std::size_t>(map.height) *
                                 static_cast<std::size_t>(map.width))
      refuse("a map has another number of values than T times h times w");
  }
  for (const FigurePanel& panel : figure.panels) std::visit(PanelCheck{figure}, panel.content);
}

}  // namespace praxiscope
