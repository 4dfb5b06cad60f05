// predict(): media -> clip -> model, and the classes of every clip.
#include "methods/support/explainer.h"
#include "pipeline/report.h"
#include "pipeline/session.h"

#include "praxiscope/explain.h"

namespace praxiscope {

Prediction predict(const std::string& input, const PredictOptions& options, Progress& progress,
                   const std::function<void(const ClipPrediction&)>& on_clip, ModelKeeper* keeper) {
  RecordingProgress recorder(progress);
  OpenedInput opened = open_input(input, options.source, options.run, recorder);
  const LoadedNetwork network = load_network(opened, options.source, options.run, keeper);
  const Explainer explainer(*network.model, {}, {}, options.top, options.run.seed);
  Session session = make_session(input, std::move(opened), network, options.run, recorder);
  nlohmann::json json = header_json("praxiscope.predict/1", input, session.source->info(),
                                    *session.model, options.source, options.run, session.batch);
  json["clips"] = nlohmann::json::array();
  Tally tally;
  recorder.begin("predict", session.source->info().frame_count_from_header);
  run_line(
      session, options.run, false, recorder,
      [&](Chunk& chunk) { chunk.results = explainer.run(std::move(chunk.clips), recorder); },
      [&](Chunk& chunk) {
        tally.count_frames(chunk.frames_read);
        for (const ClipResult& result : chunk.results) {
          tally.add(result);
          const ClipPrediction prediction = prediction_of(result);
          json["clips"].push_back(prediction_json(prediction));
          if (on_clip) on_clip(prediction);
        }
      });
  Prediction out{.input = input,
                 .frames = tally.frames(),
                 .clips = tally.clips(),
                 .top = tally.top(session.model->labels(), options.top),
                 .warnings = recorder.warnings(),
                 .json = ""};
  json["frames"] = out.frames;
  json["top"] = top_json(out.top);
  json["warnings"] = out.warnings;
  out.json = json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return out;
}

}  // namespace praxiscope
