// The commands on a fake library: exit status, standard output and standard error of each line a
// user may type.
#include "cli/fake_library.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace praxiscope::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Commands : public testing::Test {
 protected:
  void SetUp() override { make_fresh(); }
};

TEST_F(Commands, PredictPrintsClipsAndTheirMean) {
  const Outcome outcome = run({"predict", "-m", "strings", "a.mp4"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("   0.00 -    0.60 s  mountain bike, al...  75 %  tandem"));
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
      {"explain", "-m", "x.pt", "a.mp4", "--method", "saliency", "--layer", "head"},
      {"explain", "-m", "x.pt", "a.mp4", "-o", "taken.mp4"},
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

TEST_F(Commands, NumbersThatMayBeAutoSaySo) {
  EXPECT_THAT(run({"predict", "-m", "s", "a.mp4", "--threads", "0"}).err,
              HasSubstr("found \"0\", expected a whole number from 1 to 1024 or auto"));
}

TEST_F(Commands, ExplainTakesTheUsualMethodTargetAndOutput) {
  const Outcome outcome = run({"explain", "-m", "strings", "dir/a.mp4"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "{stem}.praxiscope.{mp4|png}\n");
  EXPECT_THAT(outcome.err,
              HasSubstr("dir/a.mp4: 32 frames, 2 clips; mountain bike, all-terrain bike 75 %"));
  ASSERT_EQ(fake().explain_options.methods.size(), 1U);
  EXPECT_EQ(fake().explain_options.methods[0].id, "grad_cam_pp");
  EXPECT_THAT(fake().explain_options.targets, ElementsAre("top"));
}

TEST_F(Commands, ALayerNeedsAMethodThatLooksAtOne) {
  const Outcome outcome =
      run({"explain", "-m", "s", "a.mp4", "--method", "saliency", "--layer", "head"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("option \"--layer\": saliency looks at the input"));
  EXPECT_EQ(run({"explain", "-m", "s", "a.mp4", "--method", "saliency,grad_cam", "--layer", "head"})
                .status,
            0);
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
  EXPECT_EQ(given.scale, "-1:2");
  EXPECT_EQ(given.bars, 0);
  EXPECT_FALSE(given.caption);
  EXPECT_EQ(given.source.overrides.layer, "layer4");
}

TEST_F(Commands, ExplainChecksTheOutputsOfAllInputsBeforeTheFirst) {
  for (const std::vector<std::string>& output : {std::vector<std::string>{"-o", "taken"}, {}}) {
    make_fresh();
    std::vector<std::string> words{"explain", "-m", "s", "1/a.mp4", "2/a.mp4"};
    words.insert(words.end(), output.begin(), output.end());
    EXPECT_EQ(run(words).status, output.empty() ? 0 : 2);
    EXPECT_THAT(fake().checked_inputs, ElementsAre("1/a.mp4", "2/a.mp4"));
    EXPECT_EQ(fake().inputs.size(), output.empty() ? 2U : 0U);
  }
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

TEST_F(Commands, ForeignNamesDoNotSteerTheTerminal) {
  const Outcome outcome = run({"predict", "-m", "s", "a\x1b[2J.mp4"}, true);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("a?[2J.mp4: predicting"), Not(HasSubstr("\x1b[2J"))));
  EXPECT_THAT(run({"predict", "-m", "s", "frames/"}).err, HasSubstr("frames: predicting"));
  EXPECT_THAT(run({"predict", "-m", "s", "-"}).err, HasSubstr("standard input: predicting"));
}

TEST_F(Commands, HandsOneKeeperToAllInputsSoThatTheNetworkIsLoadedOnce) {
  for (const char* command : {"predict", "explain"}) {
    make_fresh();
    run({command, "-m", "s", "a.mp4", "b.mp4"});
    ASSERT_EQ(fake().keepers.size(), 2U) << command;
    EXPECT_NE(fake().keepers[0], nullptr);
    EXPECT_EQ(fake().keepers[0], fake().keepers[1]);
  }
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
  fake().on_input = [](const std::string&, Progress&) {
    throw std::runtime_error("oops\nback trace");
  };
  const Outcome outcome = run({"predict", "-m", "s", "a.mp4"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("internal: oops (a defect"),
                                 HasSubstr("please report it"), Not(HasSubstr("back trace"))));
  fake().on_input = [](const std::string&, Progress&) { throw std::bad_alloc(); };
  EXPECT_THAT(run({"predict", "-m", "s", "a.mp4"}).err, HasSubstr("out of memory"));
}

TEST_F(Commands, DemoSaysWhereItsVideoIsMissing) {
  setenv("PRAXISCOPE_DEMO_DATA", "/nowhere", 1);
  const Outcome outcome = run({"demo"});
  unsetenv("PRAXISCOPE_DEMO_DATA");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("no bikes.mp4 in \"/nowhere\" (PRAXISCOPE_DEMO_DATA)"));
}

/// The demo on a made-up video, which the fake library "reads".
class Demo : public Commands {
 protected:
  void SetUp() override {
    Commands::SetUp();
    std::filesystem::create_directories(data_);
    std::ofstream(data_ + "/bikes.mp4") << "x";
    setenv("PRAXISCOPE_DEMO_DATA", data_.c_str(), 1);
    // Whatever tools/demo has rendered for this build.
    setenv("PRAXISCOPE_DEMO_CLIP", (folder_ + "/none.mp4").c_str(), 1);
  }
  void TearDown() override {
    unsetenv("PRAXISCOPE_DEMO_DATA");
    unsetenv("PRAXISCOPE_DEMO_CLIP");
    std::filesystem::remove_all(folder_);
  }
  const std::string folder_ = testing::TempDir() + "/praxiscope_demo_" + std::to_string(::getpid());
  const std::string data_ = folder_ + "/data", out_ = folder_ + "/out";
};

TEST_F(Demo, KeepsEarlierResultsAndTheStillAmongThem) {
  for (const char* name : {"bikes.mp4", "still.png", "still.json"}) {
    std::filesystem::create_directories(out_);
    std::ofstream(out_ + "/" + name) << "precious";
    const Outcome outcome = run({"demo", "-o", out_});
    EXPECT_EQ(outcome.status, 5) << name;
    EXPECT_THAT(outcome.err, HasSubstr("add --force to make them again"));
    EXPECT_TRUE(fake().pictures.empty());
    EXPECT_TRUE(fake().inputs.empty());
    std::filesystem::remove_all(out_);
  }
}

TEST_F(Demo, ReplacesTheStillOnlyWhenForced) {
  EXPECT_EQ(run({"demo", "-o", out_}).status, 0);
  EXPECT_THAT(fake().pictures, ElementsAre(std::pair(out_ + "/still.png", false)));
  EXPECT_THAT(fake().inputs, ElementsAre(data_ + "/bikes.mp4", out_ + "/still.png"));
  EXPECT_EQ(run({"demo", "-o", out_, "--force"}).status, 0);
  EXPECT_TRUE(fake().pictures.back().second);
}

TEST_F(Demo, ExplainsTheRenderedClipWhereThereIsOne) {
  const std::string clip = data_ + "/test_000003.mp4";
  std::ofstream(clip) << "x";
  setenv("PRAXISCOPE_DEMO_CLIP", clip.c_str(), 1);
  EXPECT_EQ(run({"demo", "-o", out_}).status, 0);
  EXPECT_THAT(fake().inputs, ElementsAre(data_ + "/bikes.mp4", out_ + "/still.png", clip));
}

}  // namespace
}  // namespace praxiscope::test
