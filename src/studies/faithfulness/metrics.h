// Numbers about one map, or about what a network answered with a map's help. Maps in, numbers out;
// knows no network.
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>

namespace praxiscope::studies {

/// The map between 0 and 1 by the smallest and the largest of its finite values, as Grad-CAM++
/// (sec. 4.1) scales an explanation. What is not finite becomes 0; so does all of a map that is
/// constant: it prefers nothing. A signed map is clipped by the caller first.
///
/// @param map  [T,H,W] or any other shape, any floating type and device.
/// @return     the same shape, f32.
at::Tensor normalised(const at::Tensor& map);

/// Voxels from the largest to the smallest value, what is not finite last. Equal values stand in
/// random order: most of a rectified map is 0, and in the order of memory "the next voxels" would
/// be the picture's upper rows in the first frames.
///
/// @return [T*H*W] i64, flat indices of the contiguous map, on the CPU; the same for the same seed.
at::Tensor rank_voxels(const at::Tensor& map, std::uint64_t seed);

/// max(0, before - after) / before; its mean times 100 is the Average Drop % of Grad-CAM++, sec.
/// 4.1. 0 where `before` is not above 0: nothing was there to be lost.
///
/// @param before, after  probabilities of the target for the whole clip, and for the explained
/// part.
double relative_drop(double before, double after);

/// Whether the explained part alone makes the network surer: before < after (Grad-CAM++, sec. 4.1,
/// Increase in Confidence). False when either is not a number.
bool is_increase(double before, double after);

/// Win %: how often one method's fall is smaller than another's (Grad-CAM++, sec. 4.1), for all
/// pairs. Equal falls are half a win for each (the paper has no rule), so [a][b] + [b][a] = 100 and
/// the diagonal is 50. A pair is compared where both falls are finite.
///
/// @param falls  [M methods, N clips]: before - after, NOT clipped at 0. With clipped ones all
///               clips on which both methods make the network surer would be ties.
/// @return       [M,M] f64, percent: [row][column] = share of clips where the row's fall is
///               smaller. NaN for a pair without a common clip.
at::Tensor win_matrix(const at::Tensor& falls);

}  // namespace praxiscope::studies
