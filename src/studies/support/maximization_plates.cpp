// See maximization_plates.h.
#include "studies/support/maximization_plates.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace praxiscope::studies {
namespace {

constexpr int kFilmCell = 220, kRounds = 2;

const InputSpec& spec_of(const std::string& name, const Model& model) {
  const auto& inputs = model.manifest().inputs;
  return *std::find_if(inputs.begin(), inputs.end(),
                       [&](const InputSpec& spec) { return spec.name == name; });
}

}  // namespace

std::vector<const Found*> results_of(const std::vector<Found>& found, std::size_t sought,
                                     std::size_t draw, bool is_alone) {
  std::vector<const Found*> chosen;
  for (const Found& one : found)
    if (one.sought == sought && one.draw == draw && one.alone.empty() != is_alone)
      chosen.push_back(&one);
  return chosen;
}

Plate plate_of(const std::vector<const Found*>& results, const MaximizationPlan& plan,
               const optima::Streams& streams, const Model& model) {
  Plate plate;
  for (const Found* one : results) {
    plate.columns.push_back(one->alone.empty() ? std::string(plan.speeds[one->speed].name)
                                               : one->alone + " alone");
    std::size_t row = 0;
    for (std::size_t s = 0; s < streams.all().size(); ++s) {
      const optima::Stream& stream = streams.all()[s];
      const at::Tensor tensor = optima::network_input(stream, one->optimum.streams.at(s));
      for (PlateRow& part : plate_rows(tensor, spec_of(stream.name, model))) {
        if (plate.rows.size() <= row) plate.rows.push_back(part.name), plate.cells.emplace_back();
        plate.cells[row++].push_back(std::move(part.frames));
      }
    }
  }
  return plate;
}

void show_film(const std::vector<Sought>& sought, const std::vector<Found>& found,
               const MaximizationPlan& plan, const optima::Streams& streams,
               const StudyContext& context) {
  if (!context.film) return;
  for (std::size_t i = 0; i < sought.size(); ++i) {
    for (std::size_t draw = 0; draw < plan.count; ++draw) {
      const std::vector<const Found*> results = results_of(found, i, draw, false);
      if (results.size() != plan.speeds.size()) continue;
      Plate plate = plate_of(results, plan, streams, context.model);
      plate.title = sought[i].name;
      const std::vector<Picture> frames = draw_plate(plate, kFilmCell);
      for (int round = 0; round < kRounds; ++round)
        for (const Picture& frame : frames) context.film(frame);
    }
  }
}

}  // namespace praxiscope::studies
