package plugins

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// ManifestFile is the file of a plugin's folder that says what it is.
const ManifestFile = "plugin.json"

const maxManifest = 64 << 10

// Manifest is what the author of a plugin says of it.
type Manifest struct {
	Name        string `json:"name"` // lower case, digits and "-"
	Version     string `json:"version"`
	Description string `json:"description"`
	// Executable is the program to start, in the plugin's folder.
	Executable string `json:"executable"`
	Homepage   string `json:"homepage,omitempty"`
	License    string `json:"license,omitempty"`
}

// readManifest reads a plugin's manifest. Unknown keys are for later versions.
func readManifest(dir string) (Manifest, error) {
	f, err := os.Open(filepath.Join(dir, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, errors.New("there is no " + ManifestFile)
	}
	if err != nil {
		return Manifest{}, pathless(err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return Manifest{}, pathless(err)
	}
	return ParseManifest(data)
}

// ParseManifest reads and checks a manifest. The errors are for its author.
func ParseManifest(data []byte) (Manifest, error) {
	if len(data) > maxManifest {
		return Manifest{}, fmt.Errorf("%s is larger than %d KiB", ManifestFile, maxManifest>>10)
	}
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("%s is no JSON object as expected: %w", ManifestFile, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Manifest{}, fmt.Errorf("%s has something behind its object", ManifestFile)
	}
	if !bridge.Name(m.Name) {
		return Manifest{}, fmt.Errorf(`%s: "name" is %q; lower case, digits and "-" are allowed, up to 64`, ManifestFile, plain(m.Name))
	}
	if m.Executable == "" || !filepath.IsLocal(m.Executable) || strings.ContainsAny(m.Executable, `\:`) {
		return Manifest{}, fmt.Errorf(`%s: "executable" is %q; a path inside the plugin's folder is wanted`, ManifestFile, plain(m.Executable))
	}
	m.Version, m.Description, m.Homepage, m.License = plain(m.Version), plain(m.Description), plain(m.Homepage), plain(m.License)
	return m, nil
}

// plain makes one short line of a text that strangers wrote (T19).
func plain(s string) string { return bridge.Clean(s, 300) }

// pathless is an error of the file system without the path: who reads it knows
// which plugin it is about, and home folders do not belong into answers.
func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", filepath.Base(p.Path), p.Err)
	}
	return err
}
