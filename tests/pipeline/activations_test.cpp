// run_study() with the studies activations and filters on small real networks: numbers, files,
// stills, two inputs, networks with nothing to show.
#include "pipeline/explaining.h"

#include "praxiscope/study.h"

namespace praxiscope::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LookInside : public Explain {
 protected:
  StudySettings settings(std::vector<std::string> outputs = {}) const {
    const ExplainOptions usual = options("grad_cam", std::move(outputs));
    StudySettings out;
    out.source = usual.source;
    out.source.clips = "center";
    out.run = usual.run;
    out.outputs = usual.outputs;
    return out;
  }
  StudySettings settings_of(const std::string& network,
                            std::vector<std::string> outputs = {}) const {
    StudySettings out = settings(std::move(outputs));
    out.source.model = std::string(PRAXISCOPE_BUILD_DIR) + "/test-models/" + network;
    return out;
  }
  /// A folder with a manifest for inputs that presets do not know.
  std::string write_manifest(const std::string& network, const std::string& inputs,
                             const std::string& call) const {
    fs::create_directories(path("net"));
    std::ofstream(path("net/model.json"))
        << R"({"praxiscope": 1, "name": "two", "file": ")" << PRAXISCOPE_BUILD_DIR
        << "/test-models/" << network << R"(", "inputs": [)" << inputs << R"(], "call": ")" << call
        << R"(", "output": {"take": 0}})";
    return path("net");
  }
  json run(const std::string& study, const std::vector<std::string>& inputs,
           const StudySettings& wish) {
    Progress progress;
    result_ = run_study(find_study(study), inputs, wish, progress);
    return json::parse(result_.json);
  }
  std::string error_of_study(const std::string& study, const std::vector<std::string>& inputs,
                             const StudySettings& wish) {
    try {
      run(study, inputs, wish);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  std::string make_still() const {
    const std::string command =
        "ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=64x48:rate=1 "
        "-frames:v 1 '" +
        path("a.png") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return path("a.png");
  }
  StudyResult result_;
};

TEST_F(LookInside, ActivationsOfTwoVideos) {
  const std::vector<std::string> inputs{make_video("a.mp4", "64x48", 12),
                                        make_video("b.mp4", "48x64", 40)};
  StudySettings wish = settings({"a.json", "a.pdf", "a.html", "a.png"});
  wish.source.clips = "sliding";
  wish.options = {{"layer", "features.0,features.1"}, {"channels", "top4"}};
  const json found = run("activations", inputs, wish);
  EXPECT_EQ(found["schema"], "praxiscope.activations/1");
  EXPECT_EQ(found["clips"], 2 + 9) << "12 and 40 frames, 8 each, every 4 frames";
  ASSERT_EQ(found["layers"].size(), 2U);
  const json& layer = found["layers"][1];
  EXPECT_EQ(layer["layer"], "features.1");
  EXPECT_EQ(layer["channels"].size(), 16U);
  EXPECT_EQ(layer["chosen"].size(), 4U);
  EXPECT_TRUE(layer["is_rectified"].get<bool>());
  EXPECT_EQ(layer["cells"], json({4, 16, 16}));
  for (const json& channel : layer["channels"]) {
    EXPECT_GE(channel["min"].get<double>(), 0);
    EXPECT_EQ(channel["zero_share"], channel["not_positive_share"]);
  }
  const std::size_t first = layer["chosen"][0].get<std::size_t>();
  EXPECT_EQ(layer["channels"][first]["curve"].size(), 4U);
  EXPECT_GT(found["depth"].size(), 6U);
  ASSERT_EQ(found["examples"].size(), 3U);
  EXPECT_EQ(found["examples"][0]["input"], inputs[0]);
  EXPECT_EQ(found["examples"][2]["input"], inputs[1]) << "one of the three is another input's";
  EXPECT_THAT(result_.written, SizeIs(4));
  for (const std::string& file : result_.written) EXPECT_GT(fs::file_size(file), 5000U) << file;
  EXPECT_THAT(result_.text, HasSubstr("features.1: 16 channels of 4x16x16 cells"));
}

TEST_F(LookInside, LayersWithoutARectifierSayWhatZerosMean) {
  StudySettings wish = settings({"a.pdf"});
  wish.options = {{"layer", "features.0.0"}, {"scale", "common"}, {"channels", "all"}};
  const json found = run("activations", {make_video("a.mp4", "64x48", 12)}, wish);
  const json& layer = found["layers"][0];
  EXPECT_FALSE(layer["is_rectified"].get<bool>());
  EXPECT_LT(layer["zero_share"].get<double>(), 0.01);
  EXPECT_GT(layer["not_positive_share"].get<double>(), 0.2);
  EXPECT_THAT(result_.text, HasSubstr("no rectifier ends this layer"));
}

TEST_F(LookInside, ActivationsOfAStill) {
  const json found = run("activations", {make_still()}, settings({"a.pdf", "a.html"}));
  EXPECT_EQ(found["clips"], 1);
  EXPECT_EQ(found["examples"][0]["begin_s"], found["examples"][0]["end_s"]);
  EXPECT_THAT(result_.written, SizeIs(2));
}

TEST_F(LookInside, ActivationsOfANetworkWithTwoInputs) {
  const std::string spec = R"("kind": "rgb", "stride": 1, "crop": [32, 32])";
  StudySettings wish = settings({"a.pdf"});
  wish.source.overrides = {};
  wish.source.model = write_manifest("two_stream_list.pt",
                                     R"({"name": "slow", "frames": 2, )" + spec +
                                         R"(}, {"name": "fast", "frames": 8, )" + spec + "}",
                                     "list");
  wish.options = {{"layer", "slow1,fast1"}};
  const json found = run("activations", {make_video("a.mp4", "64x48", 12)}, wish);
  EXPECT_EQ(found["layers"][0]["cells"], json({1, 16, 16}));
  EXPECT_EQ(found["layers"][1]["cells"], json({4, 16, 16}));
}

TEST_F(LookInside, SaysWhenThereIsNothingToShow) {
  const std::string video = make_video("a.mp4", "64x48", 12);
  StudySettings wish = settings();
  wish.options = {{"layer", "fc"}};
  EXPECT_THAT(error_of_study("activations", {video}, wish),
              HasSubstr("\"fc\": found [1,7], expected [N,C,T,H,W]; take one such as"));
  wish.options = {{"layer", "fcc"}};
  EXPECT_THAT(error_of_study("activations", {video}, wish), HasSubstr("did you mean"));
  wish.options = {{"channels", "12"}};
  EXPECT_THAT(error_of_study("activations", {video}, wish), HasSubstr("expected 0 to 11"));
  wish.options = {{"examples", "0"}};
  EXPECT_THAT(error_of_study("activations", {video}, wish), HasSubstr("expected 1 to 20"));
  wish.options = {{"layer", "fc"}};
  EXPECT_THAT(error_of_study("filters", {}, wish),
              HasSubstr("\"fc\": found no kernels, expected a convolution"));
  wish.options = {{"layer", "features"}};
  EXPECT_THAT(error_of_study("filters", {}, wish), HasSubstr("found 3 convolutions"));
}

TEST_F(LookInside, AnswersForTheInputsThatCanBeRead) {
  std::ofstream(path("broken.mp4")) << "no video";
  const json found =
      run("activations", {path("broken.mp4"), make_video("a.mp4", "64x48", 12)}, settings());
  EXPECT_EQ(found["clips"], 1);
  EXPECT_THAT(result_.failed, SizeIs(1));
  EXPECT_THAT(error_of_study("activations", {path("broken.mp4")}, settings()),
              HasSubstr("broken.mp4"));
}

TEST_F(LookInside, FiltersOfTheFirstLayer) {
  const json found = run("filters", {}, settings({"f.json", "f.pdf", "f.html", "f.png"}));
  EXPECT_EQ(found["schema"], "praxiscope.filters/1");
  ASSERT_EQ(found["layers"].size(), 1U);
  const json& layer = found["layers"][0];
  EXPECT_EQ(layer["layer"], "features.0.0");
  EXPECT_EQ(layer["shape"], json({8, 3, 3, 3, 3}));
  EXPECT_EQ(layer["kind"], "colour");
  EXPECT_EQ(layer["kernels"].size(), 8U);
  for (const json& kernel : layer["kernels"]) {
    EXPECT_GT(kernel["temporal_share"].get<double>(), 0);
    EXPECT_LT(kernel["temporal_share"].get<double>(), 1);
  }
  EXPECT_THAT(result_.text, HasSubstr("8 kernels of 3x3x3 over 3 channels"));
  EXPECT_THAT(result_.written, SizeIs(4));
}

TEST_F(LookInside, FiltersOfFactorsStandSideBySide) {
  StudySettings wish = settings_of("r2plus1d_18.pt", {"f.pdf"});
  const json found = run("filters", {}, wish);
  ASSERT_EQ(found["layers"].size(), 2U);
  EXPECT_EQ(found["layers"][0]["temporal_factor"], "stem.3");
  EXPECT_TRUE(found["layers"][0]["kernels"][0]["temporal_share"].is_null());
  EXPECT_EQ(found["layers"][1]["shape"], json({64, 45, 3, 1, 1}));
  EXPECT_EQ(found["layers"][1]["kind"], "signed");
}

TEST_F(LookInside, FiltersOfAFlowInput) {
  StudySettings wish = settings({"f.pdf"});
  wish.source.overrides = {};
  wish.source.model =
      write_manifest("two_stream_dict.pt",
                     R"({"name": "rgb", "kind": "rgb", "frames": 8, "stride": 1, "crop": [32, 32]},
         {"name": "flow", "kind": "flow", "frames": 8, "stride": 1, "crop": [32, 32],
          "mean": [0, 0], "std": [1, 1]})",
                     "dict");
  const json found = run("filters", {}, wish);
  ASSERT_EQ(found["layers"].size(), 2U);
  EXPECT_EQ(found["layers"][0]["kind"], "colour");
  EXPECT_EQ(found["layers"][1]["kind"], "flow");
  EXPECT_EQ(found["layers"][1]["reads"], json({"input:flow"}));
}

}  // namespace
}  // namespace praxiscope::test
