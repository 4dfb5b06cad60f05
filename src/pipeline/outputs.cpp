#include "pipeline/outputs.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>

namespace praxiscope {
namespace {

constexpr std::array<std::pair<const char*, OutputForm>, 8> kEndings{
    {{".mp4", OutputForm::kVideo},
     {".mkv", OutputForm::kVideo},
     {".webm", OutputForm::kVideo},
     {".mov", OutputForm::kVideo},
     {".gif", OutputForm::kVideo},
     {".png", OutputForm::kPng},
     {".npz", OutputForm::kNpz},
     {".json", OutputForm::kJson}}};

FrameState state_of(const AnnotatedFrame& frame) {
  return {.picture = frame.frame.picture.get(),
          .time_s = frame.frame.pts.to_double(),
          .tiles = frame.tiles,
          .bars = frame.bars,
          .timeline = frame.timeline.get()};
}

/// One line for the container's comment: enough to make the file again.
std::string provenance(const nlohmann::json& header) {
  const nlohmann::json short_form{
      {"program", header.at("program")},        {"source", header.at("source").at("path")},
      {"model", header.at("model").at("name")}, {"sha256", header.at("model").at("sha256")},
      {"methods", header.at("methods")},        {"targets", header.at("targets_asked")},
      {"sampling", header.at("sampling")}};
  return short_form.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

OutputForm output_form(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::vector<std::string> known;
  for (const auto& [name, form] : kEndings) {
    if (ending == name) return form;
    known.emplace_back(name);
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("output {}: found ending {}, expected {}{}", in_quotes(path),
                          in_quotes(ending), fmt::join(known, " "), did_you_mean(ending, known)));
}

std::string expand_output(const std::string& pattern, const std::string& input) {
  const std::filesystem::path path(input);
  std::string stem = input == "-"      ? "stdin"
                     : path.has_stem() ? path.stem().string()
                                       : path.parent_path().stem().string();
  std::replace(stem.begin(), stem.end(), '%', '_');  // of a pattern such as img_%05d.jpg
  std::string out = pattern;
  const std::string hole = "{stem}";
  for (std::size_t at = out.find(hole); at != std::string::npos;
       at = out.find(hole, at + stem.size())) {
    out.replace(at, hole.size(), stem);
  }
  return out;
}

Outputs::Outputs(const std::string& input, const ExplainOptions& options, const MediaInfo& media,
                 const nlohmann::json& header, const std::vector<std::string>& labels, int tiles)
    : render_options_{.colormap = options.colormap,
                      .opacity = options.opacity,
                      .caption = options.caption,
                      .bars = options.bars,
                      .timeline = !media.is_still} {
  const Size source{.height = media.height, .width = media.width};
  FrameSinkOptions sink{.width = 0,
                        .height = 0,
                        .frame_rate = media.frame_rate,
                        .time_base = media.time_base,
                        .audio_from = media.has_audio && input != "-" ? input : "",
                        .overwrite = options.overwrite,
                        .metadata = {{"comment", provenance(header)}}};
  const auto open_pictures = [&](std::unique_ptr<FrameRenderer>& renderer,
                                 const std::string& path) {
    if (!renderer) {
      RenderOptions chosen = render_options_;
      chosen.timeline = chosen.timeline && &renderer == &renderer_;
      renderer = make_renderer(source, tiles, chosen);
    }
    sink.width = renderer->size().width;
    sink.height = renderer->size().height;
    return open_sink(path, sink);
  };
  std::set<std::string> seen;
  for (const std::string& pattern : options.outputs) {
    const std::string path = expand_output(pattern, input);
    if (!seen.insert(path).second) {
      throw Error(ErrorKind::kUsage, fmt::format("output {}: named twice", in_quotes(path)));
    }
    paths_.push_back(path);
    switch (output_form(path)) {
      case OutputForm::kVideo:
        videos_.push_back(open_pictures(renderer_, path));
        break;
      case OutputForm::kPng:
        stills_.push_back(open_pictures(still_renderer_, path));
        break;
      case OutputForm::kNpz:
        results_.push_back(open_npz(path, options.save_inputs, options.overwrite));
        break;
      case OutputForm::kJson:
        results_.push_back(open_json(path, header, labels, options.overwrite));
        break;
    }
  }
}

Outputs::~Outputs() = default;

bool Outputs::wants_pictures() const { return !videos_.empty() || !stills_.empty(); }

void Outputs::write(const Chunk& chunk, Progress& progress) {
  for (const ClipResult& result : chunk.results) {
    for (const auto& sink : results_) sink->write(result);
  }
  if (!videos_.empty()) draw(chunk, progress);
  if (!stills_.empty()) remember_strongest(chunk);
}

void Outputs::draw(const Chunk& chunk, Progress& progress) {
  namespace tbb = oneapi::tbb;
  // Few drawn pictures exist at a time. Isolated, so that a waiting thread does not pick up the
  // network's stage.
  const auto tokens = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()) + 1;
  std::size_t next = 0;
  const auto pick = [&](tbb::flow_control& control) -> std::size_t {
    if (next == chunk.annotated.size()) control.stop();
    return next++;
  };
  struct Drawn {
    const AnnotatedFrame& frame;
    Picture picture;
  };
  const auto paint = [&](std::size_t index) {
    progress.check_cancelled();
    const AnnotatedFrame& frame = chunk.annotated.at(index);
    return std::make_shared<Drawn>(
        Drawn{.frame = frame, .picture = renderer_->draw(state_of(frame))});
  };
  const auto encode = [&](const std::shared_ptr<Drawn>& drawn) {
    const Frame& frame = drawn->frame.frame;
    for (const auto& video : videos_) video->write(drawn->picture, frame.pts, frame.duration);
  };
  constexpr auto kInOrder = tbb::filter_mode::serial_in_order;
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_pipeline(tokens,
                           tbb::make_filter<void, std::size_t>(kInOrder, pick) &
                               tbb::make_filter<std::size_t, std::shared_ptr<Drawn>>(
                                   tbb::filter_mode::parallel, paint) &
                               tbb::make_filter<std::shared_ptr<Drawn>, void>(kInOrder, encode));
  });
}

void Outputs::remember_strongest(const Chunk& chunk) {
  for (const AnnotatedFrame& frame : chunk.annotated) {
    if (!strongest_ || frame.strength > strongest_->strength) strongest_ = frame;
  }
}

void Outputs::write_stills() {
  if (!strongest_ || stills_.empty()) return;
  const Picture picture = still_renderer_->draw(state_of(*strongest_));
  for (const auto& sink : stills_) sink->write(picture, Rational::of(0), Rational::of(1));
}

std::vector<std::string> Outputs::publish(const nlohmann::json& summary, Progress& progress) {
  write_stills();
  std::vector<FrameSink*> pictures;
  for (const auto& video : videos_) pictures.push_back(video.get());
  for (const auto& still : stills_) pictures.push_back(still.get());
  for (FrameSink* sink : pictures) {
    sink->finish();
    for (const std::string& warning : sink->take_warnings()) progress.warn(warning);
  }
  for (const auto& sink : results_) sink->finish(summary);
  progress.check_cancelled();
  for (FrameSink* sink : pictures) sink->publish();
  for (const auto& sink : results_) sink->publish();
  return paths_;
}

}  // namespace praxiscope
