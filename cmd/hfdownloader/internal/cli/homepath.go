package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// expandHome replaces a leading ~/ by the user's home folder. A shell does that
// for DIR but not for --flag=DIR. Variables stay: they are the shell's.
func (s *session) expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || s.app.Home == "" || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	return filepath.Join(s.app.Home, rest)
}

// expandPaths expands every flag that names a file or folder, which its
// placeholder says. What environment and config file gave is expanded as well.
func (s *session) expandPaths(ctx *kong.Context) {
	for _, flag := range ctx.Flags() {
		if isPath(flag) {
			s.expandValue(flag.Target)
		}
	}
}

// isPath says that a flag's value is a path on this machine.
func isPath(flag *kong.Flag) bool { return isFolder(flag) || flag.PlaceHolder == "FILE" }

// isFolder says that it is the path of a folder.
func isFolder(flag *kong.Flag) bool { return flag.PlaceHolder == "DIR" }

func (s *session) expandValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s.expandHome(v.String()))
	case reflect.Slice:
		for i := range v.Len() {
			s.expandValue(v.Index(i))
		}
	}
}
