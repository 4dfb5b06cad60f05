// Overlaps in space and time, counted by hand.
#include "studies/faithfulness/localisation.h"

#include "studies/flags.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace praxiscope::studies {
namespace {

using ::testing::ElementsAre;

std::vector<double> values(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), tensor.const_data_ptr<double>() + tensor.numel()};
}

/// Three frames of 1 x 4 pixels.
at::Tensor map() {
  return at::tensor({1.F, .5F, .25F, 0.F,  // frame 0
                     .6F, 0.F, 0.F, .3F,   // frame 1
                     0.F, 0.F, .9F, 0.F})
      .view({3, 1, 4});
}

at::Tensor truth() {
  return flags({true, true, false, false,  //
                false, false, true, true,  //
                false, false, false, false})
      .view({3, 1, 4});
}

const at::Tensor kAll = at::ones({3}, at::kBool);

TEST(Localisation, IsInternalOverTruthAndExternal) {
  // Above 0: frame 0 {0,1,2}, frame 1 {0,3}, frame 2 {2}. Internal 2 + 1; truth 4; external 1 + 1
  // + 1.
  const auto found = localisation(map(), truth(), kAll, 0);
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->volume, 3.0 / 7);
  EXPECT_DOUBLE_EQ(found->frame_mean, (2.0 / 3 + 1.0 / 3) / 2);
  EXPECT_EQ(found->frames, 2) << "the third has no truth";
}

TEST(Localisation, CountsWhatIsStrictlyAboveTheThreshold) {
  // Above 0.25: {0,1}, {0,3}, {2}; above 0.5: {0}, {0}, {2}.
  EXPECT_DOUBLE_EQ(localisation(map(), truth(), kAll, 0.25)->volume, 3.0 / 6);
  EXPECT_DOUBLE_EQ(localisation(map(), truth(), kAll, 0.5)->volume, 1.0 / 6);
  EXPECT_DOUBLE_EQ(localisation(map(), truth(), kAll, 0.5)->frame_mean, (1.0 / 2 + 0) / 2);
}

TEST(Localisation, FramesOfWhichNothingIsKnownTakeNoPart) {
  const auto found = localisation(map(), truth(), flags({true, false, false}), 0);
  EXPECT_DOUBLE_EQ(found->volume, 2.0 / 3);
  EXPECT_EQ(found->frames, 1);
}

TEST(Localisation, NeedsTruth) {
  EXPECT_FALSE(localisation(map(), truth(), flags({false, false, true}), 0));
  EXPECT_FALSE(localisation(map(), at::zeros_like(truth()), kAll, 0));
  EXPECT_THROW(localisation(map(), truth().slice(2, 1), kAll, 0), Error);
}

TEST(Localisation, ADarkMapCoversNothing) {
  EXPECT_DOUBLE_EQ(localisation(at::zeros({3, 1, 4}), truth(), kAll, 0)->volume, 0);
  EXPECT_DOUBLE_EQ(localisation(truth().to(at::kFloat), truth(), kAll, 0.5)->volume, 1);
}

TEST(TemporalProfile, IsAShareOfTheStrongestFrame) {
  const at::Tensor half = map() / 2;
  EXPECT_THAT(values(temporal_profile(half, ProfileKind::kMax)),
              ElementsAre(1, ::testing::DoubleNear(0.6, 1e-6), ::testing::DoubleNear(0.9, 1e-6)));
  const auto mean = values(temporal_profile(half, ProfileKind::kMean));
  EXPECT_DOUBLE_EQ(mean[0], 1);
  EXPECT_NEAR(mean[1], 0.9 / 1.75, 1e-6);
  EXPECT_NEAR(mean[2], 0.9 / 1.75, 1e-6);
  EXPECT_THAT(values(temporal_profile(at::zeros({2, 3, 3}), ProfileKind::kMax)), ElementsAre(0, 0));
}

TEST(TemporalIou, ComparesFrames) {
  const at::Tensor profile = at::tensor({0.2, 0.6, 1.0, 0.5}, at::kDouble);
  const at::Tensor action = flags({false, false, true, true});
  EXPECT_DOUBLE_EQ(*temporal_iou(profile, action, 0), 2.0 / 4);
  EXPECT_DOUBLE_EQ(*temporal_iou(profile, action, 0.25), 2.0 / 3);
  EXPECT_DOUBLE_EQ(*temporal_iou(profile, action, 0.5), 1.0 / 3) << "0.5 is not above 0.5";
  EXPECT_FALSE(temporal_iou(profile, at::zeros({4}, at::kBool), 0)) << "no frame of the action";
  EXPECT_THROW(temporal_iou(profile, action.slice(0, 1), 0), Error);
}

TEST(StrongestMoment, HitsInsideTheActionAndSaysByHowMuchItMisses) {
  const at::Tensor action = flags({false, false, true, true});
  const at::Tensor away = at::tensor({0.5, 0.25, 0., 0.}, at::kDouble);
  const auto at_frame = [&](std::vector<double> profile) {
    return *strongest_moment(at::tensor(profile, at::kDouble), action, away);
  };
  EXPECT_DOUBLE_EQ(at_frame({.1, .2, 1, .3}).hits, 1);
  EXPECT_DOUBLE_EQ(at_frame({.1, .2, 1, .3}).missed_s, 0);
  EXPECT_DOUBLE_EQ(at_frame({1, .2, .4, .3}).hits, 0);
  EXPECT_DOUBLE_EQ(at_frame({1, .2, .4, .3}).missed_s, 0.5);
  EXPECT_DOUBLE_EQ(at_frame({.2, 1, .4, 1}).hits, 0.5);
  EXPECT_DOUBLE_EQ(at_frame({.2, 1, .4, 1}).missed_s, 0.125);
  EXPECT_DOUBLE_EQ(at_frame({0, 0, 0, 0}).hits, 0) << "a constant profile names no moment";
  EXPECT_DOUBLE_EQ(at_frame({1, 1, 1, std::nan("")}).hits, 0);
}

TEST(StrongestMoment, NeedsFramesInsideAndOutside) {
  const at::Tensor profile = at::tensor({1., 0.}, at::kDouble), away = at::zeros({2}, at::kDouble);
  EXPECT_FALSE(strongest_moment(profile, flags({true, true}), away)) << "cannot miss";
  EXPECT_FALSE(strongest_moment(profile, flags({false, false}), away)) << "cannot hit";
  EXPECT_TRUE(strongest_moment(profile, flags({true, false}), away));
}

}  // namespace
}  // namespace praxiscope::studies
