// What a run promises: stops, replaces, taps several layers, records nothing below a tap, leaves
// the model and its inputs as they were, may be called by many threads.
#include "model/test_networks.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Runs : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
  }
  std::unique_ptr<Model> load(const std::string& name) { return load_network(name, GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Forms, Runs,
                         ::testing::Values(".pt", ".traced.pt", ".pt2", ".dynamic.pt2"),
                         [](const auto& one) {
                           std::string text = one.param;
                           std::replace(text.begin(), text.end(), '.', '_');
                           return text;
                         });

at::Tensor clip() { return inputs_of(read_golden("gap_linear"))[0]; }

TEST_P(Runs, StopsAfterALayer) {
  const auto model = load("gap_linear");
  // Nothing later runs: a later layer that would throw when reached is not reached.
  RunOptions options;
  options.taps = {"features.1"};
  options.stop_after = "features.1";
  options.replace["fc"] = [](const at::Tensor& value) -> at::Tensor {
    throw Error(ErrorKind::kInternal, "ran on");
    return value;
  };
  EXPECT_THAT(message_of([&] { model->run({{clip()}}, options); }),
              HasSubstr("layer \"fc\" gave nothing in this run"));
  options.replace.clear();
  const Forward run = model->run({{clip()}}, options);
  EXPECT_FALSE(run.logits.defined());
  EXPECT_TRUE(run.outputs.empty());
  EXPECT_LE(relative_error(run.activations.at("features.1"),
                           read_golden("gap_linear").at("act/features.1")),
            1e-6);
}

TEST_P(Runs, ReplacesALayersOutput) {
  const auto model = load("gap_linear");
  RunOptions options;
  options.taps = {"features"};
  options.replace["features"] = [](const at::Tensor& value) { return at::zeros_like(value); };
  const Forward run = model->run({{clip()}}, options);
  EXPECT_EQ(run.activations.at("features").abs().max().item<float>(), 0);
  // Without any activation only the last layer's bias is left: the same for every clip.
  EXPECT_TRUE(at::equal(run.logits[0], run.logits[1]));
  const Forward plain = model->run({{clip()}}, {});
  EXPECT_FALSE(at::equal(run.logits, plain.logits));

  options.replace["features"] = [](const at::Tensor& value) { return value.slice(1, 0, 1); };
  EXPECT_THAT(message_of([&] { model->run({{clip()}}, options); }),
              HasSubstr("cannot replace layer \"features\": found a tensor of shape [2,1,"));
}

TEST_P(Runs, PatchingActivationsOfAnotherClipGivesThatClipsAnswer) {
  const auto model = load("gap_linear");
  RunOptions keep;
  keep.taps = {"features.1"};
  const Forward other = model->run({{clip().flip(0)}}, keep);
  RunOptions patch;
  patch.replace["features.1"] = [&](const at::Tensor&) {
    return other.activations.at("features.1");
  };
  EXPECT_TRUE(at::equal(model->run({{clip()}}, patch).logits, other.logits));
}

TEST_P(Runs, KeepsSeveralLayersAtOnce) {
  const auto model = load("r3d_18");
  const Golden golden = read_golden("r3d_18");
  RunOptions options;
  options.taps = {"layer2.0.conv1", "layer4.1.conv2", "layer4.1"};
  options.tap_gradients = true;
  const Forward run = model->run(inputs_of(golden), options);
  const auto gradients = run.gradients(run.logits.select(1, 3).sum(), options.taps, false);
  const bool is_rounded = !at::equal(run.logits.detach(), golden.at("output/0"));
  for (std::size_t i = 0; i < options.taps.size(); ++i) {
    // Where the kernels are Python's, both are equal; else see exactness_test.cpp.
    EXPECT_LE(relative_error(run.activations.at(options.taps[i]).detach(),
                             golden.at("act/" + options.taps[i])),
              is_rounded ? 2e-5 : 1e-6);
    EXPECT_LE(relative_error(gradients[i], golden.at("grad/" + options.taps[i])),
              is_rounded ? 0.05 : 1e-6);
  }
  // Only the shallowest is a leaf: the deeper ones hang on it.
  EXPECT_TRUE(run.activations.at("layer2.0.conv1").is_leaf());
  EXPECT_FALSE(run.activations.at("layer4.1").is_leaf());
}

TEST_P(Runs, GivesGradientsOfUnitsWithRespectToTheInput) {
  const auto model = load("gap_linear");
  RunOptions options;
  options.taps = {"features.1"};
  options.input_gradients = true;
  options.stop_after = "features.1";
  const Forward run = model->run({{clip()}}, options);
  const at::Tensor unit = run.activations.at("features.1")[0][2];
  const std::vector<std::string> of = {"input:rgb", "input:0"};
  const auto gradients = run.gradients(unit.sum(), of, false);
  EXPECT_GT(gradients[0][0].abs().max().item<float>(), 0);
  EXPECT_EQ(gradients[0][1].abs().max().item<float>(), 0) << "clips of a batch must not mix";
  EXPECT_TRUE(at::equal(gradients[0], gradients[1]));
}

TEST_P(Runs, GivesZerosForALayerTheScalarDoesNotDependOn) {
  const auto model = load("two_stream_separate");
  const Golden golden = read_golden("two_stream_separate");
  RunOptions options;
  options.taps = {"rgb_net", "flow_net"};
  options.tap_gradients = true;
  const Forward run = model->run(inputs_of(golden), options);
  const at::Tensor& rgb = run.activations.at("rgb_net");
  const auto gradients = run.gradients((rgb * rgb).sum(), options.taps, true);
  EXPECT_LE(relative_error(gradients[0], 2 * rgb.detach()), 1e-6);
  EXPECT_EQ(gradients[1].abs().max().item<float>(), 0);
  const auto none = run.gradients(at::ones({1}), options.taps, false);
  EXPECT_EQ(none[0].abs().max().item<float>(), 0);
}

TEST_P(Runs, SaysWhenGradientsWereNotAskedFor) {
  const auto model = load("gap_linear");
  RunOptions options;
  options.taps = {"features"};
  const Forward run = model->run({{clip()}}, options);
  EXPECT_FALSE(run.activations.at("features").requires_grad());
  const std::vector<std::string> tap = {"features"}, other = {"featurs"}, input = {"input:flow"};
  EXPECT_THAT(message_of([&] { run.gradients(run.logits.sum(), tap, false); }),
              HasSubstr("no gradients of \"features\": the run was made without them"));
  EXPECT_THAT(message_of([&] { run.gradients(run.logits.sum(), other, false); }),
              HasSubstr("no tap \"featurs\" in this run; did you mean \"features\""));
  EXPECT_THAT(message_of([&] { run.gradients(run.logits.sum(), input, false); }),
              HasSubstr("no input \"flow\" in this run"));
}

TEST_P(Runs, LeavesInputsModelAndGradModeAsTheyWere) {
  const auto model = load("inplace_input");
  const at::Tensor given = inputs_of(read_golden("inplace_input"))[0];
  const at::Tensor before = given.clone();
  const Forward first = model->run({{given}}, {});
  RunOptions options;
  options.taps = {"conv"};
  options.tap_gradients = options.input_gradients = true;
  options.backward_rule = BackwardRule::kGuided;
  for (const bool mode : {true, false}) {
    const at::AutoGradMode outside(mode);
    const Forward run = model->run({{given}}, options);
    EXPECT_EQ(at::GradMode::is_enabled(), mode);
    const std::vector<std::string> of = {"conv", "input:rgb"};
    if (!mode) {
      EXPECT_THAT(message_of([&] { run.gradients(run.logits.sum(), of, true); }),
                  HasSubstr("scalar that was computed without recording"));
    }
    const at::AutoGradMode recording(true);
    EXPECT_GT(run.gradients(run.logits.sum(), of, false)[1].abs().max().item<float>(), 0);
  }
  EXPECT_TRUE(at::equal(given, before));
  EXPECT_TRUE(at::equal(model->run({{given}}, {}).logits, first.logits));
}

TEST_P(Runs, MayBeCalledByManyThreads) {
  const auto model = load("shared_loop");
  const at::Tensor given = inputs_of(read_golden("shared_loop"))[0];
  RunOptions options;
  options.taps = {model->find_layer("block#2")};
  options.tap_gradients = true;
  const auto answer = [&] {
    at::set_num_threads(1);
    const Forward run = model->run({{given}}, options);
    return run.gradients(run.logits.select(1, 3).sum(), options.taps, false)[0];
  };
  std::vector<std::thread> threads;
  std::vector<at::Tensor> answers(8);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int repeat = 0; repeat < 10; ++repeat) answers[i] = answer();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const at::Tensor& one : answers) EXPECT_TRUE(at::equal(one, answers[0]));
}

TEST_P(Runs, TakesOtherBatchesAndLengths) {
  const auto model = load("r3d_18");
  const at::Tensor given = inputs_of(read_golden("r3d_18"))[0];
  const Forward two = model->run({{given}}, {});
  const at::Tensor more = at::cat({given, given.narrow(0, 0, 1)}),
                   long_ones = at::cat({given, given}, 2);
  const std::string form = GetParam();
  if (form.ends_with(".pt2")) {  // what an export fixes is kept to, whatever its operators would do
    EXPECT_THAT(message_of([&] { model->run({{long_ones}}, {}); }),
                HasSubstr("exported with fixed size: time 8 of \"rgb\" (found 16)"));
  }
  if (form == ".pt2") {
    EXPECT_EQ(model->fixed_batch(), 2);
    EXPECT_THAT(message_of([&] { model->run({{more}}, {}); }),
                HasSubstr("exported with fixed size: batch 2 of \"rgb\" (found 3)"));
    return;
  }
  EXPECT_EQ(model->fixed_batch(), std::nullopt);
  const Forward three = model->run({{more}}, {});
  EXPECT_LE(relative_error(three.logits[0], two.logits[0]), 1e-5);
  EXPECT_LE(relative_error(three.logits[2], two.logits[0]), 1e-5);
  if (form.ends_with(".pt2")) return;
  const Forward longer = model->run({{long_ones}}, {});
  EXPECT_THAT(longer.logits.sizes(), ElementsAre(2, 11));
}

TEST_P(Runs, NamesALayerThatIsNotThere) {
  const auto model = load("gap_linear");
  RunOptions options;
  options.taps = {"layer9"};
  EXPECT_THAT(message_of([&] { model->run({{clip()}}, options); }),
              HasSubstr("no layer \"layer9\""));
  options.taps = {"features#2"};
  EXPECT_THAT(message_of([&] { model->run({{clip()}}, options); }),
              HasSubstr("layer \"features#2\" gave nothing in this run"));
}

TEST_P(Runs, NamesLayerOperatorAndLineWhenTheNetworkFails) {
  const auto model = load("gap_linear");
  const std::string text = message_of([&] { model->run({{at::zeros({2, 4, 8, 32, 32})}}, {}); });
  if (std::string(GetParam()).ends_with(".pt2")) {  // it says itself what it takes
    EXPECT_THAT(text, HasSubstr("exported with fixed size: channels 3 of \"rgb\" (found 4)"));
    return;
  }
  EXPECT_THAT(text, HasSubstr("model \"gap_linear\": the network failed in layer \"features.0.0\": "
                              "aten::"));
  EXPECT_THAT(text, HasSubstr("conv"));
  EXPECT_THAT(text, ::testing::ContainsRegex("at (test_networks|conv|container)\\.py:[0-9]+"));
  EXPECT_THAT(text, HasSubstr("called with rgb [2,4,8,32,32]"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("\n")));
}

TEST_P(Runs, ListsLayersWithShapesAndParameters) {
  const auto model = load("r3d_18");
  std::map<std::string, LayerInfo> layers;
  for (const LayerInfo& layer : model->layers()) layers[layer.name] = layer;
  ASSERT_TRUE(layers.contains("layer4.1.conv2"));
  EXPECT_EQ(layers["layer3"].shape[1], 256);
  EXPECT_EQ(layers["layer4.1"].type, "BasicBlock");
  EXPECT_EQ(layers["fc"].parameters, 512 * 11 + 11);
  EXPECT_EQ(layers["layer4.1.conv2.0"].parameters, 512 * 512 * 27);
  EXPECT_EQ(model->default_layer(), "layer3");  // of 8 frames, layer4 has one left
  EXPECT_EQ(model->labels().size(), 11);
  EXPECT_EQ(model->labels()[10], "class 10");
}

TEST_P(Runs, NamesFunctionalCallsByModuleAndOrder) {
  const auto model = load("functional_relu");
  RunOptions options;
  options.taps = {model->find_layer("relu#1")};
  const Golden golden = read_golden("functional_relu");
  const Forward run = model->run(inputs_of(golden), options);
  // torch.relu(conv3(x)): the second relu that the network itself calls.
  EXPECT_GE(run.activations.at("relu#1").min().item<float>(), 0);
  EXPECT_THAT(run.activations.at("relu#1").sizes(), ElementsAre(2, 8, 4, 16, 16));
}

TEST(Branches, GoTheWayTheInputSays) {
  if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
  const at::Tensor clip = inputs_of(read_golden("branches"))[0];
  const auto script = load_network("branches", ".pt");
  const auto exported = load_network("branches", ".dynamic.pt2");
  std::vector<at::Tensor> answers;
  for (const auto& [shift, layer] : {std::pair{5.0, "bright"}, std::pair{-5.0, "dark"}}) {
    SCOPED_TRACE(layer);
    RunOptions options;
    options.taps = {layer};
    const std::vector<at::Tensor> inputs{clip + shift};
    const Forward a = script->run(inputs, options);
    // torch.export forgets the modules inside a branch: only its operators have names there.
    const Forward b = exported->run(inputs, {});
    EXPECT_EQ(a.activations.at(layer).size(1), 8);
    EXPECT_LE(relative_error(a.logits, b.logits), 1e-6);
    answers.push_back(a.logits);
  }
  EXPECT_GT(relative_error(answers[0], answers[1]), 1e-3);
}

}  // namespace
}  // namespace praxiscope::testing
