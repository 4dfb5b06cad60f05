// What the tests of manifests share: a folder with files, and how reading them goes.
#pragma once

#include "praxiscope/error.h"
#include "praxiscope/manifest.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace praxiscope::test {

namespace fs = std::filesystem;

/// A folder of its own for each test.
class Manifests : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("praxiscope_manifest_") + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("model.pt", "weights");
  }
  void TearDown() override {
    unsetenv("PRAXISCOPE_MODELS");
    fs::remove_all(folder_);
  }

  std::string write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }

  /// model.json with these fields beside the obligatory ones.
  std::string manifest(const std::string& fields) {
    return write("model.json", R"({"praxiscope": 1, "file": "model.pt", )" + fields + "}");
  }

  Manifest read(const std::string& path, const ManifestOverrides& overrides = {}) {
    return read_manifest(path, overrides, warnings_);
  }

  /// The message of the error that reading gives.
  std::string error_of(const std::string& path, const ManifestOverrides& overrides = {},
                       ErrorKind kind = ErrorKind::kModel) {
    try {
      read(path, overrides);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return error.what();
    }
    return "no error";
  }

  fs::path folder_;
  std::vector<std::string> warnings_;
};

}  // namespace praxiscope::test
