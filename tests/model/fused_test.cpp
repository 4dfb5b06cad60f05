// Networks of one input each, fused by the manifest: answers, layers and gradients are the parts'.
#include "model/test_networks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>

namespace praxiscope::testing {
namespace {

using ::testing::HasSubstr;

class Fused : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  Manifest fused(double first, double second) const {
    Manifest out = manifest_of("gap_linear", GetParam().first, golden_);
    const Manifest other = manifest_of("gap_linear", GetParam().second, golden_);
    out.inputs.push_back(other.inputs.front());
    out.inputs[0].name = "rgb";
    out.inputs[1].name = "second";
    out.fused = {{"rgb", out.file, first}, {"second", other.file, second}};
    return out;
  }
  at::Tensor clip() const { return inputs_of(golden_).at(0); }

  Golden golden_ = read_golden("gap_linear");
};

TEST_P(Fused, AddsTheClassesWithTheirWeights) {
  const auto alone = load_network("gap_linear", GetParam().first);
  const at::Tensor a = clip(), b = clip().flip({2}) * 0.7 + 0.1;
  const at::Tensor of_a = alone->run(std::vector{a}, {}).logits;
  const at::Tensor of_b = alone->run(std::vector{b}, {}).logits;
  ASSERT_GT((of_a - of_b).abs().max().item<double>(), 1e-4);
  for (const auto& [first, second] : {std::pair(1.0, 1.0), {0.5, 0.5}, {1.0, 1.5}, {-2.0, 0.25}}) {
    const auto model = load_model(fused(first, second), "cpu");
    const at::Tensor found = model->run(std::vector{a, b}, {}).logits;
    EXPECT_LE(relative_error(found, first * of_a + second * of_b), 1e-6) << first << ' ' << second;
  }
}

TEST_P(Fused, NamesLayersByTheirInput) {
  const auto alone = load_network("gap_linear", GetParam().first);
  const auto model = load_model(fused(1, 1), "cpu");
  std::vector<std::string> names;
  for (const LayerInfo& layer : model->layers()) names.push_back(layer.name);
  for (const LayerInfo& layer : alone->layers()) {
    const bool is_own =
        layer.name.find('.') == std::string::npos && layer.name.find('/') == std::string::npos;
    EXPECT_TRUE(std::count(names.begin(), names.end(), "rgb." + layer.name) == 1 ||
                (is_own && std::count(names.begin(), names.end(), "rgb/" + layer.name) == 1))
        << layer.name << " of " << fmt::format("{}", fmt::join(names, " "));
  }
}

TEST_P(Fused, TapsAndGradientsAreThoseOfThePart) {
  const auto alone = load_network("gap_linear", GetParam().first);
  const auto model = load_model(fused(1, 2), "cpu");
  const std::string layer = alone->default_layer(), named = model->find_layer("rgb." + layer);
  const at::Tensor a = clip(), b = clip() * 0.3;
  RunOptions options;
  options.taps = {layer};
  options.tap_gradients = options.input_gradients = true;
  const praxiscope::Run single = alone->run(std::vector{a}, options);
  options.taps = {named};
  const praxiscope::Run both = model->run(std::vector{a, b}, options);
  const at::AutoGradMode recording(true);
  const std::vector<std::string> of_single{layer, "input:0"};
  const std::vector<std::string> of_both{named, "input:rgb", "input:second"};
  const auto expected = single.gradients(single.logits.select(1, 0).sum(), of_single, false);
  const auto found = both.gradients(both.logits.select(1, 0).sum(), of_both, false);
  EXPECT_TRUE(both.activations.at(named).equal(single.activations.at(layer)));
  EXPECT_LE(relative_error(found[0], expected[0]), 1e-6);
  EXPECT_LE(relative_error(found[1], expected[1]), 1e-6);
  EXPECT_GT(found[2].abs().max().item<double>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Forms, Fused,
                         ::testing::Values(std::pair(".pt", ".pt"), std::pair(".traced.pt", ".pt2"),
                                           std::pair(".dynamic.pt2", ".dynamic.pt2"),
                                           std::pair(".frozen.pt", ".frozen.pt")));

TEST(FusedNetworks, OfTwoInputsEachAreRefused) {
  const Golden golden = read_golden("two_stream_separate");
  Manifest manifest = manifest_of("two_stream_separate", ".pt", golden);
  manifest.fused = {{"rgb", manifest.file, 1}, {"flow", manifest.file, 1}};
  EXPECT_THAT(message_of([&] { load_model(manifest, "cpu"); }),
              HasSubstr("the network of input \"rgb\": found 2 inputs, expected one"));
}

}  // namespace
}  // namespace praxiscope::testing
