package hub

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestInfoReadsARecordedAnswer(t *testing.T) {
	const recorded = `{
  "_id": "6ac4f6932fb5557d4ceee81f", "id": "OwnerOfTheGatedModel/tiny-gated-model", "private": false,
  "tags": ["safetensors", "license:mit", "region:us"], "downloads": 7, "likes": 3,
  "modelId": "OwnerOfTheGatedModel/tiny-gated-model", "author": "OwnerOfTheGatedModel",
  "sha": "5bb9fc53add422c252f7351a8e28c438cb98ea21", "lastModified": "2026-10-06T13:24:38.000Z",
  "gated": "manual", "disabled": false, "model-index": null, "config": {}, "cardData": {"license": "mit"},
  "siblings": [{"rfilename": ".gitattributes"}], "spaces": [], "usedStorage": 691784}`
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		if want := "/api/datasets/org/name/revision/refs%2Fpr%2F1"; r.URL.EscapedPath() != want {
			t.Errorf("asked %s", r.URL.EscapedPath())
		}
		_, _ = io.WriteString(w, recorded)
	})
	got, err := c.Info(t.Context(), repo.Ref{Type: repo.Dataset, ID: "org/name"}, "refs/pr/1")
	if err != nil {
		t.Fatal(err)
	}
	want := Info{
		ID: "OwnerOfTheGatedModel/tiny-gated-model", Commit: testCommit, Author: "OwnerOfTheGatedModel", Gated: "manual",
		LastModified: time.Date(2026, 10, 6, 13, 24, 38, 0, time.UTC), Tags: []string{"safetensors", "license:mit", "region:us"},
		Downloads: 7, Likes: 3,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestInfoIsLenientButNotAboutWhatCounts(t *testing.T) {
	cases := map[string]struct {
		body string
		want fault.Kind
		ok   bool
	}{
		"nulls":          {`{"id":"a/b","sha":"` + string(testCommit) + `","gated":null,"tags":null,"disabled":null,"lastModified":null}`, 0, true},
		"gated false":    {`{"id":"a/b","sha":"` + string(testCommit) + `","gated":false}`, 0, true},
		"no sha":         {`{"id":"a/b"}`, fault.Integrity, false},
		"short sha":      {`{"id":"a/b","sha":"5bb9fc5"}`, fault.Integrity, false},
		"sha as a path":  {`{"id":"a/b","sha":"../../x"}`, fault.Integrity, false},
		"hostile id":     {`{"id":"../b","sha":"` + string(testCommit) + `"}`, fault.Integrity, false},
		"no id":          {`{"sha":"` + string(testCommit) + `"}`, fault.Integrity, false},
		"not an object":  {`[]`, fault.Unavailable, false},
		"cut":            {`{"id":"a/b"`, fault.Unavailable, false},
		"deep":           {strings.Repeat("[", 20_000), fault.Unavailable, false},
		"empty":          {``, fault.Unavailable, false},
		"followed by it": {`{} {}`, fault.Unavailable, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			client := serveHub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.body) })
			got, err := client.Info(t.Context(), testRef(), "main")
			if c.ok {
				if err != nil || got.Gated != "" {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			wantKind(t, err, c.want)
		})
	}
}

func TestT20_InfoOfACommitIsOfThatCommit(t *testing.T) {
	c := serveHub(t, info)
	if _, err := c.Info(t.Context(), testRef(), repo.Revision(testCommit)); err != nil {
		t.Error(err)
	}
	_, err := c.Info(t.Context(), testRef(), repo.Revision(strings.Repeat("0", 40)))
	wantKind(t, err, fault.Integrity)
}

func TestAuthCheck(t *testing.T) {
	status := http.StatusOK
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/models/org/name/auth-check" {
			t.Errorf("asked %s", r.URL.Path)
		}
		if status != http.StatusOK {
			w.Header().Set("X-Error-Code", "GatedRepo")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "OK")
	})
	if err := c.AuthCheck(t.Context(), testRef()); err != nil {
		t.Error(err)
	}
	status = http.StatusForbidden
	wantKind(t, c.AuthCheck(t.Context(), testRef()), fault.Gated)
}

func TestRefs(t *testing.T) {
	const body = `{
 "branches": [{"name":"main","ref":"refs/heads/main","targetCommit":"5bb9fc53add422c252f7351a8e28c438cb98ea21"},
              {"name":"../evil","ref":"x","targetCommit":"5bb9fc53add422c252f7351a8e28c438cb98ea21"},
              {"name":"short","ref":"x","targetCommit":"5bb9"}],
 "converts": [{"name":"parquet","ref":"refs/convert/parquet","targetCommit":"5bb9fc53add422c252f7351a8e28c438cb98ea21"}],
 "pullRequests": [{"ref":"refs/pr/1","targetCommit":"5bb9fc53add422c252f7351a8e28c438cb98ea21"}]}`
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RequestURI() != "/api/models/org/name/refs?include_prs=1" {
			t.Errorf("asked %s", r.URL.RequestURI())
		}
		_, _ = io.WriteString(w, body)
	})
	got, err := c.Refs(t.Context(), testRef())
	if err != nil {
		t.Fatal(err)
	}
	want := Refs{
		Branches:     []RefTarget{{"main", "main", testCommit}},
		Converts:     []RefTarget{{"parquet", "refs/convert/parquet", testCommit}},
		PullRequests: []RefTarget{{"refs/pr/1", "refs/pr/1", testCommit}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// metadataCase is what a Hub says on HEAD.
type metadataCase struct {
	status  int
	headers string
	want    Metadata
	bad     bool
}

func metadataCases() map[string]metadataCase {
	commit, sha := "X-Repo-Commit: "+string(testCommit), strings.Repeat("1", 64)
	return map[string]metadataCase{
		"served by the Hub": {
			200, commit + "\nETag: \"" + oid40 + "\"\nContent-Length: 186", Metadata{testCommit, repo.ETag(oid40), 186, ""}, false,
		},
		"on storage": {
			302, commit + "\nX-Linked-ETag: \"" + sha + "\"\nX-Linked-Size: 691784\nETag: \"other\"\nContent-Length: 1171\nX-Xet-Hash: " + sha + "\nLocation: http://cdn.invalid/x",
			Metadata{testCommit, repo.ETag(sha), 691784, sha}, false,
		},
		"on storage, no size": {
			302, commit + "\nX-Linked-ETag: \"" + sha + "\"\nContent-Length: 1171\nLocation: http://cdn.invalid/x",
			Metadata{testCommit, repo.ETag(sha), -1, ""}, false,
		},
		"weak etag":          {200, commit + "\nETag: W/\"" + oid40 + "\"\nContent-Length: 1", Metadata{testCommit, repo.ETag(oid40), 1, ""}, false},
		"compressed":         {200, commit + "\nETag: \"" + oid40 + "\"\nContent-Encoding: gzip\nContent-Length: 9", Metadata{testCommit, repo.ETag(oid40), -1, ""}, false},
		"xet hash malformed": {200, commit + "\nETag: \"" + oid40 + "\"\nContent-Length: 1\nX-Xet-Hash: ../x", Metadata{testCommit, repo.ETag(oid40), 1, ""}, false},
		"no commit":          {200, "ETag: \"" + oid40 + "\"", Metadata{}, true},
		"hostile commit":     {200, "X-Repo-Commit: ../../x\nETag: \"" + oid40 + "\"", Metadata{}, true},
		"no etag":            {200, commit, Metadata{}, true},
		"hostile etag":       {200, commit + "\nETag: \"../../x\"", Metadata{}, true},
		"size not a number":  {302, commit + "\nX-Linked-ETag: \"" + sha + "\"\nX-Linked-Size: 1e9\nLocation: http://cdn.invalid/x", Metadata{}, true},
	}
}

func TestMetadata(t *testing.T) {
	for name, mc := range metadataCases() {
		t.Run(name, func(t *testing.T) {
			c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodHead || r.Header.Get("Accept-Encoding") != "identity" {
					t.Errorf("%s, Accept-Encoding %q", r.Method, r.Header.Get("Accept-Encoding"))
				}
				for line := range strings.SplitSeq(mc.headers, "\n") {
					k, v, _ := strings.Cut(line, ": ")
					w.Header().Set(k, v)
				}
				w.WriteHeader(mc.status)
			})
			got, err := c.Metadata(t.Context(), testRef(), testCommit, "a/b c.bin")
			if mc.bad {
				wantKind(t, err, fault.Integrity)
				return
			}
			if err != nil || got != mc.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestMetadataFollowsTheHubsOwnRedirects(t *testing.T) {
	sha := strings.Repeat("1", 64)
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/org/"): // renamed: no etag here
			http.Redirect(w, r, "/new/name/resolve/x/a", http.StatusTemporaryRedirect)
		case strings.HasPrefix(r.URL.Path, "/new/"):
			w.Header().Set("X-Repo-Commit", string(testCommit))
			w.Header().Set("X-Linked-ETag", `"`+sha+`"`)
			w.Header().Set("X-Linked-Size", "5")
			http.Redirect(w, r, "/cdn", http.StatusFound)
		default: // a later ETag does not replace the linked one
			w.Header().Set("ETag", `"of-the-storage"`)
			w.Header().Set("Content-Length", "5")
		}
	})
	got, err := c.Metadata(t.Context(), testRef(), testCommit, "a")
	if want := (Metadata{testCommit, repo.ETag(sha), 5, ""}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestHubsWarningsAreShownOnce(t *testing.T) {
	var out bytes.Buffer
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-HF-Warning", "old; use another\u202e")
		_, _ = io.WriteString(w, infoBody)
	})
	c := newClient(t, s.URL, func(o *Options) { o.Logger = zerolog.New(&out).Level(zerolog.WarnLevel) })
	for range 3 {
		if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "use another"); n != 1 || strings.Contains(out.String(), "\u202e") {
		t.Errorf("shown %d times: %s", n, out.String())
	}
}

func TestP6_LogsHoldNoSecret(t *testing.T) {
	var out bytes.Buffer
	d := newDepot(t, 1000)
	d.client = newClient(t, d.hub.URL, func(o *Options) { o.Logger = zerolog.New(&out).Level(zerolog.TraceLevel) })
	d.open(t, d.ct(), 0, -1)
	if out.Len() == 0 {
		t.Error("nothing was logged")
	}
	for _, secret := range []string{canary, "SIGNATURE"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("log shows %s: %s", secret, out.String())
		}
	}
}
