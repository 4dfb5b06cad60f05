// Texts are laid out by Pango exactly as on PDF pages and pictures, then each of its lines becomes
// one <text>; a reader's other fonts can only make it narrower or be squeezed by the page's script.
#include "figure/svg_pen.h"

#include "figure/whole_text.h"
#include "render/text.h"

#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kLineHeight = 1.2;  ///< of the font's size
constexpr double kBaseline = 0.36;   ///< of the font's size, below the middle of a line

/// At most two decimals, no "-0".
std::string number(double value) {
  if (!std::isfinite(value)) return "0";
  std::string out = fmt::format("{:.2f}", value);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

std::string place(const Box& box) {
  return fmt::format(R"(x="{}" y="{}" width="{}" height="{}")", number(box.x), number(box.y),
                     number(std::max(0.0, box.width)), number(std::max(0.0, box.height)));
}

std::string rounded(double radius) {
  return radius > 0 ? fmt::format(R"( rx="{}")", number(radius)) : "";
}

std::string list(const std::vector<Point>& points) {
  std::string out;
  for (const Point& point : points) {
    if (!out.empty()) out += ' ';
    out += number(point.first) + ',' + number(point.second);
  }
  return out;
}

std::string film_attributes(const FilmFrame& frame) {
  return fmt::format(R"(data-film="{}" data-map="{}" data-view="{}" data-frame="{}")", frame.film,
                     frame.map, view_name(frame.view), frame.index);
}

/// One line of a layout as it is read: what Pango cut away is replaced by an ellipsis.
std::string words_of(PangoLayoutLine* line, const std::string& text) {
  const int begin = pango_layout_line_get_start_index(line);
  const int end = begin + pango_layout_line_get_length(line);
  for (GSList* at = line->runs; at != nullptr; at = at->next) {
    const PangoItem* item = static_cast<PangoLayoutRun*>(at->data)->item;
    if ((item->analysis.flags & PANGO_ANALYSIS_FLAG_IS_ELLIPSIS) == 0) continue;
    const int cut_end = std::min(end, item->offset + item->length);
    return text.substr(begin, item->offset - begin) + "\xE2\x80\xA6" +
           text.substr(cut_end, end - cut_end);
  }
  return text.substr(begin, end - begin);
}

/// The attributes that put a line of text at its side of the box. Sides stay where they are for
/// right-to-left texts, whose start is their right end.
std::string anchor_at(const Box& box, Anchor anchor, bool is_rtl) {
  const char* direction = is_rtl ? R"( direction="rtl")" : "";
  if (anchor == Anchor::kCenter)
    return fmt::format(R"(x="{}" text-anchor="middle"{})", number(box.x + box.width / 2),
                       direction);
  const bool is_left = anchor == Anchor::kLeft;
  return fmt::format(R"(x="{}"{}{})", number(is_left ? box.x : box.right()),
                     is_left == is_rtl ? R"( text-anchor="end")" : "", direction);
}

/// Where the player's cursor runs: " data-cursor=..." with the plot's box and the times at its
/// ends.
std::string cursor_place(const FigurePanel& panel, const Box& box, const PanelContext& context,
                         Pen& pen) {
  const auto* lines = std::get_if<LinesPanel>(&panel.content);
  if (lines == nullptr || !lines->follows_player) return "";
  const PlotArea plot = plot_area(*lines, box, context, pen);
  return fmt::format(R"( data-cursor="{} {} {} {} {} {}")", number(plot.box.x), number(plot.box.y),
                     number(plot.box.width), number(plot.box.height), plot.x_begin, plot.x_end);
}

}  // namespace

const char* view_name(FilmView view) {
  switch (view) {
    case FilmView::kOverlay:
      return "overlay";
    case FilmView::kMap:
      return "map";
    case FilmView::kFrame:
      return "frame";
  }
  return "overlay";
}

std::string css_color(const Ink& ink) {
  const auto byte = [](double v) {
    return static_cast<int>(std::lround(255 * std::clamp(v, 0.0, 1.0)));
  };
  const std::string rgb = fmt::format("#{:02x}{:02x}{:02x}", byte(ink.r), byte(ink.g), byte(ink.b));
  return byte(ink.a) == 255 ? rgb : rgb + fmt::format("{:02x}", byte(ink.a));
}

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string InkPairs::css(const Ink& light, const Ink& dark) {
  std::pair<std::string, std::string> pair{css_color(light), css_color(dark)};
  if (pair.first == pair.second) return pair.first;
  const auto at = std::find(pairs_.begin(), pairs_.end(), pair);
  const auto index = at - pairs_.begin();
  if (at == pairs_.end()) pairs_.push_back(std::move(pair));
  return fmt::format("var(--ink{})", index);
}

std::string InkPairs::declarations(bool is_dark) const {
  std::string out;
  for (std::size_t i = 0; i < pairs_.size(); ++i)
    out += fmt::format("--ink{}:{};", i, is_dark ? pairs_[i].second : pairs_[i].first);
  return out;
}

SvgPen::SvgPen(InkPairs& pairs, std::vector<Ink> dark) : pairs_(pairs), dark_(std::move(dark)) {}

std::string SvgPen::paint(const Ink& ink) {
  inks_.push_back(ink);
  const std::size_t index = inks_.size() - 1;
  return pairs_.css(ink, index < dark_.size() ? dark_[index] : ink);
}

void SvgPen::fill(const Box& box, const Ink& ink, double radius) {
  body_ += fmt::format("<rect {}{} fill=\"{}\"/>\n", place(box), rounded(radius), paint(ink));
}

void SvgPen::outline(const Box& box, const Ink& ink, double width, double radius) {
  body_ += fmt::format("<rect {}{} fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n", place(box),
                       rounded(radius), paint(ink), number(width));
}

void SvgPen::line(const std::vector<Point>& points, const Ink& ink, double width) {
  if (points.empty()) return;
  body_ += fmt::format(
      "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" "
      "stroke-linejoin=\"round\"/>\n",
      list(points), paint(ink), number(width));
}

void SvgPen::polygon(const std::vector<Point>& points, const Ink& ink) {
  body_ += fmt::format("<polygon points=\"{}\" fill=\"{}\"/>\n", list(points), paint(ink));
}

void SvgPen::dot(const Point& center, double radius, const Ink& ink) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n", number(center.first),
                       number(center.second), number(radius), paint(ink));
}

void SvgPen::ramp(const Box& box, const FigureScale& scale) {
  body_ += fmt::format(
      "<image class=\"ramp\" {} preserveAspectRatio=\"none\" data-colormap=\"{}\" data-lo=\"{}\" "
      "data-hi=\"{}\" data-signed=\"{:d}\"/>\n",
      place(box), escape_markup(scale.colormap), scale.lo, scale.hi, scale.is_signed);
}

double SvgPen::width_of(std::string_view text, const Letter& letter) {
  return texts_.width_of(text, letter);
}

void SvgPen::text(std::string_view text, const Box& box, const Letter& letter) {
  const std::string ink = paint(letter.ink);  // also when nothing fits: the order must stay
  if (text.empty() || box.width <= 0 || box.height <= 0) return;
  PangoLayout* layout = texts_.lay_out(text, letter, box.width + 0.05, letter.lines);
  const std::string shown = pango_layout_get_text(layout);
  const int lines = pango_layout_get_line_count(layout);
  const double step = kLineHeight * letter.size;
  double y = box.y + box.height / 2 - (lines - 1) * step / 2 + kBaseline * letter.size;
  for (int i = 0; i < lines; ++i, y += step) {
    PangoLayoutLine* line = pango_layout_get_line_readonly(layout, i);
    const std::string words = words_of(line, shown);
    const bool is_rtl = pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL;
    body_ += fmt::format("<text {} y=\"{}\" font-size=\"{}\"{} fill=\"{}\" data-most=\"{}\">",
                         anchor_at(box, letter.anchor, is_rtl), number(y), number(letter.size),
                         letter.is_bold ? " font-weight=\"bold\"" : "", ink, number(box.width));
    body_ += escape_markup(words) + "</text>\n";
  }
}

void SvgPen::picture(PictureId picture, const Box& box) {
  body_ += fmt::format("<image {} preserveAspectRatio=\"none\" data-picture=\"{}\"/>\n", place(box),
                       picture);
}

void SvgPen::film_frame(const FilmFrame& frame, const Box& box) {
  body_ += fmt::format("<image class=\"film\" {} preserveAspectRatio=\"none\" {}/>\n", place(box),
                       film_attributes(frame));
}

void SvgPen::player(const PlayerPanel& panel, const Box& box) {
  film_frame({.film = panel.film, .map = panel.map, .view = panel.view, .index = 0}, box);
}

void SvgPen::link_to(const Box& box, const std::string& target, std::string_view alt) {
  has_links_ = true;
  body_ +=
      fmt::format("<a {} aria-label=\"{}\"><rect class=\"hit\" {} fill=\"transparent\"/></a>\n",
                  target, escape_markup(printable(alt)), place(box));
}

void SvgPen::link(const Box& box, StateId state, std::string_view alt) {
  if (state >= 0) link_to(box, fmt::format("data-state=\"{}\"", state), alt);
}

void SvgPen::link(const Box& box, const FilmFrame& frame, std::string_view alt) {
  link_to(box, fmt::format("data-frame=\"{}\"", frame.index), alt);
}

std::string draw_svg(const FigurePanel& panel, double width, double height, const Figure& figure,
                     InkPairs& pairs) {
  const Box box{0, 0, width, height};
  const PanelContext context{.figure = figure, .is_dark = false};
  InkPairs unused;
  SvgPen dark(unused);
  draw_panel(panel, box, {.figure = figure, .is_dark = true}, dark);
  std::optional<SvgPen> light(std::in_place, pairs, dark.inks());
  draw_panel(panel, box, context, *light);
  if (light->inks().size() != dark.inks().size()) {
    // It draws other things on dark ground, so the inks cannot be paired: the light ones stay.
    light.emplace(pairs);
    draw_panel(panel, box, context, *light);
  }
  const std::string alt = escape_markup(printable_whole(panel.alt));
  return fmt::format(
             "<svg viewBox=\"0 0 {} {}\" role=\"{}\" aria-label=\"{}\"{}><title>{}</title>\n",
             number(width), number(height), light->has_links() ? "group" : "img", alt,
             cursor_place(panel, box, context, dark), alt) +
         light->body() + "</svg>";
}

}  // namespace praxiscope::figure
