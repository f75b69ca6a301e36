package hub

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// against makes a client of a test hub.
func against(t *testing.T, h *hubtest.Hub, token string) *Client {
	t.Helper()
	return newClient(t, h.URL(), func(o *Options) {
		o.Token = token
		if pem := h.CA(); pem != nil {
			o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(o.CAFile, pem, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// fetchAll resolves, lists and reads a repository, checking every digest.
func fetchAll(t *testing.T, c *Client, ref repo.Ref) []repo.File {
	t.Helper()
	info, err := c.Info(t.Context(), ref, repo.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	var files []repo.File
	for f, err := range c.Tree(t.Context(), ref, info.Commit) {
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		body, _, _, err := c.Content(ref, info.Commit, f).Open(t.Context(), 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := digest.OfReader(body, f.Digest().Algo, f.Size)
		body.Close()
		if err != nil || sum != f.Digest() {
			t.Errorf("%s: %v, %v", f.Path, sum, err)
		}
	}
	return files
}

func TestP6_TokenInAWholeDownload(t *testing.T) {
	for name, o := range map[string]hubtest.Options{
		"plain":            {PageSize: 2},
		"TLS":              {PageSize: 2, TLS: true, Host: "localhost"},
		"HTTP/2":           {PageSize: 2, TLS: true, HTTP2: true, Host: "localhost"},
		"storage by name":  {CDNHost: "localhost"},
		"hub by name":      {Host: "localhost"},
		"addresses in ten": {SignedFor: 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h := hubtest.Start(t, o)
			h.Token(canary, "me")
			h.Model("org/name",
				hubtest.Regular("README.md", "# hello"), hubtest.Regular("empty", ""), hubtest.Regular("a b/ü#%.txt", "x"),
				hubtest.LFS("model.safetensors", hubtest.Seeded(1, 3<<20)), hubtest.LFS("deep/er/w.bin", hubtest.Seeded(2, 100)))
			if files := fetchAll(t, against(t, h, canary), testRef()); len(files) != 5 {
				t.Errorf("%d files", len(files))
			}
			for _, q := range h.Log() {
				if q.Carries(canary) != (q.Host == hubtest.HubHost) {
					t.Errorf("%s %s: token %v", q.Host, q.Path, q.Carries(canary))
				}
			}
		})
	}
}

func TestGatedRepositoryAsItsCallersSeeIt(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	samples := h.AddSamples()
	var gated repo.Ref
	for _, ref := range samples {
		if info, err := against(t, h, "").Info(t.Context(), ref, "main"); err == nil && info.Gated != "" {
			gated = ref
		}
	}
	if gated.ID == "" {
		t.Fatal("no gated sample")
	}
	anonymous := against(t, h, "")
	info, err := anonymous.Info(t.Context(), gated, "main")
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, anonymous.AuthCheck(t.Context(), gated), fault.Gated)
	masked := repo.File{}
	for f, err := range anonymous.Tree(t.Context(), gated, info.Commit) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Masked {
			masked = f
		}
	}
	if masked.Path == "" {
		t.Error("nothing is masked")
	}
	_, _, _, err = anonymous.Content(gated, info.Commit, masked).Open(t.Context(), 0, -1)
	wantKind(t, err, fault.Gated)
	member := against(t, h, hubtest.SampleToken)
	if err := member.AuthCheck(t.Context(), gated); err != nil {
		t.Error(err)
	}
	fetchAll(t, member, gated)
}

func TestRenamedRepositoriesAreFollowed(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{PageSize: 1})
	h.Model("openai-community/gpt2", hubtest.Regular("a", "1"), hubtest.LFS("b", hubtest.Seeded(1, 1000)))
	h.Rename("gpt2", "openai-community/gpt2")
	c := against(t, h, "")
	files := fetchAll(t, c, repo.Ref{Type: repo.Model, ID: "gpt2"})
	if len(files) != 2 {
		t.Errorf("%d files", len(files))
	}
	info, err := c.Info(t.Context(), repo.Ref{Type: repo.Model, ID: "gpt2"}, "main")
	if err != nil || info.ID != "openai-community/gpt2" {
		t.Errorf("%v, %v", info.ID, err)
	}
}

func TestF6_ExpiryInTheMiddleOfAFile(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	r := h.Model("org/name", hubtest.LFS("w", hubtest.Seeded(1, 1<<20)))
	_ = r
	c := against(t, h, "")
	info, err := c.Info(t.Context(), testRef(), "main")
	if err != nil {
		t.Fatal(err)
	}
	var files []repo.File
	for f, err := range c.Tree(t.Context(), testRef(), info.Commit) {
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	ct := c.Content(testRef(), info.Commit, files[0])
	sum := digest.NewHash(digest.SHA256, 1<<20)
	for off := int64(0); off < 1<<20; off += 128 << 10 {
		body, start, total, err := ct.Open(t.Context(), off, 128<<10)
		if err != nil || start != off || total != 1<<20 {
			t.Fatalf("start %d, total %d, %v", start, total, err)
		}
		if _, err := io.Copy(sum, body); err != nil {
			t.Fatal(err)
		}
		body.Close()
		h.ExpireSigned()
	}
	if sum.Sum() != files[0].Digest() {
		t.Error("other bytes")
	}
}

// BenchmarkTreeOfHubtest compares with reading the same pages of a Hub that
// makes them as it goes.
func BenchmarkTreeOfHubtest(b *testing.B) {
	h, err := hubtest.New(hubtest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	var files []hubtest.File
	for i := range 100_000 {
		files = append(files, hubtest.Regular(fmt.Sprintf("d%03d/f%07d.json", i/1000, i), fmt.Sprint(i)))
	}
	commit := h.Model("org/name").Commit("main", files...)
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			readPages(b, h.URL(), string(commit))
		}
	})
	b.Run("tree", func(b *testing.B) {
		c := newClient(b, h.URL(), func(o *Options) { o.Token = "" })
		for b.Loop() {
			n := 0
			for _, err := range c.Tree(b.Context(), testRef(), commit) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != len(files) {
				b.Fatal(n)
			}
		}
	})
}
