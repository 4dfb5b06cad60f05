#include "figure/pdf_document.h"

#include "figure/pdf_pen.h"
#include "render/text.h"

#include <qpdf/Buffer.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

#include <algorithm>

namespace praxiscope::figure {
namespace {

/// Replaces stand-ins among the resources of a page or a form, and of the forms it uses.
void place_pictures(QPDFObjectHandle resources, PdfDocument& document) {
  QPDFObjectHandle used = resources.getKey("/XObject");
  if (!used.isDictionary()) return;
  for (const std::string& name : used.getKeys()) {
    QPDFObjectHandle object = used.getKey(name);
    QPDFObjectHandle dictionary = object.getDict();
    if (dictionary.getKey("/Subtype").isNameAndEquals("/Form")) {
      place_pictures(dictionary.getKey("/Resources"), document);
      continue;
    }
    QPDFObjectHandle width = dictionary.getKey("/Width");
    if (!width.isInteger() || width.getIntValue() != 2) continue;
    const std::shared_ptr<Buffer> pixels = object.getStreamData();
    const std::optional<std::size_t> number =
        stand_in_number({reinterpret_cast<const char*>(pixels->getBuffer()), pixels->getSize()});
    if (number && *number < document.draft.pictures.size())
      used.replaceKey(name, document.images.find(document.draft.pictures[*number]));
  }
}

}  // namespace

PdfDocument::PdfDocument(const Figure& shown, const PdfDraft& drawn)
    : figure(shown), draft(drawn), images(file, shown) {
  file.setSuppressWarnings(true);  // to standard error, that is
  file.processMemoryFile("figure", draft.bytes.data(), draft.bytes.size());
  QPDFPageDocumentHelper helper(file);
  std::vector<QPDFPageObjectHelper> pages = helper.getAllPages();
  std::vector<QPDFObjectHandle> sheets;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    place_pictures(pages[i].getAttribute("/Resources", false), *this);
    if (i < draft.states.size()) {
      states.push_back(pages[i].getObjectHandle());
      continue;
    }
    if (i < draft.states.size() + draft.about.size()) {
      about.push_back(pages[i].getObjectHandle());
    } else {
      sheets.push_back(pages[i].getFormXObjectForPage());
    }
    helper.removePage(pages[i]);
  }
  add_frame_pages(*this, sheets);
  for (const QPDFObjectHandle& page : about) helper.addPage(page, false);
}

std::string write_pdf(PdfDocument& document) {
  QPDFWriter writer(document.file);
  writer.setOutputMemory();
  writer.setDeterministicID(true);
  writer.setObjectStreamMode(qpdf_o_generate);
  writer.setCompressStreams(true);
  writer.setMinimumPDFVersion("1.7");
  writer.write();
  const std::shared_ptr<Buffer> bytes = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize()};
}

QPDFObjectHandle pdf_text(std::string_view text) {
  return QPDFObjectHandle::newUnicodeString(printable(text));
}

QPDFObjectHandle pdf_name(std::string_view name) {
  return QPDFObjectHandle::newName(std::string(name));
}

QPDFObjectHandle pdf_rectangle(const Box& box, const PdfDraft& draft) {
  constexpr int kPlaces = 2;
  const auto x = [&](double value) {
    return QPDFObjectHandle::newReal(std::clamp(value, 0.0, draft.width), kPlaces);
  };
  const auto y = [&](double value) {
    return QPDFObjectHandle::newReal(std::clamp(draft.height - value, 0.0, draft.height), kPlaces);
  };
  return QPDFObjectHandle::newArray({x(box.x), y(box.bottom()), x(box.right()), y(box.y)});
}

QPDFObjectHandle pdf_destination(const QPDFObjectHandle& page, const PdfDraft& draft) {
  return QPDFObjectHandle::newArray({page, pdf_name("/XYZ"), QPDFObjectHandle::newInteger(0),
                                     QPDFObjectHandle::newReal(draft.height, 2),
                                     QPDFObjectHandle::newNull()});
}

void append_annotation(PdfDocument& document, QPDFObjectHandle page, QPDFObjectHandle annotation) {
  QPDFObjectHandle list = page.getKey("/Annots");
  if (!list.isArray()) {
    list = QPDFObjectHandle::newArray();
    page.replaceKey("/Annots", list);
    list = page.getKey("/Annots");
  }
  list.appendItem(document.file.makeIndirectObject(annotation));
}

}  // namespace praxiscope::figure
