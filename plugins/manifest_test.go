package plugins_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/hfdownloader/hfdownloader/plugins"
)

func TestParseManifest(t *testing.T) {
	for _, test := range []struct{ name, doc, want string }{
		{"whole", `{"name":"a-b1","version":"1","description":"d","executable":"bin/a","homepage":"h","license":"MIT"}`, ""},
		{"keys of later versions", `{"name":"a","executable":"a","later":{"x":1}}`, ""},
		{"empty", ``, "no JSON object"},
		{"a list", `[]`, "no JSON object"},
		{"two", `{"name":"a","executable":"a"}{}`, "something behind"},
		{"no name", `{"executable":"a"}`, `"name" is ""`},
		{"capitals", `{"name":"Abc","executable":"a"}`, `"name" is "Abc"`},
		{"a path as name", `{"name":"../a","executable":"a"}`, `"name" is "../a"`},
		{"a long name", `{"name":"` + strings.Repeat("a", 65) + `","executable":"a"}`, `"name" is`},
		{"a flag as name", `{"name":"-rf","executable":"a"}`, `"name" is`},
		{"no program", `{"name":"a"}`, `"executable" is ""`},
		{"a program above", `{"name":"a","executable":"../a"}`, `"executable" is "../a"`},
		{"an absolute program", `{"name":"a","executable":"/bin/sh"}`, `"executable" is "/bin/sh"`},
		{"a program of Windows", `{"name":"a","executable":"C:\\a.exe"}`, `"executable" is`},
		{"too large", `{"name":"a","executable":"a","description":"` + strings.Repeat("x", 70<<10) + `"}`, "larger than 64 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := plugins.ParseManifest([]byte(test.doc))
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"name":"a","version":"1","description":"d","executable":"bin/a"}`))
	f.Add([]byte(`{"name":"\u001b","executable":"../x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := plugins.ParseManifest(data)
		if err != nil {
			return
		}
		for _, text := range []string{m.Name, m.Version, m.Description, m.Homepage, m.License} {
			if strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q", text)
			}
		}
		if strings.Contains(m.Executable, "..") && strings.HasPrefix(m.Executable, "..") {
			t.Errorf("%q leads out", m.Executable)
		}
	})
}
