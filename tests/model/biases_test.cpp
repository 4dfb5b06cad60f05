// What operators add: for every operator that lists its bias, x df/dx + b df/db is f(x) again.
#include "model/script_file.h"
#include "model/test_networks.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::HasSubstr;

at::Tensor noise(at::IntArrayRef sizes, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(sizes, generator);
}

/// sum over the inputs of x df/dx, and over all biases of b df/db, each clip by itself: [N].
std::pair<at::Tensor, at::Tensor> parts_of(const Forward& run, const at::Tensor& scalar) {
  std::vector<std::string> of;
  for (std::size_t i = 0; i < run.inputs.size(); ++i) of.push_back(fmt::format("input:{}", i));
  for (std::size_t l = 0; l < run.biases.size(); ++l) of.push_back(fmt::format("bias:{}", l));
  const std::vector<at::Tensor> gradients = run.gradients(scalar, of, true);
  const std::int64_t clips = run.logits.size(0);
  at::Tensor input = at::zeros({clips}), bias = at::zeros({clips});
  for (std::size_t i = 0; i < of.size(); ++i) {
    const bool is_input = i < run.inputs.size();
    const at::Tensor other =
        is_input ? run.inputs[i].detach() : run.biases[i - run.inputs.size()].value;
    (is_input ? input : bias) += (gradients[i] * other).reshape({clips, -1}).sum(1);
  }
  return {input, bias};
}

RunOptions with_biases() {
  RunOptions options;
  options.input_gradients = options.bias_gradients = true;
  return options;
}

struct BiasCase {
  std::string name, expression;
  std::size_t count = 1;  ///< of listed biases
};

class Biases : public ::testing::TestWithParam<BiasCase> {};

TEST_P(Biases, CompleteTheGradient) {
  const ScriptFile file("def forward(self, x):\n  y = " + GetParam().expression +
                            "\n  return (y * self.u).flatten(1).sum(1, keepdim=True)\n",
                        {{"u", noise({4, 4}, 2)},
                         {"w", noise({4, 4, 1, 3, 3}, 3)},
                         {"v", noise({4}, 4).abs()},
                         {"b", noise({4}, 5)},
                         {"m", noise({4, 4}, 6)}});
  const auto model = file.load();
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1) * 4;
  const Forward plain = model->run({{x}}, {});
  const Forward run = model->run({{x}}, with_biases());
  EXPECT_TRUE(at::equal(run.logits, plain.logits));
  ASSERT_EQ(run.biases.size(), GetParam().count);
  const auto [input, bias] = parts_of(run, run.logits.sum());
  EXPECT_LT(relative_error(input + bias, run.logits.detach().squeeze(1)), 1e-4);
  if (GetParam().count > 0) {
    EXPECT_GT(relative_error(input, run.logits.detach().squeeze(1)), 1e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Biases,
    ::testing::Values(
        BiasCase{"convolution", "torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1])"},
        BiasCase{"convolution_then_relu_in_place",
                 "torch.relu_(torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1]))"},
        BiasCase{"transposed_convolution",
                 "torch.conv_transpose3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1])"},
        BiasCase{"batch_norm",
                 "torch.relu_(torch.batch_norm(x, self.b, self.b, self.v, self.v, False, 0.1, "
                 "1e-3, False))"},
        BiasCase{"batch_norm_without_scale",
                 "torch.batch_norm(x, None, None, self.v, self.v, False, 0.1, 1e-3, False)"},
        BiasCase{"linear", "torch.linear(x, self.m, self.b)"},
        BiasCase{"addmm", "torch.addmm(self.b, x.mean(dim=[2, 3, 4]), self.m, beta=2)[:, None]"},
        BiasCase{"added_number", "torch.relu(x + 0.5)"},
        BiasCase{"added_in_place", "x.add_(0.5).relu_()"},
        BiasCase{"subtracted", "torch.relu(torch.sub(x, self.b, alpha=2))"},
        BiasCase{"subtracted_from", "torch.relu(self.b - x)"}, BiasCase{"relu", "torch.relu(x)", 0},
        BiasCase{"max_pool", "torch.max_pool3d(x, [3, 1, 1])", 0},
        BiasCase{"relu6", "torch.relu6(x)"},
        BiasCase{"hardtanh_in_place", "torch.hardtanh_(x, -1., 1.)"},
        BiasCase{"silu", "torch.silu(x)"}, BiasCase{"gelu", "torch.gelu(x)"},
        BiasCase{"gate", "x * torch.sigmoid(x.mean(dim=[2, 3, 4], keepdim=True))", 2}),
    [](const auto& one) { return one.param.name; });

TEST(BiasLists, ComeOnlyWhenAskedFor) {
  const auto model =
      ScriptFile("def forward(self, x):\n  return (x + 1.0).mean(dim=[2, 3, 4])\n").load();
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
  RunOptions options;
  options.input_gradients = true;
  EXPECT_TRUE(model->run({{x}}, options).biases.empty());
  const Forward run = model->run({{x}}, with_biases());
  ASSERT_EQ(run.biases.size(), 1u);
  EXPECT_EQ(run.biases[0].operation, "aten::add");
  const std::vector<std::string> none = {"bias:1"};
  EXPECT_THAT(message_of([&] { run.gradients(run.logits.sum(), none, false); }),
              HasSubstr("no bias \"1\" in this run; found 1 of them"));
}

TEST(BiasLists, GiveZerosWhereTheTargetDoesNotDependOnThem) {
  const auto model = ScriptFile(
                         "def forward(self, x):\n  a = x.mean(dim=[2, 3, 4])\n  return "
                         "torch.cat([a[:, :2], a[:, 2:] + 1.0], 1)\n")
                         .load();
  const Forward run = model->run({{noise({2, 4, 3, 4, 4}, 1)}}, with_biases());
  const std::vector<std::string> of = {"bias:0"};
  EXPECT_TRUE(
      at::equal(run.gradients(run.logits.select(1, 0).sum(), of, true)[0], at::zeros({2, 2})));
  EXPECT_TRUE(at::equal(run.gradients(at::ones({1}), of, true)[0], at::zeros({2, 2})));
}

}  // namespace
}  // namespace praxiscope::testing
