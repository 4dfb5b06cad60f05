// PdfDocument: the file while it becomes a figure to click through. One function a concern; each
// adds its objects, none needs another but where it says so.
#pragma once

#include "figure/pdf_draft.h"
#include "figure/pdf_images.h"

#include <qpdf/QPDF.hh>

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::figure {

/// The pages in their order: states, enlarged frames run by run, about. The figure and the draft
/// must outlive it. Not thread-safe.
struct PdfDocument {
  /// Takes the draft's pages apart, puts pictures in the place of their stand-ins and makes the
  /// pages of enlarged frames.
  PdfDocument(const Figure& shown, const PdfDraft& drawn);

  const Figure& figure;
  const PdfDraft& draft;
  QPDF file;
  PdfImages images;
  std::vector<QPDFObjectHandle> states, about;
  std::vector<std::vector<QPDFObjectHandle>> frames;  ///< of each run
};

/// Forms of the draft's sheets become pages with one frame each; called by the constructor.
void add_frame_pages(PdfDocument& document, const std::vector<QPDFObjectHandle>& sheets);

/// Every recorded click as a link, and those that turn the leaves of a run.
void add_links(PdfDocument& document);

/// Stacked buttons over every player, and the script that shows one after the other. Nothing for
/// films of one frame. After add_links().
void add_motion(PdfDocument& document);

/// Outline by the values of the axes, page labels.
void add_outline(PdfDocument& document);

/// What readers are told who do not see: alternate texts, language; title and metadata.
void add_descriptions(PdfDocument& document);

/// The file's bytes; the same for the same document.
std::string write_pdf(PdfDocument& document);

// ------------------------------------------------------------------------------- small objects

/// A text of a person as a string object: shown as it is, never read as anything else. Broken
/// bytes and control characters become visible.
QPDFObjectHandle pdf_text(std::string_view text);

/// "/Name".
QPDFObjectHandle pdf_name(std::string_view name);

/// Of an annotation; `box` is cut to the page.
QPDFObjectHandle pdf_rectangle(const Box& box, const PdfDraft& draft);

/// Shows the page without a change of scale; keeps every viewer's page corner where it is.
QPDFObjectHandle pdf_destination(const QPDFObjectHandle& page, const PdfDraft& draft);

void append_annotation(PdfDocument& document, QPDFObjectHandle page, QPDFObjectHandle annotation);

}  // namespace praxiscope::figure
