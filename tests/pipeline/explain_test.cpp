// The whole line on a small real network and on videos that ffmpeg makes: what comes out, and what
// does not.
#include "pipeline/explaining.h"

#include "praxiscope/render.h"

namespace praxiscope::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Explain, WritesEveryFrameOfTheSourceWithItsTimeSoundAndSize) {
  const std::string video = make_video("in.mp4", "320x240", 50);
  const Explanation result = explain(
      video, options("grad_cam_pp", {"out.mp4", "out.npz", "out.json", "out.png"}), progress_);
  EXPECT_THAT(result.written,
              ElementsAre(path("out.mp4"), path("out.npz"), path("out.json"), path("out.png")));
  EXPECT_EQ(result.frames, 50);
  const std::vector<Frame> before = decode(video), after = decode(path("out.mp4"));
  ASSERT_EQ(after.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(after[i].pts, before[i].pts) << i;
  EXPECT_EQ(after[0].picture->width, 320);
  EXPECT_EQ(after[0].picture->height, 240);
  EXPECT_TRUE(open_source(path("out.mp4"))->info().has_audio);
  EXPECT_GT(mean_difference(*before[25].picture, *after[25].picture), 3)
      << "an overlay must be seen";
  EXPECT_TRUE(open_source(path("out.png"))->info().is_still);
}

TEST_F(Explain, JsonTellsClipsFramesTargetsAndRanges) {
  const std::string video = make_video("in.mp4", "64x64", 20);
  ExplainOptions wish = options("cam,grad_cam:weights=per_frame", {"out.json"});
  wish.targets = {"top", "1-2"};
  wish.source.hop = 6;
  explain(video, wish, progress_);
  const json out = read("out.json");
  EXPECT_EQ(out.at("schema"), "praxiscope.explain/1");
  EXPECT_EQ(out.at("model").at("sha256").get<std::string>().size(), 64U);
  EXPECT_EQ(out.at("model").at("inputs").at(0).at("frames"), 8);
  ASSERT_EQ(out.at("clips").size(), 3U);  // starts 0, 6, 12: the last one ends at frame 20
  EXPECT_EQ(out.at("clips").at(1).at("source_begin"), 6);
  EXPECT_EQ(out.at("clips").at(2).at("source_end"), 20);
  const json& clip = out.at("clips").at(0);
  EXPECT_EQ(clip.at("targets").size(), 2U);
  EXPECT_EQ(clip.at("maps").size(), 4U);  // 2 methods x 2 targets
  EXPECT_EQ(clip.at("maps").at(0).at("method"), "cam");
  EXPECT_EQ(clip.at("maps").at(2).at("method"), "grad_cam");
  EXPECT_LE(clip.at("maps").at(0).at("range").at(0).get<double>(),
            clip.at("maps").at(0).at("range").at(1).get<double>());
  EXPECT_EQ(out.at("methods").at(1).at("options"), "weights=per_frame");
}

TEST_F(Explain, BatchesChangeNothingButRounding) {
  const std::string video = make_video("in.mp4", "64x64", 60);
  ExplainOptions one = options("grad_cam_pp,saliency", {"one.json", "one.mp4"}),
                 four = options("grad_cam_pp,saliency", {"four.json", "four.mp4"});
  one.run.batch = 1;
  four.run.batch = 4;
  explain(video, one, progress_);
  explain(video, four, progress_);
  const json a = read("one.json"), b = read("four.json");
  ASSERT_EQ(a.at("clips").size(), b.at("clips").size());
  for (std::size_t n = 0; n < a.at("clips").size(); ++n) {
    const json &left = a.at("clips")[n], &right = b.at("clips")[n];
    EXPECT_EQ(left.at("top")[0].at("index"), right.at("top")[0].at("index"));
    for (std::size_t m = 0; m < left.at("maps").size(); ++m) {
      const double x = left.at("maps")[m].at("range")[1], y = right.at("maps")[m].at("range")[1];
      EXPECT_NEAR(x, y, 1e-5 * std::abs(x) + 1e-12);
    }
  }
  const std::vector<Frame> first = decode(path("one.mp4")), second = decode(path("four.mp4"));
  ASSERT_EQ(first.size(), second.size());
  // A level more or less in one pixel can change what the encoder decides, and its errors add up
  // until the next key frame. Maps of two methods differ by more than ten levels on average.
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_LT(mean_difference(*first[i].picture, *second[i].picture), 4.0) << "frame " << i;
  }
}

TEST_F(Explain, StillImageIsAClipOfOneFrame) {
  make_video("in.png", "80x60", 1, "-map 0:v -update 1");
  const Explanation result =
      explain(path("in.png"), options("grad_cam", {"out.png", "out.json"}), progress_);
  EXPECT_EQ(result.frames, 1);
  EXPECT_EQ(result.clips, 1);
  const std::vector<Frame> picture = decode(path("out.png"));
  ASSERT_EQ(picture.size(), 1U);
  EXPECT_EQ(picture[0].picture->width, 6 * 80) << "small, and there are words on it";
  const json clip = read("out.json").at("clips").at(0);
  const json& frames = clip.at("inputs").at(0).at("frames");
  ASSERT_EQ(frames.size(), 8U);
  EXPECT_FALSE(frames.at(0).at("padding").get<bool>());
  EXPECT_TRUE(frames.at(7).at("padding").get<bool>());
}

TEST_F(Explain, CenterClipLeavesTheRestOfTheVideoPlain) {
  const std::string video = make_video("in.mp4", "64x64", 150);
  ExplainOptions wish = options("grad_cam", {"out.mp4", "out.json"});
  wish.source.clips = "center";
  wish.caption = false;
  wish.bars = 0;
  const Explanation result = explain(video, wish, progress_);
  EXPECT_EQ(result.clips, 1);
  const std::vector<Frame> frames = decode(path("out.mp4"));
  EXPECT_EQ(frames.size(), 150U);
  EXPECT_EQ(frames[0].picture->width, 6 * 64) << "the strip's words want room";
  const json clip = read("out.json").at("clips").at(0);
  EXPECT_EQ(clip.at("source_begin"), 71);
  EXPECT_EQ(clip.at("source_end"), 79);
}

TEST_F(Explain, SideBySideShowsThePlainPictureToo) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  ExplainOptions wish = options("grad_cam", {"out.mp4"});
  wish.side_by_side = true;
  explain(video, wish, progress_);
  const Picture picture = *decode(path("out.mp4")).at(0).picture;
  EXPECT_EQ(picture.width * picture.height, 2 * (6 * 64) * (6 * 64));
}

TEST_F(Explain, KeepsExistingFilesUnlessTold) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  std::ofstream(path("out.npz")) << "precious";
  ExplainOptions wish = options("grad_cam", {"out.mp4", "out.npz"});
  try {
    explain(video, wish, progress_);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_THAT(error.what(), HasSubstr("--force"));
  }
  EXPECT_THAT(files(), ElementsAre("in.mp4", "out.npz"));
  wish.overwrite = true;
  explain(video, wish, progress_);
  EXPECT_THAT(files(), ElementsAre("in.mp4", "out.mp4", "out.npz"));
  EXPECT_GT(fs::file_size(path("out.npz")), 1000U);
}

/// Cancels after some frames.
struct Impatient : Progress {
  void advance(std::int64_t) override { cancel(); }
};

TEST_F(Explain, InterruptedRunLeavesNothingBehind) {
  const std::string video = make_video("in.mp4", "64x64", 200);
  Impatient progress;
  try {
    explain(video, options("grad_cam", {"out.mp4", "out.npz", "out.json", "out.png", "out.gif"}),
            progress);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
  EXPECT_THAT(files(), ElementsAre("in.mp4"));
}

TEST_F(Explain, WrongWishesFailBeforeTheWork) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  const auto message = [&](const ExplainOptions& wish, ErrorKind kind) -> std::string {
    try {
      explain(video, wish, progress_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message(options("grad_cam", {"out.avi"}), ErrorKind::kUsage),
              HasSubstr("expected .mp4"));
  EXPECT_THAT(message(options("grad_cam:layer=featurs", {"out.mp4"}), ErrorKind::kUsage),
              HasSubstr("did you mean \"features"));
  ExplainOptions made = options("grad_cam", {"out.mp4"});
  made.methods[0].options["weight"] = "x";  // by a program; the command line checks it before
  EXPECT_THAT(message(made, ErrorKind::kUsage), HasSubstr("did you mean \"weights\""));
  ExplainOptions far = options("grad_cam", {"out.mp4"});
  far.targets = {"99999"};
  EXPECT_THAT(message(far, ErrorKind::kUsage), HasSubstr("99999"));
  far = options("grad_cam", {"missing-folder/out.mp4"});
  EXPECT_THAT(message(far, ErrorKind::kOutput), HasSubstr("missing-folder"));
  EXPECT_THAT(files(), ElementsAre("in.mp4"));
}

TEST_F(Explain, PredictGivesEachClipAndTheirMean) {
  const std::string video = make_video("in.mp4", "64x64", 40);
  PredictOptions wish;
  wish.source = options("grad_cam", {}).source;
  wish.run.device = "cpu";
  wish.top = 3;
  std::vector<ClipPrediction> clips;
  const Prediction result =
      predict(video, wish, progress_, [&](const ClipPrediction& clip) { clips.push_back(clip); });
  ASSERT_EQ(result.clips, static_cast<std::int64_t>(clips.size()));
  ASSERT_EQ(result.clips, 9);  // hop 4: starts 0, 4, ..., 32
  ASSERT_EQ(result.top.size(), 3U);
  double mean = 0;
  for (const ClipPrediction& clip : clips) {
    for (const TopClass& best : clip.top) {
      if (best.class_index == result.top[0].class_index) mean += best.probability / 9;
    }
    EXPECT_DOUBLE_EQ(clip.begin_s, static_cast<double>(clip.source_begin) / 25);
  }
  EXPECT_LE(mean, result.top[0].probability +
                      1e-6);  // equal when the class is among each clip's three best
  EXPECT_EQ(json::parse(result.json).at("clips").size(), 9U);
}

TEST_F(Explain, AFileWithAFixedBatchGetsItsBatchFull) {
  const std::string video = make_video("in.mp4", "64x64", 24);  // 5 clips of 8 frames, hop 4
  ExplainOptions scripted = options("grad_cam,saliency", {"a.json"});
  explain(video, scripted, progress_);
  ExplainOptions fixed = options("grad_cam,saliency", {"b.json"});
  fixed.source.model = model_ + "2";  // exported for a batch of 2
  explain(video, fixed, progress_);
  const json a = read("a.json").at("clips"), b = read("b.json").at("clips");
  ASSERT_EQ(a.size(), 5U);
  ASSERT_EQ(b.size(), 5U);
  for (std::size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(a[n].at("top").at(0).at("index"), b[n].at("top").at(0).at("index"));
    EXPECT_NEAR(a[n].at("maps").at(1).at("range")[1].get<double>(),
                b[n].at("maps").at(1).at("range")[1].get<double>(), 1e-6);
  }
  fixed.run.batch = 4;
  fixed.overwrite = true;
  EXPECT_THAT(error_of(fixed, video), HasSubstr("batch: found 4, expected 2"));
}

TEST_F(Explain, AKeeperLoadsTheNetworkAgainOnlyForOtherSettings) {
  const std::string video = make_video("in.mp4", "64x64", 12);
  ModelKeeper keeper;
  explain(video, options("cam", {"a.json"}), progress_, &keeper);
  const std::shared_ptr<Model> first = keeper.model;
  ASSERT_NE(first, nullptr);
  explain(video, options("cam", {"b.json"}), progress_, &keeper);
  EXPECT_EQ(keeper.model, first);
  const json a = read("a.json"), b = read("b.json");
  EXPECT_EQ(a.at("clips"), b.at("clips"));
  EXPECT_EQ(a.at("warnings"), b.at("warnings"));
  ExplainOptions other = options("cam", {"c.json"});
  other.source.overrides.frames = 4;
  explain(video, other, progress_, &keeper);
  EXPECT_NE(keeper.model, first);
  EXPECT_EQ(read("c.json").at("model").at("inputs").at(0).at("frames"), 4);
}

TEST_F(Explain, WarnsWhenTheNetworkIsGivenBlackBorders) {
  const std::string video = make_video("in.mp4", "64x48", 12);
  ExplainOptions wish = options("cam", {"a.json"});
  const auto warnings = [&] { return explain(video, wish, progress_).warnings; };
  EXPECT_THAT(warnings(), testing::IsEmpty());
  wish.overwrite = true;
  wish.source.overrides.resize = "none";
  wish.source.overrides.crop = "60";
  EXPECT_THAT(warnings(), testing::ElementsAre(HasSubstr(
                              "crop of 60x60 px is larger than the resized picture of 48x64 px")));
}

TEST_F(Explain, UnitTargetsAndAFixedScaleWork) {
  const std::string video = make_video("in.mp4", "64x64", 12);
  ExplainOptions wish = options("saliency,grad_cam:layer=features.1", {"out.mp4", "out.json"});
  wish.targets = {"unit:features.2:3"};
  wish.scale = "0:0.5";
  explain(video, wish, progress_);
  const json out = read("out.json");
  const json& maps = out.at("clips").at(0).at("maps");
  ASSERT_EQ(maps.size(), 2U);
  EXPECT_GT(maps[0].at("range")[1].get<double>(), 0.0) << "the unit depends on the input";
}

}  // namespace
}  // namespace praxiscope::test
