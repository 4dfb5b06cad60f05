// What is told of the file and of its pictures.
#include "figure/pdf_document.h"
#include "figure/pdf_pages.h"
#include "figure/whole_text.h"

#include "praxiscope/version.h"

#include <fmt/format.h>

namespace praxiscope::figure {
namespace {

/// Sets the alternate texts of the figures under a structure element; they come in the order in
/// which they were drawn.
void describe_figures(QPDFObjectHandle element, const std::vector<std::string>& alts,
                      std::size_t& next) {
  if (!element.isDictionary()) return;
  if (element.getKey("/S").isNameAndEquals("/Figure") && next < alts.size())
    element.replaceKey("/Alt", pdf_text(alts[next++]));
  QPDFObjectHandle children = element.getKey("/K");
  if (children.isDictionary()) describe_figures(children, alts, next);
  if (!children.isArray()) return;
  for (int i = 0; i < children.getArrayNItems(); ++i)
    describe_figures(children.getArrayItem(i), alts, next);
}

/// An element for each enlarged frame, at the end of the structure.
class FrameElements {
 public:
  explicit FrameElements(PdfDocument& document)
      : document_(document), tree_(document.file.getRoot().getKey("/StructTreeRoot")) {
    if (!tree_.isDictionary()) return;
    elements_ = tree_.getKey("/K");
    if (!elements_.isArray()) {
      QPDFObjectHandle only = elements_;
      elements_ = QPDFObjectHandle::newArray({only});
      tree_.replaceKey("/K", elements_);
      elements_ = tree_.getKey("/K");
    }
    parents_ = tree_.getKey("/ParentTree").getKey("/Nums");
    if (parents_.isArray() && parents_.getArrayNItems() >= 2)
      key_ = parents_.getArrayItem(parents_.getArrayNItems() - 2).getIntValueAsInt() + 1;
  }

  void add(QPDFObjectHandle page, const std::string& alt) {
    if (!tree_.isDictionary() || !parents_.isArray()) return;
    const QPDFObjectHandle element =
        document_.file.makeIndirectObject(QPDFObjectHandle::newDictionary({
            {"/Type", pdf_name("/StructElem")},
            {"/S", pdf_name("/Figure")},
            {"/P", tree_},
            {"/Pg", page},
            {"/K", QPDFObjectHandle::newInteger(0)},
            {"/Alt", pdf_text(alt)},
        }));
    elements_.appendItem(element);
    page.replaceKey("/StructParents", QPDFObjectHandle::newInteger(key_));
    parents_.appendItem(QPDFObjectHandle::newInteger(key_++));
    parents_.appendItem(QPDFObjectHandle::newArray({element}));
  }

 private:
  PdfDocument& document_;
  QPDFObjectHandle tree_, elements_, parents_;
  int key_ = 0;
};

void describe_frames(PdfDocument& document) {
  FrameElements elements(document);
  for (std::size_t r = 0; r < document.frames.size(); ++r) {
    const FrameRun& run = document.draft.runs[r];
    const FigureFilm& film = document.figure.films.at(static_cast<std::size_t>(run.first.film));
    const std::string words = words_of_state(document.figure, run.state, ", ");
    for (std::size_t i = 0; i < run.frames.size(); ++i)
      elements.add(document.frames[r][i],
                   fmt::format("{}: {}, frame {} of {}, enlarged", words, film.name,
                               run.frames[i] + 1, film.pictures.size()));
  }
}

/// For element text of XML: there are no control characters left.
std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : printable_whole(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

constexpr std::string_view kMetadata = R"(<?xpacket begin="{0}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{1}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{2}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{3}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{4}</xmp:CreatorTool>
<pdf:Producer>{5}</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>
)";

/// The same title and names in both places where viewers look. No dates: the same figure gives the
/// same file.
void add_metadata(PdfDocument& document) {
  const Figure& figure = document.figure;
  QPDFObjectHandle information = document.file.getTrailer().getKey("/Info");
  const std::string producer =
      information.isDictionary() ? information.getKey("/Producer").getUTF8Value() : "";
  const std::string creator = "Praxiscope " + version();
  document.file.getTrailer().replaceKey(
      "/Info", document.file.makeIndirectObject(QPDFObjectHandle::newDictionary({
                   {"/Title", pdf_text(figure.title)},
                   {"/Subject", pdf_text(figure.subtitle)},
                   {"/Creator", pdf_text(creator)},
                   {"/Producer", pdf_text(producer)},
               })));
  QPDFObjectHandle metadata = document.file.newStream(fmt::format(
      fmt::runtime(kMetadata), "\xEF\xBB\xBF", xml_text(figure.title), xml_text(figure.subtitle),
      xml_text(figure.language), creator, xml_text(producer)));
  metadata.getDict().replaceKey("/Type", pdf_name("/Metadata"));
  metadata.getDict().replaceKey("/Subtype", pdf_name("/XML"));
  document.file.getRoot().replaceKey("/Metadata", metadata);
}

}  // namespace

void add_descriptions(PdfDocument& document) {
  QPDFObjectHandle root = document.file.getRoot();
  std::size_t next = 0;
  describe_figures(root.getKey("/StructTreeRoot"), document.draft.alts, next);
  describe_frames(document);
  add_metadata(document);
  root.replaceKey("/Lang", pdf_text(document.figure.language));
  root.replaceKey("/MarkInfo", QPDFObjectHandle::parse("<< /Marked true >>"));
  root.replaceKey("/ViewerPreferences", QPDFObjectHandle::parse("<< /DisplayDocTitle true >>"));
  root.replaceKey("/PageLayout", pdf_name("/SinglePage"));
  root.replaceKey("/PageMode", pdf_name("/UseNone"));
  root.replaceKey("/OpenAction",
                  QPDFObjectHandle::newArray({document.states.front(), pdf_name("/Fit")}));
}

}  // namespace praxiscope::figure
