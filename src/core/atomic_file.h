// Outputs appear only when complete: written under a temporary name in the same folder, then
// renamed.
#pragma once

#include <string>

namespace praxiscope {

/// Reserves a temporary name beside `path`; the file is removed again unless publish() is called.
/// Not thread-safe.
class AtomicFile {
 public:
  /// @throws Error kOutput when `path` exists and `overwrite` is false, or its folder is missing or
  /// cannot be written.
  AtomicFile(const std::string& path, bool overwrite);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::string& path() const { return path_; }
  /// Write here. Keeps the ending of `path`, which tells FFmpeg the container.
  const std::string& temporary_path() const { return temporary_path_; }
  /// Renames the temporary file to its name. @throws Error kOutput.
  void publish();

 private:
  std::string path_, temporary_path_;
  bool overwrite_ = false;
  bool is_published_ = false;
};

}  // namespace praxiscope
