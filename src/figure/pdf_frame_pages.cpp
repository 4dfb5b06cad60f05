// A page for each enlarged frame. It costs a few hundred bytes: sheets, pictures and even the
// drawing are shared.
#include "figure/pdf_document.h"

#include <fmt/format.h>
#include <qpdf/QPDFPageDocumentHelper.hh>

#include <algorithm>

namespace praxiscope::figure {
namespace {

/// The largest box of the picture's shape in the middle of the room.
Box fit(const FigurePicture& picture, const Box& room) {
  const double scale = std::min(room.width / picture.width, room.height / picture.height);
  const double width = picture.width * scale, height = picture.height * scale;
  return {room.x + (room.width - width) / 2, room.y + (room.height - height) / 2, width, height};
}

class FramePages {
 public:
  FramePages(PdfDocument& document, const std::vector<QPDFObjectHandle>& sheets)
      : document_(document),
        sheets_(sheets),
        media_box_(document.file.makeIndirectObject(QPDFObjectHandle::newFromRectangle(
            {0, 0, document.draft.width, document.draft.height}))) {}

  QPDFObjectHandle make(const FrameRun& run, int t) {
    FilmFrame frame = run.first;
    frame.index = t;
    const auto caption = document_.draft.caption_sheets.at({frame.film, t});
    const QPDFObjectHandle shown = QPDFObjectHandle::newDictionary({
        {"/G", sheets_.at(0)},
        {"/S", sheets_.at(static_cast<std::size_t>(run.sheet))},
        {"/C", sheets_.at(static_cast<std::size_t>(caption))},
        {"/F", document_.images.frame(frame)},
    });
    return document_.file.makeIndirectObject(QPDFObjectHandle::newDictionary({
        {"/Type", pdf_name("/Page")},
        {"/MediaBox", media_box_},
        {"/Resources", QPDFObjectHandle::newDictionary({{"/XObject", shown}})},
        {"/Contents", drawing_of(frame)},
    }));
  }

 private:
  /// Frames of one size share it. Marked content 0 is the frame; add_descriptions() tells it.
  QPDFObjectHandle drawing_of(const FilmFrame& frame) {
    const FigureFilm& film = document_.figure.films.at(static_cast<std::size_t>(frame.film));
    const PictureId id = film.pictures.at(static_cast<std::size_t>(frame.index));
    const FigurePicture& picture = document_.figure.pictures.at(static_cast<std::size_t>(id));
    const PdfDraft& draft = document_.draft;
    const Box box = fit(picture, draft.frame_layout.picture_room);
    const std::string text = fmt::format(
        "/G Do /S Do /C Do\n/Figure <</MCID 0>> BDC q {:.2f} 0 0 {:.2f} {:.2f} {:.2f} cm /F Do Q "
        "EMC\n",
        box.width, box.height, box.x, draft.height - box.bottom());
    QPDFObjectHandle& drawing = drawings_[text];
    if (!drawing.isInitialized()) drawing = document_.file.newStream(text);
    return drawing;
  }

  PdfDocument& document_;
  const std::vector<QPDFObjectHandle>& sheets_;
  QPDFObjectHandle media_box_;
  std::map<std::string, QPDFObjectHandle> drawings_;
};

}  // namespace

void add_frame_pages(PdfDocument& document, const std::vector<QPDFObjectHandle>& sheets) {
  QPDFPageDocumentHelper helper(document.file);
  FramePages pages(document, sheets);
  for (const FrameRun& run : document.draft.runs) {
    std::vector<QPDFObjectHandle>& made = document.frames.emplace_back();
    for (const int t : run.frames) {
      made.push_back(pages.make(run, t));
      helper.addPage(made.back(), false);
    }
  }
}

}  // namespace praxiscope::figure
