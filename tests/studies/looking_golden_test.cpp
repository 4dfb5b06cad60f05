// Numbers of channels and kernels against NumPy on PyTorch's own: tools/goldens/looking.py.
#include "model/test_networks.h"
#include "studies/activations/plan.h"
#include "studies/filters/kernel_numbers.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <fstream>
#include <iterator>

namespace praxiscope::studies {
namespace {

class LookingGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = std::string(PRAXISCOPE_BUILD_DIR) + "/goldens/looking.golden";
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.empty()) GTEST_SKIP() << "no " << path << ": make it with tools/goldens/looking.py";
    for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict())
      golden_[entry.key().toStringRef()] = entry.value().toTensor();
  }

  void expect_near(const at::Tensor& found, const std::string& name, double tolerance) const {
    const at::Tensor expected = golden_.at(name);
    ASSERT_EQ(found.sizes(), expected.sizes()) << name;
    EXPECT_TRUE(at::allclose(found.to(at::kDouble), expected, tolerance, tolerance, true)) << name;
  }

  void expect_kernels(const std::string& network, const std::string& form,
                      const std::string& layer) const {
    for (const Convolution& one : testing::load_network(network, form)->convolutions()) {
      if (one.layer != layer) continue;
      const std::string prefix = network + "/" + layer + "/";
      EXPECT_TRUE(at::equal(one.kernels, golden_.at(prefix + "weights"))) << prefix << form;
      std::vector<double> norm, share, space, time;
      for (const KernelNumbers& kernel : layer_numbers(one).kernels) {
        norm.push_back(kernel.norm);
        share.push_back(kernel.temporal_share.value_or(NAN));
        space.push_back(kernel.smoothness_space.value_or(NAN));
        time.push_back(kernel.smoothness_time.value_or(NAN));
      }
      expect_near(at::tensor(norm, at::kDouble), prefix + "norm", 1e-12);
      expect_near(at::tensor(share, at::kDouble), prefix + "temporal_share", 1e-12);
      expect_near(at::tensor(space, at::kDouble), prefix + "smoothness_space", 1e-12);
      expect_near(at::tensor(time, at::kDouble), prefix + "smoothness_time", 1e-12);
      return;
    }
    ADD_FAILURE() << network << form << " has no convolution " << layer;
  }

  std::map<std::string, at::Tensor> golden_;
};

TEST_F(LookingGolden, Kernels) {
  for (const char* form : {".pt", ".traced.pt", ".pt2"}) {
    expect_kernels("r3d_18", form, "stem.0");
    expect_kernels("r2plus1d_18", form, "stem.0");
    expect_kernels("r2plus1d_18", form, "stem.3");
    expect_kernels("two_stream_dict", form, "flow_net.conv1.0");
  }
}

/// One clip a row of the golden's inputs.
std::vector<Clip> clips_of(const Manifest& manifest, const std::vector<at::Tensor>& inputs) {
  std::vector<Clip> clips(static_cast<std::size_t>(inputs[0].size(0)));
  for (std::size_t n = 0; n < clips.size(); ++n) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      ClipInput input;
      input.name = manifest.inputs[i].name;
      input.tensor = inputs[i][static_cast<std::int64_t>(n)];
      clips[n].inputs.push_back(std::move(input));
    }
  }
  return clips;
}

TEST_F(LookingGolden, Channels) {
  const std::map<std::string, std::vector<std::string>> looked_at{
      {"gap_linear", {"features.0", "features.1"}},
      {"two_stream_list", {"slow1", "fast2"}},
      {"r3d_18", {"layer2.0.conv1"}}};
  for (const auto& [network, layers] : looked_at) {
    for (const char* form : {".pt", ".dynamic.pt2"}) {
      const auto model = testing::load_network(network, form);
      std::vector<WatchedLayer> watched;
      for (const std::string& layer : layers) watched.push_back({layer, 0});
      DepthSums depth(*model, watched);
      const testing::Golden golden = testing::read_golden(network);
      depth.add(clips_of(model->manifest(), testing::inputs_of(golden)));
      for (const std::string& layer : layers) {
        const ChannelSums& sums = depth.find(layer);
        const std::string prefix = network + "/" + layer + "/";
        expect_near(sums.zero_share(), prefix + "zero_share", 1e-3);  // a few units change sides
        expect_near(sums.not_positive_share(), prefix + "not_positive_share", 1e-3);
        expect_near(sums.mean(), prefix + "mean", 1e-5);
        expect_near(sums.mean_magnitude(), prefix + "mean_magnitude", 1e-5);
        expect_near(sums.least(), prefix + "min", 1e-4);
        expect_near(sums.most(), prefix + "max", 1e-4);
        expect_near(sums.dead_rate(), prefix + "dead_rate", 0);
        expect_near(sums.curve(), prefix + "curve", 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace praxiscope::studies
