// Manifests: what is read from model.json, what wins over it, and every message.
#include "model/manifests.h"

#include <functional>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;
using test::Manifests;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const kOneInput = R"("inputs": [{"name": "rgb"}])";

TEST_F(Manifests, ReadsEveryField) {
  const std::string path = write("model.json", R"({
    "praxiscope": 1, "name": "strings", "file": "model.pt", "licence": "CC0", "source": "here",
    "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "inputs": [
      {"name": "rgb", "kind": "rgb", "frames": 16, "stride": 2, "fps": "30000/1001",
       "resize": {"short_side": 128, "interpolation": "bicubic", "antialias": false},
       "crop": [112, 113], "range": [-1, 1], "mean": [0.43, 0.39, 0.38], "std": 0.5,
       "channel_order": "bgr", "layout": "NTHWC"},
      {"name": "flow", "kind": "flow", "frames": 8, "algorithm": "tvl1", "bound": 20,
       "resize": {"exact": [64, 80]}, "range": [-1, 1]}],
    "call": "dict", "output": {"take": 1, "kind": "probabilities", "labels": "names/labels.txt"},
    "streams": {"rgb": "rgb_net", "flow": "flow_net", "fusion": "fusion.conv"},
    "layer": "fusion.relu"})");
  const Manifest out = read(path);
  EXPECT_EQ(out.name, "strings");
  EXPECT_EQ(out.file, (folder_ / "model.pt").string());
  EXPECT_EQ(out.licence, "CC0");
  EXPECT_EQ(out.source, "here");
  EXPECT_EQ(out.sha256.size(), 64U);
  ASSERT_EQ(out.inputs.size(), 2U);
  const InputSpec& rgb = out.inputs[0];
  EXPECT_EQ(rgb.name, "rgb");
  EXPECT_EQ(rgb.kind, InputKind::kRgb);
  EXPECT_EQ(rgb.frames, 16);
  EXPECT_EQ(rgb.stride, 2);
  EXPECT_EQ(rgb.fps, Rational(30000, 1001));
  EXPECT_EQ(rgb.preparation.short_side, 128);
  EXPECT_EQ(rgb.preparation.interpolation, Interpolation::kBicubic);
  EXPECT_FALSE(rgb.preparation.antialias);
  EXPECT_EQ(rgb.preparation.crop, (Size{112, 113}));
  EXPECT_EQ(rgb.preparation.range, (std::array<double, 2>{-1, 1}));
  EXPECT_THAT(rgb.preparation.mean, ElementsAre(0.43, 0.39, 0.38));
  EXPECT_THAT(rgb.preparation.std, ElementsAre(0.5, 0.5, 0.5));
  EXPECT_TRUE(rgb.preparation.bgr);
  EXPECT_EQ(rgb.layout, Layout::kNTHWC);
  const InputSpec& flow = out.inputs[1];
  EXPECT_EQ(flow.kind, InputKind::kFlow);
  EXPECT_EQ(flow.preparation.exact, (Size{64, 80}));
  EXPECT_EQ(flow.flow.algorithm, FlowAlgorithm::kTvl1);
  EXPECT_EQ(flow.flow.bound, 20);
  EXPECT_THAT(flow.preparation.mean, ElementsAre(0, 0));
  EXPECT_EQ(flow.fps, std::nullopt);
  EXPECT_EQ(out.call, CallKind::kDict);
  EXPECT_EQ(out.output.take, 1);
  EXPECT_EQ(out.output.kind, OutputKind::kProbabilities);
  EXPECT_EQ(out.output.labels, (folder_ / "names/labels.txt").string());
  EXPECT_EQ(out.streams.at("fusion"), "fusion.conv");
  EXPECT_EQ(out.layer, "fusion.relu");
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(Manifests, StartsFromAPresetAndChangesIt) {
  const Manifest out = read(manifest(
      R"("preset": "torchvision", "inputs": [{"frames": 8, "mean": [0, 0, 0], "crop": null}])"));
  const Preparation& base = find_preset("torchvision").inputs[0].preparation;
  EXPECT_EQ(out.preset, "torchvision");
  EXPECT_EQ(out.inputs[0].frames, 8);
  EXPECT_EQ(out.inputs[0].preparation.exact, base.exact);
  EXPECT_EQ(out.inputs[0].preparation.std, base.std);
  EXPECT_THAT(out.inputs[0].preparation.mean, ElementsAre(0, 0, 0));
  EXPECT_EQ(out.inputs[0].preparation.crop, std::nullopt);
}

TEST_F(Manifests, TakesThePresetsInputsWithoutItsOwn) {
  const Manifest out = read(manifest(R"("preset": "slowfast", "output": {"take": "logits"})"));
  ASSERT_EQ(out.inputs.size(), 2U);
  EXPECT_EQ(out.inputs[1].name, "fast");
  EXPECT_EQ(out.call, CallKind::kList);
  EXPECT_EQ(out.output.key, "logits");
}

TEST_F(Manifests, ReadsHowFramesAreSpaced) {
  const Manifest out = read(manifest(
      R"("inputs": [{"name": "a", "frames": 4, "frames_of": "b"}, {"name": "b", "spacing": "spread"}])"));
  EXPECT_EQ(out.inputs[0].frames_of, "b");
  EXPECT_EQ(out.inputs[1].spacing, Spacing::kSpread);
  EXPECT_THAT(error_of(manifest(R"("inputs": [{"spacing": "wide"}])")),
              HasSubstr("\"inputs[0].spacing\": found \"wide\", expected \"even\" or \"spread\""));
}

TEST_F(Manifests, FramesByOptionLeaveASlowPathwayItsShare) {
  ManifestOverrides with;
  with.frames = 64;
  const Manifest out = read(manifest(R"("preset": "slowfast")"), with);
  EXPECT_EQ(out.inputs[0].frames, 16);
  EXPECT_EQ(out.inputs[1].frames, 64);
}

TEST_F(Manifests, TakesAPresetForEachInput) {
  const Manifest out = read(manifest(
      R"("inputs": [{"name": "a", "preset": "i3d_rgb"}, {"name": "b", "preset": "c3d"}])"));
  EXPECT_EQ(out.inputs[0].name, "a");
  EXPECT_EQ(out.inputs[0].frames, 64);
  EXPECT_TRUE(out.inputs[1].preparation.bgr);
}

TEST_F(Manifests, AreFoundInAFolderAndBesideTheirFile) {
  manifest(std::string(R"("name": "mine", )") + kOneInput);
  EXPECT_EQ(read(folder_.string()).name, "mine");
  EXPECT_EQ(read((folder_ / "model.pt").string()).name, "mine");
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(Manifests, OfAnotherFileBesideABareModelAreNotTaken) {
  manifest(std::string(R"("name": "mine", )") + kOneInput);
  const Manifest out = read(write("other.pt2", "weights"));
  EXPECT_EQ(out.name, "other");
  EXPECT_EQ(out.preset, "torchvision");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("are prepared by the preset \"torchvision\"")));
}

TEST_F(Manifests, OfABareModelFollowThePresetWithoutAWarning) {
  ManifestOverrides overrides;
  overrides.preset = "x3d";
  const Manifest out = read((folder_ / "model.pt").string(), overrides);
  EXPECT_EQ(out.preset, "x3d");
  EXPECT_EQ(out.inputs[0].stride, 5);
  EXPECT_EQ(out.file, (folder_ / "model.pt").string());
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(Manifests, OfBundledModelsAreFoundByName) {
  write("bundle/tiny/model.json",
        R"({"praxiscope": 1, "file": "tiny.pt", "inputs": [{"name": "rgb"}]})");
  write("bundle/tiny/tiny.pt", "weights");
  setenv("PRAXISCOPE_MODELS", ("/nowhere:" + (folder_ / "bundle").string()).c_str(), 1);
  EXPECT_EQ(read("tiny").name, "tiny");
  EXPECT_THAT(error_of("tinny"), HasSubstr("no model \"tinny\""));
  EXPECT_THAT(error_of("tinny"), HasSubstr("; did you mean \"tiny\"?"));
  fs::remove(folder_ / "bundle/tiny/tiny.pt");
  EXPECT_THAT(error_of("tiny"), HasSubstr("model \"tiny\" has no file: found no \""));
}

TEST_F(Manifests, OfTheSourceTreeNameEffnet3d) {
  EXPECT_THAT(error_of("effnet3"), HasSubstr("did you mean \"effnet3d\"?"));
}

TEST_F(Manifests, GiveWayToTheCommandLine) {
  ManifestOverrides with;
  with.resize = "128x171";
  with.crop = "none";
  with.interpolation = "bicubic";
  with.antialias = false;
  with.range = "0,255";
  with.mean = "123.675, 116.28,103.53";
  with.std = "58";
  with.channel_order = "bgr";
  with.layout = "NTCHW";
  with.fps = "29.97";
  with.frames = 32;
  with.stride = 2;
  with.spacing = "even";
  with.call = "list";
  with.layer = "layer3";
  with.output_kind = "probabilities";
  with.labels = "names.txt";
  const Manifest out = read(manifest(R"("preset": "x3d")"), with);
  const InputSpec& input = out.inputs[0];
  EXPECT_EQ(input.preparation.exact, (Size{128, 171}));
  EXPECT_EQ(input.preparation.short_side, std::nullopt);
  EXPECT_EQ(input.preparation.crop, std::nullopt);
  EXPECT_EQ(input.preparation.interpolation, Interpolation::kBicubic);
  EXPECT_FALSE(input.preparation.antialias);
  EXPECT_EQ(input.preparation.range, (std::array<double, 2>{0, 255}));
  EXPECT_THAT(input.preparation.mean, ElementsAre(123.675, 116.28, 103.53));
  EXPECT_THAT(input.preparation.std, ElementsAre(58, 58, 58));
  EXPECT_TRUE(input.preparation.bgr);
  EXPECT_EQ(input.layout, Layout::kNTCHW);
  EXPECT_EQ(input.fps, Rational(2997, 100));
  EXPECT_EQ(input.frames, 32);
  EXPECT_EQ(input.stride, 2);
  EXPECT_EQ(input.spacing, Spacing::kEven);
  EXPECT_EQ(out.call, CallKind::kList);
  EXPECT_EQ(out.layer, "layer3");
  EXPECT_EQ(out.output.kind, OutputKind::kProbabilities);
  EXPECT_EQ(out.output.labels, (fs::current_path() / "names.txt").string());

  ManifestOverrides other;
  other.resize = "100";
  other.crop = "96";
  other.fps = "source";
  const InputSpec changed = read(manifest(R"("preset": "torchvision")"), other).inputs[0];
  EXPECT_EQ(changed.preparation.short_side, 100);
  EXPECT_EQ(changed.preparation.exact, std::nullopt);
  EXPECT_EQ(changed.preparation.crop, (Size{96, 96}));
  EXPECT_EQ(changed.fps, std::nullopt);

  ManifestOverrides preset;
  preset.preset = "c3d";
  EXPECT_EQ(read(manifest(R"("preset": "x3d")"), preset).preset, "c3d");
}

TEST_F(Manifests, RefuseWrongOptions) {
  const std::string path = manifest(kOneInput);
  const auto refused = [&](std::function<void(ManifestOverrides&)> set) {
    ManifestOverrides with;
    set(with);
    return error_of(path, with, ErrorKind::kUsage);
  };
  EXPECT_THAT(refused([](auto& o) { o.resize = "12y"; }),
              HasSubstr("--resize: found \"12y\", expected px"));
  EXPECT_THAT(refused([](auto& o) { o.resize = "1x2x3"; }), HasSubstr("--resize: found"));
  EXPECT_THAT(refused([](auto& o) { o.crop = "0"; }),
              HasSubstr("--crop: found 0 px, expected 1 to"));
  EXPECT_THAT(refused([](auto& o) { o.interpolation = "bicubik"; }),
              HasSubstr("expected \"bilinear\" or \"bicubic\"; did you mean \"bicubic\"?"));
  EXPECT_THAT(refused([](auto& o) { o.range = "1"; }),
              HasSubstr("--range: found [1], expected two"));
  EXPECT_THAT(refused([](auto& o) { o.mean = "1,2"; }), HasSubstr("--mean: found 2 numbers"));
  EXPECT_THAT(refused([](auto& o) { o.mean = "a"; }), HasSubstr("--mean: found \"a\""));
  EXPECT_THAT(refused([](auto& o) { o.std = "0"; }),
              HasSubstr("--std: found 0, expected numbers to divide by"));
  EXPECT_THAT(refused([](auto& o) { o.fps = "fast"; }), HasSubstr("--fps: found \"fast\""));
  EXPECT_THAT(refused([](auto& o) { o.fps = "-1/2"; }), HasSubstr("--fps: found -1/2"));
  EXPECT_THAT(refused([](auto& o) { o.layout = "CTHW"; }), HasSubstr("--layout: found \"CTHW\""));
  EXPECT_THAT(refused([](auto& o) { o.frames = 0; }),
              HasSubstr("--frames: found 0, expected a whole number from 1"));
  EXPECT_THAT(refused([](auto& o) { o.channel_order = "gbr"; }), HasSubstr("--channel-order"));
  EXPECT_THAT(refused([](auto& o) { o.call = "tupel"; }), HasSubstr("did you mean \"tuple\"?"));
  EXPECT_THAT(refused([](auto& o) { o.output_kind = "logit"; }),
              HasSubstr("did you mean \"logits\"?"));
  EXPECT_THAT(refused([](auto& o) { o.preset = "x4d"; }),
              HasSubstr("no preset \"x4d\"; did you mean"));
}

TEST_F(Manifests, NameTheFileAndTheField) {
  struct Wrong {
    const char* fields;
    const char* message;
  };
  for (const Wrong& wrong : {
           Wrong{R"("inptus": [])", "unknown field \"inptus\"; did you mean \"inputs\"?"},
           Wrong{R"("layer": "x")", "\"inputs\": found none, expected a list of inputs"},
           Wrong{R"("inputs": [])", "\"inputs\": found []"},
           Wrong{R"("inputs": [3])", "\"inputs[0]\": found 3"},
           Wrong{R"("inputs": [{"freams": 3}])",
                 "unknown field \"inputs[0].freams\"; did you mean \"frames\"?"},
           Wrong{R"("inputs": [{"frames": "16"}])",
                 "\"inputs[0].frames\": found \"16\", expected a whole number"},
           Wrong{R"("inputs": [{"frames": 0}])",
                 "\"inputs[0].frames\": found 0, expected a whole number from 1"},
           Wrong{R"("inputs": [{"name": 3}])", "\"inputs[0].name\": found 3, expected text"},
           Wrong{R"("inputs": [{"crop": [1]}])",
                 "\"inputs[0].crop\": found [1], expected [height, width]"},
           Wrong{R"("inputs": [{"crop": [0, 5]}])", "\"inputs[0].crop\": found 0 px"},
           Wrong{R"("inputs": [{"mean": [1, 2]}])",
                 "\"inputs[0].mean\": found 2 numbers, expected 3"},
           Wrong{R"("inputs": [{"mean": ["a"]}])",
                 "\"inputs[0].mean\": found [\"a\"], expected a list of numbers"},
           Wrong{R"("inputs": [{"std": [1, 0, 1]}])", "\"inputs[0].std\": found 0"},
           Wrong{R"("inputs": [{"range": [3, 3]}])", "\"inputs[0].range\": found [3, 3]"},
           Wrong{R"("inputs": [{"fps": true}])", "\"inputs[0].fps\": found true"},
           Wrong{R"("inputs": [{"fps": 0}])", "\"inputs[0].fps\": found \"0\""},
           Wrong{R"("inputs": [{"kind": "rbg"}])", "did you mean \"rgb\"?"},
           Wrong{R"("inputs": [{"layout": "NHWC"}])", "\"inputs[0].layout\""},
           Wrong{R"("inputs": [{"bound": 20}])", "\"inputs[0].bound\": found it on an rgb input"},
           Wrong{R"("inputs": [{"resize": 128}])",
                 "\"inputs[0].resize\": found 128, expected an object"},
           Wrong{R"("inputs": [{"resize": {"short_side": 1, "exact": [1, 1]}}])",
                 "both \"short_side\" and \"exact\""},
           Wrong{R"("inputs": [{"resize": {"shortside": 1}}])",
                 "unknown field \"inputs[0].resize.shortside\"; did you mean \"short_side\"?"},
           Wrong{R"("inputs": [{"resize": {"antialias": 1}}])", "expected true or false"},
           Wrong{R"("inputs": [{"name": "a"}, {"name": "a"}])",
                 "\"inputs[1].name\": found \"a\" twice"},
           Wrong{R"("inputs": [{"preset": "torchvison"}])", "did you mean \"torchvision\""},
           Wrong{R"("preset": "torchvison")", "\"preset\": no preset"},
           Wrong{R"("inputs": [{}], "call": "both")", "\"call\": found \"both\""},
           Wrong{R"("inputs": [{}], "output": {"take": -1})", "\"output.take\": found -1"},
           Wrong{R"("inputs": [{}], "output": {"kind": "softmax"})",
                 "\"output.kind\": found \"softmax\""},
           Wrong{R"("inputs": [{}], "output": {"label": "x"})", "did you mean \"labels\"?"},
           Wrong{R"("inputs": [{}], "streams": {"rgv": "x"})",
                 "unknown field \"streams.rgv\"; did you mean"},
           Wrong{R"("inputs": [{}], "sha256": "abc")", "\"sha256\": found \"abc\", expected 64"},
           Wrong{R"("inputs": [{}], "fuse": "mean")", "\"fuse\": found it without \"files\""},
           Wrong{R"("inputs": [{"kind": "flow", "bound": 0}])",
                 "\"inputs[0].bound\": found 0, expected one number of px above 0"},
           Wrong{R"("inputs": [{"kind": "flow", "algorithm": "tvl"}])", "did you mean \"tvl1\"?"},
           Wrong{R"("inputs": [{"kind": "flow", "channel_order": "rgb"}])",
                 "\"inputs[0].channel_order\": found \"rgb\""},
           Wrong{R"("inputs": [{"rescale": true}])", "found it on an rgb input"},
       }) {
    const std::string path = manifest(wrong.fields);
    EXPECT_THAT(error_of(path),
                testing::AllOf(HasSubstr("manifest \"" + path + "\""), HasSubstr(wrong.message)));
  }
}

TEST_F(Manifests, NameWhatIsNoManifest) {
  EXPECT_THAT(error_of(write("model.json", "{\n  \"praxiscope\": 1,\n  oops}")),
              HasSubstr("no valid JSON at line 3, column 3"));
  EXPECT_THAT(error_of(write("model.json", "")), HasSubstr("no valid JSON at line 1, column 1"));
  EXPECT_THAT(error_of(write("model.json", "[1]")), HasSubstr("found [1], expected {...}"));
  EXPECT_THAT(error_of(write("model.json", R"({"file": "model.pt"})")),
              HasSubstr("\"praxiscope\": found none, expected 1"));
  EXPECT_THAT(error_of(write("model.json", R"({"praxiscope": 2, "file": "model.pt"})")),
              HasSubstr("\"praxiscope\": found 2, expected 1"));
  EXPECT_THAT(error_of(write("model.json", R"({"praxiscope": 1})")),
              HasSubstr("\"file\": found none"));
  fs::remove(folder_ / "model.json");
  EXPECT_THAT(error_of(folder_.string()),
              HasSubstr("has no model.json; name the model itself: \""));
  fs::remove(folder_ / "model.pt");
  EXPECT_THAT(error_of(folder_.string()), HasSubstr("expected one, or a model file"));
  EXPECT_THAT(error_of((folder_ / "none.pt").string()), HasSubstr("no model \""));
}

}  // namespace
}  // namespace praxiscope
