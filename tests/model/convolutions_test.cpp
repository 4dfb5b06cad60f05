// Model::convolutions(): kernels as Python has them, and who reads whom. Python's word: what
// tools/export/references.py kept of the layers' outputs.
#include "model/convolutions.h"

#include "model/test_networks.h"

#include <gmock/gmock.h>

namespace praxiscope {
namespace {

using ::testing::ElementsAre;
using testing::Golden;
using testing::has_models;
using ::testing::IsEmpty;
using testing::load_network;
using testing::read_golden;
using testing::relative_error;

const std::vector<std::string> kForms{".pt", ".traced.pt", ".frozen.pt", ".pt2", ".dynamic.pt2"};

std::vector<std::string> names_of(const std::vector<Convolution>& convolutions) {
  std::vector<std::string> names;
  for (const Convolution& one : convolutions) names.push_back(one.layer);
  return names;
}

const Convolution& find(const std::vector<Convolution>& convolutions, const std::string& name) {
  for (const Convolution& one : convolutions)
    if (one.layer == name) return one;
  throw std::runtime_error("no convolution " + name);
}

TEST(Convolutions, KernelsGiveWhatPythonsLayerGave) {
  if (!has_models()) GTEST_SKIP() << "made by tools/export/make_test_models.py";
  // Without a bias: what Python's module gave is the kernels' answer alone.
  const Golden golden = read_golden("cnn_lstm");
  for (const std::string& form : kForms) {
    const auto model = load_network("cnn_lstm", form);
    const std::vector<Convolution> found = model->convolutions();
    ASSERT_EQ(found.size(), 1U) << form;
    EXPECT_EQ(found[0].kernels.sizes(), (at::IntArrayRef{8, 3, 3, 3, 3})) << form;
    EXPECT_EQ(found[0].groups, 1);
    EXPECT_EQ(found[0].stride, (std::array<std::int64_t, 3>{2, 2, 2})) << form;
    EXPECT_THAT(found[0].reads, ElementsAre("input:rgb")) << form;
    EXPECT_EQ(found[0].layer, form == ".frozen.pt" ? "conv3d#0" : "conv.0") << form;
    EXPECT_EQ(model->find_layer(found[0].layer), found[0].layer) << "names are those of layers";
    if (form == ".frozen.pt") continue;  // freezing folds the batch norm into the kernels
    const at::Tensor answer = at::conv3d(golden.at("input/0"), found[0].kernels, {}, 2, 1);
    EXPECT_LE(relative_error(answer, golden.at("act/conv.0")), 1e-5) << form;
  }
}

TEST(Convolutions, FactorsFollowOneAnother) {
  if (!has_models()) GTEST_SKIP() << "made by tools/export/make_test_models.py";
  for (const std::string form : {".pt", ".dynamic.pt2"}) {
    const auto found = load_network("r2plus1d_18", form)->convolutions();
    ASSERT_GE(found.size(), 30U);
    EXPECT_EQ(found[0].layer, "stem.0");
    EXPECT_EQ(found[0].kernels.sizes(), (at::IntArrayRef{45, 3, 1, 7, 7}));
    EXPECT_EQ(found[0].stride, (std::array<std::int64_t, 3>{1, 2, 2}));
    EXPECT_EQ(found[1].layer, "stem.3");
    EXPECT_EQ(found[1].kernels.sizes(), (at::IntArrayRef{64, 45, 3, 1, 1}));
    EXPECT_THAT(found[1].reads, ElementsAre("stem.0"));
    // After a residual sum both branches are read.
    EXPECT_THAT(find(found, "layer1.1.conv1.0.0").reads,
                ElementsAre("layer1.0.conv2.0.3", "stem.3"));
  }
}

TEST(Convolutions, KnowTheInputThatTheyRead) {
  if (!has_models()) GTEST_SKIP() << "made by tools/export/make_test_models.py";
  for (const std::string name : {"two_stream_dict", "two_stream_tuple", "two_stream_separate"}) {
    for (const std::string form : {".pt", ".pt2"}) {
      const auto found = load_network(name, form)->convolutions();
      EXPECT_THAT(find(found, "rgb_net.conv1.0").reads, ElementsAre("input:rgb")) << name << form;
      EXPECT_THAT(find(found, "flow_net.conv1.0").reads, ElementsAre("input:flow")) << name << form;
      EXPECT_EQ(find(found, "flow_net.conv1.0").kernels.size(1), 2);
      EXPECT_THAT(find(found, "fusion.0").reads, ElementsAre("flow_net.conv2.0", "rgb_net.conv2.0"))
          << name << form;
    }
  }
}

TEST(Convolutions, AreListedOnceHoweverOftenTheyAreCalled) {
  if (!has_models()) GTEST_SKIP() << "made by tools/export/make_test_models.py";
  const auto found = load_network("shared_loop", ".pt")->convolutions();
  EXPECT_THAT(names_of(found), ElementsAre("stem.0", "block.0"));
  EXPECT_THAT(find(found, "block.0").reads, ElementsAre("block.0", "stem.0"));
}

TEST(ArrangedKernels, OneTwoAndThreeAxes) {
  const at::Tensor weight = at::arange(12, at::kFloat);
  const at::Tensor flat = program::arranged_kernels(weight.view({2, 1, 2, 3}), 1, false);
  EXPECT_EQ(flat.sizes(), (at::IntArrayRef{2, 1, 1, 2, 3}));
  const at::Tensor line = program::arranged_kernels(weight.view({2, 2, 3}), 1, false);
  EXPECT_EQ(line.sizes(), (at::IntArrayRef{2, 2, 3, 1, 1})) << "one axis is time";
  EXPECT_EQ(line[1][0][2][0][0].item<float>(), 8);
}

TEST(ArrangedKernels, TransposedOnesAsTheOthers) {
  // Weight of conv_transpose3d with 4 input and 6 output channels in 2 groups: [4,3,1,1,1].
  const at::Tensor weight = at::arange(12, at::kFloat).view({4, 3, 1, 1, 1});
  const at::Tensor kernels = program::arranged_kernels(weight, 2, true);
  ASSERT_EQ(kernels.sizes(), (at::IntArrayRef{6, 2, 1, 1, 1}));
  // Output channel 4 is the second of group 1, which reads input channels 2 and 3.
  EXPECT_EQ(kernels[4][0].item<float>(), weight[2][1].item<float>());
  EXPECT_EQ(kernels[4][1].item<float>(), weight[3][1].item<float>());
  const at::Tensor x = at::arange(4, at::kFloat).view({1, 4, 1, 1, 1}) + 1;
  const at::Tensor expected = at::conv_transpose3d(x, weight, {}, 1, 0, 0, 2);
  EXPECT_TRUE(at::equal(at::conv3d(x, kernels, {}, 1, at::IntArrayRef{0, 0, 0}, 1, 2), expected));
}

}  // namespace
}  // namespace praxiscope
