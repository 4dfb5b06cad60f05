// What every layer method does with its batch, its targets and its inputs.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;

TEST(LayerMethod, MapsOfAStreamLieOnItsInput) {
  const auto model = two_stream_network();
  const std::vector<at::Tensor> clips = {noise_clips(2), noise_clips(2, 2)};
  const auto inputs_of = [&](const std::string& layer) {
    std::vector<std::string> names;
    const Question question{.method = "grad_cam", .layer = layer};
    const Maps maps = explain(*model, question, clips, {class_target(1)});
    for (const Attribution& map : maps[1][0]) {
      names.push_back(map.input);
      EXPECT_EQ(map.volume.sizes(), at::IntArrayRef({4, 8, 8}));
      EXPECT_EQ(map.layer, layer);
    }
    return names;
  };
  EXPECT_THAT(inputs_of("rgb_net.conv"), ElementsAre("rgb"));
  EXPECT_THAT(inputs_of("flow_net.conv"), ElementsAre("flow"));
  EXPECT_THAT(inputs_of("fusion.conv"), ElementsAre("rgb", "flow"));
}

TEST(LayerMethod, MapsLieOnInputsOfDifferentLength) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"slow", "fast"},
      [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep("fusion", x[0].relu()).mean({2, 3, 4}) + x[1].mean({2, 3, 4});
      });
  const std::vector<at::Tensor> clips = {noise_clips(1), at::randn({1, 3, 16, 8, 8})};
  const Question question{.method = "layer_cam", .layer = "fusion"};
  const Maps maps = explain(*model, question, clips, {class_target(1)});
  EXPECT_EQ(maps[0][0][0].volume.size(0), 4);
  EXPECT_EQ(maps[0][0][1].volume.size(0), 16);
  EXPECT_TRUE(at::equal(maps[0][0][0].coarse, maps[0][0][1].coarse));
}

TEST(LayerMethod, ExplainsUnits) {
  const auto model = gap_network();
  const std::vector<at::Tensor> clips = {noise_clips(2)};
  const Question question{.method = "hires_cam"};
  // A unit of the logits is the logit.
  EXPECT_TRUE(at::allclose(coarse(*model, question, clips, unit("logits", 2)),
                           coarse(*model, question, clips, class_target(2))));
  // A unit of the layer itself: its own activation over the cells.
  const at::Tensor features =
      at::conv3d(clips[0], model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  EXPECT_LT(relative_difference(coarse(*model, question, clips, unit("features", 3)),
                                features.select(1, 3) / 64),
            1e-5);
}

TEST(LayerMethod, WarnsWhenTheTargetDoesNotDependOnTheLayer) {
  const auto model = fc_network();
  Listener progress;
  const Question question{.method = "grad_cam"};
  const Maps maps = explain(*model, question, {noise_clips(2)}, {unit("before", 0)}, progress);
  EXPECT_THAT(progress.warnings, ElementsAre("grad_cam: \"unit before:0\" does not depend on layer "
                                             "\"features\"; its map is 0 everywhere"));
  EXPECT_TRUE(at::equal(maps[1][0][0].volume, at::zeros({4, 8, 8})));
}

TEST(LayerMethod, KeepsValuesThatAreNotFiniteAndSaysSo) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep("features", x[0].relu() / x[0].relu()).mean({2, 3, 4});
      });
  Listener progress;
  const Maps maps =
      explain(*model, {.method = "grad_cam"}, {noise_clips(1)}, {class_target(0)}, progress);
  EXPECT_FALSE(at::isfinite(maps[0][0][0].coarse).all().item<bool>()) << "raw values stay";
  EXPECT_TRUE(at::equal(at::isfinite(maps[0][0][0].volume), at::isfinite(maps[0][0][0].coarse)));
  EXPECT_THAT(progress.warnings,
              ElementsAre("grad_cam: layer \"features\" gives values that are not finite; they are "
                          "kept in files and have no colour in pictures"));
}

TEST(LayerMethod, TakesChannelsLastAndSaysSo) {
  const at::Tensor w = at::randn({96, 5});
  const auto model_of = [&](bool channels_last) {
    return std::make_unique<
        FakeModel>(std::vector<std::string>{"rgb"}, [w, channels_last](
                                                        const std::vector<at::Tensor>& x,
                                                        const Keep& keep) {
      at::Tensor f = x[0].repeat({1, 32, 1, 1, 1}).relu();
      if (!channels_last) return keep("features", f).mean({2, 3, 4}).matmul(w);
      return keep("features", f.permute({0, 2, 3, 4, 1}).contiguous()).mean({1, 2, 3}).matmul(w);
    });
  };
  const std::vector<at::Tensor> clips = {noise_clips(2)};
  for (const char* method :
       {"cam", "grad_cam", "grad_cam_pp", "layer_cam", "hires_cam", "xgrad_cam"}) {
    const Maps last = explain(*model_of(true), {.method = method}, clips, {class_target(1)});
    const Maps first = explain(*model_of(false), {.method = method}, clips, {class_target(1)});
    EXPECT_LT(relative_difference(last[1][0][0].volume, first[1][0][0].volume), 1e-4) << method;
    EXPECT_THAT(last[0][0][0].variant, ::testing::EndsWith("layout=NTHWC"));
  }
}

TEST(LayerMethod, NamesALayerWithoutTimeAndSpace) {
  const auto model = gap_network();
  EXPECT_EQ(usage_error([&] {
              explain(*model, {.method = "xgrad_cam", .layer = "logits"}, {noise_clips(2)},
                      {class_target(0)});
            }),
            "xgrad_cam: layer \"logits\": found an output [2,5], expected [N,C,T,H,W] with N = 2; "
            "choose a layer with time and space (see: praxiscope info)");
}

TEST(LayerMethod, NeedsTheSameNumberOfTargetsForEveryClip) {
  const auto model = gap_network();
  const std::unique_ptr<Method> method = make_method(*model, {.method = "grad_cam"});
  const praxiscope::Run run = run_for(*model, *method, {noise_clips(2)}, {});
  const std::vector<std::vector<Target>> uneven = {{class_target(0)}, {}};
  const std::vector<std::vector<Target>> short_list = {{class_target(0)}};
  Listener progress;
  const auto message = [&](const std::vector<std::vector<Target>>& targets) {
    return usage_error(
        [&] { method->explain({.model = *model, .run = run, .targets = targets}, progress); });
  };
  EXPECT_EQ(message(uneven), "kind: explain: one clip has 1 targets, another 0");
  EXPECT_EQ(message(short_list), "kind: explain: 1 lists of targets for 2 clips");
}

TEST(LayerMethod, NeedsTheRunToKeepItsLayer) {
  const auto model = gap_network();
  const std::unique_ptr<Method> method = make_method(*model, {.method = "grad_cam"});
  const at::Tensor clips = noise_clips(1);
  const praxiscope::Run run = model->run({&clips, 1}, {});
  const std::vector<std::vector<Target>> targets = {{class_target(0)}};
  Listener progress;
  EXPECT_EQ(usage_error([&] {
              method->explain({.model = *model, .run = run, .targets = targets}, progress);
            }),
            "kind: grad_cam: the run did not keep layer \"features\"");
}

}  // namespace
}  // namespace praxiscope::testing
