// Computed flow on disk, found again by what the two pictures show. Knows no algorithm.
#pragma once

#include "praxiscope/preparation.h"
#include "praxiscope/tensor.h"

#include <optional>
#include <string>

namespace praxiscope {

/// A folder of .flo files. Their names are digests of algorithm and pictures, so that any video,
/// clip or command that meets the same pair finds it, and nothing ever goes out of date.
class FlowCache {
 public:
  /// @param folder  made when it is missing; empty: nothing is kept.
  /// @throws Error kOutput when it cannot be made.
  explicit FlowCache(const std::string& folder);

  bool is_used() const { return !folder_.empty(); }
  /// @param from, to  [H,W] u8.
  std::string name_of(FlowAlgorithm algorithm, const at::Tensor& from, const at::Tensor& to) const;
  /// [2,H,W] f32 on the CPU as it was kept, if it is there whole and as large as `picture`.
  std::optional<at::Tensor> find(const std::string& name, const at::Tensor& picture) const;
  /// Appears complete or not at all, also where several programs share the folder.
  /// @throws Error kOutput.
  void keep(const std::string& name, const at::Tensor& flow) const;

 private:
  std::string path_of(const std::string& name) const;

  std::string folder_;
};

}  // namespace praxiscope
