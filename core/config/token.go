package config

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Token is a token and where it came from. Its String hides it, so that it does
// not reach a log by accident (P6).
type Token struct {
	Value  string // "" for none
	Source string // "HF_TOKEN", "token file"; for messages
}

// String says whether there is a token, not which.
func (t Token) String() string {
	if t.Value == "" {
		return "no token"
	}
	return "token from " + t.Source
}

// GoString is String, for %#v.
func (t Token) GoString() string { return t.String() }

// ReadToken is the token to use when none was given: the environment's, else
// the active token file's (hub-protocol.md §10.2); none when implicit tokens are
// switched off. read is os.ReadFile.
func (e Env) ReadToken(read func(string) ([]byte, error)) (Token, error) {
	if !e.ImplicitToken {
		return Token{}, nil
	}
	if e.Token != "" {
		return Token{e.Token, "HF_TOKEN"}, nil
	}
	data, err := read(e.TokenPath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Token{}, nil
	case err != nil:
		return Token{}, tokenFileError("read the token file", err)
	}
	return Token{cleanToken(string(data)), "the token file"}, nil
}

// StoredToken is one named token of the official client.
type StoredToken struct {
	Name  string
	Token Token
	// Expires is when an OAuth token ends; zero for others. The official client
	// renews it; we only read.
	Expires time.Time
}

// ReadStoredTokens lists the named tokens, in the file's order; none when there
// is no file. We never write it. read is os.ReadFile.
func (e Env) ReadStoredTokens(read func(string) ([]byte, error)) ([]StoredToken, error) {
	data, err := read(e.StoredTokens)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, tokenFileError("read the stored tokens", err)
	}
	return parseStoredTokens(data), nil
}

// parseStoredTokens reads the INI form of the official client: sections of
// key = value, no interpolation. Sections without a token are left out.
func parseStoredTokens(data []byte) []StoredToken {
	var list []StoredToken
	var now StoredToken
	end := func() {
		if now.Name != "" && now.Token.Value != "" {
			list = append(list, now)
		}
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			end()
			now = StoredToken{Name: line[1 : len(line)-1]}
			continue
		}
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		i := strings.IndexAny(line, "=:")
		if i < 0 {
			continue
		}
		value := strings.TrimSpace(line[i+1:])
		switch strings.ToLower(strings.TrimSpace(line[:i])) {
		case "hf_token":
			now.Token = Token{cleanToken(value), "the stored token " + now.Name}
		case "expires_at":
			if sec, err := strconv.ParseFloat(value, 64); err == nil {
				now.Expires = time.Unix(int64(sec), 0)
			}
		}
	}
	end()
	return list
}

// cleanToken does what the official client does: no line breaks inside, no
// space around.
func cleanToken(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(s))
}

// tokenFileError hides the path, which lies below the user's home.
func tokenFileError(op string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fault.New(fault.Disk, op, "", err).
		WithHint("make the file readable, or set HF_TOKEN, or HF_TOKEN_PATH to another file")
}
