// What the tests of annotations share: files to read, and who hears warnings.
#pragma once

#include "studies/annotations/annotations.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace praxiscope::studies::annotating {

/// A folder that is removed at the end of the test.
class Folder {
 public:
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "praxiscope-truth-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = std::filesystem::canonical(name);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  /// The path of a file with this text; folders in between are made.
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path(name);
  }
  /// A PNG, black but for a rectangle of one gray value: columns [x, x + width), rows likewise.
  std::string write_mask(const std::string& name, Size size, int x, int y, int width, int height,
                         std::uint8_t value = 255) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    write_png(path(name), mask(size, x, y, width, height, value), true);
    return path(name);
  }
  static Picture mask(Size size, int x, int y, int width, int height, std::uint8_t value = 255) {
    Picture picture{
        size.width, size.height,
        std::vector<std::uint8_t>(static_cast<std::size_t>(3) * size.width * size.height)};
    for (int row = y; row < y + height; ++row) {
      for (int column = x; column < x + width; ++column)
        picture.rgb[static_cast<std::size_t>(3) * (row * size.width + column) + 1] = value;
    }
    return picture;
  }

 private:
  std::filesystem::path path_;
};

struct Warnings : Progress {
  void warn(const std::string& message) override { all.push_back(message); }
  std::vector<std::string> all;
};

/// What the Error says that loading throws.
inline std::string load_error(const std::string& path, const std::vector<std::string>& inputs) {
  Warnings warnings;
  try {
    load_annotations({path}, inputs, warnings);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.what();
  }
  return "no error";
}

/// What is known of an input after loading one path, without any warning.
inline InputTruth load(const std::string& path, const std::string& input) {
  Warnings warnings;
  const Annotations annotations = load_annotations({path}, {input}, warnings);
  const auto found = annotations.find(input, warnings);
  EXPECT_TRUE(found) << input;
  EXPECT_TRUE(warnings.all.empty()) << warnings.all.front();
  return found.value_or(InputTruth{});
}

inline const Box& box_of(const Shape& shape) { return std::get<Box>(shape.form); }

}  // namespace praxiscope::studies::annotating
