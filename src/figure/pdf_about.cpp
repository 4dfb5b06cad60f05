// The pages about the figure: words in two columns.
#include "figure/pdf_pages.h"

#include "praxiscope/version.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace praxiscope::figure {
namespace {

constexpr int kColumns = 2;
constexpr double kHeader = 44;  // height of the title's row
constexpr std::string_view kBackWords = "back to the figure";

/// Fills columns from the top, and begins a page when they are full.
class Flow {
 public:
  Flow(const Figure& figure, PdfPen& pen, PdfDraft& draft)
      : context_{figure, false}, pen_(pen), draft_(draft) {
    begin_page();
  }
  /// Paragraphs stay whole; the title stands above the first one.
  void add(const TextPanel& text);
  /// Goes on at the top of the next column.
  void begin_column();
  void end() { pen_.end_page(); }

 private:
  double column_width() const {
    return (draft_.width - 2 * kMargin - (kColumns - 1) * 2 * kGap) / kColumns;
  }
  double bottom() const { return draft_.height - 2 * kMargin; }
  double height_of(const TextPanel& text) {
    return wanted_height({PanelPlace::kSide, 1, text, ""}, column_width(), context_, pen_).height;
  }
  void begin_page();
  void draw(const TextPanel& text, double height);

  PanelContext context_;
  PdfPen& pen_;
  PdfDraft& draft_;
  int column_ = 0;
  double y_ = 0;
};

void Flow::begin_page() {
  const Theme& look = theme(false);
  draft_.about.emplace_back();
  pen_.begin_page(&draft_.about.back());
  column_ = 0;
  y_ = kMargin + kHeader;
  pen_.text("About this figure", {kMargin, kMargin, draft_.width / 2, kHeader - kGap},
            title_letter(look));
  Letter letter = heading_letter(look);
  letter.anchor = Anchor::kCenter;
  const double width = pen_.width_of(kBackWords, letter) + 6 * kGrid;
  const Box back{draft_.width - kMargin - width, kMargin, width, 7 * kGrid};
  pen_.fill(back, look.faint, kGrid);
  pen_.text(kBackWords, back, letter);
  pen_.link(back, StateId{0}, kBackWords);
  letter = small_letter(look);
  pen_.text("Praxiscope " + version(),
            {kMargin, draft_.height - kMargin - 4 * kGrid, column_width(), 4 * kGrid}, letter);
}

void Flow::begin_column() {
  if (++column_ == kColumns) {
    pen_.end_page();
    begin_page();
  }
  y_ = kMargin + kHeader;
}

void Flow::draw(const TextPanel& text, double height) {
  pen_.begin_section();
  draw_text(text,
            {kMargin + column_ * (column_width() + 2 * kGap), y_, column_width(),
             std::min(height, bottom() - y_)},
            context_, pen_);
  pen_.end_section();
  y_ += height + kGap;
}

void Flow::add(const TextPanel& text) {
  TextPanel part{text.title, {}};
  double height = 0;
  for (const std::string& paragraph : text.paragraphs) {
    // One by one, as if each were a panel: a little more than they need together.
    const double more = height_of({part.paragraphs.empty() ? part.title : "", {paragraph}});
    if (y_ + height + more > bottom() && (!part.paragraphs.empty() || y_ > kMargin + kHeader)) {
      if (!part.paragraphs.empty()) {
        draw(part, height);
        part = {"", {}};
      }
      begin_column();
      height = 0;
    }
    part.paragraphs.push_back(paragraph);
    height += more;
  }
  if (!part.paragraphs.empty()) draw(part, height_of(part));
}

/// "model.name: strings" for each value, in the order of the text.
void list_values(const nlohmann::ordered_json& value, const std::string& name,
                 std::vector<std::string>& lines) {
  constexpr std::size_t kMostLines = 400;
  if (lines.size() >= kMostLines) return;
  const bool is_plain_list = value.is_array() && (value.empty() || !value.front().is_structured());
  if (value.is_object() || (value.is_array() && !is_plain_list)) {
    for (const auto& [key, part] : value.items())
      list_values(part, name.empty() ? key : name + "." + key, lines);
    return;
  }
  const std::string words =
      value.is_string()
          ? value.get<std::string>()
          : value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  lines.push_back(name.empty() ? words : name + ": " + words);
}

/// One line for each value; a paragraph is what one thing is told of, or as much as stays together.
TextPanel provenance_text(const Figure& figure) {
  constexpr std::size_t kTogether = 16;
  std::vector<std::string> lines;
  const auto json = nlohmann::ordered_json::parse(figure.provenance, nullptr, false);
  if (json.is_discarded()) {
    lines.push_back(figure.provenance);
  } else {
    list_values(json, "", lines);
  }
  TextPanel text{"Provenance", {}};
  const auto thing_of = [](const std::string& line) {
    const std::size_t end = line.find_first_of(".:");
    return end != line.npos && line[end] == '.' ? line.substr(0, end) : "";
  };
  std::size_t together = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_new =
        i == 0 || together == kTogether || thing_of(lines[i]) != thing_of(lines[i - 1]);
    together = is_new ? 1 : together + 1;
    if (is_new) text.paragraphs.emplace_back();
    text.paragraphs.back() += (is_new ? "" : "\n") + lines[i];
  }
  return text;
}

bool moves(const Figure& figure) {
  return std::any_of(figure.films.begin(), figure.films.end(),
                     [](const FigureFilm& film) { return film.pictures.size() > 1; });
}

TextPanel handling(const Figure& figure, const PdfDraft& draft) {
  TextPanel text{"How to use this file",
                 {"A click on a tab, a bar or a cell shows that state at the same place." +
                  enlarging_words(draft)}};
  if (!moves(figure)) return text;
  text.paragraphs.emplace_back(
      "Where the viewer runs scripts (browsers, Acrobat, Okular) the clip moves; a click on it or "
      "on its button pauses it. Elsewhere it shows the frame in which the map is strongest");
  text.paragraphs.back() += draft.runs.empty() ? "." : ", and the enlarged frames are a flip book.";
  return text;
}

}  // namespace

std::string enlarging_words(const PdfDraft& draft) {
  const std::string turns =
      "there, a click on its right turns to the next one, on its left to the one before.";
  const std::string why =
      fmt::format(" More than {} enlarged frames would make this file slow.", kMostFramePages);
  switch (draft.enlarging.kind) {
    case Enlarging::Kind::kAll:
      return draft.runs.empty() ? "" : " A click on a frame enlarges it; " + turns;
    case Enlarging::Kind::kOfStrip:
      if (draft.enlarging.step == 1)
        return " A click on a frame enlarges it; " + turns +
               " Of long clips only the frames that stand side by side can be enlarged." + why;
      return fmt::format(" A click enlarges one frame in {} of a strip, beginning with the first; ",
                         draft.enlarging.step) +
             turns + why;
    case Enlarging::Kind::kNone:
      return " Frames are not enlarged in this file." + why;
  }
  return "";
}

void draw_about_pages(const Figure& figure, PdfPen& pen, PdfDraft& draft) {
  Flow flow(figure, pen, draft);
  flow.add(handling(figure, draft));
  for (const TextPanel& text : figure.about) flow.add(text);
  if (!figure.provenance.empty()) {
    flow.begin_column();  // numbers apart from words
    flow.add(provenance_text(figure));
  }
  flow.end();
}

}  // namespace praxiscope::figure
