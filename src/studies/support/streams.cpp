// See streams.h.
#include "studies/support/streams.h"

#include "methods/support/fills.h"
#include "methods/support/layer_view.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {

StreamSplit split_streams(const StreamValues& v) {
  StreamSplit split;
  split.first = 0.5 * (v[kFirstAlone] - v[kNeither]) + 0.5 * (v[kTogether] - v[kSecondAlone]);
  split.second = 0.5 * (v[kSecondAlone] - v[kNeither]) + 0.5 * (v[kTogether] - v[kFirstAlone]);
  split.interaction = v[kTogether] - v[kFirstAlone] - v[kSecondAlone] + v[kNeither];
  split.total = v[kTogether] - v[kNeither];
  const double size = std::abs(split.first) + std::abs(split.second);
  split.first_share = std::abs(split.first) / size;  // 0 / 0 is NaN
  return split;
}

void ChannelMeans::add(const at::Tensor& clip) {
  const at::Tensor means = clip.to(at::kDouble).mean({1, 2, 3}).to(at::kCPU);
  sum_ = sum_.defined() ? sum_ + means : means;
  ++clips_;
}

at::Tensor ChannelMeans::mean() const {
  return sum_.defined() ? sum_ / static_cast<double>(clips_) : sum_;
}

at::Tensor replace_stream(StreamFill fill, const at::Tensor& clips, const InputSpec& spec,
                          const at::Tensor& means) {
  using methods::FillKind;
  switch (fill) {
    case StreamFill::kMean:
      return means.to(clips.options()).view({-1, 1, 1, 1}).expand_as(clips);
    case StreamFill::kZero:
      return methods::make_fill(FillKind::kBlack, clips, spec, 0);
    case StreamFill::kFrozen:
      return methods::make_fill(FillKind::kFrozen, clips, spec, 0);
  }
  throw Error(ErrorKind::kInternal, "fusion: unknown fill");
}

StreamPair stack_streams(const Model& model, const std::vector<Clip>& clips) {
  StreamPair streams;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    std::vector<at::Tensor> tensors;
    for (const Clip& clip : clips) tensors.push_back(clip.inputs.at(i).tensor);
    streams[i] = at::stack(tensors).to(at::Device(model.device()));
  }
  return streams;
}

StreamAnswer ask_streams(const Model& model, const StreamPair& streams, const std::string& layer) {
  const std::int64_t clips = streams[0].size(0);
  std::vector<at::Tensor> inputs;
  for (const at::Tensor& stream : streams) {
    const std::int64_t missing = model.fixed_batch().value_or(0) - clips;
    at::Tensor whole = stream;
    if (missing > 0) {
      const at::Tensor last = stream.narrow(0, clips - 1, 1);
      whole = at::cat({stream, last.expand({missing, -1, -1, -1, -1})});
    }
    inputs.push_back(whole.contiguous());
  }
  RunOptions options;
  if (!layer.empty()) options.taps.push_back(layer);
  const Run run = model.run(inputs, options);
  const auto told = [&](const at::Tensor& tensor) {
    return tensor.detach().narrow(0, 0, clips).to(at::kCPU, at::kDouble).contiguous();
  };
  StreamAnswer answer{
      .logits = told(run.logits), .probabilities = told(probabilities(run)), .activation = {}};
  if (!layer.empty()) {
    const at::Tensor& output = run.activations.at(layer);
    const methods::LayerView view("fusion", layer, output, inputs.front());
    answer.activation = view(output).detach().narrow(0, 0, clips);
  }
  return answer;
}

std::array<StreamPair, kCoalitions> coalitions_of(const Model& model, const StreamPair& streams,
                                                  StreamFill fill,
                                                  const std::array<at::Tensor, 2>& means) {
  const std::vector<InputSpec>& specs = model.manifest().inputs;
  const at::Tensor first = replace_stream(fill, streams[0], specs.at(0), means[0]);
  const at::Tensor second = replace_stream(fill, streams[1], specs.at(1), means[1]);
  return {StreamPair{first, second}, StreamPair{streams[0], second}, StreamPair{first, streams[1]},
          streams};
}

double score_of(const Target& target, const at::Tensor& answers, std::int64_t n) {
  const at::Tensor row = answers[n];
  const double score = row[target.class_index].item<double>();
  if (target.kind != Target::Kind::kContrast) return score;
  return score - row[target.other_class_index].item<double>();
}

std::array<std::string, 2> names_of_streams(const Model& model) {
  const std::vector<InputSpec>& inputs = model.manifest().inputs;
  if (inputs.size() == 2) return {inputs[0].name, inputs[1].name};
  std::vector<std::string> names;
  for (const InputSpec& input : inputs) names.push_back(in_quotes(input.name));
  throw Error(ErrorKind::kModel,
              fmt::format("fusion: model {}: found {} input{} ({}), expected two streams such as "
                          "\"rgb\" and \"flow\"; name both in the manifest's inputs",
                          in_quotes(model.manifest().name), inputs.size(),
                          inputs.size() == 1 ? "" : "s", fmt::join(names, ", ")));
}

std::string label_of(const Model& model, std::int64_t class_index) {
  const auto place = static_cast<std::size_t>(class_index);
  return place < model.labels().size() ? model.labels()[place]
                                       : fmt::format("class {}", class_index);
}

}  // namespace praxiscope::studies
