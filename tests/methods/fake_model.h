// Networks small enough to be worked out by hand, behind the Model interface. What a run keeps and
// where gradients begin follows model.h.
#pragma once

#include "praxiscope/model.h"

#include <ATen/ATen.h>
#include <ATen/core/ivalue.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::testing {

/// What a network's code asks of the run it is part of.
class Keep {
 public:
  using Tap = std::function<at::Tensor(const std::string& layer, const at::Tensor& output)>;
  Keep(Tap tap, BackwardRule rule, std::vector<Bias>* biases)
      : tap_(std::move(tap)), rule_(rule), biases_(biases) {}

  /// Called with each layer's output; gives what the rest of the network sees.
  at::Tensor operator()(const std::string& layer, const at::Tensor& output) const {
    return tap_(layer, output);
  }
  /// Operators as the executor calls them: under the run's rule, their biases listed.
  at::Tensor relu(const at::Tensor& x) const;
  at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                      std::array<std::int64_t, 3> stride = {1, 2, 2},
                      std::array<std::int64_t, 3> padding = {1, 1, 1}) const;
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias = {}) const;
  at::Tensor mean(const at::Tensor& x) const;  ///< over time and space: [N,C]
  /// Any operator of aten, `call` being what it does with its arguments.
  at::Tensor call(const std::string& name, std::vector<c10::IValue> arguments,
                  const std::function<at::Tensor(const std::vector<c10::IValue>&)>& call) const;

 private:
  Tap tap_;
  BackwardRule rule_;
  std::vector<Bias>* biases_;
};
using Forward = std::function<at::Tensor(const std::vector<at::Tensor>& inputs, const Keep& keep)>;

class FakeModel : public Model {
 public:
  FakeModel(std::vector<std::string> inputs, Forward forward,
            std::map<std::string, at::Tensor> parameters = {});

  const Manifest& manifest() const override { return manifest_; }
  const std::vector<std::string>& labels() const override { return labels_; }
  const std::string& file_sha256() const override { return none_; }
  std::string format() const override { return "fake"; }
  std::string device() const override { return "cpu"; }
  std::vector<std::string> fixed_sizes() const override { return {}; }
  std::optional<std::int64_t> fixed_batch() const override { return std::nullopt; }
  std::vector<std::string> traced_with() const override { return {}; }
  std::vector<LayerInfo> layers() const override { return {}; }
  std::string find_layer(const std::string& text) const override { return text; }
  std::string default_layer() const override { return "features"; }
  Run run(std::span<const at::Tensor> inputs, const RunOptions& options) const override;

  Manifest& manifest() { return manifest_; }
  std::vector<std::string>& labels() { return labels_; }
  const at::Tensor& parameter(const std::string& name) const { return parameters_.at(name); }
  const std::map<std::string, at::Tensor>& parameters() const { return parameters_; }
  int runs() const { return runs_; }

 private:
  Manifest manifest_;
  Forward forward_;
  std::map<std::string, at::Tensor> parameters_;
  std::vector<std::string> labels_;
  std::string none_;
  mutable int runs_ = 0;
};

/// conv 3x3x3 (stride 1,2,2) + relu "features" [N,6,T,H/2,W/2] -> mean -> linear "logits" [N,5].
/// Parameters: conv, weight, bias.
std::unique_ptr<FakeModel> gap_network();
/// The same features -> max pooling -> flatten -> linear -> relu -> linear: nothing is constant.
/// For clips of 4x8x8. "before" is the convolution without its relu.
std::unique_ptr<FakeModel> fc_network();
/// Two streams "rgb_net" and "flow_net" (convolution + relu), "fusion" of both, mean, linear.
std::unique_ptr<FakeModel> two_stream_network();
/// logits = weight x: weight [5, 3*4*8*8].
std::unique_ptr<FakeModel> linear_network();

/// Seeded noise, [N,channels,4,8,8].
at::Tensor noise_clips(std::int64_t clips, std::int64_t channels = 3, std::uint64_t seed = 1);

}  // namespace praxiscope::testing
