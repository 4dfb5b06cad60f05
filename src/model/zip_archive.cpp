// Duty: see zip_archive.h.
#include "model/zip_archive.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>

namespace praxiscope {

void ZipArchive::Closer::operator()(zip* archive) const { zip_discard(archive); }

ZipArchive::ZipArchive(const std::string& path) : path_(path) {
  int code = 0;
  archive_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive_) return;
  const auto count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
    names_.emplace_back(name == nullptr ? "" : name);
  }
}

std::string ZipArchive::find_ending(std::string_view ending) const {
  for (const std::string& name : names_) {
    if (name.ends_with(ending)) return name;
  }
  return "";
}

bool ZipArchive::has_part(std::string_view part) const {
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& name) {
    return ("/" + name).find(part) != std::string::npos;
  });
}

std::string ZipArchive::read_begin(const std::string& name, std::size_t most) const {
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
      zip_fopen(archive_.get(), name.c_str(), 0), &zip_fclose);
  std::string content(most, '\0');
  const auto read = file ? zip_fread(file.get(), content.data(), most) : -1;
  content.resize(read < 0 ? 0 : static_cast<std::size_t>(read));
  return content;
}

std::string ZipArchive::read(const std::string& name) const {
  zip_stat_t entry{};
  const bool is_known =
      zip_stat(archive_.get(), name.c_str(), 0, &entry) == 0 && (entry.valid & ZIP_STAT_SIZE) != 0;
  std::string content = is_known ? read_begin(name, entry.size) : "";
  if (!is_known || content.size() != entry.size) {
    throw Error(ErrorKind::kModel,
                fmt::format("cannot read {}: its part {} is missing or damaged; copy or download "
                            "the file again",
                            in_quotes(path_), in_quotes(name)));
  }
  return content;
}

}  // namespace praxiscope
