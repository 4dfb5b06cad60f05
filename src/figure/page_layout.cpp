// Arithmetic of a page: heading, tabs and caption above, two columns, wide panels, footer.
#include "figure/page_layout.h"

#include "figure/panels/parts.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace praxiscope::figure {
namespace {

constexpr double kWidth = 1200, kLeastHeight = 675, kMostHeight = 1000;
constexpr double kInner = kWidth - 2 * kMargin;
constexpr double kColumnGap = 24;
constexpr double kMainMost = 760, kMainLeast = 352;  ///< width of the main column beside another
constexpr double kWideSide = 560;    ///< a side column of this width holds plots in pairs
constexpr double kMainHeight = 500;  ///< of the player; wider is not better
constexpr double kLeastBody = 240;   ///< whatever stands above it
constexpr double kTab = 24, kTabPadding = 10;
constexpr double kFooter = 12;

double on_grid(double length) { return kGrid * std::ceil(length / kGrid - 1e-9); }

/// A panel of a page before it has a box.
struct Slot {
  PanelPlace place = PanelPlace::kSide;
  double weight = 1;
  WantedHeight wanted{};
  Box box{};
};
using Row = std::vector<Slot*>;  ///< side by side, of equal width
using Column = std::vector<Row>;

void check_places(const Figure& figure) {
  const std::vector<PanelId>& first = figure.states.front().panels;
  for (std::size_t s = 0; s < figure.states.size(); ++s) {
    const std::vector<PanelId>& panels = figure.states[s].panels;
    bool is_same = panels.size() == first.size();
    for (std::size_t k = 0; is_same && k < panels.size(); ++k) {
      is_same = figure.panels.at(static_cast<std::size_t>(panels[k])).place ==
                figure.panels.at(static_cast<std::size_t>(first[k])).place;
    }
    if (is_same) continue;
    throw Error(ErrorKind::kInternal,
                fmt::format("figure: state {} has other panels or places ({} panels) than state 0 "
                            "({} panels); all states of a figure have one layout",
                            s, panels.size(), first.size()));
  }
}

/// Where pages differ in height: the largest wish of the k-th panels of all states.
WantedHeight largest_wish(const PanelContext& context, std::size_t k, double width, Pen& pen) {
  std::vector<PanelId> panels;
  for (const FigureState& state : context.figure.states) panels.push_back(state.panels[k]);
  std::sort(panels.begin(), panels.end());
  panels.erase(std::unique(panels.begin(), panels.end()), panels.end());
  WantedHeight largest;
  for (const PanelId panel : panels) {
    const WantedHeight wanted =
        wanted_height(context.figure.panels[static_cast<std::size_t>(panel)], width, context, pen);
    largest.height = std::max(largest.height, wanted.height);
    largest.least = std::max(largest.least, wanted.least > 0 ? wanted.least : wanted.height);
    largest.stretches = largest.stretches || wanted.stretches;
  }
  return largest;
}

/// What a row wants: enough for each of its panels.
WantedHeight wish_of(const Row& row) {
  WantedHeight wish;
  for (const Slot* slot : row) {
    wish.height = std::max(wish.height, slot->wanted.height);
    wish.least = std::max(wish.least, slot->wanted.least);
    wish.stretches = wish.stretches || slot->wanted.stretches;
  }
  return wish;
}

double gaps_of(const Column& column) {
  return column.empty() ? 0 : kGap * (static_cast<double>(column.size()) - 1);
}

double sum_of(const Column& column) {
  double sum = gaps_of(column);
  for (const Row& row : column) sum += wish_of(row).height;
  return sum;
}

/// The height that a column cannot go below.
double least_of(const Column& column) {
  double sum = gaps_of(column);
  for (const Row& row : column) sum += wish_of(row).least;
  return sum;
}

double width_in_row(const Row& row, double width) {
  const auto count = static_cast<double>(row.size());
  return (width - (count - 1) * kColumnGap) / count;
}

/// Stacks a column into a box: what is left goes to those that stretch, by their weight; what is
/// missing all give, each as much as it can spare.
void stack(const Column& column, const Box& box) {
  const double wanted = sum_of(column), spare = wanted - least_of(column);
  const double left = std::max(0.0, box.height - wanted);
  const double given = spare > 0 ? std::clamp((wanted - box.height) / spare, 0.0, 1.0) : 0;
  double weights = 0;
  for (const Row& row : column) weights += wish_of(row).stretches ? row.front()->weight : 0;
  double y = box.y;
  for (const Row& row : column) {
    const WantedHeight wish = wish_of(row);
    double height = std::lerp(wish.height, wish.least, given);
    if (wish.stretches) height += left * row.front()->weight / weights;
    const double width = width_in_row(row, box.width);
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i]->box = {box.x + static_cast<double>(i) * (width + kColumnGap), y, width, height};
    y += height + kGap;
  }
}

/// Everything that lay_out_page() knows while it works.
struct Draft {
  const PanelContext& context;
  Pen& pen;
  PageLayout layout{};
  std::vector<Slot> slots{};
  Column main{}, under{}, side{}, wide{};

  double lay_out_head();
  double lay_out_tabs(double y);
  void wish(const Column& column, double width);
  void wish_main(double width, double most_height);
  double player_aspect() const;
  double width_of_player(double most_height);
  void pair_plots(double width);
  double tab_limit(const FigureAxis& axis, double room) const;
  void lay_out_body(double top);
};

/// Title, subtitle, tabs and caption; gives where the body begins.
double Draft::lay_out_head() {
  const Figure& figure = context.figure;
  double y = kMargin;
  layout.title = {kMargin, y, kInner, figure.title.empty() ? 0.0 : 28.0};
  y = layout.title.bottom();
  layout.subtitle = {kMargin, y, kInner, figure.subtitle.empty() ? 0.0 : 20.0};
  y = lay_out_tabs(layout.subtitle.bottom() + 2 * kGrid);
  double widest = 0;
  Letter letter = body_letter(theme(context.is_dark));
  letter.size = 12;
  for (const FigureState& state : figure.states)
    widest = std::max(widest, pen.width_of(state.caption, letter));
  const double height = widest == 0 ? 0 : widest <= kInner ? 20 : 36;
  layout.caption = {kMargin, y, kInner, height};
  return height > 0 ? layout.caption.bottom() + 3 * kGrid : y;
}

/// How wide a tab may be: as wide as leaves the axis three rows.
double Draft::tab_limit(const FigureAxis& axis, double room) const {
  const Letter letter = heading_letter(theme(context.is_dark));
  std::vector<double> widths;
  for (const std::string& value : axis.values) widths.push_back(pen.width_of(value, letter));
  for (const double most : {280.0, 220.0, 160.0}) {
    double sum = 0;
    for (const double width : widths)
      sum += std::min(on_grid(width + 2 * kTabPadding), most) + kGrid;
    if (sum <= 2.7 * room) return most;
  }
  return 112;
}

/// One axis after the other in a line; an axis that does not fit on the rest of it begins a new
/// one.
double Draft::lay_out_tabs(double y) {
  const Letter letter = heading_letter(theme(context.is_dark));
  double x = kMargin;
  for (std::size_t a = 0; a < context.figure.axes.size(); ++a) {
    const FigureAxis& axis = context.figure.axes[a];
    if (axis.values.size() < 2) continue;
    const double title = std::min(on_grid(pen.width_of(axis.title, letter) + 2 * kGrid), 160.0);
    const double most = tab_limit(axis, kInner - title);
    std::vector<double> widths;
    for (const std::string& value : axis.values)
      widths.push_back(std::min(on_grid(pen.width_of(value, letter) + 2 * kTabPadding), most));
    const double all = title + std::accumulate(widths.begin(), widths.end(), 0.0) +
                       kGrid * static_cast<double>(widths.size());
    if (x > kMargin && x + all > kMargin + kInner) x = kMargin, y += kTab + kGrid;
    layout.axis_titles.push_back({x, y, title, kTab});
    const double indent = x + title;
    x = indent;
    for (std::size_t v = 0; v < widths.size(); ++v) {
      if (x > indent && x + widths[v] > kMargin + kInner) x = indent, y += kTab + kGrid;
      layout.tabs.push_back({{x, y, widths[v], kTab}, static_cast<int>(a), static_cast<int>(v)});
      x += widths[v] + kGrid;
    }
    x += 5 * kGrid;
  }
  return layout.tabs.empty() ? y : y + kTab + 3 * kGrid;
}

void Draft::wish(const Column& column, double width) {
  for (const Row& row : column) {
    for (Slot* slot : row) {
      const auto k = static_cast<std::size_t>(slot - slots.data());
      slot->wanted = largest_wish(context, k, width_in_row(row, width), pen);
    }
  }
}

/// Aspect of the main panel's frames; 0 when no film plays there.
double Draft::player_aspect() const {
  for (const Row& row : main) {
    const auto k = static_cast<std::size_t>(row.front() - slots.data());
    const auto panel = static_cast<std::size_t>(context.figure.states.front().panels[k]);
    const auto* player = std::get_if<PlayerPanel>(&context.figure.panels[panel].content);
    if (player != nullptr) return aspect_of_film(context.figure, player->film);
  }
  return 0;
}

/// Wishes of the main column; the main panels get at most what `most_height` leaves them.
void Draft::wish_main(double width, double most_height) {
  wish(main, width);
  wish(under, width);
  if (main.empty()) return;
  const double below = under.empty() ? 0 : sum_of(under) + kGap;
  const double most = std::max(kLeastBody / 2, std::min(kMainHeight, most_height - below));
  const double scale = std::min(1.0, most / std::max(1.0, sum_of(main)));
  for (const Row& row : main) {
    WantedHeight& wanted = row.front()->wanted;
    wanted.height *= scale;
    wanted.least = std::min(wanted.least, wanted.height);
  }
}

/// The widest main column, on the grid, whose player and strip fit into the height.
double Draft::width_of_player(double most_height) {
  const double aspect = player_aspect();
  double fits = kMainLeast / kGrid, too_wide = kMainMost / kGrid + 1;
  while (fits + 1 < too_wide) {
    const double middle = std::floor((fits + too_wide) / 2), width = kGrid * middle;
    wish(under, width);
    const double below = under.empty() ? 0 : sum_of(under) + kGap;
    (width / aspect <= std::min(kMainHeight, most_height - below) ? fits : too_wide) = middle;
  }
  wish_main(kGrid * fits, most_height);
  return kGrid * fits;
}

/// In a wide column plots that follow each other stand in pairs; of an odd number the first has
/// the whole width.
void Draft::pair_plots(double width) {
  wish(side, width);
  Column paired;
  for (std::size_t i = 0; i < side.size();) {
    std::size_t end = i;
    while (end < side.size() && wish_of(side[end]).stretches) ++end;
    if ((end - i) % 2 == 1 || end == i) paired.push_back(side[i++]);
    for (; i + 1 < end; i += 2) paired.push_back({side[i].front(), side[i + 1].front()});
  }
  side = std::move(paired);
}

void Draft::lay_out_body(double top) {
  wish(wide, kInner);
  const double below = (wide.empty() ? 0 : sum_of(wide) + kGap) + kFooter + 2 * kGrid + kMargin;
  const double most = std::max(kMostHeight - top - below, kLeastBody);
  const double least = std::max(kLeastHeight - top - below, 0.0);
  const bool has_main = !main.empty() || !under.empty();
  double main_width = side.empty() ? kInner : has_main ? kMainMost : 0;
  wish_main(main_width, most);
  // A player that cannot be as wide as its column leaves the rest to the other one.
  if (player_aspect() > 0 && !side.empty()) main_width = width_of_player(most);
  const double side_x = kMargin + (has_main ? main_width + kColumnGap : 0);
  const double side_width = kMargin + kInner - side_x;
  if (side_width >= kWideSide) pair_plots(side_width);
  wish(side, side_width);
  Column left = main;
  left.insert(left.end(), under.begin(), under.end());
  const double needed = std::max(least_of(left), least_of(side));
  const double body = on_grid(std::clamp(std::max(sum_of(left), sum_of(side)),
                                         std::max(least, needed), std::max({most, least, needed})));
  stack(left, {kMargin, top, main_width, body});
  stack(side, {side_x, top, side_width, body});
  const double bottom = top + (left.empty() && side.empty() ? 0 : body + kGap);
  const double rest = wide.empty() ? 0 : sum_of(wide);
  stack(wide, {kMargin, bottom, kInner, rest});
  layout.height = on_grid(bottom + rest + 2 * kGrid + kFooter + kMargin);
  layout.height = std::max(layout.height, kLeastHeight);
  layout.footer = {kMargin, layout.height - kMargin - kFooter + 2 * kGrid, kInner, kFooter};
}

std::string joined_choice(const Figure& figure, const FigureState& state) {
  std::string text;
  for (std::size_t a = 0; a < figure.axes.size(); ++a) {
    if (!text.empty()) text += " \xC2\xB7 ";
    text += figure.axes[a].values.at(static_cast<std::size_t>(state.choice.at(a)));
  }
  return text;
}

void draw_tab(const Tab& tab, StateId state, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const Figure& figure = context.figure;
  const auto axis = static_cast<std::size_t>(tab.axis);
  const std::string& value = figure.axes[axis].values[static_cast<std::size_t>(tab.value)];
  const bool is_chosen = figure.states[static_cast<std::size_t>(state)].choice[axis] == tab.value;
  const std::optional<StateId> there =
      is_chosen ? std::nullopt : find_neighbour(figure, state, tab.axis, tab.value);
  Letter letter = is_chosen ? heading_letter(look) : body_letter(look);
  letter.anchor = Anchor::kCenter;
  letter.ink = is_chosen ? look.paper : there ? look.text : look.soft_text;
  if (is_chosen) {
    pen.fill(tab.box, look.accent, kGrid);
  } else if (there) {
    pen.fill(tab.box, look.faint, kGrid);
  } else {
    pen.outline(tab.box, look.faint, 1, kGrid);  // nothing was made for it
  }
  const Box words{tab.box.x + kTabPadding - 4, tab.box.y, tab.box.width - 2 * kTabPadding + 8,
                  tab.box.height};
  pen.text(shortened(value, words.width, letter, pen), words, letter);
  if (there) pen.link(tab.box, *there, figure.axes[axis].title + ": " + value);
}

}  // namespace

PageLayout lay_out_page(const PanelContext& context, Pen& pen) {
  check_places(context.figure);
  Draft draft{context, pen};
  draft.layout.width = kWidth;
  const std::vector<PanelId>& panels = context.figure.states.front().panels;
  draft.slots.resize(panels.size());
  for (std::size_t k = 0; k < panels.size(); ++k) {
    const FigurePanel& panel = context.figure.panels.at(static_cast<std::size_t>(panels[k]));
    Slot& slot = draft.slots[k];
    slot.place = panel.place;
    slot.weight = panel.weight > 0 ? panel.weight : 1;
    switch (panel.place) {
      case PanelPlace::kMain:
        draft.main.push_back({&slot});
        break;
      case PanelPlace::kUnder:
        draft.under.push_back({&slot});
        break;
      case PanelPlace::kSide:
        draft.side.push_back({&slot});
        break;
      case PanelPlace::kWide:
        draft.wide.push_back({&slot});
        break;
    }
  }
  draft.lay_out_body(draft.lay_out_head());
  for (const Slot& slot : draft.slots) draft.layout.panels.push_back(slot.box);
  return draft.layout;
}

void draw_page_frame(const PageLayout& layout, StateId state, const PanelContext& context,
                     Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const Figure& figure = context.figure;
  const FigureState& shown = figure.states.at(static_cast<std::size_t>(state));
  pen.text(figure.title, layout.title, title_letter(look));
  Letter soft = body_letter(look);
  soft.ink = look.soft_text;
  pen.text(figure.subtitle, layout.subtitle, soft);
  std::size_t title = 0;
  for (const FigureAxis& axis : figure.axes) {
    if (axis.values.size() >= 2) pen.text(axis.title, layout.axis_titles.at(title++), soft);
  }
  for (const Tab& tab : layout.tabs) draw_tab(tab, state, context, pen);
  Letter caption = body_letter(look);
  caption.size = 12;
  caption.lines = 2;
  // A single line stands at the top, near the tabs, also where others need two.
  const bool is_short = pen.width_of(shown.caption, caption) <= layout.caption.width;
  Box words = layout.caption;
  if (is_short) words.height = std::min(words.height, 20.0);
  pen.text(shown.caption, words, caption);
  Letter small = small_letter(look);
  const Box& footer = layout.footer;
  pen.text(joined_choice(figure, shown), {footer.x, footer.y, footer.width - 120, footer.height},
           small);
  small.anchor = Anchor::kRight;
  pen.text(fmt::format("{} of {}", state + 1, figure.states.size()),
           {footer.right() - 112, footer.y, 112, footer.height}, small);
}

}  // namespace praxiscope::figure
