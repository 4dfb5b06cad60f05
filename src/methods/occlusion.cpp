// Occlusion: boxes of the clip are covered one by one; what the target loses is the box's part in
// it. Says what the network does without a part, with no assumption on how it is built.
#include "core/text.h"
#include "methods/support/box_copies.h"
#include "methods/support/fills.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_view.h"
#include "methods/support/probes.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"box", "auto", "text", "frames x px x px: 4x16x16; 4: whole frames; 16x16, or time, space"},
    {"stride", "auto", "text", "from box to box, as box is written; auto: half a box"},
    {"fill", "gray", kFillNames, "what covers a box; the last three are the box's own frames"},
    {"score", "logit", "logit|probability", "what a class loses"},
    {"map", "score", "score|feature|label",
     "loss of score, or of the strongest channel; or where the best label changes"},
    {"forward", "local", "local|whole",
     "local: only what a box can reach is computed again, to the same answer"},
    {"layer", "auto", "layer", "of map=feature; auto: the network's last one with space and time"},
};

/// The three maps of Zeiler and Fergus, Fig. 7.
enum class Shown { kScore, kFeature, kLabel };

struct Settings {
  std::string box, stride;  ///< as written
  FillKind fill = FillKind::kGray;
  ScoreKind score = ScoreKind::kLogit;
  Shown shown = Shown::kScore;
  bool is_local = true;
  std::string layer;  ///< of Shown::kFeature
  std::string variant;
};

using Lengths = std::array<std::int64_t, 3>;  ///< along time, height and width

/// How boxes lie on a clip, with nothing left to choose.
struct Grid {
  Lengths size{}, stride{};
};

class Occlusion : public Method {
 public:
  explicit Occlusion(Settings settings) : settings_(std::move(settings)) {}

  MethodNeeds needs() const override {
    MethodNeeds needs;
    if (settings_.shown == Shown::kFeature) needs.taps = {settings_.layer};
    return needs;
  }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  /// One input of one clip, occluded.
  struct Sweep {
    const MethodInput& input;
    std::size_t clip, of;
    std::int64_t channel;  ///< the strongest one, for Shown::kFeature
    Grid grid;
    std::vector<Box> boxes;
    at::Tensor fill;  ///< [1,C,T,H,W]; undefined for fills made of the box's own frames
  };

  bool fills_with_own_frames() const {
    return settings_.fill == FillKind::kFrozen || settings_.fill == FillKind::kShuffled ||
           settings_.fill == FillKind::kReversed;
  }
  Grid grid_on(const Lengths& clip) const;
  Sweep make_sweep(const MethodInput& input, std::size_t clip, std::size_t of,
                   Progress& progress) const;
  at::Tensor cover(const Sweep& sweep, const Box& box) const;
  std::vector<at::Tensor> occluded(const Sweep& sweep, const Box& box) const;
  at::Tensor feature(const MethodInput& asked) const;
  std::int64_t strongest_channel(const MethodInput& input, std::size_t clip) const;
  at::Tensor seen_in(const MethodInput& asked, std::int64_t channel) const;
  at::Tensor seen_without_each(const Sweep& sweep, Progress& progress) const;
  void add_maps(const Sweep& sweep, const at::Tensor& whole, const at::Tensor& without,
                MethodResults& results) const;

  Settings settings_;
};

// ---------------------------------------------------------------------------------------- boxes

constexpr Lengths kAutoShare{4, 7, 7};  ///< of T, H, W: 4x16x16 in 16x112x112

/// Sizes in elements of the clip; an axis that the text leaves open takes the whole clip.
Lengths box_size(const std::string& text, const Lengths& clip) {
  const Extent extent = find_extent(text).value_or(Extent{});
  Lengths size = clip;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const bool is_auto = text == "auto" || text == (axis == 0 ? "time" : "space");
    if (is_auto) size[axis] = std::max<std::int64_t>(1, clip[axis] / kAutoShare[axis]);
    if (extent[axis]) size[axis] = std::min(*extent[axis], clip[axis]);
  }
  return size;
}

std::string text_of(const Lengths& lengths) {
  return fmt::format("{}x{}x{}", lengths[0], lengths[1], lengths[2]);
}

Grid Occlusion::grid_on(const Lengths& clip) const {
  Grid grid{.size = box_size(settings_.box, clip), .stride = {}};
  const Extent given = find_extent(settings_.stride).value_or(Extent{});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t size = grid.size[axis];
    grid.stride[axis] = given[axis].value_or(std::max<std::int64_t>(1, size / 2));
    if (grid.stride[axis] > size && size < clip[axis]) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("occlusion: option stride: found {}, expected at most the box, which "
                              "is {}; else no box would cover some parts of the clip",
                              in_quotes(settings_.stride), text_of(grid.size)));
    }
  }
  return grid;
}

Occlusion::Sweep Occlusion::make_sweep(const MethodInput& input, std::size_t clip, std::size_t of,
                                       Progress& progress) const {
  const at::Tensor& clips = input.run.inputs[of];
  const Lengths lengths{clips.size(2), clips.size(3), clips.size(4)};
  const Grid grid = grid_on(lengths);
  Sweep sweep{.input = input,
              .clip = clip,
              .of = of,
              .channel = strongest_channel(input, clip),
              .grid = grid,
              .boxes = sweep_over(lengths, grid.size, grid.stride),
              .fill = {}};
  if (!fills_with_own_frames()) {
    sweep.fill =
        make_fill(settings_.fill, clips.detach().narrow(0, static_cast<std::int64_t>(clip), 1),
                  input.model.manifest().inputs[of], input.seed);
  } else if (sweep.boxes.front().size[0] == 1) {
    progress.warn(
        "occlusion: a box has 1 frame, which no order of its frames changes; the map is 0 "
        "everywhere; choose a box of more frames or another fill");
  }
  return sweep;
}

at::Tensor cut(at::Tensor clips, const Box& box) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    clips = clips.narrow(static_cast<std::int64_t>(axis) + 2, box.begin[axis], box.size[axis]);
  return clips;
}

/// What covers the box: [1,C,t,h,w].
at::Tensor Occlusion::cover(const Sweep& sweep, const Box& box) const {
  if (sweep.fill.defined()) return cut(sweep.fill, box);
  const MethodInput& input = sweep.input;
  const at::Tensor clip =
      input.run.inputs[sweep.of].detach().narrow(0, static_cast<std::int64_t>(sweep.clip), 1);
  return make_fill(settings_.fill, cut(clip, box).clone(), input.model.manifest().inputs[sweep.of],
                   input.seed);
}

/// All inputs of the clip, one of them with the box filled.
std::vector<at::Tensor> Occlusion::occluded(const Sweep& sweep, const Box& box) const {
  std::vector<at::Tensor> copy;
  for (const at::Tensor& clips : sweep.input.run.inputs)
    copy.push_back(clips.detach().select(0, static_cast<std::int64_t>(sweep.clip)));
  at::Tensor& clip = copy[sweep.of];
  clip = clip.clone();
  cut(clip.unsqueeze(0), box).copy_(cover(sweep, box));
  return copy;
}

// ------------------------------------------------------------------------------- what is measured

/// The summed activity of each channel of the layer: [N,C].
at::Tensor Occlusion::feature(const MethodInput& asked) const {
  const Run& run = asked.run;
  const std::vector<std::size_t> inputs =
      inputs_under(settings_.layer, asked.model.manifest(), run.input_names);
  const at::Tensor tap = run.activations.at(settings_.layer).detach();
  const LayerView view("occlusion", settings_.layer, tap, run.inputs[inputs.front()]);
  return view(tap).to(at::kFloat).sum({2, 3, 4});
}

std::int64_t Occlusion::strongest_channel(const MethodInput& input, std::size_t clip) const {
  if (settings_.shown != Shown::kFeature) return 0;
  return feature(input).select(0, static_cast<std::int64_t>(clip)).argmax().item<std::int64_t>();
}

/// What the map compares, of every clip of a forward: [N,K], or [N,1] where it is the same for all
/// targets.
at::Tensor Occlusion::seen_in(const MethodInput& asked, std::int64_t channel) const {
  switch (settings_.shown) {
    case Shown::kScore:
      return all_target_values(asked, settings_.score);
    case Shown::kFeature:
      return feature(asked).select(1, channel).unsqueeze(1).to(at::kCPU);
    case Shown::kLabel:
      return asked.run.logits.detach().argmax(1, /*keepdim=*/true).to(at::kCPU, at::kFloat);
  }
  throw Error(ErrorKind::kInternal, "occlusion: unknown map");
}

/// The same for each box's copy of the clip: [boxes,K] or [boxes,1].
at::Tensor Occlusion::seen_without_each(const Sweep& sweep, Progress& progress) const {
  std::vector<at::Tensor> seen;
  const SeeCopies see = [&](const MethodInput& asked, std::int64_t, std::int64_t rows) {
    seen.push_back(seen_in(asked, sweep.channel).narrow(0, 0, rows));
  };
  const BoxCopies boxes{
      .clip = sweep.clip, .of = sweep.of, .boxes = sweep.boxes, .content = [&](const Box& box) {
        return cover(sweep, box)[0];
      }};
  const bool may_be_local = settings_.is_local && settings_.shown != Shown::kFeature;
  if (may_be_local && run_box_copies(sweep.input, boxes, see, progress)) return at::cat(seen);
  RunOptions options;
  options.taps = needs().taps;
  const Copies copies{.clip = sweep.clip,
                      .count = static_cast<std::int64_t>(sweep.boxes.size()),
                      .make =
                          [&](std::int64_t index) {
                            return occluded(sweep, sweep.boxes[static_cast<std::size_t>(index)]);
                          },
                      .options = options,
                      .prepare = nullptr};
  run_copies(sweep.input, copies, see, progress);
  return at::cat(seen);
}

// ----------------------------------------------------------------------------------------- the map

/// Each cell's mean over the boxes that cover it (methods.md F4): [T,H,W].
at::Tensor mean_over_boxes(const at::Tensor& values, const std::vector<Box>& boxes,
                           at::IntArrayRef size) {
  at::Tensor sum = at::zeros(size, at::kDouble), covers = at::zeros(size, at::kDouble);
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    const auto place = [&](const at::Tensor& map) {
      return cut(map.unsqueeze(0).unsqueeze(0), boxes[b]);
    };
    place(sum).add_(values[static_cast<std::int64_t>(b)].item<float>());
    place(covers).add_(1);
  }
  return (sum / covers).to(at::kFloat);
}

/// How many boxes made each label the best one.
void count_labels(const at::Tensor& labels, const std::vector<std::string>& names,
                  std::map<std::string, double>& measures) {
  for (std::int64_t b = 0; b < labels.size(0); ++b) {
    const auto index = static_cast<std::size_t>(labels[b].item<float>());
    const std::string name = index < names.size() ? names[index] : fmt::format("class {}", index);
    measures["boxes labelled " + name] += 1;
  }
}

void Occlusion::add_maps(const Sweep& sweep, const at::Tensor& whole, const at::Tensor& without,
                         MethodResults& results) const {
  const at::Tensor& clips = sweep.input.run.inputs[sweep.of];
  const bool is_label = settings_.shown == Shown::kLabel;
  const at::Tensor lost = is_label ? (whole != without).to(at::kFloat) : whole - without;
  for (std::size_t k = 0; k < results[sweep.clip].size(); ++k) {
    const std::int64_t column = lost.size(1) == 1 ? 0 : static_cast<std::int64_t>(k);
    Attribution result;
    result.method = "occlusion";
    result.variant = fmt::format("box={},stride={},{}", text_of(sweep.grid.size),
                                 text_of(sweep.grid.stride), settings_.variant);
    result.input = sweep.input.run.input_names[sweep.of];
    result.target = sweep.input.targets[sweep.clip][k];
    result.coarse = result.volume =
        mean_over_boxes(lost.select(1, column), sweep.boxes, clips.sizes().slice(2));
    result.is_signed = !is_label;
    result.measures["boxes"] = static_cast<double>(sweep.boxes.size());
    if (is_label) {
      count_labels(without.select(1, 0), sweep.input.model.labels(), result.measures);
    } else {
      result.measures["of the whole clip"] = whole.select(0, column).item<float>();
      result.measures["least without a box"] = without.select(1, column).min().item<float>();
    }
    if (settings_.shown == Shown::kFeature)
      result.measures["channel"] = static_cast<double>(sweep.channel);
    results[sweep.clip][k].push_back(std::move(result));
  }
}

MethodResults Occlusion::explain(const MethodInput& input, Progress& progress) const {
  const at::NoGradGuard no_recording;
  MethodResults results = empty_results(input);
  if (targets_per_clip(input) == 0) return results;
  for (std::size_t n = 0; n < results.size(); ++n) {
    for (std::size_t i = 0; i < input.run.inputs.size(); ++i) {
      const Sweep sweep = make_sweep(input, n, i, progress);
      const at::Tensor whole =
          seen_in(input, sweep.channel).select(0, static_cast<std::int64_t>(n));
      add_maps(sweep, whole, seen_without_each(sweep, progress), results);
    }
  }
  return results;
}

// ----------------------------------------------------------------------------------------- options

[[noreturn]] void refuse(const char* option, const std::string& found, const char* expected) {
  throw Error(ErrorKind::kUsage, fmt::format("occlusion: option {}: found {}, expected {}", option,
                                             in_quotes(found), expected));
}

std::unique_ptr<Method> make(const Model& model, const std::string&, const OptionValues& options) {
  Settings settings{.box = options.text("box"),
                    .stride = options.text("stride"),
                    .fill = find_fill(options.text("fill")),
                    .score = find_score_kind(options.text("score")),
                    .shown = Shown::kScore,
                    .is_local = options.text("forward") == "local",
                    .layer = "",
                    .variant = fmt::format("fill={},score={},map={}", options.text("fill"),
                                           options.text("score"), options.text("map"))};
  const bool is_word = settings.box == "auto" || settings.box == "time" || settings.box == "space";
  if (!is_word && !find_extent(settings.box))
    refuse(
        "box", settings.box,
        "auto, time, space, or lengths as in 4x16x16 (frames, px, px), 4 (frames) or 16x16 (px)");
  if (settings.stride != "auto" && !find_extent(settings.stride))
    refuse("stride", settings.stride, "auto, or lengths as in 2x8x8, 2 (frames) or 8x8 (px)");
  const std::string& map = options.text("map");
  settings.shown = map == "feature" ? Shown::kFeature
                   : map == "label" ? Shown::kLabel
                                    : Shown::kScore;
  if (settings.shown == Shown::kFeature) {
    const std::string& layer = options.text("layer");
    settings.layer = layer == "auto" ? model.default_layer() : model.find_layer(layer);
    settings.variant += ",layer=" + settings.layer;
  }
  return std::make_unique<Occlusion>(std::move(settings));
}

}  // namespace

extern const MethodInfo occlusion{
    .id = "occlusion",
    .title = "Occlusion",
    .summary = "what the target loses when a box of the clip is covered",
    .source = "Zeiler and Fergus, ECCV 2014, sec. 4.2, Fig. 7; boxes over time, height and width",
    .reading = "hides evidence for and against",
    .is_signed = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
