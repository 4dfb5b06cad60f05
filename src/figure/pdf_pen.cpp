#include "figure/pdf_pen.h"

#include "figure/map_shades.h"

#include "praxiscope/error.h"

#include <cstdint>

namespace praxiscope::figure {
namespace {

constexpr int kSide = 2;     // px of a stand-in
constexpr int kBits = 7;     // of the number in each colour; the eighth bits mark it
constexpr int kMask = 0x7F;  // red's is set, green's and blue's are not: it is never gray,
constexpr int kMark = 0x80;  // which Cairo would store with one channel
constexpr int kMost = 1 << 3 * kBits;

std::uint32_t stand_in_pixel(std::size_t number) {
  const auto n = static_cast<std::uint32_t>(number);
  const std::uint32_t red = kMark | (n >> 2 * kBits & kMask);
  return red << 16 | (n >> kBits & kMask) << 8 | (n & kMask);
}

}  // namespace

std::optional<std::size_t> stand_in_number(std::string_view pixels) {
  constexpr std::size_t kPixel = 3;
  if (pixels.size() != kPixel * kSide * kSide) return std::nullopt;
  for (std::size_t i = kPixel; i < pixels.size(); ++i) {
    if (pixels[i] != pixels[i - kPixel]) return std::nullopt;
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(pixels[i]); };
  if ((byte(0) & kMark) == 0 || ((byte(1) | byte(2)) & kMark) != 0) return std::nullopt;
  return static_cast<std::size_t>((byte(0) & kMask) << 2 * kBits | byte(1) << kBits | byte(2));
}

PdfPen::PdfPen(cairo_t* cairo, const Figure& figure, PdfDraft& draft)
    : CairoPen(cairo, figure), draft_(draft) {}

void PdfPen::end_page() {
  cairo_show_page(cairo());
  draft_.pictures.push_back(std::move(pictures_));
  pictures_.clear();
  page_ = nullptr;
}

/// Cairo writes an image once for all pages. On one page it must not be drawn twice: Cairo 1.16
/// writes broken resources then, so every place of a page has its own.
cairo_surface_t* PdfPen::stand_in_image(std::size_t number) {
  if (number >= static_cast<std::size_t>(kMost))
    throw Error(ErrorKind::kInternal, "figure: too many pictures on a page of a PDF file");
  while (stand_ins_.size() <= number) {
    Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, kSide, kSide));
    unsigned char* data = cairo_image_surface_get_data(surface.get());
    if (data == nullptr) throw Error(ErrorKind::kInternal, "no memory for a PDF page");
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < kSide; ++y) {
      auto* row = reinterpret_cast<std::uint32_t*>(data + y * stride);
      for (int x = 0; x < kSide; ++x) row[x] = stand_in_pixel(stand_ins_.size());
    }
    cairo_surface_mark_dirty(surface.get());
    stand_ins_.push_back(std::move(surface));
  }
  return stand_ins_[number].get();
}

void PdfPen::stand_in(PdfPicture picture, const Box& box) {
  if (box.width <= 0 || box.height <= 0) return;
  cairo_save(cairo());
  cairo_translate(cairo(), box.x, box.y);
  cairo_scale(cairo(), box.width / kSide, box.height / kSide);
  cairo_set_source_surface(cairo(), stand_in_image(pictures_.size()), 0, 0);
  cairo_paint(cairo());
  cairo_restore(cairo());
  pictures_.push_back(std::move(picture));
}

/// A gradient would be some forty objects of the file.
void PdfPen::ramp(const Box& box, const FigureScale& scale) {
  stand_in(PdfRamp{scale.colormap}, box);
}

void PdfPen::picture(PictureId picture, const Box& box) {
  if (picture >= 0) stand_in(picture, box);
}

void PdfPen::film_frame(const FilmFrame& frame, const Box& box) { stand_in(frame, box); }

void PdfPen::player(const PlayerPanel& panel, const Box& box) {
  film_frame({panel.film, panel.map, panel.view, telling_frame(figure(), panel.film, panel.map)},
             box);
  if (page_ == nullptr) return;
  page_->players.push_back({box, panel});
  const FigureFilm& film = figure().films.at(static_cast<std::size_t>(panel.film));
  if (film.pictures.size() == 1)  // nothing else lies on it
    link(box, FilmFrame{panel.film, panel.map, panel.view, 0}, film.name + ": enlarge");
}

void PdfPen::link_about(const Box& box, std::string_view alt) {
  if (page_ != nullptr) page_->links.push_back({box, -1, std::nullopt, std::string(alt)});
}

void PdfPen::link(const Box& box, StateId state, std::string_view alt) {
  if (page_ != nullptr && state >= 0)
    page_->links.push_back({box, state, std::nullopt, std::string(alt)});
}

void PdfPen::link(const Box& box, const FilmFrame& frame, std::string_view alt) {
  if (page_ != nullptr) page_->links.push_back({box, -1, frame, std::string(alt)});
}

void PdfPen::begin_figure(std::string_view alt) {
  draft_.alts.emplace_back(alt);
  cairo_tag_begin(cairo(), "Figure", "");
}
void PdfPen::end_figure() { cairo_tag_end(cairo(), "Figure"); }
void PdfPen::begin_section() { cairo_tag_begin(cairo(), "Sect", ""); }
void PdfPen::end_section() { cairo_tag_end(cairo(), "Sect"); }

}  // namespace praxiscope::figure
