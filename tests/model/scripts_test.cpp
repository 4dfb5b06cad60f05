// Small TorchScript networks written here: rectifiers against their formulas, control flow against
// LibTorch's own interpreter, receptive fields against where gradients reach.
#include "model/script_file.h"
#include "model/test_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::HasSubstr;

at::Tensor random_clip(std::int64_t seed = 1) {
  at::manual_seed(static_cast<std::uint64_t>(seed));
  return at::randn({2, 3, 4, 6, 6});
}

struct RectifierCase {
  std::string name, expression;
  double low, high, slope;  ///< on = low < x < high, there the slope is this
  bool has_rule = true;
};

class RectifierRules : public ::testing::TestWithParam<RectifierCase> {};

TEST_P(RectifierRules, FollowTheirFormula) {
  const RectifierCase& one = GetParam();
  // The gradient from above is the (signed) weight w; the rectifier's input is x itself.
  at::manual_seed(3);
  const at::Tensor w = at::randn({3, 4, 6, 6});
  const ScriptFile file("def forward(self, x):\n  y = " + one.expression +
                            "\n  return (y * self.w).sum(dim=[2, 3, 4])\n",
                        {{"w", w}});
  const auto model = file.load();
  const at::Tensor x = random_clip() * 4;
  const at::Tensor on = ((x > one.low) & (x < one.high)).to(at::kFloat);
  const at::Tensor upper = w.expand_as(x);
  const std::map<BackwardRule, at::Tensor> expected = {
      {BackwardRule::kGuided, one.slope * on * upper.clamp_min(0)},
      {BackwardRule::kDeconv, upper.clamp_min(0)},
      {BackwardRule::kIdentity, upper}};
  RunOptions options;
  options.input_gradients = true;
  const std::vector<std::string> of = {"input:0"};
  const Forward plain = model->run({{x}}, options);
  const at::Tensor plain_gradient = plain.gradients(plain.logits.sum(), of, false)[0];
  for (const auto& [rule, gradient] : expected) {
    options.backward_rule = rule;
    const Forward run = model->run({{x}}, options);
    EXPECT_TRUE(at::equal(run.logits, plain.logits)) << "a rule must not change the answer";
    const at::Tensor found = run.gradients(run.logits.sum(), of, false)[0];
    EXPECT_LE(relative_error(found, one.has_rule ? gradient : plain_gradient), 1e-6)
        << one.name << " under rule " << static_cast<int>(rule);
  }
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
INSTANTIATE_TEST_SUITE_P(
    Kinds, RectifierRules,
    ::testing::Values(
        RectifierCase{"relu", "torch.relu(x)", 0, kInfinity, 1},
        RectifierCase{"relu_in_place", "torch.relu_(x)", 0, kInfinity, 1},
        RectifierCase{"relu6", "torch.relu6(x)", 0, 6, 1},
        RectifierCase{"clamp", "torch.clamp(x, 0, 3)", 0, 3, 1},
        RectifierCase{"hardtanh", "torch.hardtanh(x, 0., 5.)", 0, 5, 1},
        RectifierCase{"hardtanh_in_place", "torch.hardtanh_(x, 0., 5.)", 0, 5, 1},
        RectifierCase{"threshold", "torch.threshold(x, 0.5, 0.25)", 0.5, kInfinity, 1},
        RectifierCase{"threshold_in_place", "torch.threshold_(x, 0.5, 0.25)", 0.5, kInfinity, 1},
        RectifierCase{"clamp_min", "torch.clamp_min(x, 0)", 0, kInfinity, 1},
        RectifierCase{"clamp_in_place", "x.clamp_(min=0)", 0, kInfinity, 1},
        RectifierCase{"leaky_relu", "torch.leaky_relu(x, 0.1)", 0, kInfinity, 1},
        RectifierCase{"elu", "torch.elu(x)", 0, kInfinity, 1},
        RectifierCase{"elu_in_place", "torch.elu_(x, 1., 1.5)", 0, kInfinity, 1.5},
        RectifierCase{"symmetric_hardtanh", "torch.hardtanh(x)", 0, 0, 0, false},
        RectifierCase{"clamp_elsewhere", "torch.clamp(x, 0.5)", 0, 0, 0, false},
        RectifierCase{"silu", "torch.silu(x)", 0, 0, 0, false},
        RectifierCase{"gelu", "torch.gelu(x)", 0, 0, 0, false}),
    [](const auto& one) { return one.param.name; });

TEST(RectifierRulesInPlace, ReachViewsAndOtherNames) {
  // x is read after relu_ through its own name, a view taken before, and a list.
  const ScriptFile file(R"(
def forward(self, x):
  y = x * 2.
  view = y[:, :1]
  held = [y, view]
  torch.relu_(y)
  z = held[0] + y
  return z.sum(dim=[2, 3, 4]) + view.sum(dim=[2, 3, 4])
)");
  const auto model = file.load();
  const at::Tensor x = random_clip();
  const at::Tensor on = (x > 0).to(at::kFloat);
  RunOptions options;
  options.input_gradients = true;
  const std::vector<std::string> of = {"input:0"};
  for (const BackwardRule rule : {BackwardRule::kPlain, BackwardRule::kGuided}) {
    options.backward_rule = rule;
    const Forward run = model->run({{x}}, options);
    at::Tensor expected = on * 4;                        // twice through y, doubled by y = 2 x
    expected.narrow(1, 0, 1) += 6 * on.narrow(1, 0, 1);  // the view adds to all three channels
    EXPECT_LE(relative_error(run.gradients(run.logits.sum(), of, false)[0], expected), 1e-6);
  }
}

TEST(Scripts, RunAsLibTorchRunsThem) {
  ScriptFile file(R"(
def helper(self, x, times: int = 2):
  for i in range(times):
    if i % 2 == 0:
      x = x + float(i)
    else:
      x = x * 2.
  return x
def forward(self, x, flag: bool = True):
  named = {"a": x, "b": x + 1.}
  total = torch.zeros_like(x)
  for key, value in named.items():
    total += value
  constant = torch.sigmoid(total)
  parts = torch.chunk(total, 3, 1)
  a, b, c = parts[0], parts[1], parts[2]
  called = self.helper(a)
  i = 0
  while i < 3:
    b = b + c
    i += 1
    if bool((b.sum() > 1000.).item()):
      break
  pair = (b, c)
  if flag:
    pair = (c, b)
  maybe: Optional[Tensor] = None
  if maybe is None:
    maybe = pair[0]
  text = "{} {}".format(i, len(parts))
  assert len(text) == 3, "format"
  joined = torch.cat([called, maybe, pair[1]] + [constant], 1)
  return joined.mean(dim=[2, 3, 4])
)");
  const at::Tensor x = random_clip();
  const auto model = file.load();
  RunOptions options;
  options.input_gradients = true;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const Forward run = model->run({{x}}, options);
    EXPECT_TRUE(at::equal(run.logits.detach(), file.forward(x)));
    const at::Tensor leaf = x.clone().requires_grad_(true);
    const at::Tensor expected = torch::autograd::grad({file.forward(leaf).sum()}, {leaf})[0];
    const std::vector<std::string> of = {"input:0"};
    EXPECT_TRUE(at::equal(run.gradients(run.logits.sum(), of, false)[0], expected));
  }
}

TEST(Scripts, StateWrittenByTheNetworkDoesNotOutliveARun) {
  const ScriptFile file(R"(
def forward(self, x):
  self.seen = self.seen + 1.
  self.seen += 1.
  return x.sum(dim=[2, 3, 4]) * 0. + self.seen
)",
                        {{"seen", at::zeros({1})}});
  const auto model = file.load();
  for (int repeat = 0; repeat < 3; ++repeat)
    EXPECT_EQ(model->run({{random_clip()}}, {}).logits[0][0].item<float>(), 2);
}

TEST(Scripts, SayWhereTheyFail) {
  const ScriptFile file(
      "def forward(self, x):\n  assert x.dim() == 4, 'no such clip'\n  return x\n");
  const auto model = file.load();
  EXPECT_THAT(message_of([&] { model->run({{random_clip()}}, {}); }),
              ::testing::AllOf(HasSubstr("the network failed in the network itself"),
                               HasSubstr("no such clip")));
}

TEST(Scripts, RefuseOutputsThatAreNoClasses) {
  const ScriptFile file("def forward(self, x):\n  return x\n");
  const auto model = file.load();
  EXPECT_THAT(message_of([&] { model->run({{random_clip()}}, {}); }),
              HasSubstr("gives shape [2,3,4,6,6] there for 2 clips, expected [N,K]"));
  const ScriptFile sequence(
      "def forward(self, x):\n  return x.mean(dim=[3, 4])\n");  // [N,K,t], as I3D
  EXPECT_THAT(message_of([&] { sequence.load()->run({{random_clip()}}, {}); }),
              HasSubstr("set \"output.time_axis\" (2 for [N,K,t])"));
  const at::Tensor averaged = sequence.load(4, 6, 2)->run({{random_clip()}}, {}).logits;
  EXPECT_LE(relative_error(averaged, random_clip().mean({2, 3, 4})), 1e-6);
  EXPECT_THAT(message_of([&] { sequence.load(4, 6, 3)->run({{random_clip()}}, {}); }),
              HasSubstr("says axis 3 of the output is time"));
  const ScriptFile squeezed(
      "def forward(self, x):\n  return x.mean(dim=[2, 3, 4], keepdim=True)\n");
  EXPECT_EQ(squeezed.load()->run({{random_clip()}}, {}).logits.dim(), 2);
}

TEST(ReceptiveFields, EqualWhereGradientsReach) {
  // All weights positive, so that every element of the window is felt; strides, dilation, padding,
  // pooling, a slice in time and a branch.
  at::manual_seed(5);
  const auto positive = [](at::IntArrayRef sizes) { return at::rand(sizes) + 0.1; };
  const ScriptFile file(R"(
def forward(self, x):
  x = torch.conv3d(x, self.w0, None, [1, 2, 2], [1, 2, 1])
  y = torch.conv3d(x, self.w1, None, [1, 1, 1], [2, 2, 0], [2, 2, 1])
  x = torch.relu(y) + x[:, :, :, :, 1:-1]
  x = torch.avg_pool3d(x, [2, 2, 2])
  x = torch.constant_pad_nd(x, [1, 0, 0, 0, 0, 0], 0.)
  x = torch.cat([x, torch.conv3d(x, self.w2, None, [1, 1, 1], [0, 1, 1])[:, :1]], 1)[:, :, ::2]
  return x.mean(dim=[2, 3, 4])
)",
                        {{"w0", positive({4, 3, 3, 5, 3})},
                         {"w1", positive({4, 4, 3, 3, 3})},
                         {"w2", positive({2, 4, 1, 3, 3})}});
  const auto model = file.load(12, 40);
  const at::Tensor clip = at::rand({1, 3, 12, 40, 40}) + 0.5;
  int checked = 0;
  for (const LayerInfo& layer : model->layers()) {
    if (layer.shape.size() != 5) continue;
    ASSERT_TRUE(layer.receptive_field) << layer.name;
    RunOptions options;
    options.taps = {layer.name};
    options.stop_after = layer.name;
    options.input_gradients = true;
    const Forward run = model->run({{clip}}, options);
    const at::Tensor& value = run.activations.at(layer.name);
    const std::array<std::int64_t, 3> index = {value.size(2) / 2, value.size(3) / 2,
                                               value.size(4) / 2};
    const std::vector<std::string> of = {"input:0"};
    const at::Tensor reached =
        run.gradients(value.select(4, index[2]).select(3, index[1]).select(2, index[0]).sum(), of,
                      false)[0]
            .ne(0)
            .any(0)
            .any(0);
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      at::Tensor along = reached;
      for (std::int64_t other = 2; other >= 0; --other) {
        if (other != axis) along = along.any(other);
      }
      const at::Tensor places = along.nonzero();
      const auto& field = *layer.receptive_field;
      const auto a = static_cast<std::size_t>(axis);
      const std::int64_t first = field.lo[a] + index[a] * field.jump[a];
      const std::int64_t extent = clip.size(axis + 2);
      EXPECT_EQ(places.min().item<std::int64_t>(), std::max<std::int64_t>(0, first))
          << layer.name << " axis " << axis;
      EXPECT_EQ(places.max().item<std::int64_t>(), std::min(extent - 1, first + field.size[a] - 1))
          << layer.name << " axis " << axis;
      ++checked;
    }
  }
  EXPECT_GE(checked, 5 * 3);
}

TEST(ReceptiveFields, EqualThePublishedTableForResnets) {
  if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
  struct Row {
    std::string layer;
    std::array<std::int64_t, 3> size, jump;
  };
  // r_l = r_{l-1} + (k_l - 1) j_{l-1}, by hand from the architecture (methods.md F2).
  const std::vector<Row> table = {{"layer2", {25, 51, 51}, {2, 4, 4}},
                                  {"layer3", {53, 107, 107}, {4, 8, 8}},
                                  {"layer4", {109, 219, 219}, {8, 16, 16}}};
  for (const char* form : {".pt", ".traced.pt", ".pt2"}) {
    const auto model = load_network("r3d_18", form);
    std::map<std::string, LayerInfo> layers;
    for (const LayerInfo& layer : model->layers()) layers[layer.name] = layer;
    for (const Row& row : table) {
      SCOPED_TRACE(row.layer + form);
      ASSERT_TRUE(layers[row.layer].receptive_field);
      EXPECT_EQ(layers[row.layer].receptive_field->size, row.size);
      EXPECT_EQ(layers[row.layer].receptive_field->jump, row.jump);
      EXPECT_FALSE(layers[row.layer].receptive_field->is_global);
    }
    EXPECT_TRUE(layers["avgpool"].receptive_field->is_global);
    EXPECT_FALSE(layers["fc"].receptive_field);
  }
}

TEST(ReceptiveFields, AreAbsentBehindUnknownOperators) {
  const ScriptFile file(R"(
def forward(self, x):
  x = torch.relu(x)
  x = torch.roll(x, [1], [3])
  x = torch.relu(x)
  return x.mean(dim=[2, 3, 4])
)");
  const std::vector<LayerInfo> layers = file.load()->layers();
  ASSERT_EQ(layers.size(), 2);
  EXPECT_TRUE(layers[0].receptive_field);
  EXPECT_FALSE(layers[1].receptive_field);
}

TEST(ReceptiveFields, AreAbsentBehindUnknownOperatorsThatTakeDimensionsAway) {
  const ScriptFile file(R"(
def forward(self, x):
  x = torch.diagonal(x, 0, 1, 2)
  x = torch.relu(x)
  x = torch.relu(x + x.unbind(0)[0])
  return x.mean(dim=[1, 2])
)");
  const std::vector<LayerInfo> layers = file.load()->layers();
  ASSERT_FALSE(layers.empty());
  for (const LayerInfo& layer : layers) EXPECT_FALSE(layer.receptive_field) << layer.name;
}

TEST(Devices, AreChosenByName) {
  EXPECT_EQ(select_device("cpu"), "cpu");
  const std::string found = select_device("auto");
  EXPECT_TRUE(found == "cpu" || found.starts_with("cuda:"));
  EXPECT_THAT(message_of([] { select_device("cuad"); }),
              HasSubstr("no device \"cuad\"; expected auto, cpu, cuda or cuda:N; did you mean "
                        "\"cuda\""));
  EXPECT_THAT(message_of([] { select_device("gpu"); }), HasSubstr("did you mean \"cuda\"?"));
  EXPECT_THAT(message_of([] { select_device("cuda:x"); }), HasSubstr("no device \"cuda:x\""));
  if (found == "cpu") {
    EXPECT_THAT(message_of([] { select_device("cuda:1"); }),
                HasSubstr("cannot use device \"cuda:1\": found no NVIDIA GPU"));
  }
}

}  // namespace
}  // namespace praxiscope::testing
