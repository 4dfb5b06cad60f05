// Model: a trained network from a file, ready to be run, looked into and changed. Nothing
// downstream knows which kind of file it was.
#pragma once

#include "praxiscope/manifest.h"
#include "praxiscope/tensor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace torch::autograd {
struct Node;
}

namespace praxiscope {

/// What operators hand back in a backward. For rectifiers (methods.md F5) kPlain: R' = 1[f>0] R;
/// kGuided: 1[f>0] 1[R>0] R; kDeconv: 1[R>0] R; kIdentity: R; all other operators their derivative.
/// kExcitation: every operator the probability that its inputs won, instead of derivatives
/// (src/model/excitation.h).
enum class BackwardRule { kPlain, kGuided, kDeconv, kIdentity, kExcitation };

/// Input window of one output position along each axis (t, y, x): output index i sees input [i*jump
/// + lo, i*jump + hi], ends included.
struct ReceptiveField {
  std::array<std::int64_t, 3> size{};  ///< hi - lo + 1, in input elements
  std::array<std::int64_t, 3>
      jump{};  ///< input elements between neighbouring outputs: the layer's stride
  std::array<std::int64_t, 3> lo{};
  bool is_global = false;  ///< the whole input (attention, global pooling)
};

struct LayerInfo {
  std::string name;  ///< as the user writes it: "layer4.1.conv2", "conv3d#7", "lstm[0]", "block#2"
                     ///< (second call)
  std::string type;  ///< "Conv3d", "aten::relu_", ...
  std::vector<std::int64_t> shape;  ///< of its output, N included
  std::optional<ReceptiveField>
      receptive_field;          ///< for 5-D outputs where every operator on the way is known
  std::int64_t parameters = 0;  ///< in the module and below
};

/// The kernels of one convolution, as the network's code uses them.
struct Convolution {
  std::string layer;      ///< as find_layer() gives it: "stem.0"; "conv3d#7" in frozen files
  std::string operation;  ///< "aten::conv3d"
  /// [O,C/groups,kT,kH,kW] f32 on the CPU: what output channel o weighs each input channel of its
  /// group with. Kernels of two dimensions have kT 1, of one kH and kW 1.
  at::Tensor kernels;
  std::int64_t groups = 1;  ///< C: each input channel has kernels of its own (depthwise)
  std::array<std::int64_t, 3> stride{1, 1, 1};  ///< t, y, x
  /// Where its values come from with no convolution in between: "input:rgb", names of layers.
  std::vector<std::string> reads;
};

struct RunOptions {
  std::vector<std::string>
      taps;  ///< layers whose activation is kept; names as Model::find_layer gives them
  bool tap_gradients = false;    ///< gradients w.r.t. the taps will be asked for; nothing below the
                                 ///< shallowest tap is recorded
  bool input_gradients = false;  ///< gradients w.r.t. the inputs will be asked for
  bool bias_gradients = false;   ///< gradients w.r.t. Run::biases will be asked for, too
  std::string stop_after;        ///< stop when this layer is done; Run::logits is then undefined
  BackwardRule backward_rule = BackwardRule::kPlain;
  /// Feed something else on: called with a layer's output, gives the tensor (same shape) the rest
  /// of the network sees.
  std::map<std::string, std::function<at::Tensor(const at::Tensor&)>> replace;
};

/// What one call of an operator adds to what is linear in its input x: with y = f'(x) x + b, the b.
/// The bias of a convolution or linear layer; of a batch norm beta - mu gamma / sigma; of an
/// activation its intercept f(x) - f'(x) x, which for relu is 0 and not listed.
struct Bias {
  std::string operation;  ///< "aten::conv3d"
  std::string path;       ///< of the module whose code called it
  at::Tensor value;       ///< broadcasts to the operator's output
  /// Where autograd collects the gradient at the operator's output, whatever later changed it in
  /// place.
  std::shared_ptr<torch::autograd::Node> node;
  std::uint32_t output = 0;  ///< of `node`
};

/// One forward. Tensors stay on the model's device.
struct Run {
  at::Tensor logits;                ///< [N,K] f32; for OutputKind::kProbabilities: log p
  std::vector<at::Tensor> outputs;  ///< every tensor of the network's output, as it came, in order
  std::map<std::string, at::Tensor> activations;  ///< per tap
  std::vector<Bias> biases;        ///< with bias_gradients: those recorded, in order of execution
  std::vector<at::Tensor> inputs;  ///< NCTHW, as given (leaves when input_gradients)
  OutputKind output_kind = OutputKind::kLogits;  ///< kProbabilities: exp(logits) is p itself

  /// d sum(scalar) / d x for each tap named in `of` ("input:<name-or-position>" for inputs,
  /// "bias:<position>" for the output of the operator with that bias). Clips of a batch do not mix,
  /// so a sum over N gives each clip its own gradient. A layer the scalar does not depend on gives
  /// zeros. `keep`: further calls will follow. The scalar is to be computed with grad mode on.
  std::vector<at::Tensor> gradients(const at::Tensor& scalar, std::span<const std::string> of,
                                    bool keep) const;

  /// The same of a run under BackwardRule::kExcitation for the dual of the scalar's unit: the
  /// operators with weights that are nearest to the scalar count with their weights negated. Not
  /// to be called by two threads at once.
  std::vector<at::Tensor> dual_gradients(const at::Tensor& scalar, std::span<const std::string> of,
                                         bool keep) const;

  std::vector<std::string> input_names;
};

/// One forward of one clip that is kept, to be asked what the network would say were a box of an
/// input different. Only what the box can reach is computed again. May be asked by several threads
/// at once; holds the activations of all layers.
class KeptRun {
 public:
  virtual ~KeptRun() = default;
  /// Logits [B,K] f32 of B clips that differ from the kept one in a box each.
  ///
  /// @param input     position of the changed input.
  /// @param contents  [B,C,t,h,w] f32: what stands in the boxes.
  /// @param corners   B: (t,y,x) where each box begins; boxes lie inside.
  /// @return          undefined where what changed would decide about the way through the network.
  virtual at::Tensor logits(std::size_t input, const at::Tensor& contents,
                            std::span<const std::array<std::int64_t, 3>> corners) const = 0;
};

/// A loaded network: eval mode, parameters frozen. run() is const and may be called by several
/// threads at once.
class Model {
 public:
  virtual ~Model() = default;

  virtual const Manifest& manifest() const = 0;
  virtual const std::vector<std::string>& labels()
      const = 0;  ///< K entries; "class 17" where the manifest has none
  virtual const std::string& file_sha256() const = 0;
  virtual std::string format()
      const = 0;  ///< "torchscript", "torchscript (frozen)", "torch.export 8.17"
  virtual std::string device() const = 0;  ///< "cpu", "cuda:0"
  /// What is fixed in the file, one line each: "batch: 1", "time: 16"; empty when nothing is known
  /// to be.
  virtual std::vector<std::string> fixed_sizes() const = 0;
  /// Clips that one forward must have, where the file fixes it: an export without a dynamic batch.
  virtual std::optional<std::int64_t> fixed_batch() const = 0;
  /// Sizes the network was traced or exported with, one line an input, where the file says so.
  virtual std::vector<std::string> traced_with() const = 0;

  /// Layers in the order of execution for one clip of the manifest's size.
  virtual std::vector<LayerInfo> layers() const = 0;
  /// The layer a user means: '.', '/' between parts, `*` (last match), `path#k` (k-th call), unique
  /// suffix. @throws Error kUsage with a did-you-mean.
  virtual std::string find_layer(const std::string& text) const = 0;
  /// The manifest's layer, else the last one with T',H',W' > 1.
  virtual std::string default_layer() const = 0;

  /// `inputs`: one [N,C,T,H,W] f32 tensor per manifest input, on device(). Not affected by, and
  /// does not affect, the caller's grad mode.
  /// @throws Error kModel with the layer, the operator and its Python line; for sizes other than
  /// those that an exported file fixes, which its operators would not all notice.
  virtual Run run(std::span<const at::Tensor> inputs, const RunOptions& options) const = 0;

  /// Keeps a forward of one clip ([1,C,T,H,W] each). Null for networks that cannot be asked that
  /// way: inputs in containers or of another layout, a fixed batch, changes in place of views.
  virtual std::unique_ptr<KeptRun> keep_run(std::span<const at::Tensor> inputs) const {
    (void)inputs;
    return nullptr;
  }

  /// All convolutions in the order of execution, those with the same kernels and name once. Runs
  /// the network once. @throws Error kModel.
  virtual std::vector<Convolution> convolutions() const { return {}; }

  /// How many operators hold weights: convolutions, linear layers, normalisations.
  virtual std::size_t weighted_operators() const { return 0; }
  /// The same network with random weights in its last `count` such operators, in order of
  /// execution: what a map still shows of them does not come from what the network learnt (Adebayo
  /// et al., NeurIPS 2018). Each layer keeps the scale of its weights. Null where it cannot be
  /// made.
  virtual std::unique_ptr<Model> with_random_weights(std::size_t count, std::uint64_t seed) const {
    (void)count, (void)seed;
    return nullptr;
  }
};

/// Loads TorchScript (.pt) or torch.export (.pt2) by its manifest onto `device` ("cpu", "cuda",
/// "cuda:1"). Files that cannot work (state_dict, optimized-for-inference, pickled module,
/// AOTInductor) are recognised: the message says how to export.
/// @throws Error kModel.
std::unique_ptr<Model> load_model(const Manifest& manifest, const std::string& device);

/// Picks the device and, for CUDA, loads libtorch_cuda: must run before anything else touches
/// torch. "auto" takes a GPU when a driver is there.
/// @return "cpu" or "cuda:<k>". @throws Error kUsage when a GPU is asked for and none can be used.
std::string select_device(const std::string& wish);

/// Writes the probabilities of a Run: softmax of the logits (exact p for
/// OutputKind::kProbabilities). [N,K] f32.
at::Tensor probabilities(const Run& run);

}  // namespace praxiscope
