#include "media/recognize.h"

#include <algorithm>
#include <string_view>

namespace praxiscope {
namespace {

std::string_view text_at(const std::vector<std::uint8_t>& head, std::size_t at, std::size_t size) {
  if (head.size() < at + size) return {};
  return {reinterpret_cast<const char*>(head.data()) + at, size};
}

bool starts_with(const std::vector<std::uint8_t>& head, std::string_view magic) {
  return text_at(head, 0, magic.size()) == magic;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_heic(const std::vector<std::uint8_t>& head) {
  if (text_at(head, 4, 4) != "ftyp") return false;
  const std::string_view brand = text_at(head, 8, 4);
  if (is_one_of(brand, {"heic", "heix", "hevc", "hevx", "heim", "heis"})) return true;
  if (!is_one_of(brand, {"mif1", "msf1"})) return false;
  // The general brand says pictures; the codec is among the compatible brands.
  for (std::size_t at = 16; at + 4 <= std::min<std::size_t>(head.size(), 64); at += 4) {
    if (is_one_of(text_at(head, at, 4), {"heic", "heix", "hevc", "hevx"})) return true;
  }
  return false;
}

bool is_text(const std::vector<std::uint8_t>& head) {
  return std::all_of(head.begin(), head.end(), [](std::uint8_t byte) {
    return byte >= 0x20 ? byte != 0x7f : byte == '\n' || byte == '\r' || byte == '\t';
  });
}

}  // namespace

bool is_mp4(const std::vector<std::uint8_t>& head) {
  return is_one_of(text_at(head, 4, 4), {"ftyp", "moov", "mdat", "wide", "free", "skip"});
}

bool is_picture_brand(const std::vector<std::uint8_t>& head) {
  return text_at(head, 4, 4) == "ftyp" &&
         is_one_of(text_at(head, 8, 4), {"avif", "avis", "mif1", "msf1", "heic", "heix"});
}

bool is_animated_webp(const std::vector<std::uint8_t>& head) {
  constexpr std::uint8_t kAnimationFlag = 0x02;
  return starts_with(head, "RIFF") && text_at(head, 8, 8) == "WEBPVP8X" && head.size() > 20 &&
         (head[20] & kAnimationFlag) != 0;
}

std::optional<std::string> find_hopeless(const std::vector<std::uint8_t>& head, bool is_seekable) {
  if (head.empty()) {
    return is_seekable ? "found an empty file, expected a video or a picture"
                       : "found no data, expected a video or a picture";
  }
  if (is_heic(head)) {
    return "found a HEIC picture, which cannot be decoded; convert it to JPEG or PNG first";
  }
  return std::nullopt;
}

std::string what_is_wrong(const std::vector<std::uint8_t>& head) {
  if (starts_with(head, "%PDF")) return "found a PDF, expected a video or a picture";
  if (starts_with(head, "PK\x03\x04")) return "found a zip archive, expected a video or a picture";
  if (is_text(head)) return "found text, expected a video or a picture";
  if (is_mp4(head)) return "found an mp4 without a readable index; the file is damaged or cut off";
  return "found data of no known media format, expected a video or a picture";
}

}  // namespace praxiscope
