package sftp

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kevinburke/ssh_config"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

const configFile = "~/.ssh/config" // as a person calls it

// login is who logs in where, and with which files.
type login struct {
	address
	typed    address  // before HostName; for messages
	keyFiles []string // absolute; none: the usual ones
	note     string   // what of ~/.ssh/config could not be used
}

// configure applies what ~/.ssh/config says of a host: HostName, Port, User and
// IdentityFile. What the address says wins, as on ssh's command line. A file with
// more than the parser knows (Match exec) is not used, for the address may need
// nothing of it; the error of a connection that fails says so.
func configure(a address, o Options) (login, error) {
	text, err := os.ReadFile(filepath.Join(o.Home, ".ssh", "config"))
	if errors.Is(err, fs.ErrNotExist) {
		text, err = nil, nil
	}
	if err != nil {
		return login{}, fault.New(fault.Disk, "read", configFile, errors.New("it cannot be read")).WithHint("check its permissions")
	}
	l, err := applyConfig(a, o.Home, text)
	if err != nil {
		return login{}, err
	}
	if l.user == "" {
		l.user = o.User
	}
	return l, nil
}

// applyConfig reads the text of a file.
func applyConfig(a address, home string, text []byte) (login, error) {
	l := login{address: a, typed: a}
	l.host = strings.ToLower(a.host)
	file, err := ssh_config.Decode(bytes.NewReader(text))
	if err != nil {
		l.note = "; " + configFile + " is not used: " + plain(err.Error())
		return l, nil
	}
	get := func(key string) string {
		value, _ := file.Get(a.host, key) // only of an Include, which was read by now
		return strings.Trim(value, `"`)
	}
	for _, key := range []string{"ProxyJump", "ProxyCommand"} {
		if v := get(key); v != "" && !strings.EqualFold(v, "none") {
			return login{}, fault.New(fault.Invalid, "connect to", a.String(), errors.New(configFile+" has "+key+" for it, which is not supported")).
				WithHint("forward a port with ssh -L and give localhost, or mirror to an rclone: target")
		}
	}
	if name := get("HostName"); name != "" {
		l.host = strings.ToLower(expand(name, map[byte]string{'h': a.host}))
	}
	if l.port == "" {
		l.port = get("Port")
	}
	if l.user == "" {
		l.user = get("User")
	}
	if !validHost(l.host) || odd(l.user) || !validPort(l.port) {
		return login{}, fault.New(fault.Invalid, "read", configFile, errors.New("HostName, Port or User of "+plain(a.host)+" is none")).WithHint("correct it")
	}
	files, _ := file.GetAll(a.host, "IdentityFile") // as above
	for _, f := range files {
		f = expand(strings.Trim(f, `"`), map[byte]string{'d': home, 'h': l.host, 'r': l.user})
		if rest, ok := strings.CutPrefix(f, "~/"); ok {
			f = filepath.Join(home, rest)
		}
		if filepath.IsAbs(f) && !odd(f) {
			l.keyFiles = append(l.keyFiles, f)
		}
	}
	return l, nil
}

// expand replaces the tokens of ssh_config(5), "TOKENS"; it leaves unknown ones.
func expand(s string, tokens map[byte]string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+1 < len(s) {
			if s[i+1] == '%' {
				b.WriteByte('%')
				i++
				continue
			}
			if value, ok := tokens[s[i+1]]; ok {
				b.WriteString(value)
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func validHost(s string) bool {
	return s != "" && !odd(s) && !strings.ContainsAny(s, "/@ ")
}

// validPort takes "" for the usual one.
func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return s == "" || err == nil && n >= 1 && n <= 65535
}
