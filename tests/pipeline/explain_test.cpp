// The whole line on a small real network and on videos that ffmpeg makes: what comes out, and what
// does not.
#include "praxiscope/explain.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"
#include "praxiscope/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class Explain : public testing::Test {
 protected:
  void SetUp() override {
    model_ = std::string(PRAXISCOPE_BUILD_DIR) + "/test-models/gap_linear.pt";
    if (!fs::exists(model_))
      GTEST_SKIP() << "no " << model_ << ": made by tools/export/make_test_models.py";
    if (std::system("ffmpeg -version > /dev/null 2>&1") != 0)
      GTEST_SKIP() << "no ffmpeg to make videos with";
    folder_ = fs::path(testing::TempDir()) /
              ("explain" + std::to_string(::getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// A video with a moving test picture, 25 fps, with sound.
  std::string make_video(const std::string& name, const std::string& size, int frames,
                         const std::string& more = "") const {
    const double seconds = frames / 25.0;
    const std::string command = "ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=" + size +
                                ":rate=25 -f lavfi -i sine=frequency=440 -frames:v " +
                                std::to_string(frames) + " -t " + std::to_string(seconds) + " " +
                                more + " -pix_fmt yuv420p -c:a aac '" + path(name) + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path(name);
  }

  ExplainOptions options(const std::string& methods, std::vector<std::string> outputs) const {
    ExplainOptions out;
    out.source.model = model_;
    out.source.overrides.preset = "torchvision";
    out.source.overrides.frames = 8;
    out.source.overrides.stride = 1;
    out.source.overrides.fps = "source";
    out.source.overrides.resize = "32x32";
    out.source.overrides.crop = "32x32";
    out.run.device = "cpu";
    out.methods = parse_methods(methods);
    for (const std::string& output : outputs) out.outputs.push_back(path(output));
    return out;
  }

  json read(const std::string& name) const { return json::parse(std::ifstream(path(name))); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string model_;
  fs::path folder_;
  Progress progress_;
};

std::vector<Frame> decode(const std::string& path) {
  std::vector<Frame> frames;
  const std::unique_ptr<FrameSource> source = open_source(path);
  while (std::optional<Frame> frame = source->next()) frames.push_back(std::move(*frame));
  return frames;
}

double mean_difference(const Picture& a, const Picture& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(int{a.rgb[i]} - int{b.rgb[i]});
  return sum / static_cast<double>(a.rgb.size());
}

TEST_F(Explain, WritesEveryFrameOfTheSourceWithItsTimeSoundAndSize) {
  const std::string video = make_video("in.mp4", "160x96", 50);
  const Explanation result = explain(
      video, options("grad_cam_pp", {"out.mp4", "out.npz", "out.json", "out.png"}), progress_);
  EXPECT_THAT(result.written,
              ElementsAre(path("out.mp4"), path("out.npz"), path("out.json"), path("out.png")));
  EXPECT_EQ(result.frames, 50);
  const std::vector<Frame> before = decode(video), after = decode(path("out.mp4"));
  ASSERT_EQ(after.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(after[i].pts, before[i].pts) << i;
  EXPECT_EQ(after[0].picture->width, 160);
  EXPECT_EQ(after[0].picture->height, 96);
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
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_LT(mean_difference(*first[i].picture, *second[i].picture), 1.0) << "frame " << i;
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
  EXPECT_EQ(picture[0].picture->width, 80);
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
  EXPECT_EQ(decode(path("out.mp4")).size(), 150U);
  const json clip = read("out.json").at("clips").at(0);
  EXPECT_EQ(clip.at("source_begin"), 71);
  EXPECT_EQ(clip.at("source_end"), 79);
}

TEST_F(Explain, SideBySideShowsThePlainPictureToo) {
  const std::string video = make_video("in.mp4", "64x64", 10);
  ExplainOptions wish = options("grad_cam", {"out.mp4"});
  wish.side_by_side = true;
  explain(video, wish, progress_);
  const Picture& picture = *decode(path("out.mp4")).at(0).picture;
  EXPECT_EQ(picture.width * picture.height, 2 * 64 * 64);
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
  EXPECT_THAT(message(options("grad_cam:weight=x", {"out.mp4"}), ErrorKind::kUsage),
              HasSubstr("did you mean \"weights\""));
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

TEST_F(Explain, UnitTargetsAndAFixedScaleWork) {
  const std::string video = make_video("in.mp4", "64x64", 12);
  ExplainOptions wish = options("saliency,grad_cam:layer=features.1", {"out.mp4", "out.json"});
  wish.targets = {"unit:features.2:3"};
  wish.range = "0:0.5";
  explain(video, wish, progress_);
  const json out = read("out.json");
  const json& maps = out.at("clips").at(0).at("maps");
  ASSERT_EQ(maps.size(), 2U);
  EXPECT_GT(maps[0].at("range")[1].get<double>(), 0.0) << "the unit depends on the input";
}

}  // namespace
}  // namespace praxiscope
