// The study maximization: what does a unit or a class want to see? Clips optimized for it, from
// slow to fast, beside the real ones that drive it most.
#include "studies/maximization/figure.h"
#include "studies/maximization/plates.h"
#include "studies/maximization/references.h"
#include "studies/maximization/search.h"
#include "studies/maximization/targets.h"
#include "studies/maximization/text.h"
#include "studies/maximization/transfer.h"
#include "studies/support/stacking.h"
#include "studies/support/streams.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {"unit", "", "text", "LAYER:CHANNEL; LAYER:3,17,40-47; LAYER:all; several layers"},
    {"class", "", "text", "a label, an index, A-B, several with commas, or all"},
    {"place", "center", "center|mean|strongest", "where in the layer a unit is taken"},
    {"speed", "slow,medium,fast,free", "text", "how much the result may move, slowest first"},
    {"count", "1", "int", "results of each speed, from different noise"},
    {"steps", "256", "int", "of the optimization"},
    {"from", "noise", "noise|clip", "noise, or the first clip given"},
    {"stream", "", "text", "optimize this stream alone, the others as they start"},
    {"clips-shown", "3", "int", "of the inputs, the strongest, beside the results"},
    {"rate", "0.05", "float", "length of a step, of -1..1"},
    {"optimizer", "adam", "adam|normalized", "of the gradient made a unit's size"},
    {"canvas", "fourier", "fourier|pixels", "what is optimized: waves or pixels"},
    {"kappa", "auto", "text", "weight of differences in space; A,B: of pictures, of flow"},
    {"chi", "auto", "text", "weight of differences in time, at the speed medium; or A,B"},
    {"energy", "auto", "text", "weight of strong colours and motion; or A,B"},
    {"alpha", "3", "text", "exponent of the energy; or A,B"},
    {"l2", "0", "text", "weight of the sum of squares (Simonyan et al. 2014); or A,B"},
    {"decay", "1", "text", "exponent of the waves' fall with frequency; A,B: space, time"},
    {"flow-bound", "1", "float", "longest motion, as a share of the input's bound"},
    {"jitter", "auto", "text", "share of a side that a step may shift the picture"},
    {"time-jitter", "1", "int", "frames that a step may shift the clip"},
    {"scale", "auto", "text", "that a step may enlarge or shrink: 0.2 is 20 %"},
    {"rotate", "auto", "text", "degrees that a step may turn the picture"},
    {"mirror", "off", "on|off", "half of the steps left for right"},
    {"alone", "on", "on|off", "with two streams, also each of them by itself"},
    {"direction", "", "text", "LAYER:FILE: a number a channel, a line each"},
    {"diversity", "0", "float", "of --count results: what being alike costs, of â"},
    {"transfer", "", "paths", "another network that is shown the results: a model"},
    {"recipe", "none", "none|class_model|mean_channel", "Simonyan's class model; a channel's mean"},
    {"reference", "", "paths", "a .json of an earlier run, whose reference activations hold"},
    {"rectified", "off", "on|off", "take units behind their rectifier: dead ones stay dead"},
};

class Search {
 public:
  Search(const MaximizationPlan& plan, const StudyContext& context)
      : plan_(plan),
        context_(context),
        journal_(context.journal),
        store_(context.journal.empty() ? "" : context.journal + ".clips") {}

  Findings run() {
    const auto sizes = first_sizes();
    streams_.emplace(context_.model.manifest(), sizes);
    check_streams();
    // Before the search: a wrong name must not cost it.
    if (!plan_.transfer.empty()) other_.emplace(plan_.transfer, context_.model, *streams_, sizes);
    sought_ = find_sought(plan_, context_.model, blank_inputs());
    if (!plan_.reference.empty()) take_references(plan_.reference, sought_);
    survey();
    MaximizationSearch search({plan_, context_, *streams_, start(), centres()}, store_, journal_);
    search.measure(sought_);
    context_.progress.check_cancelled();  // nothing is found yet that could be kept
    std::vector<Found> found = search.run(sought_);
    show_to_other(found);
    const bool is_stopped = context_.progress.is_cancelled();
    const bool goes_on = is_stopped && !context_.journal.empty() && search.has_noted();
    if (is_stopped)
      context_.progress.warn(
          fmt::format("maximize: stopped; what was best so far is kept{}",
                      goes_on ? ", and the same command with --force goes on" : ""));
    else
      fetch_clips();
    json summary = maximization_summary(plan_, sought_, found, *streams_, context_);
    summary["failed"] = failed_;
    summary["stopped"] = is_stopped;
    const Gallery gallery{plan_, sought_, found, *streams_, store_, context_};
    show_film(gallery);
    Findings findings;
    findings.goes_on = goes_on;
    findings.text = maximization_text(summary);
    if (context_.wants_figure) findings.figure = maximization_figure(summary, gallery);
    findings.json = summary.dump(-1, ' ', false, json::error_handler_t::replace);
    return findings;
  }

 private:
  using Sizes = std::vector<std::array<std::int64_t, 3>>;

  /// Of the first clip that is given, else of the manifest.
  Sizes first_sizes() {
    for (std::size_t i = 0; i < context_.inputs.names().size(); ++i) {
      try {
        context_.inputs.walk(i, [&](std::vector<Clip> clips) {
          if (clips.empty() || example_) return;
          example_ = clips.front();
        });
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::kInput) throw;  // told when everything is walked
      }
      if (example_) break;
    }
    if (!example_) return usual_sizes(context_.model);
    Sizes sizes;
    for (const ClipInput& input : example_->inputs)
      sizes.push_back({input.tensor.size(1), input.tensor.size(2), input.tensor.size(3)});
    return sizes;
  }

  std::vector<at::Tensor> blank_inputs() const {
    if (example_) return stack_clips(context_.model, {&*example_, 1});
    at::Generator generator = at::detail::createCPUGenerator(context_.seed);
    std::vector<at::Tensor> pictures;
    for (const optima::Stream& stream : streams_->all()) {
      const auto [t, h, w] = stream.size;
      const std::int64_t batch = context_.model.fixed_batch().value_or(1);
      pictures.push_back(at::rand({batch, stream.channels(), t, h, w}, generator, at::kFloat) * 2 -
                         1);
    }
    std::vector<at::Tensor> inputs = streams_->inputs(pictures);
    for (at::Tensor& input : inputs) input = input.to(at::Device(context_.model.device()));
    return inputs;
  }

  void check_streams() const {
    std::vector<std::string> names;
    for (const optima::Stream& stream : streams_->all()) names.push_back(stream.name);
    if (!plan_.free_stream.empty() &&
        std::find(names.begin(), names.end(), plan_.free_stream) == names.end())
      throw Error(
          ErrorKind::kUsage,
          fmt::format("maximize: option stream: no stream {} in model {}{}",
                      in_quotes(plan_.free_stream), in_quotes(context_.model.manifest().name),
                      did_you_mean(plan_.free_stream, names)));
    if (plan_.has_start_clip && !example_)
      throw Error(ErrorKind::kUsage,
                  "maximize: option from: found \"clip\" and no clip, expected an INPUT");
  }

  /// What real clips reach, and their means.
  void survey() {
    DrivingClips driving(sought_, plan_.clips);
    const auto inputs = static_cast<std::int64_t>(context_.inputs.names().size());
    if (inputs > 0) context_.progress.begin("clips", inputs);
    means_.resize(streams_->all().size());
    for (std::size_t i = 0; i < context_.inputs.names().size(); ++i) {
      try {
        context_.inputs.walk(i, [&](std::vector<Clip> clips) {
          context_.progress.check_cancelled();
          if (clips.empty()) return;
          driving.add(context_.model, i, clips);
          const auto pictures = streams_->pictures(stack_clips(context_.model, clips));
          for (std::size_t s = 0; s < means_.size(); ++s)
            for (std::size_t n = 0; n < clips.size(); ++n)
              means_[s].add(pictures[s][static_cast<std::int64_t>(n)]);
        });
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::kInput) throw;
        failed_.emplace_back(error.what());
        context_.progress.warn(error.what());
      }
      context_.progress.advance(1);
    }
  }

  /// The first clip, per stream; empty without one.
  std::vector<at::Tensor> start() const {
    std::vector<at::Tensor> tensors;
    if (!plan_.has_start_clip) return tensors;
    for (const at::Tensor& one : streams_->pictures(stack_clips(context_.model, {&*example_, 1})))
      tensors.push_back(one[0].to(at::kCPU));
    return tensors;
  }

  std::vector<at::Tensor> centres() const {
    std::vector<at::Tensor> centres;
    for (const ChannelMeans& one : means_) centres.push_back(one.mean());
    return centres;
  }

  /// What another network says of the results of classes.
  void show_to_other(std::vector<Found>& found) const {
    if (!other_) return;
    for (Found& one : found) {
      const Target& target = sought_[one.sought].objective.target;
      if (target.kind != Target::Kind::kClass) continue;
      one.other =
          other_->answer(store_.get(one.place),
                         context_.model.labels().at(static_cast<std::size_t>(target.class_index)));
    }
  }

  /// Walks inputs once more for the clips that drive something: which do is known only now.
  void fetch_clips() {
    std::map<std::size_t, std::map<std::int64_t, std::vector<std::pair<Sought*, DrivingClip*>>>>
        wanted;
    for (Sought& one : sought_)
      for (DrivingClip& clip : one.clips) wanted[clip.input][clip.clip].emplace_back(&one, &clip);
    for (const auto& [input, by_clip] : wanted) {
      context_.inputs.walk(input, [&, &by_clip = by_clip](std::vector<Clip> clips) {
        context_.progress.check_cancelled();
        for (const Clip& clip : clips) {
          const auto users = by_clip.find(clip.index);
          if (users == by_clip.end()) continue;
          std::vector<at::Tensor> streams;
          for (const at::Tensor& one : streams_->pictures(stack_clips(context_.model, {&clip, 1})))
            streams.push_back(one[0].to(at::kCPU));
          const std::int64_t place = store_.add(streams);
          for (const auto& [one, driving] : users->second) {
            driving->place = place;
            if (!driving->cell.empty())
              driving->tubes =
                  tubes_of(context_.model, *streams_, one->objective, driving->cell, streams);
          }
        }
      });
    }
  }

  const MaximizationPlan& plan_;
  const StudyContext& context_;
  std::optional<Clip> example_;
  std::optional<optima::Streams> streams_;
  std::vector<Sought> sought_;
  std::vector<ChannelMeans> means_;  ///< one a stream, of centred pictures
  std::vector<std::string> failed_;
  std::optional<OtherNetwork> other_;  ///< is shown the results
  Journal journal_;
  ClipStore store_;
};

class Maximization final : public Study {
 public:
  explicit Maximization(MaximizationPlan plan) : plan_(std::move(plan)) {}
  Findings run(const StudyContext& context) const override { return Search(plan_, context).run(); }

 private:
  MaximizationPlan plan_;
};

std::unique_ptr<Study> make(const OptionValues& options, const std::vector<std::string>& inputs,
                            Progress& progress) {
  (void)inputs, (void)progress;
  return std::make_unique<Maximization>(plan_maximization(options));
}

}  // namespace

extern const StudyInfo maximization{
    .id = "maximization",
    .command = "maximize",
    .title = "Maximization",
    .summary = "what a unit or class wants to see, slow to fast",
    .question =
        "Optimizes clips that drive a class, a contrast, a unit or a channel as far as possible,\n"
        "in all streams at once: held still, slow, fast and free. Tells what they reach, how fast\n"
        "they move, what the network says of them, and shows them beside the real clips of INPUT\n"
        "(which may be left out) that drive it most.\n",
    .source = "Feichtenhofer et al., CVPR 2018 and IJCV 2020; Olah et al., Distill 2017",
    .needs_inputs = false,
    .makes_film = true,
    .clips = "center",
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::studies
