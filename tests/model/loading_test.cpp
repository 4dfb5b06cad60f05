// Files and manifests that contradict or cannot work, and what the files say of themselves.
#include "model/file_kinds.h"
#include "model/test_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace praxiscope::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Loading : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
  }

  static std::string message(const std::string& file) {
    Manifest manifest;
    manifest.name = "wrong";
    manifest.file = file;
    manifest.inputs.emplace_back();
    const std::string text = message_of([&] { load_model(manifest, "cpu"); });
    EXPECT_THAT(text, Not(HasSubstr("\n")));
    return text;
  }
  static std::string wrong(const std::string& file) {
    return message(models_folder() + "/wrong/" + file);
  }
  static std::string contradiction(Manifest manifest) {
    return message_of([&] { load_model(manifest, "cpu")->labels(); });
  }
};

/// A file with given content, gone with the test.
class ScratchFile {
 public:
  ScratchFile(const std::string& name, const std::string& content)
      : path_((std::filesystem::temp_directory_path() /
               ("praxiscope_" + std::to_string(::getpid()) + "_" + name))
                  .string()) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_F(Loading, RecognisesWeightsWithoutANetwork) {
  EXPECT_THAT(wrong("state_dict.pth"),
              AllOf(HasSubstr("state_dict.pth\": found a state_dict (weights without the network), "
                              "expected a TorchScript (.pt) or torch.export (.pt2) file"),
                    HasSubstr("torch.export.save("), HasSubstr("torch.jit.script(")));
  EXPECT_THAT(wrong("legacy_state_dict.pth"),
              AllOf(HasSubstr("found a state_dict"), HasSubstr("old format")));
  EXPECT_THAT(wrong("checkpoint.pth"), HasSubstr("found a training checkpoint"));
}

TEST_F(Loading, RecognisesAPickledModuleWithItsClass) {
  EXPECT_THAT(wrong("pickled_module.pth"),
              AllOf(HasSubstr("found a pickled Python object of class \"test_networks.GapLinear\""),
                    HasSubstr("torch.export.save(")));
}

TEST_F(Loading, RecognisesCompiledAndOptimizedFiles) {
  EXPECT_THAT(wrong("aotinductor.pt2"), HasSubstr("found an AOTInductor package"));
  EXPECT_THAT(wrong("optimized_for_inference.pt"),
              HasSubstr("found a file of torch.jit.optimize_for_inference"));
}

TEST_F(Loading, NamesTheSchemaOfAFileFromTheFuture) {
  EXPECT_THAT(wrong("future_schema.pt2"),
              AllOf(HasSubstr("found export schema 99.1"), HasSubstr("expected 8.x")));
}

TEST_F(Loading, RefusesNetworksExportedInTrainingMode) {
  EXPECT_THAT(
      wrong("training_mode.pt2"),
      AllOf(HasSubstr("exported in training mode, found aten::dropout in layer \"dropout\""),
            HasSubstr("call model.eval() before")));
  EXPECT_THAT(wrong("training_mode.traced.pt"), HasSubstr("found aten::dropout"));
  EXPECT_THAT(wrong("training_batch_norm.pt2"), HasSubstr("found aten::batch_norm"));
}

TEST_F(Loading, RecognisesDamagedAndForeignFiles) {
  EXPECT_THAT(wrong("truncated.pt"), HasSubstr("found a zip archive that is cut off or damaged"));
  EXPECT_THAT(wrong("truncated.pt2"), HasSubstr("found a zip archive that is cut off or damaged"));
  EXPECT_THAT(wrong("empty.pt"), HasSubstr("found an empty file"));
  EXPECT_THAT(wrong("not_a_model.txt.pt"),
              HasSubstr("found bytes of no known kind, beginning with \"these are words,\""));
  EXPECT_THAT(wrong("absent.pt"), HasSubstr("absent.pt\": no such file"));
  EXPECT_THAT(message(models_folder()), HasSubstr("found a folder"));
}

TEST_F(Loading, RecognisesOtherFormatsByTheirBytes) {
  using namespace std::string_literals;
  const std::map<std::string, std::string> contents = {
      {"an HDF5 file", "\x89HDF\r\n\x1a\n"s},
      {"a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n"s},
      {"a web page", "<!DOCTYPE html><html></html>"s},
      {"a safetensors file", "\x02\0\0\0\0\0\0\0{}"s},
      {"an ONNX file", "\x08\x07\x12\x07pytorch\x1a\x05\x32.0.0"s},
  };
  for (const auto& [found, content] : contents) {
    const ScratchFile file("foreign.pt", content);
    EXPECT_THAT(message(file.path()), HasSubstr("found " + found));
  }
}

TEST_F(Loading, SurvivesBytesChangedAtRandom) {
  const Golden golden = read_golden("gap_linear");
  for (unsigned seed = 0; seed < 60; ++seed) {
    const char* form = seed < 40 ? ".pt2" : ".old.pt2";
    std::ifstream whole(models_folder() + "/gap_linear" + form, std::ios::binary);
    std::string changed((std::istreambuf_iterator<char>(whole)), std::istreambuf_iterator<char>());
    ASSERT_FALSE(changed.empty());
    for (unsigned i = 0; i < 20; ++i)
      changed[(seed * 7919U + i * 104729U) % changed.size()] ^= static_cast<char>(1 + seed + i);
    const ScratchFile file("changed.pt2", changed);
    Manifest manifest = manifest_of("gap_linear", ".pt2", golden);
    manifest.file = file.path();
    try {  // either outcome is right, anything but an Error is not
      load_model(manifest, "cpu")->labels();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    }
  }
}

TEST_F(Loading, RefusesAnotherNumberOfInputs) {
  for (const char* form : {".pt", ".traced.pt", ".pt2"}) {
    Manifest manifest =
        manifest_of("two_stream_separate", form, read_golden("two_stream_separate"));
    manifest.inputs.pop_back();
    EXPECT_THAT(contradiction(manifest), AllOf(HasSubstr("the manifest says 1 inputs (rgb)"),
                                               HasSubstr("takes 2 (rgb, flow)")))
        << form;
  }
}

TEST_F(Loading, RefusesAnotherContainer) {
  Manifest manifest = manifest_of("two_stream_tuple", ".pt", read_golden("two_stream_tuple"));
  manifest.call = CallKind::kDict;
  EXPECT_THAT(contradiction(manifest),
              AllOf(HasSubstr("the manifest says call \"dict\""), HasSubstr("takes a tuple"),
                    HasSubstr("set \"call\": \"tuple\"")));
  manifest = manifest_of("gap_linear", ".pt", read_golden("gap_linear"));
  manifest.call = CallKind::kList;
  EXPECT_THAT(contradiction(manifest), HasSubstr("set \"call\": \"separate\""));
}

TEST_F(Loading, RefusesOtherChannels) {
  Manifest manifest = manifest_of("gap_linear", ".pt2", read_golden("gap_linear"));
  manifest.inputs[0].kind = InputKind::kFlow;
  EXPECT_THAT(contradiction(manifest),
              AllOf(HasSubstr("input \"rgb\" has 2 channels"), HasSubstr("takes 3 there")));
}

TEST_F(Loading, RefusesLabelsOfAnotherNetwork) {
  const ScratchFile labels("labels.txt", "a\nb\nc\n");
  Manifest manifest = manifest_of("gap_linear", ".pt", read_golden("gap_linear"));
  manifest.output.labels = labels.path();
  EXPECT_THAT(contradiction(manifest),
              AllOf(HasSubstr("name 3 classes"), HasSubstr("gives 7"), HasSubstr(labels.path())));
}

TEST_F(Loading, RefusesAFileThatIsNotTheManifests) {
  Manifest manifest = manifest_of("gap_linear", ".pt", read_golden("gap_linear"));
  const std::string sum = load_model(manifest, "cpu")->file_sha256();
  EXPECT_EQ(sum.size(), 64);
  manifest.sha256 = sum;
  EXPECT_NO_THROW(load_model(manifest, "cpu"));
  manifest.sha256 = std::string(64, '0');
  EXPECT_THAT(contradiction(manifest),
              AllOf(HasSubstr("the manifest says sha256 000"), HasSubstr(sum)));
}

TEST_F(Loading, ComputesTheKnownSha256OfAFile) {
  // FIPS 180-2, appendix B.1.
  const ScratchFile file("abc.pt", "abc");
  Manifest manifest = manifest_of("gap_linear", ".pt", read_golden("gap_linear"));
  const auto model = load_model(manifest, "cpu");
  const std::string command = "sha256sum '" + manifest.file + "'";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string line(64, ' ');
  ASSERT_EQ(std::fread(line.data(), 1, 64, pipe.get()), 64);
  EXPECT_EQ(model->file_sha256(), line);
}

TEST_F(Loading, TakesTheOutputByIndexOrKey) {
  const Golden golden = read_golden("two_stream_list");
  for (const char* form : {".pt", ".traced.pt", ".pt2", ".dynamic.pt2"}) {
    Manifest manifest = manifest_of("two_stream_list", form, golden);
    manifest.output.key = "logits";
    Forward run = load_model(manifest, "cpu")->run(inputs_of(golden), {});
    EXPECT_EQ(run.outputs.size(), 2);
    EXPECT_TRUE(at::equal(run.logits, run.outputs[0])) << form;
    manifest.output = {};
    manifest.output.take = 1;
    run = load_model(manifest, "cpu")->run(inputs_of(golden), {});
    EXPECT_TRUE(at::equal(run.logits, run.outputs[1])) << form;
    manifest.output.key = "logit";
    EXPECT_THAT(contradiction(manifest), HasSubstr("did you mean \"logits\"")) << form;
    manifest.output = {};
    manifest.output.take = 2;
    EXPECT_THAT(contradiction(manifest), HasSubstr("gives 2 tensors")) << form;
  }
}

TEST_F(Loading, TakesLogarithmsOfProbabilities) {
  const Golden golden = read_golden("probabilities");
  Manifest manifest = manifest_of("probabilities", ".pt", golden);
  manifest.output.kind = OutputKind::kProbabilities;
  const Forward run = load_model(manifest, "cpu")->run(inputs_of(golden), {});
  EXPECT_LE(relative_error(run.logits, golden.at("output/0").log()), 1e-6);
  EXPECT_LE(relative_error(probabilities(run), golden.at("output/0")), 1e-6);
  const Golden plain = read_golden("gap_linear");
  const Forward logits = load_network("gap_linear", ".pt")->run(inputs_of(plain), {});
  EXPECT_LE(relative_error(probabilities(logits), plain.at("output/0").softmax(1)), 1e-6);
}

TEST_F(Loading, TakesOtherLayouts) {
  // The network itself takes NCTHW: fed as NTCHW it must see permuted axes.
  const Golden golden = read_golden("gap_linear");
  Manifest manifest = manifest_of("gap_linear", ".pt", golden);
  const at::Tensor clip = inputs_of(golden)[0];
  manifest.inputs[0].layout = Layout::kNTCHW;
  const Forward run = load_model(manifest, "cpu")->run({{clip.permute({0, 2, 1, 3, 4})}}, {});
  EXPECT_LE(relative_error(run.logits, golden.at("output/0")), 1e-6);
  manifest.inputs[0].layout = Layout::kNTHWC;
  const Forward other = load_model(manifest, "cpu")->run({{clip.permute({0, 4, 1, 2, 3})}}, {});
  EXPECT_LE(relative_error(other.logits, golden.at("output/0")), 1e-6);
}

TEST_F(Loading, SaysWhatIsFixedInAFile) {
  EXPECT_THAT(load_network("gap_linear", ".pt")->fixed_sizes(), IsEmpty());
  EXPECT_THAT(load_network("gap_linear", ".pt2")->fixed_sizes(),
              ElementsAre("batch: 2", "time: 8", "height: 32", "width: 32"));
  EXPECT_THAT(load_network("gap_linear", ".dynamic.pt2")->fixed_sizes(),
              ElementsAre("time: 8", "height: 32", "width: 32"));
  EXPECT_THAT(load_network("two_stream_dict", ".dynamic.pt2")->fixed_sizes(),
              Contains("flow time: 8"));
  EXPECT_THAT(load_network("gap_linear", ".dynamic.pt2")->traced_with(),
              ElementsAre("x: [2,3,8,32,32]"));
  EXPECT_THAT(load_network("gap_linear", ".traced.pt")->traced_with(),
              ElementsAre("x: [2,3,8,32,32]"));
  EXPECT_THAT(load_network("two_stream_dict", ".traced.pt")->traced_with(),
              ElementsAre("rgb: [2,3,8,32,32]", "flow: [2,2,8,32,32]"));
  EXPECT_THAT(load_network("gap_linear", ".pt")->traced_with(), IsEmpty());
}

TEST_F(Loading, NamesTheFormat) {
  EXPECT_EQ(load_network("gap_linear", ".pt")->format(), "torchscript");
  EXPECT_EQ(load_network("gap_linear", ".traced.pt")->format(), "torchscript");
  EXPECT_EQ(load_network("gap_linear", ".frozen.pt")->format(), "torchscript (frozen)");
  EXPECT_THAT(load_network("gap_linear", ".pt2")->format(),
              ::testing::MatchesRegex("torch.export 8\\.[0-9]+"));
  EXPECT_THAT(load_network("gap_linear", ".old.pt2")->format(),
              ::testing::MatchesRegex("torch.export 8\\.[0-9]+"));
  EXPECT_EQ(load_network("gap_linear", ".pt")->device(), "cpu");
}

TEST_F(Loading, SaysWhenASizeIsFixed) {
  const auto model = load_network("conv_fc", ".dynamic.pt2");
  const std::string text = message_of([&] { model->run({{at::zeros({1, 3, 16, 32, 32})}}, {}); });
  EXPECT_THAT(text, AllOf(HasSubstr("exported with fixed size: time 8 of \"rgb\" (found 16)"),
                          HasSubstr("export again with dynamic_shapes")));
}

TEST_F(Loading, NamesOperatorsOfFrozenFiles) {
  const auto model = load_network("gap_linear", ".frozen.pt");
  const auto script = load_network("gap_linear", ".pt");
  const Golden golden = read_golden("gap_linear");
  const std::string layer = model->find_layer("relu_#1");
  RunOptions options;
  options.taps = {layer};
  options.tap_gradients = true;
  const Forward run = model->run(inputs_of(golden), options);
  EXPECT_LE(relative_error(run.activations.at(layer).detach(), golden.at("act/features.1")), 2e-5);
  const auto gradients = run.gradients(run.logits.select(1, 3).sum(), options.taps, false);
  EXPECT_LE(relative_error(gradients[0], golden.at("grad/features.1")), 2e-3);
  EXPECT_THAT(message_of([&] { model->find_layer("features.1"); }), HasSubstr("no layer"));
}

}  // namespace
}  // namespace praxiscope::testing
