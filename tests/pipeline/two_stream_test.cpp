// The whole line on a two-stream network: flow beside pictures, in every output.
#include "clip/flow_middlebury.h"
#include "pipeline/explaining.h"

#include <ATen/ATen.h>

namespace praxiscope::test {
namespace {

using testing::HasSubstr;

class TwoStreams : public Explain {
 protected:
  void SetUp() override {
    Explain::SetUp();
    if (IsSkipped()) return;
    write_manifest("two.json", R"("file": "two_stream_dict.pt", "call": "dict")");
  }

  void write_manifest(const std::string& name, const std::string& rest) const {
    const std::string models = std::string(PRAXISCOPE_BUILD_DIR) + "/test-models/";
    std::string file = rest;
    for (std::size_t at = file.find("two_stream"); at != std::string::npos;
         at = file.find("two_stream", at + models.size() + 1))
      file.insert(at, models);
    std::ofstream(path(name)) << R"({"praxiscope": 1, "name": "two", "inputs": [
      {"name": "rgb", "kind": "rgb", "frames": 8, "stride": 1, "crop": [32, 32]},
      {"name": "flow", "kind": "flow", "frames": 8, "stride": 1, "crop": [32, 32],
       "algorithm": "dis", "bound": 8, "range": [-1, 1]}], )"
                              << file << "}";
  }

  ExplainOptions two(const std::string& methods, std::vector<std::string> outputs) const {
    ExplainOptions out = options(methods, std::move(outputs));
    out.source.overrides = {};
    out.source.model = path("two.json");
    return out;
  }
};

TEST_F(TwoStreams, EveryOutputShowsBoth) {
  const std::string video = make_video("in.mp4", "96x64", 20);
  explain(video,
          two("grad_cam,saliency",
              {"out.mp4", "out.npz", "out.json", "out.html", "out.pdf", "out.png"}),
          progress_);
  const json out = read("out.json");
  EXPECT_EQ(out["model"]["inputs"][1]["flow"]["algorithm"], "dis");
  EXPECT_EQ(out["model"]["inputs"][1]["flow"]["bound_px"], 8);
  EXPECT_TRUE(out["model"]["inputs"][0]["flow"].is_null());
  ASSERT_EQ(out["clips"][0]["maps"].size(), 4U);  // 2 methods x 2 streams
  EXPECT_EQ(out["clips"][0]["maps"][0]["input"], "rgb");
  EXPECT_EQ(out["clips"][0]["maps"][1]["input"], "flow");
  const std::vector<Frame> frames = decode(path("out.mp4"));
  ASSERT_EQ(frames.size(), 20U);
  EXPECT_EQ(frames[0].picture->width * frames[0].picture->height, 4 * (6 * 96) * (6 * 64));
  std::ifstream html(path("out.html"));
  const std::string page((std::istreambuf_iterator<char>(html)), {});
  EXPECT_THAT(page, HasSubstr("flow"));
  const std::string shared = "the same map lies over each";
  std::size_t said = 0;
  for (std::size_t at = page.find(shared); at != std::string::npos;
       at = page.find(shared, at + 1)) {
    EXPECT_THAT(page.substr(at - 250, 250), HasSubstr("Where Grad-CAM"))
        << "not of maps at the input";
    ++said;
  }
  EXPECT_GT(said, 0U);
}

/// Mean colour of a tile's crop in the middle of a two-tile video.
std::array<double, 3> mean_color(const Picture& picture, int x_begin, int x_end) {
  std::array<double, 3> sum{};
  for (int y = 24; y < 40; ++y) {
    for (int x = x_begin; x < x_end; ++x) {
      for (int c = 0; c < 3; ++c) sum[c] += picture.rgb[3 * (y * picture.width + x) + c];
    }
  }
  for (double& value : sum) value /= 16.0 * (x_end - x_begin);
  return sum;
}

TEST_F(TwoStreams, MapsOfTheFlowStreamLieOnTheFlow) {
  make_video("in.mp4", "96x64", 12);
  fs::create_directories(path("flows/in"));
  for (int i = 0; i < 11; ++i)
    write_flo(path("flows/in/" + std::to_string(i) + ".flo"),
              at::stack({at::full({64, 96}, 5.0), at::zeros({64, 96})}));
  ExplainOptions wish = two("grad_cam", {"out.mp4", "out.npz"});
  wish.source.flow_files = path("flows/{stem}");
  wish.opacity = 0;
  wish.caption = wish.strip = wish.outline = false;
  wish.bars = 0;
  explain(path("in.mp4"), wish, progress_);
  const Picture frame = *decode(path("out.mp4"))[5].picture;
  ASSERT_EQ(frame.width, 192);
  const auto right = mean_color(frame, 96 + 36, 96 + 60);
  EXPECT_GT(right[0], right[1] + 50) << "all moves right, which is red";
  EXPECT_GT(right[0], right[2] + 50);
  const auto beside = mean_color(frame, 96 + 2, 96 + 28);
  EXPECT_LT(std::abs(beside[0] - beside[1]), 6) << "outside the crop there is no flow";
}

TEST_F(TwoStreams, ComputedFlowIsKeptForTheNextRun) {
  const std::string video = make_video("in.mp4", "96x64", 20);
  ExplainOptions wish = two("grad_cam", {"first.json"});
  wish.source.flow_cache = path("cache");
  explain(video, wish, progress_);
  std::size_t kept = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path("cache")))
    kept += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(kept, 19U);
  wish.outputs = {path("second.json")};
  explain(video, wish, progress_);
  EXPECT_EQ(read("first.json")["clips"], read("second.json")["clips"]);
}

TEST_F(TwoStreams, MotionSplitFreezesBothStreams) {
  const std::string video = make_video("in.mp4", "96x64", 10);
  ExplainOptions wish = two("grad_cam", {"out.json"});
  wish.motion = true;
  explain(video, wish, progress_);
  const json motion = read("out.json")["clips"][0]["targets"][0]["motion"]["score"];
  EXPECT_NE(motion["frozen"], motion["whole"]);
  EXPECT_NE(motion["reversed"], motion["whole"]);
}

TEST_F(TwoStreams, FlowForANetworkWithoutIsRefused) {
  const std::string video = make_video("in.mp4", "64x64", 8);
  ExplainOptions wish = options("grad_cam", {"out.mp4"});
  wish.source.flow_files = path("flows");
  EXPECT_THAT(error_of(wish, video), HasSubstr("has no input of kind \"flow\""));
  wish.source.flow_files.clear();
  wish.source.overrides.flow = "dis";
  EXPECT_THAT(error_of(wish, video), HasSubstr("has no input of kind \"flow\""));
}

TEST_F(TwoStreams, FlowOfAnotherVideoIsRefused) {
  const std::string video = make_video("in.mp4", "96x64", 12);
  fs::create_directories(path("flows"));
  write_flo(path("flows/1.flo"), at::zeros({2, 64, 96}));
  ExplainOptions wish = two("grad_cam", {"out.mp4"});
  wish.source.flow_files = path("flows");
  EXPECT_THAT(error_of(wish, video), HasSubstr("found 1 fields, but the video goes on"));
  EXPECT_FALSE(fs::exists(path("out.mp4")));
}

TEST_F(TwoStreams, AStillIsAClipWithoutMotion) {
  make_video("in.png", "96x64", 1, "-map 0:v -update 1");
  const Explanation result =
      explain(path("in.png"), two("grad_cam", {"out.png", "out.json"}), progress_);
  EXPECT_EQ(result.clips, 1);
  EXPECT_EQ(decode(path("out.png"))[0].picture->width, 2 * 6 * 96);
}

/// Frames and flow of one UCF101 video as kinetics-i3d hands them out: GIFs of 79 frames.
TEST_F(TwoStreams, ReadsARealPairOfVideoAndFlow) {
  const char* given = std::getenv("PRAXISCOPE_CLIPS");
  const fs::path clips =
      given != nullptr ? fs::path(given) : fs::path(PRAXISCOPE_SOURCE_DIR) / "../shared/clips";
  const std::string pair = (clips / "actions/v_CricketShot_g04_c01_").string();
  if (!fs::exists(pair + "rgb.gif"))
    GTEST_SKIP() << "no clips: set PRAXISCOPE_CLIPS to a folder of them";
  ExplainOptions wish = two("grad_cam", {"out.npz", "out.json", "out.mp4"});
  wish.source.flow_files = pair + "flow.gif";
  const Explanation result = explain(pair + "rgb.gif", wish, progress_);
  EXPECT_EQ(result.frames, 79);
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_EQ(decode(path("out.mp4"))[0].picture->width, 2 * 448);
}

}  // namespace
}  // namespace praxiscope::test
