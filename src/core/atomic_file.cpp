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

namespace praxiscope {
namespace fs = std::filesystem;
namespace {

void check_not_there(const std::string& path, bool overwrite) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw Error(
        ErrorKind::kOutput,
        fmt::format("cannot write {}: it is a folder; expected a file name", in_quotes(path)));
  }
  if (!overwrite && fs::exists(path, ignored)) {
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: it exists already; use --force to replace it",
                            in_quotes(path)));
  }
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path, bool overwrite)
    : path_(path), overwrite_(overwrite) {
  check_not_there(path, overwrite);
  const fs::path full(path);
  const fs::path folder = full.has_parent_path() ? full.parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: there is no folder {}; make it first",
                            in_quotes(path), in_quotes(folder.string())));
  }
  const std::string ending = full.extension().string();
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string name =
        fmt::format(".{}.{}-{}.partial{}", full.stem().string(), ::getpid(), attempt, ending);
    temporary_path_ = (folder / name).string();
    const int file = ::open(temporary_path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file >= 0) {
      ::close(file);
      return;
    }
    if (errno != EEXIST) break;
  }
  throw Error(ErrorKind::kOutput,
              fmt::format("cannot write {}: {}", in_quotes(path), std::strerror(errno)));
}

AtomicFile::~AtomicFile() {
  if (!is_published_) std::remove(temporary_path_.c_str());
}

void AtomicFile::publish() {
  check_not_there(path_, overwrite_);
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: {}", in_quotes(path_), std::strerror(errno)));
  }
  is_published_ = true;
}

}  // namespace praxiscope
