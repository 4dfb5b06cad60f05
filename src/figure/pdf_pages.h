// The drawing half of the PDF writer: everything that Cairo draws, page by page.
#pragma once

#include "figure/page_layout.h"
#include "figure/pdf_pen.h"
#include "figure/theme.h"

namespace praxiscope::figure {

/// Pages of enlarged frames in one file: a browser opens so many as fast as half of them.
inline constexpr int kMostFramePages = 2048;

/// All pages and sheets. @throws Error kInternal when Cairo fails or states differ in their panels.
PdfDraft draw_pdf_pages(const Figure& figure);

/// The pages about the figure: how to read it, methods, provenance; at least one. Each one is
/// appended to draft.about.
void draw_about_pages(const Figure& figure, PdfPen& pen, PdfDraft& draft);

/// draft.runs and draft.enlarging by the links of the states' pages: all frames, or fewer of each
/// run as far as kMostFramePages demands it.
void choose_frame_runs(const Figure& figure, PdfDraft& draft);

/// A sentence of the pages about the figure: which frames a click enlarges, and why not all.
std::string enlarging_words(const PdfDraft& draft);

/// What pages of enlarged frames share: the ground with its buttons (sheet 0), one sheet for each
/// run of frames that the states' pages link to, one for each frame's caption.
void draw_frame_sheets(const Figure& figure, PdfPen& pen, PdfDraft& draft);

/// "cello · Grad-CAM · layer4": the state's value on every axis that has several.
std::string words_of_state(const Figure& figure, StateId state, std::string_view between);

}  // namespace praxiscope::figure
