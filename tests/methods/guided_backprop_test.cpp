// Guided backpropagation by hand, where it must equal the plain gradient, and networks it cannot
// say anything about.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Question kSigned{.method = "guided_backprop", .options = "values=signed,channels=sum"};
const Question kPlain{.method = "saliency", .options = "values=signed,channels=sum"};

/// score = sum over cells and hidden units of out . relu(in . x), colours at each cell alone.
std::unique_ptr<FakeModel> two_layers(const at::Tensor& in, const at::Tensor& out) {
  return std::make_unique<FakeModel>(std::vector<std::string>{"rgb"},
                                     [in, out](const std::vector<at::Tensor>& x, const Keep& keep) {
                                       const at::Tensor hidden = keep.relu(at::conv3d(x[0], in));
                                       return at::conv3d(hidden, out).sum({2, 3, 4});
                                     });
}

TEST(GuidedBackprop, IsTheGradientOfActiveUnitsWithPositiveGradient) {
  const at::Tensor in =
      noise_clips(1, 5).flatten().slice(0, 0, 12).view({4, 3, 1, 1, 1}).contiguous();  // 4 units, 3
                                                                                       // colours
  const at::Tensor out = at::tensor({1.0F, -2.0F, 0.5F, -0.25F}).view({1, 4, 1, 1, 1});
  const auto model = two_layers(in, out);
  const at::Tensor clips = noise_clips(2);
  const at::Tensor is_on = (at::conv3d(clips, in) > 0).to(at::kFloat);
  const at::Tensor back = is_on * out.view({1, 4, 1, 1, 1}).clamp_min(0);
  const at::Tensor expected = (back.unsqueeze(2) * in.view({1, 4, 3, 1, 1, 1})).sum({1, 2});
  const at::Tensor map = coarse(*model, kSigned, {clips}, class_target(0));
  EXPECT_LT(relative_difference(map, expected), 1e-5);
  EXPECT_GT(relative_difference(coarse(*model, kPlain, {clips}, class_target(0)), map), 0.1)
      << "the rule must matter here";
}

TEST(GuidedBackprop, IsThePlainGradientWhereNothingIsNegative) {
  const auto model = two_layers(noise_clips(1).flatten().slice(0, 0, 12).view({4, 3, 1, 1, 1}),
                                at::tensor({1.0F, 2.0F, 0.5F, 0.25F}).view({1, 4, 1, 1, 1}));
  const at::Tensor clips = noise_clips(2);
  EXPECT_TRUE(at::equal(coarse(*model, kSigned, {clips}, class_target(0)),
                        coarse(*model, kPlain, {clips}, class_target(0))));
}

TEST(GuidedBackprop, ReducesChannelsAsSaliencyDoes) {
  const auto model = fc_network();
  const auto map_of = [&](const std::string& options) {
    return coarse(*model, {.method = "guided_backprop", .options = options}, {noise_clips(1)},
                  class_target(2));
  };
  const at::Tensor strongest = map_of("values=signed");
  EXPECT_TRUE(at::equal(map_of(""), strongest.abs()));
  EXPECT_LT(strongest.min().item<float>(), 0);
  EXPECT_EQ(usage_error([&] { map_of("values=signed,channels=l2"); }),
            "guided_backprop: option channels: found \"l2\" with values=signed, expected max, mean "
            "or sum; a length has no sign");
}

std::vector<std::string> warnings_of(const Model& model) {
  Listener progress;
  explain(model, {.method = "guided_backprop"}, {noise_clips(1)}, {class_target(0)}, progress);
  return progress.warnings;
}

std::unique_ptr<FakeModel> with_unit(
    std::function<at::Tensor(const at::Tensor&, const Keep&)> unit) {
  return std::make_unique<FakeModel>(std::vector<std::string>{"rgb"},
                                     [unit](const std::vector<at::Tensor>& x, const Keep& keep) {
                                       return unit(x[0], keep).mean({2, 3, 4});
                                     });
}

TEST(GuidedBackprop, SaysNothingWhereItsRuleHolds) {
  EXPECT_THAT(warnings_of(*fc_network()), IsEmpty());
}

TEST(GuidedBackprop, SaysWhenThereIsNoRectifierToChange) {
  EXPECT_THAT(warnings_of(*linear_network()),
              ElementsAre("guided_backprop: found no relu between clip and target, so its rule "
                          "changes nothing; the map is the plain gradient, as saliency gives it"));
  EXPECT_THAT(warnings_of(*with_unit([](const at::Tensor& x, const Keep&) { return at::silu(x); })),
              ElementsAre("guided_backprop: found no relu, only silu between clip and target, so "
                          "its rule changes nothing; the map is the plain gradient, as saliency "
                          "gives it"));
}

TEST(GuidedBackprop, SaysWhichUnitsStayPlainBesideRelu) {
  const auto model = with_unit(
      [](const at::Tensor& x, const Keep& keep) { return at::gelu(keep.relu(at::silu(x))); });
  EXPECT_THAT(warnings_of(*model),
              ElementsAre("guided_backprop: found gelu, silu beside relu; it has no off side and "
                          "keeps its plain gradient, so the rule holds only in part; compare with "
                          "saliency"));
}

}  // namespace
}  // namespace praxiscope::testing
