// A source that waits for bytes hears a cancel, whatever it waits for.
#include "media/support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

namespace praxiscope::testing {
namespace {

/// Cancels from another thread.
class Impatient : public Progress {
 public:
  Impatient()
      : thread_([this] { std::this_thread::sleep_for(std::chrono::milliseconds(300)), cancel(); }) {
  }
  ~Impatient() override { thread_.join(); }

 private:
  std::thread thread_;
};

ErrorKind kind_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::kInternal;
}

TEST(SourceCancel, EndsTheWaitForAPipe) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("unopened").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(folder.path("silent").c_str(), 0600), 0);
  const int writer = ::open(folder.path("silent").c_str(), O_RDWR);
  for (const char* name : {"unopened", "silent"}) {
    SCOPED_TRACE(name);
    Impatient progress;
    EXPECT_EQ(
        kind_of([&] { open_source(folder.path(name), {.limits = {}, .progress = &progress}); }),
        ErrorKind::kCancelled);
  }
  ::close(writer);
}

TEST(SourceCancel, EndsTheWaitInTheMiddleOfAVideo) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=64x64:d=20 -c:v ffv1 " + folder.path("a.mkv"));
  const NamedPipe pipe(folder.path("pipe"),
                       "(head -c 300000 " + folder.path("a.mkv") + "; sleep 1)");
  Impatient progress;
  const auto source = open_source(folder.path("pipe"), {.limits = {}, .progress = &progress});
  EXPECT_EQ(kind_of([&] {
              while (source->next()) continue;
            }),
            ErrorKind::kCancelled);
}

TEST(SourceCancel, EndsReadPtsWhichCountsItsFrames) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=64x64:d=2 " + folder.path("a.mp4"));
  struct Counting : Progress {
    void advance(std::int64_t units) override {
      if ((frames += units) == 10) cancel();
    }
    std::int64_t frames = 0;
  } progress;
  EXPECT_EQ(kind_of([&] { read_pts(folder.path("a.mp4"), progress); }), ErrorKind::kCancelled);
  EXPECT_EQ(progress.frames, 10);
}

/// A server that takes connections and never answers.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, any, size), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    EXPECT_EQ(::getsockname(socket_, any, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  int port() const { return port_; }

 private:
  int socket_, port_ = 0;
};

TEST(SourceCancel, EndsTheWaitForTheNetwork) {
  const SilentServer server;
  const std::string url = fmt::format("http://127.0.0.1:{}/live.mp4", server.port());
  Impatient progress;
  EXPECT_EQ(kind_of([&] { open_source(url, {.limits = {}, .progress = &progress}); }),
            ErrorKind::kCancelled);
}

}  // namespace
}  // namespace praxiscope::testing
