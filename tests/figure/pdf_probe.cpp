#include "figure/pdf_probe.h"

#include <qpdf/Buffer.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFTokenizer.hh>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

namespace praxiscope::test {
namespace {

/// Follows `cm` and `Do` of a content stream; knows only what Cairo and this project write.
class Drawings : public QPDFObjectHandle::ParserCallbacks {
 public:
  explicit Drawings(QPDFObjectHandle objects) : objects_(objects) {}
  std::vector<PdfProbe::Drawn> drawn;

  void handleObject(QPDFObjectHandle object) override {
    if (!object.isOperator()) {
      operands_.push_back(object);
      return;
    }
    const std::string name = object.getOperatorValue();
    if (name == "q") stack_.push_back(matrix_);
    if (name == "Q" && !stack_.empty()) {
      matrix_ = stack_.back();
      stack_.pop_back();
    }
    if (name == "cm") multiply();
    if (name == "Do") draw(operands_.back().getName());
    operands_.clear();
  }
  void handleEOF() override {}

 private:
  void multiply() {
    std::array<double, 6> m{}, out{};
    for (std::size_t i = 0; i < 6; ++i) m[i] = operands_.at(i).getNumericValue();
    const auto& c = matrix_;
    out = {m[0] * c[0] + m[1] * c[2],        m[0] * c[1] + m[1] * c[3],
           m[2] * c[0] + m[3] * c[2],        m[2] * c[1] + m[3] * c[3],
           m[4] * c[0] + m[5] * c[2] + c[4], m[4] * c[1] + m[5] * c[3] + c[5]};
    matrix_ = out;
  }
  void draw(const std::string& name) {
    const double x = matrix_[4], y = matrix_[5], x2 = x + matrix_[0], y2 = y + matrix_[3];
    drawn.push_back({{std::min(x, x2), std::min(y, y2), std::max(x, x2), std::max(y, y2)},
                     objects_.getKey(name)});
  }

  QPDFObjectHandle objects_;
  std::vector<QPDFObjectHandle> operands_;
  std::array<double, 6> matrix_{1, 0, 0, 1, 0, 0};
  std::vector<std::array<double, 6>> stack_;
};

void visit_direct(QPDFObjectHandle object, const std::function<void(QPDFObjectHandle)>& visit) {
  visit(object);
  if (object.isStream()) object = object.getDict();
  if (object.isDictionary()) {
    for (const std::string& key : object.getKeys()) {
      QPDFObjectHandle value = object.getKey(key);
      if (!value.isIndirect()) visit_direct(value, visit);
    }
  } else if (object.isArray()) {
    for (QPDFObjectHandle value : object.getArrayAsVector()) {
      if (!value.isIndirect()) visit_direct(value, visit);
    }
  }
}

void list_outline(QPDFObjectHandle item, const std::string& indent,
                  std::vector<std::string>& titles) {
  for (; item.isDictionary(); item = item.getKey("/Next")) {
    titles.push_back(indent + item.getKey("/Title").getUTF8Value());
    list_outline(item.getKey("/First"), indent + "  ", titles);
  }
}

}  // namespace

PdfProbe::PdfProbe(std::string bytes) : bytes_(std::move(bytes)) {
  file_.processMemoryFile("test", bytes_.data(), bytes_.size());
  pages_ = file_.getAllPages();
  for (std::size_t i = 0; i < pages_.size(); ++i)
    numbers_[pages_[i].getObjGen()] = static_cast<int>(i);
}

double PdfProbe::page_height() const {
  return page(0).getKey("/MediaBox").getArrayItem(3).getNumericValue();
}

double PdfProbe::page_width() const {
  return page(0).getKey("/MediaBox").getArrayItem(2).getNumericValue();
}

std::vector<PdfProbe::Link> PdfProbe::links(int number) const {
  std::vector<Link> links;
  QPDFObjectHandle annotations = page(number).getKey("/Annots");
  if (!annotations.isArray()) return links;
  for (QPDFObjectHandle annotation : annotations.getArrayAsVector()) {
    if (!annotation.getKey("/Subtype").isNameAndEquals("/Link")) continue;
    const QPDFObjectHandle destination = annotation.getKey("/A").getKey("/D");
    const auto found = numbers_.find(QPDFObjectHandle(destination).getArrayItem(0).getObjGen());
    QPDFObjectHandle alt = annotation.getKey("/Contents");
    links.push_back({rect_of(annotation.getKey("/Rect")),
                     found == numbers_.end() ? -1 : found->second, destination,
                     alt.isString() ? alt.getUTF8Value() : ""});
  }
  return links;
}

std::vector<QPDFObjectHandle> PdfProbe::buttons(int number) const {
  std::vector<QPDFObjectHandle> buttons;
  QPDFObjectHandle annotations = page(number).getKey("/Annots");
  if (!annotations.isArray()) return buttons;
  for (QPDFObjectHandle annotation : annotations.getArrayAsVector()) {
    if (annotation.getKey("/Subtype").isNameAndEquals("/Widget")) buttons.push_back(annotation);
  }
  return buttons;
}

std::vector<PdfProbe::Drawn> PdfProbe::drawn(int number) const {
  QPDFPageObjectHelper helper(page(number));
  Drawings drawings(page(number).getKey("/Resources").getKey("/XObject"));
  helper.parseContents(&drawings);
  return drawings.drawn;
}

std::vector<bool> PdfProbe::reachable() const {
  std::vector<bool> seen(pages_.size(), false);
  std::vector<int> waiting{0};
  while (!waiting.empty()) {
    const int number = waiting.back();
    waiting.pop_back();
    if (seen[static_cast<std::size_t>(number)]) continue;
    seen[static_cast<std::size_t>(number)] = true;
    for (const Link& link : links(number)) {
      if (link.target >= 0) waiting.push_back(link.target);
    }
  }
  return seen;
}

std::vector<std::string> PdfProbe::outline() const {
  std::vector<std::string> titles;
  list_outline(file_.getRoot().getKey("/Outlines").getKey("/First"), "", titles);
  return titles;
}

void PdfProbe::for_each(const std::function<void(QPDFObjectHandle)>& visit) const {
  for (const QPDFObjectHandle& object : file_.getAllObjects()) visit_direct(object, visit);
}

PdfRect rect_of(QPDFObjectHandle array) {
  const auto at = [&](int i) { return array.getArrayItem(i).getNumericValue(); };
  return {at(0), at(1), at(2), at(3)};
}

PdfRect flipped(const figure::Box& box, double page_height) {
  return {box.x, page_height - box.bottom(), box.right(), page_height - box.y};
}

bool is_near(const PdfRect& a, const PdfRect& b, double most) {
  return std::abs(a.left - b.left) <= most && std::abs(a.right - b.right) <= most &&
         std::abs(a.bottom - b.bottom) <= most && std::abs(a.top - b.top) <= most;
}

std::optional<ToolSays> run_tool(const std::string& program, const std::string& arguments,
                                 const std::string& bytes) {
  if (std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) != 0) return std::nullopt;
  std::string folder = (std::filesystem::temp_directory_path() / "praxiscope-pdf-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return std::nullopt;
  const std::string path = folder + "/figure.pdf";
  std::ofstream(path, std::ios::binary) << bytes;
  std::string command = program + " " + arguments + " 2>&1";
  for (std::size_t i; (i = command.find("{file}")) != std::string::npos;)
    command.replace(i, 6, path);
  ToolSays says;
  std::FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    says.words.append(buffer.data(), n);
  says.status = pclose(pipe);
  std::filesystem::remove_all(folder);
  return says;
}

}  // namespace praxiscope::test
