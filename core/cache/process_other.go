//go:build unix && !linux && !darwin

package cache

import "time"

// Nothing is known of other processes here: only silence tells (StaleAfter).

func bootID() string { return "0" }

func pidNamespace() string { return "0" }

func bootTime() time.Time { return time.Time{} }

func startTime(int) string { return "0" }
