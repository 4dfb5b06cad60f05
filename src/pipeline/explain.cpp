// explain(): the whole line, media -> clip -> model -> method -> render -> sink. Start reading
// here.
#include "praxiscope/explain.h"

#include "methods/support/explainer.h"
#include "pipeline/annotator.h"
#include "pipeline/figure_maker.h"
#include "pipeline/output_names.h"
#include "pipeline/outputs.h"
#include "pipeline/report.h"
#include "pipeline/session.h"

#include "praxiscope/error.h"
#include "praxiscope/method.h"

#include <fmt/format.h>

#include <algorithm>

namespace praxiscope {

namespace {

/// The wishes with what --refine stands for written out.
ExplainOptions refined(ExplainOptions options, const OpenedInput& opened) {
  if (!options.refine) return options;
  for (MethodChoice& choice : options.methods) {
    if (find_method(choice.id).is_layer_based) choice.options.try_emplace("refine", "on");
  }
  constexpr int kClipsAtOnce = 8;  // see every frame at eight places of their windows
  int span = 1;
  for (const InputSpec& input : opened.manifest.inputs)
    span = std::max(span, input.frames * input.stride);
  if (opened.sampling.kind == ClipSampling::Kind::kSliding && !options.source.hop)
    options.source.hop = std::max(1, span / kClipsAtOnce);
  return options;
}

/// What is known only at the end.
nlohmann::json summary_json(const Explanation& out) {
  return {{"frames", out.frames},
          {"clip_count", out.clips},
          {"top", top_json(out.top)},
          {"warnings", out.warnings}};
}

}  // namespace

Explanation explain(const std::string& input, const ExplainOptions& asked, Progress& progress,
                    ModelKeeper* keeper) {
  // Whatever can be refused is refused before what takes long: names, source, outputs, network,
  // layers and targets, time stamps.
  check_outputs({input}, asked.outputs);
  const AnnotatorOptions annotator_options{.side_by_side = asked.side_by_side,
                                           .bars = asked.bars,
                                           .scale = parse_scale(asked.scale),
                                           .flow_colors = parse_flow_colors(asked.flow_colors)};
  RecordingProgress recorder(progress);
  OpenedInput opened = open_input(input, asked.source, asked.run, recorder);
  const ExplainOptions options = refined(asked, opened);
  opened.sampling.hop = options.source.hop;
  const MediaInfo& media = opened.source->info();
  ExplainOptions planned = options;
  planned.outputs = plan_outputs(input, options, media.is_still);
  const LoadedNetwork network = load_network(opened, options.source, options.run, keeper);
  const Model& model = *network.model;
  Explainer explainer(model, options.methods, options.targets, options.top, options.run.seed,
                      network.batch);
  if (options.motion) explainer.split_motion();
  nlohmann::json header = header_json("praxiscope.explain/1", input, media, model, options.source,
                                      options.run, network.batch);
  add_methods(header, explainer, options.targets);
  Annotator annotator(media, model, explainer, annotator_options);
  Outputs outputs(input, planned, media, header, model.labels(), annotator.tile_count());
  FigureMaker figure(media, model, explainer,
                     {.clips = options.figure_clips,
                      .colormap = options.colormap,
                      .opacity = options.opacity,
                      .flow_colors = annotator_options.flow_colors});
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
