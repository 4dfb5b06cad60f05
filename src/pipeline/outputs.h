// Outputs: the files of one run. Opened before any work, written as the stream goes by, published
// together at the end.
#pragma once

#include "pipeline/chunk.h"

#include "praxiscope/explain.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

enum class OutputForm { kVideo, kPng, kNpz, kJson };
/// By the ending. @throws Error kUsage for unknown endings, naming those that work.
OutputForm output_form(const std::string& path);

/// "{stem}" replaced by the input's file name without ending ("stdin" for "-").
std::string expand_output(const std::string& pattern, const std::string& input);

/// Not thread-safe.
class Outputs {
 public:
  /// Opens everything that can be opened before the first frame, so that a wrong path fails before
  /// the work.
  /// @throws Error kUsage, kOutput.
  Outputs(const std::string& input, const ExplainOptions& options, const MediaInfo& media,
          const nlohmann::json& header, const std::vector<std::string>& labels, int tiles);
  ~Outputs();

  bool wants_pictures() const;
  /// Draws (in parallel) and writes the chunk's frames, and its clips' results.
  void write(const Chunk& chunk, Progress& progress);
  /// Completes all files, then gives all their names. @return the paths in the order of the
  /// options.
  std::vector<std::string> publish(const nlohmann::json& summary, Progress& progress);

 private:
  void draw(const Chunk& chunk, Progress& progress);
  void remember_strongest(const Chunk& chunk);
  void write_stills();

  std::vector<std::string> paths_;
  std::vector<std::unique_ptr<FrameSink>> videos_;
  std::vector<std::unique_ptr<ResultSink>> results_;
  std::vector<std::unique_ptr<FrameSink>> stills_;
  RenderOptions render_options_;
  std::unique_ptr<FrameRenderer> renderer_;  ///< for videos
  std::unique_ptr<FrameRenderer> still_renderer_;
  std::optional<AnnotatedFrame> strongest_;  ///< what a .png shows
};

}  // namespace praxiscope
