package web_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func TestDeleteOfARevisionTakesItsView(t *testing.T) {
	d := full()
	someRemoval(d)
	got := ask(t, http.MethodDelete, serve(t, services(t, d))+"/api/cache/TheBloke/Mistral-7B-GGUF?revision=v1.0", "")
	want := []string{"remove TheBloke/Mistral-7B-GGUF@0123456", "remove view of TheBloke/Mistral-7B-GGUF@0123456"}
	if got.status != http.StatusOK || !slices.Equal(d.asked[len(d.asked)-2:], want) {
		t.Errorf("%d %s; %q", got.status, got.body, d.asked)
	}
}

func TestDryRunOfDeletingAsksStrictly(t *testing.T) {
	base := serve(t, services(t, full())) + "/api/cache/TheBloke/Mistral-7B-GGUF"
	for _, bad := range []string{"1", "yes", "TRUE", "true "} {
		d := strings.ReplaceAll(bad, " ", "%20")
		if got := ask(t, http.MethodDelete, base+"?dryRun="+d, ""); got.status != http.StatusBadRequest || !strings.Contains(got.body, "dryRun") {
			t.Errorf("%q: %d %s", bad, got.status, got.body)
		}
	}
}

// twoRevisions gives owner/name an older revision with a file of its own and one
// that both have.
func twoRevisions(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Join(root, "hub", "models--owner--name")
	const own, shared = "d670460b4b4aece5915caf5c68d12f560a9fe3e4", "2ef267e25bd6c6a300bb473e604b092b6a48523b"
	snapshot := filepath.Join(dir, "snapshots", string(older))
	err := os.MkdirAll(snapshot, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "blobs", own), []byte("test content\n"), 0o644)
	}
	for name, blob := range map[string]string{"old.txt": own, "config.json": shared} {
		if err == nil {
			err = os.Symlink(filepath.Join("..", "..", "blobs", blob), filepath.Join(snapshot, name))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRealRevisionIsDeletedAlone: what is shown goes, and what another revision
// uses stays.
func TestRealRevisionIsDeletedAlone(t *testing.T) {
	base, root := realCache(t)
	twoRevisions(t, root)
	ask(t, http.MethodPost, base+"/cache/rebuild", "")
	url := base + "/cache/owner/name?revision=" + string(older)
	var plan api.Removal
	got := ask(t, http.MethodDelete, url+"&dryRun=true", "")
	if err := json.Unmarshal([]byte(got.body), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Freed != 13 || plan.Size != 26 || plan.Files != 2 || plan.Whole || !slices.Equal(plan.Commits, []string{string(older)}) {
		t.Errorf("%+v", plan)
	}
	if got := ask(t, http.MethodDelete, url, ""); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var left api.CachedDetails
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, base+"/cache/owner/name", "").body), &left); err != nil {
		t.Fatal(err)
	}
	if len(left.Revisions) != 1 || left.Revisions[0].Commit != string(commit) || left.Size != 13 {
		t.Errorf("%+v", left)
	}
	if data, err := os.ReadFile(filepath.Join(root, "models", "owner", "name", "config.json")); err != nil || string(data) != "some content\n" {
		t.Errorf("the view: %q, %v", data, err)
	}
}

// TestRealLastRevisionTakesTheRepository, as for the official client.
func TestRealLastRevisionTakesTheRepository(t *testing.T) {
	base, root := realCache(t)
	url := base + "/cache/owner/name?revision=main"
	var plan api.Removal
	if err := json.Unmarshal([]byte(ask(t, http.MethodDelete, url+"&dryRun=true", "").body), &plan); err != nil || !plan.Whole {
		t.Fatalf("%+v, %v", plan, err)
	}
	ask(t, http.MethodDelete, url, "")
	if _, err := os.Stat(filepath.Join(root, "hub", "models--owner--name")); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
}

func TestRealCacheTellsOfUnfinishedDownloads(t *testing.T) {
	base, root := realCache(t)
	partial := filepath.Join(root, "hub", "models--owner--name", "blobs", strings.Repeat("a", 64)+".0123abcd.incomplete")
	if err := os.WriteFile(partial, make([]byte, 7), 0o644); err != nil {
		t.Fatal(err)
	}
	var one api.CachedDetails
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, base+"/cache/owner/name", "").body), &one); err != nil {
		t.Fatal(err)
	}
	if one.Partials.Count != 1 || one.Partials.Size != 7 || one.Partials.Oldest == "" || one.LastUsed == "" {
		t.Errorf("%+v", one)
	}
	var list api.Cache
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, base+"/cache", "").body), &list); err != nil {
		t.Fatal(err)
	}
	if list.Repos[1].Repo != string(repo.ID("owner/name")) || list.Repos[1].Partials != one.Partials || list.Repos[1].Revisions != 1 {
		t.Errorf("%+v", list.Repos)
	}
}

// TestRealDamagedRepositoryIsListedAndDeleted: nothing else helps against it.
func TestRealDamagedRepositoryIsListedAndDeleted(t *testing.T) {
	base, root := realCache(t)
	dir := filepath.Join(root, "hub", "models--owner--name")
	for _, part := range []string{"snapshots", "blobs"} {
		if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
			t.Fatal(err)
		}
	}
	var list api.Cache
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, base+"/cache", "").body), &list); err != nil {
		t.Fatal(err)
	}
	if list.Count != 1 || len(list.Damaged) != 1 || list.Damaged[0].Repo != "owner/name" || list.Damaged[0].Problem == "" {
		t.Errorf("%+v", list)
	}
	if got := ask(t, http.MethodGet, base+"/cache/owner/name", ""); got.status != http.StatusInternalServerError {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := ask(t, http.MethodDelete, base+"/cache/owner/name?revision=main", ""); got.status == http.StatusOK {
		t.Errorf("a revision of it: %d %s", got.status, got.body)
	}
	for _, query := range []string{"?dryRun=true", ""} {
		if got := ask(t, http.MethodDelete, base+"/cache/owner/name"+query, ""); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("it stays: %v", err)
	}
}
