package match

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// lfs and git make entries of a listing.
func lfs(paths ...string) []repo.File {
	var files []repo.File
	for _, p := range paths {
		files = append(files, repo.File{Path: p, Size: 1 << 30, LFS: &repo.LFS{Size: 1 << 30}})
	}
	return files
}

func git(paths ...string) []repo.File {
	var files []repo.File
	for _, p := range paths {
		files = append(files, repo.File{Path: p, Size: 100})
	}
	return files
}

// chosen is the selected paths.
func chosen(t *testing.T, files []repo.File, o Options) []string {
	t.Helper()
	sel, err := Select(files, o)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, item := range sel.Items {
		paths = append(paths, item.File.Path)
	}
	return paths
}

func quants() []repo.File {
	return slices.Concat(git("README.md", "config.json"), lfs(
		"Q4_K_M/m-Q4_K_M-00001-of-00002.gguf", "Q4_K_M/m-Q4_K_M-00002-of-00002.gguf",
		"m-Q6_K_XL.gguf", "m-Q8_0.gguf", "m.imatrix", "tokenizer.model", "paper.pdf"))
}

func pipelineRepo() []repo.File {
	return slices.Concat(git("model_index.json", "tokenizer/vocab.json", "scheduler/scheduler_config.json"), lfs(
		"unet/model.fp16.safetensors", "unet/model.safetensors", "vae/model.fp16.safetensors",
		"sd_xl_0.9vae.safetensors", "tokenizer/spiece.model"))
}

// The acceptance examples and rules of reference-behaviour.md §5.
func TestSelect(t *testing.T) {
	small := []string{"README.md", "config.json"}
	for _, c := range []struct {
		name  string
		files []repo.File
		o     Options
		want  []string
	}{
		{"no options: everything", git("a", "b"), Options{}, []string{"a", "b"}},
		{"only blanks: no filter", lfs("a.bin", "b.bin"), Options{Filters: []string{" ", ""}}, []string{"a.bin", "b.bin"}},
		{
			"payload that matches no filter is skipped, in every format",
			slices.Concat(git("config.json"), lfs("model.safetensors", "pytorch_model.bin", "rust_model.ot", "tf_model.h5", "flax.msgpack", "m.onnx", "onnx/m.onnx_data", "64.tflite", "a.gguf-split-b", "b.gguf.part1of3", "x.zip")),
			Options{Filters: []string{"safetensors"}}, []string{"config.json", "model.safetensors"},
		},
		{"LFS documents and tokenizers stay", quants(), Options{Filters: []string{"q8_0"}}, append(slices.Clone(small), "m-Q8_0.gguf", "tokenizer.model", "paper.pdf")},
		{"a folder", quants(), Options{Filters: []string{"Q4_K_M/"}}, append(slices.Clone(small), "Q4_K_M/m-Q4_K_M-00001-of-00002.gguf", "Q4_K_M/m-Q4_K_M-00002-of-00002.gguf", "tokenizer.model", "paper.pdf")},
		{"several filters: or", quants(), Options{Filters: []string{" q8 ", "imatrix"}}, append(slices.Clone(small), "m-Q8_0.gguf", "m.imatrix", "tokenizer.model", "paper.pdf")},
		{"excludes go first, over all files", quants(), Options{Filters: []string{"q8"}, Excludes: []string{"README", "PDF"}}, []string{"config.json", "m-Q8_0.gguf", "tokenizer.model"}},
		{"exact takes both shards and no imatrix", quants(), Options{Filters: []string{"q4_k_m"}, Exact: true}, append(slices.Clone(small), "Q4_K_M/m-Q4_K_M-00001-of-00002.gguf", "Q4_K_M/m-Q4_K_M-00002-of-00002.gguf", "tokenizer.model", "paper.pdf")},
		{"exact vae is not 0.9vae", pipelineRepo(), Options{Filters: []string{"vae"}, Exact: true}, []string{"model_index.json", "tokenizer/vocab.json", "scheduler/scheduler_config.json", "vae/model.fp16.safetensors", "tokenizer/spiece.model"}},
		{"fp16 keeps tokenizer and scheduler", pipelineRepo(), Options{Filters: []string{"fp16"}}, []string{"model_index.json", "tokenizer/vocab.json", "scheduler/scheduler_config.json", "unet/model.fp16.safetensors", "vae/model.fp16.safetensors", "tokenizer/spiece.model"}},
		{"text is data in a dataset", lfs("train.txt", "valid.txt"), Options{Filters: []string{"valid"}, Dataset: true}, []string{"valid.txt"}},
		{"text is no payload in a model", lfs("train.txt", "valid.txt"), Options{Filters: []string{"valid"}}, []string{"train.txt", "valid.txt"}},
		{"small weights are no payload", git("tiny.bin"), Options{Filters: []string{"x"}}, []string{"tiny.bin"}},
		{"shards", slices.Concat(git("c.json"), lfs("m-00001-of-00003.safetensors", "m-00002-of-00003.safetensors", "m-00003-of-00003.safetensors")), Options{Shards: "1, 3"}, []string{"c.json", "m-00001-of-00003.safetensors", "m-00003-of-00003.safetensors"}},
		{"paths: nothing else, small files neither", pipelineRepo(), Options{Paths: []string{"unet", "model_index.json"}}, []string{"model_index.json", "unet/model.fp16.safetensors", "unet/model.safetensors"}},
		{"patterns of the Hub", pipelineRepo(), Options{Include: []string{"*.json"}, Ignore: []string{"tokenizer/"}}, []string{"model_index.json", "scheduler/scheduler_config.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, chosen(t, c.files, c.o)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSelectCountsPayload(t *testing.T) {
	sel, err := Select(quants(), Options{Filters: []string{"q4_k_m"}})
	if err != nil || sel.Payload != 2 || sel.UnmatchedFilters != nil {
		t.Errorf("payload %d, unmatched %v, %v", sel.Payload, sel.UnmatchedFilters, err)
	}
}

func TestExact(t *testing.T) {
	const path = "Sub Dir/My.Model-Q6_K_XL-00001-of-00009.gguf"
	for filter, want := range map[string]bool{
		path: true, "my.model-q6_k_xl-00001-of-00009.gguf": true, "My.Model-Q6_K_XL-00001-of-00009": true,
		"My.Model-Q6_K_XL": true, "Sub Dir/My.Model-Q6_K_XL-00001-of-00009": false,
		"Q6_K_XL": true, "q6_k": false, "K_XL": false, "sub": true, "dir": true, "my": true, "model": true, "gguf": true,
		".gguf": true, ".GGUF": true, ".ggu": false, "-00009.gguf": false,
		"sub dir/": true, "/sub dir": true, "ub dir/": false, "dir/": false, "/": false, "Sub Dir/My.Model": false,
	} {
		if got := matchExact(strings.ToLower(filter), strings.ToLower(path)); got != want {
			t.Errorf("%q: %v", filter, got)
		}
	}
}

func TestSubdirIsTheLongestFilterAsTyped(t *testing.T) {
	sel, err := Select(slices.Concat(lfs("vae/m-fp16.safetensors"), git("config.json")), Options{Filters: []string{"VAE", "Fp16", "m"}, Subdir: true})
	if err != nil {
		t.Fatal(err)
	}
	if sel.Items[0].Subdir != "Fp16" || sel.Items[1].Subdir != "" {
		t.Errorf("got %q and %q", sel.Items[0].Subdir, sel.Items[1].Subdir)
	}
}

func TestT1_SubdirStaysInside(t *testing.T) {
	for _, filter := range []string{"..", "../x", `a\b`, "C:x", "a/../b"} {
		if _, err := Select(lfs("a.bin"), Options{Filters: []string{filter}, Subdir: true}); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
			t.Errorf("%q: %v", filter, err)
		}
		if _, err := Select(lfs("a.bin"), Options{Filters: []string{filter}}); err != nil {
			t.Errorf("%q without subdir: %v", filter, err)
		}
	}
}

func TestUnmatchedFilterNamesWhatIsNear(t *testing.T) {
	for filter, want := range map[string][]string{
		"Q4_K_N": {"Q4_K_M"}, "q8_1": {"Q8_0"}, "*.ggufs": {"gguf"}, "something else": nil,
	} {
		sel, err := Select(quants(), Options{Filters: []string{filter}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Unmatched{{filter, want}}, sel.UnmatchedFilters); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
		if sel.Payload != 0 {
			t.Errorf("%s: payload %d", filter, sel.Payload)
		}
	}
}

func TestFilterThatMatchesOnlyExcludedFilesIsUnmatched(t *testing.T) {
	sel, err := Select(quants(), Options{Filters: []string{"q8_0"}, Excludes: []string{"Q8"}})
	if err != nil || len(sel.UnmatchedFilters) != 1 {
		t.Errorf("%+v, %v", sel.UnmatchedFilters, err)
	}
}

func TestPathThatIsNotThere(t *testing.T) {
	_, err := Select(pipelineRepo(), Options{Paths: []string{"model_indx.json"}})
	if fault.KindOf(err) != fault.EntryNotFound || !strings.Contains(fault.HintOf(err), "model_index.json") {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
}

func TestShards(t *testing.T) {
	for text, wants := range map[string]map[int]bool{
		"":              {0: true, 7: true},
		"3":             {3: true, 2: false},
		"1-100":         {1: true, 100: true, 101: false, 0: false},
		"1-50, 120-185": {50: true, 51: false, 120: true, 185: true, 186: false},
		"0-0":           {0: true, 1: false},
	} {
		s, err := ParseShards(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		for n, want := range wants {
			if s.Wants(n) != want {
				t.Errorf("%q wants %d: %v", text, n, !want)
			}
		}
	}
	for _, text := range []string{"x", "1-", "-1", "5-3", "1-2-3", ",", " ", "99999999999", "1.5", "+1"} {
		if _, err := ParseShards(text); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestShardOf(t *testing.T) {
	for name, want := range map[string]int{
		"m-00001-of-00003.safetensors": 1, "data/train-00000-of-00005-a09b74b3ef9c3b56.parquet": 0,
		"x-12-of-100.bin": 12, "m.safetensors": -1, "a-1-of-2x.bin": -1, "00001-of-00002/m.bin": -1,
	} {
		n, ok := shardOf(name)
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%s: %d, want %d", name, n, want)
		}
	}
}

func TestShardsNothingAnswersAreRefused(t *testing.T) {
	for _, files := range [][]repo.File{lfs("m.bin"), lfs("m-00001-of-00002.bin")} {
		if _, err := Select(files, Options{Shards: "7"}); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
			t.Errorf("%v: %v", files[0].Path, err)
		}
	}
}

func FuzzFilterPattern(f *testing.F) {
	for _, s := range []string{"Q4_K_M", ".gguf", "a/b", "", " ", "*.bin", "[!a-]x", "../..", "-00001-of-00002", "İ", "\xff", strings.Repeat("*", 200)} {
		f.Add(s, "Q4_K_M/m-Q4_K_M-00001-of-00002.gguf", true)
		f.Add(s, s, false)
	}
	f.Fuzz(func(t *testing.T, pattern, path string, exact bool) {
		files := lfs(path, "other-name.bin", "README.md")
		sel, err := Select(files, Options{Filters: []string{pattern}, Exact: exact, Subdir: true})
		if err == nil {
			for _, item := range sel.Items {
				if item.Subdir != "" {
					if _, err := repo.ParsePath(item.Subdir); err != nil {
						t.Errorf("subdir %q of filter %q", item.Subdir, pattern)
					}
				}
			}
		}
		sel, err = Select(files, Options{Filters: []string{pattern}, Exact: exact})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(sel.Items, func(i Item) bool { return i.File.Path == "README.md" }) {
			t.Error("a filter took a document away")
		}
		Hub(pattern, path)
		if !Hub(Literal(path), path) {
			t.Errorf("Literal(%q) does not match itself", path)
		}
	})
}
