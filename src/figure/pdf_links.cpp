// Links: the one kind of click that works in every viewer.
#include "figure/pdf_document.h"

#include <algorithm>

namespace praxiscope::figure {
namespace {

/// Makes links. There are thousands: what many have in common is one object of the file.
class Links {
 public:
  explicit Links(PdfDocument& document)
      : document_(document), no_border_(share(QPDFObjectHandle::parse("[0 0 0]"))) {
    const FramePageLayout& layout = document.draft.frame_layout;
    if (document.frames.empty()) return;
    back_ = share(rectangle(layout.back));
    previous_ = share(rectangle(layout.previous));
    next_ = share(rectangle(layout.next));
  }

  void add_state(std::size_t state);
  void add_run(std::size_t run);
  void add_about(std::size_t page);

 private:
  void add(QPDFObjectHandle page, const QPDFObjectHandle& place, const QPDFObjectHandle& target,
           std::string_view alt);
  QPDFObjectHandle go_to(const QPDFObjectHandle& page);
  QPDFObjectHandle rectangle(const Box& box) const { return pdf_rectangle(box, document_.draft); }
  QPDFObjectHandle share(QPDFObjectHandle object) {
    return document_.file.makeIndirectObject(object);
  }

  PdfDocument& document_;
  QPDFObjectHandle no_border_, previous_, next_, back_;
  std::map<QPDFObjGen, QPDFObjectHandle> actions_;  // by the pages they show
};

QPDFObjectHandle Links::go_to(const QPDFObjectHandle& page) {
  QPDFObjectHandle& action = actions_[page.getObjGen()];
  if (!action.isInitialized())
    action = share(QPDFObjectHandle::newDictionary(
        {{"/S", pdf_name("/GoTo")}, {"/D", pdf_destination(page, document_.draft)}}));
  return action;
}

void Links::add(QPDFObjectHandle page, const QPDFObjectHandle& place,
                const QPDFObjectHandle& target, std::string_view alt) {
  constexpr int kPrinted = 4;
  QPDFObjectHandle link = QPDFObjectHandle::newDictionary({
      {"/Type", pdf_name("/Annot")},
      {"/Subtype", pdf_name("/Link")},
      {"/Border", no_border_},
      {"/F", QPDFObjectHandle::newInteger(kPrinted)},
      {"/H", pdf_name("/N")},
      {"/Rect", place},
      {"/A", go_to(target)},
  });
  if (!alt.empty()) link.replaceKey("/Contents", pdf_text(alt));
  append_annotation(document_, page, link);
}

/// The page of a frame that a state's page links to; nothing where it has none.
QPDFObjectHandle find_frame_page(const PdfDocument& document, StateId state,
                                 const FilmFrame& frame) {
  const std::vector<FrameRun>& runs = document.draft.runs;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const FilmFrame& first = runs[r].first;
    if (runs[r].state != state || first.film != frame.film || first.map != frame.map ||
        first.view != frame.view)
      continue;
    const std::vector<int>& frames = runs[r].frames;
    const auto found = std::find(frames.begin(), frames.end(), frame.index);
    if (found != frames.end())
      return document.frames[r][static_cast<std::size_t>(found - frames.begin())];
  }
  return QPDFObjectHandle();
}

void Links::add_state(std::size_t state) {
  for (const PdfLink& link : document_.draft.states[state].links) {
    QPDFObjectHandle target = document_.about.front();
    if (link.state >= 0) target = document_.states.at(static_cast<std::size_t>(link.state));
    if (link.frame) target = find_frame_page(document_, static_cast<StateId>(state), *link.frame);
    if (target.isInitialized()) add(document_.states[state], rectangle(link.box), target, link.alt);
  }
}

void Links::add_run(std::size_t run) {
  const auto state = static_cast<std::size_t>(document_.draft.runs[run].state);
  const std::vector<QPDFObjectHandle>& pages = document_.frames[run];
  const std::size_t count = pages.size();
  for (std::size_t i = 0; i < count; ++i) {
    add(pages[i], back_, document_.states.at(state), "back to the figure");
    if (count == 1) continue;
    add(pages[i], previous_, pages[(i + count - 1) % count], "previous frame");
    add(pages[i], next_, pages[(i + 1) % count], "next frame");
  }
}

void Links::add_about(std::size_t page) {
  for (const PdfLink& link : document_.draft.about[page].links)
    add(document_.about[page], rectangle(link.box),
        document_.states.at(static_cast<std::size_t>(link.state)), link.alt);
}

}  // namespace

void add_links(PdfDocument& document) {
  Links links(document);
  for (std::size_t s = 0; s < document.states.size(); ++s) links.add_state(s);
  for (std::size_t r = 0; r < document.frames.size(); ++r) links.add_run(r);
  for (std::size_t a = 0; a < document.about.size(); ++a) links.add_about(a);
}

}  // namespace praxiscope::figure
