package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// shelf is a jobs.Settings of one document.
type shelf struct {
	doc      []byte
	revision int64
}

func (s *shelf) Settings(context.Context) ([]byte, int64, error) { return s.doc, s.revision, nil }

func (s *shelf) SaveSettings(_ context.Context, doc []byte, _ int64) error {
	s.doc, s.revision = doc, s.revision+1
	return nil
}

// FuzzSettingsBody: whatever is posted, it is refused and nothing changes, or all
// values are in range, and the document it leaves can be read again.
func FuzzSettingsBody(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"token":"hf_xxxxx","connections":16,"maxActive":8}`, `{"multipartThreshold":"32MiB","verify":"size","retries":4,"limitRate":"1KB"}`,
		`{"connections":1e1}`, `{"connections":9223372036854775808}`, `{"retries":-0}`, `{"token":"\u0000"}`, `{"token":"********"}`,
		`{"cacheDir":"/"}`, `{"multipartThreshold":"16EiB"}`, `{"a":1,"a":2}`, `[[[[`, `{"verify":null}`, "\xef\xbb\xbf{}", `{"connections":1}{}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		store := &shelf{}
		base := settings.Values{Token: "hf_abcdefghijklmnop", Connections: 8, MaxActive: 3, Verify: "size", Retries: 4}
		s, err := settings.Open(t.Context(), settings.Options{Store: store, Base: base, Log: zerolog.Nop()})
		if err != nil {
			t.Fatal(err)
		}
		o, err := parseObject(body)
		if err == nil {
			var p settings.Patch
			if p, err = readPatch(o); err == nil {
				err = s.Update(t.Context(), p)
			}
		}
		got := s.Get()
		if err != nil && got != base {
			t.Fatalf("refused (%v), yet changed", err)
		}
		if config.CheckNumber("connections", got.Connections) != nil || config.CheckNumber("max-active", got.MaxActive) != nil ||
			config.CheckNumber("retries", got.Retries) != nil || got.MultipartThreshold < 0 || got.LimitRate < 0 || strings.ContainsAny(got.Token, " \r\n\x00") {
			t.Fatalf("out of range: %+v", got.Connections)
		}
		again, err := settings.Open(t.Context(), settings.Options{Store: store, Base: base, Log: zerolog.Nop()})
		if err != nil || again.Get() != got {
			t.Fatalf("stored %s reads as something else: %v", store.doc, err)
		}
	})
}

// FuzzDownloadBody: what is taken is a safe repository and revision.
func FuzzDownloadBody(f *testing.F) {
	for _, s := range []string{
		`{"repo":"owner/name"}`, `{"repo":"owner/name:q4,q5","revision":"main"}`, `{"repo":"a/b","filters":["x"],"excludes":[],"dryRun":true}`,
		`{"repo":"../.."}`, `{"repo":"a/b\u0000"}`, `{"repo":":"}`, `{"repo":"a/b","revision":"refs/pr/1"}`, `{"repo":"a/b","revision":"..\\x"}`,
		`{"repo":"a/b","filters":["/"],"appendFilterSubdir":true}`, `null`, `{"repo":{"repo":{}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parseObject(body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatal("took what is no JSON")
		}
		spec, _, err := readSpec(o)
		if err != nil {
			return
		}
		if id, err := repo.ParseID(string(spec.Repo.ID)); err != nil || !id.HasOwner() {
			t.Fatalf("repository %q", spec.Repo.ID)
		}
		if _, err := repo.ParseRevision(string(spec.Revision)); err != nil || spec.Revision == "" {
			t.Fatalf("revision %q", spec.Revision)
		}
		if spec.Filters == nil || spec.Excludes == nil {
			t.Fatal("a nil list")
		}
		for _, p := range append(spec.Filters, spec.Excludes...) {
			if p == "" || p != strings.TrimSpace(p) {
				t.Fatalf("pattern %q", p)
			}
		}
	})
}

// FuzzRepoParam: what is taken is owner/name, unescaped once.
func FuzzRepoParam(f *testing.F) {
	for _, s := range []string{"owner/name", "owner%2Fname", "a%252fb", "..%2f..%2fetc", "a/b/c", "%zz", "a/%2e%2e", "a%00/b", "-a/b", "a/b.git", "a//b", "a\\b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		id, err := parseRepoParam(raw)
		if err != nil {
			return
		}
		if again, err := repo.ParseID(string(id)); err != nil || again != id || !id.HasOwner() {
			t.Fatalf("%q gave %q", raw, id)
		}
		if strings.ContainsAny(string(id), "%\\:?#") || strings.Contains(string(id), "..") {
			t.Fatalf("%q gave %q", raw, id)
		}
	})
}
