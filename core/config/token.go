package config

import (
	"errors"
	"io/fs"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/token"
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
	return Token{token.Clean(string(data)), "the token file"}, nil
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
