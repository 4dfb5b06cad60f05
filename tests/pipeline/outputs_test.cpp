// What explain() refuses and when, what it reads once, and which files it writes.
#include "pipeline/explaining.h"

#include <sys/stat.h>

namespace praxiscope::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Remembers the stages of the work.
struct Stages : Progress {
  void begin(const std::string& stage, std::optional<std::int64_t>) override {
    names.push_back(stage);
  }
  void advance(std::int64_t units) override { advanced += units; }
  std::vector<std::string> names;
  std::int64_t advanced = 0;
};

TEST_F(Explain, OneFileNamedTwiceIsRefusedBeforeTheWork) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  ModelKeeper keeper;
  try {
    explain(video, options("grad_cam", {"o.json", "./o.json"}), progress_, &keeper);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("named twice"));
  }
  EXPECT_EQ(keeper.model, nullptr);
  EXPECT_THAT(files(), ElementsAre("in.mp4"));
}

TEST_F(Explain, WarningsOfTheVideoStandInTheJsonToo) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  const Explanation result =
      explain(video, options("grad_cam", {"out.webm", "out.json"}), progress_);
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("aac")));
  EXPECT_EQ(read("out.json").at("warnings"), json(result.warnings));
  EXPECT_EQ(json::parse(result.json).at("warnings"), json(result.warnings));
}

TEST_F(Explain, ReadsANamedPipeOnceAndNamesTheOutputAfterIt) {
  const std::string video = make_video("in.mkv", "64x64", 20);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const std::string command = "cat '" + video + "' > '" + path("pipe") + "' &";
  ASSERT_EQ(std::system(command.c_str()), 0);
  Stages stages;
  const Explanation result =
      explain(path("pipe"), options("grad_cam", {"{stem}.x.{mp4|png}"}), stages);
  EXPECT_THAT(stages.names, ElementsAre("waiting for data", "explain"));
  EXPECT_THAT(result.written, ElementsAre(path("pipe.x.mp4")));
  EXPECT_EQ(result.frames, 20);
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("the sound of a pipe is left out")));
}

TEST_F(Explain, MistakesAreToldBeforeTheTimeStampsAreRead) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  std::ofstream(path("there.json")) << "precious";
  const auto expect_early = [&](const ExplainOptions& wish, bool is_loaded) {
    Stages stages;
    ModelKeeper keeper;
    EXPECT_THROW(explain(video, wish, stages, &keeper), Error);
    EXPECT_TRUE(stages.names.empty());
    EXPECT_EQ(keeper.model != nullptr, is_loaded);
  };
  ExplainOptions wish = options("grad_cam", {"there.json"});
  wish.source.clips = "center";
  expect_early(wish, false);
  wish.outputs = {path("out.json")};
  wish.targets = {"99999"};
  expect_early(wish, true);
  wish = options("grad_cam:layer=none", {"out.json"});
  wish.source.clips = "center";
  expect_early(wish, true);
  EXPECT_THAT(files(), ElementsAre("in.mp4", "there.json"));

  wish = options("grad_cam", {"out.json"});
  wish.source.clips = "center";
  Stages stages;
  explain(video, wish, stages);
  EXPECT_THAT(stages.names, ElementsAre("reading time stamps", "explain"));
  EXPECT_EQ(stages.advanced, 20) << "10 time stamps, 10 frames";
}

TEST_F(Explain, AFolderOfPicturesIsOneVideo) {
  fs::create_directory(path("frames"));
  make_video("frames/%03d.png", "64x64", 12, "-map 0:v");
  EXPECT_THAT(expand_inputs({path("frames")}), ElementsAre(path("frames")));
  const Explanation result =
      explain(path("frames"), options("grad_cam", {"{stem}.{mp4|png}"}), progress_);
  EXPECT_THAT(result.written, ElementsAre(path("frames.mp4")));
  EXPECT_EQ(result.frames, 12);
}

TEST_F(Explain, TwoMethodsMayHaveTheirOwnLayers) {
  const std::string video = make_video("in.mp4", "64x64", 8);
  explain(video, options("grad_cam:layer=features.1,grad_cam:layer=features.2", {"out.json"}),
          progress_);
  const json maps = read("out.json").at("clips").at(0).at("maps");
  EXPECT_EQ(maps.at(0).at("layer"), "features.1");
  EXPECT_EQ(maps.at(1).at("layer"), "features.2");
}

}  // namespace
}  // namespace praxiscope::test
