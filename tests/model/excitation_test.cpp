// Excitation backprop operator by operator: against the sum over all pairs of input and output,
// written out, with the weights read off the operator's answers to unit inputs.
#include "model/script_file.h"
#include "model/test_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

at::Tensor noise(at::IntArrayRef sizes, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(sizes, generator);
}

/// A network whose outputs are the elements of `expression` in x, [N,...] -> [N,K].
std::string network(const std::string& expression) {
  return "def forward(self, x):\n  y = " + expression + "\n  return y.flatten(1)\n";
}

/// P at the input when `from` arrives at the outputs.
at::Tensor handed_down(const Model& model, const at::Tensor& x, const at::Tensor& from,
                       bool is_dual = false) {
  RunOptions options;
  options.input_gradients = true;
  const Forward plain = model.run({{x}}, options);
  options.backward_rule = BackwardRule::kExcitation;
  const Forward run = model.run({{x}}, options);
  EXPECT_TRUE(at::equal(run.logits, plain.logits)) << "a rule must not change the answer";
  const at::Tensor scalar = (run.logits * from).sum();
  const std::vector<std::string> of = {"input:0"};
  return is_dual ? run.dual_gradients(scalar, of, false)[0] : run.gradients(scalar, of, false)[0];
}

/// w [I,K] of a network that is linear but for a constant: its answers to unit inputs.
at::Tensor weights_of(const Model& model, const at::Tensor& x) {
  const std::int64_t inputs = x[0].numel();
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape[0] = inputs;
  const at::Tensor units = at::eye(inputs).view(shape);
  const at::Tensor zero = model.run({{at::zeros_like(units.narrow(0, 0, 1))}}, {}).logits;
  return model.run({{units}}, {}).logits - zero;
}

/// P(x_i) = sum_j P(y_j) max(w_ij x_i, 0) / sum_i max(w_ij x_i, 0) for each clip.
at::Tensor dense(const at::Tensor& weights, const at::Tensor& x, const at::Tensor& from) {
  std::vector<at::Tensor> clips;
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const at::Tensor c = (weights * x[n].reshape({-1, 1})).clamp_min(0);
    const at::Tensor sums = c.sum(0, true);
    const at::Tensor shares = at::where(sums > 0, c / sums, at::zeros_like(c));
    clips.push_back((shares * from[n]).sum(1).view_as(x[n]));
  }
  return at::stack(clips);
}

struct LinearCase {
  std::string name, expression;
  std::map<std::string, at::Tensor> parameters = {};
};

class LinearOperators : public ::testing::TestWithParam<LinearCase> {};

TEST_P(LinearOperators, ShareOutWhatExcited) {
  const ScriptFile file(network(GetParam().expression), GetParam().parameters);
  const auto model = file.load();
  for (const bool is_positive : {true, false}) {
    at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
    if (is_positive) x = x.abs();
    const at::Tensor weights = weights_of(*model, x);
    const at::Tensor from = noise({2, weights.size(1)}, 2).abs();
    EXPECT_LT(relative_error(handed_down(*model, x, from), dense(weights, x, from)), 1e-5);
    // The dual target's unit has all weights on its way negated.
    EXPECT_LT(relative_error(handed_down(*model, x, from, true), dense(-weights, x, from)), 1e-5);
  }
}

const at::Tensor kBias = noise({6}, 3);
INSTANTIATE_TEST_SUITE_P(
    Kinds, LinearOperators,
    ::testing::Values(
        LinearCase{"conv3d",
                   "torch.conv3d(x, self.w, self.b, [1, 1, 1], [1, 1, 1])",
                   {{"w", noise({6, 4, 3, 3, 3}, 4)}, {"b", kBias}}},
        LinearCase{"strided_conv3d",
                   "torch.conv3d(x, self.w, self.b, [2, 2, 1], [0, 1, 1])",
                   {{"w", noise({6, 4, 2, 3, 3}, 5)}, {"b", kBias}}},
        LinearCase{"dilated_conv3d",
                   "torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 2, 2], [1, 2, 2])",
                   {{"w", noise({6, 4, 1, 3, 3}, 6)}, {"b", kBias}}},
        LinearCase{"grouped_conv3d",
                   "torch.conv3d(x, self.w, self.b, [1, 2, 1], [1, 1, 1], [1, 1, 1], 2)",
                   {{"w", noise({6, 2, 3, 3, 3}, 7)}, {"b", kBias}}},
        LinearCase{"depthwise_conv3d",
                   "torch.conv3d(x, self.w, None, [1, 1, 1], [1, 1, 1], [1, 1, 1], 4)",
                   {{"w", noise({4, 1, 3, 3, 3}, 8)}}},
        LinearCase{"two_plus_one",
                   "torch.conv3d(x, self.w, None, [1, 1, 1], [1, 0, 0])",
                   {{"w", noise({5, 4, 3, 1, 1}, 9)}}},
        LinearCase{"conv2d_of_frames",
                   "torch.conv2d(x.transpose(1, 2).flatten(0, 1), self.w, self.b, [1, 1], [1, 1])"
                   ".view(x.size(0), 3, 6, 4, 4)",
                   {{"w", noise({6, 4, 3, 3}, 10)}, {"b", kBias}}},
        LinearCase{"conv1d_over_time",
                   "torch.conv1d(x.flatten(3)[:, :, :, 0], self.w, self.b, [1], [1])",
                   {{"w", noise({6, 4, 3}, 11)}, {"b", kBias}}},
        LinearCase{"conv_transpose3d",
                   "torch.conv_transpose3d(x, self.w, self.b, [1, 2, 2])",
                   {{"w", noise({4, 6, 2, 2, 2}, 12)}, {"b", kBias}}},
        LinearCase{"linear",
                   "torch.linear(x.flatten(1), self.w, self.b)",
                   {{"w", noise({6, 192}, 13)}, {"b", kBias}}},
        LinearCase{"addmm",
                   "torch.addmm(self.b, x.flatten(1), self.w)",
                   {{"w", noise({192, 6}, 14)}, {"b", kBias}}},
        LinearCase{"matmul", "torch.matmul(x, self.w)", {{"w", noise({4, 5}, 15)}}},
        LinearCase{"matmul_from_the_left", "torch.matmul(self.w, x)", {{"w", noise({5, 4}, 16)}}},
        LinearCase{"batch_norm_folded",
                   "torch.batch_norm(torch.conv3d(x, self.w, None), self.g, self.b, self.m, "
                   "self.v, False, 0.1, 1e-5, False)",
                   {{"w", noise({6, 4, 2, 2, 2}, 17)},
                    {"g", noise({6}, 18)},
                    {"b", kBias},
                    {"m", noise({6}, 19)},
                    {"v", noise({6}, 20).abs()}}},
        LinearCase{"negative_scale",
                   "(torch.conv3d(x, self.w, None) * -2.0 + 1.0) / 3.0",
                   {{"w", noise({6, 4, 2, 2, 2}, 21)}}},
        LinearCase{"negated_scale_of_a_channel",
                   "1.0 - torch.neg(torch.conv3d(x, self.w, None)) * self.g",
                   {{"w", noise({6, 4, 2, 2, 2}, 22)}, {"g", noise({6, 1, 1, 1}, 23)}}}),
    [](const auto& one) { return one.param.name; });

class Averages : public ::testing::TestWithParam<LinearCase> {};

TEST_P(Averages, ShareOutByWhatIsPositive) {
  const ScriptFile file(network(GetParam().expression));
  const auto model = file.load();
  for (const bool is_positive : {true, false}) {
    at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
    if (is_positive) x = x.abs();
    const at::Tensor weights = weights_of(*model, x);
    const at::Tensor from = noise({2, weights.size(1)}, 2).abs();
    EXPECT_LT(relative_error(handed_down(*model, x, from), dense(weights, x, from)), 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Averages,
    ::testing::Values(LinearCase{"avg_pool3d", "torch.avg_pool3d(x, [1, 2, 2], [1, 1, 2])"},
                      LinearCase{"adaptive_avg_pool3d", "torch.adaptive_avg_pool3d(x, [2, 3, 1])"},
                      LinearCase{"mean", "x.mean(dim=[2, 3, 4])"},
                      LinearCase{"sum", "x.sum(dim=[2, 4])"},
                      LinearCase{"interpolation",
                                 "torch.upsample_trilinear3d(x, [5, 6, 7], False)"}),
    [](const auto& one) { return one.param.name; });

class HandedOn : public ::testing::TestWithParam<LinearCase> {};

TEST_P(HandedOn, WholeToTheOneInput) {
  const ScriptFile file(network(GetParam().expression), GetParam().parameters);
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1) * 5;
  const at::Tensor from = noise({2, 192}, 2).abs();
  EXPECT_TRUE(at::equal(handed_down(*file.load(), x, from).flatten(1), from));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, HandedOn,
    ::testing::Values(
        LinearCase{"relu", "torch.relu(x)"}, LinearCase{"relu_in_place", "torch.relu_(x)"},
        LinearCase{"full_relu6", "torch.relu6(x)"},
        LinearCase{"hardtanh", "torch.hardtanh(x, -1., 1.)"}, LinearCase{"silu", "torch.silu(x)"},
        LinearCase{"gelu_of_hardswish", "torch.gelu(torch.hardswish(x))"},
        LinearCase{"bias", "x + 3.0"}, LinearCase{"bias_in_place", "x.sub_(0.5)"},
        LinearCase{"bias_of_a_channel", "x + self.b", {{"b", noise({4, 1, 1, 1}, 3)}}},
        LinearCase{"constant_gate", "x * self.g", {{"g", noise({4, 1, 1, 1}, 3).sigmoid()}}},
        LinearCase{"swish_by_hand", "x * torch.sigmoid(x)"},
        LinearCase{"gate_of_a_channel", "x * torch.sigmoid(x.mean(dim=[2, 3, 4], keepdim=True))"},
        LinearCase{"dropout_and_views",
                   "torch.dropout(x.permute(0, 2, 3, 4, 1), 0.5, False).permute(0, 4, 1, 2, 3)"},
        LinearCase{"batch_norm_alone",
                   "torch.batch_norm(x, self.v, self.m, self.m, self.v, False, 0.1, 1e-5, False)",
                   {{"m", noise({4}, 3)}, {"v", noise({4}, 4).abs()}}}),
    [](const auto& one) { return one.param.name; });

class Sums : public ::testing::TestWithParam<LinearCase> {};

/// The branches of a sum: x itself, and relu(1 - x).
TEST_P(Sums, ShareOutByTheirPositiveSummands) {
  const ScriptFile file(network(GetParam().expression));
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
  const at::Tensor from = noise({2, 192}, 2).abs().view_as(x);
  const bool is_difference = GetParam().name.starts_with("difference");
  const at::Tensor a = x.clamp_min(0), second = (1 - x).clamp_min(0) * 2;
  const at::Tensor b = is_difference ? at::zeros_like(a) : second;
  const at::Tensor share = at::where(a + b > 0, from / (a + b), at::zeros_like(a));
  // Both branches end in x.
  EXPECT_LT(relative_error(handed_down(*file.load(), x, from.flatten(1)), share * (a + b)), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Sums,
    ::testing::Values(LinearCase{"sum", "x + torch.relu(1.0 - x) * 2.0"},
                      LinearCase{"sum_with_factor", "torch.add(x, torch.relu(1.0 - x), alpha=2)"},
                      LinearCase{"sum_in_place",
                                 "x.clone().add_(torch.relu(1.0 - x) * 2.0).relu_()"},
                      LinearCase{"difference", "x - torch.relu(1.0 - x) * 2.0"}),
    [](const auto& one) { return one.param.name; });

TEST(Excitation, GoesByBranchesOfASum) {
  // Only the first branch is looked at: what goes to it is its share.
  const ScriptFile file(network("x + torch.relu(1.0 - x).detach()"));
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
  const at::Tensor a = x.clamp_min(0), b = (1 - x).clamp_min(0);
  const at::Tensor from = at::ones({2, 192});
  EXPECT_LT(relative_error(handed_down(*file.load(), x, from), a / (a + b)), 1e-6);
}

TEST(Excitation, GoesToTheWinnerOfAPool) {
  const ScriptFile file(network("torch.max_pool3d(x, [3, 2, 2])"));
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
  const at::Tensor p = handed_down(*file.load(), x, at::ones({2, 16}));
  EXPECT_EQ(p.ne(0).sum().item<std::int64_t>(), 2 * 16);
  EXPECT_TRUE(at::equal(p.sum({1, 2, 3, 4}), at::full({2}, 16.0)));
}

TEST(Excitation, GoesToTheLogitOfAProbability) {
  const ScriptFile logits(network("torch.relu(x).mean(dim=[2, 3, 4])"));
  const ScriptFile probabilities(network("torch.softmax(torch.relu(x).mean(dim=[2, 3, 4]), 1)"));
  Manifest manifest = probabilities.load()->manifest();
  manifest.output.kind = OutputKind::kProbabilities;
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
  const at::Tensor from = at::eye(4).narrow(0, 1, 1).expand({2, 4});
  EXPECT_LT(relative_error(handed_down(*load_model(manifest, "cpu"), x, from),
                           handed_down(*logits.load(), x, from)),
            1e-6);
}

TEST(Excitation, OfADualTargetTurnsOnlyTheTopmostWeights) {
  const std::map<std::string, at::Tensor> parameters = {
      {"a", noise({5, 4, 1, 1, 1}, 3)}, {"b", noise({6, 5}, 4)}, {"c", noise({6, 4}, 5)}};
  // Late fusion: two linear layers side by side are the topmost.
  const ScriptFile file(
      "def forward(self, x):\n"
      "  h = torch.relu(torch.conv3d(x, self.a)).mean(dim=[2, 3, 4])\n"
      "  g = x.mean(dim=[2, 3, 4])\n"
      "  return torch.matmul(h, self.b.t()) + torch.matmul(g, self.c.t())\n",
      parameters);
  const ScriptFile turned(
      "def forward(self, x):\n"
      "  h = torch.relu(torch.conv3d(x, self.a)).mean(dim=[2, 3, 4])\n"
      "  g = x.mean(dim=[2, 3, 4])\n"
      "  return torch.matmul(h, -self.b.t()) + torch.matmul(g, -self.c.t())\n",
      parameters);
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1).abs();
  const at::Tensor from = noise({2, 6}, 2).abs();
  const auto model = file.load();
  const at::Tensor dual = handed_down(*model, x, from, true);
  EXPECT_LT(relative_error(dual, handed_down(*turned.load(), x, from)), 1e-6);
  EXPECT_GT(relative_error(handed_down(*model, x, from), dual), 0.01);
}

TEST(Excitation, LeavesProductsOfActivationsPlain) {
  const ScriptFile file(network("torch.bmm(x.flatten(2), x.flatten(2).transpose(1, 2))"));
  const auto model = file.load();
  const at::Tensor x = noise({2, 4, 3, 4, 4}, 1);
  const at::Tensor from = noise({2, 16}, 2).abs();
  RunOptions options;
  options.input_gradients = true;
  const Forward plain = model->run({{x}}, options);
  const std::vector<std::string> of = {"input:0"};
  EXPECT_TRUE(at::equal(handed_down(*model, x, from),
                        plain.gradients((plain.logits * from).sum(), of, false)[0]));
}

}  // namespace
}  // namespace praxiscope::testing
