// Links: the one kind of click that works in every viewer.
#include "figure/pdf_document.h"

namespace praxiscope::figure {
namespace {

QPDFObjectHandle make_link(const PdfDocument& document, const Box& box,
                           const QPDFObjectHandle& target, std::string_view alt) {
  QPDFObjectHandle link = QPDFObjectHandle::newDictionary({
      {"/Type", pdf_name("/Annot")},
      {"/Subtype", pdf_name("/Link")},
      {"/Border", QPDFObjectHandle::parse("[0 0 0]")},
      {"/F", QPDFObjectHandle::newInteger(4)},  // printed
      {"/H", pdf_name("/N")},
      {"/Rect", pdf_rectangle(box, document.draft)},
      {"/A", QPDFObjectHandle::newDictionary(
                 {{"/S", pdf_name("/GoTo")}, {"/D", pdf_destination(target, document.draft)}})},
  });
  if (!alt.empty()) link.replaceKey("/Contents", pdf_text(alt));
  return link;
}

/// The page of a frame that a state's page links to.
QPDFObjectHandle find_frame_page(const PdfDocument& document, StateId state,
                                 const FilmFrame& frame) {
  const std::vector<FrameRun>& runs = document.draft.runs;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const FilmFrame& first = runs[r].first;
    if (runs[r].state == state && first.film == frame.film && first.map == frame.map &&
        first.view == frame.view)
      return document.frames[r].at(static_cast<std::size_t>(frame.index));
  }
  return QPDFObjectHandle();
}

void link_state(PdfDocument& document, std::size_t state) {
  for (const PdfLink& link : document.draft.states[state].links) {
    QPDFObjectHandle target = document.about.front();
    if (link.state >= 0) target = document.states.at(static_cast<std::size_t>(link.state));
    if (link.frame) target = find_frame_page(document, static_cast<StateId>(state), *link.frame);
    append_annotation(document, document.states[state],
                      make_link(document, link.box, target, link.alt));
  }
}

void link_run(PdfDocument& document, std::size_t r) {
  const FramePageLayout& layout = document.draft.frame_layout;
  const QPDFObjectHandle& back =
      document.states.at(static_cast<std::size_t>(document.draft.runs[r].state));
  const std::vector<QPDFObjectHandle>& pages = document.frames[r];
  const std::size_t count = pages.size();
  for (std::size_t t = 0; t < count; ++t) {
    append_annotation(document, pages[t],
                      make_link(document, layout.back, back, "back to the figure"));
    if (count == 1) continue;
    append_annotation(
        document, pages[t],
        make_link(document, layout.previous, pages[(t + count - 1) % count], "previous frame"));
    append_annotation(document, pages[t],
                      make_link(document, layout.next, pages[(t + 1) % count], "next frame"));
  }
}

}  // namespace

void add_links(PdfDocument& document) {
  for (std::size_t s = 0; s < document.states.size(); ++s) link_state(document, s);
  for (std::size_t r = 0; r < document.frames.size(); ++r) link_run(document, r);
  for (std::size_t a = 0; a < document.about.size(); ++a) {
    for (const PdfLink& link : document.draft.about[a].links)
      append_annotation(
          document, document.about[a],
          make_link(document, link.box, document.states.at(static_cast<std::size_t>(link.state)),
                    link.alt));
  }
}

}  // namespace praxiscope::figure
