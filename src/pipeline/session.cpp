#include "pipeline/session.h"

#include "clip/resize.h"
#include "core/text.h"
#include "pipeline/output_names.h"
#include "pipeline/settings.h"

#include "praxiscope/error.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

namespace praxiscope {

void RecordingProgress::warn(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    if (std::find(warnings_.begin(), warnings_.end(), message) != warnings_.end()) return;
    warnings_.push_back(message);
  }
  inner_.warn(message);
}

std::vector<std::string> RecordingProgress::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

namespace {

/// Pipes and the network may take their time; who waits wants to know for what.
bool may_keep_waiting(const std::string& input) {
  std::error_code ignored;
  return input == "-" || input.find("://") != std::string::npos ||
         std::filesystem::is_fifo(input, ignored);
}

}  // namespace

namespace {

bool has_flow(const std::vector<InputSpec>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const InputSpec& input) { return input.kind == InputKind::kFlow; });
}

/// What a network is then given is partly black, which training pictures are not.
void warn_of_padding(const std::vector<InputSpec>& inputs, const MediaInfo& media,
                     Progress& progress) {
  for (const InputSpec& input : inputs) {
    const Preparation& how = input.preparation;
    const Size size = resized_size({.height = media.height, .width = media.width}, how);
    if (!how.crop || (how.crop->height <= size.height && how.crop->width <= size.width)) continue;
    progress.warn(
        fmt::format("the crop of {}x{} px is larger than the resized picture of {}x{} px; the rest "
                    "is filled with black; resize to more (--resize) or crop less (--crop)",
                    how.crop->height, how.crop->width, size.height, size.width));
  }
}

}  // namespace

OpenedInput plan_run(const SourceSettings& source, const RunSettings& run, Progress& progress) {
  check_precision(run.precision);
  OpenedInput opened;
  opened.sampling = parse_sampling(source.clips);
  opened.sampling.hop = source.hop;
  opened.device = select_device(run.device);
  at::set_num_threads(resolve_threads(run.threads));
  std::vector<std::string> warnings;
  opened.manifest = read_manifest(source.model, source.overrides, warnings);
  for (const std::string& warning : warnings) progress.warn(warning);
  opened.flow = {.path = source.flow_files, .cache = source.flow_cache};
  const bool reads_flow = has_flow(opened.manifest.inputs);
  if (!reads_flow && (source.overrides.flow || !opened.flow.path.empty()))
    throw Error(ErrorKind::kUsage,
                fmt::format("flow: found it for model {}, which has no input of kind \"flow\"; "
                            "leave it away or say so in its manifest",
                            in_quotes(opened.manifest.name)));
  return opened;
}

OpenedInput open_input(const std::string& input, const SourceSettings& source,
                       const RunSettings& run, Progress& progress) {
  OpenedInput opened = plan_run(source, run, progress);
  if (may_keep_waiting(input)) progress.begin("waiting for data", std::nullopt);
  opened.source =
      open_source(input, {.limits = {}, .threads = media_threads(run), .progress = &progress});
  warn_of_padding(opened.manifest.inputs, opened.source->info(), progress);
  return opened;
}

LoadedNetwork load_network(const OpenedInput& opened, const SourceSettings& source,
                           const RunSettings& run, ModelKeeper* keeper) {
  ModelKeeper own;
  ModelKeeper& kept = keeper != nullptr ? *keeper : own;
  const bool is_same = kept.model != nullptr && kept.name == source.model &&
                       kept.device == opened.device && kept.overrides == source.overrides;
  if (!is_same) {
    kept = {};  // two networks may not fit beside each other
    kept = {.model = load_model(opened.manifest, opened.device),
            .name = source.model,
            .device = opened.device,
            .overrides = source.overrides};
  }
  return {kept.model, resolve_batch(run.batch, opened.manifest.inputs, opened.device,
                                    kept.model->fixed_batch())};
}

namespace {

/// Times of all frames where the sampling needs them, else nothing.
std::vector<Rational> find_pts(const std::string& input, const OpenedInput& opened,
                               const RunSettings& run, Progress& progress) {
  const MediaInfo& media = opened.source->info();
  if (media.is_still) return {Rational::of(0)};
  if (opened.sampling.kind == ClipSampling::Kind::kSliding) return {};
  if (media.is_live) {
    throw Error(ErrorKind::kUsage,
                "clips: center and uniform need the length of the video, which a pipe does not "
                "tell; use sliding, or save it to a file first");
  }
  progress.begin("reading time stamps", media.frame_count_from_header);
  return read_pts(input, progress,
                  {.limits = {}, .threads = media_threads(run), .progress = nullptr});
}

}  // namespace

Session make_session(const std::string& input, OpenedInput opened, const LoadedNetwork& network,
                     const RunSettings& run, Progress& progress) {
  Session session;
  session.model = network.model;
  session.batch = network.batch;
  session.cutter = make_clip_cutter(
      opened.manifest.inputs, opened.sampling, find_pts(input, opened, run, progress),
      opened.device, {.path = with_stem(opened.flow.path, input), .cache = opened.flow.cache});
  session.source = std::move(opened.source);
  return session;
}

int media_threads(const RunSettings& run) { return std::min(2, resolve_threads(run.threads)); }

void run_line(Session& session, const RunSettings& run, bool keep_frames, Progress& progress,
              const std::function<void(Chunk&)>& network,
              const std::function<void(Chunk&)>& finish) {
  namespace tbb = oneapi::tbb;
  // One thread more than the network has, so that reading and drawing go on beside it; but one is
  // one.
  const int threads = resolve_threads(run.threads);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads == 1 ? 1 : threads + 1));
  ChunkReader reader(*session.source, *session.cutter, session.batch, keep_frames, progress);
  const std::string device = session.model->device();
  constexpr std::size_t kChunksUnderWay = 3;
  // TBB forgets what it handed to a stage that throws. So chunks stay here and their places go
  // through the line: as all stages keep the order, a place is free when its turn comes again.
  using Place = std::optional<Chunk>;
  std::array<Place, kChunksUnderWay> places;
  std::size_t taken = 0;

  // Preparation is small and leaves the cores to the network; flow mostly takes longer than it.
  const int reading_threads = has_flow(session.model->manifest().inputs) ? threads : 1;
  const auto read = [&](tbb::flow_control& control) -> Place* {
    at::set_num_threads(reading_threads);
    std::optional<Chunk> chunk = reader.next();
    if (!chunk) {
      control.stop();
      return nullptr;
    }
    Place& place = places[taken++ % kChunksUnderWay];
    place.emplace(std::move(*chunk));
    return &place;
  };
  const auto compute = [&](Place* place) {
    const ComputeScope scope(run, device);
    network(**place);
    return place;
  };
  const auto end = [&](Place* place) {
    at::set_num_threads(1);
    finish(**place);
    progress.advance((*place)->frames_read);
    place->reset();
  };
  tbb::parallel_pipeline(
      kChunksUnderWay,
      tbb::make_filter<void, Place*>(tbb::filter_mode::serial_in_order, read) &
          tbb::make_filter<Place*, Place*>(tbb::filter_mode::serial_in_order, compute) &
          tbb::make_filter<Place*, void>(tbb::filter_mode::serial_in_order, end));
}

}  // namespace praxiscope
