// Plates in motion: pictures of several results side by side, with words over the columns and
// beside the rows; slices through time.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/figure.h"
#include "praxiscope/preparation.h"

#include <span>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// Rows and columns of moving pictures. Cells of fewer frames than the longest stay at their last
/// nearest one in time.
struct Plate {
  std::string title{};  ///< over all; empty: no room for one
  std::vector<std::string> columns, rows;
  std::vector<std::vector<std::vector<Picture>>> cells;  ///< [row][column][frame]
};

/// Frames of a plate in order, chosen evenly where they are many.
std::vector<Picture> draw_plate(const Plate& plate, int cell_px);

/// One picture a frame, [rows x columns] with their words. Times are not-a-number: nobody filmed
/// it.
/// @param cell_px  width of a cell.
FigureFilm make_plate_film(const Plate& plate, int cell_px, std::vector<FigurePicture>& stored);

/// One of many things of the same kind: its rows of moving pictures, a name above them.
struct GridCell {
  std::string label;
  std::vector<std::vector<Picture>> rows;
};
/// Cells in rows of `columns`, all in motion. `cell_px`: width of a picture.
FigureFilm make_grid_film(const std::vector<GridCell>& cells, std::size_t columns, int cell_px,
                          std::vector<FigurePicture>& stored);

/// A tensor [C,T,H,W], prepared as `spec` says, as rows of a plate: RGB as it is; flow as wheel and
/// as the paper's triple. Names first, then frames.
struct PlateRow {
  std::string name;
  std::vector<Picture> frames;
};
std::vector<PlateRow> plate_rows(const at::Tensor& tensor, const InputSpec& spec);

/// t down, x across, at the row in the middle of the picture.
Picture slice_through_time(const std::vector<Picture>& frames, int width, int height);

}  // namespace praxiscope::studies
