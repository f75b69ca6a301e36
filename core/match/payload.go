package match

import (
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// IsPayload reports whether filters may leave the file out: it is stored as LFS
// and its name is that of weights or data. Configs, tokenizers and documents
// always stay, however they are stored.
func IsPayload(f repo.File, dataset bool) bool {
	if f.LFS == nil {
		return false
	}
	base := strings.ToLower(path.Base(f.Path))
	if strings.Contains(base, ".gguf-split-") || strings.Contains(base, ".gguf.part") || strings.HasSuffix(base, ".onnx.data") {
		return true
	}
	ext := path.Ext(base)
	return isWeight(ext) || dataset && isTable(ext)
}

// isWeight knows the endings of weights, checkpoints and archives
// (reference-behaviour.md §5).
func isWeight(ext string) bool {
	switch ext {
	case ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".hdf5", ".keras", ".msgpack", ".ot", ".tflite",
		".gguf", ".ggml", ".llamafile", ".imatrix", ".dat", ".act", ".nemo",
		".onnx", ".onnx_data", ".pb", ".pdparams", ".pdiparams", ".mlmodel", ".engine", ".plan",
		".pkl", ".pickle", ".joblib", ".npy", ".npz",
		".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar",
		".parquet", ".arrow", ".feather", ".avro", ".orc":
		return true
	}
	return strings.HasPrefix(ext, ".onnx_data") || strings.HasPrefix(ext, ".data-0")
}

// isTable knows the endings that are data in a dataset but text in a model.
func isTable(ext string) bool {
	switch ext {
	case ".json", ".jsonl", ".csv", ".tsv", ".txt":
		return true
	}
	return false
}
