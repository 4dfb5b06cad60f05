// Shapley values of two streams, fills and the layer where streams join, by hand.
#include "studies/fusion/layer.h"
#include "studies/support/streams.h"
#include "studies/two_streams.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace praxiscope::studies {
namespace {

using testing::clip_of;
using testing::four_corners;
using ::testing::HasSubstr;
using testing::Keep;
using testing::TwoStreams;

TEST(StreamSplit, IsWhatTheFormulaGivesByHand) {
  const StreamSplit split = split_streams({1, 4, 2, 9});
  EXPECT_DOUBLE_EQ(split.first, 5);   // half of 4 - 1 and 9 - 2
  EXPECT_DOUBLE_EQ(split.second, 3);  // half of 2 - 1 and 9 - 4
  EXPECT_DOUBLE_EQ(split.interaction, 4);
  EXPECT_DOUBLE_EQ(split.total, 8);
  EXPECT_DOUBLE_EQ(split.first_share, 5.0 / 8);
}

TEST(StreamSplit, IsCompleteForAnyScores) {
  std::mt19937 generator(3);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 100; ++i) {
    const StreamValues v{normal(generator), normal(generator), normal(generator),
                         normal(generator)};
    const StreamSplit split = split_streams(v);
    EXPECT_NEAR(split.first + split.second, v[kTogether] - v[kNeither], 1e-12);
    EXPECT_NEAR(split.first, v[kFirstAlone] - v[kNeither] + split.interaction / 2, 1e-12);
    EXPECT_NEAR(split.second, v[kSecondAlone] - v[kNeither] + split.interaction / 2, 1e-12);
  }
}

TEST(StreamSplit, KnowsSumsProductsAndStreamsThatDoNotMatter) {
  const StreamSplit sum = split_streams({0, 3, -1, 2});
  EXPECT_DOUBLE_EQ(sum.interaction, 0);
  EXPECT_DOUBLE_EQ(sum.first, 3);
  EXPECT_DOUBLE_EQ(sum.second, -1);
  EXPECT_DOUBLE_EQ(sum.first_share, 0.75) << "evidence against counts as evidence";
  const StreamSplit product = split_streams({0, 0, 0, 6});
  EXPECT_DOUBLE_EQ(product.interaction, 6);
  EXPECT_DOUBLE_EQ(product.first, 3);
  EXPECT_DOUBLE_EQ(split_streams({2, 5, 2, 5}).first_share, 1);
  EXPECT_TRUE(std::isnan(split_streams({2, 2, 2, 2}).first_share));
}

TEST(ChannelMeans, CountEveryClipTheSame) {
  ChannelMeans means;
  EXPECT_FALSE(means.mean().defined());
  means.add(at::tensor({1.0F, 3.0F, 10.0F, 10.0F}).view({2, 2, 1, 1}));
  means.add(at::tensor({4.0F, -10.0F}).view({2, 1, 1, 1}));
  EXPECT_TRUE(at::equal(means.mean(), at::tensor({3.0, 0.0}, at::kDouble)));
  EXPECT_EQ(means.clips(), 2);
}

TEST(ReplaceStream, GivesTheSetsMeanBlackAndTheFirstFrame) {
  InputSpec rgb, flow;
  rgb.preparation.mean = {0.5, 0.5, 0.5}, rgb.preparation.std = {0.5, 0.5, 0.5};
  flow.kind = InputKind::kFlow;
  flow.preparation.range = {-1, 1}, flow.preparation.mean = {0, 0}, flow.preparation.std = {1, 1};
  const at::Tensor pictures = at::rand({2, 3, 4, 2, 2}), fields = at::rand({2, 2, 4, 2, 2});
  const at::Tensor mean = at::tensor({0.1, 0.2, 0.3}, at::kDouble);
  const at::Tensor uniform = replace_stream(StreamFill::kMean, pictures, rgb, mean);
  EXPECT_EQ(uniform.sizes(), pictures.sizes());
  EXPECT_TRUE(at::allclose(uniform.select(1, 2), at::full({2, 4, 2, 2}, 0.3)));
  EXPECT_TRUE(at::allclose(replace_stream(StreamFill::kZero, pictures, rgb, mean),
                           at::full_like(pictures, -1)));
  const at::Tensor still = replace_stream(StreamFill::kFrozen, pictures, rgb, mean);
  EXPECT_TRUE(at::equal(still.select(2, 3), pictures.select(2, 0)));
  for (const StreamFill fill : {StreamFill::kZero, StreamFill::kFrozen})
    EXPECT_TRUE(at::allclose(replace_stream(fill, fields, flow, mean), at::zeros_like(fields)))
        << "no motion, not a field that lasts";
}

TEST(Streams, AreTwo) {
  const testing::FakeModel one({"rgb"}, nullptr), three({"rgb", "flow", "sound"}, nullptr);
  for (const auto& [model, found] :
       {std::pair(&one, "found 1 input (\"rgb\"), expected two streams"),
        std::pair(&three, "found 3 inputs (\"rgb\", \"flow\", \"sound\"), expected two streams")}) {
    try {
      names_of_streams(*model);
      ADD_FAILURE() << found;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kModel);
      EXPECT_THAT(error.what(), HasSubstr(found));
    }
  }
}

StreamPair some_clip() { return {at::rand({1, 1, 4, 8, 8}), at::rand({1, 1, 4, 8, 8})}; }

TEST(FusionLayer, IsWhereAChannelDependsOnBoth) {
  const auto model = four_corners();
  const auto reach =
      reach_of_streams(*model, some_clip(), {"rgb_net", "flow_net", "stack", "join"}, 7);
  ASSERT_EQ(reach.size(), 4U);
  const auto counts = [&](std::size_t i) {
    return std::array<std::int64_t, 4>{reach[i].channels, reach[i].first, reach[i].second,
                                       reach[i].both};
  };
  EXPECT_EQ(counts(0), (std::array<std::int64_t, 4>{1, 1, 0, 0}));
  EXPECT_EQ(counts(1), (std::array<std::int64_t, 4>{1, 0, 1, 0}));
  EXPECT_EQ(counts(2), (std::array<std::int64_t, 4>{2, 1, 1, 0})) << "stacked, not joined";
  EXPECT_EQ(counts(3), (std::array<std::int64_t, 4>{5, 3, 3, 2}));
  const auto found = find_fusion_layer(*model, some_clip(), "", 7);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "join.relu") << "the rectifier behind the first one";
  EXPECT_EQ(found->origin, "found");
}

TEST(FusionLayer, FollowsTheUserThenTheManifest) {
  const auto model = four_corners();
  model->manifest().streams = {{"fusion", "join"}};
  EXPECT_EQ(find_fusion_layer(*model, some_clip(), "", 7)->name, "join");
  EXPECT_EQ(find_fusion_layer(*model, some_clip(), "", 7)->origin, "manifest");
  const auto asked = find_fusion_layer(*model, some_clip(), "rgb_net", 7);
  EXPECT_EQ(asked->name, "rgb_net");
  EXPECT_EQ(asked->origin, "asked for");
  EXPECT_EQ(asked->reach.both, 0);
}

TEST(FusionLayer, IsNoneWhereOnlyScoresMeet) {
  const TwoStreams model(
      {{"rgb_net", "Conv3d"}, {"flow_net", "Conv3d"}},
      [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep("rgb_net", x[0]).mean({2, 3, 4}) + keep("flow_net", x[1]).mean({2, 3, 4});
      },
      {"a"});
  EXPECT_FALSE(find_fusion_layer(model, some_clip(), "", 7));
}

}  // namespace
}  // namespace praxiscope::studies
