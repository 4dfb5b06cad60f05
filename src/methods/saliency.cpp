// Saliency: how much the target moves with each element of the clip. The simplest room: copy it
// for a new method; the table, the command line, help and the conformance test find it by its name.
#include "methods/support/target_score.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope::methods {
namespace {

/// Declared once; the command line, validation and help read it.
constexpr OptionSpec kOptions[] = {
    {"values", "absolute", "absolute|signed", "size of the gradient, or the gradient itself"},
    {"channels", "max", "max|mean|sum|l2", "how colour channels become one number"},
};

class Saliency : public Method {
 public:
  explicit Saliency(const OptionValues& options)
      : is_signed_(options.text("values") == "signed"),
        channels_(options.text("channels")),
        variant_("values=" + options.text("values") + ",channels=" + channels_) {}

  /// What the shared forward must keep. A method at a layer asks for taps instead.
  MethodNeeds needs() const override { return {.taps = {}, .input_gradients = true}; }

  std::vector<std::vector<std::vector<Attribution>>> explain(const MethodInput& input,
                                                             Progress& progress) const override;

 private:
  at::Tensor reduce_channels(const at::Tensor& gradient) const;

  bool is_signed_;
  std::string channels_;
  std::string variant_;
};

/// [N,C,T,H,W] -> [N,T,H,W]. methods.md F10 is absolute and max.
at::Tensor Saliency::reduce_channels(const at::Tensor& gradient) const {
  if (is_signed_ && channels_ == "max") {  // the strongest channel, with its sign
    return gradient.gather(1, gradient.abs().argmax(1, /*keepdim=*/true)).squeeze(1);
  }
  const at::Tensor values = is_signed_ ? gradient : gradient.abs();
  if (channels_ == "max") return values.amax(1);
  if (channels_ == "mean") return values.mean(1);
  if (channels_ == "sum") return values.sum(1);
  return values.norm(2, 1);
}

std::vector<std::vector<std::vector<Attribution>>> Saliency::explain(const MethodInput& input,
                                                                     Progress& progress) const {
  const std::size_t targets = targets_per_clip(input);
  std::vector<std::vector<std::vector<Attribution>>> results(
      input.targets.size(), std::vector<std::vector<Attribution>>(targets));
  std::vector<std::string> of;
  for (std::size_t i = 0; i < input.run.inputs.size(); ++i)
    of.push_back(fmt::format("input:{}", i));

  for (std::size_t k = 0; k < targets; ++k) {
    progress.check_cancelled();
    // One backward gives every clip of the batch its own gradient.
    const at::Tensor scores = target_scores(input, k);
    const std::vector<at::Tensor> gradients = target_gradients(input, scores, k, of);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const at::Tensor maps = reduce_channels(gradients[i].to(at::kFloat));
      for (std::size_t n = 0; n < results.size(); ++n) {
        Attribution result;
        result.method = "saliency";
        result.variant = variant_;
        result.input = input.run.input_names[i];
        result.target = input.targets[n][k];
        result.coarse = result.volume = maps.select(0, static_cast<std::int64_t>(n));
        result.is_signed = is_signed_;
        results[n][k].push_back(std::move(result));
      }
    }
  }
  return results;
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  if (options.text("values") == "signed" && options.text("channels") == "l2") {
    throw Error(ErrorKind::kUsage,
                "saliency: option channels: found \"l2\" with values=signed, expected max, mean or "
                "sum; a length has no sign");
  }
  return std::make_unique<Saliency>(options);
}

}  // namespace

/// The room's whole public face, named as the file.
extern const MethodInfo saliency{
    .id = "saliency",
    .title = "Saliency",
    .summary = "gradient of the target at every input element",
    .source = "Simonyan et al., ICLR workshop 2014, sec. 3.1; over time, height and width",
    .reading = "finds small changes that most move",
    .is_signed = false,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
