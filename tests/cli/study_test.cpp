// Commands of studies: made from the library's table, with the study's own options and defaults.
#include "cli/fake_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace praxiscope::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class StudyCommands : public ::testing::Test {
 protected:
  void SetUp() override { make_fresh(); }
};

TEST_F(StudyCommands, StandInTheHelpOfTheProgram) {
  const std::string help = run({"--help"}).out;
  EXPECT_THAT(help, HasSubstr("evaluate     can a map be believed?"));
  EXPECT_THAT(help, HasSubstr("filters      kernels as loops"));
}

TEST_F(StudyCommands, ShowTheirOptionsWithTheirDefaults) {
  const std::string help = run({"evaluate", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("usage: praxiscope evaluate -m MODEL INPUT..."));
  EXPECT_THAT(help, HasSubstr("--steps N"));
  EXPECT_THAT(help, HasSubstr("[10]"));
  EXPECT_THAT(help, HasSubstr("[center]"));
  EXPECT_THAT(help, HasSubstr("Judges methods on clips."));
}

TEST_F(StudyCommands, HandOptionsAndOutputsOn) {
  const Outcome outcome = run({"evaluate", "-m", "x.pt", "a.mp4", "b.mp4", "--steps", "4", "-o",
                               "e.json", "-o", "e.pdf", "--seed", "3", "--force"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "a table\ne.json\ne.pdf\n");
  EXPECT_THAT(fake().study_inputs, ElementsAre("a.mp4", "b.mp4"));
  const StudySettings& settings = fake().study_settings;
  EXPECT_EQ(settings.labels.at("a.mp4"), "cello");
  EXPECT_EQ(settings.options.size(), 1U);
  EXPECT_EQ(settings.options.at("steps"), "4");
  EXPECT_EQ(settings.source.clips, "center");
  EXPECT_EQ(settings.source.model, "x.pt");
  EXPECT_EQ(settings.run.seed, 3U);
  EXPECT_TRUE(settings.overwrite);
  EXPECT_THAT(settings.outputs, ElementsAre("e.json", "e.pdf"));
}

TEST_F(StudyCommands, GiveJsonOnOneLine) {
  const Outcome outcome = run({"evaluate", "-m", "x.pt", "a.mp4", "--json"});
  EXPECT_EQ(json::parse(outcome.out)["schema"], "praxiscope.evaluate/1");
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
}

TEST_F(StudyCommands, NeedInputsOrNot) {
  const Outcome without = run({"evaluate", "-m", "x.pt"});
  EXPECT_EQ(without.status, 2);
  EXPECT_THAT(without.err, HasSubstr("evaluate: no INPUT given"));
  EXPECT_EQ(run({"filters", "-m", "x.pt"}).status, 0);
  EXPECT_THAT(fake().study_inputs, IsEmpty());
  EXPECT_EQ(run({"filters"}).status, 2);
}

TEST_F(StudyCommands, SayWhichInputsFailedAndEndAsInputErrors) {
  fake().study_failures = {"cannot read \"b.mp4\": no such file"};
  const Outcome outcome = run({"evaluate", "-m", "x.pt", "a.mp4", "b.mp4"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.out, "a table\n");
  const std::string why = "cannot read \"b.mp4\": no such file";
  EXPECT_THAT(outcome.err, HasSubstr("warning: " + why));
  EXPECT_THAT(outcome.err, HasSubstr("error: 1 input could not be read (see above)"));
  const std::string quiet = run({"evaluate", "-m", "x.pt", "a.mp4", "b.mp4", "--quiet"}).err;
  EXPECT_EQ(quiet, "error: " + why + "\n");
}

TEST_F(StudyCommands, AreListed) {
  EXPECT_THAT(run({"list", "studies"}).out, HasSubstr("praxiscope evaluate"));
  const json listed = json::parse(run({"list", "studies", "--json"}).out);
  EXPECT_EQ(listed["schema"], "praxiscope.list.studies/1");
  EXPECT_EQ(listed["studies"][0]["options"][0]["name"], "steps");
  EXPECT_THAT(run({"list", "studies"}).out, Not(HasSubstr("Petsiuk")));
}

}  // namespace
}  // namespace praxiscope::test
