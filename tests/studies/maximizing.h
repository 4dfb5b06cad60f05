// What the tests of the study maximization share: a network of two streams whose optima are known.
#pragma once

#include "studies/two_streams.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace praxiscope::studies {

using nlohmann::json;
using testing::ClipSet;
using ::testing::HasSubstr;
using testing::Keep;
using testing::TwoStreams;

/// A clip of 4 frames of 8x8 px: RGB `first` and flow `second` everywhere.
inline Clip clip_of(double first, double second, std::int64_t index = 0) {
  Clip clip = testing::clip_of(first, second, index);
  clip.inputs[0].tensor = at::full({3, 4, 8, 8}, first, at::kFloat);
  clip.inputs[1].tensor = at::full({2, 4, 8, 8}, second, at::kFloat);
  return clip;
}

/// Layer "join" [N,1,4,8,8]: the root of (RGB's mean colour) x (flow to the right), both where
/// positive. Logit "bright" is the mean of RGB, "moves" of flow, "both" of join.
inline TwoStreams joined() {
  TwoStreams model(
      {{"join", "Join"}},
      [](const std::vector<at::Tensor>& inputs, const Keep& keep) {
        const at::Tensor rgb = inputs[0].mean(1, true);
        const at::Tensor flow = inputs[1].narrow(1, 0, 1);
        const at::Tensor join = keep("join", (rgb.clamp_min(0) * flow.clamp_min(0) + 1e-12).sqrt());
        return at::cat({rgb.mean({2, 3, 4}), flow.mean({2, 3, 4}), join.mean({2, 3, 4})}, 1);
      },
      {"bright", "moves", "both, joined"});
  for (InputSpec& spec : model.manifest().inputs) {
    spec.preparation.range = {-1, 1};
    spec.preparation.crop = Size{8, 8};
  }
  InputSpec& flow = model.manifest().inputs[1];
  flow.kind = InputKind::kFlow;
  flow.preparation.mean = {0, 0};
  flow.preparation.std = {1, 1};
  return model;
}

class MaximizationStudy : public ::testing::Test {
 protected:
  json run(StudyInputs& inputs, std::map<std::string, std::string> options) {
    options.try_emplace("steps", "40");
    options.try_emplace("jitter", "0.125");
    options.try_emplace("canvas", "pixels");  // even colours are one wave of many: slow to paint
    const StudyInfo& study = find_study("maximization");
    const OptionValues values(study.command, study.options, options);
    findings_ = study.make(values, {}, progress_)
                    ->run({.model = model_,
                           .inputs = inputs,
                           .batch = 3,
                           .seed = 1,
                           .journal = "",
                           .wants_figure = true,
                           .progress = progress_});
    return json::parse(findings_.json);
  }
  std::string error_of(const std::map<std::string, std::string>& options) {
    try {
      ClipSet inputs({});
      run(inputs, options);
    } catch (const Error& error) {
      EXPECT_THAT(error.kind(), ::testing::AnyOf(ErrorKind::kUsage, ErrorKind::kInput));
      return error.what();
    }
    return "nothing was thrown";
  }

  TwoStreams model_ = joined();
  Progress progress_;
  Findings findings_;
};

}  // namespace praxiscope::studies
