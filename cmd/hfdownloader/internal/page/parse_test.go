package page

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestParse reads what people paste, by the page's own function in the browser.
func TestParse(t *testing.T) {
	built := api.Build(api.BuildOptions{EntryPoints: []string{"../../../../web/src/pages/pick/parse.ts"}, Bundle: true, GlobalName: "reading"})
	if len(built.Errors) > 0 || len(built.OutputFiles) != 1 {
		t.Fatal(built.Errors)
	}
	p := open(t, hubtest.Options{})
	p.visit("/")
	read := func(s string) string {
		return eval[string](p, `(() => {`+string(built.OutputFiles[0].Contents)+`
			const r = reading.parse(`+quote(s)+`, "http://hub.example:8080");
			if (r.kind !== "repo") return r.kind;
			const w = r.wanted;
			return [w.repo, w.type, w.revision && "@" + w.revision, w.filters.length && "+" + w.filters, w.excludes.length && "-" + w.excludes, w.exact && "exact"].filter(Boolean).join(" ");
		})()`)
	}
	for _, test := range parseTable() {
		if got := read(test[0]); got != test[1] {
			t.Errorf("%s\n got %s\nwant %s", short(test[0]), got, test[1])
		}
	}
}

func short(s string) string {
	data, _ := json.Marshal(s[:min(len(s), 120)])
	return string(data)
}

func parseTable() [][2]string {
	return [][2]string{
		{"", "empty"},
		{"  \n", "empty"},
		{"o/n", "o/n"},
		{"  o/n\n", "o/n"},
		{`"o/n"`, "o/n"},
		{"o/n:q4_k_m,q5_k_m", "o/n +q4_k_m,q5_k_m"},
		{"o/n@v1.0", "o/n @v1.0"},
		{"datasets/o/n", "o/n dataset"},
		{"hf://o/n", "o/n model"},
		{"hf://datasets/o/n@main/data/a.parquet", "o/n dataset @main +/data/a.parquet exact"},
		{"https://huggingface.co/o/n", "o/n model"},
		{"huggingface.co/o/n/", "o/n model"},
		{"https://hf.co/datasets/o/n?x=1#y", "o/n dataset"},
		{"https://huggingface.co/o/n/tree/v1.0", "o/n model @v1.0"},
		{"https://huggingface.co/o/n/tree/a%2Fb/sub", "o/n model @a/b +/sub exact"},
		{"https://huggingface.co/datasets/o/n/tree/refs%2Fconvert%2Fparquet", "o/n dataset @refs/convert/parquet"},
		{"https://huggingface.co/datasets/o/n/tree/refs/convert/parquet/x", "o/n dataset @refs/convert/parquet +/x exact"},
		{"https://huggingface.co/o/n/blob/main/m.Q4_K_M.gguf", "o/n model @main +/m.Q4_K_M.gguf exact"},
		{"https://huggingface.co/o/n/resolve/main/a%20b/m.bin?download=true", "o/n model @main +/a b/m.bin exact"},
		{"https://huggingface.co/api/models/o/n", "o/n model"},
		{"http://hub.example:8080/o/n", "o/n model"},
		{"git clone https://huggingface.co/o/n", "o/n model"},
		{"git clone -b v2 git@hf.co:datasets/o/n.git", "o/n dataset @v2"},
		{"hf download o/n", "o/n"},
		{"$ hf download o/n m.gguf --revision v1 --local-dir ./x/y", "o/n @v1 +/m.gguf exact"},
		{`huggingface-cli download o/n --repo-type dataset --include "*.parquet" --exclude "*.bin" "*.pt"`, "o/n dataset +.parquet -.bin,.pt"},
		{"hf download \\\n  o/n --token hf_x", "o/n"},
		{"hfdownloader download o/n -F q4_k_m,q8_0 --exact -b dev", "o/n @dev +q4_k_m,q8_0 exact"},
		{"hfdownloader download --dataset o/n -E bin", "o/n dataset -bin"},
		{"ollama run hf.co/o/n:Q4_K_M", "o/n model +Q4_K_M"},
		{"llama-server -hf o/n:Q8_0", "o/n +Q8_0"},
		{"wget https://huggingface.co/o/n/resolve/main/x.bin", "o/n model @main +/x.bin exact"},
		{`model = AutoModel.from_pretrained("o/n", revision="v3")`, "o/n @v3"},
		{`load_dataset("o/n")`, "o/n dataset"},
		{`hf_hub_download(repo_id="o/n", filename="a.json")`, "o/n +/a.json exact"},
		{"gpt2", "unfinished"},
		{"o/", "unfinished"},
		{"o/n-", "unfinished"},
		{"https://huggingface.co/o", "unfinished"},
		{"https://huggingface.co/spaces/o/n", "wrong"},
		{"https://huggingface.co/collections/o/n", "wrong"},
		{"https://example.com/o/n", "wrong"},
		{"javascript://o/n", "wrong"},
		{"https://huggingface.co.evil.example/o/n", "wrong"},
		{"o/n/more", "wrong"},
		{"../etc", "wrong"},
		{"o/<script>", "wrong"},
		{"o/n --x y z", "wrong"},
		{"please download it", "wrong"},
		{strings.Repeat("a", 10_000), "wrong"},
		{strings.Repeat("a/", 1_900), "wrong"},
	}
}
