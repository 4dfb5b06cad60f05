// See stacking.h.
#include "studies/support/stacking.h"

#include <ATen/ATen.h>

namespace praxiscope::studies {

std::vector<at::Tensor> stack_clips(const Model& model, std::span<const Clip> clips) {
  std::vector<at::Tensor> inputs;
  const auto whole = static_cast<std::size_t>(model.fixed_batch().value_or(0));
  for (std::size_t i = 0; i < model.manifest().inputs.size(); ++i) {
    std::vector<at::Tensor> tensors;
    for (const Clip& clip : clips) tensors.push_back(clip.inputs.at(i).tensor);
    while (tensors.size() < whole) tensors.push_back(tensors.back());
    inputs.push_back(at::stack(tensors).to(at::Device(model.device())));
  }
  return inputs;
}

}  // namespace praxiscope::studies
