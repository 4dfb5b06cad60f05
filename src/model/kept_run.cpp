#include "model/kept_run.h"

#include "model/recording.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace praxiscope::program {
namespace {

class Kept final : public KeptRun {
 public:
  /// @param places  per input the argument that it is.
  Kept(std::vector<at::Tensor> inputs, std::vector<std::size_t> places, const NetworkCall& call,
       std::unique_ptr<Recording> recording)
      : inputs_(std::move(inputs)),
        places_(std::move(places)),
        call_(call),
        recording_(std::move(recording)) {}

  at::Tensor logits(std::size_t input, const at::Tensor& contents,
                    std::span<const std::array<std::int64_t, 3>> corners) const override {
    const c10::InferenceMode normal_mode(false);
    const at::NoGradGuard no_recording;
    check(input, contents, corners);
    Patch patch{inputs_[input],
                contents.detach().to(inputs_[input].options()),
                {corners.begin(), corners.end()}};
    std::vector<std::shared_ptr<const Patch>> patches(
        1 + *std::max_element(places_.begin(), places_.end()));
    patches[places_[input]] = std::make_shared<const Patch>(std::move(patch));
    const auto outputs = recording_->replay(patches);
    if (!outputs) return {};
    return call_.find_logits(call_.open_outputs(*outputs), contents.size(0));
  }

 private:
  void check(std::size_t input, const at::Tensor& contents,
             std::span<const std::array<std::int64_t, 3>> corners) const {
    const at::Tensor& whole = inputs_.at(input);
    bool is_inside = contents.dim() == 5 && contents.size(1) == whole.size(1) &&
                     contents.size(0) == static_cast<std::int64_t>(corners.size());
    for (const std::array<std::int64_t, 3>& corner : corners) {
      for (std::size_t a = 0; is_inside && a < 3; ++a) {
        const auto dim = static_cast<std::int64_t>(a) + 2;
        is_inside = corner[a] >= 0 && corner[a] + contents.size(dim) <= whole.size(dim);
      }
    }
    if (!is_inside)
      throw Error(ErrorKind::kInternal,
                  fmt::format("kept run: boxes [{}] do not lie in a clip of [{}]",
                              fmt::join(contents.sizes(), ","), fmt::join(whole.sizes(), ",")));
  }

  std::vector<at::Tensor> inputs_;
  std::vector<std::size_t> places_;
  const NetworkCall& call_;
  std::unique_ptr<Recording> recording_;
};

}  // namespace

std::unique_ptr<KeptRun> keep_run(const Program& program, const NetworkCall& call,
                                  std::vector<at::Tensor> inputs) {
  const c10::InferenceMode normal_mode(false);
  const at::NoGradGuard no_recording;
  const std::vector<c10::IValue> arguments = call.make_arguments(inputs);
  std::vector<std::size_t> places;
  std::vector<at::Tensor> kept;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::optional<std::size_t> place = call.argument_of(i);
    if (inputs[i].size(0) != 1 || !place) return nullptr;
    places.push_back(*place);
    // A copy: networks may begin with an in-place operator.
    kept.push_back(arguments.at(*place).toTensor().clone());
  }
  std::unique_ptr<Recording> recording = record(program, arguments);
  if (recording == nullptr) return nullptr;
  return std::make_unique<Kept>(std::move(kept), std::move(places), call, std::move(recording));
}

}  // namespace praxiscope::program
