// Tubes: what a cell depends on, found where it is known beforehand.
#include "studies/maximization/tubes.h"

#include "methods/fake_model.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace praxiscope::studies {
namespace {

using Axes = std::array<std::int64_t, 3>;

TEST(Tubes, AnEffectiveOneHoldsAllButItsTails) {
  at::Tensor slope = at::zeros({2, 8, 10, 12});
  EXPECT_FALSE(effective_tube(slope).has_value()) << "it depends on nothing";
  // An even block: 2.5 % to either side are less than one of its 4 frames, 3 rows, 5 columns.
  slope.narrow(1, 2, 4).narrow(2, 5, 3).narrow(3, 6, 5).fill_(-0.5);
  const std::optional<Tube> block = effective_tube(slope);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->begin, (Axes{2, 5, 6}));
  EXPECT_EQ(block->end, (Axes{6, 8, 11}));
  // What lies far off weighs next to nothing: 0.01 of 60 x 2 x 0.5.
  slope[0][0][0][0] = 0.6;
  EXPECT_EQ(effective_tube(slope)->begin, (Axes{2, 5, 6}));
  slope[0][0][0][0] = 6;
  EXPECT_EQ(effective_tube(slope)->begin, (Axes{0, 0, 0}));
}

/// One layer: the mean over 2x3x3 voxels of the first input, steps of 1, 2, 2.
class Pooled : public testing::FakeModel {
 public:
  Pooled()
      : FakeModel({"rgb", "flow"}, [](const auto& inputs, const testing::Keep& keep) {
          const at::Tensor pooled =
              keep("pool", at::avg_pool3d(inputs[0], {2, 3, 3}, {1, 2, 2}).mean(1, true));
          return pooled.mean({2, 3, 4});
        }) {
    manifest().inputs[1].kind = InputKind::kFlow;
    labels() = {"bright"};
  }
  std::vector<LayerInfo> layers() const override {
    return {
        {"pool",
         "AvgPool3d",
         {1, 1, 5, 4, 4},
         ReceptiveField{.size = {2, 3, 3}, .jump = {1, 2, 2}, .lo = {0, 0, 0}, .is_global = false},
         0}};
  }
};

TEST(Tubes, ACellLooksWhereItsKernelLies) {
  const Pooled model;
  const Axes size{6, 9, 9};
  const optima::Streams streams(model.manifest(), {{size, size}});
  optima::Objective objective;
  objective.target.kind = Target::Kind::kUnit;
  objective.target.layer = "pool";
  objective.target.channel = 0;
  const std::vector<std::int64_t> cell{3, 1, 2};
  const std::vector<StreamTubes> tubes =
      tubes_of(model, streams, objective, cell, {at::zeros({3, 6, 9, 9}), at::zeros({2, 6, 9, 9})});
  ASSERT_EQ(tubes.size(), 2U);
  EXPECT_EQ(tubes[0].stream, "rgb");
  for (const std::optional<Tube>& tube : {tubes[0].theoretical, tubes[0].effective}) {
    ASSERT_TRUE(tube.has_value());
    EXPECT_EQ(tube->begin, (Axes{3, 2, 4}));
    EXPECT_EQ(tube->end, (Axes{5, 5, 7}));
  }
  EXPECT_FALSE(tubes[1].effective.has_value()) << "the layer does not look at flow";
  EXPECT_FALSE(tubes[1].theoretical.has_value());
}

TEST(Tubes, AreDrawnOntoTheirFramesAlone) {
  std::vector<Picture> frames(4, Picture{.width = 8, .height = 8, .rgb = {}});
  for (Picture& frame : frames) frame.rgb.assign(8 * 8 * 3, 0);
  // Of a stream with twice the frames and half the px.
  draw_tube({{2, 1, 1}, {6, 3, 4}}, {8, 4, 4}, {255, 176, 0}, frames);
  const auto red = [&](std::size_t t, int y, int x) {
    return frames[t].rgb[static_cast<std::size_t>((y * 8 + x) * 3)];
  };
  for (const std::size_t t : {0U, 3U})
    EXPECT_EQ(std::count(frames[t].rgb.begin(), frames[t].rgb.end(), 0), 8 * 8 * 3) << t;
  for (const std::size_t t : {1U, 2U}) {
    EXPECT_EQ(red(t, 2, 2), 255);
    EXPECT_EQ(red(t, 5, 7), 255);
    EXPECT_EQ(red(t, 3, 4), 0) << "an outline";
    EXPECT_EQ(red(t, 1, 4), 0) << "outside";
  }
}

}  // namespace
}  // namespace praxiscope::studies
