// explain(): the whole line, media -> clip -> model -> method -> render -> sink. Start reading
// here.
#include "praxiscope/explain.h"

#include "core/text.h"
#include "pipeline/annotator.h"
#include "pipeline/explainer.h"
#include "pipeline/figure_maker.h"
#include "pipeline/output_names.h"
#include "pipeline/outputs.h"
#include "pipeline/report.h"
#include "pipeline/session.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope {

std::vector<OptionSpec> method_options(const MethodInfo& method) {
  std::vector<OptionSpec> options(method.options.begin(), method.options.end());
  if (method.is_layer_based) {
    options.push_back({.name = "layer",
                       .default_value = "--layer",
                       .choices = "layer",
                       .help = "where, for this method alone"});
  }
  return options;
}

std::vector<MethodChoice> parse_methods(const std::string& text) {
  std::vector<MethodChoice> choices;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> pieces = split(part, ':');
    MethodChoice choice{.id = trimmed(pieces[0]), .options = {}};
    const MethodInfo& method = find_method(choice.id);
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
    const OptionValues checked(method.id, method_options(method), choice.options);
    choices.push_back(std::move(choice));
  }
  return choices;
}

namespace {

/// What is known only at the end.
nlohmann::json summary_json(const Explanation& out) {
  return {{"frames", out.frames},
          {"clip_count", out.clips},
          {"top", top_json(out.top)},
          {"warnings", out.warnings}};
}

}  // namespace

Explanation explain(const std::string& input, const ExplainOptions& options, Progress& progress,
                    ModelKeeper* keeper) {
  // Whatever can be refused is refused before what takes long: names, source, outputs, network,
  // layers and targets, time stamps.
  check_outputs({input}, options.outputs);
  const AnnotatorOptions annotator_options{.side_by_side = options.side_by_side,
                                           .bars = options.bars,
                                           .scale = parse_scale(options.scale)};
  RecordingProgress recorder(progress);
  OpenedInput opened = open_input(input, options.source, options.run, recorder);
  const MediaInfo& media = opened.source->info();
  ExplainOptions planned = options;
  planned.outputs = plan_outputs(input, options, media.is_still);
  const LoadedNetwork network = load_network(opened, options.source, options.run, keeper);
  const Model& model = *network.model;
  const Explainer explainer(model, options.methods, options.targets, options.top, options.run.seed,
                            network.batch);
  nlohmann::json header = header_json("praxiscope.explain/1", input, media, model, options.source,
                                      options.run, network.batch);
  add_methods(header, explainer, options.targets);
  Annotator annotator(media, model, explainer, annotator_options);
  Outputs outputs(input, planned, media, header, model.labels(), annotator.tile_count());
  FigureMaker figure(
      media, model, explainer,
      {.clips = options.figure_clips, .colormap = options.colormap, .opacity = options.opacity});
  Session session = make_session(input, std::move(opened), network, options.run, recorder);

  Tally tally;
  recorder.begin("explain", media.frame_count_from_header);
  run_line(
      session, options.run, outputs.wants_frames(), recorder,
      [&](Chunk& chunk) { chunk.results = explainer.run(std::move(chunk.clips), recorder); },
      [&](Chunk& chunk) {
        tally.count_frames(chunk.frames_read);
        for (const ClipResult& result : chunk.results) tally.add(result);
        if (outputs.wants_figure()) figure.take(chunk);
        if (outputs.wants_pictures()) annotator.join(chunk);
        outputs.write(chunk, recorder);
      });

  Explanation out{.input = input,
                  .frames = tally.frames(),
                  .clips = tally.clips(),
                  .top = tally.top(model.labels(), options.top),
                  .written = {},
                  .warnings = {},
                  .json = ""};
  const auto summary = [&] {
    out.warnings = recorder.warnings();
    return summary_json(out);
  };
  const auto finish_figure = [&] {
    nlohmann::json told = header;
    told.update(summary());
    return figure.finish(told);
  };
  out.written = outputs.publish(summary, finish_figure, recorder);
  header.update(summary());
  header["written"] = out.written;
  out.json = header.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return out;
}

}  // namespace praxiscope
