// How well the bright part of a map covers the truth, in space and in time.
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>
#include <optional>

namespace praxiscope::studies {

/// Loc(delta) of Grad-CAM++ (sec. 4.3) = internal / (truth + external); since the two below the
/// line make the union, an intersection over union.
struct Localisation {
  double volume = 0;        ///< voxels of all annotated frames together: the tube
  double frame_mean = 0;    ///< mean of the frames' own values, over annotated frames with truth
  std::int64_t frames = 0;  ///< annotated frames with truth, > 0
};

/// Compares the voxels above `delta` with the truth. Frames that are not annotated take no part;
/// annotated frames without truth count in `volume`, where everything bright in them is external.
///
/// @param map           [T,H,W] f32 in [0,1], see normalised(): over the whole clip, not by frame.
/// @param truth         [T,H,W] bool.
/// @param is_annotated  [T] bool.
/// @param delta         strictly above counts: 0, 0.25, 0.5 in the paper.
/// @return              nothing when no annotated frame has truth.
std::optional<Localisation> localisation(const at::Tensor& map, const at::Tensor& truth,
                                         const at::Tensor& is_annotated, double delta);

enum class ProfileKind { kMax, kMean };

/// When: the largest or the mean value of every frame, divided by the largest frame's, so that a
/// threshold means a share of the strongest moment.
///
/// @param map  [T,H,W] in [0,1].
/// @return     [T] f64 in [0,1]; zeros for a map of zeros.
at::Tensor temporal_profile(const at::Tensor& map, ProfileKind kind);

/// Intersection over union of the frames whose profile is above `delta` with the frames of the
/// action. Nothing when the clip has no frame of the action.
/// @param profile [T] f64; @param is_action [T] bool.
std::optional<double> temporal_iou(const at::Tensor& profile, const at::Tensor& is_action,
                                   double delta);

/// The strongest moment against the action.
struct Moment {
  double hits = 0;  ///< 1: inside the action; between 0 and 1 where frames share the largest value
  double missed_s = 0;  ///< seconds to the nearest action, mean of the frames that share it
};

/// Is the frame with the largest profile a frame of the action? Nothing when all or none of the
/// clip's frames are: then there is nothing to be found. A constant profile names no moment and
/// does not hit.
///
/// @param profile      [T] f64.
/// @param is_action    [T] bool.
/// @param distances_s  [T] f64, seconds from each frame to the nearest action, 0 inside.
std::optional<Moment> strongest_moment(const at::Tensor& profile, const at::Tensor& is_action,
                                       const at::Tensor& distances_s);

}  // namespace praxiscope::studies
