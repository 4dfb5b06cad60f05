#include "studies/annotations/annotations.h"

#include "core/text.h"
#include "studies/annotations/names.h"
#include "studies/annotations/readers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;

bool is_json(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".json";
}

}  // namespace

bool RunMask::contains(std::int32_t row, std::int32_t column) const {
  if (row < 0 || row >= size.height) return false;
  const auto begin = runs.begin() + row_begin[static_cast<std::size_t>(row)];
  const auto end = runs.begin() + row_begin[static_cast<std::size_t>(row) + 1];
  // Borders grow along a row; an odd number of them at or before the column: inside.
  return (std::upper_bound(begin, end, column) - begin) % 2 == 1;
}

bool Annotations::has(const std::string& input) const {
  return entries_.count(absolute_name(input)) != 0;
}

std::optional<InputTruth> Annotations::find(const std::string& input, Progress& progress) const {
  const auto found = entries_.find(absolute_name(input));
  if (found == entries_.end()) return std::nullopt;
  InputTruth truth = found->second.truth;
  for (const std::string& mask : found->second.masks) read_mask(mask, truth, progress);
  return truth;
}

Annotations load_annotations(const std::vector<std::string>& paths,
                             const std::vector<std::string>& inputs, Progress& progress) {
  const InputNames names(inputs);
  Collection collection{names, {}};
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      read_annotation_folder(path, collection, progress);
    } else if (is_json(path)) {
      read_json_annotations(path, collection, progress);
    } else {
      read_text_annotations(path, collection, progress);
    }
  }
  return Annotations(std::move(collection.entries));
}

Error annotation_error(const std::string& where, const std::string& found,
                       const std::string& expected) {
  return Error(ErrorKind::kInput, where + ": found " + found + ", expected " + expected);
}

std::string number_text(double value) { return fmt::format("{}", value); }

Interval make_interval(double begin_s, double end_s, const std::string& where) {
  constexpr double kMost = 1e9;  // seconds: 30 years, far below what 64 bits of a fraction hold
  if (!(begin_s >= 0 && begin_s < end_s && end_s <= kMost)) {
    throw annotation_error(
        where, "an action from " + number_text(begin_s) + " s to " + number_text(end_s) + " s",
        "0 <= begin < end");
  }
  const auto exact = [](double seconds) {  // as written, to the microsecond
    constexpr std::int64_t kMicroseconds = 1000000;
    return Rational(std::llround(seconds * kMicroseconds), kMicroseconds);
  };
  return {exact(begin_s), exact(end_s)};
}

void check_annotation_file(const std::string& path) {
  std::error_code failed;
  if (!fs::exists(path, failed)) {
    throw Error(ErrorKind::kInput, "cannot read annotations " + in_quotes(path) +
                                       ": found nothing there, expected a file or a folder");
  }
  if (!fs::is_regular_file(path, failed)) {
    throw Error(ErrorKind::kInput, "cannot read annotations " + in_quotes(path) +
                                       ": found neither a file nor a folder, expected one of them");
  }
  if (fs::file_size(path, failed) > static_cast<std::uintmax_t>(kMostAnnotationBytes)) {
    throw Error(ErrorKind::kInput, "cannot read annotations " + in_quotes(path) +
                                       ": found more than 1 GiB, expected less; split the file");
  }
}

}  // namespace praxiscope::studies
