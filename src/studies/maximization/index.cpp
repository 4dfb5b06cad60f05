// See index.h.
#include "studies/maximization/index.h"

#include "studies/support/add_panel.h"
#include "studies/support/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

/// Things of a page, the most in a row of its grid; px of a picture in it.
constexpr std::size_t kIndexed = 24, kColumns = 6, kColumnsOfPairs = 8;
constexpr int kCell = 150;
/// Width over height of the place where the grid is shown.
constexpr double kGridAspect = 1.7;
/// Curves that can be told apart.
constexpr std::size_t kLines = 6;
/// Of the table.
constexpr std::size_t kRows = 8;

/// The result that stands for a thing: of the first noise, at the middle speed.
const Found* shown_result(const Gallery& gallery, std::size_t i) {
  const std::vector<const Found*> results = gallery.results(i, 0, false);
  return results.empty() ? nullptr : results[results.size() / 2];
}

/// So that pictures of `height` rows each come out as large as the place allows.
std::size_t columns_for(std::size_t count, std::size_t height) {
  std::size_t best = 1;
  double largest = 0;
  for (std::size_t columns = 1; columns <= (height > 1 ? kColumnsOfPairs : kColumns); ++columns) {
    const std::size_t rows = (count + columns - 1) / columns * height;
    const double side =
        std::min(kGridAspect / static_cast<double>(columns), 1.0 / static_cast<double>(rows));
    if (side > largest + 1e-9) largest = side, best = columns;
  }
  return best;
}

double driven(const Gallery& gallery, std::size_t i) {
  const Found* one = shown_result(gallery, i);
  return one == nullptr ? std::numeric_limits<double>::quiet_NaN()
                        : one->optimum.score / gallery.sought[i].objective.a_hat;
}

/// Of units the end, which tells them apart: "\u2026expand.norm:17".
std::string label_of(const Sought& one) {
  constexpr std::size_t kMost = 14;
  const bool is_long = one.objective.target.kind == Target::Kind::kUnit && one.name.size() > kMost;
  if (!is_long) return one.name;
  std::size_t begin = one.name.size() - kMost + 1;
  while (begin < one.name.size() && (one.name[begin] & 0xC0) == 0x80) ++begin;  // within a letter
  return "\u2026" + one.name.substr(begin);
}

GridCell cell_of(const Gallery& gallery, std::size_t i) {
  GridCell cell{.label = label_of(gallery.sought[i]), .rows = {}};
  const Found* one = shown_result(gallery, i);
  if (one == nullptr) return cell;
  const Plate plate = gallery.plate({one});
  for (std::size_t r = 0; r < plate.rows.size(); ++r) {
    // Of flow the wheel alone: the same twice would take the room of others.
    if (plate.rows[r].ends_with("as RGB")) continue;
    cell.rows.push_back(plate.cells[r].front());
  }
  return cell;
}

/// All things, a row a layer, of long layers several: where a click leads to any of them.
MatrixPanel by_layer(const Gallery& gallery, const std::vector<StateId>& states) {
  MatrixPanel panel;
  panel.title = "How far each is driven; 1 is its reference";
  panel.row_label = "layer";
  panel.column_label = "in order";
  struct Row {
    std::string layer;
    std::size_t begin = 0, end = 0;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < gallery.sought.size(); ++i) {
    const std::string& layer = gallery.sought[i].wished_layer;
    if (rows.empty() || rows.back().layer != layer || i - rows.back().begin == kIndexed)
      rows.push_back({layer, i, i});
    rows.back().end = i + 1;
  }
  std::size_t columns = 0;
  for (const Row& row : rows) columns = std::max(columns, row.end - row.begin);
  for (std::size_t c = 0; c < columns; ++c) panel.columns.push_back(fmt::format("{}", c + 1));
  float most = 0;
  for (const Row& row : rows) {
    const auto name = [&](std::size_t i) {
      const std::int64_t channel = gallery.sought[i].objective.target.channel;
      return row.layer.empty() ? gallery.sought[i].name : fmt::format("{}", channel);
    };
    panel.rows.push_back(fmt::format("{}{} to {}", row.layer.empty() ? "" : row.layer + ": ",
                                     name(row.begin), name(row.end - 1)));
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t i = row.begin + c;
      const bool is_there = i < row.end;
      panel.values.push_back(is_there ? driven(gallery, i)
                                      : std::numeric_limits<double>::quiet_NaN());
      panel.states.push_back(is_there ? states[i] : -1);
      if (std::isfinite(panel.values.back()))
        most = std::max(most, static_cast<float>(panel.values.back()));
    }
  }
  panel.scale = {"viridis", 0, most > 0 ? most : 1, false};
  return panel;
}

BarsPanel bars_of(const Gallery& gallery, const std::vector<StateId>& states, std::size_t begin,
                  std::size_t end) {
  BarsPanel panel;
  panel.title = "Activation; 1 is each one's reference";
  panel.is_percent = false;
  panel.most = 1e-12;
  for (std::size_t i = begin; i < end; ++i) {
    const double value = driven(gallery, i);
    if (!std::isfinite(value)) continue;  // the search was stopped before
    panel.most = std::max(panel.most, std::abs(value));
    panel.bars.push_back({gallery.sought[i].name, value, 0, false, states[i]});
  }
  return panel;
}

/// How the first few of the page grew.
LinesPanel courses_of(const Gallery& gallery, std::size_t begin, std::size_t end) {
  LinesPanel panel;
  panel.title = "Value while it is optimized";
  panel.x_label = "step";
  panel.y_label = "activation less priors";
  for (std::size_t i = begin; i < end && panel.lines.size() < kLines; ++i) {
    const Found* one = shown_result(gallery, i);
    if (one == nullptr) continue;
    LinesPanel::Line line;
    line.label = gallery.sought[i].name;
    line.color = static_cast<int>(panel.lines.size());
    for (std::size_t k = 0; k < one->optimum.course.size(); ++k) {
      line.x.push_back(static_cast<double>(k) + 1);
      line.y.push_back(one->optimum.course[k]);
    }
    panel.lines.push_back(std::move(line));
  }
  return panel;
}

/// Of the first few: bars and field show all, and long tables would take the pictures' room.
TablePanel table_of(const Gallery& gallery, std::size_t begin, std::size_t end) {
  const bool is_cut = end - begin > kRows;
  end = std::min(end, begin + kRows);
  TablePanel table{.title = is_cut ? fmt::format("Results of the first {}", kRows) : "Results",
                   .columns = {"target", "score", "of reference", "reference", "the network says"},
                   .rows = {},
                   .is_number = {false, true, true, false, false}};
  for (std::size_t i = begin; i < end; ++i) {
    const Found* one = shown_result(gallery, i);
    if (one == nullptr) continue;
    const bool has_answer = one->class_index >= 0;
    table.rows.push_back(
        {gallery.sought[i].name, short_number(one->optimum.score), short_number(driven(gallery, i)),
         gallery.sought[i].a_hat_from,
         has_answer ? gallery.context.model.labels()[static_cast<std::size_t>(one->class_index)]
                    : "\u2013"});
  }
  return table;
}

}  // namespace

std::size_t index_pages(std::size_t sought) {
  return sought < 2 ? 0 : (sought + kIndexed - 1) / kIndexed;
}

std::string index_name(std::size_t page, std::size_t sought) {
  if (index_pages(sought) < 2) return "all";
  return fmt::format("{} to {}", page * kIndexed + 1, std::min((page + 1) * kIndexed, sought));
}

FigureState index_state(const Gallery& gallery, std::size_t page,
                        const std::vector<StateId>& states, Figure& figure) {
  const std::size_t count = gallery.sought.size();
  const std::size_t begin = page * kIndexed, end = std::min(begin + kIndexed, count);
  std::vector<GridCell> cells;
  for (std::size_t i = begin; i < end; ++i) cells.push_back(cell_of(gallery, i));
  const auto film = static_cast<FilmId>(figure.films.size());
  figure.films.push_back(make_grid_film(
      cells, columns_for(cells.size(), gallery.streams.all().size()), kCell, figure.pictures));
  figure.films.back().name = index_name(page, count);
  FigureState state;
  state.choice = {static_cast<int>(page), 0};
  const std::string_view speed = gallery.plan.speeds[gallery.plan.speeds.size() / 2].name;
  state.caption = fmt::format(
      "{} of {} that were looked for, each at the speed {}; a click on a bar or field opens its "
      "plate.",
      index_name(page, count), count, speed);
  // At the same places as a plate's, so that a click changes nothing but what it should.
  state.panels = {
      add_panel(figure, PanelPlace::kMain, PlayerPanel{film, -1, FilmView::kFrame},
                "optimized clips in motion, one a thing that was looked for"),
      add_panel(figure, PanelPlace::kUnder, by_layer(gallery, states),
                "all that was looked for, by layer"),
      add_panel(figure, PanelPlace::kSide, bars_of(gallery, states, begin, end),
                "how far each is driven"),
      add_panel(figure, PanelPlace::kSide, courses_of(gallery, begin, end), "how the values grew"),
      add_panel(figure, PanelPlace::kWide, table_of(gallery, begin, end),
                "the results with their numbers")};
  return state;
}

}  // namespace praxiscope::studies
