// FigureFiles: the files of one run that show its figure: .pdf, .html, contact sheets.
#pragma once

#include "core/atomic_file.h"

#include "praxiscope/figure.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

/// Writes a picture under the file's temporary name; its form is that of the name's ending.
/// `provenance`: kept in the file. @throws Error kOutput.
void write_picture(const AtomicFile& file, const Picture& picture, const std::string& provenance);

class FigureFiles {
 public:
  enum class Form { kPdf, kHtml, kSheet };

  /// Reserves the name. @return what gives the finished file its name. @throws Error kOutput.
  Publication add(const std::string& path, Form form, bool overwrite);
  bool is_empty() const { return files_.empty(); }
  /// Writes all of them under their temporary names. @throws Error kOutput.
  void write(const Figure& figure, int sheet_width) const;

 private:
  struct File {
    Form form = Form::kPdf;
    std::unique_ptr<AtomicFile> file;
  };
  std::vector<File> files_;
};

}  // namespace praxiscope
