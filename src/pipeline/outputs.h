// Outputs: the files of one run. Opened before any work, written as the stream goes by, published
// together at the end.
#pragma once

#include "core/atomic_file.h"
#include "pipeline/chunk.h"
#include "pipeline/figure_files.h"

#include "praxiscope/explain.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// Not thread-safe.
class Outputs {
 public:
  /// Opens everything that can be opened before the first frame, so that a wrong path fails before
  /// the work. `options.outputs`: paths, see plan_outputs().
  /// @throws Error kUsage, kOutput.
  Outputs(const std::string& input, const ExplainOptions& options, const MediaInfo& media,
          const nlohmann::json& header, const std::vector<std::string>& labels, int tiles);
  ~Outputs();

  /// Whether anything is made of frames; of annotated ones; whether a figure is.
  bool wants_frames() const { return wants_pictures() || wants_figure(); }
  bool wants_pictures() const { return !videos_.empty() || !stills_.empty(); }
  bool wants_figure() const { return !figures_.is_empty(); }
  /// Draws (in parallel) and writes the chunk's frames, and its clips' results.
  void write(const Chunk& chunk, Progress& progress);
  /// Completes all files, then gives them their names: all or none. `summary` is asked when the
  /// videos and pictures are complete and have said their warnings; `figure` only where one is
  /// wanted.
  /// @return the paths in the order of the options. @throws Error kOutput, kCancelled.
  std::vector<std::string> publish(const std::function<nlohmann::json()>& summary,
                                   const std::function<Figure()>& figure, Progress& progress);

 private:
  void draw(const Chunk& chunk, Progress& progress);
  void remember_strongest(const Chunk& chunk);
  void write_stills();

  std::vector<Publication> files_;  ///< in the order of the options; of the sinks below
  bool overwrite_;
  std::vector<std::unique_ptr<FrameSink>> videos_;
  std::vector<std::unique_ptr<ResultSink>> results_;
  std::vector<std::unique_ptr<FrameSink>> stills_;
  FigureFiles figures_;
  int sheet_width_;
  RenderOptions render_options_;
  std::unique_ptr<FrameRenderer> renderer_;  ///< for videos
  std::unique_ptr<FrameRenderer> still_renderer_;
  std::optional<AnnotatedFrame> strongest_;  ///< what a .png shows
};

}  // namespace praxiscope
