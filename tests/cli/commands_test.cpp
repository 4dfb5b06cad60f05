// The commands on a fake library: exit status, standard output and standard error of each line a
// user may type.
#include "cli/fake_library.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace praxiscope::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Commands : public testing::Test {
 protected:
  void SetUp() override { make_fresh(); }
};

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST_F(Commands, HelpFitsAScreenAndGoesToStandardOutput) {
  std::vector<std::vector<std::string>> lines{{"--help"}, {"-h"}, {"help"}};
  for (const cli::Command* command : cli::commands()) {
    lines.push_back({std::string(command->name), "--help"});
  }
  for (const std::vector<std::string>& words : lines) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 0) << words.front();
    EXPECT_EQ(outcome.err, "") << words.front();
    EXPECT_THAT(outcome.out, HasSubstr("usage: praxiscope"));
    EXPECT_LE(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 40) << outcome.out;
    EXPECT_LE(widest_line(outcome.out), 80U) << outcome.out;
  }
}

TEST_F(Commands, HelpOfACommandShowsEverything) {
  const Outcome outcome = run({"help", "explain"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* part : {"--method", "--std", "--seed", "grad_cam_pp", "saliency",
                           "weights=volume|per_frame [volume]", "unit:LAYER:CHANNEL"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
  EXPECT_LE(widest_line(outcome.out), 80U);
}

TEST_F(Commands, VersionIsOneLine) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("praxiscope "), EndsWith("\n")));
}

TEST_F(Commands, NoCommandIsAUsageErrorThatShowsTheHelp) {
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("usage: praxiscope COMMAND"));
}

TEST_F(Commands, SuggestsTheNearestCommand) {
  const Outcome outcome = run({"expalin", "x.mp4"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "error: no command \"expalin\"; did you mean \"explain\"? (see: praxiscope --help)\n");
  EXPECT_THAT(run({"--quiet"}).err, HasSubstr("options follow a command"));
  EXPECT_EQ(run({"help", "lst"}).status, 2);
  EXPECT_EQ(run({"help", "list", "info"}).status, 2);
}

TEST_F(Commands, ErrorsAreRedOnlyOnATerminal) {
  EXPECT_THAT(run({"nothing"}, true).err, StartsWith("\x1b[1;31merror: \x1b[0m"));
  EXPECT_THAT(run({"nothing"}, false).err, StartsWith("error: "));
}

TEST_F(Commands, ListsMethodsFromTheTable) {
  const Outcome text = run({"list", "methods"});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("saliency     gradient at the input\n"));
  const json parsed = json::parse(run({"list", "methods", "--json"}).out);
  EXPECT_EQ(parsed["schema"], "praxiscope.list.methods/1");
  ASSERT_EQ(parsed["methods"].size(), 3U);
  EXPECT_EQ(parsed["methods"][0]["options"][0]["choices"], "volume|per_frame");
  EXPECT_EQ(parsed["methods"][2]["is_signed"], true);
  EXPECT_THAT(run({"list", "methods", "--markdown"}).out,
              AllOf(HasSubstr("## Grad-CAM (`grad_cam`)"), HasSubstr("`volume\\|per_frame`"),
                    HasSubstr("Source: Simonyan et al., 2014.")));
}

TEST_F(Commands, ListsPresetsAndColormaps) {
  EXPECT_THAT(run({"list", "presets"}).out, HasSubstr("torchvision"));
  EXPECT_EQ(json::parse(run({"list", "presets", "--json"}).out)["presets"][0]["name"],
            "torchvision");
  EXPECT_EQ(run({"list", "colormaps"}).out, "auto\ninferno\nviridis\n");
  EXPECT_EQ(json::parse(run({"list", "colormaps", "--json"}).out)["colormaps"].size(), 3U);
}

TEST_F(Commands, ListSaysWhatThereIs) {
  EXPECT_EQ(run({"list"}).status, 2);
  EXPECT_THAT(run({"list"}).err, HasSubstr("expected one of methods, presets, colormaps"));
  const Outcome outcome = run({"list", "method"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean \"methods\"?"));
  EXPECT_EQ(run({"list", "presets", "--markdown"}).status, 2);
}

TEST_F(Commands, PredictPrintsClipsAndTheirMean) {
  const Outcome outcome = run({"predict", "-m", "strings", "a.mp4"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("    0.00 -     0.60 s  mountain bike, all-te..."));
  EXPECT_THAT(outcome.out, HasSubstr("(padded)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("a.mp4: 32 frames, mean of 2 clips\n"));
  EXPECT_THAT(outcome.out, HasSubstr("75.0 %  mountain bike, all-terrain bike  class 671\n"));
  EXPECT_EQ(outcome.err, "a.mp4: predicting (32)\nwarning: a.mp4: found nothing odd\n");
  EXPECT_EQ(fake().predict_options.source.model, "strings");
  EXPECT_EQ(fake().predict_options.top, 5);
}

TEST_F(Commands, PredictPrintsOneJsonLineAnInput) {
  const Outcome outcome = run({"predict", "-m", "strings", "a.mp4", "b.mp4", "--json", "-q"});
  EXPECT_EQ(outcome.out,
            "{\"schema\":\"praxiscope.predict/1\"}\n{\"schema\":\"praxiscope.predict/1\"}\n");
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Commands, EveryOverrideReachesTheManifest) {
  const Outcome outcome = run({"predict",         "-m",          "x.pt",          "a.mp4",
                               "--preset",        "torchvision", "--frames",      "8",
                               "--stride",        "4",           "--fps",         "30/1",
                               "--resize",        "128x171",     "--crop",        "112",
                               "--mean",          "0,0,0",       "--std",         "1,1,1",
                               "--range",         "-1,1",        "--layout",      "NTCHW",
                               "--call",          "list",        "--labels",      "l.txt",
                               "--channel-order", "bgr",         "--antialias",   "off",
                               "--interpolation", "bicubic",     "--output-kind", "probabilities"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const ManifestOverrides& given = fake().predict_options.source.overrides;
  EXPECT_EQ(given.preset, "torchvision");
  EXPECT_EQ(given.frames, 8);
  EXPECT_EQ(given.stride, 4);
  EXPECT_EQ(given.fps, "30/1");
  EXPECT_EQ(given.resize, "128x171");
  EXPECT_EQ(given.crop, "112");
  EXPECT_EQ(given.mean, "0,0,0");
  EXPECT_EQ(given.std, "1,1,1");
  EXPECT_EQ(given.range, "-1,1");
  EXPECT_EQ(given.layout, "NTCHW");
  EXPECT_EQ(given.call, "list");
  EXPECT_EQ(given.labels, "l.txt");
  EXPECT_EQ(given.channel_order, "bgr");
  EXPECT_EQ(given.antialias, false);
  EXPECT_EQ(given.interpolation, "bicubic");
  EXPECT_EQ(given.output_kind, "probabilities");
  EXPECT_EQ(given.layer, std::nullopt);
}

TEST_F(Commands, RunOptionsReachTheRun) {
  run({"predict", "-m",        "x.pt",  "a.mp4",       "--device", "cuda:1", "--threads",
       "3",       "--batch",   "4",     "--precision", "bf16",     "--seed", "7",
       "--clips", "uniform:4", "--hop", "2",           "--top",    "2"});
  const RunSettings& settings = fake().predict_options.run;
  EXPECT_EQ(settings.device, "cuda:1");
  EXPECT_EQ(settings.threads, 3);
  EXPECT_EQ(settings.batch, 4);
  EXPECT_EQ(settings.precision, "bf16");
  EXPECT_EQ(settings.seed, 7U);
  EXPECT_EQ(fake().predict_options.source.clips, "uniform:4");
  EXPECT_EQ(fake().predict_options.source.hop, 2);
  EXPECT_EQ(fake().predict_options.top, 2);
}

TEST_F(Commands, UsageErrorsComeBeforeAnyWork) {
  const std::vector<std::vector<std::string>> lines{
      {"predict", "a.mp4"},
      {"predict", "-m", "x.pt"},
      {"explain", "-m", "x.pt"},
      {"predict", "-m", "x.pt", "a.mp4", "--top", "0"},
      {"predict", "-m", "x.pt", "a.mp4", "--precision", "f8"},
      {"predict", "-m", "x.pt", "a.mp4", "--batch", "0"},
      {"predict", "-m", "x.pt", "a.mp4", "--preset", "nothing"},
      {"predict", "-m", "x.pt", "a.mp4", "--antialias", "maybe"},
      {"explain", "-m", "x.pt", "a.mp4", "--method", "grad_kam"},
      {"explain", "-m", "x.pt", "a.mp4", "--method", "grad_cam:wights=volume"},
      {"explain", "-m", "x.pt", "a.mp4", "--method", "grad_cam:weights=half"},
      {"explain", "-m", "x.pt", "a.mp4", "--colormap", "virids"},
      {"explain", "-m", "x.pt", "a.mp4", "--opacity", "1.5"},
      {"explain", "-m", "x.pt", "a.mp4", "--bars", "-1"},
      {"explain", "-m", "x.pt", "-"},
      {"info"},
      {"demo", "a.mp4"}};
  for (const std::vector<std::string>& words : lines) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 2) << words.back();
    EXPECT_EQ(outcome.out, "") << words.back();
    EXPECT_THAT(outcome.err, StartsWith("error: ")) << words.back();
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
  EXPECT_TRUE(fake().inputs.empty());
}

TEST_F(Commands, ExplainWritesVideosForVideosAndPicturesForPictures) {
  const Outcome outcome = run({"explain", "-m", "strings", "dir/a.mp4"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "{stem}.praxiscope.mp4\n");
  EXPECT_THAT(outcome.err,
              HasSubstr("dir/a.mp4: 32 frames, 2 clips; mountain bike, all-terrain bike 75 %"));
  ASSERT_EQ(fake().explain_options.methods.size(), 1U);
  EXPECT_EQ(fake().explain_options.methods[0].id, "grad_cam_pp");
  EXPECT_THAT(fake().explain_options.targets, ElementsAre("top"));
  run({"explain", "-m", "strings", "dir/a.jpg"});
  EXPECT_THAT(fake().explain_options.outputs, ElementsAre("{stem}.praxiscope.png"));
}

TEST_F(Commands, ExplainPassesItsOptionsOn) {
  run({"explain",
       "-m",
       "strings",
       "a.mp4",
       "--method",
       "grad_cam:weights=per_frame,saliency",
       "--target",
       "violin-cello",
       "--target",
       "top3",
       "-o",
       "a.npz",
       "-o",
       "b.json",
       "--force",
       "--save-inputs",
       "--side-by-side",
       "--colormap",
       "viridis",
       "--opacity",
       "0.5",
       "--scale",
       "-1:2",
       "--bars",
       "0",
       "--no-caption",
       "--layer",
       "layer4"});
  const ExplainOptions& given = fake().explain_options;
  ASSERT_EQ(given.methods.size(), 2U);
  EXPECT_EQ(given.methods[0].options.at("weights"), "per_frame");
  EXPECT_THAT(given.targets, ElementsAre("violin-cello", "top3"));
  EXPECT_THAT(given.outputs, ElementsAre("a.npz", "b.json"));
  EXPECT_TRUE(given.overwrite);
  EXPECT_TRUE(given.save_inputs);
  EXPECT_TRUE(given.side_by_side);
  EXPECT_EQ(given.colormap, "viridis");
  EXPECT_EQ(given.opacity, 0.5);
  EXPECT_EQ(given.range, "-1:2");
  EXPECT_EQ(given.bars, 0);
  EXPECT_FALSE(given.caption);
  EXPECT_EQ(given.source.overrides.layer, "layer4");
}

TEST_F(Commands, ExplainRefusesToWriteTwoInputsIntoOneFile) {
  const Outcome outcome = run({"explain", "-m", "s", "a.mp4", "b.mp4", "-o", "out/x.mp4"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err,
            "error: explain: inputs \"a.mp4\" and \"b.mp4\" would both write \"out/x.mp4\"; use -o "
            "\"out/{stem}.mp4\"\n");
  EXPECT_EQ(run({"explain", "-m", "s", "a.mp4", "b.mp4", "-o", "{stem}.npz"}).status, 0);
  const Outcome same_stem = run({"explain", "-m", "s", "1/a.mp4", "2/a.mp4", "-o", "{stem}.npz"});
  EXPECT_EQ(same_stem.status, 2);
  EXPECT_THAT(same_stem.err, HasSubstr("different folders"));
}

TEST_F(Commands, ExplainDoesNotOverwriteItsInput) {
  const std::string path = testing::TempDir() + "/praxiscope_own_input.mp4";
  std::ofstream(path) << "x";
  const Outcome outcome = run({"explain", "-m", "s", path, "-o", path, "--force"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("is the input itself"));
  std::filesystem::remove(path);
}

TEST_F(Commands, GoesOnAfterAnInputThatFails) {
  fake().on_input = [](const std::string& input, Progress&) {
    if (input == "b.mp4") throw Error(ErrorKind::kInput, "cannot read \"b.mp4\": no such file");
    if (input == "c.mp4") throw Error(ErrorKind::kOutput, "disk full");
  };
  const Outcome outcome = run({"predict", "-m", "s", "a.mp4", "b.mp4", "c.mp4", "d.mp4", "--json"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(fake().inputs, ElementsAre("a.mp4", "b.mp4", "c.mp4", "d.mp4"));
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 2);
  EXPECT_THAT(outcome.err, HasSubstr("error: cannot read \"b.mp4\": no such file\n"));
  EXPECT_THAT(outcome.err, HasSubstr("[2/4] b.mp4: predicting"));
}

TEST_F(Commands, KeepsTheFirstFailuresStatusWhenTheLastInputFailsToo) {
  fake().on_input = [](const std::string& input, Progress&) {
    throw Error(input == "a.mp4" ? ErrorKind::kOutput : ErrorKind::kInput, "bad " + input);
  };
  EXPECT_EQ(run({"predict", "-m", "s", "a.mp4", "b.mp4"}).status, 5);
}

TEST_F(Commands, StopsAtWhatConcernsAllInputs) {
  fake().on_input = [](const std::string&, Progress&) {
    throw Error(ErrorKind::kModel, "no model \"s\"");
  };
  EXPECT_EQ(run({"predict", "-m", "s", "a.mp4", "b.mp4"}).status, 4);
  EXPECT_EQ(fake().inputs.size(), 1U);
}

TEST_F(Commands, AnInterruptEndsWith130AndStopsTheOtherInputs) {
  fake().on_input = [](const std::string&, Progress& progress) { progress.cancel(); };
  const Outcome outcome = run({"explain", "-m", "s", "a.mp4", "b.mp4"});
  EXPECT_EQ(outcome.status, 130);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(fake().inputs.size(), 1U);
}

TEST_F(Commands, UnknownFailuresAreInternalAndAskForAReport) {
  fake().on_input = [](const std::string&, Progress&) { throw std::runtime_error("oops"); };
  const Outcome outcome = run({"predict", "-m", "s", "a.mp4"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("internal: oops"), HasSubstr("please report it")));
  fake().on_input = [](const std::string&, Progress&) { throw std::bad_alloc(); };
  EXPECT_THAT(run({"predict", "-m", "s", "a.mp4"}).err, HasSubstr("out of memory"));
}

TEST_F(Commands, InfoTellsModelsFromMedia) {
  const Outcome model = run({"info", "strings", "--frames", "8"});
  EXPECT_EQ(model.status, 0) << model.err;
  EXPECT_EQ(fake().info_overrides.frames, 8);
  for (const char* part :
       {"torch.export 8.17", "16 frames, shorter side 128 (bilinear, antialias), crop 112x112",
        "1x3x16x112x112", "time: 16", "4: cello, violin, drums?[2J, ...",
        "stem (default for methods)"}) {
    EXPECT_THAT(model.out, HasSubstr(part));
  }
  EXPECT_THAT(model.out,
              HasSubstr("stem   Conv3d             64x16x56x56   1x2x2  3x7x7      28.3 k\n"));
  EXPECT_THAT(model.out,
              HasSubstr("pool   AdaptiveAvgPool3d     64x1x1x1       -    all           -\n"));
  EXPECT_EQ(model.err, "warning: no model.json\n");
  EXPECT_THAT(run({"info", "strings", "--layers"}).out, StartsWith("layer  type"));

  const Outcome media = run({"info", "x.mp4"});
  EXPECT_EQ(media.status, 0);
  EXPECT_THAT(media.out, HasSubstr("1080 x 1920 px (stored 1920 x 1080), turned 90 degrees\n"));
  EXPECT_THAT(media.out, HasSubstr("30000/1001 frames per second (29.970)"));
}

TEST_F(Commands, InfoAsJson) {
  const json model = json::parse(run({"info", "strings", "--json", "-q"}).out);
  EXPECT_EQ(model["schema"], "praxiscope.info.model/1");
  EXPECT_EQ(model["layers"][0]["receptive_field"]["size"], (json{3, 7, 7}));
  EXPECT_EQ(model["layers"][2]["receptive_field"], nullptr);
  EXPECT_EQ(model["inputs"][0]["crop"]["height"], 112);
  EXPECT_EQ(model["labels"][2], "drums\x1b[2J");
  const json media = json::parse(run({"info", "x.mp4", "--json"}).out);
  EXPECT_EQ(media["schema"], "praxiscope.info.media/1");
  EXPECT_EQ(media["frame_rate"], "30000/1001");
  EXPECT_EQ(media["frame_count_from_header"], nullptr);
}

TEST_F(Commands, InfoReportsEachArgument) {
  EXPECT_EQ(run({"info", "missing.mp4"}).status, 3);
  EXPECT_EQ(run({"info", "broken.pt"}).status, 4);
  const Outcome both = run({"info", "broken.pt", "x.mp4"});
  EXPECT_EQ(both.status, 4);
  EXPECT_THAT(both.out, HasSubstr("x.mp4"));
  EXPECT_THAT(both.err, HasSubstr("error: no model \"broken.pt\""));
}

TEST_F(Commands, DemoSaysWhereItsVideoIsMissing) {
  setenv("PRAXISCOPE_DEMO_DATA", "/nowhere", 1);
  const Outcome outcome = run({"demo"});
  unsetenv("PRAXISCOPE_DEMO_DATA");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("no bikes.mp4 in \"/nowhere\" (PRAXISCOPE_DEMO_DATA)"));
}

TEST_F(Commands, DemoKeepsEarlierResults) {
  const std::string folder = testing::TempDir() + "/praxiscope_demo_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/bikes.mp4") << "x";
  setenv("PRAXISCOPE_DEMO_DATA", folder.c_str(), 1);
  const Outcome outcome = run({"demo", "-o", folder});
  unsetenv("PRAXISCOPE_DEMO_DATA");
  EXPECT_EQ(outcome.status, 5);
  EXPECT_THAT(outcome.err, HasSubstr("add --force to make them again"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace praxiscope::test
