// What every room promises, checked over the whole table: a new file in src/methods is tested here
// without a line of its own.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace praxiscope::testing {
namespace {

/// "|text|", for finding whole choices in a list of them.
std::string between_bars(std::string_view text) {
  std::string out(1, '|');
  out.append(text).push_back('|');
  return out;
}

using ::testing::HasSubstr;

/// What makes a method that asks the network again and again quick enough to be tried everywhere.
std::string quick(std::string_view method, std::string options = "") {
  static const std::map<std::string_view, std::string> kQuick = {
      {"extremal_perturbation", "steps=3"}, {"occlusion", "box=2x4x4"}, {"rise", "masks=20"}};
  const auto found = kQuick.find(method);
  if (found == kQuick.end() || found->second == options) return options;
  return options.empty() ? found->second : found->second + "," + options;
}

/// Rooms that search for every target anew; all others answer any number of them at once.
bool searches_for_each_target(std::string_view method) { return method == "extremal_perturbation"; }

const std::vector<Target> kTargets = {class_target(0), contrast(1, 4), class_target(3)};

class EveryMethod : public ::testing::TestWithParam<const MethodInfo*> {
 protected:
  const MethodInfo& info() const { return *GetParam(); }
  Question question() const {
    return {.method = std::string(info().id), .options = quick(info().id)};
  }
  Maps maps_of(const std::vector<at::Tensor>& inputs, const std::vector<Target>& targets) const {
    return explain(*model, question(), inputs, targets);
  }

  std::unique_ptr<FakeModel> model = gap_network();
  std::vector<at::Tensor> clips = {noise_clips(3)};
};

INSTANTIATE_TEST_SUITE_P(Rooms, EveryMethod,
                         ::testing::ValuesIn(methods_table().begin(), methods_table().end()),
                         [](const auto& room) { return std::string(room.param->id); });

TEST_P(EveryMethod, GivesFiniteMapsOfTheClipsSize) {
  const Maps maps = maps_of(clips, kTargets);
  ASSERT_EQ(maps.size(), 3u);
  for (const auto& clip : maps) {
    ASSERT_EQ(clip.size(), kTargets.size());
    for (std::size_t k = 0; k < clip.size(); ++k) {
      ASSERT_EQ(clip[k].size(), 1u);
      const Attribution& map = clip[k][0];
      EXPECT_EQ(map.volume.sizes(), at::IntArrayRef({4, 8, 8}));
      EXPECT_EQ(map.volume.scalar_type(), at::kFloat);
      EXPECT_EQ(map.coarse.dim(), 3);
      EXPECT_EQ(map.coarse.scalar_type(), at::kFloat);
      EXPECT_TRUE(at::isfinite(map.volume).all().item<bool>());
      EXPECT_GT(map.volume.abs().max().item<float>(), 0);
      EXPECT_FALSE(map.volume.requires_grad());
      EXPECT_EQ(map.target, kTargets[k]);
      EXPECT_EQ(map.method, info().id);
      EXPECT_EQ(map.input, "rgb");
      EXPECT_EQ(map.layer, info().is_layer_based ? "features" : "");
    }
  }
}

TEST_P(EveryMethod, KeepsItsDeclaredSign) {
  for (const auto& clip : maps_of(clips, kTargets)) {
    for (const auto& target : clip) {
      EXPECT_EQ(target[0].is_signed, info().is_signed);
      if (!info().is_signed) {
        EXPECT_GE(target[0].volume.min().item<float>(), 0);
      }
    }
  }
}

TEST_P(EveryMethod, GivesTheSameBytesAgain) {
  const Maps first = maps_of(clips, kTargets), second = maps_of(clips, kTargets);
  for (std::size_t n = 0; n < first.size(); ++n) {
    for (std::size_t k = 0; k < kTargets.size(); ++k) {
      EXPECT_TRUE(at::equal(first[n][k][0].volume, second[n][k][0].volume));
    }
  }
}

TEST_P(EveryMethod, ExplainsAClipAloneAsInABatch) {
  const Maps batch = maps_of(clips, kTargets);
  for (std::int64_t n = 0; n < 3; ++n) {
    const Maps alone = maps_of({clips[0].slice(0, n, n + 1)}, kTargets);
    for (std::size_t k = 0; k < kTargets.size(); ++k) {
      EXPECT_LT(relative_difference(batch[n][k][0].volume, alone[0][k][0].volume), 1e-4);
    }
  }
}

TEST_P(EveryMethod, ExplainsSeveralTargetsAsOneByOne) {
  const Maps together = maps_of(clips, kTargets);
  for (std::size_t k = 0; k < kTargets.size(); ++k) {
    const Maps alone = maps_of(clips, {kTargets[k]});
    for (std::size_t n = 0; n < 3; ++n) {
      EXPECT_TRUE(at::equal(together[n][k][0].volume, alone[n][0][0].volume));
    }
  }
}

TEST_P(EveryMethod, ExplainsAnotherTargetForEachClip) {
  const std::unique_ptr<Method> method = make_method(*model, question());
  const praxiscope::Run run = run_for(*model, *method, clips, {});
  const std::vector<std::vector<Target>> targets = {
      {class_target(2)}, {contrast(0, 1)}, {class_target(4)}};
  Listener progress;
  const Maps mixed = method->explain({.model = *model, .run = run, .targets = targets}, progress);
  for (std::size_t n = 0; n < 3; ++n) {
    const Maps same = maps_of(clips, targets[n]);
    EXPECT_LT(relative_difference(mixed[n][0][0].volume, same[n][0][0].volume), 1e-5);
  }
}

TEST_P(EveryMethod, LeavesTheModelAsItFoundIt) {
  std::map<std::string, at::Tensor> before;
  for (const auto& [name, tensor] : model->parameters()) before[name] = tensor.clone();
  const at::Tensor input = clips[0].clone();
  const at::Tensor logits = model->run(clips, {}).logits;
  maps_of(clips, kTargets);
  for (const auto& [name, tensor] : model->parameters()) {
    EXPECT_TRUE(at::equal(tensor, before.at(name)));
    EXPECT_FALSE(tensor.requires_grad() || tensor.grad().defined());
  }
  EXPECT_TRUE(at::equal(clips[0], input));
  EXPECT_TRUE(at::equal(model->run(clips, {}).logits, logits));
  EXPECT_TRUE(at::GradMode::is_enabled());
}

TEST_P(EveryMethod, WorksWhateverTheCallersGradMode) {
  const at::NoGradGuard off;
  EXPECT_GT(maps_of(clips, kTargets)[0][0][0].volume.abs().max().item<float>(), 0);
  EXPECT_FALSE(at::GradMode::is_enabled());
}

TEST_P(EveryMethod, LeavesTheGraphToOthersWhenAsked) {
  const std::unique_ptr<Method> method = make_method(*model, question());
  const praxiscope::Run run = run_for(*model, *method, clips, {});
  const std::vector<std::vector<Target>> targets(3, kTargets);
  Listener progress;
  const MethodInput shared{.model = *model, .run = run, .targets = targets, .is_last_use = false};
  const Maps first = method->explain(shared, progress);
  const Maps second = method->explain(shared, progress);
  EXPECT_TRUE(at::equal(first[2][2][0].volume, second[2][2][0].volume));
}

TEST_P(EveryMethod, NeedsNoMoreForwardsForMoreTargets) {
  if (searches_for_each_target(info().id)) GTEST_SKIP() << "searches for every target anew";
  maps_of(clips, {kTargets[0]});
  const int for_one = model->runs();
  maps_of(clips, kTargets);
  EXPECT_EQ(model->runs(), 2 * for_one);
}

TEST_P(EveryMethod, GivesTheSameWhateverTheBatchOfItsOwnForwards) {
  const std::unique_ptr<Method> method = make_method(*model, question());
  const praxiscope::Run run = run_for(*model, *method, clips, {});
  const std::vector<std::vector<Target>> targets(3, kTargets);
  const auto with_batch = [&](int batch) {
    Listener progress;
    const MethodInput input{
        .model = *model, .run = run, .targets = targets, .is_last_use = false, .batch = batch};
    return method->explain(input, progress);
  };
  const Maps alone = with_batch(1), together = with_batch(7);
  for (std::size_t n = 0; n < 3; ++n) {
    for (std::size_t k = 0; k < kTargets.size(); ++k) {
      EXPECT_LT(relative_difference(together[n][k][0].volume, alone[n][k][0].volume), 1e-4);
    }
  }
}

TEST_P(EveryMethod, ExplainsClipsOfAnyLengthAndStillPictures) {
  for (const std::int64_t frames : {1, 2, 64}) {
    at::Generator generator = at::detail::createCPUGenerator(6);
    const Maps maps = maps_of({at::randn({1, 3, frames, 8, 8}, generator)}, {class_target(1)});
    EXPECT_EQ(maps[0][0][0].volume.sizes(), at::IntArrayRef({frames, 8, 8}));
    EXPECT_TRUE(at::isfinite(maps[0][0][0].volume).all().item<bool>());
    EXPECT_GT(maps[0][0][0].volume.abs().max().item<float>(), 0) << frames << " frames";
  }
  const at::Tensor picture = clips[0].slice(0, 0, 1).narrow(2, 0, 1);
  const Maps still = maps_of({picture.expand({1, 3, 4, 8, 8}).contiguous()}, {class_target(1)});
  EXPECT_TRUE(at::isfinite(still[0][0][0].volume).all().item<bool>());
}

TEST_P(EveryMethod, ExplainsEveryInputOfANetwork) {
  const auto two = two_stream_network();
  const std::vector<at::Tensor> inputs = {noise_clips(2), noise_clips(2, 2)};
  const auto names_at = [&](const std::string& layer) {
    std::vector<std::string> names;
    const Question asked{
        .method = std::string(info().id), .options = quick(info().id), .layer = layer};
    const Maps maps = explain(*two, asked, inputs, {class_target(1)});
    for (const Attribution& map : maps[1][0]) {
      names.push_back(map.input);
      EXPECT_EQ(map.volume.sizes(), at::IntArrayRef({4, 8, 8}));
      EXPECT_TRUE(at::isfinite(map.volume).all().item<bool>());
    }
    return names;
  };
  EXPECT_THAT(names_at("fusion.conv"), ::testing::ElementsAre("rgb", "flow"));
  // CAM has no map below the fusion.
  if (info().is_layer_based && info().id != "cam") {
    EXPECT_THAT(names_at("flow_net.conv"), ::testing::ElementsAre("flow"));
  }
}

TEST_P(EveryMethod, StopsWhenCancelled) {
  Listener progress;
  progress.cancel();
  try {
    explain(*model, question(), clips, kTargets, progress);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
}

TEST_P(EveryMethod, NamesAWrongOption) {
  const std::string id(info().id);
  EXPECT_THAT(usage_error([&] { make_method(*model, {.method = id, .options = "colour=red"}); }),
              ::testing::AllOf(HasSubstr(id), HasSubstr("colour")));
  for (const OptionSpec& option : info().options) {
    const std::string name(option.name);
    if (option.choices == "layer") continue;  // the model's matter, and this one takes any name
    EXPECT_THAT(
        usage_error([&] { make_method(*model, {.method = id, .options = name + "=purple"}); }),
        ::testing::AllOf(HasSubstr(id), HasSubstr(name), HasSubstr("\"purple\"")));
  }
}

TEST_P(EveryMethod, TakesEveryChoiceOfEveryOption) {
  for (const OptionSpec& option : info().options) {
    if (std::string_view(option.choices).find('|') == std::string_view::npos) continue;
    std::string_view rest = option.choices;
    while (!rest.empty()) {
      const std::string choice(rest.substr(0, rest.find('|')));
      rest.remove_prefix(std::min(rest.size(), choice.size() + 1));
      const Question asked{.method = std::string(info().id),
                           .options = quick(info().id, std::string(option.name) + "=" + choice)};
      const Maps maps = explain(*model, asked, clips, {class_target(1)});
      EXPECT_TRUE(at::isfinite(maps[0][0][0].volume).all().item<bool>());
      if (!maps[0][0][0].is_signed) {
        EXPECT_GE(maps[0][0][0].volume.min().item<float>(), 0) << asked.options;
      }
    }
  }
}

TEST_P(EveryMethod, IntroducesItself) {
  EXPECT_FALSE(info().title.empty());
  EXPECT_FALSE(info().summary.empty());
  EXPECT_LE(info().summary.size(), 60u);
  EXPECT_FALSE(info().source.empty());
  for (const OptionSpec& option : info().options) {
    EXPECT_FALSE(option.help.empty());
    const std::string choices = between_bars(option.choices);
    const bool is_choice = option.choices.find('|') != std::string_view::npos;
    EXPECT_TRUE(!is_choice ||
                choices.find(between_bars(option.default_value)) != std::string::npos);
  }
}

TEST(MethodsTable, HasOneRoomForEachFile) {
  std::vector<std::string> stems, ids;
  for (const auto& file :
       std::filesystem::directory_iterator(PRAXISCOPE_SOURCE_DIR "/src/methods")) {
    if (file.path().extension() == ".cpp") stems.push_back(file.path().stem());
  }
  for (const MethodInfo* info : methods_table()) ids.emplace_back(info->id);
  EXPECT_THAT(ids, ::testing::UnorderedElementsAreArray(stems));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(MethodsTable, SuggestsTheNearestMethod) {
  EXPECT_EQ(find_method("grad_cam").id, "grad_cam");
  EXPECT_THAT(usage_error([] { find_method("gradcam"); }),
              ::testing::AllOf(HasSubstr("no method \"gradcam\""), HasSubstr("\"grad_cam\""),
                               HasSubstr("praxiscope list methods")));
}

}  // namespace
}  // namespace praxiscope::testing
