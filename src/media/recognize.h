// What a file is by its first bytes, where FFmpeg would say less. Knows bytes only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// mp4, mov, heic, avif: "ftyp" and its family.
bool is_mp4(const std::vector<std::uint8_t>& head);
/// HEIC or AVIF, still or animated: pictures in an mp4 container.
bool is_picture_brand(const std::vector<std::uint8_t>& head);
/// A WebP file with an animation.
bool is_animated_webp(const std::vector<std::uint8_t>& head);

/// Found X, expected Y for input that no demuxer needs to look at: empty, HEIC; else nothing.
std::optional<std::string> find_hopeless(const std::vector<std::uint8_t>& head, bool is_seekable);
/// Found X, expected Y for input that no demuxer knew.
std::string what_is_wrong(const std::vector<std::uint8_t>& head);

}  // namespace praxiscope
