package mirror

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"go.yaml.in/yaml/v3"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Named is a target in the targets file.
type Named struct {
	Path        string `yaml:"path"`
	Description string `yaml:"description,omitempty"`
}

// maxTargets bounds the targets file, in bytes.
const maxTargets = 1 << 20

// targetsDoc is the targets file (reference-behaviour.md §3).
type targetsDoc struct {
	Targets map[string]Named `yaml:"targets"`
}

var targetName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ParseTargetName checks a name (reference-behaviour.md §1).
func ParseTargetName(name string) error {
	if !targetName.MatchString(name) {
		return fault.New(fault.Invalid, "name a mirror target", name, errors.New("not of letters, digits, _ and -")).
			WithHint("give a name such as nas or backup-2")
	}
	return nil
}

// ReadTargets reads a targets file; none is an empty one.
func ReadTargets(path string) (map[string]Named, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]Named{}, nil
	}
	if err != nil {
		return nil, fault.New(fault.Disk, "read the targets file", path, err)
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, maxTargets))
	if err != nil {
		return nil, fault.New(fault.Disk, "read the targets file", path, err)
	}
	return parseTargets(path, data)
}

func parseTargets(path string, data []byte) (map[string]Named, error) {
	var doc targetsDoc
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	err := d.Decode(&doc)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "read the targets file", path, err).WithHint("correct the line it names")
	}
	for name := range doc.Targets {
		if err := ParseTargetName(name); err != nil {
			return nil, err
		}
	}
	if doc.Targets == nil {
		doc.Targets = map[string]Named{}
	}
	return doc.Targets, nil
}

// WriteTargets replaces a targets file as a whole, for this user alone.
func WriteTargets(path string, targets map[string]Named) error {
	data, err := yaml.Marshal(targetsDoc{targets})
	if err != nil {
		return fault.New(fault.Internal, "write the targets file", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fault.New(fault.Disk, "write the targets file", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".targets-*")
	if err != nil {
		return fault.New(fault.Disk, "write the targets file", path, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error says it
		return fault.New(fault.Disk, "write the targets file", path, err)
	}
	return nil
}

// Find gives the address a name has in the targets file. Errors are fault.Invalid
// for a name that is none or not there.
func Find(file, name, home string) (Address, error) {
	if err := ParseTargetName(name); err != nil {
		return Address{}, err
	}
	targets, err := ReadTargets(file)
	if err != nil {
		return Address{}, err
	}
	t, ok := targets[name]
	if !ok {
		return Address{}, fault.New(fault.Invalid, "find the mirror target", name, errors.New("there is none of this name")).
			WithHint("hfdownloader mirror target list shows them; a folder is given as ./" + name)
	}
	return ParseTarget(t.Path, home)
}
