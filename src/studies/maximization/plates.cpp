// See plates.h.
#include "studies/maximization/plates.h"

#include "studies/support/pictures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace praxiscope::studies {
namespace {

/// Few columns have more room.
constexpr std::size_t kFewColumns = 5;
constexpr int kFilmCell = 220, kNarrowFilmCell = 150, kRounds = 2, kBoxWidth = 224;
constexpr std::array<std::uint8_t, 3> kTheoretical{150, 150, 150}, kEffective{255, 176, 0};

const InputSpec& spec_of(const std::string& name, const Model& model) {
  const auto& inputs = model.manifest().inputs;
  return *std::find_if(inputs.begin(), inputs.end(),
                       [&](const InputSpec& spec) { return spec.name == name; });
}

/// Large enough that a box of one line does not hide what it frames.
void enlarge(std::vector<Picture>& frames) {
  for (Picture& frame : frames)
    if (frame.width < kBoxWidth)
      frame = resized(frame, kBoxWidth, frame.height * kBoxWidth / frame.width);
}

}  // namespace

void add_column(const std::string& title, const std::vector<at::Tensor>& clip,
                const optima::Streams& streams, const Model& model, Plate& plate) {
  plate.columns.push_back(title);
  std::size_t row = 0;
  for (std::size_t s = 0; s < streams.all().size(); ++s) {
    const optima::Stream& stream = streams.all()[s];
    const at::Tensor tensor = optima::network_input(stream, clip.at(s));
    for (PlateRow& part : plate_rows(tensor, spec_of(stream.name, model))) {
      if (plate.rows.size() <= row) plate.rows.push_back(part.name), plate.cells.emplace_back();
      plate.cells[row++].push_back(std::move(part.frames));
    }
  }
}

std::vector<const Found*> Gallery::results(std::size_t of, std::size_t draw, bool is_alone) const {
  std::vector<const Found*> chosen;
  for (const Found& one : found)
    if (one.sought == of && one.draw == draw && one.alone.empty() != is_alone)
      chosen.push_back(&one);
  return chosen;
}

Plate Gallery::plate(const std::vector<const Found*>& results) const {
  Plate plate;
  for (const Found* one : results)
    add_column(
        one->alone.empty() ? std::string(plan.speeds[one->speed].name) : one->alone + " alone",
        store.get(one->place), streams, context.model, plate);
  return plate;
}

void Gallery::add_clip(const DrivingClip& clip, const std::string& title, Plate& plate) const {
  const std::vector<at::Tensor> tensors = store.get(clip.place);
  add_column(title, tensors, streams, context.model, plate);
  std::size_t row = 0;
  for (std::size_t s = 0; s < streams.all().size(); ++s) {
    const optima::Stream& stream = streams.all()[s];
    // Rows of a stream: one of pictures, two of flow.
    for (std::size_t k = 0; k < (stream.kind == InputKind::kRgb ? 1U : 2U); ++k, ++row) {
      if (clip.tubes.size() <= s) continue;
      std::vector<Picture>& frames = plate.cells[row].back();
      enlarge(frames);
      const StreamTubes& tubes = clip.tubes[s];
      if (tubes.theoretical) draw_tube(*tubes.theoretical, stream.size, kTheoretical, frames);
      if (tubes.effective) draw_tube(*tubes.effective, stream.size, kEffective, frames);
    }
  }
}

Plate Gallery::plate_with_clips(std::size_t of, const std::vector<const Found*>& results) const {
  Plate both = plate(results);
  for (const DrivingClip& clip : sought[of].clips)
    if (clip.place >= 0) add_clip(clip, fmt::format("real: {}", short_number(clip.value)), both);
  return both;
}

std::string Gallery::name_of_input(std::size_t input) const {
  return std::filesystem::path(context.inputs.names()[input]).filename().string();
}

void show_film(const Gallery& gallery) {
  if (!gallery.context.film) return;
  // All frames of a video have one size: the widest plate's.
  std::size_t columns = 0;
  for (const Sought& one : gallery.sought)
    columns = std::max(columns, gallery.plan.speeds.size() + one.clips.size());
  for (std::size_t i = 0; i < gallery.sought.size(); ++i) {
    for (std::size_t draw = 0; draw < gallery.plan.count; ++draw) {
      const std::vector<const Found*> results = gallery.results(i, draw, false);
      if (results.size() != gallery.plan.speeds.size()) continue;
      Plate plate = gallery.plate_with_clips(i, results);
      plate.title = gallery.sought[i].name;
      plate.columns.resize(columns);
      for (auto& row : plate.cells) row.resize(columns);
      const std::vector<Picture> frames =
          draw_plate(plate, columns > kFewColumns ? kNarrowFilmCell : kFilmCell);
      for (int round = 0; round < kRounds; ++round)
        for (const Picture& frame : frames) gallery.context.film(frame);
    }
  }
}

}  // namespace praxiscope::studies
