// The deconvnet by hand, and where a unit's projection starts. A network written out without
// autograd holds it in the goldens (tools/goldens/deconvnet.py).
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

const std::string kSigned = "values=signed,channels=sum";

at::Tensor map_of(const Model& model, const std::string& options, const at::Tensor& clips,
                  const Target& target) {
  return coarse(model, {.method = "deconvnet", .options = options}, {clips}, target);
}

/// convolution "before" -> relu "features" -> max pooling "pooled" -> 1x1x1 convolution -> sum.
/// The first channel's bias keeps it off everywhere.
struct Small {
  at::Tensor in = noise_clips(1, 16).flatten().slice(0, 0, 324).view({4, 3, 3, 3, 3});
  at::Tensor out = at::tensor({1.0F, -2.0F, 0.5F, -0.25F}).view({1, 4, 1, 1, 1});
  at::Tensor bias = at::tensor({-100.0F, 0.0F, 0.5F, 0.0F});
  std::unique_ptr<FakeModel> model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [this](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor before = keep("before", at::conv3d(x[0], in, bias, {1, 2, 2}, {1, 1, 1}));
        const at::Tensor features = keep("features", keep.relu(before));
        const at::Tensor pooled = keep("pooled", at::max_pool3d(features, {2, 2, 2}));
        return at::conv3d(pooled, out).sum({2, 3, 4});
      });

  at::Tensor features(const at::Tensor& clips) const {
    return at::conv3d(clips, in, bias, {1, 2, 2}, {1, 1, 1}).relu();
  }
  at::Tensor pooled(const at::Tensor& clips) const {
    return at::max_pool3d(features(clips), {2, 2, 2});
  }
  /// The signal at pooled, brought down without autograd.
  at::Tensor down(const at::Tensor& clips, const at::Tensor& signal) const {
    const at::Tensor above = features(clips);
    const at::Tensor switches = std::get<1>(at::max_pool3d_with_indices(above, {2, 2, 2}));
    const at::Tensor unpooled = at::zeros_like(above)
                                    .flatten(2)
                                    .scatter(2, switches.flatten(2), signal.flatten(2))
                                    .view_as(above);
    return at::conv_transpose3d(unpooled.clamp_min(0), in, {}, {1, 2, 2}, {1, 1, 1}, {0, 1, 1})
        .sum(1);
  }
};

TEST(Deconvnet, OfAClassIsTheTransposedNetwork) {
  const Small small;
  const at::Tensor clips = noise_clips(2);
  const at::Tensor signal = small.out.view({1, 4, 1, 1, 1}).expand({2, 4, 2, 2, 2});
  const at::Tensor map = map_of(*small.model, kSigned, clips, class_target(0));
  EXPECT_LT(relative_difference(map, small.down(clips, signal)), 1e-5);
  const Question guided{.method = "guided_backprop", .options = kSigned};
  EXPECT_GT(relative_difference(coarse(*small.model, guided, {clips}, class_target(0)), map), 0.1)
      << "a deconvnet does not ask which units are on";
}

TEST(Deconvnet, OfAUnitStartsAtItsStrongestActivationAlone) {
  const Small small;
  const at::Tensor clips = noise_clips(2);
  const at::Tensor pooled = small.pooled(clips);
  at::Tensor signal = at::zeros_like(pooled);
  for (int n = 0; n < 2; ++n) {
    signal[n][1].view(-1)[pooled[n][1].argmax().item<std::int64_t>()] = 1;
  }
  ASSERT_FALSE(at::equal(signal[0], signal[1])) << "another place in each clip";
  EXPECT_LT(relative_difference(map_of(*small.model, kSigned, clips, unit("pooled", 1)),
                                small.down(clips, signal)),
            1e-5);
  const at::Tensor all = at::zeros_like(pooled);
  all.select(1, 1).fill_(1.0 / 8);
  EXPECT_LT(
      relative_difference(map_of(*small.model, kSigned + ",start=mean", clips, unit("pooled", 1)),
                          small.down(clips, all)),
      1e-5);
}

TEST(Deconvnet, TellsWhereAUnitStarted) {
  const Small small;
  const at::Tensor clips = noise_clips(1);
  const Maps maps =
      explain(*small.model, {.method = "deconvnet"}, {clips}, {unit("pooled", 1), class_target(0)});
  const Attribution& map = maps[0][0][0];
  ASSERT_EQ(map.measures.size(), 4u);
  Target told = unit("pooled", 1);
  EXPECT_EQ(map.target, told) << "the target is what was asked";
  told.t = static_cast<std::int64_t>(map.measures.at("start t"));
  told.y = static_cast<std::int64_t>(map.measures.at("start y"));
  told.x = static_cast<std::int64_t>(map.measures.at("start x"));
  EXPECT_TRUE(at::equal(map_of(*small.model, "", clips, told)[0], map.volume));
  const at::Tensor pooled = small.pooled(clips);
  EXPECT_FLOAT_EQ(static_cast<float>(map.measures.at("start activation")),
                  pooled[0][1].max().item<float>());
  EXPECT_TRUE(maps[0][1][0].measures.empty()) << "a class has no position";
}

TEST(Deconvnet, KeepsThePositionsThatAreGiven) {
  const Small small;
  const at::Tensor clips = noise_clips(1);
  Target target = unit("pooled", 2);
  target.y = 1;
  const Maps maps = explain(*small.model, {.method = "deconvnet"}, {clips}, {target});
  const at::Tensor pooled = small.pooled(clips);
  const at::Tensor row = pooled[0][2].select(1, 1);  // [T,W]
  EXPECT_EQ(maps[0][0][0].measures.at("start y"), 1);
  EXPECT_FLOAT_EQ(static_cast<float>(maps[0][0][0].measures.at("start activation")),
                  row.max().item<float>());
}

TEST(Deconvnet, TakesUnitsOfLayersWithoutPositions) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  EXPECT_TRUE(at::equal(map_of(*model, "", clips, unit("logits", 3)),
                        map_of(*model, "", clips, class_target(3))));
  EXPECT_EQ(usage_error([&] { map_of(*model, "", clips, unit("logits", 9)); }),
            "target: unit \"logits\":9: no such channel; the layer has 0 to 4");
}

TEST(Deconvnet, SaysWhenThereIsNoRectifierToChange) {
  Listener progress;
  explain(*linear_network(), {.method = "deconvnet"}, {noise_clips(1)}, {class_target(0)},
          progress);
  EXPECT_THAT(progress.warnings,
              ::testing::ElementsAre(::testing::StartsWith("deconvnet: found no relu between")));
}

}  // namespace
}  // namespace praxiscope::testing
