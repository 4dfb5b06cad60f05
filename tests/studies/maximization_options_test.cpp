// What the options of the study maximization do, and what they refuse.
#include "studies/maximizing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;

TEST_F(MaximizationStudy, ReferencesOfAnEarlierRunHold) {
  ClipSet inputs({});
  json first = run(inputs, {{"class", "bright"}, {"speed", "free"}, {"alone", "off"}});
  first["sought"][0]["a_hat"] = 0.25;
  const fs::path path = fs::temp_directory_path() / fmt::format("references-{}.json", ::getpid());
  std::ofstream(path) << first;
  std::map<std::string, std::string> wish{
      {"class", "bright,moves"}, {"speed", "free"}, {"alone", "off"}, {"reference", path.string()}};
  const json told = run(inputs, wish);
  EXPECT_EQ(told["sought"][0]["a_hat_from"], "stored");
  EXPECT_EQ(told["sought"][0]["a_hat"], 0.25);
  EXPECT_NE(told["sought"][1]["a_hat_from"], "stored") << "the file does not name it";
  EXPECT_NEAR(told["sought"][0]["results"][0]["of_a_hat"].get<double>(),
              told["sought"][0]["results"][0]["score"].get<double>() / 0.25, 1e-4);
  wish["class"] = "moves";
  EXPECT_THAT(error_of(wish), HasSubstr("found none of the targets"));
  std::ofstream(path) << "[]";
  EXPECT_THAT(error_of(wish), HasSubstr("found something else"));
  fs::remove(path);
  EXPECT_THAT(error_of(wish), HasSubstr("found no file that can be read"));
}

TEST_F(MaximizationStudy, StreamsHaveWeightsOfTheirOwn) {
  ClipSet inputs({});
  const json told = run(inputs, {{"class", "moves"},
                                 {"speed", "free"},
                                 {"alone", "off"},
                                 {"l2", "0,1000"},
                                 {"energy", "0"},
                                 {"kappa", "3, 4"}});
  EXPECT_EQ(told["priors"]["rgb"]["l2"], 0);
  EXPECT_EQ(told["priors"]["flow"]["l2"], 1000);
  EXPECT_EQ(told["priors"]["rgb"]["kappa"], 3);
  EXPECT_EQ(told["priors"]["flow"]["kappa"], 4);
  EXPECT_EQ(told["priors"]["flow"]["energy"], 0);
  for (const char* wrong : {"1,2,3", "", "much", "-1", "1,"})
    EXPECT_THAT(error_of({{"class", "bright"}, {"l2", wrong}}),
                HasSubstr("expected a number or two with a comma"));
}

TEST_F(MaximizationStudy, ViewsAreOneNumberOrAuto) {
  for (const char* option : {"jitter", "scale", "rotate"})
    for (const char* wrong : {"much", "0.1,0.2", "-0.1", "", "999"})
      EXPECT_THAT(
          error_of({{"class", "bright"}, {option, wrong}}),
          HasSubstr(fmt::format("option {}: found \"{}\", expected auto or 0 to ", option, wrong)));
}

TEST_F(MaximizationStudy, RecipesOfTheLiterature) {
  ClipSet inputs({});
  const json model = run(inputs, {{"class", "bright"}, {"recipe", "class_model"}});
  EXPECT_EQ(model["speeds"].size(), 1U);
  EXPECT_EQ(model["priors"]["rgb"]["l2"], 1);
  EXPECT_EQ(model["priors"]["rgb"]["kappa"], 0);
  // S - lambda mean(I^2), S the mean of I: its optimum is a_hat's share of 1 / (2 lambda).
  const double a_hat = model["sought"][0]["a_hat"];
  EXPECT_NEAR(model["sought"][0]["results"][0]["score"].get<double>(),
              std::min(1.0, 1 / (2 * 3 * a_hat)), 0.05);
  const json mean = run(inputs, {{"unit", "join:0"}, {"recipe", "mean_channel"}});
  EXPECT_EQ(mean["sought"][0]["kind"], "channel");
}

TEST_F(MaximizationStudy, SaysWhatIsWrong) {
  EXPECT_EQ(error_of({}),
            "maximize: found nothing to look for, expected --class LABEL, --unit LAYER:CHANNEL or "
            "--direction LAYER:FILE");
  EXPECT_THAT(error_of({{"class", "brigth"}}), HasSubstr("did you mean \"bright\"?"));
  EXPECT_EQ(error_of({{"unit", "join"}}),
            "maximize: option unit: found \"join\", expected LAYER:CHANNEL, as in layer4.0:17 or "
            "layer4.0:3,17,40-47");
  EXPECT_THAT(error_of({{"unit", "join:7"}}), HasSubstr("maximize: layer \"join\": channels"));
  EXPECT_EQ(error_of({{"class", "bright"}, {"speed", "slow,fsat"}}),
            "maximize: option speed: found \"fsat\", expected slow, medium, fast or free, several "
            "with commas; did you mean \"fast\"?");
  EXPECT_THAT(error_of({{"class", "bright"}, {"stream", "audio"}}),
              HasSubstr("no stream \"audio\""));
  EXPECT_EQ(error_of({{"class", "bright"}, {"from", "clip"}}),
            "maximize: option from: found \"clip\" and no clip, expected an INPUT");
  EXPECT_EQ(error_of({{"class", "bright"}, {"steps", "0"}}),
            "maximize: option steps: found 0, expected 1 to 100000");
}

}  // namespace
}  // namespace praxiscope::studies
