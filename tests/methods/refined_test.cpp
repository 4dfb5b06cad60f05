// refine=on: which inner layers are taken, and how their maps are fused with the method's own.
#include "methods/support/refined.h"

#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// clip [N,3,4,8,8] -> "fine" with 4 frames -> "features" with 2 -> mean -> linear.
class TwoSpeeds : public FakeModel {
 public:
  TwoSpeeds() : FakeModel({"rgb"}, forward(), parameters()) { manifest().inputs[0].frames = 4; }
  std::vector<LayerInfo> layers() const override {
    const auto layer = [](const char* name, std::vector<std::int64_t> shape) {
      LayerInfo info;
      info.name = name;
      info.shape = std::move(shape);
      return info;
    };
    return {layer("early", {1, 5, 4, 8, 8}),    layer("flat", {1, 20}),
            layer("fine", {1, 5, 4, 4, 4}),     layer("odd", {1, 5, 64, 4, 4}),
            layer("features", {1, 6, 2, 4, 4}), layer("later", {1, 6, 4, 4, 4})};
  }

 private:
  static std::map<std::string, at::Tensor> parameters() {
    const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(5);
    return {{"one", at::randn({5, 3, 1, 3, 3}, generator)},
            {"two", at::randn({6, 5, 3, 3, 3}, generator)},
            {"weight", at::randn({3, 6}, generator)}};
  }
  static Forward forward() {
    return [known = parameters()](const std::vector<at::Tensor>& inputs, const Keep& keep) {
      const at::Tensor fine = keep(
          "fine", keep.relu(keep.convolve(inputs[0], known.at("one"), {}, {1, 2, 2}, {0, 1, 1})));
      const at::Tensor features =
          keep("features", keep.relu(keep.convolve(fine, known.at("two"), {}, {2, 1, 1})));
      return keep.linear(keep.mean(features), known.at("weight"));
    };
  }
};

Attribution one_map(const Model& model, const Question& question) {
  return explain(model, question, {noise_clips(1)}, {class_target(1)})[0][0][0];
}

TEST(Refined, TakesOfEachFinerNumberOfFramesTheLastLayerBefore) {
  const TwoSpeeds model;
  EXPECT_THAT(methods::finer_layers(model, "features"), ElementsAre("fine"));
  EXPECT_THAT(methods::finer_layers(model, "fine"), IsEmpty());
  EXPECT_THAT(methods::finer_layers(model, "flat"), IsEmpty());
}

class RefinedMethods : public ::testing::TestWithParam<const char*> {};
// Under a rule of its own the method's run says nothing of the inner layer's derivatives.
INSTANTIATE_TEST_SUITE_P(Rules, RefinedMethods,
                         ::testing::Values("grad_cam", "excitation_backprop"));

TEST_P(RefinedMethods, AreTheGeometricMeanInTheRangeOfTheMethod) {
  const TwoSpeeds model;
  const MethodInfo& info = find_method(GetParam());
  const auto refined =
      methods::make_refined(info, model, "features", OptionValues(info.id, info.options, {}));
  const std::vector<at::Tensor> clips{noise_clips(1)};
  Listener listener;
  const auto run = run_for(model, *refined, clips, {class_target(1)});
  const std::vector<std::vector<Target>> targets{{class_target(1)}};
  const Attribution map =
      refined->explain({.model = model, .run = run, .targets = targets}, listener)[0][0][0];
  EXPECT_THAT(listener.warnings, IsEmpty());

  const at::Tensor own = one_map(model, {.method = GetParam()}).volume;
  const at::Tensor inner = one_map(model, {.method = "layer_cam", .layer = "fine"}).volume;
  const double most = own.max().item<double>();
  ASSERT_GT(most, 0);
  const at::Tensor expected = ((own / most) * (inner / inner.max())).sqrt() * most;
  EXPECT_LT(relative_difference(map.volume, expected), 1e-5);
  EXPECT_EQ(map.coarse.sizes(), (std::vector<std::int64_t>{4, 4, 4}));
  EXPECT_THAT(map.variant, HasSubstr("refine=on"));
  EXPECT_EQ(map.layer, "features");
}

TEST(Refined, IsTheMethodItselfWhereNothingIsFiner) {
  const auto model = gap_network();  // says nothing of its layers
  const MethodInfo& info = find_method("grad_cam");
  const auto refined =
      methods::make_refined(info, *model, "features", OptionValues(info.id, info.options, {}));
  const std::vector<at::Tensor> clips{noise_clips(1)};
  Listener listener;
  const auto run = run_for(*model, *refined, clips, {class_target(1)});
  const std::vector<std::vector<Target>> targets{{class_target(1)}};
  const Attribution map =
      refined->explain({.model = *model, .run = run, .targets = targets}, listener)[0][0][0];
  EXPECT_TRUE(at::equal(map.volume, one_map(*model, {.method = "grad_cam"}).volume));
  EXPECT_THAT(listener.warnings, ElementsAre(HasSubstr("refine changes nothing")));
}

}  // namespace
}  // namespace praxiscope::testing
