// explain(): the whole line, media -> clip -> model -> method -> render -> sink. Start reading
// here.
#include "praxiscope/explain.h"

#include "core/text.h"
#include "pipeline/annotator.h"
#include "pipeline/explainer.h"
#include "pipeline/outputs.h"
#include "pipeline/report.h"
#include "pipeline/session.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope {

std::vector<MethodChoice> parse_methods(const std::string& text) {
  std::vector<MethodChoice> choices;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> pieces = split(part, ':');
    MethodChoice choice{.id = trimmed(pieces[0]), .options = {}};
    find_method(choice.id);  // the name is checked before anything is opened
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      const std::size_t equals = pieces[i].find('=');
      if (equals == std::string::npos) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format("method {}: found option {}, expected name=value, as in {}:name=value",
                        choice.id, in_quotes(pieces[i]), choice.id));
      }
      choice.options[trimmed(pieces[i].substr(0, equals))] = trimmed(pieces[i].substr(equals + 1));
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

Explanation explain(const std::string& input, const ExplainOptions& options, Progress& progress) {
  for (const std::string& output : options.outputs) output_form(output);
  AnnotatorOptions annotator_options{.side_by_side = options.side_by_side,
                                     .bars = options.bars,
                                     .scale = parse_scale(options.range)};
  RecordingProgress recorder(progress);
  Session session = open_session(input, options.source, options.run, recorder);
  const MediaInfo& media = session.source->info();
  const Explainer explainer(*session.model, options.methods, options.targets, options.top,
                            options.run.seed);
  nlohmann::json header = header_json("praxiscope.explain/1", input, media, *session.model,
                                      options.source, options.run, session.batch);
  add_methods(header, explainer, options.targets);
  Annotator annotator(media, *session.model, explainer, annotator_options);
  Outputs outputs(input, options, media, header, session.model->labels(), annotator.tile_count());

  Tally tally;
  recorder.begin("explain", media.frame_count_from_header);
  run_line(
      session, options.run, outputs.wants_pictures(), recorder,
      [&](Chunk& chunk) { chunk.results = explainer.run(std::move(chunk.clips), recorder); },
      [&](Chunk& chunk) {
        tally.count_frames(chunk.frames_read);
        for (const ClipResult& result : chunk.results) tally.add(result);
        if (outputs.wants_pictures()) annotator.join(chunk);
        outputs.write(chunk, recorder);
      });

  Explanation out{.input = input,
                  .frames = tally.frames(),
                  .clips = tally.clips(),
                  .top = tally.top(session.model->labels(), options.top),
                  .written = {},
                  .warnings = {},
                  .json = ""};
  const auto summary = [&] {
    out.warnings = recorder.warnings();
    return nlohmann::json{{"frames", out.frames},
                          {"clip_count", out.clips},
                          {"top", top_json(out.top)},
                          {"warnings", out.warnings}};
  };
  out.written = outputs.publish(summary(), recorder);
  header.update(summary());
  header["written"] = out.written;
  out.json = header.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return out;
}

}  // namespace praxiscope
