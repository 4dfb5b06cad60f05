// RecordingProgress: what the line says reaches the user and the results, once. The line lets go of
// what it read, however it ends.
#include "pipeline/session.h"

#include "pipeline/explaining.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace praxiscope {
namespace {

class Heard : public Progress {
 public:
  void warn(const std::string& message) override { messages.push_back(message); }
  std::vector<std::string> messages;
};

TEST(RecordingProgress, PassesEachWarningOnOnce) {
  Heard heard;
  RecordingProgress recorder(heard);
  recorder.warn("damaged");
  recorder.warn("constant map");
  recorder.warn("damaged");
  EXPECT_THAT(recorder.warnings(), testing::ElementsAre("damaged", "constant map"));
  EXPECT_THAT(heard.messages, testing::ElementsAre("damaged", "constant map"));
}

TEST(RecordingProgress, HearsACancelOfTheInnerOne) {
  Heard heard;
  RecordingProgress recorder(heard);
  EXPECT_FALSE(recorder.is_cancelled());
  heard.cancel();
  EXPECT_TRUE(recorder.is_cancelled());
}

/// Remembers the pictures it gave, without keeping them.
class RememberingSource final : public FrameSource {
 public:
  RememberingSource(std::unique_ptr<FrameSource> source,
                    std::vector<std::weak_ptr<const Picture>>& given)
      : source_(std::move(source)), given_(given) {}
  const MediaInfo& info() const override { return source_->info(); }
  std::optional<Frame> next() override {
    std::optional<Frame> frame = source_->next();
    if (frame) given_.emplace_back(frame->picture);
    return frame;
  }
  std::vector<std::string> take_warnings() override { return source_->take_warnings(); }

 private:
  std::unique_ptr<FrameSource> source_;
  std::vector<std::weak_ptr<const Picture>>& given_;
};

class RunLine : public test::Explain {
 protected:
  /// Runs a line whose stage `broken` throws, slowly: chunks wait before it by then.
  std::vector<std::weak_ptr<const Picture>> pictures_of_line(const std::string& broken) {
    ExplainOptions wish = options("grad_cam", {});
    wish.run.batch = 1;
    wish.run.threads = 2;
    OpenedInput opened = open_input(path("in.mp4"), wish.source, wish.run, progress_);
    const LoadedNetwork network = load_network(opened, wish.source, wish.run, nullptr);
    Session session = make_session(path("in.mp4"), std::move(opened), network, wish.run, progress_);
    std::vector<std::weak_ptr<const Picture>> given;
    session.source = std::make_unique<RememberingSource>(std::move(session.source), given);
    const auto stage = [&](const std::string& name) {
      return [&, name](Chunk&) {
        if (name != broken) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        throw Error(ErrorKind::kModel, name);
      };
    };
    const auto run = [&] {
      run_line(session, wish.run, true, progress_, stage("network"), stage("finish"));
    };
    if (broken.empty()) {
      run();
    } else {
      EXPECT_THROW(run(), Error);
    }
    return given;
  }
};

TEST_F(RunLine, LetsGoOfItsFramesWhicheverStageThrows) {
  make_video("in.mp4", "64x48", 100);
  for (const char* broken : {"", "network", "finish"}) {
    const auto given = pictures_of_line(broken);
    EXPECT_GT(given.size(), 8U);
    for (const auto& picture : given)
      ASSERT_TRUE(picture.expired()) << "stage that throws: " << broken;
  }
}

}  // namespace
}  // namespace praxiscope
