// Duty: see figure_files.h.
#include "pipeline/figure_files.h"

#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace praxiscope {
namespace {

void write_bytes(const AtomicFile& file, const std::string& bytes) {
  std::ofstream out(file.temporary_path(), std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out)
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: {}; {} bytes were to be written",
                            in_quotes(file.path()), std::strerror(errno), bytes.size()));
}

}  // namespace

void write_picture(const AtomicFile& file, const Picture& picture, const std::string& provenance) {
  FrameSinkOptions options;
  options.width = picture.width;
  options.height = picture.height;
  options.overwrite = true;
  options.metadata = {{"comment", provenance}};
  const auto sink = open_sink(file.temporary_path(), options);
  sink->write(picture, Rational::of(0), Rational::of(1));
  sink->finish();
  sink->publish();
}

Publication FigureFiles::add(const std::string& path, Form form, bool overwrite) {
  files_.push_back({form, std::make_unique<AtomicFile>(path, overwrite)});
  return {path, [file = files_.back().file.get()] { file->publish(); }};
}

void FigureFiles::write(const Figure& figure, int sheet_width) const {
  for (const File& each : files_) {
    switch (each.form) {
      case Form::kPdf:
        write_bytes(*each.file, make_pdf(figure));
        break;
      case Form::kHtml:
        write_bytes(*each.file, make_html(figure));
        break;
      case Form::kSheet:
        write_picture(*each.file, make_sheet(figure, sheet_width), figure.provenance);
        break;
    }
  }
}

}  // namespace praxiscope
