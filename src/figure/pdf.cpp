// make_pdf: the story of a PDF file. Cairo draws the pages, QPDF makes them a figure to click
// through.
#include "figure/pdf_document.h"
#include "figure/pdf_pages.h"

#include "praxiscope/error.h"
#include "praxiscope/figure.h"

#include <qpdf/QPDFExc.hh>

namespace praxiscope {

std::string make_pdf(const Figure& figure) {
  check_figure(figure);
  const figure::PdfDraft draft = figure::draw_pdf_pages(figure);
  try {
    figure::PdfDocument document(figure, draft);
    figure::add_links(document);
    figure::add_motion(document);
    figure::add_outline(document);
    figure::add_descriptions(document);
    return figure::write_pdf(document);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // QPDF throws std::logic_error and std::runtime_error
    throw Error(ErrorKind::kInternal,
                std::string("cannot put the PDF file together: ") + error.what());
  }
}

}  // namespace praxiscope
