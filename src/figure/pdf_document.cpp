#include "figure/pdf_document.h"

#include "figure/pdf_pen.h"
#include "figure/whole_text.h"

#include <fmt/format.h>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

#include <algorithm>

namespace praxiscope::figure {
namespace {

/// Replaces stand-ins by the pictures that they stand for.
class StandIns {
 public:
  explicit StandIns(PdfImages& images) : images_(images) {}

  /// Among the resources of a page or a form, and of the forms it uses; `pictures`: the page's.
  void replace(QPDFObjectHandle resources, const std::vector<PdfPicture>& pictures) {
    QPDFObjectHandle used = resources.getKey("/XObject");
    if (!used.isDictionary()) return;
    for (const auto& [name, object] : used.getDictAsMap()) {
      QPDFObjectHandle dictionary = QPDFObjectHandle(object).getDict();
      if (dictionary.getKey("/Subtype").isNameAndEquals("/Form")) {
        replace(dictionary.getKey("/Resources"), pictures);
      } else if (const auto number = number_of(object); number && *number < pictures.size()) {
        used.replaceKey(name, images_.find(pictures[*number]));
      }
    }
  }

 private:
  /// Pages share their stand-ins: each is read once.
  std::optional<std::size_t> number_of(QPDFObjectHandle image) {
    const auto [known, is_new] = numbers_.try_emplace(image.getObjGen());
    if (!is_new) return known->second;
    QPDFObjectHandle width = image.getDict().getKey("/Width");
    if (!width.isInteger() || width.getIntValue() != 2) return std::nullopt;
    const std::shared_ptr<Buffer> pixels = image.getStreamData();
    known->second =
        stand_in_number({reinterpret_cast<const char*>(pixels->getBuffer()), pixels->getSize()});
    return known->second;
  }

  PdfImages& images_;
  std::map<QPDFObjGen, std::optional<std::size_t>> numbers_;
};

/// QPDF's own formatting takes as long as the rest of a link.
QPDFObjectHandle pdf_real(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return QPDFObjectHandle::newReal(text);
}

}  // namespace

PdfDocument::PdfDocument(const Figure& shown, const PdfDraft& drawn)
    : figure(shown), draft(drawn), images(file, shown) {
  file.setSuppressWarnings(true);  // to standard error, that is
  file.processMemoryFile("figure", draft.bytes.data(), draft.bytes.size());
  QPDFPageDocumentHelper helper(file);
  std::vector<QPDFPageObjectHelper> pages = helper.getAllPages();
  std::vector<QPDFObjectHandle> sheets;
  StandIns stand_ins(images);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    stand_ins.replace(pages[i].getAttribute("/Resources", false), draft.pictures.at(i));
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
  return QPDFObjectHandle::newUnicodeString(printable_whole(text));
}

QPDFObjectHandle pdf_name(std::string_view name) {
  return QPDFObjectHandle::newName(std::string(name));
}

QPDFObjectHandle pdf_rectangle(const Box& box, const PdfDraft& draft) {
  const auto x = [&](double value) { return pdf_real(std::clamp(value, 0.0, draft.width)); };
  const auto y = [&](double value) {
    return pdf_real(std::clamp(draft.height - value, 0.0, draft.height));
  };
  return QPDFObjectHandle::newArray({x(box.x), y(box.bottom()), x(box.right()), y(box.y)});
}

QPDFObjectHandle pdf_destination(const QPDFObjectHandle& page, const PdfDraft& draft) {
  return QPDFObjectHandle::newArray({page, pdf_name("/XYZ"), QPDFObjectHandle::newInteger(0),
                                     pdf_real(draft.height), QPDFObjectHandle::newNull()});
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
