// Session: what predict and explain have in common: an open source, a loaded network, a cutter, and
// the oneTBB line that joins them.
#pragma once

#include "pipeline/chunk.h"

#include "praxiscope/explain.h"
#include "praxiscope/model.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace praxiscope {

/// Collects warnings for the result and passes them on.
class RecordingProgress : public Progress {
 public:
  explicit RecordingProgress(Progress& inner) : inner_(inner) {}
  void begin(const std::string& stage, std::optional<std::int64_t> total) override {
    inner_.begin(stage, total);
  }
  void advance(std::int64_t units) override { inner_.advance(units); }
  void warn(const std::string& message) override;
  bool is_cancelled() const noexcept override { return inner_.is_cancelled(); }
  std::vector<std::string> warnings() const;

 private:
  Progress& inner_;
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
};

/// One input and one network, ready to go.
struct Session {
  std::unique_ptr<Model> model;
  std::unique_ptr<FrameSource> source;
  std::unique_ptr<ClipCutter> cutter;
  int batch = 1;
};

/// Selects the device (before anything else touches torch), loads the network, opens the source.
/// @throws Error.
Session open_session(const std::string& input, const SourceSettings& source, const RunSettings& run,
                     Progress& progress);

/// decode + cut (ordered) -> network (one at a time) -> finish (ordered), as a oneTBB
/// parallel_pipeline with a bounded number of chunks under way: while the network works on one
/// chunk the next is decoded and the one before is drawn and encoded. `network` runs under the
/// settings' threads and precision.
void run_line(Session& session, const RunSettings& run, bool keep_frames, Progress& progress,
              const std::function<void(Chunk&)>& network,
              const std::function<void(Chunk&)>& finish);

}  // namespace praxiscope
