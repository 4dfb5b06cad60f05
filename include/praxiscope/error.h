// The one exception of the library. Foreign errors (FFmpeg, LibTorch, ...) are translated into it
// in the folder that owns the library they come from; only `main` catches it. Knows nobody.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace praxiscope {

/// What went wrong, seen from the user's side. The values are the program's exit codes.
enum class ErrorKind {
  kInternal = 1,     ///< a defect of ours
  kUsage = 2,        ///< an option or argument that makes no sense
  kInput = 3,        ///< a media file that cannot be read
  kModel = 4,        ///< a model file or manifest that cannot be used
  kOutput = 5,       ///< a result that cannot be written
  kCancelled = 130,  ///< the user interrupted
};

/// An error with a message for a person: *what failed: which thing; found X, expected Y; what to
/// do.* Lower case, no full stop, paths and names quoted, one line.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const noexcept { return kind_; }
  int exit_code() const noexcept { return static_cast<int>(kind_); }

  /// The same error with "context: " in front of its message.
  Error with_context(std::string_view context) const;

 private:
  ErrorKind kind_;
};

}  // namespace praxiscope
