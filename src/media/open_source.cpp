// From what the user typed to the source that can read it.
#include "core/text.h"
#include "media/byte_reader.h"
#include "media/file_names.h"
#include "media/recognize.h"
#include "media/sources.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace praxiscope {
namespace fs = std::filesystem;
namespace {

/// Puts warnings about the input's name in front of those of the source.
class WithWarnings final : public FrameSource {
 public:
  WithWarnings(std::unique_ptr<FrameSource> source, std::vector<std::string> warnings)
      : source_(std::move(source)), warnings_(std::move(warnings)) {}

  const MediaInfo& info() const override { return source_->info(); }
  std::optional<Frame> next() override { return source_->next(); }
  std::vector<std::string> take_warnings() override {
    std::vector<std::string> all = std::exchange(warnings_, {});
    for (std::string& warning : source_->take_warnings()) all.push_back(std::move(warning));
    return all;
  }

 private:
  std::unique_ptr<FrameSource> source_;
  std::vector<std::string> warnings_;
};

[[noreturn]] void fail(const std::string& input, const std::string& rest) {
  throw Error(ErrorKind::kInput, fmt::format("cannot read {}: {}", in_quotes(input), rest));
}

std::unique_ptr<FrameSource> open_folder(const std::string& input, const SourceOptions& options) {
  std::vector<std::string> files = pictures_of_folder(input);
  if (files.empty()) {
    fail(input,
         "found a folder without pictures, expected a picture sequence; name the videos in "
         "it instead");
  }
  return open_sequence(input, std::move(files), options);
}

std::unique_ptr<FrameSource> open_pattern(const std::string& input, const SourceOptions& options) {
  std::vector<std::string> warnings;
  std::vector<std::string> files = files_of_pattern(input, &warnings);
  if (files.empty()) fail(input, "found no file that fits the pattern");
  auto source = open_sequence(input, std::move(files), options);
  if (warnings.empty()) return source;
  return std::make_unique<WithWarnings>(std::move(source), std::move(warnings));
}

std::unique_ptr<FrameSource> open_glob(const std::string& input, const SourceOptions& options) {
  std::vector<std::string> files = files_of_glob(input);
  if (files.empty()) fail(input, "found no file that fits the pattern");
  for (const std::string& file : files) {
    if (!has_picture_ending(file) && files.size() > 1) {
      fail(input, fmt::format("found several files that are not pictures ({}, ...), expected a "
                              "picture sequence; name one of them",
                              in_quotes(file)));
    }
  }
  if (files.size() == 1) return open_file(files.front(), options);
  return open_sequence(input, std::move(files), options);
}

}  // namespace

std::unique_ptr<FrameSource> open_file(const std::string& input, const SourceOptions& options) {
  auto bytes = std::make_unique<ByteReader>(input, options.progress);
  if (is_animated_webp(bytes->head())) return open_animated_webp(input, std::move(bytes), options);
  return open_stream(input, std::move(bytes), options);
}

std::unique_ptr<FrameSource> open_any(const std::string& input, const SourceOptions& options) {
  std::error_code ignored;
  if (input.empty()) fail(input, "the name is empty");
  if (input == "-") return open_file(input, options);
  if (fs::is_directory(input, ignored)) return open_folder(input, options);
  if (fs::exists(input, ignored)) return open_file(input, options);
  if (input.find("://") != std::string::npos) return open_stream(input, nullptr, options);
  if (is_number_pattern(input)) return open_pattern(input, options);
  if (is_glob(input)) return open_glob(input, options);
  fail(input, "there is no such file" + similar_files(input));
}

std::unique_ptr<FrameSource> open_source(const std::string& input,
                                         const FrameSourceOptions& options) {
  return open_any(input, {.limits = options.limits,
                          .with_pictures = true,
                          .size = std::nullopt,
                          .threads = options.threads,
                          .progress = options.progress});
}

std::vector<Rational> read_pts(const std::string& input, Progress& progress,
                               const FrameSourceOptions& options) {
  const auto check = [&](bool is_live) {
    if (!is_live) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("cannot read {} twice: a pipe passes only once; give the file's name",
                            in_quotes(input)));
  };
  check(input == "-");
  const auto source = open_any(input, {.limits = options.limits,
                                       .with_pictures = false,
                                       .size = std::nullopt,
                                       .threads = options.threads,
                                       .progress = &progress});
  check(source->info().is_live);
  std::vector<Rational> times;
  while (const std::optional<Frame> frame = source->next()) {
    progress.check_cancelled();
    times.push_back(frame->pts);
    progress.advance(1);
  }
  return times;
}

}  // namespace praxiscope
