#include "pipeline/outputs.h"

#include "pipeline/output_names.h"
#include "pipeline/session.h"
#include "render/enlarge.h"

#include "praxiscope/error.h"

#include <nlohmann/json.hpp>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

namespace praxiscope {
namespace {

FrameState state_of(const AnnotatedFrame& frame) {
  return {.picture = frame.frame.picture.get(),
          .time_s = frame.frame.pts.to_double(),
          .tiles = frame.tiles,
          .bars = frame.bars,
          .timeline = frame.timeline.get()};
}

/// One line for the container's comment: enough to make the file again.
std::string provenance(const nlohmann::json& header) {
  return header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What a sink takes the sound from; "-" lets it say that a pipe's sound is left out.
std::string audio_of(const std::string& input, const MediaInfo& media) {
  if (!media.has_audio) return "";
  return media.is_live ? "-" : input;
}

}  // namespace

Outputs::Outputs(const std::string& input, const ExplainOptions& options, const MediaInfo& media,
                 const nlohmann::json& header, const std::vector<std::string>& labels, int tiles)
    : overwrite_(options.overwrite),
      sheet_width_(options.sheet_width),
      render_options_{.colormap = options.colormap,
                      .opacity = options.opacity,
                      .caption = options.caption,
                      .bars = options.bars,
                      .timeline = options.strip && !media.is_still,
                      .outline = options.outline} {
  const Size source{.height = media.height, .width = media.width};
  FrameSinkOptions sink{.width = 0,
                        .height = 0,
                        .frame_rate = media.frame_rate,
                        .time_base = media.time_base,
                        .audio_from = audio_of(input, media),
                        .overwrite = options.overwrite,
                        .threads = media_threads(options.run),
                        .metadata = {{"comment", provenance(header)}}};
  const auto open_pictures = [&](std::unique_ptr<FrameRenderer>& renderer,
                                 const std::string& path) {
    if (!renderer) {
      RenderOptions chosen = render_options_;
      chosen.timeline = chosen.timeline && &renderer == &renderer_;
      renderer = make_enlarging_renderer(source, tiles, chosen);
    }
    sink.width = renderer->size().width;
    sink.height = renderer->size().height;
    return open_sink(path, sink);
  };
  const auto add = [this](const std::string& path, auto& list, auto made) {
    files_.push_back({path, [raw = made.get()] { raw->publish(); }});
    list.push_back(std::move(made));
  };
  for (const std::string& path : options.outputs) {
    switch (output_form(path, media.is_still)) {
      case OutputForm::kVideo:
        add(path, videos_, open_pictures(renderer_, path));
        break;
      case OutputForm::kPng:
        add(path, stills_, open_pictures(still_renderer_, path));
        break;
      case OutputForm::kNpz:
        add(path, results_, open_npz(path, header, options.save_inputs, options.overwrite));
        break;
      case OutputForm::kJson:
        add(path, results_, open_json(path, header, labels, options.overwrite));
        break;
      case OutputForm::kPdf:
        files_.push_back(figures_.add(path, FigureFiles::Form::kPdf, options.overwrite));
        break;
      case OutputForm::kHtml:
        files_.push_back(figures_.add(path, FigureFiles::Form::kHtml, options.overwrite));
        break;
      case OutputForm::kSheet:
        files_.push_back(figures_.add(path, FigureFiles::Form::kSheet, options.overwrite));
        break;
    }
  }
}

Outputs::~Outputs() = default;

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
  // TBB forgets what it handed to a stage that throws: pictures stay here, see run_line().
  using Place = std::optional<Drawn>;
  std::vector<Place> places(tokens);
  const auto paint = [&](std::size_t index) {
    progress.check_cancelled();
    const AnnotatedFrame& frame = chunk.annotated.at(index);
    Place& place = places[index % tokens];
    place.emplace(Drawn{.frame = frame, .picture = renderer_->draw(state_of(frame))});
    return &place;
  };
  const auto encode = [&](Place* place) {
    const Frame& frame = (*place)->frame.frame;
    for (const auto& video : videos_) video->write((*place)->picture, frame.pts, frame.duration);
    place->reset();
  };
  constexpr auto kInOrder = tbb::filter_mode::serial_in_order;
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_pipeline(
        tokens, tbb::make_filter<void, std::size_t>(kInOrder, pick) &
                    tbb::make_filter<std::size_t, Place*>(tbb::filter_mode::parallel, paint) &
                    tbb::make_filter<Place*, void>(kInOrder, encode));
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

std::vector<std::string> Outputs::publish(const std::function<nlohmann::json()>& summary,
                                          const std::function<Figure()>& figure,
                                          Progress& progress) {
  write_stills();
  if (wants_figure()) figures_.write(figure(), sheet_width_);
  const auto finish = [&](FrameSink& sink) {
    sink.finish();
    for (const std::string& warning : sink.take_warnings()) progress.warn(warning);
  };
  for (const auto& video : videos_) finish(*video);
  for (const auto& still : stills_) finish(*still);
  for (const auto& sink : results_) sink->finish(summary());
  progress.check_cancelled();
  publish_together(files_, overwrite_);
  std::vector<std::string> paths;
  for (const Publication& file : files_) paths.push_back(file.path);
  return paths;
}

}  // namespace praxiscope
