package sdk

import "testing"

func TestHuman(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", -5: "-5 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 1<<20 - 1: "1.0 MiB", 4368438272: "4.1 GiB", 1 << 50: "1.0 PiB"} {
		if got := Human(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestStars(t *testing.T) {
	for n, want := range map[int]string{-1: "", 0: "", 1: "★☆☆☆☆", 4: "★★★★☆", 5: "★★★★★", 9: "★★★★★"} {
		if got := Stars(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1K", 137_000_000: "137M", 999_900_000: "1B", 7_241_732_096: "7.2B", 8_000_000_000: "8B", 405_000_000_000: "405B", 1_200_000_000_000: "1.2T"} {
		if got := Count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
