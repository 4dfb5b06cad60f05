// Labels in the forms the field uses.
#include "praxiscope/error.h"
#include "praxiscope/manifest.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace praxiscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string file_of(const std::string& text) {
  const std::string path = testing::TempDir() + "/praxiscope_labels_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::vector<std::string> read(const std::string& text) { return read_labels(file_of(text)); }

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_THAT(error.what(), HasSubstr("cannot read labels \""));
    return error.what();
  }
  return "no error";
}

TEST(Labels, AreOneNamePerLine) {
  EXPECT_THAT(read("playing violin\nplaying cello\n"),
              ElementsAre("playing violin", "playing cello"));
  EXPECT_THAT(read("\xEF\xBB\xBFone\r\ntwo\r\n\r\n"), ElementsAre("one", "two"));
}

TEST(Labels, MayBeginWithANumberOfTheirOwn) {
  EXPECT_THAT(read("100 metres\n3 point shot\nrunning\n"),
              ElementsAre("100 metres", "3 point shot", "running"));
  EXPECT_THAT(read("100 metres\n3 point shot\n"), ElementsAre("100 metres", "3 point shot"));
}

TEST(Labels, AreNumberedFromOneOrZero) {
  EXPECT_THAT(read("1 ApplyEyeMakeup\n2 ApplyLipstick\n3 Archery\n"),
              ElementsAre("ApplyEyeMakeup", "ApplyLipstick", "Archery"));
  EXPECT_THAT(read("0 zero\n2 two\n1 one\n"), ElementsAre("zero", "one", "two"));
  EXPECT_THAT(read("id,name\n0,abseiling\n1,\"air drumming\"\n"),
              ElementsAre("abseiling", "air drumming"));
}

TEST(Labels, AreJsonOfNameAndIndex) {
  EXPECT_THAT(read(R"({"b": 1, "a": 0})"), ElementsAre("a", "b"));
  // Kinetics as SlowFast and PyTorchVideo hand it out: quotes within the quotes.
  EXPECT_THAT(read(R"({"\"playing violin\"": 1, "abseiling": 0, "'yoga'": 2})"),
              ElementsAre("abseiling", "playing violin", "yoga"));
}

TEST(Labels, AreJsonTheOtherWayRoundToo) {
  EXPECT_THAT(read(R"({"0": "a", "10": "k", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f",
                       "6": "g", "7": "h", "8": "i", "9": "j"})"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"));
  EXPECT_THAT(read(R"(["a", "b"])"), ElementsAre("a", "b"));
}

TEST(Labels, SayWhatIsWrong) {
  EXPECT_THAT(error_of(""), HasSubstr("found no names"));
  EXPECT_THAT(error_of("\n\n"), HasSubstr("found no names"));
  EXPECT_THAT(error_of("a\n\nb\n"), HasSubstr("line 2 is empty"));
  EXPECT_THAT(error_of(R"({"a": 0, "b": 0})"), HasSubstr("found index 0 for both \"a\" and \"b\""));
  EXPECT_THAT(error_of(R"({"a": 0, "b": 7})"),
              HasSubstr("found index 7 for \"b\", expected 0 to 1"));
  EXPECT_THAT(error_of(R"({"a": -1})"), HasSubstr("found index -1"));
  EXPECT_THAT(error_of(R"({"a": "b"})"), HasSubstr("found \"a\" without a number"));
  EXPECT_THAT(error_of("{\"a\": "), HasSubstr("no valid JSON at byte"));
  EXPECT_THAT(error_of("[1, 2]"), HasSubstr("other things than names"));
  EXPECT_THAT(error_of("caf\xE9\n"), HasSubstr("expected UTF-8"));
  EXPECT_THAT(error_of(std::string("a\0b", 3)), HasSubstr("found binary data"));
  try {
    read_labels("/nowhere/labels.txt");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("cannot read labels \"/nowhere/labels.txt\": No such file"));
  }
}

}  // namespace
}  // namespace praxiscope
