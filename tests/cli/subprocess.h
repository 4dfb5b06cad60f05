// Runs a program as a user's shell does; for tests of the program itself.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace praxiscope::test {

struct Finished {
  int status = 0;  ///< exit status; 128 + signal when it was killed
  std::string out, err;
};

/// As `output` of a Subprocess: a pipe that nobody reads.
inline const std::string kClosedPipe = "|";

/// A running program; its output is collected in files of a folder of its own. Killed when
/// destroyed.
class Subprocess {
 public:
  /// `words[0]`: path or name of the program. `input`: a file for standard input; empty: none.
  /// `output`: where standard output goes; empty: collected.
  explicit Subprocess(const std::vector<std::string>& words, const std::string& input = "",
                      const std::string& output = "");
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  void send(int signal) const;
  /// Waits until `text` stands in standard error. @return false when it ends before, or after 120
  /// s.
  bool wait_for_error_text(const std::string& text) const;
  Finished wait();

 private:
  std::string folder_;
  pid_t id_ = -1;
};

inline Finished run_program_file(const std::vector<std::string>& words,
                                 const std::string& input = "") {
  return Subprocess(words, input).wait();
}

/// A new folder, removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  /// Names in it, sorted, hidden ones too.
  std::vector<std::string> names() const;

 private:
  std::string path_;
};

}  // namespace praxiscope::test
