package machine

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThisMachineHasMemory(t *testing.T) {
	m := Look(t.Context())
	if m.RAM < 64<<20 || m.RAMAvailable <= 0 || m.RAMAvailable > m.RAM {
		t.Errorf("%+v", m)
	}
}

func TestForModel(t *testing.T) {
	for name, c := range map[string]struct {
		m    Machine
		want int64
	}{
		"nothing known":          {Machine{}, 0},
		"a tenth for the system": {Machine{RAM: 100 << 30}, 90 << 30},
		"at least a GiB":         {Machine{RAM: 4 << 30}, 3 << 30},
		"cards go before RAM":    {Machine{RAM: 100 << 30, GPUs: []GPU{{"a", 24 << 30}, {"b", 24 << 30}}}, 48 << 30},
	} {
		if got := c.m.ForModel(); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestParseNvidia(t *testing.T) {
	got := parseNvidia("NVIDIA GeForce RTX 4090, 24564\nNVIDIA H100 80GB HBM3, 81559\nodd\n")
	if got != nil { // a row of another width: nothing of it is believed
		t.Errorf("%v", got)
	}
	got = parseNvidia("NVIDIA GeForce RTX 4090, 24564\nNo memory, [N/A]\n")
	if diff := cmp.Diff([]GPU{{"NVIDIA GeForce RTX 4090", 24564 << 20}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAMD(t *testing.T) {
	root := t.TempDir()
	for card, text := range map[string]string{"card0": "17163091968\n", "card1": "nonsense", "card2": "0\n"} {
		dir := filepath.Join(root, card, "device")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "mem_info_vram_total"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]GPU{{"AMD card0", 17163091968}}, amd(root)); diff != "" {
		t.Error(diff)
	}
}
