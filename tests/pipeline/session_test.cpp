// RecordingProgress: what the line says reaches the user and the results, once.
#include "pipeline/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace praxiscope
