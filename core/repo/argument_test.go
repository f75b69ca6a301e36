package repo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestParseArgument(t *testing.T) {
	const web = "https://huggingface.co"
	for text, want := range map[string]Argument{
		"gpt2":                                             {Ref: Ref{Model, "gpt2"}},
		" owner/name ":                                     {Ref: Ref{Model, "owner/name"}},
		"owner/name:q4, q8 ,,":                             {Ref: Ref{Model, "owner/name"}, Filters: []string{"q4", "q8"}},
		"owner/name:a:b":                                   {Ref: Ref{Model, "owner/name"}, Filters: []string{"a:b"}},
		"datasets/owner/name":                              {Ref: Ref{Dataset, "owner/name"}, TypeGiven: true},
		"spaces/owner/name:x":                              {Ref: Ref{Space, "owner/name"}, TypeGiven: true, Filters: []string{"x"}},
		"datasets/name":                                    {Ref: Ref{Model, "datasets/name"}},
		"hf://owner/name":                                  {Ref: Ref{Model, "owner/name"}},
		"HF://models/owner/name":                           {Ref: Ref{Model, "owner/name"}, TypeGiven: true},
		"hf://datasets/o/n@v1/a/b":                         {Ref: Ref{Dataset, "o/n"}, TypeGiven: true, Revision: "v1", Path: "a/b"},
		"hf://o/n@refs/pr/3/x.txt":                         {Ref: Ref{Model, "o/n"}, Revision: "refs/pr/3", Path: "x.txt"},
		"hf://o/n@refs/convert/parquet":                    {Ref: Ref{Model, "o/n"}, Revision: "refs/convert/parquet"},
		"hf://o/n@feature%2Fx/a%20b":                       {Ref: Ref{Model, "o/n"}, Revision: "feature/x", Path: "a%20b"},
		"hf://o/n/dir/":                                    {Ref: Ref{Model, "o/n"}, Path: "dir"},
		web + "/owner/name":                                {Ref: Ref{Model, "owner/name"}, TypeGiven: true, Endpoint: web},
		web + "/gpt2/":                                     {Ref: Ref{Model, "gpt2"}, TypeGiven: true, Endpoint: web},
		"huggingface.co/owner/name":                        {Ref: Ref{Model, "owner/name"}, TypeGiven: true, Endpoint: web},
		web + "/datasets/o/n/tree/main":                    {Ref: Ref{Dataset, "o/n"}, TypeGiven: true, Revision: "main", Endpoint: web},
		web + "/o/n/blob/main/a%20b/c.txt?x=1#L2":          {Ref: Ref{Model, "o/n"}, TypeGiven: true, Revision: "main", Path: "a b/c.txt", Endpoint: web},
		web + "/o/n/resolve/v1.0/w.bin?download=true":      {Ref: Ref{Model, "o/n"}, TypeGiven: true, Revision: "v1.0", Path: "w.bin", Endpoint: web},
		web + "/o/n/tree/refs%2Fpr%2F1/dir":                {Ref: Ref{Model, "o/n"}, TypeGiven: true, Revision: "refs/pr/1", Path: "dir", Endpoint: web},
		web + "/o/n/tree/refs/pr/1":                        {Ref: Ref{Model, "o/n"}, TypeGiven: true, Revision: "refs/pr/1", Endpoint: web},
		web + "/o/n/discussions/7":                         {Ref: Ref{Model, "o/n"}, TypeGiven: true, Endpoint: web},
		web + "/o/n/commit/" + hex40:                       {Ref: Ref{Model, "o/n"}, TypeGiven: true, Revision: Revision(hex40), Endpoint: web},
		"http://127.0.0.1:8080/spaces/o/n/raw/main/app.py": {Ref: Ref{Space, "o/n"}, TypeGiven: true, Revision: "main", Path: "app.py", Endpoint: "http://127.0.0.1:8080"},
	} {
		got, err := ParseArgument(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestT8_ArgumentsThatAreNoRepository(t *testing.T) {
	for _, text := range []string{
		"", " ", ":x", "a/b/c", "../x", "a--b/c", "hf://", "hf://name", "hf://datasets/name", "hf://buckets/a/b", "hf://kernels/a/b", "hf://o/n@", "hf://o/n@../x", "hf://o/n@%2e%2e",
		"hf://o/n/../x", `hf://o/n/a\b`, "hf://o/n@%zz", "ftp://o/n", "file:///etc/passwd", "https://", "https://huggingface.co", "https://huggingface.co/tree/main",
		"https://u:p@huggingface.co/o/n", "https://huggingface.co/a/b/c", "https://huggingface.co/o/n/blob/main/..%2f..%2fx", "https://huggingface.co/o/n/blob/main/%2e%2e/x",
		"https://huggingface.co/o/n/tree/-x", "https://huggingface.co/o%2Fn/x/tree/main", "o/n\x1b[31m", "https://huggingface.co/o/n/blob/main/%00",
	} {
		_, err := ParseArgument(text)
		refused(t, text, err)
		if fault.HintOf(err) == "" {
			t.Errorf("%q: no hint", text)
		}
	}
}

func FuzzArgument(f *testing.F) {
	for _, s := range []string{"gpt2", "o/n:q4", "hf://datasets/o/n@refs/pr/1/a/b", "https://huggingface.co/o/n/blob/main/a%20b", "https://huggingface.co/o/n/tree/refs%2Fpr%2F1", "hf://o/n@%2e%2e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseArgument(s)
		if err != nil {
			refused(t, s, err)
			return
		}
		if _, err := ParseID(string(a.Ref.ID)); err != nil {
			t.Errorf("%q: id %q", s, a.Ref.ID)
		}
		if a.Path != "" && !insideRoot(a.Path) {
			t.Errorf("%q: path %q", s, a.Path)
		}
		if a.Revision != "" && !insideRoot(string(a.Revision)) {
			t.Errorf("%q: revision %q", s, a.Revision)
		}
		if strings.Contains(a.Endpoint, "@") {
			t.Errorf("%q: endpoint %q", s, a.Endpoint)
		}
	})
}
