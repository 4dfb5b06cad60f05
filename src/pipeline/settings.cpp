#include "pipeline/settings.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <thread>

namespace praxiscope {

int resolve_threads(int wish) {
  if (wish < 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("threads: found {}, expected 1 or more, or 0 for all cores", wish));
  }
  return wish > 0 ? wish : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int resolve_batch(int wish, const std::vector<InputSpec>& inputs, const std::string& device,
                  std::optional<std::int64_t> fixed) {
  if (wish < 0) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("batch: found {}, expected 1 or more clips, or 0 to choose for speed", wish));
  }
  if (fixed && wish > 0 && wish != *fixed) {
    throw Error(ErrorKind::kUsage,
                fmt::format("batch: found {}, expected {}, which the model's file fixes; for other "
                            "batches export it with dynamic_shapes=({{0: "
                            "torch.export.Dim('batch', min=1, max=64)}},)",
                            wish, *fixed));
  }
  if (fixed) return static_cast<int>(*fixed);
  if (wish > 0) return wish;
  if (device != "cpu") return 16;
  std::int64_t elements = 0;
  for (const InputSpec& input : inputs) {
    const Size size =
        input.preparation.crop.value_or(input.preparation.exact.value_or(Size{224, 224}));
    elements += std::int64_t{3} * input.frames * size.height * size.width;
  }
  // r3d_18 at 16x112x112 costs least a clip at 2 to 4 clips (0.84 of batch 1); larger clips get
  // fewer by the number of their pixels, which has not been measured.
  constexpr std::int64_t kFastest = std::int64_t{4} * 3 * 16 * 112 * 112;
  return static_cast<int>(
      std::clamp<std::int64_t>(kFastest / std::max<std::int64_t>(elements, 1), 1, 8));
}

void check_precision(const std::string& precision) {
  const std::array<std::string, 3> known{"f32", "bf16", "f16"};
  if (std::find(known.begin(), known.end(), precision) == known.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("precision: found {}, expected f32, bf16 or f16{}",
                            in_quotes(precision), did_you_mean(precision, known)));
  }
}

struct ComputeScope::State {
  at::DeviceType device = at::kCPU;
  bool had_autocast = false;
  at::ScalarType old_dtype = at::kFloat;
  bool uses_autocast = false;
};

ComputeScope::ComputeScope(const RunSettings& settings, const std::string& device)
    : state_(std::make_unique<State>()) {
  check_precision(settings.precision);
  at::set_num_threads(resolve_threads(settings.threads));
  state_->device = device == "cpu" ? at::kCPU : at::kCUDA;
  if (settings.precision == "f32") return;
  state_->uses_autocast = true;
  state_->had_autocast = at::autocast::is_autocast_enabled(state_->device);
  state_->old_dtype = at::autocast::get_autocast_dtype(state_->device);
  at::autocast::set_autocast_enabled(state_->device, true);
  at::autocast::set_autocast_dtype(state_->device,
                                   settings.precision == "bf16" ? at::kBFloat16 : at::kHalf);
}

ComputeScope::~ComputeScope() {
  if (!state_->uses_autocast) return;
  at::autocast::set_autocast_enabled(state_->device, state_->had_autocast);
  at::autocast::set_autocast_dtype(state_->device, state_->old_dtype);
  at::autocast::clear_cache();
}

void prepare_process() {
  // glibc hands every large tensor back to the kernel when it is freed and faults it in again at
  // the next forward.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 256 << 20);
}

}  // namespace praxiscope
