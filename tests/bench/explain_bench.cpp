// What explaining costs beyond the bare forward of the same clips, and a step of an optimization
// beyond the bare gradient, in one process. tools/bench runs it interleaved and prints ratios;
// absolute times say little on a shared machine.
//
//   bench_explain MODEL CLIPS [google benchmark's options]
#include "methods/support/explainer.h"
#include "optima/maximizer.h"
#include "pipeline/settings.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace praxiscope {
namespace {

/// `count` clips of seeded noise in the shape that the manifest states.
std::vector<Clip> make_clips(const Model& model, int count) {
  at::manual_seed(0);
  std::vector<Clip> clips;
  for (int n = 0; n < count; ++n) {
    Clip& clip = clips.emplace_back();
    clip.index = n;
    for (const InputSpec& spec : model.manifest().inputs) {
      const Size size = spec.preparation.crop.value_or(Size{.height = 224, .width = 224});
      ClipInput& input = clip.inputs.emplace_back();
      input.name = spec.name;
      input.tensor = at::randn({3, spec.frames, size.height, size.width});
      input.frames.resize(static_cast<std::size_t>(spec.frames));
    }
  }
  return clips;
}

void run_forward(benchmark::State& state, const Model& model, const std::vector<Clip>& clips) {
  const ComputeScope scope({}, "cpu");
  for (auto _ : state) {
    std::vector<at::Tensor> inputs;
    for (std::size_t i = 0; i < clips[0].inputs.size(); ++i) {
      std::vector<at::Tensor> tensors;
      for (const Clip& clip : clips) tensors.push_back(clip.inputs[i].tensor);
      inputs.push_back(at::stack(tensors));
    }
    benchmark::DoNotOptimize(model.run(inputs, {}).logits);
  }
}

void run_explain(benchmark::State& state, const Model& model, const std::vector<Clip>& clips,
                 const std::string& method) {
  const ComputeScope scope({}, "cpu");
  Progress progress;
  const Explainer explainer(model, parse_methods(method), {"top"}, 5, 0);
  for (auto _ : state) benchmark::DoNotOptimize(explainer.run(clips, progress));
}

at::Tensor noise_of(const Model& model, int count) {
  const InputSpec& spec = model.manifest().inputs.front();
  const Size size = spec.preparation.crop.value_or(Size{.height = 224, .width = 224});
  return at::randn({count, 3, spec.frames, size.height, size.width});
}

/// What a step of an optimization cannot do without: the gradient of a class at the input.
void run_gradient(benchmark::State& state, const Model& model, int count) {
  const ComputeScope scope({}, "cpu");
  const std::vector<at::Tensor> inputs{noise_of(model, count)};
  RunOptions options;
  options.input_gradients = true;
  const std::vector<std::string> of{"input:0"};
  for (auto _ : state) {
    const at::AutoGradMode record(true);
    const Run run = model.run(inputs, options);
    benchmark::DoNotOptimize(run.gradients(run.logits.select(1, 0).sum(), of, false));
  }
}

/// `steps` steps as `maximize` does them, with all that it does besides.
void run_maximize(benchmark::State& state, const Model& model, int count, int steps) {
  const ComputeScope scope({}, "cpu");
  const at::Tensor noise = noise_of(model, 1);
  const optima::Streams streams(model.manifest(),
                                {{{noise.size(2), noise.size(3), noise.size(4)}}});
  optima::Wish wish;
  wish.priors = {{.energy = 0.5, .alpha = 3, .kappa = 6, .chi = 6}};
  const std::vector<optima::Wish> wishes(static_cast<std::size_t>(count), wish);
  optima::MaximizeSettings settings{.steps = steps};
  settings.views = {.shift = 0.14, .shift_frames = 1, .scale = 0.2, .turn = 10};
  Progress progress;
  for (auto _ : state)
    benchmark::DoNotOptimize(optima::maximize(model, streams, wishes, settings, progress));
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_explain MODEL CLIPS [--benchmark_...]\n");
    return 2;
  }
  prepare_process();
  const std::string device = select_device("cpu");
  std::vector<std::string> warnings;
  const std::unique_ptr<Model> model = load_model(read_manifest(argv[1], {}, warnings), device);
  const std::vector<Clip> clips = make_clips(*model, std::stoi(argv[2]));
  const auto tune = [](benchmark::internal::Benchmark* bench) {
    bench->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
  };
  tune(benchmark::RegisterBenchmark("forward",
                                    [&](benchmark::State& s) { run_forward(s, *model, clips); }));
  for (const char* method :
       {"grad_cam", "grad_cam_pp", "layer_cam", "hires_cam", "xgrad_cam", "cam", "saliency"}) {
    tune(benchmark::RegisterBenchmark(
        method, [&, method](benchmark::State& s) { run_explain(s, *model, clips, method); }));
  }
  const int count = std::stoi(argv[2]);
  tune(benchmark::RegisterBenchmark("gradient",
                                    [&](benchmark::State& s) { run_gradient(s, *model, count); }));
  for (const auto& [name, steps] : {std::pair("maximize_2", 2), std::pair("maximize_10", 10)}) {
    tune(benchmark::RegisterBenchmark(
        name, [&, steps = steps](benchmark::State& s) { run_maximize(s, *model, count, steps); }));
  }
  argv[2] = argv[0];
  int rest = argc - 2;
  benchmark::Initialize(&rest, argv + 2);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace praxiscope

int main(int argc, char** argv) {
  try {
    return praxiscope::run(argc, argv);
  } catch (const praxiscope::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return error.exit_code();
  }
}
