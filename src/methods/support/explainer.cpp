#include "methods/support/explainer.h"

#include "core/text.h"
#include "methods/support/layer_view.h"
#include "methods/support/motion_split.h"
#include "methods/support/refined.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace praxiscope {
namespace {

/// The rank's class of one clip, or the fixed target.
Target resolve(const TargetWish& wish, const std::vector<TopClass>& ranking) {
  if (wish.fixed) return *wish.fixed;
  const auto rank =
      std::min<std::size_t>(static_cast<std::size_t>(wish.top_rank.value_or(1)), ranking.size());
  Target target;
  target.class_index = ranking.at(rank - 1).class_index;
  return target;
}

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

}  // namespace

std::vector<TopClass> find_top(const at::Tensor& logits, const at::Tensor& probabilities,
                               const std::vector<std::string>& labels, int count) {
  const auto k = std::min<std::int64_t>(count, logits.numel());
  const auto [values, indices] = probabilities.topk(k);
  std::vector<TopClass> top;
  for (std::int64_t i = 0; i < k; ++i) {
    const auto index = indices[i].item<std::int64_t>();
    top.push_back({.label = labels.at(static_cast<std::size_t>(index)),
                   .class_index = index,
                   .probability = values[i].item<float>(),
                   .logit = logits[index].item<float>()});
  }
  return top;
}

Explainer::Explainer(const Model& model, const std::vector<MethodChoice>& methods,
                     const std::vector<std::string>& targets, int top, std::uint64_t seed,
                     int batch)
    : model_(model), top_(top), seed_(seed), batch_(batch) {
  choose_methods(methods);
  if (!methods.empty()) choose_targets(targets);
  form_groups();
}

void Explainer::choose_methods(const std::vector<MethodChoice>& choices) {
  for (const MethodChoice& choice : choices) {
    const MethodInfo& info = find_method(choice.id);
    std::map<std::string, std::string> given = choice.options;
    ChosenMethod chosen{.info = &info, .layer = "", .options = "", .method = nullptr};
    if (info.is_layer_based) {
      const auto named = given.find("layer");
      chosen.layer =
          named == given.end() ? model_.default_layer() : model_.find_layer(named->second);
      if (named != given.end()) given.erase(named);
    }
    const auto refine = given.find("refine");
    const bool is_refined = refine != given.end() && refine->second == "on";
    if (info.is_layer_based && refine != given.end()) given.erase(refine);
    const OptionValues values(info.id, info.options, given);
    chosen.options = values.differences();
    chosen.method = is_refined ? methods::make_refined(info, model_, chosen.layer, values)
                               : info.make(model_, chosen.layer, values);
    if (is_refined) chosen.options += chosen.options.empty() ? "refine=on" : ",refine=on";
    methods_.push_back(std::move(chosen));
  }
}

void Explainer::choose_targets(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    for (TargetWish wish : parse_target(text, model_.labels())) {
      if (wish.fixed && wish.fixed->kind == Target::Kind::kUnit) {
        wish.fixed->layer = model_.find_layer(wish.fixed->layer);
      }
      wishes_.push_back(std::move(wish));
    }
  }
  if (wishes_.empty())
    throw Error(ErrorKind::kUsage,
                "target: found none, expected top, a label, A-B or unit:LAYER:CHANNEL");
}

void Explainer::form_groups() {
  for (std::size_t m = 0; m < methods_.size(); ++m) {
    const MethodNeeds needs = methods_[m].method->needs();
    auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) {
      return g.options.backward_rule == needs.backward_rule;
    });
    if (group == groups_.end()) {
      groups_.push_back({});
      group = groups_.end() - 1;
      group->options.backward_rule = needs.backward_rule;
    }
    group->methods.push_back(m);
    for (const std::string& tap : needs.taps) add_once(group->options.taps, tap);
    group->options.tap_gradients |= needs.tap_gradients;
    group->options.input_gradients |= needs.input_gradients;
    group->options.bias_gradients |= needs.bias_gradients;
  }
  if (groups_.empty()) groups_.push_back({});
  for (const TargetWish& wish : wishes_) {
    if (!wish.fixed || wish.fixed->kind != Target::Kind::kUnit) continue;
    for (Group& group : groups_) add_once(group.options.taps, wish.fixed->layer);
  }
}

std::vector<std::size_t> Explainer::methods_of_maps() const {
  const Manifest& manifest = model_.manifest();
  std::vector<std::string> names;
  for (const InputSpec& input : manifest.inputs) names.push_back(input.name);
  std::vector<std::size_t> maps;
  for (std::size_t m = 0; m < methods_.size(); ++m) {
    const ChosenMethod& chosen = methods_[m];
    const std::size_t inputs = chosen.info->is_layer_based
                                   ? methods::inputs_under(chosen.layer, manifest, names).size()
                                   : manifest.inputs.size();
    maps.insert(maps.end(), wishes_.size() * inputs, m);
  }
  return maps;
}

std::vector<at::Tensor> Explainer::batch_inputs(const std::vector<Clip>& clips) const {
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < model_.manifest().inputs.size(); ++i) {
    std::vector<at::Tensor> tensors;
    for (const Clip& clip : clips) tensors.push_back(clip.inputs.at(i).tensor);
    // A file that fixes the batch gets it full; what the repeated clip gives is dropped.
    const auto whole = static_cast<std::size_t>(model_.fixed_batch().value_or(0));
    while (tensors.size() < whole) tensors.push_back(tensors.back());
    inputs.push_back(at::stack(tensors));
  }
  return inputs;
}

void Explainer::fill_predictions(const Run& run, std::vector<ClipResult>& results) const {
  const at::Tensor logits = run.logits.detach().to(at::kCPU, at::kFloat);
  const at::Tensor all = probabilities(run).detach().to(at::kCPU, at::kFloat);
  int ranks = std::max(top_, 1);
  for (const TargetWish& wish : wishes_) ranks = std::max(ranks, wish.top_rank.value_or(1));
  for (std::size_t n = 0; n < results.size(); ++n) {
    const auto row = static_cast<std::int64_t>(n);
    results[n].logits = logits[row].clone();
    results[n].probabilities = all[row].clone();
    results[n].top = find_top(logits[row], all[row], model_.labels(), ranks);
    for (const TargetWish& wish : wishes_)
      results[n].targets.push_back(resolve(wish, results[n].top));
    results[n].top.resize(
        std::min<std::size_t>(results[n].top.size(), static_cast<std::size_t>(std::max(top_, 1))));
  }
}

std::vector<ClipResult> Explainer::run(std::vector<Clip> clips, Progress& progress,
                                       const std::vector<std::vector<Target>>& fixed) const {
  std::vector<ClipResult> results(clips.size());
  if (clips.empty()) return results;
  const std::vector<at::Tensor> inputs = batch_inputs(clips);
  std::vector<std::vector<Target>> targets;
  // maps[m][n]: attributions of method m for clip n, ordered target, input
  std::vector<std::vector<std::vector<Attribution>>> maps(methods_.size());
  for (const Group& group : groups_) {
    progress.check_cancelled();
    const Run run = model_.run(inputs, group.options);
    if (targets.empty()) {  // all groups see the same logits: a rule changes only what flows back
      fill_predictions(run, results);
      for (std::size_t n = 0; n < fixed.size(); ++n) results.at(n).targets = fixed[n];
      for (const ClipResult& result : results) targets.push_back(result.targets);
      targets.resize(static_cast<std::size_t>(inputs.front().size(0)), targets.back());
    }
    if (splits_motion_ && &group == &groups_.front()) {
      const MethodInput input{.model = model_,
                              .run = run,
                              .targets = targets,
                              .seed = seed_,
                              .is_last_use = false,
                              .batch = batch_};
      for (std::size_t n = 0; n < results.size(); ++n)
        results[n].motion = methods::motion_split(input, n, progress);
    }
    for (const std::size_t m : group.methods) {
      progress.check_cancelled();
      const MethodInput input{.model = model_,
                              .run = run,
                              .targets = targets,
                              .seed = seed_,
                              .is_last_use = m == group.methods.back(),
                              .batch = batch_};
      for (auto& per_target : methods_[m].method->explain(input, progress)) {
        std::vector<Attribution>& flat = maps[m].emplace_back();
        for (auto& per_input : per_target) {
          for (Attribution& map : per_input) flat.push_back(std::move(map));
        }
      }
    }
  }
  for (std::size_t n = 0; n < clips.size(); ++n) {
    for (auto& per_method : maps) {
      for (Attribution& map : per_method.at(n)) results[n].attributions.push_back(std::move(map));
    }
    results[n].clip = std::move(clips[n]);
  }
  return results;
}

}  // namespace praxiscope
