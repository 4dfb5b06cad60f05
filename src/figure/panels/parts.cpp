#include "figure/panels/parts.h"

#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kTickHeight = 20, kTickWidth = 40;  ///< pt that a tick needs
constexpr int kMostTicks = 5;                        ///< of a y axis

/// First and last multiple of `step` in the range; rounding must not throw away an end.
std::pair<double, double> multiples(const Range& range, double step) {
  const double slack = 1e-9 * (range.end - range.begin);
  return {std::ceil((range.begin - slack) / step), std::floor((range.end + slack) / step)};
}

/// The smallest step of 1, 2, 2.5 or 5 times a power of ten that gives at most `most` ticks.
double nice_step(const Range& range, int most) {
  const double width = range.end - range.begin;
  double power = std::pow(10, std::floor(std::log10(width / most)));
  for (;; power *= 10) {
    for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
      const auto [first, last] = multiples(range, factor * power);
      if (last - first + 1 <= most) return factor * power;
    }
  }
}

/// Decimals that tell multiples of `step` apart; at most 5.
int decimals_of(double step) {
  int decimals = 0;
  for (double scaled = step; decimals < 5 && std::abs(scaled - std::round(scaled)) > 1e-6 * scaled;
       ++decimals)
    scaled *= 10;
  return decimals;
}

std::string tick_text(double value, double step, bool is_percent) {
  if (is_percent) return fmt::format("{:.{}f} %", 100 * value, decimals_of(100 * step));
  if (value == 0) return "0";
  const int decimals = decimals_of(step);
  if (decimals > 3 || std::abs(value) >= 1e5) return format_number(value);
  const std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  return (value < 0 ? "\xE2\x88\x92" : "") + digits;
}

}  // namespace

Box draw_heading(std::string_view title, std::string_view values, const Box& box,
                 const PanelContext& context, Pen& pen) {
  if (title.empty() && values.empty()) return box;
  const Theme& look = theme(context.is_dark);
  const Letter letter = heading_letter(look), small = small_letter(look);
  const double wanted = title.empty() ? 0 : pen.width_of(title, letter) + 1;
  const double beside =
      values.empty() ? 0 : std::min(pen.width_of(values, small) + 1, box.width / 2);
  const double width = std::min(wanted, box.width - (beside > 0 ? beside + 2 * kGrid : 0));
  pen.text(title, {box.x, box.y, width, kHeading - kGrid}, letter);
  const double left = box.x + (width > 0 ? width + 2 * kGrid : 0);
  if (beside > 0) pen.text(values, {left, box.y + 1, box.right() - left, kHeading - kGrid}, small);
  return {box.x, box.y + kHeading, box.width, std::max(0.0, box.height - kHeading)};
}

Box fit_aspect(const Box& box, double aspect) {
  const double width = std::min(box.width, box.height * aspect), height = width / aspect;
  return {box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height};
}

double aspect_of_picture(const Figure& figure, PictureId picture) {
  if (picture < 0) return 1;
  const FigurePicture& stored = figure.pictures.at(static_cast<std::size_t>(picture));
  return stored.height > 0 ? static_cast<double>(stored.width) / stored.height : 1;
}

double aspect_of_film(const Figure& figure, FilmId film) {
  if (film < 0) return 1;
  return aspect_of_picture(figure,
                           figure.films.at(static_cast<std::size_t>(film)).pictures.front());
}

std::string percent_text(double share) {
  if (!std::isfinite(share)) return "\xE2\x80\x93";
  if (share > 0 && share < 0.001) return "<0.1 %";
  return fmt::format("{:.1f} %", 100 * share);
}

Ink ink_on(const Ink& ground) {
  const auto linear = [](double v) { return std::pow(std::clamp(v, 0.0, 1.0), 2.2); };
  const double luminance =
      0.2126 * linear(ground.r) + 0.7152 * linear(ground.g) + 0.0722 * linear(ground.b);
  return luminance > 0.18 ? Ink{0, 0, 0} : Ink{1, 1, 1};
}

std::vector<Tick> nice_ticks(const Range& range, int most, bool is_percent) {
  const double width = range.end - range.begin;
  if (!(width > 0) || !std::isfinite(width))
    return {{range.begin, tick_text(range.begin, 1, is_percent)}};
  const double step = nice_step(range, std::max(2, most));
  std::vector<Tick> ticks;
  const auto [first, last] = multiples(range, step);
  for (double k = first; k <= last; ++k)
    ticks.push_back({k * step, tick_text(k == 0 ? 0 : k * step, step, is_percent)});
  return ticks;
}

std::string shortened(std::string_view text, double width, const Letter& letter, Pen& pen) {
  if (pen.width_of(text, letter) <= width) return std::string(text);
  std::vector<std::size_t> starts;  // of characters
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
      starts.push_back(i);
  }
  const auto keeping = [&](std::size_t kept) {
    const std::size_t head = (kept + 1) / 2, tail = starts.size() - 1 - kept / 2;
    return std::string(text.substr(0, starts[head])) + "\xE2\x80\xA6" +
           std::string(text.substr(starts[tail]));
  };
  std::size_t fits = 0, too_many = starts.size() - 1;
  while (fits + 1 < too_many) {
    const std::size_t middle = (fits + too_many) / 2;
    (pen.width_of(keeping(middle), letter) <= width ? fits : too_many) = middle;
  }
  return keeping(fits);
}

void place_plot(Plot& plot, const Box& box, const PanelContext& context, Pen& pen) {
  const Letter small = small_letter(theme(context.is_dark));
  const double bottom = kSmallRow + 3 + (plot.x_label.empty() ? 0 : kSmallRow);
  const double height = std::max(kGrid, box.height - bottom - kGrid);
  double left = 0;
  for (const Tick& tick :
       nice_ticks(plot.y, std::clamp(static_cast<int>(height / kTickHeight), 2, kMostTicks),
                  plot.is_percent))
    left = std::max(left, pen.width_of(tick.label, small));
  left = std::min(std::ceil(left) + kGrid, box.width / 3);
  // Room above and at the right for half of the outermost tick's letters.
  plot.area = {box.x + left, box.y + kGrid, std::max(kGrid, box.width - left - 3 * kGrid), height};
}

void draw_axes(const Plot& plot, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  Letter small = small_letter(look);
  const Box& area = plot.area;
  const std::vector<Tick> y_ticks =
      nice_ticks(plot.y, std::clamp(static_cast<int>(area.height / kTickHeight), 2, kMostTicks),
                 plot.is_percent);
  const std::vector<Tick> x_ticks =
      nice_ticks(plot.x, std::clamp(static_cast<int>(area.width / kTickWidth), 2, 14), false);
  // Lines of one ink, then the other's, then letters: files are smaller for it.
  for (const Tick& tick : y_ticks) {
    const double y = plot.y_of(tick.value);
    pen.line({{area.x, y}, {area.right(), y}}, look.faint, 0.8);
  }
  for (const Tick& tick : x_ticks) {
    const double x = plot.x_of(tick.value);
    pen.line({{x, area.bottom()}, {x, area.bottom() + 3}}, look.soft_text, 0.8);
  }
  pen.line({{area.x, area.bottom()}, {area.right(), area.bottom()}}, look.soft_text, 0.8);
  small.anchor = Anchor::kRight;
  for (const Tick& tick : y_ticks)
    pen.text(tick.label,
             {area.x - area.width, plot.y_of(tick.value) - 6, area.width - kGrid, kSmallRow},
             small);
  small.anchor = Anchor::kCenter;
  for (const Tick& tick : x_ticks)
    pen.text(tick.label, {plot.x_of(tick.value) - 32, area.bottom() + 4, 64, kSmallRow}, small);
  pen.text(plot.x_label, {area.x, area.bottom() + 4 + kSmallRow, area.width, kSmallRow}, small);
}

namespace {

constexpr double kWideBox = 560;  ///< pt; from here on the legend stands at the right
constexpr double kSwatch = 12, kRow = 14;

/// The keys that so many entries can show; one entry is given up to say how many are not.
std::vector<Key> chosen_keys(const std::vector<Key>& keys, std::size_t entries) {
  std::vector<Key> chosen = keys;
  while (entries < keys.size() && !chosen.empty() && chosen.size() + 1 > entries) {
    const auto last =
        std::find_if(chosen.rbegin(), chosen.rend(), [](const Key& key) { return !key.is_strong; });
    chosen.erase(last == chosen.rend() ? chosen.end() - 1 : last.base() - 1);
  }
  return chosen;
}

void draw_key(const Key& key, const Box& entry, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const double thickness = key.is_strong ? 4 : 2.5;
  pen.fill({entry.x, entry.y + (kRow - thickness) / 2, kSwatch - kGrid, thickness},
           class_ink(key.color, context.is_dark), thickness / 2);
  Letter letter = small_letter(look);
  letter.is_bold = key.is_strong;
  if (key.is_strong) letter.ink = look.text;
  const double room = entry.width - kSwatch;
  pen.text(shortened(key.label, room, letter, pen), {entry.x + kSwatch, entry.y, room, kRow},
           letter);
}

/// Where the entries of a legend go, and what they leave.
struct Legend {
  std::vector<Box> entries;  ///< fewer than the keys when there is no room
  Box rest;
};

Legend lay_out_legend(const std::vector<Key>& keys, const Box& box, const Letter& letter,
                      Pen& pen) {
  Legend legend{.entries = {}, .rest = box};
  std::vector<double> widths;
  double widest = 0;
  for (const Key& key : keys) {
    Letter own = letter;
    own.is_bold = key.is_strong;
    widths.push_back(std::ceil(pen.width_of(key.label, own)) + kSwatch + kGrid);
    widest = std::max(widest, widths.back());
  }
  if (box.width >= kWideBox) {
    const double width = std::min(widest, 0.25 * box.width);
    for (std::size_t i = 0; i < keys.size() && (static_cast<double>(i) + 1) * kRow <= box.height;
         ++i)
      legend.entries.push_back(
          {box.right() - width, box.y + static_cast<double>(i) * kRow, width, kRow});
    legend.rest.width -= width + 2 * kGrid;
    return legend;
  }
  double x = box.x, y = box.y;
  for (const double wanted : widths) {
    const double width = std::min(wanted, 0.48 * box.width);
    if (x > box.x && x + width > box.right()) x = box.x, y += kRow;
    if (y + kRow > box.y + 0.4 * box.height) break;
    legend.entries.push_back({x, y, width, kRow});
    x += width + 2 * kGrid;
  }
  const double height = legend.entries.empty() ? 0 : legend.entries.back().bottom() - box.y + kGrid;
  legend.rest.y += height;
  legend.rest.height -= height;
  return legend;
}

}  // namespace

void draw_nothing(const Box& area, const Theme& look, Pen& pen) {
  Letter letter = small_letter(look);
  letter.anchor = Anchor::kCenter;
  const double width = pen.width_of("no values", letter) + 4 * kGrid;
  pen.fill({area.x + (area.width - width) / 2, area.y + area.height / 2 - 8, width, 16},
           look.paper);
  pen.text("no values", area, letter);
}

Box room_beside_legend(const std::vector<Key>& keys, const Box& box, const PanelContext& context,
                       Pen& pen) {
  if (keys.size() < 2) return box;
  return lay_out_legend(keys, box, small_letter(theme(context.is_dark)), pen).rest;
}

Box draw_legend(const std::vector<Key>& keys, const Box& box, const PanelContext& context,
                Pen& pen) {
  if (keys.size() < 2) return box;
  const Theme& look = theme(context.is_dark);
  const Legend legend = lay_out_legend(keys, box, small_letter(look), pen);
  const std::vector<Key> shown = chosen_keys(keys, legend.entries.size());
  for (std::size_t i = 0; i < shown.size(); ++i)
    draw_key(shown[i], legend.entries[i], context, pen);
  if (shown.size() < legend.entries.size()) {
    Box rest = legend.entries[shown.size()];
    rest.width = box.right() - rest.x;
    pen.text(fmt::format("and {} more", keys.size() - shown.size()), rest, small_letter(look));
  }
  return legend.rest;
}

}  // namespace praxiscope::figure
