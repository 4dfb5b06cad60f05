// Methods: rooms that answer "which part of this clip made this target". One file each in
// src/methods; the table is generated.
#pragma once

#include "praxiscope/attribution.h"
#include "praxiscope/model.h"
#include "praxiscope/options.h"
#include "praxiscope/progress.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// What a method needs of the shared forward. Methods with the same backward_rule share one; the
/// pipeline takes the union of the rest.
struct MethodNeeds {
  std::vector<std::string> taps;  ///< layers, resolved
  bool tap_gradients = false;
  bool input_gradients = false;
  bool bias_gradients = false;
  BackwardRule backward_rule = BackwardRule::kPlain;
};

/// A batch of N clips after the shared forward.
struct MethodInput {
  const Model& model;
  const Run& run;                                ///< satisfies the method's needs; logits [N,K]
  std::span<const std::vector<Target>> targets;  ///< N lists of equally many targets
  std::uint64_t seed = 0;
  bool is_last_use = true;  ///< nobody needs the run's graph afterwards
  int batch = 1;            ///< clips that a forward of the method's own should have, for speed
};

/// One explanation method with its options. explain() is const, keeps no state and leaves the model
/// as it found it.
class Method {
 public:
  virtual ~Method() = default;
  virtual MethodNeeds needs() const = 0;
  /// @return attributions[n][k]: for clip n and its k-th target, one entry per model input that the
  /// map lies on.
  /// @throws Error kUsage/kModel: e.g. cam on a network whose head is not pool + linear.
  virtual std::vector<std::vector<std::vector<Attribution>>> explain(const MethodInput& input,
                                                                     Progress& progress) const = 0;
};

struct MethodInfo {
  std::string_view id;       ///< "grad_cam": the file's stem
  std::string_view title;    ///< "Grad-CAM"
  std::string_view summary;  ///< at most 60 characters
  std::string_view source;   ///< paper with equation
  /// What a map shows of its target, to be said between method and target: "Where Grad-CAM finds
  /// evidence for ...".
  std::string_view reading = "finds evidence for";
  bool is_signed = false;       ///< maps may be negative
  bool is_pixel_wise = false;   ///< each value is a pixel's own: a few are far above all others
  bool is_layer_based = false;  ///< has a layer (and takes --layer)
  std::span<const OptionSpec> options;
  /// Ready to run on `model`. `layer`: resolved name, for layer-based methods.
  std::unique_ptr<Method> (*make)(const Model& model, const std::string& layer,
                                  const OptionValues& options);
};

/// All rooms, by id.
std::span<const MethodInfo* const> methods_table();
/// @throws Error kUsage with a did-you-mean.
const MethodInfo& find_method(std::string_view id);

}  // namespace praxiscope
