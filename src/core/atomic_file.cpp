#include "core/atomic_file.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace praxiscope {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& rest) {
  throw Error(ErrorKind::kOutput, fmt::format("cannot write {}: {}", in_quotes(path), rest));
}

[[noreturn]] void fail_as_existing(const std::string& path) {
  fail(path, "it exists already; use --force to replace it");
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Tries hidden names beside `path` until `make` makes one of them into a file.
/// @param make  0, or the errno. @return the name; "" with errno set when none can be made.
std::string make_hidden(const std::string& path, const std::function<int(const char*)>& make) {
  constexpr std::size_t kMostStem = 180;  // names have at most 255 bytes
  const fs::path full(path);
  const std::string stem = full.stem().string().substr(0, kMostStem);
  for (int attempt = 0; attempt < 100; ++attempt) {
    // cli/interrupt.cpp knows these names, to remove them when there is no time for destructors.
    const std::string name =
        fmt::format(".{}.{}-{}.partial{}", stem, ::getpid(), attempt, full.extension().string());
    const std::string hidden = (folder_of(full) / name).string();
    errno = make(hidden.c_str());
    if (errno == 0) return hidden;
    if (errno != EEXIST) break;
  }
  return "";
}

int create_file(const char* path) {
  const int file = ::open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  ::close(file);
  return 0;
}

/// Renames without ever replacing a file. @return 0, or the errno.
int rename_to_new(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // File systems without that flag (NFS) mostly have hard links, which never replace either.
  if (::link(from, to) == 0) return ::unlink(from) == 0 ? 0 : errno;
  if (errno != EPERM && errno != EOPNOTSUPP) return errno;
  if (::access(to, F_OK) == 0) return EEXIST;
  return std::rename(from, to) == 0 ? 0 : errno;
}

}  // namespace

void check_can_appear(const std::string& path, bool overwrite) {
  std::error_code ignored;
  if (path.empty() || fs::is_directory(path, ignored)) {
    fail(path, "it is a folder; expected a file name");
  }
  if (!overwrite && fs::exists(fs::symlink_status(path, ignored))) fail_as_existing(path);
  const fs::path folder = folder_of(path);
  if (!fs::is_directory(folder, ignored)) {
    fail(path, fmt::format("there is no folder {}; make it first", in_quotes(folder.string())));
  }
}

AtomicFile::AtomicFile(const std::string& path, bool overwrite)
    : path_(path), overwrite_(overwrite) {
  check_can_appear(path, overwrite);
  temporary_path_ = make_hidden(path, create_file);
  if (temporary_path_.empty()) fail(path, std::strerror(errno));
}

AtomicFile::~AtomicFile() {
  if (!is_published_) std::remove(temporary_path_.c_str());
}

void AtomicFile::publish() {
  check_can_appear(path_, overwrite_);
  const char* from = temporary_path_.c_str();
  const int problem = overwrite_ ? (std::rename(from, path_.c_str()) == 0 ? 0 : errno)
                                 : rename_to_new(from, path_.c_str());
  if (problem == EEXIST) fail_as_existing(path_);
  if (problem != 0) fail(path_, std::strerror(problem));
  is_published_ = true;
}

namespace {

/// What stood at an output's path before it was published.
class Replaced {
 public:
  explicit Replaced(const std::string& path) : path_(path) {
    std::error_code ignored;
    is_there_ = fs::exists(fs::symlink_status(path, ignored));
    if (!is_there_) return;
    second_name_ = make_hidden(
        path, [&](const char* name) { return ::link(path.c_str(), name) == 0 ? 0 : errno; });
  }
  ~Replaced() {
    if (!second_name_.empty()) std::remove(second_name_.c_str());
  }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;

  void bring_back() {
    if (!is_there_) {
      std::remove(path_.c_str());
    } else if (!second_name_.empty()) {
      std::rename(second_name_.c_str(), path_.c_str());
    }
  }

 private:
  std::string path_, second_name_;
  bool is_there_ = false;
};

}  // namespace

void publish_together(const std::vector<Publication>& files, bool overwrite) {
  for (const Publication& file : files) check_can_appear(file.path, overwrite);
  std::vector<std::unique_ptr<Replaced>> replaced;
  for (const Publication& file : files) replaced.push_back(std::make_unique<Replaced>(file.path));
  std::size_t published = 0;
  try {
    for (; published < files.size(); ++published) files[published].publish();
  } catch (...) {
    while (published > 0) replaced[--published]->bring_back();
    throw;
  }
}

}  // namespace praxiscope
