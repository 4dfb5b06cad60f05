// See explaining.h.
#include "methods/explaining.h"

#include "core/text.h"

#include <limits>

namespace praxiscope::testing {

Target class_target(std::int64_t index) {
  Target target;
  target.class_index = index;
  return target;
}

Target contrast(std::int64_t a, std::int64_t b) {
  Target target = class_target(a);
  target.kind = Target::Kind::kContrast;
  target.other_class_index = b;
  return target;
}

Target unit(const std::string& layer, std::int64_t channel) {
  Target target;
  target.kind = Target::Kind::kUnit;
  target.layer = layer;
  target.channel = channel;
  return target;
}

std::map<std::string, std::string> options_of(const std::string& text) {
  std::map<std::string, std::string> options;
  if (text.empty()) return options;
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    options[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return options;
}

std::unique_ptr<Method> make_method(const Model& model, const Question& question) {
  const MethodInfo& info = find_method(question.method);
  const OptionValues options(info.id, info.options, options_of(question.options));
  return info.make(model, question.layer, options);
}

RunOptions tapping(std::vector<std::string> layers) {
  RunOptions options;
  options.taps = std::move(layers);
  options.tap_gradients = true;
  return options;
}

Run run_for(const Model& model, const Method& method, const std::vector<at::Tensor>& inputs,
            const std::vector<Target>& targets) {
  const MethodNeeds needs = method.needs();
  RunOptions options;
  options.taps = needs.taps;
  options.tap_gradients = needs.tap_gradients;
  options.input_gradients = needs.input_gradients;
  options.bias_gradients = needs.bias_gradients;
  options.backward_rule = needs.backward_rule;
  for (const Target& target : targets) {
    const bool is_new =
        std::find(options.taps.begin(), options.taps.end(), target.layer) == options.taps.end();
    if (target.kind == Target::Kind::kUnit && is_new) options.taps.push_back(target.layer);
  }
  return model.run(inputs, options);
}

Maps explain(const Model& model, const Question& question, const std::vector<at::Tensor>& inputs,
             const std::vector<Target>& targets, Progress& progress) {
  const std::unique_ptr<Method> method = make_method(model, question);
  const Run run = run_for(model, *method, inputs, targets);
  const std::vector<std::vector<Target>> per_clip(inputs.front().size(0), targets);
  return method->explain({.model = model, .run = run, .targets = per_clip}, progress);
}

Maps explain(const Model& model, const Question& question, const std::vector<at::Tensor>& inputs,
             const std::vector<Target>& targets) {
  Listener progress;
  return explain(model, question, inputs, targets, progress);
}

at::Tensor coarse(const Model& model, const Question& question,
                  const std::vector<at::Tensor>& inputs, const Target& target, std::size_t input) {
  std::vector<at::Tensor> maps;
  for (const auto& clip : explain(model, question, inputs, {target})) {
    maps.push_back(clip.at(0).at(input).coarse);
  }
  return at::stack(maps);
}

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const double largest = b.to(at::kDouble).abs().max().item<double>();
  const double difference = (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace praxiscope::testing
