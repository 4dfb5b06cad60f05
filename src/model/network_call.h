// How a network is called and answers: our NCTHW tensors -> its arguments, its outputs -> logits.
// As the manifest says, checked against the file. Runs nothing.
#pragma once

#include "model/program.h"

#include <span>
#include <string>
#include <vector>

namespace praxiscope::program {

struct NamedTensor {
  std::string key;  ///< of the dict it stood in; "" otherwise
  at::Tensor tensor;
};

class NetworkCall {
 public:
  /// @throws Error kModel when manifest and file contradict: number of inputs, container, channels.
  NetworkCall(const Manifest& manifest, const Program& program);

  /// @param inputs  one [N,C,T,H,W] tensor per manifest input; not changed by what the network
  /// does.
  std::vector<c10::IValue> make_arguments(std::span<const at::Tensor> inputs) const;

  /// Which argument input `index` is; nothing where it stands in a container or another layout.
  std::optional<std::size_t> argument_of(std::size_t index) const;

  /// Every tensor of the outputs, in order; containers opened.
  std::vector<NamedTensor> open_outputs(const std::vector<c10::IValue>& outputs) const;

  /// [N,K] f32 of the output that the manifest takes; log p for probabilities. `batch`: N.
  /// @throws Error kModel when there is no such output, or its shape is no [N,K].
  at::Tensor find_logits(const std::vector<NamedTensor>& outputs, std::int64_t batch) const;

  /// Shape of one clip of input `index`, [batch,C,T,H,W], as the manifest and the file say.
  std::vector<std::int64_t> clip_shape(std::size_t index, std::int64_t batch) const;
  /// The batch that the file was exported with, where it is fixed.
  std::optional<std::int64_t> fixed_batch() const;

  /// "batch: 2", "rgb time: 16": axes that the file holds as constants.
  std::vector<std::string> fixed_sizes() const;
  /// Where `inputs` differ from those, for messages; "" when they do not.
  std::string describe_misfit(std::span<const at::Tensor> inputs) const;

 private:
  void check_containers();
  void check_sizes() const;
  std::size_t file_position(std::size_t index) const;
  std::array<int, 5> network_axes(std::size_t index) const;

  const Manifest& manifest_;
  const Program& program_;
  CallKind call_;
};

/// Every tensor of one value, in order; containers opened.
std::vector<NamedTensor> open_output(const c10::IValue& value);

/// "[1,3,16,112,112]".
std::string shape_text(at::IntArrayRef shape);

}  // namespace praxiscope::program
