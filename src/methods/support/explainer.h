// Explainer: a batch of clips in, what network and methods say of each out. Knows nothing of
// frames, files or pictures.
#pragma once

#include "praxiscope/clip_result.h"
#include "praxiscope/method.h"
#include "praxiscope/method_choice.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

/// A method ready to run, and where its maps come from.
struct ChosenMethod {
  const MethodInfo* info = nullptr;
  std::string layer;    ///< resolved; empty for input-level methods
  std::string options;  ///< those that differ from their default
  std::unique_ptr<Method> method;
};

/// Runs the network once per batch for all methods that agree on the backward rule, whatever the
/// number of targets. Not thread-safe.
class Explainer {
 public:
  /// No methods: predictions only.
  /// @throws Error kUsage for unknown methods, options, layers or targets.
  /// @param batch  clips that forwards of the methods' own should have, see resolve_batch().
  Explainer(const Model& model, const std::vector<MethodChoice>& methods,
            const std::vector<std::string>& targets, int top, std::uint64_t seed, int batch = 1);

  /// Also find out how much of each target survives without motion: six further forwards a clip.
  void split_motion() { splits_motion_ = true; }

  const std::vector<ChosenMethod>& methods() const { return methods_; }
  /// Targets per clip.
  std::size_t target_count() const { return wishes_.size(); }
  const std::vector<TargetWish>& wishes() const { return wishes_; }

  /// Indices into methods(), one an attribution of a clip, in their order: methods x targets x the
  /// inputs that each method's map lies on.
  std::vector<std::size_t> methods_of_maps() const;

  /// One result per clip, in order; takes the clips.
  /// @param fixed  targets of each clip, equally many, instead of the wished ones; empty: those.
  /// @throws Error.
  std::vector<ClipResult> run(std::vector<Clip> clips, Progress& progress,
                              const std::vector<std::vector<Target>>& fixed = {}) const;

 private:
  struct Group {
    RunOptions options;                ///< the union of what its methods need
    std::vector<std::size_t> methods;  ///< indices into methods_
  };
  void choose_methods(const std::vector<MethodChoice>& choices);
  void choose_targets(const std::vector<std::string>& texts);
  void form_groups();
  std::vector<at::Tensor> batch_inputs(const std::vector<Clip>& clips) const;
  void fill_predictions(const Run& run, std::vector<ClipResult>& results) const;

  const Model& model_;
  int top_;
  std::uint64_t seed_;
  int batch_;
  bool splits_motion_ = false;
  std::vector<ChosenMethod> methods_;
  std::vector<TargetWish> wishes_;
  std::vector<Group> groups_;
};

/// The best `count` classes of one clip. `logits`, `probabilities`: [K] f32 on the CPU.
std::vector<TopClass> find_top(const at::Tensor& logits, const at::Tensor& probabilities,
                               const std::vector<std::string>& labels, int count);

}  // namespace praxiscope
