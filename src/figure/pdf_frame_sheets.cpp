// What the pages of enlarged frames show beside the frame. The same few sheets serve hundreds of
// pages: a page is three sheets and a picture.
#include "figure/pdf_pages.h"
#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kBar = 28;        // height of the rows above and below the picture
constexpr double kArrowRoom = 64;  // beside the picture
constexpr double kLegendWidth = 280, kLegendHeight = 52;
constexpr std::string_view kBackWords = "back to the figure";

FramePageLayout lay_out_frame_page(double width, double height, double back_width) {
  const double body_top = kMargin + kBar + kGap;
  const double body_bottom = height - kMargin - kLegendHeight - kGap;
  const double body_height = body_bottom - body_top, turn = width / 3;
  FramePageLayout layout;
  layout.back = {kMargin, kMargin, back_width, kBar};
  layout.title = {layout.back.right() + kGap, kMargin, width - 2 * (layout.back.right() + kGap),
                  kBar};
  layout.picture_room = {kMargin + kArrowRoom, body_top, width - 2 * (kMargin + kArrowRoom),
                         body_height};
  // A click on the picture turns the leaf too: back on its left third, on elsewhere.
  layout.previous = {kMargin, body_top, turn - kMargin, body_height};
  layout.next = {turn, body_top, width - kMargin - turn, body_height};
  layout.legend = {width - kMargin - kLegendWidth, height - kMargin - kLegendHeight, kLegendWidth,
                   kLegendHeight};
  layout.caption = {2 * kMargin + kLegendWidth, layout.legend.y,
                    width - 2 * (2 * kMargin + kLegendWidth), kBar};
  return layout;
}

/// An arrow head that points left (-1) or right (1).
void draw_arrow(const Point& tip, double direction, double size, const Ink& ink, Pen& pen) {
  pen.line({{tip.first - direction * size, tip.second - 2 * size},
            {tip.first + direction * size, tip.second},
            {tip.first - direction * size, tip.second + 2 * size}},
           ink, size / 4);
}

/// `has_leaves`: there is more than one frame to turn to.
void draw_ground(const PdfDraft& draft, bool has_leaves, PdfPen& pen) {
  const Theme& look = theme(true);
  const FramePageLayout& layout = draft.frame_layout;
  pen.fill({0, 0, draft.width, draft.height}, look.paper);
  if (has_leaves) {
    const double middle = layout.picture_room.y + layout.picture_room.height / 2;
    const double left = kMargin + kArrowRoom / 2 - kGrid;
    draw_arrow({left, middle}, -1, 10, look.soft_text, pen);
    draw_arrow({draft.width - left, middle}, 1, 10, look.soft_text, pen);
  }
  pen.fill(layout.back, look.faint, kGrid);
  draw_arrow({layout.back.x + 3 * kGrid, layout.back.y + kBar / 2}, -1, 3, look.text, pen);
  pen.text(kBackWords,
           {layout.back.x + 6 * kGrid, layout.back.y, layout.back.width - 6 * kGrid, kBar},
           heading_letter(look));
}

/// The first scale among the state's panels.
const FigurePanel* find_scale(const Figure& figure, StateId state) {
  for (const PanelId id : figure.states.at(static_cast<std::size_t>(state)).panels) {
    const FigurePanel& panel = figure.panels.at(static_cast<std::size_t>(id));
    if (std::holds_alternative<ScalePanel>(panel.content)) return &panel;
  }
  return nullptr;
}

void draw_run(const Figure& figure, const FrameRun& run, const FramePageLayout& layout,
              PdfPen& pen) {
  const PanelContext context{figure, true};
  Letter letter = body_letter(theme(true));
  letter.anchor = Anchor::kCenter;
  const std::string words = words_of_state(figure, run.state, " · ");
  pen.text(words.empty() ? figure.title : words, layout.title, letter);
  const FigurePanel* scale = find_scale(figure, run.state);
  if (scale != nullptr && run.first.map >= 0 && run.first.view != FilmView::kFrame)
    draw_panel(*scale, layout.legend, context, pen);
}

void draw_caption(const FigureFilm& film, int t, const Box& box, PdfPen& pen) {
  const auto k = static_cast<std::size_t>(t);
  const bool is_padding = k < film.is_padding.size() && film.is_padding[k];
  Letter letter = body_letter(theme(true));
  letter.ink = theme(true).soft_text;
  letter.anchor = Anchor::kCenter;
  std::string words = film.name;
  if (film.pictures.size() > 1) {
    words +=
        fmt::format("{}frame {} of {}", words.empty() ? "" : " · ", t + 1, film.pictures.size());
    if (std::isfinite(film.times_s[k])) words += " · " + format_duration(film.times_s[k]);
    if (film.source_frames[k] >= 0)
      words += fmt::format(" · source frame {}", film.source_frames[k]);
    if (is_padding) words += " · repeated to fill the clip";
  }
  pen.text(words, box, letter);
}

}  // namespace

void draw_frame_sheets(const Figure& figure, PdfPen& pen, PdfDraft& draft) {
  if (draft.runs.empty()) return;
  const double back_width = pen.width_of(kBackWords, heading_letter(theme(true))) + 9 * kGrid;
  draft.frame_layout = lay_out_frame_page(draft.width, draft.height, back_width);
  int sheets = 0;
  const auto end_sheet = [&] {
    pen.end_page();
    return sheets++;
  };
  const bool has_leaves = std::any_of(draft.runs.begin(), draft.runs.end(),
                                      [](const FrameRun& run) { return run.frames.size() > 1; });
  draw_ground(draft, has_leaves, pen);
  end_sheet();
  for (FrameRun& run : draft.runs) {
    draw_run(figure, run, draft.frame_layout, pen);
    run.sheet = end_sheet();
    for (const int t : run.frames) {
      if (draft.caption_sheets.contains({run.first.film, t})) continue;
      draw_caption(figure.films[static_cast<std::size_t>(run.first.film)], t,
                   draft.frame_layout.caption, pen);
      draft.caption_sheets[{run.first.film, t}] = end_sheet();
    }
  }
}

}  // namespace praxiscope::figure
