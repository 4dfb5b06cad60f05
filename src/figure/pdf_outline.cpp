// The outline: states by the values of the axes, in the axes' order.
#include "figure/pdf_document.h"
#include "figure/pdf_pages.h"

#include <algorithm>

namespace praxiscope::figure {
namespace {

/// An entry with what lies under it.
struct Entry {
  std::string title;
  QPDFObjectHandle page;
  std::vector<Entry> children{};
};

/// The axes on which states differ.
std::vector<std::size_t> axes_of_choice(const Figure& figure) {
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < figure.axes.size(); ++axis) {
    if (figure.axes[axis].values.size() > 1) axes.push_back(axis);
  }
  return axes;
}

Entry& find_or_add(std::vector<Entry>& entries, const std::string& title,
                   const QPDFObjectHandle& page) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.title == title; });
  if (found != entries.end()) return *found;
  return entries.emplace_back(Entry{title, page});
}

std::vector<Entry> sort_states(const PdfDocument& document) {
  const Figure& figure = document.figure;
  const std::vector<std::size_t> axes = axes_of_choice(figure);
  std::vector<Entry> entries;
  for (std::size_t s = 0; s < figure.states.size(); ++s) {
    std::vector<Entry>* level = &entries;
    for (const std::size_t axis : axes) {
      const auto value = static_cast<std::size_t>(figure.states[s].choice[axis]);
      level = &find_or_add(*level, figure.axes[axis].values[value], document.states[s]).children;
    }
    if (axes.empty()) entries.push_back({figure.title, document.states[s]});
  }
  return entries;
}

/// Links entries and all that lies under them to their parent, whose entries are closed.
void add_entries(PdfDocument& document, const std::vector<Entry>& entries, QPDFObjectHandle parent,
                 bool is_open) {
  if (entries.empty()) return;
  QPDFObjectHandle last;
  for (const Entry& entry : entries) {
    QPDFObjectHandle item = document.file.makeIndirectObject(QPDFObjectHandle::newDictionary({
        {"/Title", pdf_text(entry.title)},
        {"/Parent", parent},
        {"/Dest", pdf_destination(entry.page, document.draft)},
    }));
    if (last.isInitialized()) {
      item.replaceKey("/Prev", last);
      last.replaceKey("/Next", item);
    } else {
      parent.replaceKey("/First", item);
    }
    last = item;
    add_entries(document, entry.children, item, false);
  }
  parent.replaceKey("/Last", last);
  const auto count = static_cast<int>(entries.size());
  parent.replaceKey("/Count", QPDFObjectHandle::newInteger(is_open ? count : -count));
}

void add_page_labels(PdfDocument& document) {
  QPDFObjectHandle numbers = QPDFObjectHandle::newArray();
  int page = 0;
  const auto begin = [&](QPDFObjectHandle label) {
    numbers.appendItem(QPDFObjectHandle::newInteger(page));
    numbers.appendItem(label);
  };
  const auto name_of = [&](StateId state) {
    const std::string words = words_of_state(document.figure, state, "-");
    return words.empty() ? std::to_string(state + 1) : words;
  };
  for (std::size_t s = 0; s < document.states.size(); ++s, ++page)
    begin(QPDFObjectHandle::newDictionary({{"/P", pdf_text(name_of(static_cast<StateId>(s)))}}));
  for (const FrameRun& run : document.draft.runs) {
    const QPDFObjectHandle prefix = pdf_text(name_of(run.state) + "-frame ");
    for (std::size_t i = 0; i < run.frames.size(); ++i, ++page) {
      // A viewer counts on from one label to the next where no frame is left out.
      if (i > 0 && run.frames[i] == run.frames[i - 1] + 1) continue;
      begin(
          QPDFObjectHandle::newDictionary({{"/S", pdf_name("/D")},
                                           {"/St", QPDFObjectHandle::newInteger(run.frames[i] + 1)},
                                           {"/P", prefix}}));
    }
  }
  begin(QPDFObjectHandle::newDictionary({{"/P", pdf_text("about")}}));
  document.file.getRoot().replaceKey("/PageLabels",
                                     QPDFObjectHandle::newDictionary({{"/Nums", numbers}}));
}

}  // namespace

void add_outline(PdfDocument& document) {
  std::vector<Entry> entries = sort_states(document);
  entries.push_back({"About this figure", document.about.front()});
  QPDFObjectHandle root = document.file.makeIndirectObject(
      QPDFObjectHandle::newDictionary({{"/Type", pdf_name("/Outlines")}}));
  add_entries(document, entries, root, true);
  document.file.getRoot().replaceKey("/Outlines", root);
  add_page_labels(document);
}

}  // namespace praxiscope::figure
