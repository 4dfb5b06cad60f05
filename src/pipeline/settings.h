// How the process and the network run: threads, batch size, precision. Set in one place, from
// RunSettings.
#pragma once

#include "praxiscope/explain.h"
#include "praxiscope/preparation.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// CPU threads that a setting stands for: all cores for 0. @throws Error kUsage when negative.
int resolve_threads(int wish);

/// Clips per forward. On the CPU small clips gain from batches of up to 4 and large ones lose
/// (memory traffic); a GPU wants more.
/// `fixed`: Model::fixed_batch, the only answer where there is one.
/// @throws Error kUsage when negative, or other than `fixed`.
int resolve_batch(int wish, const std::vector<InputSpec>& inputs, const std::string& device,
                  std::optional<std::int64_t> fixed);

/// Gives the calling thread its number of OpenMP threads (LibTorch keeps that per thread) and, for
/// bf16 and f16, autocast. One object a stage that touches the network, for as long as it does;
/// restores autocast when it goes.
class ComputeScope {
 public:
  /// @throws Error kUsage for an unknown precision.
  ComputeScope(const RunSettings& settings, const std::string& device);
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// @throws Error kUsage unless "f32", "bf16" or "f16".
void check_precision(const std::string& precision);

}  // namespace praxiscope
