// What all layer methods share: target values, where a layer's cells lie, interpolation.
#include "methods/explaining.h"
#include "methods/fake_model.h"
#include "methods/support/layer_view.h"
#include "methods/support/target_score.h"
#include "methods/support/upsample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using methods::inputs_under;
using methods::LayerView;
using methods::upsample;

// ------------------------------------------------------------------------------------ target
// values

/// The values of one target for three clips of the gap network, whose "features" are kept.
struct Scored {
  std::unique_ptr<FakeModel> model = gap_network();
  std::vector<at::Tensor> clips = {noise_clips(3)};
  Run run = model->run(clips, tapping({"features", "pool", "logits"}));

  at::Tensor of(const Target& target) const {
    const std::vector<std::vector<Target>> targets(3, {target});
    return methods::target_scores({.model = *model, .run = run, .targets = targets}, 0);
  }
  const at::Tensor& features() const { return run.activations.at("features"); }
};

TEST(TargetScores, AreLogitsAndTheirDifferences) {
  const Scored scored;
  EXPECT_TRUE(at::equal(scored.of(class_target(4)), scored.run.logits.select(1, 4)));
  EXPECT_TRUE(at::equal(scored.of(contrast(4, 1)),
                        scored.run.logits.select(1, 4) - scored.run.logits.select(1, 1)));
}

TEST(TargetScores, OfUnitsAreMeansOverTheOpenAxes) {
  const Scored scored;
  Target target = unit("features", 2);
  const at::Tensor channel = scored.features().select(1, 2);
  EXPECT_TRUE(at::allclose(scored.of(target), channel.mean({1, 2, 3})));
  target.t = 3;
  EXPECT_TRUE(at::allclose(scored.of(target), channel.select(1, 3).mean({1, 2})));
  target.x = 1;
  EXPECT_TRUE(at::allclose(scored.of(target), channel.select(1, 3).select(2, 1).mean(1)));
  target.y = 0;
  EXPECT_TRUE(at::equal(scored.of(target), channel.select(1, 3).select(2, 1).select(1, 0)));
  EXPECT_TRUE(at::equal(scored.of(unit("logits", 3)), scored.run.logits.select(1, 3)));
}

TEST(TargetScores, NameWhatTheNetworkDoesNotHave) {
  const Scored scored;
  EXPECT_EQ(usage_error([&] { scored.of(class_target(5)); }),
            "target: no class 5; the network has 5 classes, 0 to 4");
  EXPECT_EQ(usage_error([&] { scored.of(contrast(0, -1)); }),
            "target: no class -1; the network has 5 classes, 0 to 4");
  EXPECT_EQ(usage_error([&] { scored.of(unit("features", 6)); }),
            "target: unit \"features\":6: no such channel; the layer has 0 to 5");
  Target target = unit("features", 1);
  target.y = 4;
  EXPECT_EQ(usage_error([&] { scored.of(target); }),
            "target: unit \"features\":1: no position y = 4; the layer has 0 to 3");
  target.layer = "logits";
  EXPECT_EQ(usage_error([&] { scored.of(target); }),
            "target: unit \"logits\":1: has no axis y; leave the position away");
}

TEST(TargetScores, NeedTheUnitsLayer) {
  const Scored scored;
  try {
    scored.of(unit("elsewhere", 0));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInternal);
    EXPECT_STREQ(error.what(), "target: the run did not keep layer \"elsewhere\" of the unit");
  }
}

TEST(TargetScores, RefuseLayersThatAreNoChannels) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep("tokens", x[0].flatten(2)).mean(2);
      });
  EXPECT_EQ(usage_error([&] {
              explain(*model, {.method = "saliency"}, {noise_clips(2)}, {unit("tokens", 0)});
            }),
            "target: unit \"tokens\":0: the layer's output is [2,3,256], expected [N,C], "
            "[N,C,H,W] or [N,C,T,H,W]; choose another layer");
}

// -------------------------------------------------------------------------------------------
// layers

LayerView view_of(at::IntArrayRef layer, at::IntArrayRef clip) {
  return LayerView("grad_cam", "x", at::zeros(layer), at::zeros(clip));
}

TEST(LayerView, ReadsChannelsFirstWhereverThatIsPossible) {
  for (const std::vector<std::int64_t>& layer :
       std::vector<std::vector<std::int64_t>>{{1, 512, 2, 7, 7},
                                              {1, 8, 7, 7, 7},
                                              {1, 2, 16, 112, 112},
                                              {1, 4, 1, 1, 1},
                                              {1, 64, 8, 28, 28},
                                              {1, 2048, 4, 14, 14}}) {
    EXPECT_FALSE(view_of(layer, {1, 3, 16, 112, 112}).has_channels_last());
  }
  EXPECT_FALSE(view_of({1, 512, 1, 1, 1}, {1, 3, 16, 100, 320}).has_channels_last());
  EXPECT_FALSE(view_of({1, 3, 32, 224, 224}, {1, 3, 16, 112, 112}).has_channels_last());
}

TEST(LayerView, SeesChannelsLastWhereNothingElseIsPossible) {
  // Stages of Swin transformers on 16 and 32 frames of 224 and 112 pixels.
  for (const std::vector<std::int64_t>& layer : std::vector<std::vector<std::int64_t>>{
           {1, 8, 7, 7, 768}, {1, 8, 14, 14, 384}, {1, 8, 28, 28, 192}, {1, 8, 56, 56, 96}}) {
    EXPECT_TRUE(view_of(layer, {1, 3, 16, 224, 224}).has_channels_last());
  }
  EXPECT_TRUE(view_of({1, 16, 28, 28, 192}, {1, 3, 32, 224, 224}).has_channels_last());
  EXPECT_TRUE(view_of({1, 8, 4, 4, 768}, {1, 3, 16, 112, 112}).has_channels_last());
  const at::Tensor layer = at::randn({2, 8, 7, 7, 768});
  const LayerView view("grad_cam", "x", layer, at::zeros({2, 3, 16, 224, 224}));
  EXPECT_TRUE(at::equal(view(layer), layer.permute({0, 4, 1, 2, 3})));
}

TEST(LayerView, NamesTheShapeThatHasNoTimeAndSpace) {
  for (const auto& [layer, shape] :
       std::map<std::vector<std::int64_t>, std::string>{{{2, 400}, "2,400"},
                                                        {{2, 197, 768}, "2,197,768"},
                                                        {{2, 64, 14, 14}, "2,64,14,14"},
                                                        {{16, 3, 2, 7, 7}, "16,3,2,7,7"}}) {
    const std::vector<std::int64_t> sizes = layer;
    EXPECT_EQ(usage_error([&] {
                view_of(sizes, {2, 3, 16, 112, 112});
              }),
              "grad_cam: layer \"x\": found an output [" + shape +
                  "], expected [N,C,T,H,W] with N = 2; choose a layer with time and space (see: "
                  "praxiscope info)");
  }
}

TEST(InputsUnder, FollowTheStreamsOfTheManifest) {
  Manifest manifest;
  manifest.streams = {{"rgb", "rgb_net"}, {"flow", "flow_net"}, {"fusion", "flow_net.late"}};
  const std::vector<std::string> names{"rgb", "flow"};
  using Inputs = std::vector<std::size_t>;
  EXPECT_EQ(inputs_under("rgb_net", manifest, names), Inputs{0});
  EXPECT_EQ(inputs_under("rgb_net.conv1", manifest, names), Inputs{0});
  EXPECT_EQ(inputs_under("flow_net#2", manifest, names), Inputs{1});
  EXPECT_EQ(inputs_under("flow_net.late.conv", manifest, names), (Inputs{0, 1}));
  EXPECT_EQ(inputs_under("rgb_net2", manifest, names), (Inputs{0, 1}));
  EXPECT_EQ(inputs_under("fc", manifest, names), (Inputs{0, 1}));
}

// ----------------------------------------------------------------------------------- interpolation

TEST(Upsample, PutsValuesAtTheCentresOfTheirCells) {
  // Two frames [0, 1] on 8: centres of cells at 2 and 6 (of 8), linear between, constant outside.
  const at::Tensor coarse = at::tensor({0.0f, 1.0f}).view({1, 2, 1, 1});
  const at::Tensor fine = upsample(coarse, 8, 1, 1).flatten();
  const at::Tensor expected = at::tensor({0.0f, 0.0f, 0.125f, 0.375f, 0.625f, 0.875f, 1.0f, 1.0f});
  EXPECT_TRUE(at::allclose(fine, expected, 0, 1e-6)) << fine;
}

TEST(Upsample, KeepsALinearRampLinear) {
  const at::Tensor ramp = (at::arange(7, at::kFloat) + 0.5) * 16;
  const at::Tensor fine = upsample(ramp.view({1, 1, 1, 7}), 3, 5, 112);
  EXPECT_EQ(fine.sizes(), at::IntArrayRef({1, 3, 5, 112}));
  const at::Tensor centres = at::arange(112, at::kFloat) + 0.5;
  const at::Tensor inside = fine[0][1][2].slice(0, 8, 104);
  EXPECT_TRUE(at::allclose(inside, centres.slice(0, 8, 104), 0, 1e-4));
}

TEST(Upsample, ACellThatIsNotFiniteDoesNotSpoilItsNeighbours) {
  const float inf = std::numeric_limits<float>::infinity();
  const at::Tensor coarse = at::tensor({2.0f, inf, 4.0f, 6.0f}).view({1, 1, 1, 4});
  const at::Tensor fine = upsample(coarse, 1, 1, 16).flatten();
  const at::Tensor expected = at::tensor({2.0f, 2.0f, 2.0f, 2.0f, inf, inf, inf, inf, 4.0f, 4.0f,
                                          4.25f, 4.75f, 5.25f, 5.75f, 6.0f, 6.0f});
  EXPECT_TRUE(at::allclose(fine, expected, 0, 1e-6)) << fine;
  const at::Tensor other = at::full({1, 1, 1, 4}, 3.0f);
  const at::Tensor two = upsample(at::cat({coarse, other}), 1, 1, 16);
  EXPECT_TRUE(at::equal(two[1], at::full({1, 1, 16}, 3.0f))) << "another clip of the batch";
  const at::Tensor none = at::full({1, 2, 2, 2}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(at::isnan(upsample(none, 4, 4, 4)).all().item<bool>());
}

TEST(Upsample, KeepsConstantsAndRangesExactly) {
  const at::Tensor constant = at::full({2, 2, 7, 7}, 0.1f);
  EXPECT_TRUE(at::equal(upsample(constant, 16, 113, 97), at::full({2, 16, 113, 97}, 0.1f)));
  const at::Tensor noise = at::randn({3, 2, 7, 7});
  const at::Tensor fine = upsample(noise, 16, 112, 112);
  EXPECT_TRUE((fine.amax({1, 2, 3}) <= noise.amax({1, 2, 3})).all().item<bool>());
  EXPECT_TRUE((fine.amin({1, 2, 3}) >= noise.amin({1, 2, 3})).all().item<bool>());
}

}  // namespace
}  // namespace praxiscope::testing
