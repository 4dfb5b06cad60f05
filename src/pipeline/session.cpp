#include "pipeline/session.h"

#include "pipeline/settings.h"

#include "praxiscope/error.h"

#include <ATen/Parallel.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

namespace praxiscope {

void RecordingProgress::warn(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    warnings_.push_back(message);
  }
  inner_.warn(message);
}

std::vector<std::string> RecordingProgress::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

Session open_session(const std::string& input, const SourceSettings& source, const RunSettings& run,
                     Progress& progress) {
  check_precision(run.precision);
  const ClipSampling sampling = [&] {
    ClipSampling parsed = parse_sampling(source.clips);
    parsed.hop = source.hop;
    return parsed;
  }();
  const std::string device = select_device(run.device);
  at::set_num_threads(resolve_threads(run.threads));
  std::vector<std::string> warnings;
  const Manifest manifest = read_manifest(source.model, source.overrides, warnings);
  for (const std::string& warning : warnings) progress.warn(warning);

  Session session;
  session.source = open_source(
      input);  // the quick check first: a wrong path should not wait for a large network
  session.model = load_model(manifest, device);
  session.batch = resolve_batch(run.batch, manifest.inputs, device);
  std::vector<Rational> all_pts;
  if (sampling.kind != ClipSampling::Kind::kSliding && !session.source->info().is_still) {
    if (input == "-") {
      throw Error(ErrorKind::kUsage, "clips " + source.clips +
                                         ": needs the length of the video, which a pipe does not "
                                         "tell; use sliding, or save it to a file first");
    }
    progress.begin("reading time stamps", std::nullopt);
    all_pts = read_pts(input);
  } else if (session.source->info().is_still) {
    all_pts = {Rational::of(0)};
  }
  session.cutter = make_clip_cutter(manifest.inputs, sampling, all_pts, device);
  return session;
}

void run_line(Session& session, const RunSettings& run, bool keep_frames, Progress& progress,
              const std::function<void(Chunk&)>& network,
              const std::function<void(Chunk&)>& finish) {
  namespace tbb = oneapi::tbb;
  const int threads = resolve_threads(run.threads);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads) + 1);
  ChunkReader reader(*session.source, *session.cutter, session.batch, keep_frames, progress);
  const std::string device = session.model->device();
  constexpr std::size_t kChunksUnderWay = 3;

  const auto read = [&](tbb::flow_control& control) -> std::shared_ptr<Chunk> {
    at::set_num_threads(1);  // preparation is small; the network has the cores
    std::optional<Chunk> chunk = reader.next();
    if (!chunk) {
      control.stop();
      return nullptr;
    }
    return std::make_shared<Chunk>(std::move(*chunk));
  };
  const auto compute = [&](std::shared_ptr<Chunk> chunk) {
    const ComputeScope scope(run, device);
    network(*chunk);
    return chunk;
  };
  const auto end = [&](const std::shared_ptr<Chunk>& chunk) {
    at::set_num_threads(1);
    finish(*chunk);
    progress.advance(chunk->frames_read);
  };
  tbb::parallel_pipeline(
      kChunksUnderWay,
      tbb::make_filter<void, std::shared_ptr<Chunk>>(tbb::filter_mode::serial_in_order, read) &
          tbb::make_filter<std::shared_ptr<Chunk>, std::shared_ptr<Chunk>>(
              tbb::filter_mode::serial_in_order, compute) &
          tbb::make_filter<std::shared_ptr<Chunk>, void>(tbb::filter_mode::serial_in_order, end));
}

}  // namespace praxiscope
