// Outputs appear only when complete: written under a temporary name in the same folder, then
// renamed; several of one run together or not at all.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace praxiscope {

/// @throws Error kOutput when `path` cannot become a file: it is a folder, there is no folder to
/// put it in, or it exists and `overwrite` is false.
void check_can_appear(const std::string& path, bool overwrite);

/// Reserves a temporary name beside `path`; the file is removed again unless publish() is called.
/// Not thread-safe.
class AtomicFile {
 public:
  /// @throws Error kOutput as check_can_appear(), and when the folder cannot be written.
  AtomicFile(const std::string& path, bool overwrite);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::string& path() const { return path_; }
  /// Write here. Keeps the ending of `path`, which tells FFmpeg the container.
  const std::string& temporary_path() const { return temporary_path_; }
  /// Renames the temporary file to its name. Without `overwrite` it never replaces a file, also not
  /// one that appears in the same moment. @throws Error kOutput.
  void publish();

 private:
  std::string path_, temporary_path_;
  bool overwrite_ = false;
  bool is_published_ = false;
};

/// One of several files that are to appear together.
struct Publication {
  std::string path;
  std::function<void()> publish;  ///< gives the finished file its name; @throws Error kOutput
};

/// Publishes all files or none: checks all paths, then publishes in order; when one fails, those
/// before it go away again and what they replaced comes back (where the file system knows hard
/// links; else the new file stays in the place of the old one).
/// @throws Error kOutput.
void publish_together(const std::vector<Publication>& files, bool overwrite);

}  // namespace praxiscope
