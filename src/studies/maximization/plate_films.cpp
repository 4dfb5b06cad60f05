// See plate_films.h.
#include "studies/maximization/plate_films.h"

#include "render/flow_colors.h"
#include "render/lettering.h"
#include "studies/support/film.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

constexpr int kGap = 6, kTitle = 30, kHead = 22, kSideWords = 72, kQuality = 82;

/// Frames of the longest film of rows of films.
std::size_t longest(const std::vector<std::vector<std::vector<Picture>>>& rows) {
  std::size_t most = 1;
  for (const auto& row : rows)
    for (const auto& film : row) most = std::max(most, film.size());
  return most;
}

/// Of a film that may be shorter than `frames`.
const Picture& frame_at(const std::vector<Picture>& film, int t, std::size_t frames) {
  return film[static_cast<std::size_t>(t) * film.size() / frames];
}

int height_at(const std::vector<Picture>& film, int width) {
  return film.empty() ? 1 : film.front().height * width / std::max(1, film.front().width);
}

void add_picture(const Picture& sheet, FigureFilm& film, std::vector<FigurePicture>& stored) {
  film.pictures.push_back(static_cast<PictureId>(stored.size()));
  stored.push_back(encode_picture(sheet, kQuality));
  film.times_s.push_back(std::numeric_limits<double>::quiet_NaN());
  film.source_frames.push_back(-1);
}

/// Heights of rows: cells keep their shape.
std::vector<int> heights_of(const Plate& plate, int cell_px) {
  std::vector<int> heights;
  for (const auto& row : plate.cells) {
    int most = 1;
    for (const auto& cell : row) most = std::max(most, height_at(cell, cell_px));
    heights.push_back(most);
  }
  return heights;
}

}  // namespace

std::vector<Picture> draw_plate(const Plate& plate, int cell_px) {
  const std::vector<int> heights = heights_of(plate, cell_px);
  const int title = plate.title.empty() ? 0 : kTitle;
  int height = title + kHead;
  for (const int one : heights) height += one + kGap;
  const int columns = static_cast<int>(plate.columns.size());
  Picture ground = blank(kSideWords + columns * (cell_px + kGap), height);
  if (title > 0) write_on(ground, {4, 0, ground.width - 8, title}, plate.title, {.font_px = 16});
  for (int c = 0; c < columns; ++c)
    write_on(ground, {kSideWords + c * (cell_px + kGap), title, cell_px, kHead},
             plate.columns[static_cast<std::size_t>(c)], {.font_px = 14, .is_centred = true});
  int top = title + kHead;
  for (std::size_t r = 0; r < plate.rows.size(); ++r) {
    write_on(ground, {4, top, kSideWords - 8, heights[r]}, plate.rows[r],
             {.font_px = 13, .lines = 3});
    top += heights[r] + kGap;
  }
  std::vector<Picture> drawn;
  const std::size_t frames = longest(plate.cells);
  for (const int t : choose_frames(static_cast<int>(frames))) {
    Picture sheet = ground;
    int y = title + kHead;
    for (std::size_t r = 0; r < plate.cells.size(); ++r) {
      for (int c = 0; c < columns; ++c) {
        const auto& cell = plate.cells[r][static_cast<std::size_t>(c)];
        if (cell.empty()) continue;
        paste(resized(frame_at(cell, t, frames), cell_px, heights[r]),
              kSideWords + c * (cell_px + kGap), y, sheet);
      }
      y += heights[r] + kGap;
    }
    drawn.push_back(std::move(sheet));
  }
  return drawn;
}

FigureFilm make_plate_film(const Plate& plate, int cell_px, std::vector<FigurePicture>& stored) {
  FigureFilm film;
  for (const Picture& sheet : draw_plate(plate, cell_px)) add_picture(sheet, film, stored);
  return film;
}

FigureFilm make_grid_film(const std::vector<GridCell>& cells, std::size_t columns, int cell_px,
                          std::vector<FigurePicture>& stored) {
  int pictures = 1;
  std::size_t frames = 1;
  for (const GridCell& cell : cells) {
    frames = std::max(frames, longest({cell.rows}));
    int height = 0;
    for (const auto& row : cell.rows) height += height_at(row, cell_px) + kGap;
    pictures = std::max(pictures, height);
  }
  const std::size_t across = std::min(columns, std::max<std::size_t>(1, cells.size()));
  const std::size_t down = (cells.size() + across - 1) / across;
  Picture ground = blank(static_cast<int>(across) * (cell_px + kGap) - kGap,
                         std::max(1, static_cast<int>(down) * (pictures + kHead)));
  const auto corner = [&](std::size_t i) {
    return std::pair{static_cast<int>(i % across) * (cell_px + kGap),
                     static_cast<int>(i / across) * (pictures + kHead)};
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto [x, y] = corner(i);
    write_on(ground, {x, y, cell_px, kHead}, cells[i].label, {.font_px = 13, .is_centred = true});
  }
  FigureFilm film;
  for (const int t : choose_frames(static_cast<int>(frames))) {
    Picture sheet = ground;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto [x, y] = corner(i);
      y += kHead;
      for (const auto& row : cells[i].rows) {
        if (row.empty()) continue;
        const int height = height_at(row, cell_px);
        paste(resized(frame_at(row, t, frames), cell_px, height), x, y, sheet);
        y += height + kGap;
      }
    }
    add_picture(sheet, film, stored);
  }
  return film;
}

std::vector<PlateRow> plate_rows(const at::Tensor& tensor, const InputSpec& spec) {
  if (spec.kind == InputKind::kRgb) {
    PlateRow row{.name = spec.name, .frames = {}};
    for (const at::Tensor& frame : tensor.unbind(1))
      row.frames.push_back(seen_picture(frame, spec.preparation));
    return {row};
  }
  std::vector<at::Tensor> flows;
  for (const at::Tensor& frame : tensor.unbind(1)) flows.push_back(seen_flow(frame, spec));
  const double reach = usual_reach(at::stack(flows, 1));
  PlateRow wheel{.name = spec.name + ", wheel", .frames = {}};
  PlateRow triple{.name = spec.name + ", as RGB", .frames = {}};
  for (const at::Tensor& flow : flows) {
    wheel.frames.push_back(picture_of(flow_bytes(flow, reach, FlowColors::kWheel)));
    triple.frames.push_back(picture_of(flow_bytes(flow, reach, FlowColors::kTriple)));
  }
  return {wheel, triple};
}

Picture slice_through_time(const std::vector<Picture>& frames, int width, int height) {
  if (frames.empty()) return blank(width, height);
  const Picture& first = frames.front();
  Picture slice{.width = first.width, .height = static_cast<int>(frames.size()), .rgb = {}};
  const std::size_t line = static_cast<std::size_t>(first.width) * 3;
  for (const Picture& frame : frames) {
    const auto begin = frame.rgb.begin() + static_cast<std::ptrdiff_t>(line) * (frame.height / 2);
    slice.rgb.insert(slice.rgb.end(), begin, begin + static_cast<std::ptrdiff_t>(line));
  }
  const at::Tensor bytes =
      at::from_blob(slice.rgb.data(), {slice.height, slice.width, 3}, at::kByte);
  return enlarged(bytes, width, height);
}

}  // namespace praxiscope::studies
