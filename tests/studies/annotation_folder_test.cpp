// Folders of masks and of boxes frame by frame.
#include "studies/annotating.h"

#include <gmock/gmock.h>

namespace praxiscope::studies::annotating {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Size kSize{6, 8};

const RunMask& mask_of(const Shape& shape) { return std::get<RunMask>(shape.form); }

/// How many pixels of a mask are inside, asked one by one.
int inside(const RunMask& mask) {
  int count = 0;
  for (std::int32_t row = -1; row <= mask.size.height; ++row) {
    for (std::int32_t column = -1; column <= mask.size.width; ++column)
      count += mask.contains(row, column) ? 1 : 0;
  }
  return count;
}

TEST(AnnotationFolder, APictureIsTheMaskOfAllFrames) {
  const Folder folder;
  folder.write_mask("m/a.png", kSize, 2, 1, 6, 3);  // up to the right edge
  const InputTruth truth = load(folder.path("m"), "videos/a.mp4");
  ASSERT_TRUE(truth.every_frame);
  EXPECT_TRUE(truth.frames.empty());
  const RunMask& mask = mask_of(truth.every_frame->at(0));
  EXPECT_EQ(mask.size, kSize);
  EXPECT_EQ(inside(mask), 18);
  EXPECT_TRUE(mask.contains(1, 2));
  EXPECT_TRUE(mask.contains(3, 7));
  EXPECT_FALSE(mask.contains(1, 1));
  EXPECT_FALSE(mask.contains(4, 7));
}

TEST(AnnotationFolder, PicturesInAFolderAreFrameByFrame) {
  const Folder folder;
  folder.write_mask("m/a/00002.png", kSize, 0, 0, 1, 1);
  folder.write_mask("m/a/00010.png", kSize, 0, 0, 2, 2);
  folder.write_mask("m/a/00001.png", kSize, 0, 0, 0, 0);
  const InputTruth truth = load(folder.path("m/"), "a.mp4");
  EXPECT_FALSE(truth.every_frame);
  ASSERT_EQ(truth.frames.size(), 3U);
  EXPECT_TRUE(truth.frames.at(0).empty()) << "black: known to show nothing";
  EXPECT_EQ(inside(mask_of(truth.frames.at(1)[0])), 1);
  EXPECT_EQ(inside(mask_of(truth.frames.at(2)[0])), 4);
}

TEST(AnnotationFolder, OnePictureInAFolderIsOneFrame) {
  const Folder folder;
  folder.write_mask("m/a/00001.png", kSize, 0, 0, 1, 1);
  const InputTruth truth = load(folder.path("m"), "a.mp4");
  EXPECT_FALSE(truth.every_frame);
  EXPECT_EQ(truth.frames.size(), 1U);
}

TEST(AnnotationFolder, AVideoIsReadFrameByFrame) {
  const Folder folder;
  std::filesystem::create_directories(folder.path("m"));
  const Size size{48, 64};
  FrameSinkOptions options;
  options.width = size.width;
  options.height = size.height;
  const auto sink = open_sink(folder.path("m/a.mp4"), options);
  for (int k = 0; k < 4; ++k) {
    Picture white = Folder::mask(size, 8 * k, 8, 16, 16);
    for (std::size_t i = 0; i < white.rgb.size(); i += 3)
      white.rgb[i] = white.rgb[i + 2] = white.rgb[i + 1];
    sink->write(white, Rational(k, 25), Rational(1, 25));
  }
  sink->finish();
  sink->publish();
  const InputTruth truth = load(folder.path("m"), "a.avi");
  ASSERT_EQ(truth.frames.size(), 4U);
  const RunMask& mask = mask_of(truth.frames.at(3)[0]);
  EXPECT_NEAR(inside(mask), 256, 40) << "but for what the codec blurs";
  EXPECT_TRUE(mask.contains(16, 32));
  EXPECT_FALSE(mask.contains(16, 16));
}

TEST(AnnotationFolder, InsideBeginsAtTheMiddleOfAnyChannel) {
  const Folder folder;
  folder.write_mask("m/a.png", kSize, 0, 0, 2, 2, 128);
  EXPECT_EQ(inside(mask_of(load(folder.path("m"), "a.mp4").every_frame->at(0))), 4);
  folder.write_mask("m/a.png", kSize, 0, 0, 2, 2, 127);
  Warnings warnings;
  const auto truth =
      load_annotations({folder.path("m")}, {"a.mp4"}, warnings).find("a.mp4", warnings);
  EXPECT_TRUE(truth->every_frame->empty());
  EXPECT_THAT(warnings.all, ElementsAre(AllOf(HasSubstr("found values up to 127"),
                                              HasSubstr("nothing counts as inside"))));
}

TEST(AnnotationFolder, TextsInAFolderAreBoxesOfFrames) {
  const Folder folder;
  folder.write("labels/Diving/v_1/00009.txt", "8 10 20 30.5 40\n8 1 2 3 4\n");
  folder.write("labels/Diving/v_1/00010.txt", "");
  folder.write("labels/Diving/v_1/00011.txt", "# size 320x240\ndiving 1 2 3 4\n");
  const InputTruth truth = load(folder.path("labels"), "ucf/Diving/v_1.avi");
  ASSERT_EQ(truth.frames.size(), 3U);
  ASSERT_EQ(truth.frames.at(8).size(), 2U);
  EXPECT_DOUBLE_EQ(box_of(truth.frames.at(8)[0]).begin.x, 10);
  EXPECT_DOUBLE_EQ(box_of(truth.frames.at(8)[0]).end.x, 30.5);
  EXPECT_TRUE(truth.frames.at(9).empty());
  EXPECT_EQ(truth.frames.at(10)[0].of, (Size{240, 320}));
}

TEST(AnnotationFolder, FoldersTellInputsOfOneNameApart) {
  const Folder folder;
  folder.write_mask("m/x/a.png", kSize, 0, 0, 1, 1);
  folder.write_mask("m/y/a.png", kSize, 0, 0, 2, 2);
  Warnings warnings;
  const Annotations all =
      load_annotations({folder.path("m")}, {"v/x/a.mp4", "v/y/a.mp4"}, warnings);
  EXPECT_EQ(inside(mask_of(all.find("v/x/a.mp4", warnings)->every_frame->at(0))), 1);
  EXPECT_EQ(inside(mask_of(all.find("v/y/a.mp4", warnings)->every_frame->at(0))), 4);
}

TEST(AnnotationFolder, MasksBoxesAndActionsOfSeveralPathsAddUp) {
  const Folder folder;
  folder.write_mask("m/a.png", kSize, 0, 0, 1, 1);
  const std::string text = folder.write("more.txt", "a.mp4 3 0 0 1 1\na.mp4 0 1\n");
  Warnings warnings;
  const Annotations all = load_annotations({folder.path("m"), text}, {"a.mp4"}, warnings);
  const InputTruth truth = *all.find("a.mp4", warnings);
  EXPECT_TRUE(truth.every_frame);
  EXPECT_EQ(truth.frames.size(), 1U);
  EXPECT_EQ(truth.intervals.size(), 1U);
}

TEST(AnnotationFolder, WarnsOnceOfWhatFitsNoInput) {
  const Folder folder;
  folder.write_mask("m/a.png", kSize, 0, 0, 1, 1);
  folder.write_mask("m/b.png", kSize, 0, 0, 1, 1);
  folder.write("m/c/00001.txt", "x 1 2 3 4\n");
  folder.write("m/.hidden", "");
  Warnings warnings;
  load_annotations({folder.path("m")}, {"a.mp4"}, warnings);
  EXPECT_THAT(warnings.all, ElementsAre(AllOf(HasSubstr("found 2 names that fit no input"),
                                              HasSubstr("\"b.png\""))));
}

TEST(AnnotationFolder, SaysWhatIsWrong) {
  const Folder folder;
  std::filesystem::create_directories(folder.path("empty"));
  EXPECT_THAT(load_error(folder.path("empty"), {"a.mp4"}),
              HasSubstr("found an empty folder, expected masks or boxes"));
  folder.write("l/a/first.txt", "x 1 2 3 4\n");
  EXPECT_THAT(load_error(folder.path("l"), {"a.mp4"}),
              HasSubstr("found the name \"first\", expected the frame's number from 1 on"));
  folder.write("z/a/00000.txt", "x 1 2 3 4\n");
  EXPECT_THAT(load_error(folder.path("z"), {"a.mp4"}), HasSubstr("the frame's number from 1 on"));
  folder.write("k/a/00001.txt", "1 2 3 4\n");
  EXPECT_THAT(load_error(folder.path("k"), {"a.mp4"}),
              HasSubstr("00001.txt\":1: found \"1 2 3 4\", expected \"class x1 y1 x2 y2\""));
  folder.write("j/a/00001.txt", "x 3 2 3 4\n");
  EXPECT_THAT(load_error(folder.path("j"), {"a.mp4"}),
              HasSubstr("found corners 3 2 and 3 4, expected x1 < x2 and y1 < y2"));
}

TEST(AnnotationFolder, ADamagedMaskIsAnErrorWhenItIsAskedFor) {
  const Folder folder;
  folder.write("m/a.png", "not a picture");
  Warnings warnings;
  const Annotations all = load_annotations({folder.path("m")}, {"a.mp4"}, warnings);
  try {
    all.find("a.mp4", warnings);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_THAT(error.what(), HasSubstr("a.png"));
  }
  Warnings cancelled;
  folder.write_mask("m/a.png", kSize, 0, 0, 1, 1);
  cancelled.cancel();
  EXPECT_THROW(all.find("a.mp4", cancelled), Error);
}

}  // namespace
}  // namespace praxiscope::studies::annotating
