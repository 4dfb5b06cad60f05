// PdfPen: draws a PDF page with Cairo and leaves out every picture: it draws a numbered stand-in,
// which PdfImages replaces by the stored object, and writes down links and players with their
// boxes. So link areas and pictures lie where the panels put them.
#pragma once

#include "figure/cairo_pen.h"
#include "figure/pdf_draft.h"

namespace praxiscope::figure {

/// As CairoPen; what it draws between begin_page() and end_page() is one page of the draft.
class PdfPen : public CairoPen {
 public:
  /// `draft` gets the pictures; it must outlive the pen.
  PdfPen(cairo_t* cairo, const Figure& figure, PdfDraft& draft);

  /// Links and players go into `record` until end_page(); null: nowhere.
  void begin_page(PdfPageRecord* record) { page_ = record; }
  /// Also ends a sheet, which has no record.
  void end_page();
  /// A click on the box leads to the page about the figure.
  void link_about(const Box& box, std::string_view alt);

  void ramp(const Box& box, const FigureScale& scale) override;
  void picture(PictureId picture, const Box& box) override;
  void film_frame(const FilmFrame& frame, const Box& box) override;
  void player(const PlayerPanel& panel, const Box& box) override;
  void link(const Box& box, StateId state, std::string_view alt) override;
  void link(const Box& box, const FilmFrame& frame, std::string_view alt) override;

  /// Structure for readers that do not see: all that is drawn between begin and end is one element.
  /// `alt`: told instead of a figure.
  void begin_figure(std::string_view alt);
  void end_figure();
  void begin_section();
  void end_section();

 private:
  void stand_in(PdfPicture picture, const Box& box);
  cairo_surface_t* stand_in_image(std::size_t number);

  PdfDraft& draft_;
  PdfPageRecord* page_ = nullptr;
  std::vector<PdfPicture> pictures_;  // of the page so far
  std::vector<Surface> stand_ins_;    // by their numbers, shared by all pages
};

/// The number of the picture that an image of 2x2 pixels stands in for; `pixels`: its 12 bytes RGB.
/// Nothing for other images.
std::optional<std::size_t> stand_in_number(std::string_view pixels);

}  // namespace praxiscope::figure
