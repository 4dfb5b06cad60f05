// The study faithfulness: can a map be believed? Several methods and baselines on many clips, each
// judged by what the network answers when the map's voxels are taken away or given back, by
// annotations where there are any, and by what is left of the map when the network forgets.
#include "core/text.h"
#include "studies/faithfulness/classes.h"
#include "studies/faithfulness/figure.h"
#include "studies/faithfulness/plan.h"
#include "studies/faithfulness/summary.h"
#include "studies/support/journal.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {"method", "grad_cam_pp,grad_cam,saliency", "text", "methods to compare, as for explain"},
    {"target", "top", "text", "top; label: that of each input; a LABEL"},
    {"annotations", "", "paths", "files and folders, comma separated: boxes, masks, times"},
    {"steps", "10", "int", "points of a curve, 2 to 100"},
    {"baseline", "black", "black|gray|mean|blur", "behind the explained part: average drop"},
    {"deletion", "black", "black|gray|mean|blur", "what takes the place of deleted voxels"},
    {"insertion", "blur", "black|gray|mean|blur", "what voxels are inserted into"},
    {"tolerance", "15", "int", "px of pointing in a clip of 224, scaled with it"},
    {"random-clips", "4", "int", "clips of the randomization check, 0: none"},
    {"examples", "3", "int", "best and worst clips in the figure, each"},
};

std::int64_t within(const OptionValues& options, std::string_view name, std::int64_t least,
                    std::int64_t most) {
  const std::int64_t value = options.integer(name);
  if (value >= least && value <= most) return value;
  throw Error(ErrorKind::kUsage, fmt::format("evaluate: option {}: found {}, expected {} to {}",
                                             name, value, least, most));
}

std::vector<std::string> named_paths(const std::string& text) {
  std::vector<std::string> paths;
  for (const std::string& part : split(text, ',')) {
    if (!trimmed(part).empty()) paths.push_back(trimmed(part));
  }
  return paths;
}

void name_methods(const std::string& text, FaithfulnessPlan& plan) {
  plan.methods = parse_methods(text);
  std::set<std::string> seen(baseline_names().begin(), baseline_names().end());
  for (const std::string& part : split(text, ',')) {
    plan.names.push_back(trimmed(part));
    if (!seen.insert(plan.names.back()).second)
      throw Error(ErrorKind::kUsage,
                  fmt::format("evaluate: method {} is named twice", in_quotes(plan.names.back())));
  }
}

class Evaluation {
 public:
  Evaluation(const FaithfulnessPlan& plan, const StudyContext& context)
      : plan_(plan),
        context_(context),
        journal_(context.journal),
        explainer_(context.model, plan.methods, {plan.wish()}, 1, context.seed, context.batch) {
    if (plan.has_labels()) classes_ = labelled_classes(context);
    const TargetWish& wish = explainer_.wishes().front();
    if (explainer_.wishes().size() != 1 || (wish.fixed && wish.fixed->kind != Target::Kind::kClass))
      throw Error(ErrorKind::kUsage,
                  fmt::format("evaluate: found target {}, expected top, label or one class: what "
                              "is measured is the probability of a class",
                              in_quotes(plan.target)));
    const auto done =
        std::count_if(journal_.found().begin(), journal_.found().end(),
                      [](const std::string& key) { return key.starts_with("clip "); });
    if (done > 0)
      context.progress.warn(fmt::format("going on with a run that was stopped: {} clip{} done",
                                        done, done == 1 ? " is" : "s are"));
  }

  Findings run() {
    context_.progress.begin("evaluate", static_cast<std::int64_t>(context_.inputs.names().size()));
    for (std::size_t i = 0; i < context_.inputs.names().size(); ++i) {
      score_input(i);
      context_.progress.advance(1);
    }
    if (records_.empty())
      throw Error(ErrorKind::kInput,
                  failed_.empty() ? "evaluate: no clip found in the inputs"
                                  : fmt::format("evaluate: no input could be read; the first: {}",
                                                failed_.front()));
    const json random = randomization_check(context_, plan_, classes_);
    const json summary = summarize(plan_, context_.inputs.names(), records_, random, context_.seed);
    Findings findings;
    json told = summary;
    told["failed"] = failed_;
    findings.json = told.dump(-1, ' ', false, json::error_handler_t::replace);
    findings.text = tables_of(summary);
    if (context_.wants_figure)
      findings.figure = faithfulness_figure(summary, plan_, explainer_, context_);
    return findings;
  }

 private:
  void score_input(std::size_t input) {
    const std::string& name = context_.inputs.names()[input];
    const std::string whole = "input " + name;
    try {
      if (const json* known = journal_.find(whole)) {
        for (std::int64_t clip = 0; clip < known->get<std::int64_t>(); ++clip)
          records_.push_back(*journal_.find(key_of(name, clip)));
        return;
      }
      std::optional<ClipResult> before;
      std::int64_t clips = 0;
      const auto truth = plan_.annotations.find(name, context_.progress);
      context_.inputs.walk(input, [&](std::vector<Clip> batch) {
        // Clips in the journal are explained again: their neighbours are compared with them.
        std::vector<std::vector<Target>> targets;
        if (!classes_.empty()) targets.assign(batch.size(), {classes_.at(input)});
        for (ClipResult& result : explainer_.run(std::move(batch), context_.progress, targets)) {
          records_.push_back(score_clip(input, result, truth, before));
          ++clips;
          before = std::move(result);
        }
      });
      journal_.add(whole, clips);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      failed_.emplace_back(error.what());
      context_.progress.warn(error.what());
    }
  }

  static std::string key_of(const std::string& input, std::int64_t clip) {
    return fmt::format("clip {} {}", clip, input);
  }

  json score_clip(std::size_t input, const ClipResult& result,
                  const std::optional<InputTruth>& known, const std::optional<ClipResult>& before) {
    const std::string& name = context_.inputs.names()[input];
    const std::string key = key_of(name, result.clip.index);
    if (const json* done = journal_.find(key)) return *done;
    ScoreSettings settings = plan_.scores;
    settings.seed = seed_of(context_.seed, name, result.clip.index);
    settings.batch = context_.batch;
    const std::int64_t target = result.targets.front().class_index;
    ScoredClip scored{.model = context_.model,
                      .clip = result.clip,
                      .class_index = target,
                      .probability = result.probabilities[target].item<double>(),
                      .truths = {}};
    for (const ClipInput& each : result.clip.inputs)
      scored.truths.push_back(known ? std::optional(truth_of(*known, each)) : std::nullopt);
    json record{{"input", input},
                {"clip", result.clip.index},
                {"begin_s", result.clip.inputs.front().frames.front().pts.to_double()},
                {"end_s", result.clip.inputs.front().frames.back().pts.to_double()},
                {"class_index", target},
                {"label", context_.model.labels().at(static_cast<std::size_t>(target))},
                {"probability", scored.probability},
                {"answer_index", result.top.front().class_index},
                {"answer", result.top.front().label}};
    record["methods"] = score_maps(scored, maps_of(result, plan_, explainer_, settings.seed),
                                   settings, context_.progress);
    if (before) {
      const json alike = stability_of(*before, result, plan_, explainer_);
      for (const auto& [method, value] : alike.items())
        record["methods"][method]["numbers"]["stability"] = value;
    }
    return journal_.add(key, record);
  }

  const FaithfulnessPlan& plan_;
  const StudyContext& context_;
  Journal journal_;
  Explainer explainer_;
  std::vector<Target> classes_;  ///< one an input, where they have labels; else empty
  std::vector<json> records_;    ///< one a clip
  std::vector<std::string> failed_;
};

class Faithfulness final : public Study {
 public:
  explicit Faithfulness(FaithfulnessPlan plan) : plan_(std::move(plan)) {}
  Findings run(const StudyContext& context) const override {
    return Evaluation(plan_, context).run();
  }

 private:
  FaithfulnessPlan plan_;
};

std::unique_ptr<Study> make(const OptionValues& options, const std::vector<std::string>& inputs,
                            Progress& progress) {
  FaithfulnessPlan plan;
  name_methods(options.text("method"), plan);
  plan.target = options.text("target");
  plan.scores.steps = static_cast<int>(within(options, "steps", 2, 100));
  plan.scores.baseline = methods::find_fill(options.text("baseline"));
  plan.scores.deletion = methods::find_fill(options.text("deletion"));
  plan.scores.insertion = methods::find_fill(options.text("insertion"));
  plan.scores.tolerance_px = static_cast<double>(within(options, "tolerance", 0, 1000));
  plan.random_clips = static_cast<int>(within(options, "random-clips", 0, 10'000));
  plan.examples = static_cast<int>(within(options, "examples", 0, 20));
  plan.annotations = load_annotations(named_paths(options.text("annotations")), inputs, progress);
  return std::make_unique<Faithfulness>(std::move(plan));
}

}  // namespace

extern const StudyInfo faithfulness{
    .id = "faithfulness",
    .command = "evaluate",
    .title = "Faithfulness",
    .summary = "can a map be believed? methods measured on many clips",
    .question =
        "Judges methods on clips: what the network still answers when it sees only a map's part,\n"
        "when the map's voxels vanish or appear, best first; against boxes, masks and times where\n"
        "--annotations has them; and whether maps change when the network forgets what it learnt.\n"
        "Centre, random and edge maps stand beside the methods: one that does not beat them says\n"
        "nothing. Numbers come with 95 % intervals over inputs.\n",
    .source =
        "Chattopadhyay et al., WACV 2018; Petsiuk et al., BMVC 2018; Zhang et al., ECCV 2016; "
        "Adebayo et al., NeurIPS 2018",
    .needs_inputs = true,
    .clips = "center",
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::studies
