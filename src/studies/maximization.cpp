// The study maximization: what does a unit or a class want to see? Clips optimized for it, from
// slow to fast, beside the real ones that drive it most.
#include "studies/support/fusion_streams.h"
#include "studies/support/maximization_figure.h"
#include "studies/support/maximization_plates.h"
#include "studies/support/maximization_targets.h"
#include "studies/support/maximization_text.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {"unit", "", "text", "LAYER:CHANNEL, or several: LAYER:3,17,40-47"},
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
    {"kappa", "2", "float", "weight of differences in space"},
    {"chi", "2", "float", "weight of differences in time, at the speed medium"},
    {"energy", "0.5", "float", "weight of strong colours and motion"},
    {"alpha", "3", "float", "exponent of the energy"},
    {"l2", "0", "float", "weight of the sum of squares (Simonyan et al. 2014)"},
    {"flow-bound", "1", "float", "longest motion, as a share of the input's bound"},
    {"jitter", "8", "int", "px that a step may shift the picture"},
    {"time-jitter", "1", "int", "frames that a step may shift the clip"},
    {"scale", "0.05", "float", "that a step may enlarge or shrink: 0.05 is 5 %"},
    {"rotate", "4", "float", "degrees that a step may turn the picture"},
    {"mirror", "off", "on|off", "half of the steps left for right"},
    {"alone", "on", "on|off", "with two streams, also each of them by itself"},
    {"rectified", "off", "on|off", "take units behind their rectifier: dead ones stay dead"},
};

/// Optimized without priors, to have a measure where no clips are given.
constexpr int kFreeSteps = 24;

class Search {
 public:
  Search(const MaximizationPlan& plan, const StudyContext& context)
      : plan_(plan), context_(context) {}

  Findings run() {
    const auto sizes = first_sizes();
    streams_.emplace(context_.model.manifest(), sizes);
    check_streams();
    sought_ = find_sought(plan_, context_.model, blank_inputs());
    survey();
    measure();
    context_.progress.check_cancelled();  // nothing is found yet that could be kept
    search();
    json summary = maximization_summary(plan_, sought_, found_, *streams_, context_);
    summary["failed"] = failed_;
    summary["stopped"] = is_stopped_;
    Findings findings;
    findings.text = maximization_text(summary);
    show_film(sought_, found_, plan_, *streams_, context_);
    if (context_.wants_figure)
      findings.figure = maximization_figure(summary, plan_, sought_, found_, *streams_,
                                            is_stopped_ ? ShownClips{} : shown_clips(), context_);
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

  /// What activations are measured by: the largest of the clips, else what a few free steps reach.
  void measure() {
    std::vector<std::size_t> unknown;
    for (std::size_t i = 0; i < sought_.size(); ++i) {
      Sought& one = sought_[i];
      if (!one.clips.empty() && one.clips.front().value > 0) {
        one.objective.a_hat = one.clips.front().value;
        one.a_hat_from = "clips";
      } else {
        one.a_hat_from = "free steps";
        unknown.push_back(i);
      }
      if (plan_.clips == 0) one.clips.clear();
    }
    optima::MaximizeSettings settings = plan_.settings;
    settings.steps = kFreeSteps;
    settings.seed = context_.seed;
    for_batches(
        unknown.size(),
        [&](std::size_t begin, std::size_t end) {
          std::vector<optima::Wish> wishes;
          for (std::size_t k = begin; k < end; ++k) {
            optima::Wish wish = wish_of(unknown[k], {"free", 0}, 0);
            for (optima::Priors& priors : wish.priors)
              priors = {.energy = 0, .bound = priors.bound};
            wishes.push_back(std::move(wish));
          }
          const auto reached =
              optima::maximize(context_.model, *streams_, wishes, settings, context_.progress);
          for (std::size_t k = begin; k < end; ++k)
            sought_[unknown[k]].objective.a_hat =
                std::max(std::abs(reached[k - begin].score), 1e-6);
        },
        [&](std::size_t k) { return sought_[unknown[k]].objective.target.layer; });
  }

  /// Ranges of at most a batch of things of one layer.
  template <typename Work, typename LayerOf>
  void for_batches(std::size_t count, const Work& work, const LayerOf& layer_of) const {
    const auto most = static_cast<std::size_t>(std::max(context_.batch, 1));
    for (std::size_t begin = 0; begin < count;) {
      std::size_t end = begin + 1;
      while (end < count && end - begin < most && layer_of(end) == layer_of(begin)) ++end;
      work(begin, end);
      begin = end;
    }
  }

  optima::Wish wish_of(std::size_t sought, const Speed& speed, std::size_t draw) const {
    optima::Wish wish;
    wish.objective = sought_[sought].objective;
    wish.draw = static_cast<std::int64_t>(draw);
    for (const optima::Stream& stream : streams_->all()) {
      optima::Priors priors = stream.kind == InputKind::kFlow ? plan_.flow : plan_.rgb;
      priors.chi *= speed.slowness;
      wish.priors.push_back(priors);
      wish.is_fixed.push_back(!plan_.free_stream.empty() && stream.name != plan_.free_stream);
    }
    if (plan_.has_start_clip) {
      for (const at::Tensor& one : streams_->pictures(stack_clips(context_.model, {&*example_, 1})))
        wish.start.push_back(one[0].to(at::kCPU));
    }
    return wish;
  }

  /// The same with all streams but one at their mean, where they stay.
  optima::Wish alone(optima::Wish wish, const std::string& stream) const {
    wish.start.resize(streams_->all().size());
    for (std::size_t s = 0; s < streams_->all().size(); ++s) {
      const optima::Stream& one = streams_->all()[s];
      wish.is_fixed[s] = one.name != stream;
      if (one.name == stream) continue;
      const auto [t, h, w] = one.size;
      const at::Tensor mean = means_[s].mean();
      wish.start[s] = (mean.defined() ? mean.to(at::kFloat) : at::zeros({one.channels()}))
                          .reshape({-1, 1, 1, 1})
                          .expand({one.channels(), t, h, w})
                          .contiguous();
    }
    return wish;
  }

  void search() {
    std::vector<optima::Wish> wishes;
    for (std::size_t i = 0; i < sought_.size(); ++i) {
      for (std::size_t draw = 0; draw < plan_.count; ++draw) {
        for (std::size_t v = 0; v < plan_.speeds.size(); ++v) {
          found_.push_back({.sought = i,
                            .speed = v,
                            .draw = draw,
                            .alone = {},
                            .optimum = {},
                            .frequencies = {}});
          wishes.push_back(wish_of(i, plan_.speeds[v], draw));
        }
      }
      if (!has_alone()) continue;
      const std::size_t middle = plan_.speeds.size() / 2;
      for (const optima::Stream& stream : streams_->all()) {
        found_.push_back({.sought = i,
                          .speed = middle,
                          .draw = 0,
                          .alone = stream.name,
                          .optimum = {},
                          .frequencies = {}});
        wishes.push_back(alone(wish_of(i, plan_.speeds[middle], 0), stream.name));
      }
    }
    optima::MaximizeSettings settings = plan_.settings;
    settings.seed = context_.seed;
    context_.progress.begin("steps", static_cast<std::int64_t>(wishes.size()) * settings.steps);
    std::size_t done = 0;
    for_batches(
        wishes.size(),
        [&](std::size_t begin, std::size_t end) {
          if (begin > 0 && context_.progress.is_cancelled()) return;
          settings.watch = [&](int, double) {
            context_.progress.advance(static_cast<std::int64_t>(end - begin));
            return true;
          };
          const std::span<const optima::Wish> part(wishes.data() + begin, end - begin);
          auto optima_found =
              optima::maximize(context_.model, *streams_, part, settings, context_.progress);
          for (std::size_t k = begin; k < end; ++k) {
            found_[k].optimum = std::move(optima_found[k - begin]);
            describe(found_[k]);
          }
          done = end;
        },
        [&](std::size_t k) { return wishes[k].objective.target.layer; });
    is_stopped_ = context_.progress.is_cancelled();
    if (is_stopped_) context_.progress.warn("maximize: stopped; what was best so far is kept");
    found_.resize(done);
  }

  bool has_alone() const {
    return plan_.has_alone && streams_->all().size() == 2 && plan_.free_stream.empty();
  }

  /// What the network says of the clip, and how fast it is.
  void describe(Found& one) const {
    std::vector<at::Tensor> pictures;
    for (const at::Tensor& stream : one.optimum.streams) {
      pictures.push_back(stream.unsqueeze(0).to(at::Device(context_.model.device())));
      one.frequencies.push_back(optima::temporal_frequency(pictures.back()).item<double>());
    }
    one.probability = std::numeric_limits<double>::quiet_NaN();
    const Target& target = sought_[one.sought].objective.target;
    if (target.kind == Target::Kind::kUnit) return;
    std::vector<at::Tensor> inputs = streams_->inputs(pictures);
    for (at::Tensor& input : inputs) {
      std::vector<std::int64_t> shape = input.sizes().vec();
      shape[0] = context_.model.fixed_batch().value_or(1);
      input = input.expand(shape);
    }
    const at::Tensor p = probabilities(context_.model.run(inputs, {}))[0];
    one.class_index = p.argmax().item<std::int64_t>();
    one.probability = p[target.class_index].item<double>();
  }

  /// Walks inputs once more for the clips that the figure shows: which do is known only now.
  ShownClips shown_clips() const {
    std::map<std::size_t, std::set<std::int64_t>> wanted;
    for (const Sought& one : sought_)
      for (const DrivingClip& clip : one.clips) wanted[clip.input].insert(clip.clip);
    ShownClips shown;
    for (const auto& [input, indices] : wanted) {
      context_.inputs.walk(input, [&, &indices = indices](std::vector<Clip> clips) {
        context_.progress.check_cancelled();
        for (Clip& clip : clips)
          if (indices.contains(clip.index)) shown[{input, clip.index}] = std::move(clip);
      });
    }
    return shown;
  }

  const MaximizationPlan& plan_;
  const StudyContext& context_;
  std::optional<Clip> example_;
  std::optional<optima::Streams> streams_;
  std::vector<Sought> sought_;
  std::vector<Found> found_;
  std::vector<ChannelMeans> means_;  ///< one a stream, of centred pictures
  std::vector<std::string> failed_;
  bool is_stopped_ = false;
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
