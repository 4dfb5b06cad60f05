// run_study() with the study fusion on small real networks with two inputs: rgb and flow, and two
// pathways of pictures.
#include "pipeline/explaining.h"

#include "praxiscope/study.h"

namespace praxiscope::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class RunFusion : public Explain {
 protected:
  /// `inputs`: the manifest's.
  StudySettings settings(const std::string& network, const std::string& inputs,
                         const std::string& call, std::vector<std::string> outputs) const {
    fs::create_directories(path("net"));
    std::ofstream(path("net/model.json"))
        << R"({"praxiscope": 1, "name": "two", "file": ")" << PRAXISCOPE_BUILD_DIR
        << "/test-models/" << network << R"(", "inputs": [)" << inputs << R"(], "call": ")" << call
        << R"(", "output": {"take": 0}})";
    StudySettings out;
    out.source.model = path("net");
    out.source.clips = "uniform:3";
    out.run.device = "cpu";
    for (const std::string& output : outputs) out.outputs.push_back(path(output));
    return out;
  }
  StudySettings pathways(std::vector<std::string> outputs = {}) const {
    const std::string spec = R"("kind": "rgb", "stride": 1, "crop": [32, 32])";
    return settings("two_stream_list.pt",
                    R"({"name": "slow", "frames": 2, )" + spec +
                        R"(}, {"name": "fast", "frames": 8, )" + spec + "}",
                    "list", std::move(outputs));
  }
  json run(const std::vector<std::string>& inputs, const StudySettings& wish) {
    Progress progress;
    result_ = run_study(find_study("fusion"), inputs, wish, progress);
    return json::parse(result_.json);
  }
  StudyResult result_;
};

/// What holds whatever the network says.
void expect_sound(const json& found) {
  for (const json& clip : found["clips"]) {
    for (const char* fill : {"mean", "zero", "frozen"}) {
      for (const char* score : {"logit", "probability"}) {
        const json& values = clip["fills"][fill][score]["values"];
        const json& split = clip["fills"][fill][score]["shapley"];
        EXPECT_NEAR(split["first"].get<double>() + split["second"].get<double>(),
                    values["both"].get<double>() - values["neither"].get<double>(), 1e-9);
      }
    }
    EXPECT_NEAR(clip["fills"]["mean"]["probability"]["values"]["both"].get<double>(),
                clip["probability"].get<double>(), 1e-6);
  }
  int units = 0;
  for (const auto& [kind, count] : found["kinds"].items()) units += count.get<int>();
  EXPECT_EQ(units, found["layer"]["channels"].get<int>());
  if (found["swap"]["pairs"] != 0) {
    EXPECT_NEAR(found["swap"]["first"]["mean"].get<double>() +
                    found["swap"]["second"]["mean"].get<double>() +
                    found["swap"]["neither"]["mean"].get<double>(),
                1, 1e-9);
  }
}

TEST_F(RunFusion, LooksIntoTwoPathways) {
  const std::vector<std::string> inputs{make_video("a.mp4", "64x48", 24),
                                        make_video("b.mp4", "48x64", 40)};
  const json found = run(inputs, pathways({"f.json", "f.html", "f.pdf", "f.png"}));
  EXPECT_EQ(found["schema"], "praxiscope.fusion/1");
  EXPECT_EQ(found["streams"], json({"slow", "fast"}));
  EXPECT_EQ(found["clips"].size(), 6U);
  EXPECT_EQ(found["layer"]["name"], "slow2.2")
      << "the rectifier behind the first joint convolution";
  EXPECT_GT(found["layer"]["reached_by"]["both"].get<int>(), 0) << "some are 0 in the first clip";
  EXPECT_EQ(found["layer"]["cells"], json({1, 16, 16}));
  expect_sound(found);
  EXPECT_THAT(result_.written, SizeIs(4));
  for (const std::string& file : result_.written) EXPECT_GT(fs::file_size(file), 5000U) << file;
  EXPECT_EQ(read("f.json")["units"], found["units"]);
  EXPECT_THAT(result_.text, HasSubstr("Units of slow2.2 (16 of 1x16x16 cells)"));
  EXPECT_EQ(run(inputs, pathways())["units"], found["units"]) << "the same without a figure";
  StudySettings before = pathways();
  before.options = {{"layer", "slow2.0"}, {"pairs", "0"}};
  EXPECT_EQ(run(inputs, before)["layer"]["reached_by"],
            json({{"first", 16}, {"second", 16}, {"both", 16}}))
      << "a convolution over both";
}

TEST_F(RunFusion, LooksIntoRgbAndFlow) {
  const std::string spec = R"("frames": 8, "stride": 1, "crop": [32, 32])";
  StudySettings wish = settings("two_stream_dict.pt",
                                R"({"name": "rgb", "kind": "rgb", )" + spec +
                                    R"(}, {"name": "flow", "kind": "flow", "mean": [0, 0],
                                      "std": [1, 1], "range": [-1, 1], )" +
                                    spec + "}",
                                "dict", {"f.html"});
  wish.source.overrides.flow = "dis";
  const json found = run({make_video("a.mp4", "64x48", 24)}, wish);
  EXPECT_EQ(found["streams"], json({"rgb", "flow"}));
  EXPECT_EQ(found["layer"]["origin"], "found");
  EXPECT_GT(found["layer"]["reached_by"]["both"].get<int>(), 0);
  expect_sound(found);
  // Flow that stands still is no flow: what is left of it is the same for both fills.
  for (const json& clip : found["clips"])
    EXPECT_EQ(clip["fills"]["frozen"]["logit"]["values"]["first"],
              clip["fills"]["zero"]["logit"]["values"]["first"]);
}

TEST_F(RunFusion, NamesWhatItCannotLookInto) {
  const std::string video = make_video("a.mp4", "64x48", 24);
  const auto error_of_run = [&](const StudySettings& wish) -> std::string {
    try {
      run({video}, wish);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  StudySettings wish = pathways();
  wish.options = {{"layer", "slow3"}};
  EXPECT_THAT(error_of_run(wish), HasSubstr("did you mean"));
  wish.options = {{"layer", "head"}};
  EXPECT_THAT(error_of_run(wish), HasSubstr("layer \"head\": found an output [1,7]"));
  wish = pathways();
  wish.source.model = model_;
  wish.source.overrides = options("grad_cam", {}).source.overrides;
  EXPECT_THAT(error_of_run(wish), HasSubstr("found 1 input (\"rgb\"), expected two streams"));
}

}  // namespace
}  // namespace praxiscope::test
