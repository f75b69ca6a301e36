package weights

import "testing"

func TestOf(t *testing.T) {
	for p, want := range map[string]Format{
		"model.safetensors": Safetensors, "MODEL.SAFETENSORS": Safetensors, "a.gguf": GGUF, "a.gguf-split-a": GGUF, "a.gguf.part1of2": GGUF,
		"a.onnx": ONNX, "a.onnx_data": ONNX, "a.onnx_data_1": ONNX, "a.onnx.data": ONNX, "a.pt": PyTorch, "a.ckpt": PyTorch,
		"tf_model.h5": TensorFlow, "a.tflite": TFLite, "flax_model.msgpack": Flax, "rust_model.ot": Rust, "a.nemo": NeMo, "a.engine": TensorRT,
		"a.mlpackage/Data/weights/weight.bin": CoreML, "a.mlmodelc/model.mil": CoreML,
		"pytorch_model.bin": PyTorchBin, "pytorch_model-00001-of-00002.bin": PyTorchBin, "adapter_model.bin": PyTorchBin, "diffusion_pytorch_model.fp16.bin": PyTorchBin,
		"openvino_model.bin": OpenVINO, "openvino_tokenizer.bin": OpenVINO, "training_args.bin": None, "optimizer.bin": None, "tokenizer.bin": None, "data.bin": None,
		"config.json": None, "README.md": None, "": None,
	} {
		if got := Of(p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
}

func TestPickle(t *testing.T) {
	for p, want := range map[string]bool{"pytorch_model.bin": true, "a.pt": true, "a.ckpt": true, "a.pkl": true, "a.joblib": true, "a.safetensors": false, "training_args.bin": false, "openvino_model.bin": false} {
		if got := Pickle(p); got != want {
			t.Errorf("%s: %v", p, got)
		}
	}
}

func TestShard(t *testing.T) {
	for stem, want := range map[string]struct {
		rest         string
		index, total int
	}{
		"model-00002-of-00005": {"model", 2, 5}, "model.fp16-00001-of-00002": {"model.fp16", 1, 2}, "model-00001-of-00002.fp16": {"model.fp16", 1, 2},
		"model": {}, "model-00006-of-00005": {}, "model-00000-of-00005": {}, "model-1-of-2": {}, "v0.2": {},
	} {
		rest, index, total, ok := Shard(stem)
		if rest != want.rest || index != want.index || total != want.total || ok != (want.total > 0) {
			t.Errorf("%s: %q %d of %d %v", stem, rest, index, total, ok)
		}
	}
}
