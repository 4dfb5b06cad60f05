#include "figure/pdf_pages.h"

#include "praxiscope/error.h"

#include <cairo-pdf.h>

#include <memory>

namespace praxiscope::figure {
namespace {

struct Destroy {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error(ErrorKind::kInternal,
                std::string("cannot draw a PDF page: ") + cairo_status_to_string(status));
}

/// Panels made of words are read as they are; of the others readers are told the alternate text.
bool is_words(const PanelContent& content) {
  return std::holds_alternative<TextPanel>(content) || std::holds_alternative<TablePanel>(content);
}

void draw_state_panel(const FigurePanel& panel, const Box& box, const PanelContext& context,
                      PdfPen& pen) {
  if (is_words(panel.content)) {
    pen.begin_section();
    draw_panel(panel, box, context, pen);
    pen.end_section();
  } else {
    pen.begin_figure(panel.alt);
    draw_panel(panel, box, context, pen);
    pen.end_figure();
  }
}

/// The way to the last page, left of the footer's page number, over whatever reaches that far.
void draw_footer(const PageLayout& layout, PdfPen& pen) {
  constexpr std::string_view kWords = "about this figure";
  Letter letter = small_letter(theme(false));
  letter.anchor = Anchor::kRight;
  const double width = pen.width_of(kWords, letter) + kGrid;
  constexpr double kNumberWidth = 120;
  const Box box{layout.footer.right() - kNumberWidth - width, layout.footer.y, width,
                layout.footer.height};
  pen.fill(box, theme(false).paper);
  pen.text(kWords, box, letter);
  pen.line({{box.x + kGrid, box.bottom()}, {box.right(), box.bottom()}}, letter.ink, 0.5);
  pen.link_about(box, kWords);
}

void draw_state_pages(const Figure& figure, const PageLayout& layout, PdfPen& pen,
                      PdfDraft& draft) {
  const PanelContext context{figure, false};
  draft.states.resize(figure.states.size());
  for (std::size_t s = 0; s < figure.states.size(); ++s) {
    pen.begin_page(&draft.states[s]);
    pen.begin_section();
    draw_page_frame(layout, static_cast<StateId>(s), context, pen);
    draw_footer(layout, pen);
    pen.end_section();
    const std::vector<PanelId>& panels = figure.states[s].panels;
    for (std::size_t i = 0; i < panels.size(); ++i)
      draw_state_panel(figure.panels.at(static_cast<std::size_t>(panels[i])), layout.panels.at(i),
                       context, pen);
    pen.end_page();
  }
}

}  // namespace

std::string words_of_state(const Figure& figure, StateId state, std::string_view between) {
  const FigureState& shown = figure.states.at(static_cast<std::size_t>(state));
  std::string words;
  for (std::size_t axis = 0; axis < figure.axes.size(); ++axis) {
    const std::vector<std::string>& values = figure.axes[axis].values;
    if (values.size() < 2) continue;
    if (!words.empty()) words += between;
    words += values.at(static_cast<std::size_t>(shown.choice[axis]));
  }
  return words;
}

PdfDraft draw_pdf_pages(const Figure& figure) {
  PdfDraft draft;
  std::string bytes;  // the draft moves, Cairo's stream must not
  const std::unique_ptr<cairo_surface_t, Destroy> surface(
      cairo_pdf_surface_create_for_stream(&append, &bytes, 1, 1));
  const std::unique_ptr<cairo_t, Destroy> cairo(cairo_create(surface.get()));
  check(cairo_status(cairo.get()));
  PdfPen pen(cairo.get(), figure, draft);

  const PageLayout layout = lay_out_page({figure, false}, pen);
  draft.width = layout.width;
  draft.height = layout.height;
  cairo_pdf_surface_set_size(surface.get(), layout.width, layout.height);
  draw_state_pages(figure, layout, pen, draft);
  choose_frame_runs(figure, draft);
  draw_about_pages(figure, pen, draft);
  draw_frame_sheets(figure, pen, draft);

  check(cairo_status(cairo.get()));
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  draft.bytes = std::move(bytes);
  return draft;
}

}  // namespace praxiscope::figure
