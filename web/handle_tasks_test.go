package web_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/web"
)

// withTasks is a server with tasks and targets that were there before.
func withTasks(t *testing.T) (base string, started *[]string, s web.Services) {
	t.Helper()
	started = &[]string{}
	s = services(t, full())
	s.Tasks, s.Mirrors = deskTasks{someTasks(), started}, someTargets()
	return serve(t, s) + "/api", started, s
}

func TestTasksAndMirrors(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"tasks", "GET", "/tasks", "", 200},
		{"tasks-some", "GET", "/tasks?kind=verify,export&status=failed&limit=1", "", 200},
		{"tasks-bad", "GET", "/tasks?status=nonsense", "", 400},
		{"task", "GET", "/tasks/aaaaaaaaaaaa", "", 200},
		{"task-none", "GET", "/tasks/ffffffffffff", "", 404},
		{"task-cancel", "DELETE", "/tasks/aaaaaaaaaaaa", "", 200},
		{"task-cancel-late", "DELETE", "/tasks/bbbbbbbbbbbb", "", 404},
		{"task-dismiss", "POST", "/tasks/bbbbbbbbbbbb/dismiss", "", 200},
		{"task-dismiss-early", "POST", "/tasks/aaaaaaaaaaaa/dismiss", "", 404},
		{"task-retry", "POST", "/tasks/bbbbbbbbbbbb/retry", "", 202},
		{"task-retry-early", "POST", "/tasks/aaaaaaaaaaaa/retry", "", 404},
		{"verify", "POST", "/cache/verify?task=true", "", 202},
		{"verify-waited", "POST", "/cache/verify", `{"repo":"TheBloke/Mistral-7B-GGUF"}`, 200},
		{"verify-bad", "POST", "/cache/verify", `{"repo":"TheBloke/Mistral-7B-GGUF","deep":true}`, 400},
		{"verify-none", "POST", "/cache/verify", `{"repo":"owner/none"}`, 404},
		{"targets", "GET", "/mirror/targets", "", 200},
		{"target-added", "POST", "/mirror/targets", `{"name":"new","path":"/srv/hub","description":"x"}`, 200},
		{"target-checked", "POST", "/mirror/targets?dryRun=true", `{"name":"new","path":"ssh://nas/srv/hub"}`, 200},
		{"target-relative", "POST", "/mirror/targets", `{"name":"new","path":"hub"}`, 400},
		{"target-name", "POST", "/mirror/targets", `{"name":"../x","path":"/srv/hub"}`, 400},
		{"target-scheme", "POST", "/mirror/targets", `{"name":"new","path":"ftp://nas/hub"}`, 400},
		{"target-removed", "DELETE", "/mirror/targets/nas", "", 200},
		{"target-none", "DELETE", "/mirror/targets/none", "", 404},
		{"push", "POST", "/mirror/push?task=true", `{"target":"nas","verify":true}`, 202},
		{"push-path", "POST", "/mirror/push", `{"target":"/mnt/other"}`, 404},
		{"push-nothing", "POST", "/mirror/push", `{}`, 400},
		{"diff-unknown", "POST", "/mirror/diff", `{"target":"nas","verify":true}`, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, _, _ := withTasks(t)
			got := ask(t, c.method, base+c.path, c.body)
			if got.status != c.status {
				t.Errorf("status %d, want %d", got.status, c.status)
			}
			golden(t, c.name, got.body)
		})
	}
}

// TestWhatIsStarted is what was asked for.
func TestWhatIsStarted(t *testing.T) {
	base, started, _ := withTasks(t)
	for _, c := range []struct{ path, body string }{
		{"/cache/verify", `{"repo":"TheBloke/Mistral-7B-GGUF","repair":true}`},
		{"/mirror/pull", `{"target":"nas","repoFilter":"bert","force":true}`},
		{"/mirror/push", `{"target":"store","deleteExtra":true,"dryRun":true}`},
		{"/mirror/diff", `{"target":"store"}`},
	} {
		if got := ask(t, "POST", base+c.path+"?task=true", c.body); got.status != 202 {
			t.Errorf("%s: %d %s", c.path, got.status, got.body)
		}
	}
	var first []string
	for _, s := range *started {
		words := strings.SplitN(s, " {", 2)
		first = append(first, words[0])
	}
	want := []string{"repair TheBloke/Mistral-7B-GGUF", "mirror_pull nas, bert", "mirror_push store", "mirror_diff store"}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains((*started)[1], `"force":true`) || !strings.Contains((*started)[2], `"deleteExtra":true`) || !strings.Contains((*started)[2], `"dryRun":true`) {
		t.Errorf("%q", *started)
	}
}
