#include "cli/subprocess.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace praxiscope::test {
namespace fs = std::filesystem;
namespace {

std::string make_folder() {
  std::string pattern = (fs::temp_directory_path() / "praxiscope-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  return pattern;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void redirect(int descriptor, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(127);
}

void redirect_to_closed_pipe(int descriptor) {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0 || ::dup2(ends[1], descriptor) < 0) ::_exit(127);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& words, const std::string& input,
                       const std::string& output)
    : folder_(make_folder()) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  id_ = ::fork();
  if (id_ != 0) return;
  // A shell that runs the tests in the background lets them ignore these.
  for (const int signal : {SIGINT, SIGHUP, SIGTERM}) std::signal(signal, SIG_DFL);
  redirect(STDIN_FILENO, input.empty() ? "/dev/null" : input, O_RDONLY);
  if (output == kClosedPipe)
    redirect_to_closed_pipe(STDOUT_FILENO);
  else
    redirect(STDOUT_FILENO, output.empty() ? folder_ + "/out" : output, O_WRONLY | O_CREAT);
  redirect(STDERR_FILENO, folder_ + "/err", O_WRONLY | O_CREAT);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

Subprocess::~Subprocess() {
  if (id_ > 0) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Subprocess::send(int signal) const { ::kill(id_, signal); }

bool Subprocess::wait_for_error_text(const std::string& text) const {
  for (int i = 0; i < 2400; ++i) {
    if (read_file(folder_ + "/err").find(text) != std::string::npos) return true;
    siginfo_t state{};
    ::waitid(P_PID, static_cast<id_t>(id_), &state, WEXITED | WNOHANG | WNOWAIT);
    if (state.si_pid == id_) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

Finished Subprocess::wait() {
  int status = 0;
  ::waitpid(id_, &status, 0);
  id_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_file(folder_ + "/out"), read_file(folder_ + "/err")};
}

TemporaryFolder::TemporaryFolder() : path_(make_folder()) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    found.push_back(entry.path().filename().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace praxiscope::test
