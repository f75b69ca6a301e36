package dataset

import "testing"

func TestFormat(t *testing.T) {
	for p, want := range map[string]string{
		"a.parquet": "parquet", "a.jsonl.zst": "jsonl", "a.json.gz": "json", "A.CSV.GZ": "csv", "a.tar.gz": "tar", "a.tgz": "tar", "a.tar": "tar",
		"a.gz": "archive", "a.zip": "archive", "a.txt": "txt", "a.md": "", ".gitattributes": "", "x/a.jpg": "imagefolder", "a.flac": "audiofolder", "a.py": "",
	} {
		if got := format(p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
}

func TestWhatIsNoData(t *testing.T) {
	for p, want := range map[string]bool{
		"README.md": false, "dataset_infos.json": false, "requirements.txt": false, "LICENSE.txt": false, ".git/x.json": false, "a/.ipynb_checkpoints/x.csv": false,
		"__pycache__/x.txt": false, "stats.json": true, "data/x.csv": true,
	} {
		if got := mayBeData(p); got != want {
			t.Errorf("%s: %v", p, got)
		}
	}
	for p, want := range map[string]bool{"logo.png": true, "assets/x.png": true, "figures/x.jpg": true, "train/1.jpg": false, "cats/1.jpg": false} {
		if got := isPicture(p); got != want {
			t.Errorf("%s is of the card: %v", p, got)
		}
	}
}

func TestSplit(t *testing.T) {
	for p, want := range map[string][2]string{
		"data/train-00000-of-00010.parquet":                    {"train", "train"},
		"data/train-00000-of-00001-a09b74b3ef9c3b56.parquet":   {"train", "train"},
		"data/custom-00000-of-00010.parquet":                   {"custom", "custom"},
		"data/test_matched-00000-of-00010.parquet":             {"test_matched", "test_matched"},
		"mnli/validation_matched-00000-of-00001.parquet":       {"validation", "validation"},
		"main/custom-00000-of-00010.parquet":                   {"", ""},
		"data/valid-00000-of-00001.parquet":                    {"validation", "valid"},
		"train1.csv":                                           {"train", "train"},
		"my_test_file.csv":                                     {"test", "test"},
		"valid.csv":                                            {"validation", "valid"},
		"dev/part-0.jsonl":                                     {"validation", "dev"},
		"train/test.csv":                                       {"test", "test"},
		"test/train/x.csv":                                     {"train", "train"},
		"en/c4-train.00000-of-01024.json.gz":                   {"train", "train"},
		"v1.0-train.json":                                      {"train", "train"},
		"trainer/a.csv":                                        {"", ""},
		"latest.csv":                                           {"", ""},
		"testé/a.csv":                                          {"", ""},
		"EVALUATION/x.csv":                                     {"test", "EVALUATION"},
		"plain_text/train-00000-of-00001.csv":                  {"train", "train"},
		"data/x-0000-of-00010.parquet":                         {"", ""},
		"data/-00000-of-00010.parquet":                         {"", ""},
		"data/CC-MAIN-2013-20/000_00000.parquet":               {"", ""},
		"data/train-00000-of-00010/part.parquet":               {"train", "train"},
		"data/a-00000-of-00010x.parquet":                       {"", ""},
		"data/unsupervised-00000-of-00001-be03d0f0.parquet.gz": {"unsupervised", "unsupervised"},
	} {
		if split, word := splitOf(p); [2]string{split, word} != want {
			t.Errorf("%s: %q by %q, want %q", p, split, word, want)
		}
	}
}

func TestConfigOfFolders(t *testing.T) {
	for p, want := range map[string]string{
		"en/train.csv": "en", "data/en/train.csv": "en", "train/a.csv": "", "data/train/a.csv": "", "a.csv": "", "data/a.csv": "", "en/data/a.csv": "en",
	} {
		if got := configOf(p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
}
