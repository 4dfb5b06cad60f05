// Optimized clips shown to another network: does it see the same? What drives one network alone
// says more of that network than of its class.
#pragma once

#include "studies/maximization/plan.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope::studies {

class OtherNetwork {
 public:
  /// @param path  see read_manifest(). @param sizes  T, H, W by input of the clips to be shown.
  /// @throws Error kModel, kUsage naming option transfer where its inputs are not `streams`'.
  OtherNetwork(const std::string& path, const Model& model, const optima::Streams& streams,
               const std::vector<std::array<std::int64_t, 3>>& sizes);

  const std::string& name() const { return model_->manifest().name; }
  /// What it says of a clip, per stream [C,T,H,W] centred.
  /// @param label  whose probability is told; NaN where it has no such class.
  OtherAnswer answer(const std::vector<at::Tensor>& clip, const std::string& label) const;

 private:
  std::unique_ptr<Model> model_;
  std::unique_ptr<optima::Streams> streams_;
};

}  // namespace praxiscope::studies
