// The Model that users hold: a Program with its manifest and labels.
#include "praxiscope/model.h"

#include "core/digest.h"
#include "core/text.h"
#include "model/convolutions.h"
#include "model/errors.h"
#include "model/eval_mode.h"
#include "model/executor.h"
#include "model/export_loader.h"
#include "model/file_kinds.h"
#include "model/fused.h"
#include "model/kept_run.h"
#include "model/network_call.h"
#include "model/random_weights.h"
#include "model/torchscript_loader.h"
#include "model/trace.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <filesystem>
#include <mutex>

namespace praxiscope {
namespace {

using namespace program;

void check_eval_mode(const Program& program, const std::string& path) {
  const std::string found = program::find_training_operator(program);
  if (found.empty()) return;
  throw Error(
      ErrorKind::kModel,
      fmt::format("cannot use {}: it was exported in training mode, found {}, which answers "
                  "differently each time or by the rest of the batch; call model.eval() "
                  "before tracing or exporting it",
                  in_quotes(path), found));
}

std::unique_ptr<Program> load_program(const std::string& path, const at::Device& device) {
  const FileKind kind = recognise_file(path);
  try {
    auto program =
        kind == FileKind::kExport ? load_export(path, device) : load_torchscript(path, device);
    check_eval_mode(*program, path);
    return program;
  } catch (const Error& error) {
    const bool names_file = std::string(error.what()).find(in_quotes(path)) != std::string::npos;
    throw names_file ? error : error.with_context("cannot load " + in_quotes(path));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, explain_load_failure(path, reason_of(error)));
  }
}

std::unique_ptr<Program> load_program(const Manifest& manifest, const at::Device& device) {
  if (manifest.fused.empty()) return load_program(manifest.file, device);
  std::vector<FusedPart> parts;
  for (const StreamFile& stream : manifest.fused)
    parts.push_back({stream.input, load_program(stream.file, device), stream.weight});
  return fuse_programs(std::move(parts), manifest.output);
}

/// What the fused output stands for: the one tensor there is.
Manifest as_called(Manifest manifest) {
  if (manifest.fused.empty()) return manifest;
  manifest.output.take = 0;
  manifest.output.key.clear();
  manifest.call = CallKind::kSeparate;
  return manifest;
}

std::string labels_path(const Manifest& manifest) {
  const std::filesystem::path labels = manifest.output.labels;
  if (labels.is_absolute()) return labels.string();
  return (std::filesystem::path(manifest.file).parent_path() / labels).string();
}

class LoadedModel final : public Model {
 public:
  LoadedModel(Manifest manifest, const at::Device& device)
      : LoadedModel(std::move(manifest), device, nullptr) {
    if (!manifest_.output.labels.empty()) labels_ = read_labels(labels_path(manifest_));
    if (!manifest_.sha256.empty() && manifest_.sha256 != file_sha256())
      throw Error(ErrorKind::kModel,
                  fmt::format("model {}: the manifest says sha256 {}, the file {} has {}; take the "
                              "file that belongs to the manifest",
                              in_quotes(manifest_.name), manifest_.sha256,
                              in_quotes(manifest_.file), file_sha256()));
  }

  /// Around a program that is there; null: the manifest's file is loaded.
  LoadedModel(Manifest manifest, const at::Device& device, std::unique_ptr<Program> program)
      : device_(device),
        program_(program ? std::move(program) : load_program(manifest, device)),
        manifest_(as_called(std::move(manifest))),
        call_(manifest_, *program_) {}

  const Manifest& manifest() const override { return manifest_; }

  const std::vector<std::string>& labels() const override {
    const std::int64_t classes = trace().classes;
    const std::lock_guard lock(mutex_);
    if (labels_.empty()) {
      for (std::int64_t i = 0; i < classes; ++i) labels_.push_back(fmt::format("class {}", i));
    }
    return labels_;
  }

  const std::string& file_sha256() const override {
    const std::lock_guard lock(mutex_);
    if (sha256_.empty()) sha256_ = find_sha256();
    return sha256_;
  }

  std::string format() const override { return program_->format; }
  std::string device() const override { return device_.str(); }
  std::vector<std::string> fixed_sizes() const override { return call_.fixed_sizes(); }
  std::optional<std::int64_t> fixed_batch() const override { return call_.fixed_batch(); }
  std::vector<std::string> traced_with() const override { return program_->traced_with; }
  std::vector<LayerInfo> layers() const override { return trace().listed(); }

  std::string find_layer(const std::string& text) const override {
    return find_name(text, trace().names(), manifest_.name);
  }

  std::string default_layer() const override {
    if (!manifest_.layer.empty()) return find_layer(manifest_.layer);
    const std::string found = find_default_layer(trace());
    if (found.empty())
      throw Error(ErrorKind::kModel,
                  fmt::format("model {} has no layer with 5 dimensions to look at; name one with "
                              "--layer (praxiscope info lists all layers)",
                              in_quotes(manifest_.name)));
    return found;
  }

  Run run(std::span<const at::Tensor> inputs, const RunOptions& options) const override {
    check_inputs(inputs);
    const c10::InferenceMode normal_mode(false);
    const at::AutoGradMode recording(options.tap_gradients || options.input_gradients);
    Run result;
    result.output_kind = manifest_.output.kind;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      at::Tensor input = inputs[i].detach().to(device_);
      if (options.input_gradients) input.requires_grad_(true);
      result.inputs.push_back(std::move(input));
      result.input_names.push_back(manifest_.inputs[i].name);
    }
    TapPlan taps(*program_, options);
    std::vector<c10::IValue> outputs = execute_on(result.inputs, taps);
    result.activations = std::move(taps.activations());
    if (options.bias_gradients) result.biases = std::move(*taps.biases());
    check_reached(taps, options);
    if (!options.stop_after.empty()) return result;
    const std::vector<NamedTensor> tensors = call_.open_outputs(outputs);
    for (const NamedTensor& one : tensors) result.outputs.push_back(one.tensor);
    result.logits = call_.find_logits(tensors, inputs[0].size(0));
    check_labels(result.logits.size(1));
    return result;
  }

  std::unique_ptr<KeptRun> keep_run(std::span<const at::Tensor> inputs) const override {
    if (call_.fixed_batch()) return nullptr;
    check_inputs(inputs);
    std::vector<at::Tensor> here;
    for (const at::Tensor& input : inputs) here.push_back(input.detach().to(device_).contiguous());
    return program::keep_run(*program_, call_, std::move(here));
  }

  std::vector<Convolution> convolutions() const override {
    const c10::InferenceMode normal_mode(false);
    return find_convolutions(manifest_, *program_, call_, device_);
  }

  std::size_t weighted_operators() const override { return count_weighted_operators(*program_); }

  std::unique_ptr<Model> with_random_weights(std::size_t count, std::uint64_t seed) const override {
    auto other = std::make_unique<LoadedModel>(
        manifest_, device_, program::with_random_weights(*program_, count, seed));
    other->labels_ = labels();
    return other;
  }

 private:
  void check_inputs(std::span<const at::Tensor> inputs) const {
    if (inputs.size() != manifest_.inputs.size())
      throw Error(ErrorKind::kInternal,
                  fmt::format("model {} takes {} inputs, found {}", in_quotes(manifest_.name),
                              manifest_.inputs.size(), inputs.size()));
    for (const at::Tensor& input : inputs) {
      if (input.dim() != 5 || input.size(0) != inputs[0].size(0))
        throw Error(ErrorKind::kInternal,
                    fmt::format("model {} takes clips [N,C,T,H,W] of one N, found {}",
                                in_quotes(manifest_.name), shape_text(input.sizes())));
    }
    // Not left to the operators: some read past their memory, some give wrong numbers.
    const std::string misfit = call_.describe_misfit(inputs);
    if (!misfit.empty())
      throw Error(ErrorKind::kModel,
                  fmt::format("model {}: the file was exported with fixed size: {}; export again "
                              "with dynamic_shapes, or keep to that size",
                              in_quotes(manifest_.name), misfit));
  }

  std::vector<c10::IValue> execute_on(const std::vector<at::Tensor>& inputs, TapPlan& taps) const {
    try {
      return execute(*program_, call_.make_arguments(inputs), taps);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kModel) throw;
      std::string shapes;
      for (std::size_t i = 0; i < inputs.size(); ++i)
        shapes += fmt::format("{}{} {}", i == 0 ? "" : ", ", manifest_.inputs[i].name,
                              shape_text(inputs[i].sizes()));
      std::string why = fmt::format("; called with {}", shapes);
      if (!program_->traced_with.empty() && !program_->is_flat) {
        why += fmt::format(
            "; the file was traced with {}: sizes may be fixed; script or export it "
            "instead, or keep to those sizes",
            fmt::join(program_->traced_with, ", "));
      }
      throw Error(error.kind(),
                  fmt::format("model {}: {}{}", in_quotes(manifest_.name), error.what(), why));
    }
  }

  void check_reached(const TapPlan& taps, const RunOptions& options) const {
    for (const TapPoint& point : taps.points()) {
      if (point.is_reached) continue;
      const std::string reason = options.stop_after.empty() || point.name == options.stop_after
                                     ? "its code did not come by there"
                                     : "it was stopped after " + in_quotes(options.stop_after);
      throw Error(ErrorKind::kUsage,
                  fmt::format("layer {} gave nothing in this run of model {}: {}",
                              in_quotes(point.name), in_quotes(manifest_.name), reason));
    }
  }

  void check_labels(std::int64_t classes) const {
    const std::lock_guard lock(mutex_);
    if (!labels_.empty() && static_cast<std::int64_t>(labels_.size()) != classes)
      throw Error(ErrorKind::kModel,
                  fmt::format("model {}: the labels {} name {} classes, the network {} gives {}; "
                              "take the labels that belong to it, or another output",
                              in_quotes(manifest_.name), in_quotes(labels_path(manifest_)),
                              labels_.size(), in_quotes(manifest_.file), classes));
  }

  const Trace& trace() const {
    const std::lock_guard lock(trace_mutex_);
    if (!trace_) {
      trace_ = trace_once();
      check_labels(trace_->classes);
    }
    return *trace_;
  }

  /// Of several files the digest of their digests.
  std::string find_sha256() const {
    if (manifest_.fused.empty()) return sha256_of_file(manifest_.file);
    std::string all;
    for (const StreamFile& stream : manifest_.fused) all += sha256_of_file(stream.file);
    return sha256_of({all});
  }

  Trace trace_once() const {
    const c10::InferenceMode normal_mode(false);
    try {
      return trace_layers(manifest_, *program_, call_, device_);
    } catch (const Error& error) {
      throw error.with_context(fmt::format("model {} does not run on a clip of the manifest's size",
                                           in_quotes(manifest_.name)));
    }
  }

  at::Device device_;
  std::unique_ptr<Program> program_;
  Manifest manifest_;
  NetworkCall call_;  ///< refers to the two above
  mutable std::mutex mutex_, trace_mutex_;
  mutable std::vector<std::string> labels_;
  mutable std::string sha256_;
  mutable std::optional<Trace> trace_;
};

}  // namespace

std::unique_ptr<Model> load_model(const Manifest& manifest, const std::string& device) {
  return std::make_unique<LoadedModel>(manifest, at::Device(device));
}

}  // namespace praxiscope
