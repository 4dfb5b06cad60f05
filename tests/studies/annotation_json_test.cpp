// COCO-like annotations.
#include "studies/annotating.h"

#include <gmock/gmock.h>

namespace praxiscope::studies::annotating {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kGood = R"({
 "info": {"year": 2024},
 "videos": [{"id": 7, "file_name": "v/a.mp4", "width": 640, "height": 360}],
 "images": [{"id": 1, "video_id": 7, "frame_index": 0},
            {"id": 2, "video_id": 7, "frame_index": 12, "width": 320, "height": 180},
            {"id": 3, "video_id": 7, "frame_index": 13},
            {"id": "s", "file_name": "still.jpg"}],
 "annotations": [{"image_id": 1, "bbox": [10, 20, 30, 40.5], "category_id": 3},
                 {"image_id": 2, "bbox": [1, 2, 3, 4]},
                 {"image_id": 2, "bbox": [0, 0, 9, 0], "segmentation": [[0, 0, 9, 0, 9, 9], [1, 1, 2, 1, 2, 2, 1, 2]]},
                 {"image_id": "s", "segmentation": [], "bbox": [5, 6, 7, 8]}],
 "intervals": [{"video_id": 7, "begin_s": 1.5, "end_s": 2}]})";

TEST(AnnotationJson, KnowsVideosStillsAndActions) {
  const Folder folder;
  Warnings warnings;
  const Annotations all =
      load_annotations({folder.write("coco.json", kGood)}, {"v/a.mp4", "p/still.jpg"}, warnings);
  EXPECT_TRUE(warnings.all.empty());
  const InputTruth video = *all.find("v/a.mp4", warnings);
  ASSERT_EQ(video.frames.size(), 3U);
  EXPECT_DOUBLE_EQ(box_of(video.frames.at(0)[0]).end.x, 40);
  EXPECT_DOUBLE_EQ(box_of(video.frames.at(0)[0]).end.y, 60.5);
  EXPECT_EQ(video.frames.at(0)[0].of, (Size{360, 640})) << "the video's";
  EXPECT_EQ(video.frames.at(12)[0].of, (Size{180, 320})) << "the image's own";
  ASSERT_EQ(video.frames.at(12).size(), 3U) << "one box and two polygons";
  EXPECT_EQ(std::get<Polygon>(video.frames.at(12)[2].form).size(), 4U);
  EXPECT_EQ(std::get<Polygon>(video.frames.at(12)[1].form)[2].y, 9);
  EXPECT_TRUE(video.frames.at(13).empty()) << "listed without annotations: shows nothing";
  ASSERT_EQ(video.intervals.size(), 1U);
  EXPECT_EQ(video.intervals[0].begin_s, Rational(3, 2));
  const InputTruth still = *all.find("p/still.jpg", warnings);
  EXPECT_DOUBLE_EQ(box_of(still.frames.at(0)[0]).begin.x, 5);
  EXPECT_EQ(still.frames.at(0)[0].of, Size{});
}

TEST(AnnotationJson, PassesOverVideosThatAreNotAskedFor) {
  const Folder folder;
  Warnings warnings;
  const Annotations all =
      load_annotations({folder.write("coco.json", kGood)}, {"still.jpg"}, warnings);
  EXPECT_THAT(warnings.all,
              ElementsAre(HasSubstr("found 1 name that fits no input (\"v/a.mp4\")")));
  EXPECT_FALSE(all.has("v/a.mp4"));
  EXPECT_TRUE(all.has("still.jpg"));
}

TEST(AnnotationJson, RunLengthMasksGiveWayToTheirBoxes) {
  const Folder folder;
  Warnings warnings;
  const std::string path =
      folder.write("coco.json", R"({"images": [{"id": 1, "file_name": "a.png"}],
 "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4], "segmentation": {"counts": "x", "size": [2, 2]}}]})");
  const Annotations all = load_annotations({path}, {"a.png"}, warnings);
  EXPECT_THAT(warnings.all, ElementsAre(HasSubstr("1 segmentations that are not polygons")));
  EXPECT_EQ(all.find("a.png", warnings)->frames.at(0).size(), 1U);
}

TEST(AnnotationJson, NamesThePlaceOfWhatIsWrong) {
  const Folder folder;
  const auto error = [&](const std::string& text) {
    return load_error(folder.write("wrong.json", text), {"a.mp4"});
  };
  const std::string head = R"({"videos": [{"id": 7, "file_name": "a.mp4"}], )";
  const std::string image = head + R"("images": [{"id": 1, "video_id": 7, "frame_index": 0}], )";
  EXPECT_THAT(error("{\n\"videos\": [\n}"),
              HasSubstr("wrong.json\":3: found text that is not JSON, expected COCO-like JSON"));
  EXPECT_THAT(error(""), HasSubstr("not JSON"));
  EXPECT_THAT(error("[]"), HasSubstr("found [], expected an object"));
  EXPECT_THAT(error("{}"), HasSubstr("found neither \"videos\" nor \"images\""));
  EXPECT_THAT(error(R"({"videos": 3})"), HasSubstr("videos: found 3, expected a list"));
  EXPECT_THAT(error(R"({"videos": [3]})"), HasSubstr("videos[0]: found 3, expected an object"));
  EXPECT_THAT(error(R"({"videos": [{"id": 1}]})"),
              HasSubstr("videos[0]: found no \"file_name\", expected text"));
  EXPECT_THAT(error(R"({"videos": [{"id": 1, "file_name": "a", "width": 0, "height": 2}]})"),
              HasSubstr("\"width\": found 0, expected px from 1 on"));
  EXPECT_THAT(error(head + R"("images": [{"id": 1, "video_id": 8, "frame_index": 0}]})"),
              HasSubstr("images[0]: found video_id 8, expected the id of one of \"videos\""));
  EXPECT_THAT(error(head + R"("images": [{"id": 1, "video_id": 7}]})"),
              HasSubstr("found no \"frame_index\", expected the frame's number from 0 on"));
  EXPECT_THAT(error(head + R"("images": [{"id": 1, "video_id": 7, "frame_index": -1}]})"),
              HasSubstr("\"frame_index\": found -1"));
  EXPECT_THAT(error(image + R"("annotations": [{"image_id": 2, "bbox": [1, 1, 1, 1]}]})"),
              HasSubstr("annotations[0]: found image_id 2, expected the id of one of \"images\""));
  EXPECT_THAT(error(image + R"("annotations": [{"image_id": 1}]})"),
              HasSubstr("annotations[0]: found no \"bbox\""));
  EXPECT_THAT(error(image + R"("annotations": [{"image_id": 1, "bbox": [1, 1, 0, 1]}]})"),
              HasSubstr("\"bbox\": found [1,1,0,1], expected [x, y, width, height]"));
  EXPECT_THAT(error(image + R"("annotations": [{"image_id": 1, "bbox": [1, 1, "x", 1]}]})"),
              HasSubstr("\"bbox\": found"));
  EXPECT_THAT(error(image + R"("annotations": [{"image_id": 1, "segmentation": [[1, 2, 3, 4]]}]})"),
              HasSubstr("\"segmentation\": found [1,2,3,4], expected polygons"));
  EXPECT_THAT(error(image + R"("annotations": [{"image_id": 1, "segmentation": {"counts": []}}]})"),
              HasSubstr("expected polygons or a bbox"));
  EXPECT_THAT(error(head + R"("intervals": [{"video_id": 7, "begin_s": 3, "end_s": 2}]})"),
              HasSubstr("intervals[0]: found an action from 3 s to 2 s"));
}

}  // namespace
}  // namespace praxiscope::studies::annotating
