// Help, lists and wrong command names: exit status, standard output and standard error.
#include "cli/fake_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace praxiscope::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Help : public testing::Test {
 protected:
  void SetUp() override { make_fresh(); }
};

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST_F(Help, HelpFitsAScreenAndGoesToStandardOutput) {
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

TEST_F(Help, HelpOfACommandShowsEverything) {
  const Outcome outcome = run({"help", "explain"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* part :
       {"--method", "--std", "--seed", "grad_cam_pp", "saliency",
        "weights=volume|per_frame [volume]", "layer=layer [--layer]", "unit:LAYER:CHANNEL"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
  EXPECT_LE(widest_line(outcome.out), 80U);
}

TEST_F(Help, LongNamesStandApartFromWhatTheyDo) {
  // As long as the longest method there is, extremal_perturbation.
  const Outcome outcome = run({"help", "explain"});
  EXPECT_THAT(outcome.out, HasSubstr("\n  grad_cam_pp            "));
}

TEST_F(Help, VersionIsOneLine) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("praxiscope "), EndsWith("\n")));
}

TEST_F(Help, NoCommandIsAUsageErrorThatShowsTheHelp) {
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("usage: praxiscope COMMAND"));
}

TEST_F(Help, SuggestsTheNearestCommand) {
  const Outcome outcome = run({"expalin", "x.mp4"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "error: no command \"expalin\"; did you mean \"explain\"? (see: praxiscope --help)\n");
  EXPECT_THAT(run({"--quiet"}).err, HasSubstr("options follow a command"));
  EXPECT_EQ(run({"help", "lst"}).status, 2);
  EXPECT_EQ(run({"help", "list", "info"}).status, 2);
}

TEST_F(Help, ErrorsAreRedOnlyOnATerminal) {
  EXPECT_THAT(run({"nothing"}, true).err, StartsWith("\x1b[1;31merror: \x1b[0m"));
  EXPECT_THAT(run({"nothing"}, false).err, StartsWith("error: "));
}

TEST_F(Help, ListsMethodsFromTheTable) {
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

TEST_F(Help, ListsPresetsAndColormaps) {
  EXPECT_THAT(run({"list", "presets"}).out, HasSubstr("torchvision"));
  EXPECT_EQ(json::parse(run({"list", "presets", "--json"}).out)["presets"][0]["name"],
            "torchvision");
  EXPECT_EQ(run({"list", "colormaps"}).out, "auto\ninferno\nviridis\n");
  EXPECT_EQ(json::parse(run({"list", "colormaps", "--json"}).out)["colormaps"].size(), 3U);
}

TEST_F(Help, ListSaysWhatThereIs) {
  EXPECT_EQ(run({"list"}).status, 2);
  EXPECT_THAT(run({"list"}).err, HasSubstr("expected one of methods, studies, presets, colormaps"));
  const Outcome outcome = run({"list", "method"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean \"methods\"?"));
  EXPECT_EQ(run({"list", "presets", "--markdown"}).status, 2);
}

}  // namespace
}  // namespace praxiscope::test
