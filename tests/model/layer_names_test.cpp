// Layers by the names users write. Lists of names as torchvision, PySlowFast and frozen files give.
#include "model/layer_names.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::program {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string>& resnet() {
  static const std::vector<std::string> names = {"stem.0",
                                                 "stem",
                                                 "layer3.0.conv1.0",
                                                 "layer3.0",
                                                 "layer3",
                                                 "layer4.0.conv2.0",
                                                 "layer4.0.relu",
                                                 "layer4.0",
                                                 "layer4.1.conv2",
                                                 "layer4.1/relu_#0",
                                                 "layer4.1",
                                                 "layer4",
                                                 "block",
                                                 "block#2",
                                                 "lstm[0]",
                                                 "lstm[1][0]",
                                                 "lstm[1][1]",
                                                 "fc"};
  return names;
}

std::string find(const std::string& text) { return find_name(text, resnet(), "r3d"); }

std::string message(const std::string& text) {
  try {
    return "found " + find(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
}

TEST(LayerNames, TakesExactNames) {
  for (const std::string& name : resnet()) EXPECT_EQ(find(name), name);
}

TEST(LayerNames, TakesSlashesBracketsAndWrapperPrefixes) {
  EXPECT_EQ(find("layer4/1/conv2"), "layer4.1.conv2");
  EXPECT_EQ(find("layer4[-1]"), "layer4.1");
  EXPECT_EQ(find("layer4[0]"), "layer4.0");
  EXPECT_EQ(find("layer4[-1].conv2"), "layer4.1.conv2");
  EXPECT_EQ(find("model.layer4[-1]"), "layer4.1");
  EXPECT_EQ(find("module.layer4.1"), "layer4.1");
  EXPECT_EQ(find("Layer4.1"), "layer4.1");
  EXPECT_EQ(find(" layer4 "), "layer4");
}

TEST(LayerNames, TakesCallsAndParts) {
  EXPECT_EQ(find("block#1"), "block");
  EXPECT_EQ(find("block#2"), "block#2");
  EXPECT_EQ(find("fc[0]"), "fc");
}

TEST(LayerNames, StarsMeanTheLastMatch) {
  EXPECT_EQ(find("layer4.*"), "layer4.1");
  EXPECT_EQ(find("layer*.conv*"), "layer4.1.conv2");
  EXPECT_EQ(find("*.0"), "layer4.0");
  EXPECT_THAT(message("nothing*here"), HasSubstr("no layer \"nothing*here\" in model \"r3d\""));
}

TEST(LayerNames, TakesASuffixThatOnlyOneNameHas) {
  EXPECT_EQ(find("1.conv2"), "layer4.1.conv2");
  EXPECT_EQ(find_name("pathway0_res2", {"s5.pathway0_res1", "s5.pathway0_res2", "s5"}, "slowfast"),
            "s5.pathway0_res2");
  EXPECT_EQ(find_name("s5/pathway0_res2", {"s5.pathway0_res1", "s5.pathway0_res2"}, "slowfast"),
            "s5.pathway0_res2");
  EXPECT_THAT(message("0"), HasSubstr("is ambiguous; name one: \"stem.0\""));
}

TEST(LayerNames, AsksForAPartWhereThereAreSeveral) {
  EXPECT_THAT(message("lstm"), HasSubstr("gives several tensors; name one: \"lstm[0]\""));
}

TEST(LayerNames, SuggestsTheNearestName) {
  const std::string text = message("layer4.1.conv3");
  EXPECT_THAT(text, HasSubstr("no layer \"layer4.1.conv3\" in model \"r3d\"; did you mean "
                              "\"layer4.1.conv2\""));
  EXPECT_THAT(text, HasSubstr("praxiscope info"));
  EXPECT_THAT(message(""), HasSubstr("no layer \"\""));
  EXPECT_THAT(message("a\nb"), ::testing::Not(HasSubstr("\n")));
}

TEST(LayerNames, FindsAddressesAndWritesThemBack) {
  Program program;
  program.layers = {{"conv3d", "aten::conv3d", true, 0},
                    {"layer4.1", "BasicBlock", false, 0},
                    {"layer4.1/relu_", "aten::relu_", true, 0},
                    {"lstm", "LSTM", false, 0}};
  for (const std::string name :
       {"conv3d#7", "layer4.1", "layer4.1#3", "layer4.1/relu_#0", "lstm[1][0]", "lstm#2[0]"}) {
    const auto address = find_address(program, name);
    ASSERT_TRUE(address) << name;
    EXPECT_EQ(name_of(program, *address), name);
  }
  EXPECT_EQ(find_address(program, "conv3d#7")->call, 8);
  EXPECT_EQ(find_address(program, "layer4.1#3")->call, 3);
  EXPECT_FALSE(find_address(program, "layer4"));
  EXPECT_FALSE(find_address(program, "layer4.1#99999999999999999999"));
  EXPECT_FALSE(find_address(program, "]"));
}

}  // namespace
}  // namespace praxiscope::program
