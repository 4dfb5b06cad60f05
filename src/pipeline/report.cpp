#include "pipeline/report.h"

#include "pipeline/settings.h"

#include "praxiscope/version.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

namespace praxiscope {
namespace {

using nlohmann::json;

json media_json(const std::string& input, const MediaInfo& media) {
  json out{{"path", input},
           {"container", media.container},
           {"codec", media.codec},
           {"pixel_format", media.pixel_format},
           {"color", media.color},
           {"width", media.width},
           {"height", media.height},
           {"rotation_deg", media.rotation_deg},
           {"sample_aspect", media.sample_aspect.to_string()},
           {"is_still", media.is_still},
           {"has_audio", media.has_audio}};
  if (media.frame_rate) out["frame_rate"] = media.frame_rate->to_string();
  return out;
}

}  // namespace

Rational usual_rate(const MediaInfo& media) {
  constexpr std::int64_t kUsual = 25;
  return media.frame_rate.value_or(Rational::of(kUsual));
}

json header_json(const std::string& schema, const std::string& input, const MediaInfo& media,
                 const Model& model, const SourceSettings& source, const RunSettings& run,
                 int batch) {
  json header = run_json(schema, model, source, run, batch);
  header["source"] = media_json(input, media);
  return header;
}

json run_json(const std::string& schema, const Model& model, const SourceSettings& source,
              const RunSettings& run, int batch) {
  const Manifest& manifest = model.manifest();
  json inputs = json::array();
  for (const InputSpec& spec : manifest.inputs) inputs.push_back(json::parse(to_json(spec)));
  return {{"schema", schema},
          {"program", {{"name", "praxiscope"}, {"version", version()}}},
          {"model",
           {{"name", manifest.name},
            {"file", manifest.file},
            {"sha256", model.file_sha256()},
            {"format", model.format()},
            {"classes", model.labels().size()},
            {"licence", manifest.licence},
            {"preset", manifest.preset},
            {"inputs", std::move(inputs)}}},
          {"sampling",
           {{"clips", source.clips}, {"hop", source.hop ? json(*source.hop) : json(nullptr)}}},
          {"run",
           {{"device", model.device()},
            {"threads", resolve_threads(run.threads)},
            {"batch", batch},
            {"precision", run.precision},
            {"seed", run.seed}}}};
}

void add_methods(json& header, const Explainer& explainer,
                 const std::vector<std::string>& targets) {
  json list = json::array();
  for (const ChosenMethod& chosen : explainer.methods()) {
    list.push_back({{"id", std::string(chosen.info->id)},
                    {"title", std::string(chosen.info->title)},
                    {"source", std::string(chosen.info->source)},
                    {"options", chosen.options},
                    {"layer", chosen.layer}});
  }
  header["methods"] = std::move(list);
  header["targets_asked"] = targets;
}

void Tally::add(const ClipResult& result) {
  const at::Tensor p = result.probabilities.to(at::kDouble), s = result.logits.to(at::kDouble);
  probabilities_ = clips_ == 0 ? p : probabilities_ + p;
  logits_ = clips_ == 0 ? s : logits_ + s;
  ++clips_;
}

std::vector<TopClass> Tally::top(const std::vector<std::string>& labels, int count) const {
  if (clips_ == 0) return {};
  const auto n = static_cast<double>(clips_);
  return find_top((logits_ / n).to(at::kFloat), (probabilities_ / n).to(at::kFloat), labels, count);
}

ClipPrediction prediction_of(const ClipResult& result) {
  ClipPrediction out;
  out.clip_index = result.clip.index;
  out.source_begin = result.clip.source_begin;
  out.source_end = result.clip.source_end;
  Rational begin = result.clip.inputs.at(0).frames.front().pts, end = begin;
  for (const ClipInput& input : result.clip.inputs) {
    begin = std::min(begin, input.frames.front().pts);
    end = std::max(end, input.frames.back().pts);
    for (const ClipFrame& frame : input.frames) out.is_padded |= frame.is_padding;
  }
  out.begin_s = begin.to_double();
  out.end_s = end.to_double();
  out.top = result.top;
  return out;
}

json prediction_json(const ClipPrediction& prediction) {
  return {{"index", prediction.clip_index},      {"begin_s", prediction.begin_s},
          {"end_s", prediction.end_s},           {"source_begin", prediction.source_begin},
          {"source_end", prediction.source_end}, {"is_padded", prediction.is_padded},
          {"top", top_json(prediction.top)}};
}

}  // namespace praxiscope
