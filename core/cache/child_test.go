package cache

import (
	"fmt"
	"os"
)

// childEnv makes the test binary do one thing in a process of its own.
const childEnv = "HFD_TEST_CACHE_CHILD"

func child(job string) int {
	fmt.Fprintln(os.Stderr, "unknown job", job)
	return 1
}
