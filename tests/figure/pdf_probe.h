// A PDF file opened for tests: its pages, links and buttons, and what other programs say of it.
#pragma once

#include "figure/pen.h"

#include <qpdf/QPDF.hh>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::test {

/// Points from the page's lower left corner, as the file has them.
struct PdfRect {
  double left = 0, bottom = 0, right = 0, top = 0;
};

class PdfProbe {
 public:
  explicit PdfProbe(std::string bytes);

  struct Link {
    PdfRect rect;
    int target = -1;  ///< position of the page; -1: none of the document's
    QPDFObjectHandle destination;
    std::string alt;
  };
  struct Drawn {
    PdfRect rect;
    QPDFObjectHandle object;
  };

  const std::string& bytes() const { return bytes_; }
  QPDF& file() { return file_; }
  int page_count() const { return static_cast<int>(pages_.size()); }
  QPDFObjectHandle page(int number) const { return pages_.at(static_cast<std::size_t>(number)); }
  double page_height() const;
  double page_width() const;

  std::vector<Link> links(int page) const;
  /// Widgets in their order.
  std::vector<QPDFObjectHandle> buttons(int page) const;
  /// Images and forms that the page's content draws into unit squares.
  std::vector<Drawn> drawn(int page) const;
  /// Pages that clicks on links lead to, from the first one.
  std::vector<bool> reachable() const;
  /// Titles of the outline with two spaces a level in front.
  std::vector<std::string> outline() const;
  /// All objects, direct ones included.
  void for_each(const std::function<void(QPDFObjectHandle)>& visit) const;

 private:
  std::string bytes_;
  mutable QPDF file_;
  std::vector<QPDFObjectHandle> pages_;
  std::map<QPDFObjGen, int> numbers_;
};

PdfRect rect_of(QPDFObjectHandle array);
/// The box of a page of that height.
PdfRect flipped(const figure::Box& box, double page_height);
bool is_near(const PdfRect& a, const PdfRect& b, double most = 0.02);

/// What a program prints, with {file} in its arguments replaced by a file with the bytes; nothing
/// when it is not installed.
struct ToolSays {
  int status = 0;
  std::string words;  ///< standard output and error
};
std::optional<ToolSays> run_tool(const std::string& program, const std::string& arguments,
                                 const std::string& bytes);

}  // namespace praxiscope::test
