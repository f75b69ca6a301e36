package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/gguf"
	"github.com/hfdownloader/hfdownloader/core/digest"
)

// The parts of Ollama's store (docs/place.md).
type (
	ollamaManifest struct {
		SchemaVersion int           `json:"schemaVersion"`
		MediaType     string        `json:"mediaType"`
		Config        ollamaLayer   `json:"config"`
		Layers        []ollamaLayer `json:"layers"`
	}
	ollamaLayer struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int64  `json:"size"`
	}
	ollamaConfig struct {
		Format   string       `json:"model_format"`
		Family   string       `json:"model_family"`
		Families []string     `json:"model_families"`
		Type     string       `json:"model_type"`
		FileType string       `json:"file_type"`
		Arch     string       `json:"architecture"`
		OS       string       `json:"os"`
		RootFS   ollamaRootFS `json:"rootfs"`
	}
	ollamaRootFS struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	}
)

// ollama gets each GGUF file as a model of its own: its blob is the cache's, under
// the same SHA-256, and a manifest names it hf.co/OWNER/NAME:QUANTIZATION, as
// Ollama names what it pulls from the Hub itself.
func (p *placer) ollama() (made []string, err error) {
	root := p.session.lookup("OLLAMA_MODELS")
	if root == "" {
		root = filepath.Join(p.session.app.Home, ".ollama", "models")
	}
	files := p.with(".gguf")
	for _, file := range files {
		content, err := filepath.EvalSymlinks(filepath.Join(p.res.Path, filepath.FromSlash(file)))
		if err != nil {
			return made, err
		}
		sum := filepath.Base(content)
		if strings.Contains(file, "-of-0") || strings.Contains(strings.ToLower(file), "mmproj") || len(sum) != sha256.Size*2 || !digest.IsHex(sum) {
			continue // parts, vision encoders, and what the cache does not keep by its SHA-256
		}
		st, err := os.Stat(content)
		if err != nil {
			return made, err
		}
		name := ollamaTag(file, files)
		if !validTag(name) {
			return made, bad("Ollama takes no tag such as "+name, "letters, digits, points, dashes and underscores, at most 80: place the file with ollama create")
		}
		if err := p.link(file, filepath.Join(root, "blobs", "sha256-"+sum)); err != nil {
			return made, err
		}
		if err := p.ollamaName(root, file, name, ollamaLayer{"application/vnd.ollama.image.model", "sha256:" + sum, st.Size()}); err != nil {
			return made, err
		}
		made = append(made, "hf.co/"+string(p.res.Repo.ID)+":"+name)
	}
	if len(made) == 0 {
		return nil, nothingFor("Ollama", "GGUF files that are not split, from the cache")
	}
	return made, nil
}

// ollamaTag is a file's quantization; where it has none or shares it with another,
// its name without folders and ".gguf".
func ollamaTag(file string, all []string) string {
	label := gguf.Label(file)
	if label == "" || slices.ContainsFunc(all, func(f string) bool { return f != file && gguf.Label(f) == label }) {
		return strings.TrimSuffix(file[strings.LastIndex(file, "/")+1:], filepath.Ext(file))
	}
	return label
}

// validTag is Ollama's own rule for the last part of a name.
func validTag(tag string) bool {
	const longest = 80
	letter := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	for i, r := range tag {
		if !letter(r) && (i == 0 || r != '.' && r != '-') {
			return false
		}
	}
	return tag != "" && len(tag) <= longest
}

// ollamaName writes the configuration and the manifest.
func (p *placer) ollamaName(root, file, tag string, model ollamaLayer) error {
	config, err := json.Marshal(ollamaConfig{
		Format: "gguf", Families: []string{}, FileType: gguf.Label(file), Arch: "amd64", OS: "linux",
		RootFS: ollamaRootFS{"layers", []string{model.Digest}},
	})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(config)
	hexSum := hex.EncodeToString(sum[:])
	if err := writeWhole(filepath.Join(root, "blobs", "sha256-"+hexSum), config); err != nil {
		return err
	}
	manifest, err := json.Marshal(ollamaManifest{
		2, "application/vnd.docker.distribution.manifest.v2+json",
		ollamaLayer{"application/vnd.docker.container.image.v1+json", "sha256:" + hexSum, int64(len(config))}, []ollamaLayer{model},
	})
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(root, "manifests", "hf.co", filepath.FromSlash(string(p.res.Repo.ID)), tag), manifest)
}

// writeWhole writes a file that is there whole or not at all.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // Ollama may be another user
		return err
	}
	temp := path + ".hfdownloader-new"
	if err := os.WriteFile(temp, data, 0o644); err != nil { //nolint:gosec // Ollama may be another user
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("%w", errors.Join(err, os.Remove(temp)))
	}
	return nil
}
