package cli

import (
	"strings"
	"testing"
)

// completed are the candidates for a command line, whose last word is unfinished.
func completed(t *testing.T, words ...string) string {
	t.Helper()
	repos := func() []candidate { return []candidate{{"org/m", ""}, {"datasets/org/d", ""}} }
	var texts []string
	for _, c := range complete(model(t).Node, words, repos) {
		texts = append(texts, c.text)
	}
	return strings.Join(texts, " ")
}

func TestComplete(t *testing.T) {
	for line, want := range map[string]string{
		"conf":                               "config",
		"config ":                            "init show path get set",
		"config s":                           "show set",
		"-q config s":                        "show set",
		"--log-level debug config s":         "show set",
		"--log-level ":                       "debug info warn error",
		"--log-level=w":                      "--log-level=warn",
		"download --verify s":                "size sha256",
		"download o/n --verify s":            "size sha256",
		"download -c 8 --verify=n":           "--verify=none",
		"download --verify size --link-m":    "--link-mode",
		"download --link":                    "--link-mode",
		"download --cache-dir ":              "@dir",
		"download --ca-file ":                "@file",
		"download --config ":                 "@file",
		"download --cache-dir=":              "@dir",
		"download --dry-run o":               "org/m",
		"download ":                          "org/m datasets/org/d",
		"download o/n -- --":                 "",
		"cache list --so":                    "--sort",
		"cache delete d":                     "datasets/org/d",
		"cache verify a/b o":                 "org/m",
		"config get proxy.u":                 "proxy.url proxy.username",
		"config set connections 1":           "",
		"completion ":                        "bash zsh fish powershell",
		"completion p":                       "powershell",
		"man ":                               "@dir",
		"plugins install ":                   "@file",
		"nonsense ":                          "",
		"nonsense --js":                      "--json",
		"download --nonsense ":               "org/m datasets/org/d",
		"download --nonsense=":               "",
		"download --token ":                  "",
		"__comp":                             "",
		"serve --models":                     "", // it is hidden
		"download --verify none --verify si": "size",
	} {
		if got := completed(t, strings.Split(line, " ")...); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	if got := completed(t); !strings.HasPrefix(got, "download ") || strings.Contains(got, "__complete") {
		t.Errorf("nothing typed: %q", got)
	}
}

// TestCompletionAsksForNothing: a broken config file and no home do not matter,
// and nothing is written to stderr.
func TestCompletionAsksForNothing(t *testing.T) {
	o := run(t, &backend{}, map[string]string{"HFDOWNLOADER_RETRIES": "many", "HF_HOME": "/does/not/exist"}, "__complete", "--", "cache", "rm", "")
	if o.code != 0 || o.err != "" || o.out != "" {
		t.Errorf("%+v", o)
	}
}

func FuzzComplete(f *testing.F) {
	for _, s := range []string{"cache v", "download --verify=", "-", "--", "-- x", "config get \x00", "download -F a -E", "=", "--="} {
		f.Add(s)
	}
	app, err := App{}.Model()
	if err != nil {
		f.Fatal(err)
	}
	none := func() []candidate { return nil }
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, " ")
		for _, c := range complete(app.Node, words, none) {
			if c.text != anyFile && c.text != anyDir && !strings.HasPrefix(c.text, words[len(words)-1]) {
				t.Errorf("%q does not go on from %q", c.text, line)
			}
		}
	})
}
