// The study activations: what do the channels of a layer answer? Each as a small film beside the
// clip; how many values are 0, layer by layer; which channels are dead.
#include "studies/activations/figure.h"
#include "studies/activations/plan.h"
#include "studies/activations/text.h"
#include "studies/support/rectifiers.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {"layer", "", "text", "layers, comma separated; as for explain"},
    {"channels", "top24", "text", "topN by mean activation, all, or numbers: 3,17,40-47"},
    {"scale", "own", "own|common", "colours of each tile by its own range, or one for all"},
    {"examples", "3", "int", "clips in the figure, 1 to 20"},
};

class Look {
 public:
  Look(const ActivationPlan& plan, const StudyContext& context)
      : plan_(plan),
        context_(context),
        layers_(watched_layers(plan, context.model)),
        depth_(context.model, layers_) {}

  Findings run() {
    const auto inputs = static_cast<std::int64_t>(context_.inputs.names().size());
    context_.progress.begin("activations", inputs);
    for (std::size_t i = 0; i < context_.inputs.names().size(); ++i) {
      count_input(i);
      context_.progress.advance(1);
    }
    if (clips_.empty())
      throw Error(
          ErrorKind::kInput,
          failed_.empty()
              ? "activations: no clip found in the inputs"
              : fmt::format("activations: no input could be read; the first: {}", failed_.front()));
    choose_channels();
    show_examples();
    json summary = summarize();
    Findings findings;
    findings.text = activation_text(summary);
    if (context_.wants_figure)
      findings.figure = activation_figure(summary, layers_, shown_, context_);
    findings.json = summary.dump(-1, ' ', false, json::error_handler_t::replace);
    return findings;
  }

 private:
  void count_input(std::size_t input) {
    try {
      context_.inputs.walk(input, [&](std::vector<Clip> clips) {
        context_.progress.check_cancelled();
        depth_.add(clips);
        for (const Clip& clip : clips) {
          const std::vector<ClipFrame>& frames = clip.inputs.front().frames;
          clips_.push_back(
              {input, clip.index, frames.front().pts.to_double(), frames.back().pts.to_double()});
        }
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      failed_.emplace_back(error.what());
      context_.progress.warn(error.what());
    }
  }

  void choose_channels() {
    for (const WatchedLayer& layer : layers_) {
      const at::Tensor means = depth_.find(layer.name).mean_magnitude().contiguous();
      chosen_.push_back(choose_numbered(
          plan_.channels, {means.const_data_ptr<double>(), static_cast<std::size_t>(means.numel())},
          fmt::format("activations: layer \"{}\": channels", layer.name)));
    }
  }

  /// Walks inputs with shown clips once more: which channels matter is known only now.
  void show_examples() {
    std::map<std::size_t, std::vector<std::int64_t>> wanted;
    for (const std::size_t place :
         choose_examples(clips_, static_cast<std::size_t>(plan_.examples)))
      wanted[clips_[place].input].push_back(clips_[place].clip);
    for (const auto& [input, indices] : wanted) {
      context_.inputs.walk(input, [&, &indices = indices, &input = input](std::vector<Clip> clips) {
        std::erase_if(clips, [&](const Clip& clip) {
          return std::find(indices.begin(), indices.end(), clip.index) == indices.end();
        });
        if (!clips.empty()) show(input, std::move(clips));
      });
    }
  }

  void show(std::size_t input, std::vector<Clip> clips) {
    context_.progress.check_cancelled();
    const std::vector<at::Tensor> activations = activations_of(context_.model, layers_, clips);
    for (std::size_t n = 0; n < clips.size(); ++n) {
      ShownClip shown;
      for (const ClipPlace& place : clips_)
        if (place.input == input && place.clip == clips[n].index) shown.place = place;
      shown.name = std::filesystem::path(context_.inputs.names()[input]).stem().string();
      if (shown.place.begin_s != shown.place.end_s)
        shown.name += fmt::format(", {:.1f} s", shown.place.begin_s);
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        const at::Tensor rows = at::tensor(chosen_[l], at::kLong).to(activations[l].device());
        const ChannelSums& sums = depth_.find(layers_[l].name);
        shown.channels.push_back({.numbers = chosen_[l],
                                  .values = activations[l][static_cast<std::int64_t>(n)]
                                                .index_select(0, rows)
                                                .to(at::kCPU, at::kFloat)
                                                .contiguous(),
                                  .is_signed = sums.least().min().item<double>() < 0,
                                  .has_common_scale = plan_.has_common_scale});
      }
      shown.clip = std::move(clips[n]);
      shown_.push_back(std::move(shown));
    }
  }

  json summarize() const {
    json summary{{"clips", clips_.size()}, {"failed", failed_}};
    for (std::size_t l = 0; l < layers_.size(); ++l) summary["layers"].push_back(tell_layer(l));
    summary["depth"] = json::array();
    for (const DepthSums::Layer* layer : depth_.layers()) {
      json entry = layer->sums.summary();
      entry["layer"] = layer->name;
      entry["type"] = layer->type;
      entry["is_rectified"] = layer->sums.is_rectified();
      entry["is_rectifier"] = is_rectifier(layer->type) && layer->sums.is_rectified();
      summary["depth"].push_back(std::move(entry));
    }
    summary["examples"] = json::array();
    for (const ShownClip& clip : shown_) summary["examples"].push_back(tell_example(clip));
    return summary;
  }

  json tell_layer(std::size_t l) const {
    const ChannelSums& sums = depth_.find(layers_[l].name);
    json told = sums.summary();
    told["layer"] = layers_[l].name;
    told["input"] = context_.model.manifest().inputs.at(layers_[l].input).name;
    told["is_rectified"] = sums.is_rectified();
    told["dead"] = sums.dead();
    told["never_positive"] = sums.never_positive();
    told["chosen"] = chosen_[l];
    told["cells"] = shown_.front().channels[l].values.sizes().slice(1).vec();
    told["channels"] = json::array();
    const std::map<std::string, json> columns{
        {"zero_share", numbers_of(sums.zero_share())},
        {"not_positive_share", numbers_of(sums.not_positive_share())},
        {"mean", numbers_of(sums.mean())},
        {"mean_magnitude", numbers_of(sums.mean_magnitude())},
        {"min", numbers_of(sums.least())},
        {"max", numbers_of(sums.most())},
        {"dead_rate", numbers_of(sums.dead_rate())}};
    for (std::int64_t c = 0; c < sums.channels(); ++c) {
      json entry{{"channel", c}};
      for (const auto& [name, values] : columns) entry[name] = values[static_cast<std::size_t>(c)];
      told["channels"].push_back(std::move(entry));
    }
    const at::Tensor curve = sums.curve();
    for (const std::int64_t c : chosen_[l])
      if (curve.defined())
        told["channels"][static_cast<std::size_t>(c)]["curve"] = numbers_of(curve[c]);
    return told;
  }

  json tell_example(const ShownClip& clip) const {
    json told{{"input", context_.inputs.names()[clip.place.input]},
              {"clip", clip.place.clip},
              {"begin_s", clip.place.begin_s},
              {"end_s", clip.place.end_s},
              {"layers", json::array()}};
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const ChannelVolumes& channels = clip.channels[l];
      json layer{
          {"layer", layers_[l].name},
          {"times_s", cell_times(clip.clip.inputs.at(layers_[l].input), channels.values.size(1))},
          {"channels", json::array()}};
      for (std::size_t k = 0; k < channels.numbers.size(); ++k) {
        const at::Tensor values = channels.values[static_cast<std::int64_t>(k)];
        layer["channels"].push_back({{"channel", channels.numbers[k]},
                                     {"min", numbers_of(values.min())[0]},
                                     {"max", numbers_of(values.max())[0]},
                                     {"curve", numbers_of(values.mean({1, 2}))}});
      }
      told["layers"].push_back(std::move(layer));
    }
    return told;
  }

  const ActivationPlan& plan_;
  const StudyContext& context_;
  std::vector<WatchedLayer> layers_;
  DepthSums depth_;
  std::vector<ClipPlace> clips_;
  std::vector<std::vector<std::int64_t>> chosen_;  ///< channels of each layer
  std::vector<ShownClip> shown_;
  std::vector<std::string> failed_;
};

class Activations final : public Study {
 public:
  explicit Activations(ActivationPlan plan) : plan_(std::move(plan)) {}
  Findings run(const StudyContext& context) const override { return Look(plan_, context).run(); }

 private:
  ActivationPlan plan_;
};

std::unique_ptr<Study> make(const OptionValues& options, const std::vector<std::string>& inputs,
                            Progress& progress) {
  (void)inputs, (void)progress;
  ActivationPlan plan;
  plan.layers = options.text("layer");
  plan.channels = parse_numbered("activations: option channels", options.text("channels"));
  plan.has_common_scale = options.text("scale") == "common";
  const std::int64_t examples = options.integer("examples");
  if (examples < 1 || examples > 20)
    throw Error(ErrorKind::kUsage,
                fmt::format("activations: option examples: found {}, expected 1 to 20", examples));
  plan.examples = static_cast<int>(examples);
  return std::make_unique<Activations>(std::move(plan));
}

}  // namespace

extern const StudyInfo activations{
    .id = "activations",
    .command = "activations",
    .title = "Activations",
    .summary = "what channels answer; zeros by depth, dead channels",
    .question =
        "Shows every channel of a layer as a small film beside the clip, and counts over all "
        "clips\n"
        "how many values are 0: per channel, and layer by layer through the network. Channels "
        "that\n"
        "are 0 everywhere in every clip are named: dead, or waiting for what no clip shows.\n",
    .source = "Zeiler and Fergus, ECCV 2014; Karpathy, CS231n: Understanding CNNs",
    .needs_inputs = true,
    .clips = "center",
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::studies
