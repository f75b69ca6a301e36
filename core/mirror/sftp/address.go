package sftp

import (
	"cmp"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"path"
	"strings"
	"unicode"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// address is a target as it was typed.
type address struct {
	user, host, port string // user and port may be ""
	path             string // absolute, or below the home
	home             bool
}

// String is host or host:port, without the user.
func (a address) String() string {
	if a.port == "" {
		return a.host
	}
	return net.JoinHostPort(a.host, a.port)
}

// dial is where to connect.
func (a address) dial() string { return net.JoinHostPort(a.host, cmp.Or(a.port, "22")) }

// command is what a person types to log in.
func (a address) command() string {
	if a.port == "" {
		return "ssh " + a.host
	}
	return "ssh -p " + a.port + " " + a.host
}

const form = "write it as ssh://user@host:22/folder or, below the home there, ssh://host/~/folder"

func parseAddress(u *url.URL) (address, error) {
	a := address{user: u.User.Username(), host: u.Hostname(), port: u.Port(), path: u.Path}
	bad := func(why, hint string) (address, error) {
		return address{}, fault.New(fault.Invalid, "open the mirror", plain(u.Scheme+"://"+u.Host+u.Path), errors.New(why)).WithHint(hint)
	}
	if _, has := u.User.Password(); has {
		return bad("it has a password", "passwords are not used: log in with a key, and add it to ssh-agent when it has a passphrase")
	}
	if u.Scheme != "ssh" && u.Scheme != "sftp" {
		return bad("it is no SSH address", form)
	}
	if !validHost(a.host) || odd(a.user) {
		return bad("it names no host", form)
	}
	if !validPort(a.port) {
		return bad("the port is none", form)
	}
	if u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return bad("it has more than a path", form)
	}
	a.path = strings.TrimSuffix(path.Clean(a.path), "/")
	if rest, ok := strings.CutPrefix(a.path+"/", "/~/"); ok {
		a.home, a.path = true, strings.TrimSuffix(rest, "/")
	}
	if odd(a.path) || !a.home && !strings.HasPrefix(a.path, "/") || a.home && a.path != "" && !fs.ValidPath(a.path) {
		return bad("it names no folder", form)
	}
	return a, nil
}

// odd reports what no name has that people type.
func odd(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }
