// Excitation backprop by hand on small networks, and what it says of networks it cannot explain
// whole. Operator by operator: tests/model/excitation_test.cpp; whole networks written out without
// autograd: the goldens (tools/goldens/attribution_rules.py).
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

at::Tensor map_of(const Model& model, const std::string& options, const at::Tensor& clips,
                  const Target& target, const std::string& layer = "features") {
  return coarse(model, {.method = "excitation_backprop", .options = options, .layer = layer},
                {clips}, target);
}

/// Of gap_network: P at the features [N,C,T,H,W] from the weights [C] of a class, by eq. of sec.
/// 3.2 twice: linear layer, then mean.
at::Tensor features_won(const FakeModel& model, const at::Tensor& clips,
                        const at::Tensor& weights) {
  const at::Tensor a = at::conv3d(clips, model.parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  const at::Tensor code = a.mean({2, 3, 4});
  const at::Tensor won = code * weights.clamp_min(0);
  const at::Tensor channels = won / won.sum(1, true);
  return channels.view({a.size(0), a.size(1), 1, 1, 1}) * a / a.sum({2, 3, 4}, true);
}

TEST(ExcitationBackprop, SharesOutByActivationTimesPositiveWeight) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor weights = model->parameter("weight");
  const at::Tensor expected = features_won(*model, clips, weights[3]).sum(1);
  EXPECT_LT(relative_difference(map_of(*model, "", clips, class_target(3)), expected), 1e-5);
}

TEST(ExcitationBackprop, SumsToOneDownToTheClip) {
  for (const auto& model : {gap_network(), fc_network()}) {
    const at::Tensor clips = noise_clips(2);
    for (const std::string options : {"", "at=input"}) {
      const at::Tensor sums =
          map_of(*model, options, clips, class_target(1)).sum(at::IntArrayRef{1, 2, 3});
      EXPECT_LT(relative_difference(sums, at::ones({2})), 1e-5) << options;
    }
  }
}

TEST(ExcitationBackprop, ContrastIsTheDifferenceToTheDualClass) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor weights = model->parameter("weight")[3];
  const at::Tensor expected =
      (features_won(*model, clips, weights) - features_won(*model, clips, -weights)).sum(1);
  EXPECT_LT(relative_difference(map_of(*model, "contrast=class,relu=off", clips, class_target(3)),
                                expected),
            1e-5);
  EXPECT_LT(relative_difference(map_of(*model, "contrast=class", clips, class_target(3)),
                                expected.clamp_min(0)),
            1e-5);
}

TEST(ExcitationBackprop, ContrastGoesOnDownAsADifference) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const auto at_input = [&](const std::string& options) {
    return map_of(*model, "at=input,relu=off" + options, clips, class_target(2));
  };
  const at::Tensor contrastive = at_input(",contrast=class");
  EXPECT_LT(contrastive.sum({1, 2, 3}).abs().max().item<float>(), 1e-5) << "1 - 1 arrives";
  EXPECT_GT(relative_difference(contrastive, at_input("")), 0.1);
}

TEST(ExcitationBackprop, OfTwoClassesIsTheDifferenceOfTheirMaps) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor difference =
      map_of(*model, "", clips, class_target(1)) - map_of(*model, "", clips, class_target(4));
  EXPECT_LT(relative_difference(map_of(*model, "relu=off", clips, contrast(1, 4)), difference),
            1e-5);
  EXPECT_TRUE(at::equal(map_of(*model, "", clips, contrast(1, 4)),
                        map_of(*model, "relu=off", clips, contrast(1, 4)).clamp_min(0)));
}

TEST(ExcitationBackprop, OfAUnitStartsWhereItIsActive) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor a =
      at::conv3d(clips, model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu().select(1, 2);
  EXPECT_LT(relative_difference(map_of(*model, "", clips, unit("features", 2)),
                                a / a.sum({1, 2, 3}, true)),
            1e-5);
  Target placed = unit("features", 2);
  placed.t = 1;
  const at::Tensor map = map_of(*model, "", clips, placed);
  const at::Tensor frame = a.select(1, 1);
  EXPECT_LT(relative_difference(map.select(1, 1), frame / frame.sum({1, 2}, true)), 1e-5);
  EXPECT_EQ(map.select(1, 0).abs().max().item<float>(), 0);
}

TEST(ExcitationBackprop, LiesOnTheInputsUnderItsLayer) {
  const auto two = two_stream_network();
  const std::vector<at::Tensor> inputs = {noise_clips(2), noise_clips(2, 2)};
  const auto explain_at = [&](const std::string& layer) {
    return explain(*two, {.method = "excitation_backprop", .options = "at=input", .layer = layer},
                   inputs, {class_target(1)});
  };
  const Maps both = explain_at("fusion.conv");
  ASSERT_EQ(both[0][0].size(), 2u);
  EXPECT_EQ(both[0][0][0].layer, "");
  // What one stream does not get the other does.
  EXPECT_NEAR(both[0][0][0].volume.sum().item<double>() + both[0][0][1].volume.sum().item<double>(),
              1, 1e-5);
  const Maps flow = explain_at("flow_net.conv");
  ASSERT_EQ(flow[0][0].size(), 1u);
  EXPECT_EQ(flow[0][0][0].input, "flow");
  EXPECT_TRUE(at::equal(flow[0][0][0].volume, both[0][0][1].volume));
}

std::vector<std::string> warnings_of(
    const std::function<at::Tensor(const at::Tensor&, const Keep&)>& top,
    const std::string& options = "") {
  const FakeModel model({"rgb"}, [top](const std::vector<at::Tensor>& x, const Keep& keep) {
    const at::Tensor features = keep("features", keep.relu(at::layer_norm(x[0], {8})));
    return keep.mean(top(features, keep));
  });
  Listener progress;
  explain(model, {.method = "excitation_backprop", .options = options}, {noise_clips(1)},
          {class_target(0)}, progress);
  return progress.warnings;
}

TEST(ExcitationBackprop, SaysNothingWhereItsRuleHolds) {
  EXPECT_THAT(warnings_of([](const at::Tensor& x, const Keep& keep) { return keep.relu(x); }),
              IsEmpty());
}

TEST(ExcitationBackprop, SaysWhichOperatorsItsRuleDoesNotKnow) {
  const std::string found =
      "excitation_backprop: found native_layer_norm on the way from the target, which its rule "
      "says nothing of; it keeps its plain gradient, so what arrives below is no probability; "
      "choose a layer above, or another method";
  EXPECT_THAT(
      warnings_of([](const at::Tensor& x, const Keep& keep) { return keep.relu(x); }, "at=input"),
      ElementsAre(HasSubstr("native_layer_norm")));
  EXPECT_THAT(warnings_of([](const at::Tensor& x, const Keep&) { return at::layer_norm(x, {8}); }),
              ElementsAre(found));
}

TEST(ExcitationBackprop, SaysWhenUnitsCanBeNegative) {
  const auto silu = [](const at::Tensor& x, const Keep& keep) {
    return keep.call("aten::silu", {x},
                     [](const auto& given) { return at::silu(given[0].toTensor()); });
  };
  EXPECT_THAT(warnings_of(silu), ElementsAre(HasSubstr("found units that can be negative (silu")));
}

}  // namespace
}  // namespace praxiscope::testing
