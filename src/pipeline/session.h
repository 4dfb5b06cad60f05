// Session: what predict and explain have in common: an open source, a loaded network, a cutter, and
// the oneTBB line that joins them.
#pragma once

#include "pipeline/chunk.h"

#include "praxiscope/clip.h"
#include "praxiscope/explain.h"
#include "praxiscope/media.h"
#include "praxiscope/model.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace praxiscope {

/// Collects warnings for the result and passes them on, each text once: what is wrong in one batch
/// is mostly wrong in all.
class RecordingProgress : public Progress {
 public:
  explicit RecordingProgress(Progress& inner) : inner_(inner) {}
  void begin(const std::string& stage, std::optional<std::int64_t> total) override {
    inner_.begin(stage, total);
  }
  void advance(std::int64_t units) override { inner_.advance(units); }
  void say(const std::string& words) override { inner_.say(words); }
  void warn(const std::string& message) override;
  bool is_cancelled() const noexcept override { return inner_.is_cancelled(); }
  std::vector<std::string> warnings() const;

 private:
  Progress& inner_;
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
};

/// What is known before the network is loaded, so that a wrong word or path does not wait for it.
struct OpenedInput {
  std::string device;
  Manifest manifest;
  ClipSampling sampling;
  FlowFiles flow;  ///< its path may still hold "{stem}"
  std::unique_ptr<FrameSource> source;
};

/// All of it but the source: for studies, which open many.
/// @throws Error.
OpenedInput plan_run(const SourceSettings& source, const RunSettings& run, Progress& progress);

/// Checks the settings, selects the device (before anything else touches torch), reads the
/// manifest, opens the source, which asks `progress` whether to go on waiting.
/// @throws Error.
OpenedInput open_input(const std::string& input, const SourceSettings& source,
                       const RunSettings& run, Progress& progress);

struct LoadedNetwork {
  std::shared_ptr<Model> model;
  int batch = 1;  ///< clips in one forward
};

/// @param keeper  a network to use again, or to leave for the next call; may be null.
/// @throws Error.
LoadedNetwork load_network(const OpenedInput& opened, const SourceSettings& source,
                           const RunSettings& run, ModelKeeper* keeper);

/// One input and one network, ready to go.
struct Session {
  std::shared_ptr<Model> model;
  std::unique_ptr<FrameSource> source;
  std::unique_ptr<ClipCutter> cutter;
  int batch = 1;
};

/// Decides which clips are cut. May have to read the time stamps of the whole source, so everything
/// that can be wrong is to be checked before.
/// @throws Error kUsage for samplings that a pipe cannot have, kInput, kCancelled.
Session make_session(const std::string& input, OpenedInput opened, const LoadedNetwork& network,
                     const RunSettings& run, Progress& progress);

/// Threads inside a decoder or encoder: two keep ahead of any network, one when one is all there
/// may be.
int media_threads(const RunSettings& run);

/// decode + cut (ordered) -> network (one at a time) -> finish (ordered), as a oneTBB
/// parallel_pipeline with a bounded number of chunks under way: while the network works on one
/// chunk the next is decoded and the one before is drawn and encoded. `network` runs under the
/// settings' threads and precision.
void run_line(Session& session, const RunSettings& run, bool keep_frames, Progress& progress,
              const std::function<void(Chunk&)>& network,
              const std::function<void(Chunk&)>& finish);

}  // namespace praxiscope
