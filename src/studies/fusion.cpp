// The study fusion: what does joining two streams buy? What each stream carries of a decision,
// which one decides when they disagree, and which units of the network need both.
#include "studies/fusion/figure.h"
#include "studies/fusion/films.h"
#include "studies/fusion/optima.h"
#include "studies/fusion/summary.h"
#include "studies/fusion/text.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {"target", "top", "text", "top: each clip's own class; a LABEL; A-B"},
    {"fill", "mean", "mean|zero|frozen", "what stands for a missing stream"},
    {"layer", "", "text", "whose units are looked at; usual: where both join"},
    {"pairs", "200", "int", "clip pairs of the swap test at most, 0: none"},
    {"units", "8", "int", "units with pages of their own, 0 to 50"},
    {"optimize", "0", "int", "steps of clips made for these units; 0: none"},
};

/// Clips of the swap test are kept together: so many, and so many bytes of them at most.
constexpr std::size_t kMostSwapped = 64, kMostSwappedBytes = std::size_t{512} << 20U;

/// Of each input twice: first what the clips are, then what streams do in them, as means, classes
/// and the layer are to be known by then. Takes about ten forwards a clip; no journal.
class Probe {
 public:
  Probe(const FusionPlan& plan, const StudyContext& context) : plan_(plan), context_(context) {
    facts_.streams = names_of_streams(context.model);
    const std::vector<TargetWish> wishes = parse_target(plan.target, context.model.labels());
    const bool fits =
        wishes.size() == 1 &&
        (wishes[0].fixed ? wishes[0].fixed->kind != Target::Kind::kUnit : wishes[0].top_rank == 1);
    if (!fits)
      throw Error(ErrorKind::kUsage,
                  fmt::format("fusion: found target {}, expected top, one class or A-B",
                              in_quotes(plan.target)));
    fixed_ = wishes[0].fixed;
  }

  Findings run() {
    const auto inputs = static_cast<std::int64_t>(context_.inputs.names().size());
    context_.progress.begin("clips", inputs);
    for (std::size_t i = 0; i < context_.inputs.names().size(); ++i) survey(i);
    if (facts_.clips.empty())
      throw Error(ErrorKind::kInput,
                  failed_.empty() ? "fusion: no clip found in the inputs"
                                  : fmt::format("fusion: no input could be read; the first: {}",
                                                failed_.front()));
    prepare();
    context_.progress.begin("streams", inputs);
    for (std::size_t i = 0; i < context_.inputs.names().size(); ++i) probe(i);
    swap();
    facts_.units = sums_.units();
    facts_.cells = sums_.cells();
    facts_.has_negative = sums_.has_negative();
    optimize();
    json summary = fusion_summary(plan_, facts_, context_);
    summary["failed"] = failed_;
    Findings findings;
    findings.text = fusion_text(summary);
    if (context_.wants_figure) findings.figure = draw(summary);
    findings.json = summary.dump(-1, ' ', false, json::error_handler_t::replace);
    return findings;
  }

 private:
  /// Classes and means. What an input gave before it failed is forgotten.
  void survey(std::size_t input) {
    std::vector<FusionClip> found;
    std::array<ChannelMeans, 2> means = means_;
    StreamPair one = example_;
    try {
      context_.inputs.walk(input, [&](std::vector<Clip> clips) {
        context_.progress.check_cancelled();
        if (clips.empty()) return;
        const StreamPair streams = stack_streams(context_.model, clips);
        const StreamAnswer answer = ask_streams(context_.model, streams, "");
        for (std::size_t n = 0; n < clips.size(); ++n) {
          const auto row = static_cast<std::int64_t>(n);
          found.push_back(describe_clip(input, clips[n], answer, row));
          for (std::size_t s = 0; s < means.size(); ++s) means.at(s).add(streams.at(s)[row]);
        }
        for (std::size_t s = 0; s < one.size(); ++s)
          if (!one.at(s).defined()) one.at(s) = streams.at(s).narrow(0, 0, 1).clone();
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      failed_.emplace_back(error.what());
      context_.progress.warn(error.what());
      context_.progress.advance(1);
      return;
    }
    begins_[input] = facts_.clips.size();
    facts_.clips.insert(facts_.clips.end(), found.begin(), found.end());
    means_ = means, example_ = one;
    context_.progress.advance(1);
  }

  FusionClip describe_clip(std::size_t input, const Clip& clip, const StreamAnswer& answer,
                           std::int64_t row) const {
    FusionClip told;
    told.input = input, told.clip = clip.index;
    told.begin_s = clip.inputs.front().frames.front().pts.to_double();
    told.end_s = clip.inputs.front().frames.back().pts.to_double();
    told.class_index = answer.logits[row].argmax().item<std::int64_t>();
    told.probability = answer.probabilities[row][told.class_index].item<double>();
    told.target.class_index = told.class_index;
    if (fixed_) told.target = *fixed_;
    return told;
  }

  /// What is known when all clips were seen once.
  void prepare() {
    for (std::size_t s = 0; s < means_.size(); ++s) facts_.means.at(s) = means_.at(s).mean();
    facts_.classes = frequent_classes(facts_.clips);
    facts_.layer = find_fusion_layer(context_.model, example_, plan_.layer, context_.seed);
    if (!facts_.layer)
      context_.progress.warn(
          fmt::format("fusion: no layer with time and space depends on both {} and {}: no units "
                      "are looked at; name one with --layer if there is",
                      in_quotes(facts_.streams[0]), in_quotes(facts_.streams[1])));
    else if (facts_.layer->reach.both == 0)
      context_.progress.warn(fmt::format(
          "fusion: layer {}: no channel depends on both {} and {}: its units belong to one stream",
          in_quotes(facts_.layer->name), in_quotes(facts_.streams[0]),
          in_quotes(facts_.streams[1])));
    std::vector<std::int64_t> classes;
    for (const FusionClip& clip : facts_.clips) classes.push_back(clip.class_index);
    const std::size_t bytes = example_[0].nbytes() + example_[1].nbytes();
    const std::size_t most =
        std::min(kMostSwapped, kMostSwappedBytes / std::max<std::size_t>(bytes, 1));
    const std::vector<std::size_t> chosen =
        choose_evenly(classes, std::max<std::size_t>(most, 2), context_.seed);
    for (const SwapPair& pair : draw_pairs(classes, chosen, plan_.pairs, context_.seed)) {
      facts_.swaps.push_back({pair, 0});
      kept_[pair.first] = {}, kept_[pair.second] = {};
    }
  }

  /// How far units of the pages are driven by clips that are made for them.
  void optimize() {
    if (!facts_.layer || plan_.optimize == 0) return;
    std::vector<std::int64_t> channels;
    for (const std::size_t unit : choose_units(facts_.units, plan_.units))
      channels.push_back(facts_.units[unit].channel);
    facts_.optimized =
        drive_by_optima(context_.model, facts_.layer->name, channels, example_, facts_.means,
                        {.steps = plan_.optimize, .batch = context_.batch, .seed = context_.seed},
                        context_.progress);
  }

  void probe(std::size_t input) {
    const auto begin = begins_.find(input);
    if (begin == begins_.end()) return;
    std::size_t next = begin->second;
    context_.inputs.walk(input, [&](std::vector<Clip> clips) {
      context_.progress.check_cancelled();
      if (clips.empty()) return;
      const StreamPair streams = stack_streams(context_.model, clips);
      for (std::size_t n = 0; n < clips.size(); ++n) {
        const std::size_t place = next + n;
        if (place >= facts_.clips.size() || facts_.clips[place].input != input ||
            facts_.clips[place].clip != clips[n].index)
          throw Error(ErrorKind::kInput, fmt::format("fusion: {} changed while it was read",
                                                     in_quotes(context_.inputs.names()[input])));
        if (const auto kept = kept_.find(place); kept != kept_.end()) {
          for (std::size_t s = 0; s < streams.size(); ++s)
            kept->second.at(s) = streams.at(s)[static_cast<std::int64_t>(n)].to(at::kCPU).clone();
        }
      }
      probe_batch(streams, clips, next);
      next += clips.size();
    });
    context_.progress.advance(1);
  }

  void probe_batch(const StreamPair& streams, const std::vector<Clip>& clips, std::size_t next) {
    const std::string layer = facts_.layer ? facts_.layer->name : "";
    const StreamAnswer both = ask_streams(context_.model, streams, layer);
    for (std::size_t f = 0; f < kStreamFills.size(); ++f) {
      const bool is_main = kStreamFills.at(f) == plan_.fill;
      const auto coalitions =
          coalitions_of(context_.model, streams, kStreamFills.at(f), facts_.means);
      std::array<at::Tensor, kCoalitions> activations;
      for (std::size_t s = 0; s < kCoalitions; ++s) {
        context_.progress.check_cancelled();
        const StreamAnswer answer =
            s == kTogether ? both
                           : ask_streams(context_.model, coalitions.at(s), is_main ? layer : "");
        activations.at(s) = answer.activation;
        for (std::size_t n = 0; n < clips.size(); ++n)
          note(facts_.clips[next + n], f, s, answer, static_cast<std::int64_t>(n), is_main);
      }
      if (is_main && !layer.empty()) sums_.add(activations, sources(clips, next));
    }
  }

  void note(FusionClip& clip, std::size_t fill, std::size_t streams, const StreamAnswer& answer,
            std::int64_t row, bool is_main) const {
    clip.logits.at(fill).at(streams) = score_of(clip.target, answer.logits, row);
    clip.probabilities.at(fill).at(streams) = score_of(clip.target, answer.probabilities, row);
    if (!is_main) return;
    clip.class_logits.resize(facts_.classes.size());
    for (std::size_t k = 0; k < facts_.classes.size(); ++k)
      clip.class_logits[k].at(streams) = answer.logits[row][facts_.classes[k]].item<double>();
  }

  std::vector<UnitSums::Source> sources(const std::vector<Clip>& clips, std::size_t next) const {
    std::vector<UnitSums::Source> sources;
    for (std::size_t n = 0; n < clips.size(); ++n) {
      const FusionClip& clip = facts_.clips[next + n];
      sources.push_back({.clip = next + n,
                         .input = clip.input,
                         .begin_s = clip.begin_s,
                         .end_s = clip.end_s,
                         .class_index = clip.class_index,
                         .streams = &clips[n]});
    }
    return sources;
  }

  void swap() {
    drop_other_sizes();
    context_.progress.begin("swap test", static_cast<std::int64_t>(facts_.swaps.size()));
    const auto batch = static_cast<std::size_t>(std::max(context_.batch, 1));
    for (std::size_t begin = 0; begin < facts_.swaps.size(); begin += batch) {
      context_.progress.check_cancelled();
      const std::size_t end = std::min(begin + batch, facts_.swaps.size());
      std::vector<at::Tensor> first, second;
      for (std::size_t i = begin; i < end; ++i) {
        first.push_back(kept_.at(facts_.swaps[i].pair.first)[0]);
        second.push_back(kept_.at(facts_.swaps[i].pair.second)[1]);
      }
      const at::Device device(context_.model.device());
      const StreamAnswer answer = ask_streams(
          context_.model, {at::stack(first).to(device), at::stack(second).to(device)}, "");
      const at::Tensor best = answer.logits.argmax(1);
      for (std::size_t i = begin; i < end; ++i)
        facts_.swaps[i].class_index =
            best[static_cast<std::int64_t>(i - begin)].item<std::int64_t>();
      context_.progress.advance(static_cast<std::int64_t>(end - begin));
    }
    kept_.clear();
  }

  /// Streams of clips of different sizes do not go together.
  void drop_other_sizes() {
    if (facts_.swaps.empty()) return;
    const StreamPair& model = kept_.at(facts_.swaps.front().pair.first);
    const std::size_t dropped = std::erase_if(facts_.swaps, [&](const Swap& swap) {
      const auto fits = [&](std::size_t clip) {
        return kept_.at(clip)[0].sizes() == model[0].sizes() &&
               kept_.at(clip)[1].sizes() == model[1].sizes();
      };
      return !fits(swap.pair.first) || !fits(swap.pair.second);
    });
    if (dropped > 0)
      context_.progress.warn(fmt::format(
          "fusion: swap test: {} pairs left out, whose clips differ in size; a crop makes them "
          "alike",
          dropped));
  }

  /// Walks inputs whose clips drive the chosen units once more: which do is known only now.
  Figure draw(const json& summary) const {
    Figure figure;
    const std::vector<std::size_t> units = choose_units(facts_.units, plan_.units);
    std::map<std::size_t, std::vector<std::int64_t>> channels;          // by clip
    std::map<std::size_t, std::map<std::int64_t, std::size_t>> wanted;  // input, index -> clip
    for (const std::size_t unit : units) {
      for (const UnitClip& clip : facts_.units[unit].clips) {
        channels[clip.clip].push_back(facts_.units[unit].channel);
        wanted[clip.input][facts_.clips[clip.clip].clip] = clip.clip;
      }
    }
    std::map<std::size_t, ShownStreams> shown;
    context_.progress.begin("figure", static_cast<std::int64_t>(wanted.size()));
    for (const auto& [input, clips] : wanted) {
      context_.inputs.walk(input, [&, &clips = clips](std::vector<Clip> batch) {
        context_.progress.check_cancelled();
        std::erase_if(batch, [&](const Clip& clip) { return !clips.contains(clip.index); });
        if (batch.empty()) return;
        const StreamAnswer answer =
            ask_streams(context_.model, stack_streams(context_.model, batch), facts_.layer->name);
        for (std::size_t n = 0; n < batch.size(); ++n) {
          const std::size_t place = clips.at(batch[n].index);
          shown[place] = show(batch[n], answer.activation[static_cast<std::int64_t>(n)],
                              channels.at(place), summary["clips"][place], figure);
        }
      });
      context_.progress.advance(1);
    }
    return fusion_figure(std::move(figure), summary, units, shown, context_);
  }

  ShownStreams show(const Clip& clip, const at::Tensor& activation,
                    const std::vector<std::int64_t>& channels, const json& told,
                    Figure& figure) const {
    ShownStreams shown;
    FigureFilm film = make_stream_film(clip, context_.model.manifest().inputs, figure.pictures);
    film.name = name_of_clip(told);
    shown.film = static_cast<FilmId>(figure.films.size());
    figure.films.push_back(std::move(film));
    for (const std::int64_t channel : channels) {
      shown.maps[channel] = static_cast<MapId>(figure.maps.size());
      figure.maps.push_back(make_stream_map(clip, activation[channel]));
    }
    return shown;
  }

  const FusionPlan& plan_;
  const StudyContext& context_;
  std::optional<Target> fixed_;  ///< nothing: each clip's own class
  FusionFacts facts_;
  std::array<ChannelMeans, 2> means_;
  StreamPair example_;                         ///< the first clip, [1,C,T,H,W]
  std::map<std::size_t, std::size_t> begins_;  ///< of inputs that could be read: first clip
  std::map<std::size_t, StreamPair> kept_;     ///< clips of the swap test, [C,T,H,W] on the CPU
  UnitSums sums_;
  std::vector<std::string> failed_;
};

class Fusion final : public Study {
 public:
  explicit Fusion(FusionPlan plan) : plan_(std::move(plan)) {}
  Findings run(const StudyContext& context) const override { return Probe(plan_, context).run(); }

 private:
  FusionPlan plan_;
};

std::size_t within(const OptionValues& options, std::string_view name, std::int64_t most) {
  const std::int64_t value = options.integer(name);
  if (value >= 0 && value <= most) return static_cast<std::size_t>(value);
  throw Error(ErrorKind::kUsage,
              fmt::format("fusion: option {}: found {}, expected 0 to {}", name, value, most));
}

std::unique_ptr<Study> make(const OptionValues& options, const std::vector<std::string>& inputs,
                            Progress& progress) {
  (void)inputs, (void)progress;
  FusionPlan plan;
  plan.target = options.text("target");
  const auto* const fill =
      std::find(kStreamFillNames.begin(), kStreamFillNames.end(), options.text("fill"));
  plan.fill = kStreamFills.at(static_cast<std::size_t>(fill - kStreamFillNames.begin()));
  plan.layer = options.text("layer");
  plan.pairs = within(options, "pairs", 10'000);
  plan.units = within(options, "units", 50);
  plan.optimize = static_cast<int>(within(options, "optimize", 10'000));
  return std::make_unique<Fusion>(std::move(plan));
}

}  // namespace

extern const StudyInfo fusion{
    .id = "fusion",
    .command = "fusion",
    .title = "Fusion",
    .summary = "what each of two streams carries, and what needs both",
    .question =
        "For networks with two inputs, such as rgb and flow. Takes each stream away and says "
        "what it\n"
        "carried of the answer, by class and for every pair of classes; joins one clip's first "
        "stream\n"
        "with another's second one and sees which decides; and sorts the units where the streams\n"
        "join into those that need both, that one stream drives alone, and those that either "
        "does.\n",
    .source = "Feichtenhofer et al., CVPR 2016 and 2018; Shapley 1953; Owen, AOAS 2007",
    .needs_inputs = true,
    .clips = "center",
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::studies
