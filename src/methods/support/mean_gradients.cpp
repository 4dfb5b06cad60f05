// Copies side by side in one batch: a forward of several clips costs less than as many forwards.
#include "methods/support/mean_gradients.h"

#include "methods/support/probes.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace praxiscope::methods {
namespace {

/// Copies that one forward takes.
std::int64_t copies_per_forward(const MethodInput& input) {
  if (input.model.fixed_batch()) return 1;  // the batch fills it already
  const auto clips = static_cast<std::int64_t>(input.targets.size());
  return std::max<std::int64_t>(1, input.batch / std::max<std::int64_t>(1, clips));
}

/// `copies` copies of the batch behind one another, in every input: [copies*N,C,T,H,W].
std::vector<at::Tensor> join_copies(std::int64_t begin, std::int64_t copies,
                                    const MakeInputs& make) {
  std::vector<std::vector<at::Tensor>> parts;
  for (std::int64_t i = 0; i < copies; ++i) {
    const std::vector<at::Tensor> copy = make(begin + i);
    parts.resize(copy.size());
    for (std::size_t of = 0; of < copy.size(); ++of) parts[of].push_back(copy[of]);
  }
  std::vector<at::Tensor> joined;
  for (const std::vector<at::Tensor>& part : parts) joined.push_back(at::cat(part));
  return joined;
}

/// Adds the sum over the copies in `gradient` to `sum`, which may be undefined yet.
void add_copies(const at::Tensor& gradient, std::int64_t copies, bool is_squared, at::Tensor& sum) {
  at::Tensor values = gradient.to(at::kFloat);
  if (is_squared) values = values.square();
  for (const at::Tensor& copy : values.chunk(copies)) {
    if (sum.defined())
      sum.add_(copy);
    else
      sum = copy.clone();
  }
}

}  // namespace

std::vector<std::vector<at::Tensor>> mean_gradients(const MethodInput& input, std::int64_t count,
                                                    const MakeInputs& make, bool is_squared,
                                                    Progress& progress) {
  const at::NoGradGuard no_recording;
  const std::int64_t most = copies_per_forward(input);
  std::vector<std::vector<at::Tensor>> sums;
  for (std::int64_t begin = 0; begin < count; begin += most) {
    progress.check_cancelled();
    const std::int64_t copies = std::min(most, count - begin);
    std::vector<std::vector<Target>> targets;
    for (std::int64_t i = 0; i < copies; ++i)
      targets.insert(targets.end(), input.targets.begin(), input.targets.end());
    MethodInput asked = input;
    asked.targets = targets;
    const auto gradients = input_gradients_at(asked, join_copies(begin, copies, make));
    sums.resize(gradients.size());
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      sums[k].resize(gradients[k].size());
      for (std::size_t i = 0; i < gradients[k].size(); ++i)
        add_copies(gradients[k][i], copies, is_squared, sums[k][i]);
    }
  }
  for (std::vector<at::Tensor>& target : sums) {
    for (at::Tensor& sum : target) sum.div_(static_cast<double>(count));
  }
  return sums;
}

}  // namespace praxiscope::methods
